/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_code.h"

#include "wire/charset.h"

/* The forms of a call as code, each a template and how its language writes a text. */

static void append_shell(struct kq_buffer *code, struct kq_slice utf8)
{
    kq_buffer_append_byte(code, '\'');
    for (size_t i = 0; i < utf8.size; i++) {
        if (utf8.data[i] == '\'') {
            kq_buffer_append(code, KQ_SLICE("'\\''"));
        } else {
            kq_buffer_append_byte(code, utf8.data[i]);
        }
    }
    kq_buffer_append_byte(code, '\'');
}

/* Of text that was found to be UTF-8; in other text, too, it takes no sign that would end a literal along. */
static unsigned take_code_point(struct kq_slice *utf8)
{
    unsigned char lead = (unsigned char)utf8->data[0];
    size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned code_point = size == 1 ? lead : lead & (0x7Fu >> size);
    size_t taken = 1;
    for (; taken < size && taken < utf8->size && ((unsigned char)utf8->data[taken] & 0xC0) == 0x80; taken++) {
        code_point = code_point << 6 | ((unsigned char)utf8->data[taken] & 0x3F);
    }
    *utf8 = (struct kq_slice){.data = utf8->data + taken, .size = utf8->size - taken};
    return code_point;
}

/* What steers a terminal, or makes a line of the program read as another one, is escaped: its bytes as \\001
 * of C, which has no other way for all of them, or \\u0001. C also reads two ? and what follows as another
 * character, even within a text (trigraphs, with -std=c11 and the like). */
static void append_quoted(struct kq_buffer *code, struct kq_slice utf8, char quote, bool is_c)
{
    kq_buffer_append_byte(code, quote);
    while (utf8.size > 0) {
        struct kq_slice character = utf8;
        unsigned code_point = take_code_point(&utf8);
        character.size -= utf8.size;
        if (code_point == (unsigned char)quote || code_point == '\\' || (is_c && code_point == '?')) {
            kq_buffer_print(code, "\\%c", (char)code_point);
        } else if (!kq_utf8_is_control(character)) {
            kq_buffer_append(code, character);
        } else if (!is_c) {
            kq_buffer_print(code, "\\u%04x", code_point);
        } else {
            for (size_t i = 0; i < character.size; i++) {
                kq_buffer_print(code, "\\%03o", (unsigned)(unsigned char)character.data[i]);
            }
        }
    }
    kq_buffer_append_byte(code, quote);
}

static void append_c(struct kq_buffer *code, struct kq_slice utf8)
{
    append_quoted(code, utf8, '"', true);
}

static void append_python(struct kq_buffer *code, struct kq_slice utf8)
{
    append_quoted(code, utf8, '"', false);
}

static void append_node(struct kq_buffer *code, struct kq_slice utf8)
{
    append_quoted(code, utf8, '\'', false);
}

/* Between single quotes PHP knows no escape but of these two. */
static void append_php(struct kq_buffer *code, struct kq_slice utf8)
{
    kq_buffer_append_byte(code, '\'');
    for (size_t i = 0; i < utf8.size; i++) {
        if (utf8.data[i] == '\'' || utf8.data[i] == '\\') {
            kq_buffer_append_byte(code, '\\');
        }
        kq_buffer_append_byte(code, utf8.data[i]);
    }
    kq_buffer_append_byte(code, '\'');
}

/* All in ASCII: javac reads a file in the charset of the locale. */
static void append_java(struct kq_buffer *code, struct kq_slice utf8)
{
    kq_buffer_append_byte(code, '"');
    while (utf8.size > 0) {
        unsigned code_point = take_code_point(&utf8);
        if (code_point == '"' || code_point == '\\') {
            kq_buffer_print(code, "\\%c", (char)code_point);
        } else if (code_point < 0x20 || code_point == 0x7F) {
            kq_buffer_print(code, "\\%03o", code_point);
        } else if (code_point < 0x80) {
            kq_buffer_append_byte(code, (char)code_point);
        } else if (code_point < 0x10000) {
            kq_buffer_print(code, "\\u%04x", code_point);
        } else {
            kq_buffer_print(code, "\\u%04x\\u%04x", 0xD800 + ((code_point - 0x10000) >> 10),
                            0xDC00 + ((code_point - 0x10000) & 0x3FF));
        }
    }
    kq_buffer_append_byte(code, '"');
}

