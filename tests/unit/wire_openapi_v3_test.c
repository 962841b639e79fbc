/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/openapi_v3.h"

#include <stdio.h>

#include "wire/key.h"
#include "wire/signature.h"
#include "wire_support.h"

static const char *const golden_requests[] = {"send", "send_for_a_merchant", "query"};
static const char *const golden_answers[] = {"answer", "answer_error"};

static void free_public(struct kq_public_key **key)
{
    kq_public_key_free(*key);
}

static struct kq_v3_authorization read_ok(struct kq_slice header_value)
{
    struct kq_error error = {0};
    struct kq_v3_authorization authorization;
    assert_ok(kq_v3_authorization_read(header_value, &authorization, &error), &error);
    return authorization;
}

static void assert_refused(struct kq_slice header_value, enum kq_error_code code, const char *detail)
{
    struct kq_error error = {0};
    struct kq_v3_authorization authorization;
    assert_failed(kq_v3_authorization_read(header_value, &authorization, &error), &error, code);
    assert_detail_contains(&error, detail);
}

static void assert_verifies(struct kq_slice text, struct kq_slice sign)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    KQ_CLEANUP(free_public) struct kq_public_key *key = NULL;
    assert_ok(kq_public_key_load(golden(&arena, "keys/public.pem"), &key, &error), &error);
    assert_ok(kq_verify(key, KQ_SIGN_RSA2, text, sign, &arena, &error), &error);
}

static void test_golden_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(golden_requests); i++) {
        ARENA arena = {0};
        BUFFER text = {0};
        const char *name = golden_requests[i];
        struct kq_v3_authorization authorization = read_ok(golden(&arena, "v3/%s/authorization", name));
        assert_slice(authorization.signed_list, golden(&arena, "v3/%s/list", name));
        assert_slice(authorization.sign, golden(&arena, "v3/%s/rsa2.sign", name));
        struct kq_v3_request request = {
            .authorization_list = authorization.signed_list,
            .http_method = golden(&arena, "v3/%s/http_method", name),
            .path_with_query = golden(&arena, "v3/%s/path", name),
            .body = golden(&arena, "v3/%s/body", name),
            .app_auth_token = golden(&arena, "v3/%s/token", name),
        };
        kq_v3_request_string_to_sign(&request, &text);
        assert_slice(kq_buffer_slice(&text), golden(&arena, "v3/%s/string_to_sign", name));
        assert_verifies(kq_buffer_slice(&text), authorization.sign);
    }
}

static void test_golden_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(golden_answers); i++) {
        ARENA arena = {0};
        BUFFER text = {0};
        const char *name = golden_answers[i];
        kq_v3_answer_string_to_sign(golden(&arena, "v3/%s/timestamp", name),
                                    golden(&arena, "v3/%s/nonce", name), golden(&arena, "v3/%s/body", name),
                                    &text);
        assert_slice(kq_buffer_slice(&text), golden(&arena, "v3/%s/string_to_sign", name));
        assert_verifies(kq_buffer_slice(&text), golden(&arena, "v3/%s/rsa2.sign", name));
    }
}

static void test_items(void **state)
{
    (void)state;
    struct kq_v3_authorization read =
        read_ok(KQ_SLICE("ALIPAY-SHA256withRSA app_id=1,app_cert_sn=ab,nonce=n-1,timestamp=1406142470123,"
                         "terminal=a=b,empty=,sign=AB+/=="));
    assert_text(read.app_id, "1");
    assert_text(read.app_cert_sn, "ab");
    assert_text(read.nonce, "n-1");
    assert_text(read.timestamp_ms_text, "1406142470123");
    assert_int_equal(read.timestamp_ms, INT64_C(1406142470123));
    assert_text(read.sign, "AB+/==");
    assert_text(read.signed_list,
                "app_id=1,app_cert_sn=ab,nonce=n-1,timestamp=1406142470123,terminal=a=b,empty=");
}

