/* SPDX-License-Identifier: Apache-2.0 */
#include "client/request.h"

#include <stdio.h>

#include "client/answer.h"
#include "client_support.h"
#include "wire/content_cipher.h"
#include "wire/openapi_v3.h"
#include "wire/signature.h"

/* OpenAPI v3 as a client speaks it. */

#define KEY_BASE64 "MDEyMzQ1Njc4OWFiY2RlZg=="

/* How the gateway answers. */
struct answering {
    int status;
    const char *body;
    const char *signed_body; /* NULL: what is sent */
    const char *timestamp;   /* what is sent of it; NULL: what is signed */
    bool is_unsigned;
    bool is_encrypted;
    char head[8192]; /* of the last request */
    char request_body[1024];
};

static void free_key(struct kq_private_key **key)
{
    kq_private_key_free(*key);
}
#define KEY KQ_CLEANUP(free_key) struct kq_private_key *

static struct kq_private_key *load_key(struct kq_arena *arena)
{
    struct kq_private_key *key = NULL;
    struct kq_error error = {0};
    assert_ok(kq_private_key_load(golden(arena, "keys/app_2048.pem"), &key, &error), &error);
    return key;
}

static struct kq_request_settings settings_of(void)
{
    return (struct kq_request_settings){
        .gateway_url = KQ_SLICE("http://127.0.0.1:8080"),
        .app_id = KQ_SLICE("2014072300007148"),
        .sign_type = KQ_SIGN_RSA2,
    };
}

static struct kq_request_call call_of(struct kq_slice biz_content)
{
    return (struct kq_request_call){
        .method = KQ_SLICE("alipay.marketing.voucher.send"),
        .biz_content = biz_content,
        .timestamp_ms = 1406142470123,
        .nonce = KQ_SLICE("d6a1d4a4-3f0e-4b5c-9d2c-0f6f3c1f6f11"),
    };
}

/* What Python and the openssl command make of the same call. */
static void test_golden_request(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER header = {0};
    KEY key = load_key(&arena);
    struct kq_error error = {0};
    struct kq_request_settings settings = settings_of();
    struct kq_request_call call = call_of(golden(&arena, "v3/send/body"));
    struct kq_signed_request request;
    assert_ok(kq_v3_request_make(&settings, key, &call, &arena, &request, &error), &error);
    assert_slice(request.string_to_sign, golden(&arena, "v3/send/string_to_sign"));
    assert_text(request.url, "http://127.0.0.1:8080/v3/alipay/marketing/voucher/send");
    assert_slice(request.body, golden(&arena, "v3/send/body"));
    kq_buffer_print(&header, "Authorization: %s", golden(&arena, "v3/send/authorization").data);
    assert_string_equal(request.headers[0], header.data);
    assert_null(request.headers[1]);
    assert_text(request.params.items[request.params.count - 1].name, "sign");
}

static void test_every_header(void **state)
{
    (void)state;
    ARENA arena = {0};
    KEY key = load_key(&arena);
    struct kq_content_key *content_key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    struct kq_error error = {0};
    struct kq_request_settings settings = settings_of();
    struct kq_request_call call = call_of(KQ_SLICE_EMPTY);
    struct kq_signed_request request;
    assert_ok(kq_content_key_load(KQ_SLICE(KEY_BASE64), &content_key, &error), &error);
    settings.gateway_url = KQ_SLICE("https://example.com/base");
    settings.app_auth_token = KQ_SLICE("token");
    settings.app_cert_sn = KQ_SLICE("a1");
    settings.root_cert_sn = KQ_SLICE("b2_c3");
    settings.content_key = content_key;
    assert_ok(kq_v3_request_make(&settings, key, &call, &arena, &request, &error), &error);
    assert_string_equal(request.headers[1], "alipay-app-auth-token: token");
    assert_string_equal(request.headers[2], "alipay-root-cert-sn: b2_c3");
    assert_string_equal(request.headers[3], "alipay-encrypt-type: AES");
    assert_null(request.headers[4]);
    BUFFER expected = {0};
    kq_buffer_append(&expected, KQ_SLICE("app_id=2014072300007148,app_cert_sn=a1,"
                                         "nonce=d6a1d4a4-3f0e-4b5c-9d2c-0f6f3c1f6f11,"
                                         "timestamp=1406142470123\nPOST\n"
                                         "/base/v3/alipay/marketing/voucher/send\n"));
    assert_ok(kq_content_encrypt(content_key, KQ_SLICE("{}"), &expected, &error), &error);
    kq_buffer_append(&expected, KQ_SLICE("\ntoken\n"));
    assert_slice(request.string_to_sign, kq_buffer_slice(&expected));
}