/* clang-format off */

static const char curl_template[] =
    "#!/usr/bin/env bash\n"
    "# {{=method}}: signed with openssl, sent with curl.\n"
    "set -euo pipefail\n"
    "export LC_ALL=C # values are bytes\n"
    "\n"
    KQ_CODE_CURL_FUNCTIONS
    "\n"
    "gateway={{gateway}}\n"
    "app_id={{app_id}}\n"
    "private_key={{private_key}}\n"
    "method={{method}}\n"
    "charset={{charset}}\n"
    "sign_type={{sign_type}}\n"
    KQ_CODE_CURL_GATEWAY_KEY
    "{{?app_auth_token}}app_auth_token={{app_auth_token}}\n"
    "{{?app_cert_sn}}# MD5 of issuer and serial number: of the application's certificate, and of the roots.\n"
    "{{?app_cert_sn}}app_cert_sn={{app_cert_sn}}\n"
    "{{?app_cert_sn}}alipay_root_cert_sn={{root_cert_sn}}\n"
    "{{?biz}}biz_content={{biz}}\n"
    "{{?not_utf8}}biz_content=$(printf %s \"${biz_content:-}\" | iconv -f utf-8 -t gbk)\n"
    "{{?content_key}}\n"
    KQ_CODE_CURL_CIPHER
    "{{?content_key}}{{?biz}}biz_content=$(printf %s \"$biz_content\" | openssl enc \"${cipher[@]}\")\n"
    "{{?content_key}}\n"
    "{{?timestamp}}timestamp={{timestamp}}\n"
    "{{!timestamp}}timestamp=$(TZ=CST-8 date '+%Y-%m-%d %H:%M:%S') # Beijing time\n"
    "\n"
    "# All parameters but sign, sorted by name.\n"
    "parameters=(\n"
    "{{?app_cert_sn}}    \"alipay_root_cert_sn=$alipay_root_cert_sn\"\n"
    "{{?app_auth_token}}    \"app_auth_token=$app_auth_token\"\n"
    "{{?app_cert_sn}}    \"app_cert_sn=$app_cert_sn\"\n"
    "    \"app_id=$app_id\"\n"
    "{{?biz}}    \"biz_content=$biz_content\"\n"
    "    \"charset=$charset\"\n"
    "{{?content_key}}    \"encrypt_type=AES\"\n"
    "    \"format=JSON\"\n"
    "    \"method=$method\"\n"
    "    \"sign_type=$sign_type\"\n"
    "    \"timestamp=$timestamp\"\n"
    "    \"version=1.0\"\n"
    ")\n"
    "string_to_sign=$(IFS='&' && printf %s \"${parameters[*]}\")\n"
    "sign=$(printf %s \"$string_to_sign\" | openssl dgst -{{=digest}} -sign \"$private_key\" | openssl "
    "base64 -A)\n"
    "\n"
    "answer=$(\n"
    "    for parameter in \"${parameters[@]}\" \"sign=$sign\"; do\n"
    "        option data-urlencode \"$parameter\"\n"
    "    done | curl --silent --show-error --fail --globoff --config - \"$gateway\"\n"
    ")\n"
    "\n"
    "# The gateway signs the value of the first member, byte for byte as it stands in the answer.\n"
    "form='^\\{\"[A-Za-z0-9_]+\":(\\{.*\\}|\"[^\"]*\")(,\"alipay_cert_sn\":\"[0-9a-f]*\")?,\"sign\":"
    "\"([^\"]+)\"\\}$'\n"
    "[[ $answer =~ $form ]] || fail \"this is no signed answer: $answer\"\n"
    "response=${BASH_REMATCH[1]}\n"
    "signature=${BASH_REMATCH[3]}\n"
    "printf %s \"$response\" | verified_by \"$signature\" || fail 'the signature of the answer is wrong'\n"
    "{{?content_key}}\n"
    "{{?content_key}}# A success comes back encrypted, a refusal in clear.\n"
    "{{?content_key}}encrypted=\n"
    "{{?content_key}}if [[ $response == \\\"* ]]; then\n"
    "{{?content_key}}    encrypted=true\n"
    "{{?content_key}}    response=$(printf %s \"${response//\\\"/}\" | openssl enc -d \"${cipher[@]}\")\n"
    "{{?content_key}}fi\n"
    "success='^\\{\"code\":\"10000\"[,}]'\n"
    "{{?content_key}}if [[ $response =~ $success && ! $encrypted ]]; then\n"
    "{{?content_key}}    fail 'the answer is not encrypted'\n"
    "{{?content_key}}fi\n"
    "printf '%s\\n' \"$response\"\n"
    "[[ $response =~ $success ]] # a refusal ends with exit status 1\n";