static void test_what_is_missing_is_empty(void **state)
{
    (void)state;
    struct kq_v3_authorization read = read_ok(KQ_SLICE("ALIPAY-SHA256withRSA a=b"));
    assert_text(read.app_id, "");
    assert_text(read.app_cert_sn, "");
    assert_text(read.nonce, "");
    assert_text(read.timestamp_ms_text, "");
    assert_int_equal(read.timestamp_ms, -1);
    assert_text(read.sign, "");
    assert_text(read.signed_list, "a=b");
    assert_text(read_ok(KQ_SLICE("ALIPAY-SHA256withRSA sign=x")).signed_list, "");
    assert_text(read_ok(KQ_SLICE("ALIPAY-SHA256withRSA   app_id=1,sign=x  ")).sign, "x");
}

static void test_timestamps(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t milliseconds;
    } rows[] = {
        {"0", 0},
        {"999999999999999", INT64_C(999999999999999)},
        {"1000000000000000", -1},
        {"99999999999999999999999999", -1},
        {"-1", -1},
        {"+1", -1},
        {"1.5", -1},
        {"2014-07-24 03:07:50", -1},
        {"", -1},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        BUFFER header = {0};
        kq_buffer_print(&header, KQ_V3_SCHEME " timestamp=%s,sign=x", rows[i].text);
        struct kq_v3_authorization read = read_ok(kq_buffer_slice(&header));
        assert_slice(read.timestamp_ms_text, kq_slice_of(rows[i].text));
        assert_int_equal(read.timestamp_ms, rows[i].milliseconds);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum kq_error_code code;
        const char *detail;
    } rows[] = {
        {"", KQ_E_MISSING_SIGNATURE, ""},
        {" \t ", KQ_E_MISSING_SIGNATURE, ""},
        {"Bearer abc", KQ_E_INVALID_SIGN_TYPE, ""},
        {"ALIPAY-SHA256withRSA", KQ_E_INVALID_SIGN_TYPE, ""},
        {"ALIPAY-SHA256withRSAapp_id=1,sign=x", KQ_E_INVALID_SIGN_TYPE, ""},
        {"ALIPAY-SM2withSM3 app_id=1,sign=x", KQ_E_INVALID_SIGN_TYPE, ""},
        {"ALIPAY-SHA256withRSA app_id", KQ_E_INVALID_PARAMETER_GATEWAY, "name=value"},
        {"ALIPAY-SHA256withRSA =1,sign=x", KQ_E_INVALID_PARAMETER_GATEWAY, "name=value"},
        {"ALIPAY-SHA256withRSA app_id=1,,sign=x", KQ_E_INVALID_PARAMETER_GATEWAY, "name=value"},
        {"ALIPAY-SHA256withRSA app_id=1,app_id=1,sign=x", KQ_E_INVALID_PARAMETER_GATEWAY, "app_id重复"},
        {"ALIPAY-SHA256withRSA app_id=,app_id=1,sign=x", KQ_E_INVALID_PARAMETER_GATEWAY, "app_id重复"},
        {"ALIPAY-SHA256withRSA app_id=1,sign=x,nonce=1", KQ_E_INVALID_PARAMETER_GATEWAY, "sign之后"},
        {"ALIPAY-SHA256withRSA app_id=1,sign=,sign=x", KQ_E_INVALID_PARAMETER_GATEWAY, "sign之后"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        assert_refused(kq_slice_of(rows[i].header), rows[i].code, rows[i].detail);
    }
}

static void test_the_longest_nonce(void **state)
{
    (void)state;
    BUFFER header = {0};
    kq_buffer_print(&header, KQ_V3_SCHEME " nonce=%0*d,sign=x", (int)KQ_V3_NONCE_MAX_BYTES, 1);
    assert_int_equal(read_ok(kq_buffer_slice(&header)).nonce.size, KQ_V3_NONCE_MAX_BYTES);
    kq_buffer_clear(&header);
    kq_buffer_print(&header, KQ_V3_SCHEME " nonce=%0*d,sign=x", (int)KQ_V3_NONCE_MAX_BYTES + 1, 1);
    assert_refused(kq_buffer_slice(&header), KQ_E_INVALID_PARAMETER_GATEWAY, "nonce");
}

