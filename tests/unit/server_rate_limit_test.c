/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "server/rate_limit.h"

#define SEED UINT64_C(0x13198A2E03707344)
#define SECOND_US INT64_C(1000000)
#define NOW_US (INT64_C(7) * 86400 * SECOND_US)

#define SEND_TEXT "alipay.marketing.voucher.send"
static const struct kq_slice send = {.data = SEND_TEXT, .size = sizeof(SEND_TEXT) - 1};
static const struct kq_slice wallet = {.data = "alipay.user.pass.grouplist.query", .size = 32};
static const struct kq_application plain = {.app_id = {.data = "2014072300007148", .size = 16}};
static const struct kq_application another = {.app_id = {.data = "2014072300007149", .size = 16}};

static struct kq_rate_limits *open_limits(int64_t app_per_second, int64_t method_per_second)
{
    struct kq_rate_limits *limits = NULL;
    struct kq_rate_defaults defaults = {app_per_second, method_per_second};
    assert_true(kq_rate_limits_open(defaults, SEED, &limits, NULL).ok);
    return limits;
}

static enum kq_error_code take(struct kq_rate_limits *limits, const struct kq_application *application,
                               struct kq_slice method, int64_t now_us)
{
    struct kq_error error = {0};
    struct kq_result result = kq_rate_limits_take(limits, application, method, now_us, &error);
    assert_int_equal(result.ok, error.code == KQ_E_NONE);
    return error.code;
}

/* Exactly so many calls pass at that moment, and the next is refused with the code. */
static void assert_passes(struct kq_rate_limits *limits, const struct kq_application *application,
                          struct kq_slice method, int64_t now_us, size_t times, enum kq_error_code code)
{
    for (size_t i = 0; i < times; i++) {
        assert_int_equal(take(limits, application, method, now_us), KQ_E_NONE);
    }
    assert_int_equal(take(limits, application, method, now_us), code);
}

static void without_limits_everything_passes(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(0, 0);
    for (size_t i = 0; i < 100000; i++) {
        assert_int_equal(take(limits, &plain, send, NOW_US), KQ_E_NONE);
    }
    kq_rate_limits_close(limits);
}

static void an_application_has_a_seconds_worth_and_then_its_rate(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(10, 0);
    assert_passes(limits, &plain, send, NOW_US, 10, KQ_E_APP_CALL_LIMITED);
    assert_int_equal(take(limits, &plain, wallet, NOW_US), KQ_E_APP_CALL_LIMITED);
    assert_int_equal(take(limits, &plain, send, NOW_US + 99999), KQ_E_APP_CALL_LIMITED);
    assert_passes(limits, &plain, wallet, NOW_US + 100000, 1, KQ_E_APP_CALL_LIMITED);
    assert_passes(limits, &plain, send, NOW_US + 400000, 3, KQ_E_APP_CALL_LIMITED);
    assert_passes(limits, &plain, send, NOW_US + 100 * SECOND_US, 10, KQ_E_APP_CALL_LIMITED);
    kq_rate_limits_close(limits);
}

static void one_a_second_is_one_a_second(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(1, 0);
    for (int64_t second = 0; second < 5; second++) {
        assert_passes(limits, &plain, send, NOW_US + second * SECOND_US, 1, KQ_E_APP_CALL_LIMITED);
        assert_int_equal(take(limits, &plain, send, NOW_US + (second + 1) * SECOND_US - 1),
                         KQ_E_APP_CALL_LIMITED);
    }
    kq_rate_limits_close(limits);
}

/* At every rate: in t seconds never more than rate × (t + 1), and where calls come in plenty not much less.
 */
