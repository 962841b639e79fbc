/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_support.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

/* The pipeline, from a call's bytes to its answer's. */

static void a_send_waits_for_the_store_and_is_answered(void **state)
{
    (void)state;
    sign_call(SEND, SEND_BIZ);
    run_call();
    assert_int_equal(fixture.woken, 1);
    assert_response(SEND_RESPONSE,
                    "{\"code\":\"10000\",\"msg\":\"Success\","
                    "\"voucher_id\":\"2016090600073002002000000001\",\"user_id\":\"2088302001456115\"}");
}

static void a_list_is_answered_at_once(void **state)
{
    (void)state;
    sign_call(LIST, LIST_BIZ);
    run_call();
    assert_int_equal(fixture.woken, 0);
    assert_response(LIST_RESPONSE, "{\"code\":\"10000\",\"msg\":\"Success\",\"vouchers\":[]}");
}

static void a_body_has_parameters_only_if_it_is_a_form(void **state)
{
    (void)state;
    sign_call(LIST, LIST_BIZ);
    static const struct {
        const char *content_type;
        const char *name;
    } rows[] = {
        {"", LIST_RESPONSE},
        {"application/x-www-form-urlencoded;charset=utf-8", LIST_RESPONSE},
        {"application/json", "error_response"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        kq_call_reset(&fixture.call);
        fixture.call.is_post = true;
        fixture.call.content_type = kq_slice_of(rows[i].content_type);
        fixture.call.body = kq_buffer_slice(&fixture.query);
        if (kq_gateway_start(fixture.gateway, &fixture.call) == KQ_CALL_UNSIGNED) {
            assert_ptr_equal(kq_gateway_sign_next(fixture.gateway), &fixture.call);
        }
        (void)verified_response(rows[i].name);
    }
}

static void nothing_is_read_of_an_empty_call(void **state)
{
    (void)state;
    kq_buffer_clear(&fixture.query);
    run_call();
    assert_int_equal(fake.calls, 0);
    assert_response("error_response", "{\"code\":\"40001\",\"msg\":\"Missing Required Arguments\","
                                      "\"sub_code\":\"isv.missing-method\",\"sub_msg\":\"缺少方法名参数\"}");
}

static void a_disabled_application_may_call_nothing(void **state)
{
    (void)state;
    fake.applications[APP].disabled = true;
    sign_call(LIST, LIST_BIZ);
    run_call();
    assert_int_equal(fixture.call.error.code, KQ_E_APP_NOT_PERMITTED);
    assert_true(fixture.call.verified);
}

/* The method's own code, and what it shows beside that, in each charset; a disabled application hears no more
 * than of any other method. */
static void a_refusal_may_show_more_than_its_codes(void **state)
{
    (void)state;
    static const char members[] = ",\"success\":false,\"result\":\"{\\\"operate\\\":\\\"ADD\\\",";
    static const char *const charsets[] = {"utf-8", "gbk"};
    for (size_t i = 0; i < KQ_COUNT(charsets); i++) {
        const struct request request = {.method = PASS_ADD, .biz_content = "{}", .charset = charsets[i]};
        run_request(&request);
        assert_int_equal(fixture.call.error.code, KQ_E_PASS_APP_NOT_SUPPORTED);
        struct kq_slice response = verified_response(PASS_ADD_RESPONSE);
        assert_non_null(memmem(response.data, response.size, members, sizeof(members) - 1));
    }
    fake.applications[APP].disabled = true;
    fake.revision++;
    sign_call(PASS_ADD, "{}");
    run_call();
    assert_response(PASS_ADD_RESPONSE,
                    "{\"code\":\"40006\",\"msg\":\"Insufficient Permissions\","
                    "\"sub_code\":\"isv.insufficient-isv-permissions\",\"sub_msg\":\"ISV权限不足\"}");
}

/* A send that has not been asked for before. */
static void sign_fresh_send(void)
{
    static unsigned number;
    char biz_content[256];
    snprintf(biz_content, sizeof(biz_content), SEND_BIZ_OF("%08u"), ++number);
    sign_call(SEND, biz_content);
}

/* Whichever call of the store fails, and however: the answer is signed and says so, and the next call
 * succeeds. */
static void a_failing_store_is_a_system_error(void **state)
{
    (void)state;
    static const struct {
        enum kq_error_code failure;
        const char *response;
    } rows[] = {
        {KQ_E_STORE, "{\"code\":\"40004\",\"msg\":\"Business Failed\","
                     "\"sub_code\":\"SYSTEM_ERROR\",\"sub_msg\":\"系统繁忙\"}"},
        {KQ_E_BUSY, "{\"code\":\"20000\",\"msg\":\"Service Currently Unavailable\","
                    "\"sub_code\":\"isp.unknow-error\",\"sub_msg\":\"系统繁忙\"}"},
        {KQ_E_NO_MEMORY, "{\"code\":\"20000\",\"msg\":\"Service Currently Unavailable\","
                         "\"sub_code\":\"aop.unknow-error\",\"sub_msg\":\"系统繁忙\"}"},
    };
    for (size_t row = 0; row < KQ_COUNT(rows); row++) {
        fake.failure = rows[row].failure;
        for (unsigned n = 1; n <= 2; n++) {
            sign_fresh_send();
            fake.calls = 0;
            fake.fail_at = n;
            run_call();
            assert_response(SEND_RESPONSE, rows[row].response);
            fake.fail_at = 0;
            run_call();
            assert_int_equal(fixture.call.error.code, KQ_E_NONE);
        }
    }
}

static void sign_same_send(void)
{
    sign_call(SEND, SEND_BIZ);
}

static void sign_list(void)
{
    sign_call(LIST, LIST_BIZ);
}

static void sign_refused_in_gbk(void)
{
    const struct request request = {.charset = "GBK", .biz_content = "{\"memo\":\"优酷\"}"};
    sign_request(&request, &fixture.query);
}

static void sign_refused_with_more(void)
{
    const struct request request = {.method = PASS_ADD, .charset = "GBK", .biz_content = "{}"};
    sign_request(&request, &fixture.query);
}

/* Runs the fixture's query with its n-th allocation failing; false: there is no such. */
static bool run_without_memory(unsigned long n)
{
    kq_call_free(&fixture.call);
    kq_memory_fail_at(0);
    begin_call(&fixture.call, &fixture.query);
    kq_memory_fail_at(n);
    run_call();
    bool failed = kq_memory_has_failed();
    kq_memory_fail_at(0);
    if (fixture.call.answer.size > 0) {
        assert_non_null(memmem(fixture.call.answer.data, fixture.call.answer.size, "\"sign\":\"", 8));
    }
    return failed;
}

/* Every n: a signed answer or none at all (HTTP's 503), and the same call again succeeds. */
static void fail_each_allocation(void (*sign_it)(void), enum kq_error_code code, size_t memo_bytes,
                                 bool is_new_gateway)
{
    unsigned long n = 0;
    bool has_failed = true;
    reopen_gateway(memo_bytes, PLACES_WAIT_MS);
    while (has_failed) {
        assert_true(++n < 1000);
        sign_it();
        if (is_new_gateway) {
            reopen_gateway(memo_bytes, PLACES_WAIT_MS);
        }
        has_failed = run_without_memory(n);
        enum kq_error_code outcome = fixture.call.error.code;
        assert_true(outcome == KQ_E_NO_MEMORY || outcome == code || fixture.call.answer.size == 0);
        run_call();
        assert_int_equal(fixture.call.error.code, code);
        assert_true(fixture.call.answer.size > 0);
    }
    assert_true(n > 3);
    assert_int_equal(count_places(), PLACES_OF_ONE);
}

static void an_allocation_that_fails_fails_the_call_only(void **state)
{
    (void)state;
    static const struct {
        void (*sign_it)(void);
        enum kq_error_code code;
    } rows[] = {
        {sign_fresh_send, KQ_E_NONE},
        {sign_same_send, KQ_E_NONE},
        {sign_list, KQ_E_NONE},
        {sign_refused_in_gbk, KQ_E_INVALID_PARAMETER},
        {sign_refused_with_more, KQ_E_PASS_APP_NOT_SUPPORTED},
    };
    fake.tick_us = PLACES_SIGN_US;
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        fail_each_allocation(rows[i].sign_it, rows[i].code, 0, false);
        fail_each_allocation(rows[i].sign_it, rows[i].code, MEMO_BYTES, false);
        fail_each_allocation(rows[i].sign_it, rows[i].code, MEMO_BYTES, true);
    }
}

