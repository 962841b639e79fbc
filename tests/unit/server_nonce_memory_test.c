/* SPDX-License-Identifier: Apache-2.0 */
#include "server/nonce_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/memory.h"

#define NOW_MS INT64_C(1473134400000)
#define SKEW_MS INT64_C(900000)
#define A "2014072300007148"
#define B "2014072300007149"
#define OTHERS 4000

static struct kq_nonces *nonces;
static struct kq_digester *digester;

static int open_with(size_t sets)
{
    return kq_nonces_open(sets, 4711, &nonces, NULL).ok && kq_digester_open(&digester, NULL).ok ? 0 : -1;
}

/* The whole memory is one place, for 64 nonces. */
static int open_small(void **state)
{
    (void)state;
    return open_with(1);
}

static int open_usual(void **state)
{
    (void)state;
    return open_with(KQ_NONCE_SETS);
}

static int close_both(void **state)
{
    (void)state;
    kq_nonces_close(nonces);
    kq_digester_close(digester);
    return 0;
}

/* KQ_E_NONE: taken. */
static enum kq_error_code take_at(const char *app_id, unsigned nonce, int64_t timestamp_ms, int64_t now_ms,
                                  int64_t skew_ms)
{
    char text[16];
    struct kq_error error = {0};
    snprintf(text, sizeof(text), "%u", nonce);
    const struct kq_nonce_use use = {
        .app_id = kq_slice_of(app_id),
        .nonce = kq_slice_of(text),
        .timestamp_ms = timestamp_ms,
        .now_ms = now_ms,
        .clock_skew_ms = skew_ms,
    };
    struct kq_result taken = kq_nonces_take(nonces, digester, &use, &error);
    return taken.ok ? KQ_E_NONE : error.code;
}

static enum kq_error_code take(const char *app_id, unsigned nonce, int64_t timestamp_ms)
{
    return take_at(app_id, nonce, timestamp_ms, NOW_MS, SKEW_MS);
}

static void test_a_nonce_is_taken_once(void **state)
{
    (void)state;
    assert_int_equal(take(A, 1, NOW_MS), KQ_E_NONE);
    assert_int_equal(take(A, 1, NOW_MS), KQ_E_REPEATED_NONCE);
    assert_int_equal(take(A, 1, NOW_MS + 5), KQ_E_REPEATED_NONCE);
    assert_int_equal(take(A, 2, NOW_MS), KQ_E_NONE);
}

static void test_each_application_has_its_own(void **state)
{
    (void)state;
    assert_int_equal(take(A, 1, NOW_MS), KQ_E_NONE);
    assert_int_equal(take(B, 1, NOW_MS), KQ_E_NONE);
    assert_int_equal(take(B, 1, NOW_MS), KQ_E_REPEATED_NONCE);
}

/* What is too old to be accepted makes room; and what it was still cannot come again. */
static void test_an_old_one_makes_room(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KQ_NONCE_WAYS; i++) {
        assert_int_equal(take(A, i, NOW_MS), KQ_E_NONE);
    }
    int64_t later_ms = NOW_MS + SKEW_MS + 1;
    for (unsigned i = 0; i < KQ_NONCE_WAYS; i++) {
        assert_int_equal(take_at(B, i, later_ms, later_ms, SKEW_MS), KQ_E_NONE);
    }
    for (unsigned i = 0; i < KQ_NONCE_WAYS; i++) {
        assert_int_equal(take_at(B, i, later_ms, later_ms, SKEW_MS), KQ_E_REPEATED_NONCE);
        assert_int_equal(take_at(A, i, NOW_MS, NOW_MS, SKEW_MS), KQ_E_INVALID_TIMESTAMP); /* clock set back */
    }
}

/* Far more than there is room for: none of them passes a second time, and the newest calls still pass. */
static void test_more_than_there_is_room_for(void **state)
{
    (void)state;
    const unsigned count = KQ_NONCE_WAYS * 10;
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(take(A, i, NOW_MS + i), KQ_E_NONE);
    }
    for (unsigned i = 0; i < count; i++) {
        bool is_remembered = i >= count - KQ_NONCE_WAYS;
        assert_int_equal(take(A, i, NOW_MS + i),
                         is_remembered ? KQ_E_REPEATED_NONCE : KQ_E_INVALID_TIMESTAMP);
    }
    assert_int_equal(take(A, count, NOW_MS + count), KQ_E_NONE);
}

