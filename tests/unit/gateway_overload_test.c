/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* More calls than can be signed in time: who is turned away, whose turn it is, and that no place is lost. */

#define CALLS_MAX 64

static struct kq_call calls[CALLS_MAX];
static struct kq_buffer queries[CALLS_MAX];
static enum kq_call_progress progress[CALLS_MAX];
static size_t begun;

static int open_small_gateway(void **state)
{
    open_gateway(state);
    begun = 0;
    fake.tick_us = PLACES_SIGN_US;
    reopen_gateway(MEMO_BYTES, PLACES_WAIT_MS);
    return 0;
}

static int free_calls(void **state)
{
    kq_memory_fail_at(0);
    for (size_t i = 0; i < begun; i++) {
        kq_call_free(&calls[i]);
        kq_buffer_free(&queries[i]);
    }
    return close_gateway(state);
}

/* Its number. */
static size_t begin(const struct request *request)
{
    size_t number = begun++;
    assert_true(number < CALLS_MAX);
    sign_request(request, &queries[number]);
    begin_call(&calls[number], &queries[number]);
    progress[number] = kq_gateway_start(fixture.gateway, &calls[number]);
    return number;
}

/* A send that nobody has asked for yet. */
static size_t begin_send(unsigned app)
{
    char biz_content[256];
    snprintf(biz_content, sizeof(biz_content), SEND_BIZ_OF("%zu"), begun);
    const struct request request = {.app = app, .biz_content = biz_content};
    return begin(&request);
}

/* Begins sends until one is answered, which is the last; says how many found a place. */
static size_t fill(unsigned app)
{
    size_t count = 0;
    while (progress[begin_send(app)] != KQ_CALL_ANSWERED) {
        count++;
    }
    return count;
}

static void assert_busy(size_t number)
{
    assert_int_equal(progress[number], KQ_CALL_ANSWERED);
    assert_int_equal(calls[number].error.code, KQ_E_GATEWAY_BUSY);
    struct kq_slice response = verified_response_of(&calls[number], SEND_RESPONSE);
    assert_int_equal(response.size, strlen(BUSY));
    assert_memory_equal(response.data, BUSY, response.size);
}

/* All that wait, to their ends. */
static void finish_all(void)
{
    complete_writes();
    for (size_t i = 0; i < begun; i++) {
        if (progress[i] == KQ_CALL_WAITING) {
            progress[i] = kq_gateway_resume(fixture.gateway, &calls[i]);
        }
    }
    while (kq_gateway_unsigned(fixture.gateway) > 0) {
        struct kq_call *call = kq_gateway_sign_next(fixture.gateway);
        progress[call - calls] = KQ_CALL_ANSWERED;
    }
    assert_null(kq_gateway_sign_next(fixture.gateway));
    for (size_t i = 0; i < begun; i++) {
        assert_int_equal(progress[i], KQ_CALL_ANSWERED);
        assert_false(calls[i].has_place);
    }
}

static void who_floods_fills_half_of_the_places(void **state)
{
    (void)state;
    fake.keeps_waiting = true;
    assert_int_equal(fill(APP), 13);
    assert_true(calls[0].is_in_store);
    assert_int_equal(fill(SISTER_APP), 6);
    assert_int_equal(fill(STRANGER_APP), 3);
    assert_busy(begun - 1);
    finish_all();
    assert_false(calls[0].is_in_store);
    assert_int_equal(fake.issues, 13 + 6 + 3);
    assert_int_equal(count_places(), PLACES_OF_ONE);
}

/* Turned away before anything was done: a repetition is a new call. */
static void a_send_that_is_turned_away_has_issued_nothing(void **state)
{
    (void)state;
    fake.keeps_waiting = true;
    fill(APP);
    size_t refused = begun - 1;
    assert_busy(refused);
    uint64_t signatures = counted("kaquan_signatures_total");
    finish_all();
    unsigned issued = fake.issues;
    assert_int_equal(issued, refused);
    assert_int_equal(counted("kaquan_signatures_total"), signatures + refused);
    kq_call_free(&calls[refused]);
    begin_call(&calls[refused], &queries[refused]);
    progress[refused] = kq_gateway_start(fixture.gateway, &calls[refused]);
    assert_int_equal(progress[refused], KQ_CALL_WAITING);
    finish_all();
    assert_int_equal(calls[refused].error.code, KQ_E_NONE);
    assert_int_equal(fake.issues, issued + 1);
}