static void test_what_cannot_be_sent(void **state)
{
    (void)state;
    ARENA arena = {0};
    KEY key = load_key(&arena);
    struct kq_error error = {0};
    struct kq_request_settings settings = settings_of();
    struct kq_request_call call = call_of(KQ_SLICE("{\"a\":\"\xFF\"}"));
    struct kq_signed_request request;
    assert_failed(kq_v3_request_make(&settings, key, &call, &arena, &request, &error), &error,
                  KQ_E_BAD_INPUT);
    call = call_of(KQ_SLICE_EMPTY);
    call.method = KQ_SLICE("a/../b?c\r\nd");
    assert_failed(kq_v3_request_make(&settings, key, &call, &arena, &request, &error), &error, KQ_E_USAGE);
}

static void put_body(const struct answering *answering, struct kq_buffer *body)
{
    struct kq_content_key *key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    struct kq_slice plain = kq_slice_of(answering->body);
    if (!answering->is_encrypted) {
        kq_buffer_append(body, plain);
    } else if (kq_content_key_load(KQ_SLICE(KEY_BASE64), &key, NULL).ok) {
        KQ_IGNORE(kq_content_encrypt(key, plain, body, NULL));
    }
}

static void script(void *data, const struct kq_private_key *key, const struct fake_request *request,
                   struct fake_reply *reply)
{
    struct answering *answering = data;
    BUFFER body = {0};
    BUFFER text = {0};
    BUFFER signature = {0};
    const char *timestamp = "1406142470123";
    snprintf(answering->head, sizeof(answering->head), "%.*s", KQ_SLICE_PRINT(request->head));
    snprintf(answering->request_body, sizeof(answering->request_body), "%.*s", KQ_SLICE_PRINT(request->body));
    put_body(answering, &body);
    struct kq_slice signed_body =
        answering->signed_body == NULL ? kq_buffer_slice(&body) : kq_slice_of(answering->signed_body);
    kq_v3_answer_string_to_sign(kq_slice_of(timestamp), KQ_SLICE("n-1"), signed_body, &text);
    kq_buffer_print(&reply->bytes, "HTTP/1.1 %d Said\r\nalipay-trace-id: trace-7\r\n", answering->status);
    if (!answering->is_unsigned && kq_sign(key, KQ_SIGN_RSA2, kq_buffer_slice(&text), &signature, NULL).ok) {
        kq_buffer_print(&reply->bytes,
                        "Alipay-Timestamp: %s\r\nalipay-nonce: n-1\r\nalipay-signature: %s\r\n",
                        answering->timestamp == NULL ? timestamp : answering->timestamp, signature.data);
    }
    kq_buffer_print(&reply->bytes, "Content-Length: %zu\r\n\r\n", body.size);
    kq_buffer_append(&reply->bytes, kq_buffer_slice(&body));
}

static struct kq_client_options v3_options(struct kq_arena *arena, const struct fake_gateway *gateway)
{
    struct kq_client_options options = fake_options(arena, gateway);
    struct kq_slice url = kq_slice_of(options.gateway_url);
    url.size -= strlen("gateway.do");
    options.gateway_url = kq_arena_copy(arena, url).data;
    options.protocol = KQ_CLIENT_OPENAPI_V3;
    return options;
}

static enum kq_client_status call(struct answering *answering, const char *content_key,
                                  struct kq_client_answer **answer, struct kq_client_error *error)
{
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(script, answering);
    struct kq_client_options options = v3_options(&arena, gateway);
    options.content_key = content_key;
    CLIENT client = open_client(&options);
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{\"a\":\"券\"}"};
    return kq_client_call(client, &request, answer, error);
}

