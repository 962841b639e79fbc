/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CALL_CODE_H
#define KQ_CLI_CALL_CODE_H

#include "base/buffer.h"
#include "base/error.h"
#include "cli/call_plan.h"
#include "cli/command.h"

/* A call as a program: `kaquan call … --curl` and the like. Nothing is sent; keys stay in their files, which
 * the program reads. */

/* What a form cannot carry, or wants otherwise. */
enum kq_code_limit {
    KQ_CODE_TAKES_ALL = 0,    /* but keys that are not as openssl writes them: cli/call_code_keys.h */
    KQ_CODE_NO_TIMESTAMP = 1, /* its library makes the time stamp itself */
    KQ_CODE_UTF8_ONLY = 2,
    KQ_CODE_PKCS8_ONLY = 4,
    KQ_CODE_KEYS_ONLY = 8,     /* no certificates, no encryption, no OpenAPI v3 */
    KQ_CODE_OBJECT = 16,       /* its library takes the fields as an object */
    KQ_CODE_OBJECT_IN_V3 = 32, /* in OpenAPI v3 it does */
    KQ_CODE_ANY_KEY_FORM = 64, /* its library reads keys in every form; others read PEM */
    KQ_CODE_OWN_READER = 128,  /* its library reads bare public keys only, and all certificates */
    KQ_CODE_SHORT_BIZ = 256,   /* takes no biz_content above KQ_CODE_BIZ_MAX_BYTES */
};

/* Fits whatever is in it, escaped and encrypted, into what each form has for a text: 65535 bytes of a class
 * file, where some characters have half as many again, and curl's 100 KiB for a line of its configuration. */
#define KQ_CODE_BIZ_MAX_BYTES ((size_t)32768)

/* One form. Its template has `{{name}}` for a literal of the language, `{{=name}}` for the bare text, and
 * lines that begin with `{{?name}}` or `{{!name}}`, which are there only with, or without, that text. */
struct kq_code_form {
    const char *flag; /* "java" */
    unsigned limits;  /* of enum kq_code_limit */
    void (*append_literal)(struct kq_buffer *code, struct kq_slice utf8);
    const char *template;
    const char *v3_template; /* of OpenAPI v3; NULL where the form is KEYS_ONLY */
};

/* clang-format off */

/* What the curl scripts of both protocols have in common. The functions fail, option and verified_by: */
#define KQ_CODE_CURL_FUNCTIONS \
    "# Says why, without what would steer a terminal: C0, DEL, C1, and what turns a line's direction.\n" \
    "fail() {\n" \
    "    local said=${1//[[:cntrl:]]/?}\n" \
    "    said=${said//$'\\xc2'[$'\\x80'-$'\\x9f']/?}\n" \
    "    said=${said//$'\\xe2\\x80'[$'\\xaa'-$'\\xae']/?}\n" \
    "    said=${said//$'\\xe2\\x81'[$'\\xa6'-$'\\xa9']/?}\n" \
    "    printf '%s\\n' \"$said\" >&2\n" \
    "    exit 1\n" \
    "}\n" \
    "\n" \
    "# A setting of curl's, for its standard input: the list of processes shows arguments.\n" \
    "option() {\n" \
    "    local value=${2//'\\'/'\\\\'}\n" \
    "    value=${value//'\"'/'\\\"'}\n" \
    "    value=${value//$'\\n'/'\\n'}\n" \
    "    value=${value//$'\\r'/'\\r'}\n" \
    "    printf '%s = \"%s\"\\n' \"$1\" \"$value\"\n" \
    "}\n" \
    "\n" \
    "# verified_by SIGNATURE: did the gateway sign what stands in standard input?\n" \
    "verified_by() {\n" \
    "    openssl dgst -{{=digest}} -verify <(printf '%s\\n' \"$gateway_key\") \\\n" \
    "        -signature <(printf %s \"$1\" | openssl base64 -d -A) >/dev/null\n" \
    "}\n"

/* The gateway's public key, which may come as a certificate: */
#define KQ_CODE_CURL_GATEWAY_KEY \
    "{{!app_cert_sn}}gateway_public_key={{gateway_public_key}}\n" \
    "{{!app_cert_sn}}gateway_key=$(openssl x509 -in \"$gateway_public_key\" -noout -pubkey 2>/dev/null " \
    "|| cat \"$gateway_public_key\")\n" \
    "{{?app_cert_sn}}gateway_key=$(openssl x509 -in {{gateway_certificate}} -noout -pubkey)\n"

