/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/request_read.h"

#include <unistd.h>

#include "doctor/examine.h"
#include "wire_support.h"

/* One request in every form that people have at hand: each reads to the same parameters. */

/* Of which the square is a minute, and which is read in a hundredth of a second. */
#define LONG_TEXT_REPEATS 400000
#define LONG_TEXT_SECONDS 10

#define EXPECTED                                                                                             \
    "app_id=2014&biz_content={\"memo\":\"a&b, c=d\",\"n\":\"卡\"}&charset=utf-8&sign_type=RSA2&timestamp="  \
    "2014-07-24 03:07:50"
#define BIZ "{\"memo\":\"a&b, c=d\",\"n\":\"卡\"}"
#define BIZ_ENCODED "%7B%22memo%22%3A%22a%26b%2C+c%3Dd%22%2C%22n%22%3A%22%E5%8D%A1%22%7D"
#define QUERY "app_id=2014&charset=utf-8&sign_type=RSA2&timestamp=2014-07-24+03%3A07%3A50&sign=AA%2BB%3D"
#define PLAIN "app_id=2014&charset=utf-8&sign_type=RSA2&timestamp=2014-07-24 03:07:50&sign=AA+B="

static const struct {
    const char *name;
    enum kq_request_form form;
    const char *text;
} forms[] = {
    {"URL", KQ_REQUEST_URL, "https://x/gateway.do?" QUERY "&biz_content=" BIZ_ENCODED "#top"},
    {"URL and body", KQ_REQUEST_URL, "https://x/gateway.do?" QUERY "\nbiz_content=" BIZ_ENCODED "\n"},
    {"URL and body with a heading", KQ_REQUEST_URL,
     "https://x/gateway.do?" QUERY "\nbody: biz_content=" BIZ_ENCODED},
    {"URL that was not encoded", KQ_REQUEST_URL,
     "https://x/gateway.do?app_id=2014&charset=utf-8&timestamp=2014-07-24 03:07:50&sign_type=RSA2"
     "&sign=AA%2BB=\nbiz_content=" BIZ_ENCODED},
    {"kaquan call --verbose", KQ_REQUEST_URL,
     "Parameters:\n  app_id=2014\n  sign_type=RSA2\nString to sign:\n  a=1\nPOST:\n"
     "  https://x/gateway.do?" QUERY "\nRequest body:\n  biz_content=" BIZ_ENCODED
     "\nAnswer:\n  HTTP/1.1 200 OK\n"},
    {"form", KQ_REQUEST_FORM, QUERY "&biz_content=" BIZ_ENCODED},
    {"form with a byte order mark", KQ_REQUEST_FORM, "\xEF\xBB\xBF" QUERY "&biz_content=" BIZ_ENCODED},
    {"plain", KQ_REQUEST_PLAIN, "biz_content=" BIZ "&" PLAIN},
    {"HTML", KQ_REQUEST_FORM,
     "app_id=2014&amp;charset=utf-8&amp;sign_type=RSA2&amp;timestamp="
     "2014-07-24+03%3A07%3A50&amp;sign=AA%2BB%3D&amp;biz_content=" BIZ_ENCODED},
    {"HTTP", KQ_REQUEST_HTTP,
     "POST /gateway.do?" QUERY " HTTP/1.1\r\nHost: x\r\nContent-Type: "
     "application/x-www-form-urlencoded;charset=utf-8\r\n\r\nbiz_content=" BIZ_ENCODED "\r\n"},
    {"HTTP, GET", KQ_REQUEST_HTTP, "GET /gateway.do?" QUERY "&biz_content=" BIZ_ENCODED " HTTP/1.1\n\n"},
    {"HTTP, multipart", KQ_REQUEST_HTTP,
     "POST /gateway.do?" QUERY " HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
     "--b\r\nContent-Disposition: form-data; name=\"biz_content\"\r\n\r\n" BIZ "\r\n--b--\r\n"},
    {"curl", KQ_REQUEST_CURL,
     "curl -s -X POST 'https://x/gateway.do?" QUERY
     "' \\\n  -H 'Accept: */*' \\\n  -d 'biz_content=" BIZ_ENCODED "'"},
    {"curl, encoding", KQ_REQUEST_CURL,
     "curl \"https://x/gateway.do?" QUERY "\" --data-urlencode 'biz_content=" BIZ "'"},
    {"curl, bash's quotes", KQ_REQUEST_CURL,
     "curl $'https://x/gateway.do?" QUERY "' --data-urlencode $'biz_content={\"memo\":\"a&b, "
     "c\\u003dd\",\"n\":\"\\u5361\"}'"},
    {"curl, parts", KQ_REQUEST_CURL,
     "curl https://x/gateway.do?"
     "app_id=2014\\&charset=utf-8 -F sign_type=RSA2 "
     "-F 'timestamp=2014-07-24 03:07:50' -F 'biz_content=" BIZ "'"},
    {"HAR", KQ_REQUEST_HAR,
     "{\"log\":{\"entries\":[{\"request\":{\"method\":\"GET\",\"url\":\"https://x/logo.png?v=1\"}},"
     "{\"request\":{\"method\":\"POST\",\"url\":\"https://x/gateway.do?" QUERY
     "\",\"postData\":{\"mimeType\":\"application/x-www-form-urlencoded\",\"text\":\"biz_content=" BIZ_ENCODED
     "\"}}}]}}"},
    {"HAR entry", KQ_REQUEST_HAR,
     "{\"request\":{\"method\":\"POST\",\"url\":\"https://x/gateway.do?" QUERY
     "\",\"postData\":{\"params\":[{\"name\":\"biz_content\",\"value\":\"{\\\"memo\\\":\\\"a&b, "
     "c=d\\\",\\\"n\\\":\\\"卡\\\"}\"}]}}}"},
    {"log line", KQ_REQUEST_LOG,
     "127.0.0.1 - - [24/Jul/2014:03:07:50 +0800] \"GET /gateway.do?" QUERY "&biz_content=" BIZ_ENCODED
     " HTTP/1.1\" 200 512"},
    {"log line, plain", KQ_REQUEST_LOG, "2014-07-24 INFO sign content: biz_content=" BIZ "&" PLAIN},
    {"log line, Java", KQ_REQUEST_LOG,
     "2014-07-24 03:07:50.123 INFO [main] c.a.Client - params: {app_id=2014, biz_content=" BIZ
     ", charset=utf-8, sign_type=RSA2, timestamp=2014-07-24 03:07:50, sign=AA+B=} took 5 ms"},
    {"log line, level first", KQ_REQUEST_LOG,
     "[INFO]: {app_id=2014, biz_content=" BIZ
     ", charset=utf-8, sign_type=RSA2, timestamp=2014-07-24 03:07:50, sign=AA+B=}, took 5 ms"},
    {"log line, Python", KQ_REQUEST_LOG,
     "INFO:root:params {'app_id': '2014', 'biz_content': '" BIZ
     "', 'charset': 'utf-8', 'sign_type': 'RSA2', 'timestamp': '2014-07-24 03:07:50', 'sign': 'AA+B='} sent"},
    {"log line, PHP", KQ_REQUEST_LOG,
     "[2014-07-24 03:07:50] local.DEBUG: array ( 'app_id' => '2014', 'biz_content' => '" BIZ
     "', 'charset' => 'utf-8', 'sign_type' => 'RSA2', 'timestamp' => '2014-07-24 03:07:50', "
     "'sign' => 'AA+B=', ) []"},
    {"log line, PHP's print_r", KQ_REQUEST_MAP,
     "[24-Jul-2014 03:07:50 UTC] Array\n(\n    [app_id] => 2014\n    [biz_content] => " BIZ
     "\n    [charset] => utf-8\n    [sign_type] => RSA2\n    [timestamp] => 2014-07-24 03:07:50\n"
     "    [sign] => AA+B=\n)\n"},
    {"log line, JSON", KQ_REQUEST_LOG,
     "2014-07-24 INFO request {\"app_id\":\"2014\",\"charset\":\"utf-8\",\"sign_type\":\"RSA2\","
     "\"timestamp\":\"2014-07-24 03:07:50\","
     "\"biz_content\":\"{\\\"memo\\\":\\\"a&b, c=d\\\",\\\"n\\\":\\\"卡\\\"}\"} done"},
    {"log line, JSON with a URL", KQ_REQUEST_LOG,
     "INFO {\"url\":\"https://x/gateway.do?" QUERY "\",\"body\":\"biz_content=" BIZ_ENCODED "\"}"},
    {"log line, an answer beside it", KQ_REQUEST_LOG,
     "INFO answer={\"a_response\":{\"code\":\"1\"},\"sign\":\"AAAA\"} params={app_id=2014, biz_content=" BIZ
     ", charset=utf-8, sign_type=RSA2, timestamp=2014-07-24 03:07:50, sign=AA+B=}"},
    {"JSON log, what is called a response beside it", KQ_REQUEST_HAR,
     "{\"http_response\":\"200\",\"url\":\"https://x/gateway.do?" QUERY "&biz_content=" BIZ_ENCODED "\"}"},
    {"JSON log, its answer beside it", KQ_REQUEST_JSON,
     "{\"alipay_x_response\":{\"code\":\"1\",\"sub_msg\":\"app_id=1&sign=1\"},\"sign\":\"AAAA\",\"request\":"
     "\"" QUERY "&biz_content=" BIZ_ENCODED "\"}"},
    {"JSON log, its answers behind it", KQ_REQUEST_JSON,
     "{\"request\":\"" QUERY "&biz_content=" BIZ_ENCODED
     "\",\"alipay_x_response\":{\"code\":\"1\"},\"http_response\":\"200\"}"},
    {"log line, lists of values", KQ_REQUEST_LOG,
     "INFO {app_id=[2014], biz_content=[" BIZ
     "], charset=[utf-8], sign_type=[RSA2], timestamp=[2014-07-24 03:07:50], sign=[AA+B=]} 5 ms"},
    {"log line, Go", KQ_REQUEST_LOG,
     "2014/07/24 map[app_id:2014 biz_content:" BIZ
     " charset:utf-8 sign:AA+B= sign_type:RSA2 timestamp:2014-07-24 03:07:50]"},
    {"log lines", KQ_REQUEST_LOG,
     "2014-07-24 INFO params\napp_id=2014\nbiz_content=" BIZ
     "\ncharset=utf-8\nsign_type=RSA2\ntimestamp=2014-07-24 03:07:50\nsign=AA+B=\n"},
    {"PHP's print_r on one line", KQ_REQUEST_MAP,
     "Array ( [app_id] => 2014 [biz_content] => " BIZ
     " [charset] => utf-8 [sign_type] => RSA2 [timestamp] => 2014-07-24 03:07:50 [sign] => AA+B= )"},
    {"logfmt", KQ_REQUEST_LOG,
     "time=2014-07-24 level=info msg=\"GET https://x/gateway.do?" QUERY "&biz_content=" BIZ_ENCODED
     "\" status=200"},
    {"JSON log, a message", KQ_REQUEST_JSON,
     "{\"level\":\"info\",\"msg\":\"POST https://x/gateway.do?" QUERY "\\u0026biz_content=" BIZ_ENCODED
     " 200\",\"ts\":1}"},
    {"JSON log, a map in it", KQ_REQUEST_JSON,
     "{\"level\":\"info\",\"data\":{\"text\":\"params: {app_id=2014, charset=utf-8, sign_type=RSA2, "
     "timestamp=2014-07-24 03:07:50, biz_content={\\\"memo\\\":\\\"a&b, c=d\\\",\\\"n\\\":\\\"卡\\\"}, "
     "sign=AA+B=}\"}}"},
    {"JSON log, URL and body", KQ_REQUEST_HAR,
     "{\"level\":\"info\",\"url\":\"https://x/gateway.do?" QUERY "\",\"body\":\"biz_content=" BIZ_ENCODED
     "\"}"},
    {"JSON, URL and an object", KQ_REQUEST_HAR,
     "{\"method\":\"POST\",\"url\":\"https://x/gateway.do?" QUERY
     "\",\"body\":{\"biz_content\":\"{\\\"memo\\\":\\\"a&b, c=d\\\",\\\"n\\\":\\\"卡\\\"}\"}}"},
    {"fetch", KQ_REQUEST_FETCH,
     "await fetch(\"https://x/gateway.do?" QUERY
     "\", {\n  \"headers\": {\n    \"content-type\": \"application/x-www-form-urlencoded\"\n  },\n"
     "  \"body\": "
     "\"biz_content=" BIZ_ENCODED
     "\",\n  \"method\": \"POST\",\n  \"mode\": \"cors\"\n}).then(r => r.json());"},
    {"fetch, GET", KQ_REQUEST_FETCH,
     "fetch(\"https://x/gateway.do?" QUERY "&biz_content=" BIZ_ENCODED "\");"},
    {"PowerShell", KQ_REQUEST_POWERSHELL,
     "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n$session.UserAgent = \"a\"\n"
     "Invoke-WebRequest -UseBasicParsing -Uri \"https://x/gateway.do?" QUERY
     "\" `\n-Method \"POST\" `\n-WebSession $session `\n-Headers @{\n\"accept\"=\"*/*\"\n"
     "  \"x\"=\"`$1 `\"`\"\"\n} `\n"
     "-ContentType \"application/x-www-form-urlencoded\" `\n-Body \"biz_content=" BIZ_ENCODED "\""},
    {"PowerShell, a string in bytes", KQ_REQUEST_POWERSHELL,
     "Invoke-RestMethod -Method Post -Uri 'https://x/gateway.do?" QUERY
     "' -Body ([System.Text.Encoding]::UTF8.GetBytes(\"biz_content={`\"memo`\":`\"a%26b, c=d`\",`\"n`\":`\""
     "$([char]21345)`\"}\"))"},
    {"curl for cmd", KQ_REQUEST_CURL,
     "curl ^\"https://x/gateway.do?app_id=2014^&charset=utf-8^&sign_type=RSA2^&"
     "timestamp=2014-07-24+03^%^3A07^%^3A50^&sign=AA^%^2BB^%^3D^\" ^\r\n"
     "  -H ^\"a: ^\\^\"b^\\^\"^\" ^\r\n  --data-raw ^\"biz_content="
     "^%^7B^%^22memo^%^22^%^3A^%^22a^%^26b^%^2C+c^%^3Dd^%^22^%^2C"
     "^%^22n^%^22^%^3A^%^22^%^E5^%^8D^%^A1^%^22^%^7D^\""},
    {"curl for cmd, as it was", KQ_REQUEST_CURL,
     "curl \"https://x/gateway.do?app_id=2014&charset=utf-8&sign_type=RSA2&timestamp=2014-07-24+03"
     "\"^%\"3A07\"^%\"3A50&sign=AA\"^%\"2BB\"^%\"3D\" ^\n  -H \"a: \"\"b\"\"\\\\\" ^\n"
     "  --data-urlencode \"biz_content={\"\"memo\"\":\"\"a&b, c=d\"\",\"\"n\"\":\"\"卡\"\"}\""},
    {"lines", KQ_REQUEST_LINES,
     "app_id=2014\ncharset = utf-8\nsign_type: RSA2\ntimestamp=2014-07-24 03:07:50\nbiz_content=" BIZ
     "\nsign=AA+B=\n"},
    {"JSON", KQ_REQUEST_JSON,
     "{\"app_id\":\"2014\",\"charset\":\"utf-8\",\"sign_type\":\"RSA2\",\"timestamp\":\"2014-07-24 "
     "03:07:50\",\"biz_content\":\"{\\\"memo\\\":\\\"a&b, c=d\\\",\\\"n\\\":\\\"卡\\\"}\","
     "\"sign\":\"AA+B=\"}"},
    {"JSON, nested", KQ_REQUEST_JSON,
     "{\"url\":\"x\",\"params\":{\"app_id\":2014,\"charset\":\"utf-8\",\"sign_type\":\"RSA2\",\"timestamp\":"
     "\"2014-07-24 03:07:50\",\"biz_content\":{\"memo\":\"a&b, c=d\",\"n\":\"卡\"}}}"},
    {"Java", KQ_REQUEST_MAP,
     "{app_id=2014, biz_content=" BIZ ", charset=utf-8, sign_type=RSA2, timestamp=2014-07-24 03:07:50, "
     "sign=AA+B=}"},
    {"Python", KQ_REQUEST_MAP,
     "{'app_id': '2014', 'biz_content': '" BIZ "', 'charset': 'utf-8', 'sign_type': 'RSA2', 'timestamp': "
     "'2014-07-24 03:07:50', 'sign': 'AA+B='}"},
    {"JavaScript", KQ_REQUEST_MAP,
     "{\n  app_id: '2014',\n  biz_content: '" BIZ
     "',\n  charset: 'utf-8',\n  sign_type: 'RSA2',\n  timestamp: "
     "'2014-07-24 03:07:50',\n  sign: 'AA+B='\n}"},
    {"PHP's print_r", KQ_REQUEST_MAP,
     "Array\n(\n    [app_id] => 2014\n    [biz_content] => " BIZ
     "\n    [charset] => utf-8\n    [sign_type] => "
     "RSA2\n    [timestamp] => 2014-07-24 03:07:50\n    [sign] => AA+B=\n)\n"},
    {"PHP's var_dump", KQ_REQUEST_MAP,
     "array(6) {\n  [\"app_id\"]=>\n  string(4) \"2014\"\n  [\"biz_content\"]=>\n  string(29) \"" BIZ
     "\"\n  [\"charset\"]=>\n  string(5) \"utf-8\"\n  [\"sign_type\"]=>\n  string(4) \"RSA2\"\n  "
     "[\"timestamp\"]=>\n  string(19) \"2014-07-24 03:07:50\"\n  [\"sign\"]=>\n  string(5) \"AA+B=\"\n}\n"},
    {"PHP's array", KQ_REQUEST_MAP,
     "array(\n  'app_id' => '2014',\n  'biz_content' => '" BIZ
     "',\n  'charset' => 'utf-8',\n  'sign_type' => "
     "'RSA2',\n  'timestamp' => '2014-07-24 03:07:50',\n  'sign' => 'AA+B=',\n)"},
};