#define SUCCESS "{\"voucher_id\":\"1\"}"

static void test_success(void **state)
{
    (void)state;
    struct answering answering = {.status = 200, .body = SUCCESS};
    ANSWER answer = NULL;
    struct kq_client_error error;
    assert_status(call(&answering, NULL, &answer, &error), KQ_CLIENT_OK, &error);
    assert_int_equal(answer->verified, 1);
    assert_string_equal(answer->response, SUCCESS);
    assert_string_equal(answer->code, "10000");
    assert_string_equal(answer->trace_id, "trace-7");
    assert_string_equal(answering.request_body, "{\"a\":\"券\"}");
    assert_non_null(strstr(answering.head, "POST /v3/alipay/marketing/voucher/send HTTP/1.1\r\n"));
    assert_non_null(strstr(answering.head, "Content-Type: application/json\r\n"));
    assert_non_null(
        strstr(answering.head, "Authorization: ALIPAY-SHA256withRSA app_id=2014072300007148,nonce="));
}

/* The nonce of the last request. */
static struct kq_slice nonce_of(const struct answering *answering)
{
    const char *at = strstr(answering->head, "nonce=");
    assert_non_null(at);
    struct kq_slice rest = kq_slice_of(at + strlen("nonce="));
    rest.size = kq_slice_find(rest, ',');
    return rest;
}

static void test_each_nonce_is_new(void **state)
{
    (void)state;
    struct answering first = {.status = 200, .body = SUCCESS};
    struct answering second = {.status = 200, .body = SUCCESS};
    ANSWER answer = NULL;
    ANSWER other = NULL;
    struct kq_client_error error;
    assert_status(call(&first, NULL, &answer, &error), KQ_CLIENT_OK, &error);
    assert_status(call(&second, NULL, &other, &error), KQ_CLIENT_OK, &error);
    assert_int_equal(nonce_of(&first).size, 32);
    assert_false(kq_slice_equal(nonce_of(&first), nonce_of(&second)));
}

static void test_encrypted(void **state)
{
    (void)state;
    struct answering answering = {.status = 200, .body = SUCCESS, .is_encrypted = true};
    ANSWER answer = NULL;
    struct kq_client_error error;
    assert_status(call(&answering, KEY_BASE64, &answer, &error), KQ_CLIENT_OK, &error);
    assert_string_equal(answer->response, SUCCESS);
    assert_non_null(strstr(answering.head, "Content-Type: text/plain\r\n"));
    assert_non_null(strstr(answering.head, "alipay-encrypt-type: AES\r\n"));
    assert_null(strstr(answering.request_body, "\"a\""));
}

static void test_signed_refusals(void **state)
{
    (void)state;
    struct answering business = {
        .status = 400, .body = "{\"code\":\"TEMPLATE_NOT_EXIST\",\"message\":\"模板不存在\",\"links\":[]}"};
    struct answering gateway = {.status = 401,
                                .body = "{\"code\":\"invalid-signature\",\"message\":\"验签出错\"}"};
    ANSWER answer = NULL;
    ANSWER other = NULL;
    struct kq_client_error error;
    assert_status(call(&business, KEY_BASE64, &answer, &error), KQ_CLIENT_BUSINESS, &error);
    assert_string_equal(error.message, "TEMPLATE_NOT_EXIST: 模板不存在");
    assert_string_equal(error.code, "TEMPLATE_NOT_EXIST");
    assert_string_equal(error.sub_code, "TEMPLATE_NOT_EXIST");
    assert_int_equal(answer->http_status, 400);
    assert_status(call(&gateway, NULL, &other, &error), KQ_CLIENT_GATEWAY, &error);
    assert_string_equal(other->msg, "验签出错");
}

