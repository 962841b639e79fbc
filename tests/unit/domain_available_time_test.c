/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/time.h"
#include "domain/available_time.h"

/* The platform's own example. */
static const char example[] =
    "[{\"day_rule\": \"1,2,3,4,5\", \"time_begin\": \"09:00:00\", \"time_end\": \"22:00:00\"}, "
    "{\"day_rule\": \"6,7\", \"time_begin\": \"08:00:00\", \"time_end\": \"23:00:00\"}]";

static bool is_open_at(const char *json, const char *time)
{
    int64_t time_s = 0;
    bool is_open = false;
    assert_true(kq_time_parse(kq_slice_of(time), &time_s, NULL).ok);
    assert_true(kq_available_time_is_open(kq_slice_of(json), time_s, &is_open, NULL).ok);
    return is_open;
}

static void no_rows_are_open_always(void **state)
{
    (void)state;
    assert_true(is_open_at("", "2016-09-06 03:00:00"));
    assert_true(is_open_at("[]", "2016-09-06 03:00:00"));
    assert_true(kq_available_time_check(KQ_SLICE_EMPTY, NULL).ok);
    assert_true(kq_available_time_check(KQ_SLICE("[]"), NULL).ok);
}

static void both_ends_are_open_and_the_seconds_beside_them_are_not(void **state)
{
    (void)state;
    /* A Tuesday. */
    assert_false(is_open_at(example, "2016-09-06 08:59:59"));
    assert_true(is_open_at(example, "2016-09-06 09:00:00"));
    assert_true(is_open_at(example, "2016-09-06 22:00:00"));
    assert_false(is_open_at(example, "2016-09-06 22:00:01"));
}

static void a_week_goes_from_monday_to_sunday_in_beijing(void **state)
{
    (void)state;
    assert_true(is_open_at(example, "2016-09-09 22:00:00"));  /* Friday */
    assert_false(is_open_at(example, "2016-09-09 23:00:00")); /* Friday */
    assert_true(is_open_at(example, "2016-09-10 23:00:00"));  /* Saturday */
    assert_true(is_open_at(example, "2016-09-11 08:00:00"));  /* Sunday */
    assert_false(is_open_at(example, "2016-09-12 08:00:00")); /* Monday */
}

static void each_day_has_its_number(void **state)
{
    (void)state;
    static const char *const days[] = {"2026-06-01 00:00:00", "2026-06-02 00:00:00", "2026-06-03 00:00:00",
                                       "2026-06-04 00:00:00", "2026-06-05 00:00:00", "2026-06-06 00:00:00",
                                       "2026-06-07 00:00:00"};
    char json[] = "[{\"day_rule\":\"0\",\"time_begin\":\"00:00:00\",\"time_end\":\"23:59:59\"}]";
    char *digit = strchr(json, '0');
    for (size_t rule = 0; rule < KQ_COUNT(days); rule++) {
        *digit = (char)('1' + rule);
        for (size_t day = 0; day < KQ_COUNT(days); day++) {
            assert_int_equal(is_open_at(json, days[day]), rule == day);
        }
    }
}

static void a_whole_day_is_open_to_its_last_second(void **state)
{
    (void)state;
    static const char monday[] =
        "[{\"day_rule\":\"1\",\"time_begin\":\"00:00:00\",\"time_end\":\"23:59:59\"}]";
    assert_false(is_open_at(monday, "2016-09-04 23:59:59"));
    assert_true(is_open_at(monday, "2016-09-05 00:00:00"));
    assert_true(is_open_at(monday, "2016-09-05 23:59:59"));
    assert_false(is_open_at(monday, "2016-09-06 00:00:00"));
}

static void days_before_1970_have_their_numbers_too(void **state)
{
    (void)state;
    static const char wednesday[] =
        "[{\"day_rule\":\"3\",\"time_begin\":\"00:00:00\",\"time_end\":\"23:59:59\"}]";
    assert_true(is_open_at(wednesday, "1969-12-31 12:00:00"));
    assert_false(is_open_at(wednesday, "1969-12-30 12:00:00"));
}

static void a_begin_that_is_the_end_is_one_second(void **state)
{
    (void)state;
    static const char noon[] = "[{\"day_rule\":\"2\",\"time_begin\":\"12:00:00\",\"time_end\":\"12:00:00\"}]";
    assert_true(is_open_at(noon, "2016-09-06 12:00:00"));
    assert_false(is_open_at(noon, "2016-09-06 12:00:01"));
}

static void refuse(const char *json, const char *why)
{
    struct kq_error error = {0};
    assert_false(kq_available_time_check(kq_slice_of(json), &error).ok);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
    assert_string_equal(error.detail, why);
}