static void a_gateway_that_cannot_be_opened_leaves_nothing_behind(void **state)
{
    (void)state;
    struct kq_gateway_settings settings = {
        .store = &fake.store,
        .private_key = fixture.gateway_key,
        .metrics = fixture.metrics,
        .memo_bytes = MEMO_BYTES,
    };
    for (unsigned long n = 1;; n++) {
        struct kq_gateway *gateway = NULL;
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        struct kq_result opened = kq_gateway_open(&settings, &gateway, &error);
        bool failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        if (!failed) {
            assert_true(opened.ok);
            kq_gateway_close(gateway);
            break;
        }
        assert_false(opened.ok);
        assert_int_equal(error.code, KQ_E_NO_MEMORY);
    }
}

/* What is shown is bounded, cut between characters, and the rest of the answer is whole. */
static void a_long_string_to_sign_is_not_shown_whole(void **state)
{
    (void)state;
    enum { ROOM = 90000, MOST = 65536 + 1024 };
    static char biz_content[ROOM + 8];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(biz_content, '\0', sizeof(biz_content));
        memset(biz_content, '"', shift);
        for (size_t i = shift; i < ROOM; i += 3) {
            memcpy(biz_content + i, "券", 3);
        }
        sign_call(SEND, biz_content);
        fixture.query.data[fixture.query.size - 10] ^= 1; /* in the signature */
        run_call();
        assert_int_equal(fixture.call.error.code, KQ_E_INVALID_SIGNATURE);
        struct kq_slice response = verified_response(SEND_RESPONSE);
        assert_true(response.size < MOST);
        assert_true(memmem(response.data, response.size, "券…\"}", 8) != NULL);
    }
}

