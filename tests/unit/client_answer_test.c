/* SPDX-License-Identifier: Apache-2.0 */
#include "client/answer.h"

#include "base/memory.h"
#include "wire/envelope.h"
#include "wire/signature.h"
#include "wire_support.h"
#include <stdio.h>

/* An answer as the wire brings it, signed with the golden key, which here is the gateway's. */
struct fixture {
    enum kq_charset charset; /* of the call */
    struct kq_arena arena;
    struct kq_private_key *private_key;
    struct kq_public_key *public_key;
    struct kq_http_answer http;
};

static int set_up(void **state)
{
    struct fixture *fixture = kq_memory_allocate(sizeof(*fixture));
    struct kq_error error = {0};
    struct kq_slice der;
    *state = fixture;
    assert_ok(
        kq_private_key_load(golden(&fixture->arena, "keys/app_2048.pem"), &fixture->private_key, &error),
        &error);
    assert_ok(kq_private_key_export_public(fixture->private_key, &fixture->arena, &der, &error), &error);
    assert_ok(kq_public_key_load_der(der, &fixture->public_key, &error), &error);
    fixture->http.status = 200;
    snprintf(fixture->http.trace_id, sizeof(fixture->http.trace_id), "trace-1");
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    kq_buffer_free(&fixture->http.body);
    kq_private_key_free(fixture->private_key);
    kq_public_key_free(fixture->public_key);
    kq_arena_free(&fixture->arena);
    kq_memory_free(fixture);
    return 0;
}

static void free_answer(struct kq_client_answer **answer)
{
    kq_client_answer_free(*answer);
}
#define ANSWER KQ_CLEANUP(free_answer) struct kq_client_answer *

#define METHOD "alipay.marketing.voucher.send"

static void put_body(struct fixture *fixture, struct kq_slice body)
{
    kq_buffer_clear(&fixture->http.body);
    kq_buffer_append(&fixture->http.body, body);
}

/* A whole answer to `method`, signed. */
static void put_signed(struct fixture *fixture, const char *method, struct kq_slice response)
{
    BUFFER signature = {0};
    struct kq_error error = {0};
    assert_ok(kq_sign(fixture->private_key, KQ_SIGN_RSA2, response, &signature, &error), &error);
    kq_buffer_clear(&fixture->http.body);
    kq_envelope_append(&fixture->http.body, kq_slice_of(method), response, KQ_SLICE_EMPTY,
                       kq_buffer_slice(&signature));
}

static enum kq_client_status read_answer(struct fixture *fixture, struct kq_client_answer **answer,
                                         struct kq_client_error *error)
{
    const struct kq_answer_expectation expectation = {.method = KQ_SLICE(METHOD),
                                                      .charset = fixture->charset,
                                                      .sign_type = KQ_SIGN_RSA2,
                                                      .gateway_key = fixture->public_key};
    struct kq_slice signed_bytes;
    enum kq_client_status status = kq_answer_read(&expectation, &fixture->http, answer, &signed_bytes, error);
    assert_int_equal(signed_bytes.size > 0, *answer != NULL && (*answer)->verified);
    return status;
}

static void assert_status(struct fixture *fixture, enum kq_client_status expected, const char *message)
{
    ANSWER answer = NULL;
    struct kq_client_error error = {0};
    assert_string_equal(kq_client_status_name(read_answer(fixture, &answer, &error)),
                        kq_client_status_name(expected));
    assert_non_null(strstr(error.message, message));
    assert_non_null(answer);
    assert_string_equal(answer->trace_id, "trace-1");
    assert_int_equal(answer->raw_bytes, fixture->http.body.size);
    if (!answer->verified) {
        assert_string_equal(answer->response, "");
        assert_string_equal(answer->code, "");
    }
}

static void test_golden_success(void **state)
{
    struct fixture *fixture = *state;
    ANSWER answer = NULL;
    struct kq_client_error error = {0};
    put_body(fixture, golden(&fixture->arena, "answers/send/answer"));
    assert_int_equal(read_answer(fixture, &answer, &error), KQ_CLIENT_OK);
    assert_int_equal(answer->verified, 1);
    assert_int_equal(answer->http_status, 200);
    assert_string_equal(answer->code, "10000");
    assert_string_equal(answer->msg, "Success");
    assert_string_equal(answer->sub_code, "");
    assert_slice((struct kq_slice){answer->response, answer->response_bytes},
                 golden(&fixture->arena, "answers/send/utf8.json"));
}