static const char java_template[] =
    "// {{=method}} with the official Java library, com.alipay.sdk:alipay-sdk-java.\n"
    "// Run it with the library's jars: java -cp 'lib/*' Call.java\n"
    "import com.alipay.api.AlipayClient;\n"
    "import com.alipay.api.AlipayConfig;\n"
    "import com.alipay.api.DefaultAlipayClient;\n"
    "import com.alipay.api.internal.util.AlipayLogger;\n"
    "import com.alipay.api.request.{{=type}}Request;\n"
    "import com.alipay.api.response.{{=type}}Response;\n"
    "import java.nio.charset.StandardCharsets;\n"
    "import java.nio.file.Files;\n"
    "import java.nio.file.Path;\n"
    "\n"
    "public class Call {\n"
    "    /** The library takes keys (PKCS#8 and SubjectPublicKeyInfo) as base64 without the "
    "PEM lines. */\n"
    "    private static String key(String path) throws Exception {\n"
    "        return Files.readString(Path.of(path)).replaceAll(\"-----[A-Z ]+-----|\\\\s\", \"\");\n"
    "    }\n"
    "\n"
    "    public static void main(String[] arguments) throws Exception {\n"
    "        AlipayConfig config = new AlipayConfig();\n"
    "        config.setServerUrl({{gateway}});\n"
    "        config.setAppId({{app_id}});\n"
    "        config.setPrivateKey(key({{private_key}}));\n"
    "{{!app_cert_sn}}        config.setAlipayPublicKey(key({{gateway_public_key}}));\n"
    "{{?app_cert_sn}}        config.setAppCertPath({{app_certificate}});\n"
    "{{?app_cert_sn}}        config.setAlipayPublicCertPath({{gateway_certificate}});\n"
    "{{?app_cert_sn}}        config.setRootCertPath({{root_certificates}});\n"
    "{{?content_key}}        config.setEncryptType(\"AES\");\n"
    "{{?content_key}}        config.setEncryptKey(key({{content_key}}));\n"
    "        config.setCharset({{charset}});\n"
    "        config.setSignType({{sign_type}});\n"
    "        AlipayLogger.setNeedEnableLogger(false); // it logs answers as they come\n"
    "        AlipayClient client = new DefaultAlipayClient(config);\n"
    "\n"
    "        {{=type}}Request request = new {{=type}}Request();\n"
    "{{?biz}}        request.setBizContent({{biz}});\n"
    "{{?content_key}}        request.setNeedEncrypt(true);\n"
    "        try {\n"
    "{{!app_cert_sn}}{{!app_auth_token}}            {{=type}}Response response = client.execute(request);\n"
    "{{!app_cert_sn}}{{?app_auth_token}}            {{=type}}Response response = "
    "client.execute(request, null, {{app_auth_token}});\n"
    "{{?app_cert_sn}}{{!app_auth_token}}            {{=type}}Response response = "
    "client.certificateExecute(request);\n"
    "{{?app_cert_sn}}{{?app_auth_token}}            {{=type}}Response response = "
    "client.certificateExecute(request, null, {{app_auth_token}});\n"
    "            System.out.writeBytes((response.getBody() + \"\\n\").getBytes(StandardCharsets.UTF_8));\n"
    "            System.exit(\"10000\".equals(response.getCode()) ? 0 : 1); // 1: refused\n"
    "        } catch (Exception exception) {\n"
    "            String said = exception.toString();\n"
    KQ_CODE_JAVA_FAILURE
    "        }\n"
    "    }\n"
    "}\n";