static void test_every_form_reads_to_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(forms); i++) {
        ARENA arena = {0};
        struct kq_error error = {0};
        struct kq_sent_request request;
        struct kq_slice text;
        print_message("# %s\n", forms[i].name);
        assert_ok(kq_request_read(kq_slice_of(forms[i].text), &arena, &request, &error), &error);
        assert_int_equal(request.form, forms[i].form);
        assert_ok(kq_request_string_to_sign(&request, &text, &error), &error);
        assert_slice(text, KQ_SLICE(EXPECTED));
        struct kq_slice sign = kq_request_find(&request, KQ_SLICE("sign"));
        assert_true(sign.size == 0 || kq_slice_equal(sign, KQ_SLICE("AA+B=")));
    }
}

static void test_a_screens_text_is_signed_in_the_calls_charset(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_sent_request request;
    assert_ok(kq_request_read(KQ_SLICE("{\"charset\":\"GBK\",\"memo\":\"卡\"}"), &arena, &request, &error),
              &error);
    assert_text(kq_request_find(&request, KQ_SLICE("memo")), "\xBF\xA8");
    assert_ok(kq_request_read(KQ_SLICE("charset=GBK&memo=%E5%8D%A1"), &arena, &request, &error), &error);
    assert_text(kq_request_find(&request, KQ_SLICE("memo")), "卡"); /* what was sent stays */
}

