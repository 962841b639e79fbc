/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/histogram.h"

static void test_nothing_added(void **state)
{
    (void)state;
    static const struct kq_bench_histogram empty;
    assert_int_equal(kq_bench_histogram_at(&empty, 500), 0);
    assert_int_equal(kq_bench_histogram_at(&empty, 999), 0);
}

static void test_short_durations_are_exact(void **state)
{
    (void)state;
    static struct kq_bench_histogram histogram;
    for (int64_t ns = 1; ns <= 100; ns++) {
        kq_bench_histogram_add(&histogram, ns);
    }
    assert_int_equal(histogram.total, 100);
    assert_int_equal(kq_bench_histogram_at(&histogram, 10), 1);
    assert_int_equal(kq_bench_histogram_at(&histogram, 500), 50);
    assert_int_equal(kq_bench_histogram_at(&histogram, 1000), 100);
}

/* Never below what was measured, and at most 1/64 above. */
static void test_long_durations_are_close(void **state)
{
    (void)state;
    for (int64_t ns = 64; ns < INT64_C(1) << 40; ns += ns / 7 + 1) {
        struct kq_bench_histogram histogram = {0};
        kq_bench_histogram_add(&histogram, ns);
        kq_bench_histogram_add(&histogram, INT64_C(1) << 40);
        int64_t found = kq_bench_histogram_at(&histogram, 500);
        assert_true(found >= ns);
        assert_true(found <= ns + ns / 64);
    }
}

static void test_percentile_never_exceeds_the_longest(void **state)
{
    (void)state;
    static struct kq_bench_histogram histogram;
    kq_bench_histogram_add(&histogram, 1000001);
    assert_int_equal(kq_bench_histogram_at(&histogram, 500), 1000001);
    assert_int_equal(histogram.max_ns, 1000001);
}

/* 990 of 1000 are short: the 99th percentile is one of them, the next is not. */
static void test_rank_is_rounded_up(void **state)
{
    (void)state;
    static struct kq_bench_histogram histogram;
    for (int i = 0; i < 990; i++) {
        kq_bench_histogram_add(&histogram, 10);
    }
    for (int i = 0; i < 10; i++) {
        kq_bench_histogram_add(&histogram, 60);
    }
    assert_int_equal(kq_bench_histogram_at(&histogram, 990), 10);
    assert_int_equal(kq_bench_histogram_at(&histogram, 991), 60);
}

static void test_outliers_keep_their_place(void **state)
{
    (void)state;
    static struct kq_bench_histogram histogram;
    kq_bench_histogram_add(&histogram, -5);
    kq_bench_histogram_add(&histogram, INT64_MAX);
    assert_int_equal(kq_bench_histogram_at(&histogram, 500), 0);
    assert_true(kq_bench_histogram_at(&histogram, 1000) >= INT64_C(1) << 40);
    assert_int_equal(histogram.max_ns, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_added),
        cmocka_unit_test(test_short_durations_are_exact),
        cmocka_unit_test(test_long_durations_are_close),
        cmocka_unit_test(test_percentile_never_exceeds_the_longest),
        cmocka_unit_test(test_rank_is_rounded_up),
        cmocka_unit_test(test_outliers_keep_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