static const char python_template[] =
    "# {{=method}} with the official Python library: pip install alipay-sdk-python\n"
    "import json\n"
    "import os\n"
    "import subprocess\n"
    "import sys\n"
    "import time\n"
    "{{?port}}import http.client\n"
    "{{?port}}import urllib.parse\n"
    "\n"
    "from alipay.aop.api.AlipayClientConfig import AlipayClientConfig\n"
    "from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient\n"
    "{{!untyped}}from alipay.aop.api.domain.{{=type}}Model import {{=type}}Model\n"
    "{{!untyped}}from alipay.aop.api.request.{{=type}}Request import {{=type}}Request\n"
    "{{?port}}from alipay.aop.api.util import WebUtils\n"
    "\n"
    "# The library stamps with local time; the protocol has Beijing's.\n"
    "os.environ[\"TZ\"] = \"CST-8\"\n"
    "time.tzset()\n"
    "\n"
    "{{?port}}\n"
    "{{?port}}def connect(url, query, timeout):\n"
    "{{?port}}    \"\"\"In place of the library's, which goes to port 80 or 443 whatever the "
    "URL says.\"\"\"\n"
    "{{?port}}    parts = urllib.parse.urlsplit(url)\n"
    "{{?port}}    https = parts.scheme == \"https\"\n"
    "{{?port}}    connection = http.client.HTTPSConnection if https else http.client.HTTPConnection\n"
    "{{?port}}    return url + \"?\" + query, connection(parts.hostname, parts.port, timeout=timeout)\n"
    "{{?port}}\n"
    "{{?port}}\n"
    "{{?port}}WebUtils.get_http_connection = connect\n"
    "{{?port}}\n"
    "with open({{gateway_public_key}}, encoding=\"ascii\") as file:\n"
    "    gateway_public_key = file.read()\n"
    "# The library reads PKCS#1 only.\n"
    "private_key = subprocess.run([\"openssl\", \"rsa\", \"-traditional\", \"-in\", {{private_key}}],\n"
    "                             check=True, capture_output=True, text=True).stdout\n"
    "\n"
    "config = AlipayClientConfig()\n"
    "config.server_url = {{gateway}}\n"
    "config.app_id = {{app_id}}\n"
    "config.app_private_key = private_key\n"
    "config.alipay_public_key = gateway_public_key\n"
    "config.charset = {{charset}}\n"
    "config.sign_type = {{sign_type}}\n"
    "\n"
    "biz_content = {{biz_json}}\n"
    "{{!untyped}}request = {{=type}}Request()\n"
    "{{!untyped}}request.biz_model = {{=type}}Model.from_alipay_dict(json.loads(biz_content))\n"
    "{{!untyped}}{{?app_auth_token}}request.add_other_text_param(\"app_auth_token\", "
    "{{app_auth_token}})\n"
    "{{?untyped}}\n"
    "{{?untyped}}\n"
    "{{?untyped}}class Request:\n"
    "{{?untyped}}    \"\"\"In place of the library's, which no Python since 3.7 can import: it "
    "has an attribute `async`.\"\"\"\n"
    "{{?untyped}}    need_encrypt = False\n"
    "{{?untyped}}\n"
    "{{?untyped}}    def get_params(self):\n"
    "{{?untyped}}        parameters = {\"method\": {{method}}, \"version\": \"1.0\",\n"
    "{{?untyped}}                      \"biz_content\": json.dumps(json.loads(biz_content), "
    "ensure_ascii=False)}\n"
    "{{?untyped}}{{?app_auth_token}}        parameters[\"app_auth_token\"] = {{app_auth_token}}\n"
    "{{?untyped}}        return parameters\n"
    "{{?untyped}}\n"
    "{{?untyped}}    def get_multipart_params(self):\n"
    "{{?untyped}}        return {}\n"
    "{{?untyped}}\n"
    "{{?untyped}}\n"
    "{{?untyped}}request = Request()\n"
    "try:\n"
    "    answer = DefaultAlipayClient(config).execute(request)\n"
    "except Exception as exception:\n"
    "    # An answer that nobody signed may stand in it: as a literal, nothing of it steers a terminal.\n"
    "    sys.exit(repr(exception))\n"
    "print(answer)\n"
    "sys.exit(0 if json.loads(answer).get(\"code\") == \"10000\" else 1)  # 1: refused\n";