#define ROW(days, begin, end)                                                                                \
    "[{\"day_rule\":\"" days "\",\"time_begin\":\"" begin "\",\"time_end\":\"" end "\"}]"

static void what_is_not_its_form_is_refused(void **state)
{
    (void)state;
    static const char bad_days[] =
        "available time: day_rule is not days from 1 to 7 with commas between them";
    static const char bad_begin[] = "available time: time_begin is not a time as HH:mm:ss";
    static const char bad_end[] = "available time: time_end is not a time as HH:mm:ss";
    static const struct {
        const char *json;
        const char *why;
    } rows[] = {
        {"monday", "available time is not JSON"},
        {"{}", "available time is not a JSON array"},
        {"[1]", "available time: a row is no object"},
        {"[{}]", "available time: day_rule is not a string"},
        {"[{\"day_rule\":\"1\",\"time_begin\":\"09:00:00\"}]", "available time: time_end is not a string"},
        {"[{\"day_rule\":1,\"time_begin\":\"09:00:00\",\"time_end\":\"22:00:00\"}]",
         "available time: day_rule is not a string"},
        {ROW("", "09:00:00", "22:00:00"), bad_days},
        {ROW("0", "09:00:00", "22:00:00"), bad_days},
        {ROW("8", "09:00:00", "22:00:00"), bad_days},
        {ROW("1,", "09:00:00", "22:00:00"), bad_days},
        {ROW("12", "09:00:00", "22:00:00"), bad_days},
        {ROW("1, 2", "09:00:00", "22:00:00"), bad_days},
        {ROW("1", "9:00:00", "22:00:00"), bad_begin},
        {ROW("1", "09:60:00", "22:00:00"), bad_begin},
        {ROW("1", "09:00:60", "22:00:00"), bad_begin},
        {ROW("1", "09-00-00", "22:00:00"), bad_begin},
        {ROW("1", "09:00:00", "24:00:00"), bad_end},
        {ROW("1", "09:00:00", "22:00:000"), bad_end},
        {ROW("1", "22:00:00", "21:59:59"),
         "available time: time_end is before time_begin; a window over midnight is two rows"},
        {"[{\"day_rule\":\"1\",\"time_begin\":\"09:00:00\",\"time_end\":\"22:00:00\",\"zone\":\"+8\"}]",
         "available time: a row has an unknown member"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        refuse(rows[i].json, rows[i].why);
    }
}

static void write_rows(struct kq_buffer *json, size_t count)
{
    kq_buffer_append_byte(json, '[');
    for (size_t i = 0; i < count; i++) {
        kq_buffer_print(json, "%s{\"day_rule\":\"1\",\"time_begin\":\"09:00:00\",\"time_end\":\"22:00:00\"}",
                        i == 0 ? "" : ",");
    }
    kq_buffer_append_byte(json, ']');
}

static void as_many_rows_as_there_may_be_are_taken_and_one_more_is_not(void **state)
{
    (void)state;
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer json = {0};
    write_rows(&json, KQ_AVAILABLE_TIME_MAX_ROWS);
    assert_true(kq_available_time_check(kq_buffer_slice(&json), NULL).ok);
    kq_buffer_clear(&json);
    write_rows(&json, KQ_AVAILABLE_TIME_MAX_ROWS + 1);
    refuse(json.data, "available time has more than 32 rows");
}

static void a_text_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char json[KQ_AVAILABLE_TIME_MAX_BYTES + 2];
    memset(json, ' ', sizeof(json) - 1);
    json[sizeof(json) - 1] = '\0';
    json[0] = '[';
    json[1] = ']';
    refuse(json, "available time is longer than 4096 bytes");
    json[KQ_AVAILABLE_TIME_MAX_BYTES] = '\0';
    assert_true(kq_available_time_check(kq_slice_of(json), NULL).ok);
}

static void running_out_of_memory_is_not_bad_input(void **state)
{
    (void)state;
    unsigned long failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        struct kq_result result = kq_available_time_check(kq_slice_of(example), &error);
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
        cmocka_unit_test(no_rows_are_open_always),
        cmocka_unit_test(both_ends_are_open_and_the_seconds_beside_them_are_not),
        cmocka_unit_test(a_week_goes_from_monday_to_sunday_in_beijing),
        cmocka_unit_test(each_day_has_its_number),
        cmocka_unit_test(a_whole_day_is_open_to_its_last_second),
        cmocka_unit_test(days_before_1970_have_their_numbers_too),
        cmocka_unit_test(a_begin_that_is_the_end_is_one_second),
        cmocka_unit_test(what_is_not_its_form_is_refused),
        cmocka_unit_test(as_many_rows_as_there_may_be_are_taken_and_one_more_is_not),
        cmocka_unit_test(a_text_that_is_too_long_is_refused),
        cmocka_unit_test(running_out_of_memory_is_not_bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