static void test_golden_gbk(void **state)
{
    struct fixture *fixture = *state;
    ANSWER answer = NULL;
    struct kq_client_error error = {0};
    struct kq_slice signed_bytes;
    const struct kq_answer_expectation expectation = {
        .method = golden(&fixture->arena, "answers/wallet_gbk/method"),
        .charset = KQ_CHARSET_GBK,
        .sign_type = KQ_SIGN_RSA2,
        .gateway_key = fixture->public_key,
    };
    put_body(fixture, golden(&fixture->arena, "answers/wallet_gbk/answer"));
    assert_int_equal(kq_answer_read(&expectation, &fixture->http, &answer, &signed_bytes, &error),
                     KQ_CLIENT_OK);
    assert_slice(signed_bytes, golden(&fixture->arena, "answers/wallet_gbk/response"));
    assert_non_null(strstr(answer->response, "商家"));
}

/* The header is not signed, so it changes nothing: the answer is in the call's charset. */
static void test_charset_of_the_header(void **state)
{
    struct fixture *fixture = *state;
    static const char *const types[] = {"", "application/json;charset=GBK", "text/html;charset=klingon",
                                        "text/html;charset=gb2312", "text/html;charset=UTF-8"};
    for (size_t i = 0; i < KQ_COUNT(types); i++) {
        ANSWER answer = NULL;
        struct kq_client_error error = {0};
        snprintf(fixture->http.content_type, sizeof(fixture->http.content_type), "%s", types[i]);
        put_signed(fixture, METHOD, KQ_SLICE("{\"code\":\"10000\",\"msg\":\"优\"}"));
        assert_int_equal(read_answer(fixture, &answer, &error), KQ_CLIENT_OK);
        assert_string_equal(answer->msg, "优");
    }
}

/* A gateway that does not know the call's charset says so in UTF-8. */
static void test_answers_in_utf8_to_a_call_in_gbk(void **state)
{
    struct fixture *fixture = *state;
    fixture->charset = KQ_CHARSET_GBK;
    static const char *const types[] = {"text/html;charset=utf-8", "text/html; Charset=\"UTF-8\" ; x=y"};
    for (size_t i = 0; i < KQ_COUNT(types); i++) {
        snprintf(fixture->http.content_type, sizeof(fixture->http.content_type), "%s", types[i]);
        put_signed(fixture, METHOD, KQ_SLICE("{\"code\":\"40002\",\"msg\":\"编码\"}"));
        assert_status(fixture, KQ_CLIENT_GATEWAY, "40002 编码");
        put_signed(fixture, METHOD, KQ_SLICE("{\"code\":\"10000\",\"msg\":\"联通\"}"));
        assert_status(fixture, KQ_CLIENT_ANSWER, "a success in another charset than the call's");
    }
    fixture->charset = KQ_CHARSET_UTF8;
}

static void test_a_success_in_the_place_of_a_refusal(void **state)
{
    struct fixture *fixture = *state;
    put_signed(fixture, "", KQ_SLICE("{\"code\":\"10000\",\"msg\":\"Success\"}"));
    assert_status(fixture, KQ_CLIENT_ANSWER, "a success in the place of a refusal");
}

static void test_refusals_that_are_signed(void **state)
{
    struct fixture *fixture = *state;
    put_signed(fixture, METHOD,
               KQ_SLICE("{\"code\":\"40004\",\"msg\":\"Business Failed\",\"sub_code\":\"USER_NOT_EXIST\","
                        "\"sub_msg\":\"用户不存在\"}"));
    assert_status(fixture, KQ_CLIENT_BUSINESS, "40004 Business Failed: USER_NOT_EXIST 用户不存在");
    put_signed(fixture, METHOD, KQ_SLICE("{\"code\":\"20000\",\"msg\":\"Service Currently Unavailable\"}"));
    assert_status(fixture, KQ_CLIENT_GATEWAY, "20000 Service Currently Unavailable");
    put_body(fixture, golden(&fixture->arena, "answers/unknown_method/answer"));
    assert_status(fixture, KQ_CLIENT_GATEWAY, "isv.invalid-method");
}

static void test_http_status(void **state)
{
    struct fixture *fixture = *state;
    fixture->http.status = 413;
    put_signed(fixture, METHOD, KQ_SLICE("{\"code\":\"10000\"}"));
    assert_status(fixture, KQ_CLIENT_HTTP, "HTTP status 413");
    fixture->http.status = 404;
    assert_status(fixture, KQ_CLIENT_HTTP, "HTTP status 404: its URL usually ends with /gateway.do");
}

static void test_no_signature(void **state)
{
    struct fixture *fixture = *state;
    put_body(fixture, KQ_SLICE("{\"alipay_marketing_voucher_send_response\":{\"code\":\"10000\"}}"));
    assert_status(fixture, KQ_CLIENT_SIGNATURE,
                  "carries no signature; what it says, not to be relied on: 10000");
    put_body(fixture, KQ_SLICE("{\"error_response\":{\"a\":1},\"sign\":\"\"}"));
    assert_status(fixture, KQ_CLIENT_SIGNATURE, "carries no signature");
}