static void test_a_log_in_gbk_is_no_answer(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_sent_request request;
    assert_ok(
        kq_request_read(
            KQ_SLICE("{\"http_response\":\"\xBF\xA8\",\"url\":\"https://x/gateway.do?app_id=2014&sign=AA\"}"),
            &arena, &request, &error),
        &error);
    assert_false(request.is_answer);
    assert_text(kq_request_find(&request, KQ_SLICE("app_id")), "2014");
}

static void test_what_is_no_request_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "   ", "hello", "{}", "[1,2]", "{\"log\":{\"entries\":[]}}", "curl", "POST / HTTP/1.1"};
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        ARENA arena = {0};
        struct kq_error error = {0};
        struct kq_sent_request request;
        struct kq_result result = kq_request_read(kq_slice_of(texts[i]), &arena, &request, &error);
        assert_failed(result, &error, KQ_E_BAD_INPUT);
    }
}

static void test_too_many_parameters_are_refused(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER text = {0};
    struct kq_error error = {0};
    struct kq_sent_request request;
    for (unsigned i = 0; i <= KQ_PARAMS_MAX; i++) {
        kq_buffer_print(&text, "a%u=1&", i);
    }
    assert_failed(kq_request_read(kq_buffer_slice(&text), &arena, &request, &error), &error, KQ_E_BAD_INPUT);
}

