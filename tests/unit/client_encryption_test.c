/* SPDX-License-Identifier: Apache-2.0 */
#include "client_support.h"
#include "wire/content_cipher.h"
#include "wire/params.h"

/* Content encryption as a client does it: what is sent, and what is believed of what comes back. */

#define KEY_BASE64 "MDEyMzQ1Njc4OWFiY2RlZg=="
#define OTHER_KEY_BASE64 "ZmVkY2JhOTg3NjU0MzIxMA=="
#define BIZ_CONTENT "{\"memo\":\"优酷\"}"

/* How the gateway answers. */
enum manner {
    ENCRYPTED,
    REFUSAL_ENCRYPTED,
    SUCCESS_IN_CLEAR,
    REFUSAL_IN_CLEAR,
    NO_BASE64,
    OTHER_KEY,
    NO_JSON
};

static void put_string(struct kq_buffer *text, const char *key_base64, struct kq_slice plain)
{
    struct kq_content_key *key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    kq_buffer_append_byte(text, '"');
    if (kq_content_key_load(kq_slice_of(key_base64), &key, NULL).ok) {
        KQ_IGNORE(kq_content_encrypt(key, plain, text, NULL));
    }
    kq_buffer_append_byte(text, '"');
}

/* Success, whose member `echo` is what the request decrypts to. */
static void put_echo(struct kq_slice body, struct kq_buffer *response)
{
    ARENA arena = {0};
    BUFFER plain = {0};
    struct kq_content_key *key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    struct kq_params params;
    kq_params_init(&params, &arena);
    KQ_IGNORE(kq_form_decode(body, &params, NULL));
    struct kq_slice base64 = kq_params_find(&params, KQ_SLICE("biz_content"));
    if (kq_content_key_load(KQ_SLICE(KEY_BASE64), &key, NULL).ok &&
        kq_content_decrypt(key, base64, &plain, NULL).ok) {
        kq_buffer_print(response, "{\"code\":\"10000\",\"echo\":%.*s}",
                        KQ_SLICE_PRINT(kq_buffer_slice(&plain)));
    } else {
        kq_buffer_append(response, KQ_SLICE("{\"code\":\"40002\"}"));
    }
}

static void script(void *data, const struct kq_private_key *key, const struct fake_request *request,
                   struct fake_reply *reply)
{
    const struct kq_slice refusal = KQ_SLICE("{\"code\":\"40004\",\"sub_code\":\"USER_NOT_EXIST\"}");
    BUFFER plain = {0};
    BUFFER response = {0};
    put_echo(request->body, &plain);
    switch (*(const enum manner *)data) {
    case ENCRYPTED:
        put_string(&response, KEY_BASE64, kq_buffer_slice(&plain));
        break;
    case REFUSAL_ENCRYPTED:
        put_string(&response, KEY_BASE64, refusal);
        break;
    case SUCCESS_IN_CLEAR:
        kq_buffer_append(&response, kq_buffer_slice(&plain));
        break;
    case REFUSAL_IN_CLEAR:
        kq_buffer_append(&response, refusal);
        break;
    case NO_BASE64:
        kq_buffer_append(&response, KQ_SLICE("\"what?\""));
        break;
    case OTHER_KEY:
        put_string(&response, OTHER_KEY_BASE64, kq_buffer_slice(&plain));
        break;
    case NO_JSON:
        put_string(&response, KEY_BASE64, KQ_SLICE("code=10000"));
        break;
    }
    put_answer(&reply->bytes, key, FAKE_METHOD, kq_buffer_slice(&response));
}

static enum kq_client_status call(enum manner manner, struct kq_client_answer **answer,
                                  struct kq_client_error *error)
{
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(script, &manner);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.content_key = " " KEY_BASE64 "\n";
    CLIENT client = open_client(&options);
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = BIZ_CONTENT};
    return kq_client_call(client, &request, answer, error);
}

static void test_there_and_back(void **state)
{
    (void)state;
    ANSWER answer = NULL;
    struct kq_client_error error;
    assert_status(call(ENCRYPTED, &answer, &error), KQ_CLIENT_OK, &error);
    assert_int_equal(answer->verified, 1);
    assert_string_equal(answer->response, "{\"code\":\"10000\",\"echo\":" BIZ_CONTENT "}");
    assert_string_equal(answer->code, "10000");
    assert_null(strstr(answer->raw, "10000"));
}

static void test_refusals_are_believed_either_way(void **state)
{
    (void)state;
    const enum manner manners[] = {REFUSAL_ENCRYPTED, REFUSAL_IN_CLEAR};
    for (size_t i = 0; i < KQ_COUNT(manners); i++) {
        ANSWER answer = NULL;
        struct kq_client_error error;
        assert_status(call(manners[i], &answer, &error), KQ_CLIENT_BUSINESS, &error);
        assert_string_equal(answer->sub_code, "USER_NOT_EXIST");
    }
}

static void test_what_is_not_believed(void **state)
{
    (void)state;
    const struct {
        enum manner manner;
        const char *message;
    } rows[] = {
        {SUCCESS_IN_CLEAR, "in clear, although encryption was asked for"},
        {NO_BASE64, "cannot be decrypted with the content key given"},
        {OTHER_KEY, ""},
        {NO_JSON, "is not JSON"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        ANSWER answer = NULL;
        struct kq_client_error error;
        assert_status(call(rows[i].manner, &answer, &error), KQ_CLIENT_ANSWER, &error);
        assert_non_null(strstr(error.message, rows[i].message));
        assert_int_equal(answer->verified, 0);
        assert_string_equal(answer->response, "");
        assert_string_equal(answer->code, "");
    }
}

static void test_keys_that_are_none(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const char *const keys[] = {"c2hvcnQ=", "not base64!"};
    for (size_t i = 0; i < KQ_COUNT(keys); i++) {
        struct kq_client_options options = fake_options(&arena, gateway);
        struct kq_client *client = NULL;
        struct kq_client_error error;
        options.content_key = keys[i];
        assert_status(kq_client_open(&options, &client, &error), KQ_CLIENT_USAGE, &error);
        assert_non_null(strstr(error.message, "the content key: "));
        assert_null(strstr(error.message, keys[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_refusals_are_believed_either_way),
        cmocka_unit_test(test_what_is_not_believed),
        cmocka_unit_test(test_keys_that_are_none),
    };
    return cmocka_run_group_tests_name("client_encryption", tests, NULL, NULL);
}
