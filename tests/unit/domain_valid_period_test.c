/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/time.h"
#include "domain/template.h"

static int64_t time_of(const char *text)
{
    int64_t time_s = 0;
    assert_true(kq_time_parse(kq_slice_of(text), &time_s, NULL).ok);
    return time_s;
}

static void a_relative_period_is_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        int64_t duration;
        enum kq_period_unit unit;
    } rows[] = {
        {"{\"type\":\"RELATIVE\",\"duration\":1,\"unit\":\"DAY\"}", 1, KQ_UNIT_DAY},
        {"{\"type\":\"RELATIVE\",\"duration\":12,\"unit\":\"HOUR\"}", 12, KQ_UNIT_HOUR},
        {"{\"type\":\"RELATIVE\",\"duration\":5256000,\"unit\":\"MINUTE\"}", 5256000, KQ_UNIT_MINUTE},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_valid_period period;
        char text[KQ_VALID_PERIOD_TEXT_SIZE];
        assert_true(kq_valid_period_parse(kq_slice_of(rows[i].json), &period, NULL).ok);
        assert_int_equal(period.type, KQ_PERIOD_RELATIVE);
        assert_int_equal(period.duration, rows[i].duration);
        assert_int_equal(period.unit, rows[i].unit);
        assert_int_equal(kq_valid_period_format(&period, text), strlen(rows[i].json));
        assert_string_equal(text, rows[i].json);
    }
}

static void an_absolute_period_is_read_and_written(void **state)
{
    (void)state;
    static const char json[] =
        "{\"type\":\"ABSOLUTE\",\"start\":\"2017-01-01 00:00:00\",\"end\":\"2017-01-02 23:59:59\"}";
    struct kq_valid_period period;
    char text[KQ_VALID_PERIOD_TEXT_SIZE];
    assert_true(kq_valid_period_parse(KQ_SLICE(json), &period, NULL).ok);
    assert_int_equal(period.type, KQ_PERIOD_ABSOLUTE);
    assert_int_equal(period.start_s, time_of("2017-01-01 00:00:00"));
    assert_int_equal(period.end_s, time_of("2017-01-02 23:59:59"));
    assert_int_equal(kq_valid_period_format(&period, text), sizeof(json) - 1);
    assert_string_equal(text, json);
}

static void order_spaces_and_a_duration_as_string_do_not_matter(void **state)
{
    (void)state;
    struct kq_valid_period period;
    char text[KQ_VALID_PERIOD_TEXT_SIZE];
    assert_true(kq_valid_period_parse(
                    KQ_SLICE(" { \"unit\" : \"HOUR\" , \"duration\" : \"24\" , \"type\" : \"RELATIVE\" } "),
                    &period, NULL)
                    .ok);
    kq_valid_period_format(&period, text);
    assert_string_equal(text, "{\"type\":\"RELATIVE\",\"duration\":24,\"unit\":\"HOUR\"}");
}

static void what_is_no_period_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *detail;
    } rows[] = {
        {"", "valid period is not JSON"},
        {"{", "valid period is not JSON"},
        {"30", "valid period is not a JSON object"},
        {"[]", "valid period is not a JSON object"},
        {"null", "valid period is not a JSON object"},
        {"{}", "valid period: type is not a string"},
        {"{\"type\":1}", "valid period: type is not a string"},
        {"{\"type\":\"relative\"}", "valid period: type is ABSOLUTE or RELATIVE"},
        {"{\"type\":\"RELATIVE\",\"type\":\"RELATIVE\",\"duration\":1,\"unit\":\"DAY\"}",
         "valid period is not JSON"},
        {"{\"type\":\"RELATIVE\",\"duration\":1}", "valid period: unit is not a string"},
        {"{\"type\":\"RELATIVE\",\"duration\":1,\"unit\":\"WEEK\"}",
         "valid period: unit is MINUTE, HOUR or DAY"},
        {"{\"type\":\"RELATIVE\",\"duration\":1,\"unit\":\"DAY\",\"start\":\"2017-01-01 00:00:00\"}",
         "valid period has an unknown member"},
        {"{\"type\":\"ABSOLUTE\"}", "valid period: start is not a string"},
        {"{\"type\":\"ABSOLUTE\",\"start\":\"2017-01-01 00:00:00\"}", "valid period: end is not a string"},
        {"{\"type\":\"ABSOLUTE\",\"start\":\"2017-01-01\",\"end\":\"2017-01-02 00:00:00\"}",
         "valid period: start: not a time as yyyy-MM-dd HH:mm:ss"},
        {"{\"type\":\"ABSOLUTE\",\"start\":\"2017-01-01 00:00:00\",\"end\":\"2017-02-29 00:00:00\"}",
         "valid period: end: not a time as yyyy-MM-dd HH:mm:ss"},
        {"{\"type\":\"ABSOLUTE\",\"start\":\"2017-01-02 00:00:00\",\"end\":\"2017-01-02 00:00:00\"}",
         "valid period: the end is not after the start"},
        {"{\"type\":\"ABSOLUTE\",\"start\":\"2017-01-01 00:00:00\",\"end\":\"2017-01-02 00:00:00\",\"x\":1}",
         "valid period has an unknown member"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_valid_period period;
        struct kq_error error = {0};
        assert_false(kq_valid_period_parse(kq_slice_of(rows[i].json), &period, &error).ok);
        assert_string_equal(error.detail, rows[i].detail);
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
    }
}