static void append_object(struct kq_buffer *text)
{
    kq_buffer_append(text, KQ_SLICE("{\"k\":1"));
    for (unsigned i = 0; i <= KQ_PARAMS_MAX; i++) {
        kq_buffer_print(text, ",\"k%u\":%u", i, i);
    }
    kq_buffer_append_byte(text, '}');
}

/* What stands before the request in the text, and is longer than any request, is passed by. */
static void test_an_attempt_that_fails_is_not_the_last(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"INFO cfg=", " POST https://x/gateway.do?app_id=2014&sign=AA"},
        {"", " POST https://x/gateway.do?app_id=2014&sign=AA"},
        {"INFO cfg=", " sent {app_id=2014, sign=AA}"},
        {"{\"a\":{\"url\":\"https://x/\",\"method\":\"POST\",\"body\":", "},\"b\":{\"app_id\":\"2014\"}}"},
        {"{\"cfg\":", ",\"b\":\"POST /gateway.do?app_id=2014&sign=AA\"}"},
    };
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        ARENA arena = {0};
        BUFFER text = {0};
        struct kq_error error = {0};
        struct kq_sent_request request;
        kq_buffer_append(&text, kq_slice_of(texts[i][0]));
        append_object(&text);
        kq_buffer_append(&text, kq_slice_of(texts[i][1]));
        assert_ok(kq_request_read(kq_buffer_slice(&text), &arena, &request, &error), &error);
        assert_text(kq_request_find(&request, KQ_SLICE("app_id")), "2014");
    }
}