/* The status is not signed: whoever stands between could have changed it. */
static void test_refusals_with_the_status_of_a_success(void **state)
{
    (void)state;
    struct answering gateway = {.status = 200,
                                .body = "{\"code\":\"invalid-signature\",\"message\":\"验签出错\"}"};
    struct answering business = {.status = 200,
                                 .body = "{\"links\":[],\"message\":\"\",\"code\":\"TEMPLATE_NOT_EXIST\"}"};
    ANSWER answer = NULL;
    ANSWER other = NULL;
    ANSWER encrypted = NULL;
    struct kq_client_error error;
    assert_status(call(&gateway, NULL, &answer, &error), KQ_CLIENT_GATEWAY, &error);
    assert_string_equal(answer->code, "invalid-signature");
    assert_status(call(&business, NULL, &other, &error), KQ_CLIENT_BUSINESS, &error);
    assert_string_equal(error.sub_code, "TEMPLATE_NOT_EXIST");
    assert_status(call(&gateway, KEY_BASE64, &encrypted, &error), KQ_CLIENT_ANSWER, &error);
    assert_int_equal(encrypted->verified, 0);
}

static void test_what_is_not_believed(void **state)
{
    (void)state;
    struct {
        struct answering answering;
        const char *content_key;
        enum kq_client_status status;
        const char *message;
    } rows[] = {
        {{.status = 200, .body = SUCCESS, .is_unsigned = true}, NULL, KQ_CLIENT_SIGNATURE, "no signature"},
        {{.status = 200, .body = SUCCESS, .signed_body = "{}"}, NULL, KQ_CLIENT_SIGNATURE, "does not verify"},
        {{.status = 200, .body = SUCCESS, .timestamp = "1"}, NULL, KQ_CLIENT_SIGNATURE, "does not verify"},
        {{.status = 400, .body = "{\"code\":\"A\"}", .signed_body = "{}"},
         NULL,
         KQ_CLIENT_SIGNATURE,
         "verify"},
        {{.status = 200, .body = SUCCESS}, KEY_BASE64, KQ_CLIENT_ANSWER, "in clear"},
        {{.status = 200, .body = "[1]", .is_encrypted = true}, KEY_BASE64, KQ_CLIENT_ANSWER, "no"},
        {{.status = 200, .body = "AAAA"}, KEY_BASE64, KQ_CLIENT_ANSWER, "cannot be decrypted"},
        {{.status = 200, .body = "nothing"}, NULL, KQ_CLIENT_ANSWER, "is not JSON"},
        {{.status = 200, .body = ""}, NULL, KQ_CLIENT_ANSWER, "is not JSON"},
        {{.status = 400, .body = "{\"message\":\"x\"}"}, NULL, KQ_CLIENT_ANSWER, "has no code"},
        {{.status = 502, .body = "<html>", .is_unsigned = true}, NULL, KQ_CLIENT_HTTP, "HTTP status 502"},
        {{.status = 302, .body = SUCCESS}, NULL, KQ_CLIENT_HTTP, "HTTP status 302"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        ANSWER answer = NULL;
        struct kq_client_error error;
        assert_status(call(&rows[i].answering, rows[i].content_key, &answer, &error), rows[i].status, &error);
        assert_non_null(strstr(error.message, rows[i].message));
        assert_int_equal(answer->verified, 0);
        assert_string_equal(answer->response, "");
        assert_string_equal(answer->code, "");
    }
}

static void test_options_that_do_not_fit(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct {
        const char *url;
        const char *charset;
        const char *sign_type;
        const char *token;
        const char *message;
    } rows[] = {
        {"http://a/gateway.do", NULL, NULL, NULL, "without /gateway.do"},
        {"http://a/v3", NULL, NULL, NULL, "without /v3"},
        {"http://a/v3/", NULL, NULL, NULL, "without /v3/"},
        {"http://a", "gbk", NULL, NULL, "utf-8 only"},
        {"http://a", NULL, "RSA", NULL, "RSA2 only"},
        {"http://a", NULL, NULL, "x\r\ny: z", "app_auth_token has a character"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_client_options options = v3_options(&arena, gateway);
        struct kq_client *client = NULL;
        struct kq_client_error error;
        options.gateway_url = rows[i].url;
        options.charset = rows[i].charset;
        options.sign_type = rows[i].sign_type;
        options.app_auth_token = rows[i].token;
        assert_status(kq_client_open(&options, &client, &error), KQ_CLIENT_USAGE, &error);
        assert_non_null(strstr(error.message, rows[i].message));
    }
}

/* What Python and the openssl command make of an answer. */
struct golden_answer {
    struct kq_http_answer http;
    struct kq_public_key *key;
};

static void load_answer(struct golden_answer *from, struct kq_arena *arena, const char *name, int status)
{
    struct kq_error error = {0};
    from->http.status = status;
    snprintf(from->http.timestamp, sizeof(from->http.timestamp), "%s",
             golden(arena, "v3/%s/timestamp", name).data);
    snprintf(from->http.nonce, sizeof(from->http.nonce), "%s", golden(arena, "v3/%s/nonce", name).data);
    snprintf(from->http.signature, sizeof(from->http.signature), "%s",
             golden(arena, "v3/%s/rsa2.sign", name).data);
    kq_buffer_append(&from->http.body, golden(arena, "v3/%s/body", name));
    assert_ok(kq_public_key_load(golden(arena, "keys/public.pem"), &from->key, &error), &error);
}

static void free_answer_source(struct golden_answer *from)
{
    kq_buffer_free(&from->http.body);
    kq_public_key_free(from->key);
}

static enum kq_client_status read_golden(const struct golden_answer *from, struct kq_client_answer **answer,
                                         struct kq_slice *signed_bytes, struct kq_client_error *error)
{
    const struct kq_answer_expectation expectation = {.gateway_key = from->key};
    return kq_v3_answer_read(&expectation, &from->http, answer, signed_bytes, error);
}

static void test_golden_answers(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int status;
        enum kq_client_status expected;
    } rows[] = {{"answer", 200, KQ_CLIENT_OK}, {"answer_error", 400, KQ_CLIENT_BUSINESS}};
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        ARENA arena = {0};
        struct golden_answer from KQ_CLEANUP(free_answer_source) = {0};
        ANSWER answer = NULL;
        struct kq_client_error error;
        struct kq_slice signed_bytes;
        load_answer(&from, &arena, rows[i].name, rows[i].status);
        assert_status(read_golden(&from, &answer, &signed_bytes, &error), rows[i].expected, &error);
        assert_slice(signed_bytes, golden(&arena, "v3/%s/string_to_sign", rows[i].name));
        assert_slice(kq_slice_of(answer->response), golden(&arena, "v3/%s/body", rows[i].name));
    }
}

