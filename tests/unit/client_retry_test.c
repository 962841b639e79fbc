/* SPDX-License-Identifier: Apache-2.0 */
#include "client_support.h"

/* What is sent again, and what is not; and what an error says. */

/* Closes the first `silent` requests' connections without a word, then answers. */
struct plan {
    size_t silent;
    const char *response; /* NULL: HTTP status 500 */
};

static void follow(void *data, const struct kq_private_key *key, const struct fake_request *request,
                   struct fake_reply *reply)
{
    const struct plan *plan = data;
    if (request->number <= plan->silent) {
        reply->close = true;
    } else if (plan->response == NULL) {
        put_http(&reply->bytes, 500, KQ_SLICE("not today"));
    } else {
        put_answer(&reply->bytes, key, FAKE_METHOD, kq_slice_of(plan->response));
    }
}

#define SUCCESS "{\"code\":\"10000\",\"msg\":\"Success\"}"

/* One call: its status, and how many requests came of it. */
static void call(struct plan plan, int retries_max, const struct kq_client_request *request,
                 enum kq_client_status expected, size_t requests)
{
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(follow, &plan);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.retries_max = retries_max;
    CLIENT client = open_client(&options);
    ANSWER answer = NULL;
    struct kq_client_error error;
    assert_status(kq_client_call(client, request, &answer, &error), expected, &error);
    assert_int_equal(fake_gateway_requests(gateway), requests);
}

static const struct kq_client_request repeatable = {
    .method = FAKE_METHOD, .biz_content = "{\"a\":1}", .repeatable = 1};
static const struct kq_client_request once = {.method = FAKE_METHOD, .biz_content = "{\"a\":1}"};

static void test_a_repeatable_call_is_repeated(void **state)
{
    (void)state;
    call((struct plan){.silent = 2, .response = SUCCESS}, 0, &repeatable, KQ_CLIENT_OK, 3);
}

static void test_not_more_often_than_allowed(void **state)
{
    (void)state;
    call((struct plan){.silent = 9}, 0, &repeatable, KQ_CLIENT_TRANSPORT, 3);
    call((struct plan){.silent = 9}, 1, &repeatable, KQ_CLIENT_TRANSPORT, 2);
    call((struct plan){.silent = 9}, -1, &repeatable, KQ_CLIENT_TRANSPORT, 1);
}

static void test_any_other_call_is_not_repeated(void **state)
{
    (void)state;
    call((struct plan){.silent = 9}, 0, &once, KQ_CLIENT_TRANSPORT, 1);
}

static void test_nothing_is_repeated_after_an_answer(void **state)
{
    (void)state;
    call((struct plan){.response = NULL}, 0, &repeatable, KQ_CLIENT_HTTP, 1);
    call((struct plan){.response = "{\"code\":\"20000\",\"msg\":\"Busy\"}"}, 0, &repeatable,
         KQ_CLIENT_GATEWAY, 1);
}

/* The second request comes over a kept connection, and is not answered. */
static void answer_the_first(void *data, const struct kq_private_key *key, const struct fake_request *request,
                             struct fake_reply *reply)
{
    (void)data;
    reply->close = request->number > 1;
    if (request->number == 1) {
        put_answer(&reply->bytes, key, FAKE_METHOD, KQ_SLICE(SUCCESS));
    }
}

static void call_over_a_kept_connection(const struct kq_client_request *request)
{
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(answer_the_first, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    ANSWER first = NULL;
    ANSWER second = NULL;
    struct kq_client_error error;
    assert_status(kq_client_call(client, request, &first, &error), KQ_CLIENT_OK, &error);
    assert_status(kq_client_call(client, request, &second, &error), KQ_CLIENT_TRANSPORT, &error);
    assert_null(second);
    assert_string_equal(error.message, "the connection ended without an answer");
    assert_int_equal(fake_gateway_requests(gateway), 2);
}

/* libcurl itself would send it again where a kept connection ends without an answer. */
static void test_a_kept_connection_that_ends_is_no_reason_to_repeat(void **state)
{
    (void)state;
    call_over_a_kept_connection(&once);
    const struct kq_client_request without_content = {.method = FAKE_METHOD};
    call_over_a_kept_connection(&without_content);
}

static void test_an_error_says_which_layer_and_why(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct plan plan = {.response = "{\"code\":\"40004\",\"msg\":\"Business Failed\",\"sub_code\":"
                                    "\"USER_NOT_EXIST\",\"sub_msg\":\"用户不存在\"}"};
    GATEWAY gateway = fake_gateway_start(follow, &plan);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    ANSWER answer = NULL;
    struct kq_client_error error;
    assert_status(kq_client_call(client, &once, &answer, &error), KQ_CLIENT_BUSINESS, &error);
    assert_string_equal(error.code, "40004");
    assert_string_equal(error.sub_code, "USER_NOT_EXIST");
    assert_string_equal(error.sub_msg, "用户不存在");
    assert_string_equal(error.trace_id, "trace-7");
    assert_string_equal(error.message, "40004 Business Failed: USER_NOT_EXIST 用户不存在");
}

/* What a server of TLS says to a request in clear: an alert. */
static void alert(void *data, const struct kq_private_key *key, const struct fake_request *request,
                  struct fake_reply *reply)
{
    (void)data;
    (void)key;
    (void)request;
    kq_buffer_append(&reply->bytes, KQ_SLICE("\x15\x03\x01\x00\x02\x02\x46"));
    reply->close = true;
}

static void test_tls_where_http_is_expected(void **state)
{
    (void)state;
    ARENA arena = {0};
    ANSWER answer = NULL;
    struct kq_client_error error;
    GATEWAY gateway = fake_gateway_start(alert, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    assert_status(kq_client_call(client, &once, &answer, &error), KQ_CLIENT_TRANSPORT, &error);
    assert_string_equal(error.message,
                        "what answers there speaks no HTTP: does the gateway's URL begin with https://?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_repeatable_call_is_repeated),
        cmocka_unit_test(test_not_more_often_than_allowed),
        cmocka_unit_test(test_any_other_call_is_not_repeated),
        cmocka_unit_test(test_nothing_is_repeated_after_an_answer),
        cmocka_unit_test(test_a_kept_connection_that_ends_is_no_reason_to_repeat),
        cmocka_unit_test(test_an_error_says_which_layer_and_why),
        cmocka_unit_test(test_tls_where_http_is_expected),
    };
    return cmocka_run_group_tests_name("client_retry", tests, NULL, NULL);
}