#define LINE "2014-07-24 INFO POST https://x/gateway.do?app_id=2014&method=m&sign=s "

static void test_a_body_that_is_not_read_is_told_from_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_read;
    } cases[] = {
        {LINE "-> isv.missing-parameter: biz_content is missing", true},
        {LINE "-> {\"sub_msg\":\"the parameter 'biz_content': must not be empty\"}", true},
        {LINE "400 biz_content", true},
        {LINE "missing \"biz_content\"", true},
        {LINE "biz_content={\"a\":1}", false},
        {LINE "body [biz_content=%7B%22a%22%3A1%7D]", false},
        {LINE "data {\"biz_content\": \"{\\\"a\\\":1}\"}", false},
        {LINE "data {'biz_content': '{\"a\":1}'}", false},
        {LINE "data [biz_content] => {\"a\":1}", false},
        {LINE "biz_content is: biz_content: {}", false},
        {LINE "data {\"biz_content\": \"QUJDREVGR0hJSktMTU5PUA==\"}", false},
        {LINE "data biz_content%3D%7B%7D", false},
    };
    for (size_t i = 0; i < KQ_COUNT(cases); i++) {
        ARENA arena = {0};
        struct kq_error error = {0};
        struct kq_sent_request request;
        print_message("# %s\n", cases[i].text);
        struct kq_result result = kq_request_read(kq_slice_of(cases[i].text), &arena, &request, &error);
        if (cases[i].is_read) {
            assert_ok(result, &error);
            assert_text(kq_request_find(&request, KQ_SLICE("method")), "m");
        } else {
            assert_failed(result, &error, KQ_E_BAD_INPUT);
        }
    }
}