/* What the PHP programs of both protocols begin with. An answer that nobody signed may stand in a message. */
#define KQ_CODE_PHP_FAILURES \
    "set_error_handler(fn ($level, $message) => throw new ErrorException($message));\n" \
    "set_exception_handler(function ($exception) {\n" \
    "    // without what would steer a terminal: C0, DEL, C1, and what turns a line's direction\n" \
    "    $steering = '/[\\x00-\\x1f\\x7f]|\\xc2[\\x80-\\x9f]'\n" \
    "        . '|\\xe2\\x80[\\xaa-\\xae]|\\xe2\\x81[\\xa6-\\xa9]/';\n" \
    "    fwrite(STDERR, preg_replace($steering, '?', trim($exception->getMessage())) . \"\\n\");\n" \
    "    exit(1);\n" \
    "});\n"

/* What the Java and Node programs of both protocols do against an answer that nobody signed and that steers a
 * terminal: the libraries put it into their exceptions, those of Java also into what they log. */
#define KQ_CODE_JAVA_FAILURE \
    "            // An answer that nobody signed may stand in it: without what would steer a terminal.\n" \
    "            String steering = \"[\\\\p{Cc}\\\\u202a-\\\\u202e\\\\u2066-\\\\u2069]\";\n" \
    "            System.err.println(said.replaceAll(steering, \"?\"));\n" \
    "            System.exit(1);\n"
#define KQ_CODE_NODE_FAILURE \
    "  error => {\n" \
    "    // An answer that nobody signed may stand in it: without what would steer a terminal.\n" \
    "    console.error(inspect(error).replace(/(?!\\n)\\p{Cc}|[\\u202a-\\u202e\\u2066-\\u2069]/gu, '?'));\n" \
    "    process.exitCode = 1;\n" \
    "  },\n"

/* With a content key, openssl's arguments: */
#define KQ_CODE_CURL_CIPHER \
    "{{?content_key}}key=$(tr -d '[:space:]' <{{content_key}} | openssl base64 -d -A | od -An -v -tx1 | " \
    "tr -d ' \\n')\n" \
    "{{?content_key}}# openssl takes this key as an argument only: while it runs, the list of " \
    "processes shows it.\n" \
    "{{?content_key}}cipher=(\"-aes-$((${#key} * 4))-cbc\" -K \"$key\" -iv " \
    "00000000000000000000000000000000 -a -A)\n"

/* clang-format on */

extern const char kq_code_curl_v3[];
extern const char kq_code_java_v3[];
extern const char kq_code_node_v3[];
extern const char kq_code_php_v3[];

extern const struct kq_code_form kq_code_forms[];
extern const size_t kq_code_form_count;

/* The rows of their flags. */
#define KQ_FLAGS_OF_CODE                                                                                     \
    {.name = "curl", .kind = KQ_FLAG_SWITCH, .text = "send nothing: print a bash script, openssl and curl"}, \
        {.name = "http",                                                                                     \
         .kind = KQ_FLAG_SWITCH,                                                                             \
         .text = "send nothing: print the signed request as HTTP/1.1 has it"},                               \
        {.name = "java",                                                                                     \
         .kind = KQ_FLAG_SWITCH,                                                                             \
         .text = "send nothing: print a program with the official Java library; likewise:"},                 \
        {.name = "python", .kind = KQ_FLAG_SWITCH, .text = "the official Python library"},                   \
        {.name = "node", .kind = KQ_FLAG_SWITCH, .text = "the official Node library"},                       \
        {.name = "php", .kind = KQ_FLAG_SWITCH, .text = "PHP alone, with its extensions openssl and iconv"}, \
    {                                                                                                        \
        .name = "c", .kind = KQ_FLAG_SWITCH, .text = "libkaquan"                                             \
    }

/* Does the line ask for one of them? */
bool kq_call_code_is_wanted(const struct kq_invocation *invocation);

/* Prints the one that it asks for. USAGE where it asks for two, or for what the form cannot carry; NOT_FOUND,
 * BAD_KEY, CRYPTO, NO_MEMORY. */
KQ_MUST struct kq_result kq_call_code_print(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                            struct kq_error *error);

#endif