static struct kq_result read_once(void *context, struct kq_error *error)
{
    ANSWER answer = NULL;
    struct kq_slice signed_bytes;
    struct kq_client_error client_error;
    enum kq_client_status status = read_golden(context, &answer, &signed_bytes, &client_error);
    KQ_ENSURE(status != KQ_CLIENT_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
    KQ_ENSURE(status == KQ_CLIENT_BUSINESS, error, KQ_E_INTERNAL, "%s", client_error.message);
    return KQ_OK;
}

static void test_answer_out_of_memory(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct golden_answer from KQ_CLEANUP(free_answer_source) = {0};
    load_answer(&from, &arena, "answer_error", 400);
    fail_each_allocation(read_once, &from);
}

static struct kq_result make_once(void *context, struct kq_error *error)
{
    ARENA arena = {0};
    struct kq_request_settings settings = settings_of();
    struct kq_request_call call = call_of(KQ_SLICE("{}"));
    struct kq_signed_request request;
    settings.app_auth_token = KQ_SLICE("token");
    return kq_v3_request_make(&settings, context, &call, &arena, &request, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    ARENA arena = {0};
    KEY key = load_key(&arena);
    fail_each_allocation(make_once, key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_request),
        cmocka_unit_test(test_every_header),
        cmocka_unit_test(test_what_cannot_be_sent),
        cmocka_unit_test(test_success),
        cmocka_unit_test(test_each_nonce_is_new),
        cmocka_unit_test(test_encrypted),
        cmocka_unit_test(test_signed_refusals),
        cmocka_unit_test(test_refusals_with_the_status_of_a_success),
        cmocka_unit_test(test_what_is_not_believed),
        cmocka_unit_test(test_options_that_do_not_fit),
        cmocka_unit_test(test_golden_answers),
        cmocka_unit_test(test_answer_out_of_memory),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("client_v3", tests, NULL, NULL);
}