/* In every charset and sign type, with the method's name, and without a signature made for it. */
static void a_busy_answer_is_ready_signed(void **state)
{
    (void)state;
    static const char *const charsets[] = {"utf-8", "GBK", "gb2312"};
    static const char *const sign_types[] = {"RSA2", "RSA"};
    static const char *const methods[][3] = {{SEND, SEND_BIZ, SEND_RESPONSE},
                                             {LIST, LIST_BIZ, LIST_RESPONSE}};
    fake.keeps_waiting = true;
    fill(APP);
    uint64_t signatures = counted("kaquan_signatures_total");
    for (size_t i = 0; i < 3 * 2 * 2; i++) {
        const char *const *method = methods[i % 2];
        size_t number = begin(&(struct request){.method = method[0],
                                                .biz_content = method[1],
                                                .charset = charsets[i / 4],
                                                .sign_type = sign_types[i / 2 % 2]});
        assert_int_equal(progress[number], KQ_CALL_ANSWERED);
        assert_int_equal(calls[number].error.code, KQ_E_GATEWAY_BUSY);
        struct kq_slice response = verified_response_of(&calls[number], method[2]);
        struct kq_slice utf8;
        assert_true(kq_charset_decode(calls[number].charset, response, &fixture.arena, &utf8, NULL).ok);
        assert_int_equal(utf8.size, strlen(BUSY));
        assert_memory_equal(utf8.data, BUSY, utf8.size);
    }
    assert_int_equal(counted("kaquan_signatures_total"), signatures);
    finish_all();
}

static void what_needs_no_signature_is_answered_however_many_wait(void **state)
{
    (void)state;
    static const struct request look = {.method = LIST, .biz_content = LIST_BIZ};
    sign_call(SEND, SEND_BIZ);
    run_call();
    sign_call(LIST, LIST_BIZ);
    run_call();
    fake.keeps_waiting = true;
    fill(APP);
    size_t list = begin(&look);
    size_t replay = begin(&(struct request){0});
    assert_int_equal(progress[list], KQ_CALL_ANSWERED);
    assert_int_equal(calls[list].error.code, KQ_E_NONE);
    assert_int_equal(progress[replay], KQ_CALL_ANSWERED);
    assert_int_equal(calls[replay].error.code, KQ_E_NONE);
    (void)verified_response_of(&calls[list], LIST_RESPONSE);
    (void)verified_response_of(&calls[replay], SEND_RESPONSE);
    finish_all();
}

/* Nobody can take verified callers' places with calls that do not verify. */
static void unverified_calls_share_half_of_the_places(void **state)
{
    (void)state;
    char biz_content[256];
    size_t count = 0;
    bool has_place = true;
    while (has_place) { /* Of whatever application they say they are. */
        snprintf(biz_content, sizeof(biz_content), SEND_BIZ_OF("%zu"), begun);
        size_t number = begin(&(struct request){
            .app = (unsigned)(begun % APP_COUNT), .biz_content = biz_content, .key = fixture.other_key});
        assert_false(calls[number].verified);
        has_place = progress[number] == KQ_CALL_UNSIGNED;
        count += has_place ? 1 : 0;
    }
    assert_int_equal(count, PLACES_OF_ONE);
    assert_busy(begun - 1);
    assert_int_equal(progress[begin_send(APP)], KQ_CALL_WAITING);
    finish_all();
    assert_int_equal(count_places(), PLACES_OF_ONE);
}

static void the_same_bytes_are_signed_once_though_many_wait_for_it(void **state)
{
    (void)state;
    static const struct request look = {.method = LIST, .biz_content = LIST_BIZ};
    uint64_t signatures = counted("kaquan_signatures_total");
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(progress[begin(&look)], KQ_CALL_UNSIGNED);
    }
    finish_all();
    assert_int_equal(counted("kaquan_signatures_total"), signatures + 1);
    for (size_t i = 0; i < 5; i++) {
        (void)verified_response_of(&calls[i], LIST_RESPONSE);
    }
    assert_int_equal(count_places(), PLACES_OF_ONE);
}

static void applications_take_turns(void **state)
{
    (void)state;
    static const unsigned order[] = {APP, SISTER_APP, STRANGER_APP, APP, STRANGER_APP, APP, APP};
    static const unsigned arrivals[] = {APP, APP, APP, APP, SISTER_APP, STRANGER_APP, STRANGER_APP};
    for (size_t i = 0; i < KQ_COUNT(arrivals); i++) {
        size_t number = begin_send(arrivals[i]);
        assert_int_equal(progress[number], KQ_CALL_WAITING);
        progress[number] = kq_gateway_resume(fixture.gateway, &calls[number]);
    }
    for (size_t i = 0; i < KQ_COUNT(order); i++) {
        struct kq_call *call = kq_gateway_sign_next(fixture.gateway);
        assert_true(kq_slice_equal(call->app_id, kq_slice_of(fake.applications[order[i]].app_id)));
        progress[call - calls] = KQ_CALL_ANSWERED;
    }
    finish_all();
}