/* One that floods, even with timestamps of the future, loses its own. */
static void test_a_flood_forgets_nobody_elses(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KQ_NONCE_WAYS / 2; i++) {
        assert_int_equal(take(B, i, NOW_MS - 1000), KQ_E_NONE);
    }
    for (unsigned i = 0; i < KQ_NONCE_WAYS * 10; i++) {
        assert_int_equal(take(A, i, NOW_MS + SKEW_MS - 5000 + i), KQ_E_NONE);
    }
    for (unsigned i = 0; i < KQ_NONCE_WAYS / 2; i++) {
        assert_int_equal(take(B, i, NOW_MS - 1000), KQ_E_REPEATED_NONCE);
    }
    assert_int_equal(take(B, KQ_NONCE_WAYS, NOW_MS - 1000), KQ_E_NONE);
}

/* What one application may not do any more is no matter of others, however many there are. */
static void test_a_flood_narrows_nobody_elses_time(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KQ_NONCE_WAYS * 2; i++) {
        assert_int_equal(take(A, i, NOW_MS + SKEW_MS - 5000 + i), KQ_E_NONE);
    }
    for (unsigned i = 0; i < OTHERS; i++) {
        char app_id[16];
        snprintf(app_id, sizeof(app_id), "other-%u", i);
        assert_int_equal(take(app_id, 1, NOW_MS), KQ_E_NONE);
    }
    assert_int_equal(take(A, 0, NOW_MS), KQ_E_INVALID_TIMESTAMP);
}

/* Where no timestamp is too old, those that there is room for cannot repeat, and every call passes. */
static void test_without_checked_timestamps(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KQ_NONCE_WAYS * 2; i++) {
        assert_int_equal(take_at(A, i, (int64_t)i, NOW_MS, 0), KQ_E_NONE);
    }
    assert_int_equal(take_at(A, KQ_NONCE_WAYS * 2 - 1, 0, NOW_MS, 0), KQ_E_REPEATED_NONCE);
    assert_int_equal(take_at(A, 0, 0, NOW_MS, 0), KQ_E_NONE);
}

#define THREADS 4
#define RACED 2000

static void *race(void *context)
{
    unsigned *taken = context;
    struct kq_digester *own = NULL;
    if (!kq_digester_open(&own, NULL).ok) {
        return NULL;
    }
    for (unsigned i = 0; i < RACED; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%u", i);
        const struct kq_nonce_use use = {
            .app_id = KQ_SLICE(A),
            .nonce = kq_slice_of(text),
            .timestamp_ms = NOW_MS,
            .now_ms = NOW_MS,
            .clock_skew_ms = SKEW_MS,
        };
        *taken += kq_nonces_take(nonces, own, &use, NULL).ok ? 1 : 0;
    }
    kq_digester_close(own);
    return NULL;
}

/* Each nonce passes on one thread only. */
static void test_many_threads(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    unsigned taken[THREADS] = {0};
    unsigned total = 0;
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, race, &taken[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        total += taken[i];
    }
    assert_int_equal(total, RACED);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    for (unsigned long n = 1; n <= 2; n++) {
        struct kq_error error = {0};
        struct kq_nonces *opened = NULL;
        kq_memory_fail_at(n);
        assert_false(kq_nonces_open(1, 1, &opened, &error).ok);
        kq_memory_fail_at(0);
        assert_int_equal(error.code, KQ_E_NO_MEMORY);
    }
    kq_nonces_close(NULL);
}

#define small_test(function) cmocka_unit_test_setup_teardown(function, open_small, close_both)
#define usual_test(function) cmocka_unit_test_setup_teardown(function, open_usual, close_both)

int main(void)
{
    const struct CMUnitTest tests[] = {
        usual_test(test_a_nonce_is_taken_once),        usual_test(test_each_application_has_its_own),
        small_test(test_an_old_one_makes_room),        small_test(test_more_than_there_is_room_for),
        small_test(test_a_flood_forgets_nobody_elses), small_test(test_a_flood_narrows_nobody_elses_time),
        small_test(test_without_checked_timestamps),   usual_test(test_many_threads),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