/* Cut off anywhere, it is read as far as it goes or refused, and nothing beyond the cut is. */
static void test_cut_off_at_every_byte(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_slice whole = golden(&arena, "v3/send_for_a_merchant/authorization");
    for (size_t size = 0; size < whole.size; size++) {
        struct kq_slice cut = kq_arena_copy(&arena, (struct kq_slice){.data = whole.data, .size = size});
        struct kq_v3_authorization read;
        if (kq_v3_authorization_read(cut, &read, NULL).ok) {
            assert_true(read.signed_list.data + read.signed_list.size <= cut.data + cut.size);
            assert_true(read.sign.size < whole.size);
        }
    }
}

#define TOKEN_APP KQ_SLICE("alipay.open.auth.token.app")

static void test_paths(void **state)
{
    (void)state;
    BUFFER text = {0};
    kq_v3_path_append(TOKEN_APP, &text);
    assert_text(kq_buffer_slice(&text), "/v3/alipay/open/auth/token/app");
    assert_true(kq_v3_path_is_of(kq_buffer_slice(&text), TOKEN_APP));
}

static void test_other_paths(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "",
        "/",
        "/v3",
        "/v3/",
        "/gateway.do",
        "v3/alipay/open/auth/token/app",
        "/V3/alipay/open/auth/token/app",
        "/v3/alipay/open/auth/token/apq",
        "/v3/alipay/open/auth/token/app/",
        "/v3/alipay/open/auth/token",
        "/v3/alipay.open.auth.token.app",
        "/v3/alipay/open/auth/token.app",
    };
    for (size_t i = 0; i < KQ_COUNT(paths); i++) {
        assert_false(kq_v3_path_is_of(kq_slice_of(paths[i]), TOKEN_APP));
    }
}

static void test_without_a_token_there_is_no_line_for_it(void **state)
{
    (void)state;
    BUFFER text = {0};
    struct kq_v3_request request = {.authorization_list = KQ_SLICE("a=1"),
                                    .http_method = KQ_SLICE("GET"),
                                    .path_with_query = KQ_SLICE("/v3/alipay/a?b=%20")};
    kq_v3_request_string_to_sign(&request, &text);
    assert_text(kq_buffer_slice(&text), "a=1\nGET\n/v3/alipay/a?b=%20\n\n");
    kq_buffer_clear(&text);
    request.app_auth_token = KQ_SLICE("t");
    kq_v3_request_string_to_sign(&request, &text);
    assert_text(kq_buffer_slice(&text), "a=1\nGET\n/v3/alipay/a?b=%20\n\nt\n");
}

static struct kq_result make_strings(void *context, struct kq_error *error)
{
    (void)context;
    BUFFER text = {0};
    BUFFER path = {0};
    static const char long_body[5000] = {'{'};
    struct kq_v3_request request = {.authorization_list = KQ_SLICE("a=1"), .body = KQ_SLICE(long_body)};
    kq_v3_request_string_to_sign(&request, &text);
    kq_v3_path_append(KQ_SLICE("alipay.open.auth.token.app"), &path);
    KQ_ENSURE_MEMORY(!text.failed && !path.failed, error);
    return KQ_OK;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(make_strings, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_requests),
        cmocka_unit_test(test_golden_answers),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_what_is_missing_is_empty),
        cmocka_unit_test(test_timestamps),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_the_longest_nonce),
        cmocka_unit_test(test_cut_off_at_every_byte),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_other_paths),
        cmocka_unit_test(test_without_a_token_there_is_no_line_for_it),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