static const char node_template[] =
    "// {{=method}} with the official Node library: npm install alipay-sdk\n"
    "'use strict';\n"
    "\n"
    "process.env.TZ = 'Asia/Shanghai'; // the library stamps with local time; the protocol has "
    "Beijing's\n"
    "\n"
    "const fs = require('node:fs');\n"
    "const { inspect } = require('node:util');\n"
    "const { AlipaySdk } = require('alipay-sdk');\n"
    "\n"
    "const privateKey = fs.readFileSync({{private_key}}, 'ascii');\n"
    "const client = new AlipaySdk({\n"
    "  gateway: {{gateway}},\n"
    "  appId: {{app_id}},\n"
    "  keyType: privateKey.includes('BEGIN RSA PRIVATE KEY') ? 'PKCS1' : 'PKCS8',\n"
    "  privateKey,\n"
    "{{!app_cert_sn}}  alipayPublicKey: fs.readFileSync({{gateway_public_key}}, 'ascii'),\n"
    "{{?app_cert_sn}}  appCertPath: {{app_certificate}},\n"
    "{{?app_cert_sn}}  alipayPublicCertPath: {{gateway_certificate}},\n"
    "{{?app_cert_sn}}  alipayRootCertPath: {{root_certificates}},\n"
    "{{?content_key}}  encryptKey: fs.readFileSync({{content_key}}, 'ascii').trim(),\n"
    "  signType: {{sign_type}},\n"
    "  camelcase: false, // the answer's names as they are on the wire\n"
    "});\n"
    "const parameters = {\n"
    "  bizContent: JSON.parse({{biz_json}}),\n"
    "{{?app_auth_token}}  appAuthToken: {{app_auth_token}},\n"
    "{{?content_key}}  needEncrypt: true,\n"
    "};\n"
    "{{?content_key}}// With validateSign the library takes no encrypted answer: without, it verifies none.\n"
    "\n"
    "{{!content_key}}client.exec({{method}}, parameters, { validateSign: true }).then(\n"
    "{{?content_key}}client.exec({{method}}, parameters).then(\n"
    "  answer => {\n"
    "    console.log(JSON.stringify(answer));\n"
    "    process.exitCode = answer.code === '10000' ? 0 : 1; // 1: refused\n"
    "  },\n"
    KQ_CODE_NODE_FAILURE
    ");\n";

