/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "store/store.h"

/* The machine's clock. */

static int64_t machine_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void wall_time_is_the_machines(void **state)
{
    (void)state;
    struct kq_system_clock clock;
    kq_system_clock_init(&clock, 123456789);
    int64_t before_ms = machine_ms();
    int64_t wall_ms = clock.clock.wall_ms(&clock.clock);
    assert_in_range(wall_ms, before_ms, machine_ms());
}

static void business_time_can_be_moved(void **state)
{
    (void)state;
    const int64_t year_ms = INT64_C(365) * 86400 * 1000;
    struct kq_system_clock clock;
    kq_system_clock_init(&clock, year_ms);
    int64_t before_ms = machine_ms();
    int64_t business_ms = clock.clock.business_ms(&clock.clock);
    assert_in_range(business_ms, before_ms + year_ms, machine_ms() + year_ms);
    atomic_store(&clock.offset_ms, -year_ms);
    before_ms = machine_ms();
    business_ms = clock.clock.business_ms(&clock.clock);
    assert_in_range(business_ms, before_ms - year_ms, machine_ms() - year_ms);
}

static void monotonic_time_never_goes_back(void **state)
{
    (void)state;
    struct kq_system_clock clock;
    kq_system_clock_init(&clock, 0);
    int64_t last_us = clock.clock.monotonic_us(&clock.clock);
    for (int i = 0; i < 1000; i++) {
        int64_t now_us = clock.clock.monotonic_us(&clock.clock);
        assert_true(now_us >= last_us);
        last_us = now_us;
    }
}

static void random_bytes_fill_what_was_asked_for(void **state)
{
    (void)state;
    struct kq_system_clock clock;
    kq_system_clock_init(&clock, 0);
    unsigned char first[34] = {0};
    unsigned char second[34] = {0};
    clock.clock.random(&clock.clock, first + 1, 32);
    clock.clock.random(&clock.clock, second + 1, 32);
    assert_memory_not_equal(first + 1, second + 1, 32);
    assert_int_equal(first[0] | first[33] | second[0] | second[33], 0);
    clock.clock.random(&clock.clock, first, 0);
    assert_int_equal(first[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wall_time_is_the_machines),
        cmocka_unit_test(business_time_can_be_moved),
        cmocka_unit_test(monotonic_time_never_goes_back),
        cmocka_unit_test(random_bytes_fill_what_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
