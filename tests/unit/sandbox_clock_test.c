/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/sandbox_clock.h"

#define WALL_S INT64_C(1795331045) /* 2026-11-22 15:04:05 in Beijing */

static int64_t wall_ms(const struct kq_clock *clock)
{
    (void)clock;
    return WALL_S * 1000 + 999;
}

static int64_t business_ms(const struct kq_clock *clock)
{
    const struct kq_system_clock *own = (const struct kq_system_clock *)clock;
    int64_t stopped_at_ms = atomic_load(&own->stopped_at_ms);
    return stopped_at_ms != KQ_CLOCK_RUNS ? stopped_at_ms : wall_ms(clock) + atomic_load(&own->offset_ms);
}

static struct kq_system_clock new_clock(void)
{
    return (struct kq_system_clock){
        .clock = {.wall_ms = wall_ms, .business_ms = business_ms},
        .stopped_at_ms = KQ_CLOCK_RUNS,
    };
}

static void expect_shown(const struct kq_system_clock *clock, const char *expected)
{
    struct kq_buffer json = {0};
    kq_sandbox_clock_append(clock, &json);
    assert_string_equal(json.data, expected);
    kq_buffer_free(&json);
}

static void the_clock_is_moved(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *shown;
    } rows[] = {
        {"{\"offset_s\":0}", "{\"now\":\"2026-11-22 15:04:05\",\"offset_s\":0,\"stopped\":false}\n"},
        {"{\"offset_s\":86400}", "{\"now\":\"2026-11-23 15:04:05\",\"offset_s\":86400,\"stopped\":false}\n"},
        {" { \"offset_s\" : -60 } ",
         "{\"now\":\"2026-11-22 15:03:05\",\"offset_s\":-60,\"stopped\":false}\n"},
        {"{\"offset_s\":\"-60\"}", "{\"now\":\"2026-11-22 15:03:05\",\"offset_s\":-60,\"stopped\":false}\n"},
        {"{\"now\":\"2026-11-22 15:04:06\"}",
         "{\"now\":\"2026-11-22 15:04:06\",\"offset_s\":1,\"stopped\":false}\n"},
        {"{\"now\":\"1970-01-01 08:00:00\"}",
         "{\"now\":\"1970-01-01 08:00:00\",\"offset_s\":-1795331045,\"stopped\":false}\n"},
        {"{\"now\":\"9999-12-31 23:59:59\"}",
         "{\"now\":\"9999-12-31 23:59:59\",\"offset_s\":251606940954,\"stopped\":false}\n"},
        {"{\"now\":\"2026-11-22 15:04:06\",\"stopped\":true}",
         "{\"now\":\"2026-11-22 15:04:06\",\"offset_s\":1,\"stopped\":true}\n"},
        {"{\"stopped\":true,\"offset_s\":0}",
         "{\"now\":\"2026-11-22 15:04:05\",\"offset_s\":0,\"stopped\":true}\n"},
        {"{\"offset_s\":1,\"stopped\":false}",
         "{\"now\":\"2026-11-22 15:04:06\",\"offset_s\":1,\"stopped\":false}\n"},
    };
    struct kq_system_clock clock = new_clock();
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        assert_true(kq_sandbox_clock_move(&clock, kq_slice_of(rows[i].json), NULL).ok);
        expect_shown(&clock, rows[i].shown);
    }
}

static void a_stopped_clock_stands(void **state)
{
    (void)state;
    struct kq_system_clock clock;
    kq_system_clock_init(&clock, 0);
    assert_true(
        kq_sandbox_clock_move(&clock, KQ_SLICE("{\"now\":\"2030-01-01 00:00:00\",\"stopped\":true}"), NULL)
            .ok);
    int64_t begun_us = clock.clock.monotonic_us(&clock.clock);
    while (clock.clock.monotonic_us(&clock.clock) < begun_us + 2000) {
        assert_int_equal(clock.clock.business_ms(&clock.clock), INT64_C(1893427200000));
    }
    assert_true(kq_sandbox_clock_move(&clock, KQ_SLICE("{\"offset_s\":0}"), NULL).ok);
    int64_t wall_before_ms = clock.clock.wall_ms(&clock.clock);
    assert_true(clock.clock.business_ms(&clock.clock) >= wall_before_ms);
}

static void what_is_no_time_moves_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "1",
        "null",
        "{\"offset_s\":null}",
        "{\"offset_s\":true}",
        "{\"offset_s\":1.5}",
        "{\"offset_s\":1e3}",
        "{\"offset_s\":\"\"}",
        "{\"offset_s\":\"-\"}",
        "{\"offset_s\":\"1 \"}",
        "{\"offset_s\":1000000000000}",
        "{\"offset_s\":-1795331046}",
        "{\"offset_s\":251606940955}",
        "{\"offset_s\":9223372036854775807}",
        "{\"now\":1}",
        "{\"now\":\"\"}",
        "{\"now\":\"2026-11-22\"}",
        "{\"now\":\"2026-02-29 00:00:00\"}",
        "{\"now\":\"1970-01-01 07:59:59\"}",
        "{\"now\":\"2026-11-22 15:04:05\",\"offset_s\":1}",
        "{\"other\":1}",
        "{\"stopped\":true}",
        "{\"offset_s\":1,\"stopped\":1}",
        "{\"offset_s\":1,\"stopped\":null}",
        "{\"offset_s\":1,\"other\":true}",
        "{\"offset_s\":1,\"stopped\":true,\"other\":1}",
        "{\"offset_s\":1} x",
    };
    struct kq_system_clock clock = new_clock();
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        struct kq_error error = {0};
        assert_false(kq_sandbox_clock_move(&clock, kq_slice_of(texts[i]), &error).ok);
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
        expect_shown(&clock, "{\"now\":\"2026-11-22 15:04:05\",\"offset_s\":0,\"stopped\":false}\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_is_moved),
        cmocka_unit_test(a_stopped_clock_stands),
        cmocka_unit_test(what_is_no_time_moves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