static const char php_template[] =
    "<?php\n"
    "// {{=method}}: needs PHP alone, with its extensions openssl and iconv.\n"
    "\n"
    KQ_CODE_PHP_FAILURES
    "\n"
    "$parameters = [\n"
    "    'app_id' => {{app_id}},\n"
    "    'method' => {{method}},\n"
    "    'format' => 'JSON',\n"
    "    'charset' => {{charset}},\n"
    "    'sign_type' => {{sign_type}},\n"
    "{{?timestamp}}    'timestamp' => {{timestamp}},\n"
    "{{!timestamp}}    'timestamp' => (new DateTime('now', new DateTimeZone('+08:00')))->format('Y-m-d "
    "H:i:s'),\n"
    "    'version' => '1.0',\n"
    "{{?app_auth_token}}    'app_auth_token' => {{app_auth_token}},\n"
    "{{?app_cert_sn}}    // MD5 of issuer and serial number: of the application's certificate, and of the "
    "roots.\n"
    "{{?app_cert_sn}}    'app_cert_sn' => {{app_cert_sn}},\n"
    "{{?app_cert_sn}}    'alipay_root_cert_sn' => {{root_cert_sn}},\n"
    "{{?content_key}}    'encrypt_type' => 'AES',\n"
    "{{?biz}}    'biz_content' => {{biz}},\n"
    "];\n"
    "{{?not_utf8}}$parameters = array_map(fn ($value) => iconv('utf-8', 'gbk', $value), $parameters);\n"
    "{{?content_key}}$key = base64_decode(file_get_contents({{content_key}}));\n"
    "{{?content_key}}$cipher = [sprintf('aes-%d-cbc', 8 * strlen($key)), $key, 0, str_repeat(\"\\0\", 16)];\n"
    "{{?content_key}}{{?biz}}$parameters['biz_content'] = openssl_encrypt($parameters['biz_content'], "
    "...$cipher);\n"
    "\n"
    "// Signed are all parameters but sign, sorted by name, as they are before percent-encoding.\n"
    "ksort($parameters);\n"
    "$pairs = [];\n"
    "foreach ($parameters as $name => $value) {\n"
    "    $pairs[] = \"$name=$value\";\n"
    "}\n"
    "openssl_sign(implode('&', $pairs), $sign, file_get_contents({{private_key}}), {{digest}});\n"
    "$parameters['sign'] = base64_encode($sign);\n"
    "\n"
    "$answer = file_get_contents({{gateway}}, false, stream_context_create(['http' => [\n"
    "    'method' => 'POST',\n"
    "    'header' => 'Content-Type: application/x-www-form-urlencoded;charset=' . $parameters['charset'],\n"
    "    'content' => http_build_query($parameters, '', '&'),\n"
    "    'timeout' => 30,\n"
    "    'follow_location' => 0, // what is signed and the token are for this gateway alone\n"
    "]]));\n"
    "\n"
    "// The gateway signs the value of the first member, byte for byte as it stands in the answer.\n"
    "{{!app_cert_sn}}$form = '/^\\{\"\\w+\":(\\{.*\\}|\"[^\"]*\"),\"sign\":\"([^\"]+)\"\\}$/s';\n"
    "{{?app_cert_sn}}$form = "
    "'/^\\{\"\\w+\":(\\{.*\\}|\"[^\"]*\"),(?:\"alipay_cert_sn\":\"\\w*\",)?\"sign\":\"([^\"]+)\"\\}$/s';\n"
    "if (!preg_match($form, trim($answer), $parts)) {\n"
    "    throw new Exception(\"this is no signed answer: $answer\");\n"
    "}\n"
    "[, $response, $sign] = $parts;\n"
    "{{!app_cert_sn}}$gatewayPublicKey = file_get_contents({{gateway_public_key}});\n"
    "{{?app_cert_sn}}$gatewayPublicKey = file_get_contents({{gateway_certificate}});\n"
    "if (openssl_verify($response, base64_decode($sign), $gatewayPublicKey, {{digest}}) !== 1) {\n"
    "    throw new Exception('the signature of the answer is wrong');\n"
    "}\n"
    "\n"
    "{{?content_key}}// A success comes back encrypted, a refusal in clear.\n"
    "{{?content_key}}$encrypted = $response[0] === '\"';\n"
    "{{?content_key}}$response = $encrypted ? openssl_decrypt(trim($response, '\"'), ...$cipher) : "
    "$response;\n"
    "{{?not_utf8}}$response = iconv('gbk', 'utf-8', $response);\n"
    "$fields = json_decode($response, true) + ['sub_code' => '', 'sub_msg' => ''];\n"
    "{{?content_key}}if ($fields['code'] === '10000' && !$encrypted) {\n"
    "{{?content_key}}    throw new Exception('the answer is not encrypted');\n"
    "{{?content_key}}}\n"
    "echo $response, \"\\n\";\n"
    "if ($fields['code'] !== '10000') {\n"
    "    throw new Exception(\"$fields[code] $fields[msg]; $fields[sub_code] $fields[sub_msg]\");\n"
    "}\n";