static void the_rate_is_kept_over_time(void **state)
{
    (void)state;
    const int64_t rates[] = {
        1, 3, 7, 10, 999, 1000, 333333, KQ_CALLS_PER_SECOND_MAX - 1, KQ_CALLS_PER_SECOND_MAX};
    for (size_t i = 0; i < KQ_COUNT(rates); i++) {
        struct kq_rate_limits *limits = open_limits(rates[i], 0);
        int64_t passed = 0;
        int64_t step_us = rates[i] > 100000 ? 1 : 97;
        int64_t duration_us = rates[i] > 100000 ? SECOND_US / 4 : 10 * SECOND_US;
        for (int64_t at_us = 0; at_us < duration_us; at_us += step_us) {
            while (take(limits, &plain, send, NOW_US + at_us) == KQ_E_NONE) {
                passed++;
            }
        }
        int64_t filled = rates[i] * duration_us / SECOND_US;
        assert_in_range(passed, rates[i] + filled - filled / 1000 - 1, rates[i] + filled);
        kq_rate_limits_close(limits);
    }
}

static void a_method_has_a_bucket_of_its_own(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(0, 3);
    assert_passes(limits, &plain, send, NOW_US, 3, KQ_E_METHOD_CALL_LIMITED);
    assert_passes(limits, &plain, wallet, NOW_US, 3, KQ_E_METHOD_CALL_LIMITED);
    assert_passes(limits, &another, send, NOW_US, 3, KQ_E_METHOD_CALL_LIMITED);
    kq_rate_limits_close(limits);
}

static void one_that_floods_takes_nothing_from_another(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(5, 0);
    for (size_t i = 0; i < 1000; i++) {
        (void)take(limits, &plain, send, NOW_US);
    }
    assert_passes(limits, &another, send, NOW_US, 5, KQ_E_APP_CALL_LIMITED);
    kq_rate_limits_close(limits);
}

static void the_applications_bucket_is_asked_first(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(2, 2);
    assert_passes(limits, &plain, send, NOW_US, 2, KQ_E_APP_CALL_LIMITED);
    kq_rate_limits_close(limits);
}

static void a_refused_call_takes_nothing(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(5, 2);
    assert_passes(limits, &plain, send, NOW_US, 2, KQ_E_METHOD_CALL_LIMITED);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(take(limits, &plain, send, NOW_US), KQ_E_METHOD_CALL_LIMITED);
    }
    assert_passes(limits, &plain, wallet, NOW_US, 2, KQ_E_METHOD_CALL_LIMITED);
    assert_passes(limits, &plain, KQ_SLICE("a.third.method"), NOW_US, 1, KQ_E_APP_CALL_LIMITED);
    /* Nor does one that the application's bucket refuses: the method's is full when that has filled again. */
    assert_passes(limits, &plain, KQ_SLICE("a.fourth.method"), NOW_US + SECOND_US, 2,
                  KQ_E_METHOD_CALL_LIMITED);
    kq_rate_limits_close(limits);
}

static void an_applications_own_limits_come_before_the_defaults(void **state)
{
    (void)state;
    const struct kq_application_limit own[] = {
        {.method = KQ_SLICE_EMPTY, .per_second = 6},
        {.method = send, .per_second = 4},
    };
    struct kq_application application = plain;
    application.limits = own;
    application.limit_count = KQ_COUNT(own);
    struct kq_rate_limits *limits = open_limits(2, 1);
    assert_passes(limits, &application, send, NOW_US, 4, KQ_E_METHOD_CALL_LIMITED);
    assert_passes(limits, &application, wallet, NOW_US, 1, KQ_E_METHOD_CALL_LIMITED);
    assert_passes(limits, &application, KQ_SLICE("a.third.method"), NOW_US, 1, KQ_E_APP_CALL_LIMITED);
    assert_passes(limits, &another, send, NOW_US, 1, KQ_E_METHOD_CALL_LIMITED);
    kq_rate_limits_close(limits);
    limits = open_limits(0, 0);
    assert_passes(limits, &application, send, NOW_US, 4, KQ_E_METHOD_CALL_LIMITED);
    kq_rate_limits_close(limits);
}