static void what_is_no_duration_is_refused(void **state)
{
    (void)state;
    static const char *const durations[] = {
        "0",
        "-1",
        "1.0",
        "1e3",
        "5256001",
        "9223372036854775808",
        "99999999999999999999",
        "\"\"",
        "\"-1\"",
        "\" 1\"",
        "\"1.0\"",
        "\"day\"",
        "true",
        "null",
        "[1]",
    };
    for (size_t i = 0; i < KQ_COUNT(durations); i++) {
        char json[128];
        snprintf(json, sizeof(json), "{\"type\":\"RELATIVE\",\"duration\":%s,\"unit\":\"DAY\"}",
                 durations[i]);
        struct kq_valid_period period;
        struct kq_error error = {0};
        assert_false(kq_valid_period_parse(kq_slice_of(json), &period, &error).ok);
        assert_string_equal(error.detail, "valid period: duration is not a whole number from 1 to 5256000");
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
    }
}

static void a_period_made_otherwise_is_checked_too(void **state)
{
    (void)state;
    struct kq_valid_period period = {.type = KQ_PERIOD_ABSOLUTE, .start_s = KQ_TIME_MIN_S - 1, .end_s = 0};
    struct kq_error error = {0};
    assert_false(kq_valid_period_check(&period, &error).ok);
    assert_string_equal(error.detail, "valid period: a time is out of range");
    period = (struct kq_valid_period){.type = KQ_PERIOD_ABSOLUTE, .start_s = 0, .end_s = KQ_TIME_MAX_S + 1};
    assert_false(kq_valid_period_check(&period, &error).ok);
    assert_string_equal(error.detail, "valid period: a time is out of range");
    period.start_s = KQ_TIME_MIN_S;
    period.end_s = KQ_TIME_MAX_S;
    assert_true(kq_valid_period_check(&period, NULL).ok);
}

static void a_relative_period_counts_from_the_issue(void **state)
{
    (void)state;
    static const struct {
        int64_t duration;
        enum kq_period_unit unit;
        const char *expires;
    } rows[] = {
        {1, KQ_UNIT_MINUTE, "2016-09-06 12:01:30"}, {90, KQ_UNIT_MINUTE, "2016-09-06 13:30:30"},
        {1, KQ_UNIT_HOUR, "2016-09-06 13:00:30"},   {36, KQ_UNIT_HOUR, "2016-09-08 00:00:30"},
        {1, KQ_UNIT_DAY, "2016-09-07 12:00:30"},    {30, KQ_UNIT_DAY, "2016-10-06 12:00:30"},
    };
    int64_t issued_s = time_of("2016-09-06 12:00:30");
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_valid_period period = {
            .type = KQ_PERIOD_RELATIVE,
            .duration = rows[i].duration,
            .unit = rows[i].unit,
        };
        int64_t active_s = 0;
        int64_t expires_s = 0;
        kq_valid_period_apply(&period, issued_s, &active_s, &expires_s);
        assert_int_equal(active_s, issued_s);
        assert_int_equal(expires_s, time_of(rows[i].expires));
    }
}

static void an_absolute_period_is_the_same_for_every_issue(void **state)
{
    (void)state;
    struct kq_valid_period period = {.type = KQ_PERIOD_ABSOLUTE, .start_s = 1000, .end_s = 2000};
    int64_t active_s = 0;
    int64_t expires_s = 0;
    kq_valid_period_apply(&period, 1500, &active_s, &expires_s);
    assert_int_equal(active_s, 1000);
    assert_int_equal(expires_s, 2000);
}

static void the_longest_period_stays_within_the_wires_years(void **state)
{
    (void)state;
    struct kq_valid_period period = {
        .type = KQ_PERIOD_RELATIVE,
        .duration = KQ_PERIOD_DURATION_MAX,
        .unit = KQ_UNIT_DAY,
    };
    int64_t active_s = 0;
    int64_t expires_s = 0;
    kq_valid_period_apply(&period, KQ_TIME_MAX_S, &active_s, &expires_s);
    assert_int_equal(expires_s, KQ_TIME_MAX_S);
}

static void running_out_of_memory_is_not_bad_input(void **state)
{
    (void)state;
    unsigned failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        struct kq_valid_period period;
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        struct kq_result result = kq_valid_period_parse(
            KQ_SLICE("{\"type\":\"RELATIVE\",\"duration\":1,\"unit\":\"DAY\"}"), &period, &error);
        failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        assert_int_equal(result.ok, !failed);
        assert_int_equal(error.code, failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        failures += failed;
    }
    assert_true(failures > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_relative_period_is_read_and_written),
        cmocka_unit_test(an_absolute_period_is_read_and_written),
        cmocka_unit_test(order_spaces_and_a_duration_as_string_do_not_matter),
        cmocka_unit_test(what_is_no_period_is_refused),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(a_period_made_otherwise_is_checked_too),
        cmocka_unit_test(a_relative_period_counts_from_the_issue),
        cmocka_unit_test(an_absolute_period_is_the_same_for_every_issue),
        cmocka_unit_test(the_longest_period_stays_within_the_wires_years),
        cmocka_unit_test(running_out_of_memory_is_not_bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
