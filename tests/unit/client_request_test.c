/* SPDX-License-Identifier: Apache-2.0 */
#include "client/request.h"

#include "wire_support.h"

/* The golden requests are what Python's and OpenSSL's encoders make of the reference pages' examples. */

static struct kq_private_key *load_key(struct kq_arena *arena)
{
    struct kq_private_key *key = NULL;
    struct kq_error error = {0};
    assert_ok(kq_private_key_load(golden(arena, "keys/app_2048.pem"), &key, &error), &error);
    return key;
}

static void free_key(struct kq_private_key **key)
{
    kq_private_key_free(*key);
}
#define KEY KQ_CLEANUP(free_key) struct kq_private_key *

static const struct kq_slice send_example =
    KQ_SLICE("{\"template_id\":\"20140601000730010040000000EB\",\"login_id\":\"13196215350\","
             "\"taobao_nick\":\"yue54333\",\"user_id\":\"2088302001456115\","
             "\"out_biz_no\":\"2016122814164328aadaee_1aee_4\",\"amount\":9.99,"
             "\"memo\":\"优酷3个月兑换券\"}");

static struct kq_request_settings settings_of(enum kq_charset charset)
{
    return (struct kq_request_settings){
        .gateway_url = KQ_SLICE("http://127.0.0.1:8080/gateway.do"),
        .app_id = KQ_SLICE("2014072300007148"),
        .charset = charset,
        .sign_type = KQ_SIGN_RSA2,
    };
}

static struct kq_request_call call_of(struct kq_slice biz_content)
{
    return (struct kq_request_call){
        .method = KQ_SLICE("alipay.marketing.voucher.send"),
        .biz_content = biz_content,
        .timestamp = KQ_SLICE("2014-07-24 03:07:50"),
    };
}

static struct kq_slice query_of(struct kq_slice url)
{
    size_t at = kq_slice_find(url, '?') + 1;
    assert_true(at <= url.size);
    return (struct kq_slice){.data = url.data + at, .size = url.size - at};
}

static void test_golden_request(void **state)
{
    (void)state;
    ARENA arena = {0};
    KEY key = load_key(&arena);
    struct kq_error error = {0};
    struct kq_request_settings settings = settings_of(KQ_CHARSET_UTF8);
    struct kq_request_call call = call_of(send_example);
    struct kq_signed_request request;
    assert_ok(kq_request_make(&settings, key, &call, &arena, &request, &error), &error);
    assert_slice(request.string_to_sign, golden(&arena, "requests/send_utf8/string_to_sign"));
    assert_slice(query_of(request.url), golden(&arena, "requests/send_utf8/query"));
    assert_slice(request.body, golden(&arena, "requests/send_utf8/body"));
    assert_text(request.params.items[request.params.count - 1].name, "sign");
}

static void test_gbk(void **state)
{
    (void)state;
    ARENA arena = {0};
    KEY key = load_key(&arena);
    struct kq_error error = {0};
    struct kq_request_settings settings = settings_of(KQ_CHARSET_GBK);
    struct kq_request_call call = call_of(KQ_SLICE("{\"memo\":\"优酷\"}"));
    struct kq_signed_request request;
    assert_ok(kq_request_make(&settings, key, &call, &arena, &request, &error), &error);
    assert_text(request.body, "biz_content=%7B%22memo%22%3A%22%D3%C5%BF%E1%22%7D");
    assert_text(
        request.string_to_sign,
        "app_id=2014072300007148&biz_content={\"memo\":\"\xD3\xC5\xBF\xE1\"}&charset=gbk&format=JSON&"
        "method=alipay.marketing.voucher.send&sign_type=RSA2&timestamp=2014-07-24 03:07:50&version=1.0");
}

/* The ciphertext is what is signed; its plain bytes are in the charset. */
static void test_encrypted(void **state)
{
    (void)state;
    ARENA arena = {0};
    KEY key = load_key(&arena);
    struct kq_content_key *content_key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    struct kq_error error = {0};
    BUFFER expected = {0};
    struct kq_request_settings settings = settings_of(KQ_CHARSET_GBK);
    struct kq_request_call call = call_of(KQ_SLICE("{\"memo\":\"优酷\"}"));
    struct kq_signed_request request;
    assert_ok(kq_content_key_load(KQ_SLICE("MDEyMzQ1Njc4OWFiY2RlZg=="), &content_key, &error), &error);
    settings.content_key = content_key;
    assert_ok(kq_request_make(&settings, key, &call, &arena, &request, &error), &error);
    kq_buffer_append(&expected, KQ_SLICE("app_id=2014072300007148&biz_content="));
    assert_ok(kq_content_encrypt(content_key, KQ_SLICE("{\"memo\":\"\xD3\xC5\xBF\xE1\"}"), &expected, &error),
              &error);
    kq_buffer_append(&expected, KQ_SLICE("&charset=gbk&encrypt_type=AES&format=JSON&"
                                         "method=alipay.marketing.voucher.send&sign_type=RSA2&"
                                         "timestamp=2014-07-24 03:07:50&version=1.0"));
    assert_slice(request.string_to_sign, kq_buffer_slice(&expected));
}

static void test_token_and_no_biz_content(void **state)
{
    (void)state;
    ARENA arena = {0};
    KEY key = load_key(&arena);
    struct kq_error error = {0};
    struct kq_request_settings settings = settings_of(KQ_CHARSET_UTF8);
    settings.app_auth_token = KQ_SLICE("201510BB0c409dd5758b4d939d4008a525463X62");
    settings.sign_type = KQ_SIGN_RSA;
    struct kq_request_call call = call_of(KQ_SLICE_EMPTY);
    struct kq_signed_request request;
    assert_ok(kq_request_make(&settings, key, &call, &arena, &request, &error), &error);
    assert_text(request.body, "");
    assert_text(request.string_to_sign, "app_auth_token=201510BB0c409dd5758b4d939d4008a525463X62&"
                                        "app_id=2014072300007148&charset=utf-8&format=JSON&"
                                        "method=alipay.marketing.voucher.send&sign_type=RSA&"
                                        "timestamp=2014-07-24 03:07:50&version=1.0");
}

static void test_character_that_the_charset_lacks(void **state)
{
    (void)state;
    ARENA arena = {0};
    KEY key = load_key(&arena);
    struct kq_error error = {0};
    struct kq_request_settings settings = settings_of(KQ_CHARSET_GB2312);
    struct kq_request_call call = call_of(KQ_SLICE("{\"memo\":\"😀\"}"));
    struct kq_signed_request request;
    assert_failed(kq_request_make(&settings, key, &call, &arena, &request, &error), &error, KQ_E_BAD_INPUT);
    assert_detail_contains(&error, "biz_content: ");
    assert_detail_contains(&error, "U+1F600");
}

static struct kq_result make(void *context, struct kq_error *error)
{
    ARENA arena = {0};
    struct kq_request_settings settings = settings_of(KQ_CHARSET_GBK);
    struct kq_request_call call = call_of(send_example);
    struct kq_signed_request request;
    return kq_request_make(&settings, context, &call, &arena, &request, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    ARENA arena = {0};
    KEY key = load_key(&arena);
    fail_each_allocation(make, key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_request),
        cmocka_unit_test(test_gbk),
        cmocka_unit_test(test_encrypted),
        cmocka_unit_test(test_token_and_no_biz_content),
        cmocka_unit_test(test_character_that_the_charset_lacks),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("client_request", tests, NULL, NULL);
}