static void test_changed_answer(void **state)
{
    struct fixture *fixture = *state;
    put_signed(fixture, METHOD, KQ_SLICE("{\"code\":\"40004\",\"amount\":\"1.00\"}"));
    char *digit = strstr(fixture->http.body.data, "1.00");
    *digit = '9';
    assert_status(fixture, KQ_CLIENT_SIGNATURE, "does not verify");
}

static void test_signature_of_another_algorithm(void **state)
{
    struct fixture *fixture = *state;
    struct kq_slice response = KQ_SLICE("{\"code\":\"10000\"}");
    BUFFER signature = {0};
    struct kq_error error = {0};
    assert_ok(kq_sign(fixture->private_key, KQ_SIGN_RSA, response, &signature, &error), &error);
    kq_envelope_append(&fixture->http.body, KQ_SLICE(METHOD), response, KQ_SLICE_EMPTY,
                       kq_buffer_slice(&signature));
    assert_status(fixture, KQ_CLIENT_SIGNATURE, "does not verify");
}

/* Signed by the right key, and still not what was asked for. */
static void test_answer_to_another_method(void **state)
{
    struct fixture *fixture = *state;
    put_signed(fixture, "alipay.marketing.voucher.list.query", KQ_SLICE("{\"code\":\"10000\"}"));
    assert_status(fixture, KQ_CLIENT_ANSWER, "another method's");
}

static void test_not_an_answer(void **state)
{
    struct fixture *fixture = *state;
    static const char *const bodies[] = {"", "<html>", "[]", "{\"sign\":\"x\"}", "{\"a_response\":{"};
    for (size_t i = 0; i < KQ_COUNT(bodies); i++) {
        put_body(fixture, kq_slice_of(bodies[i]));
        assert_status(fixture, KQ_CLIENT_ANSWER, "");
    }
}

static void test_response_that_is_no_object_with_a_code(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        struct kq_slice response;
        const char *message;
    } rows[] = {
        {KQ_SLICE("\"encrypted\""), "not a JSON object"},
        {KQ_SLICE("{}"), "has no code"},
        {KQ_SLICE("{\"code\":\"\"}"), "has no code"},
        {KQ_SLICE("{\"code\":[\"10000\"]}"), "has no code"},
        {KQ_SLICE("{\"code\":\"\xFF\"}"), "not in its charset"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        put_signed(fixture, METHOD, rows[i].response);
        assert_status(fixture, KQ_CLIENT_ANSWER, rows[i].message);
    }
}

static void test_message_is_cut_at_a_character(void **state)
{
    struct fixture *fixture = *state;
    BUFFER response = {0};
    kq_buffer_append(&response, KQ_SLICE("{\"code\":\"40004\",\"sub_msg\":\""));
    for (int i = 0; i < 1000; i++) {
        kq_buffer_append(&response, KQ_SLICE("优"));
    }
    kq_buffer_append(&response, KQ_SLICE("\"}"));
    put_signed(fixture, METHOD, kq_buffer_slice(&response));
    ANSWER answer = NULL;
    struct kq_client_error error = {0};
    assert_int_equal(read_answer(fixture, &answer, &error), KQ_CLIENT_BUSINESS);
    assert_true(strlen(error.message) > KQ_CLIENT_MESSAGE_SIZE - 5);
    assert_true(kq_utf8_is_valid(kq_slice_of(error.message)));
}

static struct kq_result read_with_answer(void *context, struct kq_error *error)
{
    ANSWER answer = NULL;
    struct kq_client_error client_error = {0};
    enum kq_client_status status = read_answer(context, &answer, &client_error);
    KQ_ENSURE(status != KQ_CLIENT_MEMORY || answer != NULL, error, KQ_E_NO_MEMORY, "%s",
              client_error.message);
    KQ_ENSURE(status == KQ_CLIENT_OK, error, KQ_E_INTERNAL, "%s", client_error.message);
    return KQ_OK;
}

static void test_out_of_memory(void **state)
{
    struct fixture *fixture = *state;
    put_signed(fixture, METHOD, KQ_SLICE("{\"code\":\"10000\",\"msg\":\"Success\"}"));
    fail_each_allocation(read_with_answer, fixture);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_golden_success),
        TEST(test_golden_gbk),
        TEST(test_charset_of_the_header),
        TEST(test_answers_in_utf8_to_a_call_in_gbk),
        TEST(test_a_success_in_the_place_of_a_refusal),
        TEST(test_refusals_that_are_signed),
        TEST(test_http_status),
        TEST(test_no_signature),
        TEST(test_changed_answer),
        TEST(test_signature_of_another_algorithm),
        TEST(test_answer_to_another_method),
        TEST(test_not_an_answer),
        TEST(test_response_that_is_no_object_with_a_code),
        TEST(test_message_is_cut_at_a_character),
        TEST(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("client_answer", tests, NULL, NULL);
}