static void trace_ids_are_all_different(void **state)
{
    (void)state;
    char first[KQ_TRACE_ID_TEXT_SIZE];
    char second[KQ_TRACE_ID_TEXT_SIZE];
    kq_gateway_trace(fixture.gateway, first);
    kq_gateway_trace(fixture.gateway, second);
    assert_int_equal(strlen(first), 29);
    assert_true(strcmp(first, second) < 0);
    sign_call(LIST, LIST_BIZ);
    run_call();
    assert_true(strcmp(second, fixture.call.trace_id) < 0);
}

/* The access log says whose call it was, whatever check failed. */
static void a_refused_call_names_its_method_and_application(void **state)
{
    (void)state;
    sign_call(SEND, SEND_BIZ);
    kq_buffer_append(&fixture.query, KQ_SLICE("&version=2.0"));
    run_call();
    assert_int_equal(fixture.call.error.code, KQ_E_INVALID_PARAMETER_GATEWAY);
    assert_true(kq_slice_equal(fixture.call.app_id, KQ_SLICE("2014072300007148")));
    (void)verified_response(SEND_RESPONSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        gateway_unit_test(a_send_waits_for_the_store_and_is_answered),
        gateway_unit_test(a_list_is_answered_at_once),
        gateway_unit_test(a_body_has_parameters_only_if_it_is_a_form),
        gateway_unit_test(nothing_is_read_of_an_empty_call),
        gateway_unit_test(a_disabled_application_may_call_nothing),
        gateway_unit_test(a_refusal_may_show_more_than_its_codes),
        gateway_unit_test(a_failing_store_is_a_system_error),
        gateway_unit_test(an_allocation_that_fails_fails_the_call_only),
        gateway_unit_test(a_gateway_that_cannot_be_opened_leaves_nothing_behind),
        gateway_unit_test(a_long_string_to_sign_is_not_shown_whole),
        gateway_unit_test(trace_ids_are_all_different),
        gateway_unit_test(a_refused_call_names_its_method_and_application),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