/* Each of these took the time of the square of its size. */
static void test_a_long_text_is_read_in_time(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"{a=", ","},        {"{", ",\n"},        {"{'a': '", "',"},
        {"{a=1, ", "[ ;\n"}, {"INFO ", "Array("}, {"INFO ", "Array()"},
    };
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        ARENA arena = {0};
        BUFFER text = {0};
        struct kq_error error = {0};
        struct kq_sent_request request;
        print_message("# %s%s\n", texts[i][0], texts[i][1]);
        kq_buffer_append(&text, kq_slice_of(texts[i][0]));
        for (size_t j = 0; j < LONG_TEXT_REPEATS; j++) {
            kq_buffer_append(&text, kq_slice_of(texts[i][1]));
        }
        kq_buffer_append(&text, KQ_SLICE("}\n\"app_id=2014&sign=AA\""));
        (void)alarm(LONG_TEXT_SECONDS);
        KQ_IGNORE(kq_request_read(kq_buffer_slice(&text), &arena, &request, &error));
        (void)alarm(0);
    }
}

static void test_a_notification_is_told_by_its_id_and_type(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_sent_request request;
    struct kq_slice text;
    assert_ok(
        kq_request_read(KQ_SLICE("notify_id=1&notify_type=t&sign_type=RSA2&b=2"), &arena, &request, &error),
        &error);
    assert_true(kq_request_is_notification(&request));
    assert_ok(kq_request_string_to_sign(&request, &text, &error), &error);
    assert_text(text, "b=2&notify_id=1&notify_type=t");
}