/* New sends, one after the other, each signed in so long. */
static void sign_many(unsigned count, int64_t sign_us)
{
    static unsigned number;
    char biz_content[256];
    fake.tick_us = sign_us;
    for (unsigned i = 0; i < count; i++) {
        snprintf(biz_content, sizeof(biz_content), SEND_BIZ_OF("one-of-many-%u"), ++number);
        sign_call(SEND, biz_content);
        run_call();
        assert_int_equal(fixture.call.error.code, KQ_E_NONE);
    }
    fake.tick_us = PLACES_SIGN_US;
}

static void slower_signatures_leave_fewer_places(void **state)
{
    (void)state;
    assert_int_equal(count_places(), PLACES_OF_ONE);
    sign_many(20, INT64_C(100) * PLACES_SIGN_US);
    fake.tick_us = INT64_C(100) * PLACES_SIGN_US;
    assert_int_equal(count_places(), 2); /* of KQ_LANES_PLACES_MIN */
    sign_many(400, PLACES_SIGN_US);
    assert_in_range(count_places(), PLACES_OF_ONE - 1, PLACES_OF_ONE); /* The average is rounded. */
}

/* The machine was away for a minute: that says nothing about the next signature. */
static void one_slow_signature_is_not_the_pace(void **state)
{
    (void)state;
    sign_many(1, INT64_C(60000000));
    assert_in_range(count_places(), PLACES_OF_ONE * 3 / 4, PLACES_OF_ONE);
}

/* What a caller may send, at random. */
static size_t begin_anything(unsigned random)
{
    static const struct request rows[] = {
        {.biz_content = SEND_BIZ},
        {.method = LIST, .biz_content = LIST_BIZ},
        {.app = SISTER_APP, .method = LIST, .biz_content = LIST_BIZ, .charset = "GBK"},
        {.app = STRANGER_APP, .method = LIST, .biz_content = LIST_BIZ},
        {.method = WALLET, .biz_content = WALLET_BIZ},
        {.biz_content = "[]"},
        {.timestamp = "2000-01-01 00:00:00"},
        {.app = SISTER_APP, .biz_content = "{}", .sign_type = "RSA"},
    };
    return random % 2 == 0 ? begin_send(random / 2 % APP_COUNT) : begin(&rows[random / 2 % KQ_COUNT(rows)]);
}

/* Whatever comes, fails and is answered in whatever order: all places are there again. */
static void no_place_is_lost_on_any_way(void **state)
{
    (void)state;
    static const enum kq_error_code failures[] = {KQ_E_STORE, KQ_E_BUSY, KQ_E_NO_MEMORY,
                                                  KQ_E_TEMPLATE_NOT_EXIST};
    srandom(20160906); /* The same each time. */
    for (unsigned round = 0; round < 12; round++) {
        while (begun < 40) {
            unsigned random_number = (unsigned)random();
            fake.calls = 0;
            fake.fail_at = random_number % 3;
            fake.failure = failures[random_number / 4 % KQ_COUNT(failures)];
            fake.keeps_waiting = random_number % 5 == 0;
            fake.revision += random_number / 16 % 2;
            size_t number = begin_anything(random_number / 64);
            kq_memory_fail_at(random_number / 128 % 8);
            if (progress[number] == KQ_CALL_WAITING && fake.submission == NULL) {
                progress[number] = kq_gateway_resume(fixture.gateway, &calls[number]);
            }
            struct kq_call *call = random_number % 7 == 0 ? kq_gateway_sign_next(fixture.gateway) : NULL;
            kq_memory_fail_at(0);
            if (call != NULL) {
                progress[call - calls] = KQ_CALL_ANSWERED;
            }
        }
        fake.fail_at = 0;
        finish_all();
        while (begun > 0) {
            begun--;
            kq_call_free(&calls[begun]);
            kq_buffer_free(&queries[begun]);
        }
        assert_int_equal(count_places(), PLACES_OF_ONE);
    }
}

#define overload_unit_test(function) cmocka_unit_test_setup_teardown(function, open_small_gateway, free_calls)

int main(void)
{
    const struct CMUnitTest tests[] = {
        overload_unit_test(who_floods_fills_half_of_the_places),
        overload_unit_test(a_send_that_is_turned_away_has_issued_nothing),
        overload_unit_test(a_busy_answer_is_ready_signed),
        overload_unit_test(what_needs_no_signature_is_answered_however_many_wait),
        overload_unit_test(unverified_calls_share_half_of_the_places),
        overload_unit_test(the_same_bytes_are_signed_once_though_many_wait_for_it),
        overload_unit_test(applications_take_turns),
        overload_unit_test(slower_signatures_leave_fewer_places),
        overload_unit_test(one_slow_signature_is_not_the_pace),
        overload_unit_test(no_place_is_lost_on_any_way),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