/* A limit that changes holds from the next call on, and never for longer than a second. */
static void a_limit_may_change(void **state)
{
    (void)state;
    struct kq_application_limit own = {.method = KQ_SLICE_EMPTY, .per_second = 1};
    struct kq_application application = plain;
    application.limits = &own;
    application.limit_count = 1;
    struct kq_rate_limits *limits = open_limits(0, 0);
    assert_passes(limits, &application, send, NOW_US, 1, KQ_E_APP_CALL_LIMITED);
    own.per_second = 1000;
    assert_int_equal(take(limits, &application, send, NOW_US), KQ_E_APP_CALL_LIMITED);
    assert_passes(limits, &application, send, NOW_US + SECOND_US / 2, 500, KQ_E_APP_CALL_LIMITED);
    assert_passes(limits, &application, send, NOW_US + 2 * SECOND_US, 1000, KQ_E_APP_CALL_LIMITED);
    own.per_second = 1;
    assert_int_equal(take(limits, &application, send, NOW_US + 3 * SECOND_US - 1), KQ_E_APP_CALL_LIMITED);
    assert_passes(limits, &application, send, NOW_US + 3 * SECOND_US, 1, KQ_E_APP_CALL_LIMITED);
    kq_rate_limits_close(limits);
}

/* Workers' moments may be a little apart. */
static void an_earlier_moment_gives_no_tokens(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(10, 0);
    assert_passes(limits, &plain, send, NOW_US, 10, KQ_E_APP_CALL_LIMITED);
    assert_int_equal(take(limits, &plain, send, NOW_US - 50000), KQ_E_APP_CALL_LIMITED);
    assert_int_equal(take(limits, &plain, send, 0), KQ_E_APP_CALL_LIMITED);
    assert_passes(limits, &plain, send, NOW_US + 100000, 1, KQ_E_APP_CALL_LIMITED);
    kq_rate_limits_close(limits);
}

static void the_clocks_first_moment_is_one_too(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(10, 10);
    assert_passes(limits, &plain, send, 0, 10, KQ_E_APP_CALL_LIMITED);
    kq_rate_limits_close(limits);
}

static struct kq_application numbered(size_t number, char app_id[KQ_APP_ID_MAX_CHARS + 1])
{
    int size = snprintf(app_id, KQ_APP_ID_MAX_CHARS + 1, "app-%zu", number);
    return (struct kq_application){.app_id = {.data = app_id, .size = (size_t)size}};
}

/* A quarter of the buckets in use: hardly a set is full, so that all but a few limits hold exactly. */
static void thousands_of_applications_keep_their_buckets(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(2, 0);
    const size_t count = KQ_RATE_LIMIT_SETS * KQ_RATE_LIMIT_WAYS / 4;
    size_t passed = 0;
    for (size_t round = 0; round < 10; round++) {
        for (size_t i = 0; i < count; i++) {
            char app_id[KQ_APP_ID_MAX_CHARS + 1];
            struct kq_application application = numbered(i, app_id);
            passed += take(limits, &application, send, NOW_US) == KQ_E_NONE ? 1 : 0;
        }
    }
    assert_in_range(passed, 2 * count, 2 * count + count / 10);
    kq_rate_limits_close(limits);
}

/* Ten times as many as there are buckets, all in one moment: all of them may call, and one that floods is
 * still held near its limit, because its bucket is the last to be forgotten. */
static void more_applications_than_buckets_are_let_through(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(2, 0);
    size_t passed_of_one = 0;
    for (size_t i = 0; i < 10 * KQ_RATE_LIMIT_SETS * KQ_RATE_LIMIT_WAYS; i++) {
        char app_id[KQ_APP_ID_MAX_CHARS + 1];
        struct kq_application application = numbered(i, app_id);
        assert_int_equal(take(limits, &application, send, NOW_US), KQ_E_NONE);
        passed_of_one += take(limits, &plain, send, NOW_US) == KQ_E_NONE ? 1 : 0;
    }
    assert_int_equal(passed_of_one, 2);
    kq_rate_limits_close(limits);
}