/* Of what is printed before the request nothing stays. */
static void test_what_is_no_request_takes_no_memory(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER text = {0};
    struct kq_error error = {0};
    struct kq_sent_request request;
    kq_buffer_append(&text, KQ_SLICE("INFO "));
    for (size_t i = 0; i < 1000; i++) {
        kq_buffer_append(&text, KQ_SLICE("{\"a\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]} "));
    }
    kq_buffer_append(&text, KQ_SLICE("{\"app_id\":\"2014\",\"sign\":\"AA\"}"));
    assert_ok(kq_request_read(kq_buffer_slice(&text), &arena, &request, &error), &error);
    assert_text(kq_request_find(&request, KQ_SLICE("app_id")), "2014");
    assert_true(arena.used_bytes < text.size);
}

static struct kq_result read_once(void *context, struct kq_error *error)
{
    ARENA arena = {0};
    struct kq_sent_request request;
    return kq_request_read(kq_slice_of(context), &arena, &request, error);
}

static void test_reading_without_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(forms); i++) {
        fail_each_allocation(read_once, (void *)(uintptr_t)forms[i].text);
    }
    fail_each_allocation(read_once, (void *)(uintptr_t) "{\"charset\":\"GBK\",\"memo\":\"卡\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_reads_to_the_same),
        cmocka_unit_test(test_a_screens_text_is_signed_in_the_calls_charset),
        cmocka_unit_test(test_a_log_in_gbk_is_no_answer),
        cmocka_unit_test(test_what_is_no_request_is_refused),
        cmocka_unit_test(test_too_many_parameters_are_refused),
        cmocka_unit_test(test_an_attempt_that_fails_is_not_the_last),
        cmocka_unit_test(test_a_body_that_is_not_read_is_told_from_a_sentence),
        cmocka_unit_test(test_a_long_text_is_read_in_time),
        cmocka_unit_test(test_a_notification_is_told_by_its_id_and_type),
        cmocka_unit_test(test_what_is_no_request_takes_no_memory),
        cmocka_unit_test(test_reading_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