static const char c_template[] =
    "/* {{=method}} with libkaquan: cc call.c $(pkg-config --cflags --libs kaquan) */\n"
    "#include <kaquan.h>\n"
    "#include <stdio.h>\n"
    "\n"
    "int main(void)\n"
    "{\n"
    "    struct kq_client_options options = {0};\n"
    "    options.gateway_url = {{gateway}};\n"
    "    options.app_id = {{app_id}};\n"
    "    options.private_key_file = {{private_key}};\n"
    "{{!app_certificate}}    options.gateway_public_key_file = {{gateway_public_key}};\n"
    "{{?app_certificate}}    options.app_certificate_file = {{app_certificate}};\n"
    "{{?app_certificate}}    options.gateway_certificate_file = {{gateway_certificate}};\n"
    "{{?app_certificate}}    options.root_certificates_file = {{root_certificates}};\n"
    "{{?content_key}}    options.content_key_file = {{content_key}};\n"
    "{{?v3}}    options.protocol = KQ_CLIENT_OPENAPI_V3;\n"
    "{{!v3}}    options.charset = {{charset}};\n"
    "{{!v3}}    options.sign_type = {{sign_type}};\n"
    "{{?app_auth_token}}    options.app_auth_token = {{app_auth_token}};\n"
    "\n"
    "    struct kq_client_request request = {0};\n"
    "    request.method = {{method}};\n"
    "{{?biz}}    request.biz_content = {{biz}};\n"
    "{{?timestamp}}    request.timestamp = {{timestamp}};\n"
    "\n"
    "    struct kq_client *client = NULL;\n"
    "    struct kq_client_answer *answer = NULL;\n"
    "    struct kq_client_error error = {.message = \"\"};\n"
    "    enum kq_client_status status = kq_client_open(&options, &client, &error);\n"
    "    if (status == KQ_CLIENT_OK) {\n"
    "        status = kq_client_call(client, &request, &answer, &error);\n"
    "    }\n"
    "    if (answer != NULL && answer->verified) {\n"
    "        printf(\"%s\\n\", answer->response);\n"
    "    }\n"
    "    if (status != KQ_CLIENT_OK) {\n"
    "        fprintf(stderr, \"%s\\n\", error.message);\n"
    "    }\n"
    "    kq_client_answer_free(answer);\n"
    "    kq_client_close(client);\n"
    "    return status == KQ_CLIENT_OK ? 0 : 1;\n"
    "}\n";

/* clang-format on */

const struct kq_code_form kq_code_forms[] = {
    {"curl", KQ_CODE_SHORT_BIZ, append_shell, curl_template, kq_code_curl_v3},
    {"java",
     KQ_CODE_NO_TIMESTAMP | KQ_CODE_SHORT_BIZ | KQ_CODE_PKCS8_ONLY | KQ_CODE_OBJECT_IN_V3 |
         KQ_CODE_OWN_READER,
     append_java, java_template, kq_code_java_v3},
    {"python", KQ_CODE_NO_TIMESTAMP | KQ_CODE_KEYS_ONLY | KQ_CODE_OBJECT | KQ_CODE_OWN_READER, append_python,
     python_template, NULL},
    {"node", KQ_CODE_NO_TIMESTAMP | KQ_CODE_UTF8_ONLY | KQ_CODE_OBJECT | KQ_CODE_OWN_READER, append_node,
     node_template, kq_code_node_v3},
    {"php", KQ_CODE_TAKES_ALL, append_php, php_template, kq_code_php_v3},
    {"c", KQ_CODE_ANY_KEY_FORM, append_c, c_template, c_template},
};
const size_t kq_code_form_count = KQ_COUNT(kq_code_forms);