/* Buckets that are full again make room without anything being lost. */
static void what_rests_makes_room(void **state)
{
    (void)state;
    struct kq_rate_limits *limits = open_limits(2, 0);
    for (size_t i = 0; i < 2 * KQ_RATE_LIMIT_SETS * KQ_RATE_LIMIT_WAYS; i++) {
        char app_id[KQ_APP_ID_MAX_CHARS + 1];
        struct kq_application application = numbered(i, app_id);
        (void)take(limits, &application, send, NOW_US);
    }
    for (size_t i = 0; i < 100; i++) {
        char app_id[KQ_APP_ID_MAX_CHARS + 1];
        struct kq_application application = numbered(i, app_id);
        assert_passes(limits, &application, send, NOW_US + 2 * SECOND_US, 2, KQ_E_APP_CALL_LIMITED);
    }
    kq_rate_limits_close(limits);
}

#define THREADS 4
#define TRIES 200000

struct crowd {
    struct kq_rate_limits *limits;
    pthread_barrier_t start;
    _Atomic size_t passed;
};

static void *call_often(void *context)
{
    struct crowd *crowd = context;
    size_t passed = 0;
    pthread_barrier_wait(&crowd->start);
    for (size_t i = 0; i < TRIES; i++) {
        struct kq_result taken =
            kq_rate_limits_take(crowd->limits, &plain, i % 2 == 0 ? send : wallet, NOW_US, NULL);
        passed += taken.ok ? 1 : 0;
    }
    atomic_fetch_add(&crowd->passed, passed);
    return NULL;
}

/* No token is given twice, and none is lost, however many take them. */
static void threads_share_a_bucket(void **state)
{
    (void)state;
    struct crowd crowd = {.limits = open_limits(100000, 0)};
    pthread_t threads[THREADS];
    assert_int_equal(pthread_barrier_init(&crowd.start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, &crowd), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    /* The two threads that meet where the bucket is made may cost or spare one token. */
    assert_in_range(atomic_load(&crowd.passed), 100000 - THREADS, 100000 + THREADS);
    pthread_barrier_destroy(&crowd.start);
    kq_rate_limits_close(crowd.limits);
}

static void memory_that_is_not_there_is_refused(void **state)
{
    (void)state;
    for (unsigned long n = 1; n <= 2; n++) {
        struct kq_rate_limits *limits = NULL;
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        assert_false(kq_rate_limits_open((struct kq_rate_defaults){1, 1}, SEED, &limits, &error).ok);
        assert_true(kq_memory_has_failed());
        kq_memory_fail_at(0);
        assert_int_equal(error.code, KQ_E_NO_MEMORY);
        assert_null(limits);
    }
    kq_rate_limits_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_limits_everything_passes),
        cmocka_unit_test(an_application_has_a_seconds_worth_and_then_its_rate),
        cmocka_unit_test(one_a_second_is_one_a_second),
        cmocka_unit_test(the_rate_is_kept_over_time),
        cmocka_unit_test(a_method_has_a_bucket_of_its_own),
        cmocka_unit_test(one_that_floods_takes_nothing_from_another),
        cmocka_unit_test(the_applications_bucket_is_asked_first),
        cmocka_unit_test(a_refused_call_takes_nothing),
        cmocka_unit_test(an_applications_own_limits_come_before_the_defaults),
        cmocka_unit_test(a_limit_may_change),
        cmocka_unit_test(an_earlier_moment_gives_no_tokens),
        cmocka_unit_test(the_clocks_first_moment_is_one_too),
        cmocka_unit_test(thousands_of_applications_keep_their_buckets),
        cmocka_unit_test(more_applications_than_buckets_are_let_through),
        cmocka_unit_test(what_rests_makes_room),
        cmocka_unit_test(threads_share_a_bucket),
        cmocka_unit_test(memory_that_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
