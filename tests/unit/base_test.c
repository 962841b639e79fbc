/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/id.h"
#include "base/memory.h"
#include "base/money.h"
#include "base/slice.h"
#include "base/time.h"

static void time_reads_the_reference_pages_examples(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t time_s;
    } rows[] = {
        {"2014-07-24 03:07:50", 1406142470},
        {"2017-01-01 00:00:01", 1483200001},
        {"1970-01-01 08:00:00", 0},
        {"1970-01-01 07:59:59", -1},
        {"2000-02-29 23:59:59", 951839999},
        {"0001-01-01 00:00:00", KQ_TIME_MIN_S},
        {"9999-12-31 23:59:59", KQ_TIME_MAX_S},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        int64_t time_s = 42;
        char text[KQ_TIME_TEXT_SIZE];
        assert_true(kq_time_parse(kq_slice_of(rows[i].text), &time_s, NULL).ok);
        assert_int_equal(time_s, rows[i].time_s);
        kq_time_format(time_s, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void time_refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "2014-07-24",
        "2014-07-24 03:07:5",
        "2014-07-24 03:07:500",
        "2014-07-24T03:07:50",
        "2014/07/24 03:07:50",
        " 2014-07-24 03:07:5",
        "2014-13-24 03:07:50",
        "2014-00-24 03:07:50",
        "2014-02-29 03:07:50",
        "1900-02-29 00:00:00",
        "2014-04-31 00:00:00",
        "2014-07-00 00:00:00",
        "2014-07-24 24:00:00",
        "2014-07-24 23:60:00",
        "2014-07-24 23:59:60",
        "0000-01-01 00:00:00",
        "+014-07-24 03:07:50",
        "20-4-07-24 03:07:50",
    };
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        int64_t time_s = 0;
        struct kq_error error = {0};
        assert_false(kq_time_parse(kq_slice_of(texts[i]), &time_s, &error).ok);
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
    }
}

/* Every day of four centuries, forwards and back, against a count of days. */
static void time_goes_through_every_day(void **state)
{
    (void)state;
    char previous[KQ_TIME_TEXT_SIZE] = "";
    for (int64_t day = -80000; day < 80000; day++) {
        int64_t time_s = day * KQ_SECONDS_PER_DAY - KQ_BEIJING_OFFSET_S;
        char text[KQ_TIME_TEXT_SIZE];
        int64_t again_s = 0;
        kq_time_format(time_s, text);
        assert_true(strcmp(previous, text) < 0);
        assert_true(kq_time_parse(kq_slice_of(text), &again_s, NULL).ok);
        assert_int_equal(again_s, time_s);
        assert_int_equal(kq_time_day_start(time_s + 86399), time_s);
        assert_int_equal(kq_time_day_start(time_s - 1), time_s - KQ_SECONDS_PER_DAY);
        memcpy(previous, text, sizeof(previous));
    }
}

static void time_days_change_at_beijing_midnight(void **state)
{
    (void)state;
    int64_t time_s = 0;
    assert_true(kq_time_parse(KQ_SLICE("2014-06-01 00:00:00"), &time_s, NULL).ok);
    assert_int_equal(kq_time_date_number(time_s), 20140601);
    assert_int_equal(kq_time_date_number(time_s - 1), 20140531);
}

static void days_are_read_and_written(void **state)
{
    (void)state;
    static const char *const texts[] = {"",           "2014-6-01",  "2014-06-1",           "2014-06-31",
                                        "2015-02-29", "2014/06/01", "2014-06-01 00:00:00", "0000-01-01"};
    int64_t day_s = 0;
    char text[KQ_DAY_TEXT_SIZE];
    assert_true(kq_time_parse_day(KQ_SLICE("2016-09-06"), &day_s, NULL).ok);
    assert_int_equal(day_s, INT64_C(1473091200));
    kq_time_format_day(day_s, text);
    assert_string_equal(text, "2016-09-06");
    kq_time_format_day(day_s - 1, text);
    assert_string_equal(text, "2016-09-05");
    kq_time_format_day(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31");
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        struct kq_error error = {0};
        assert_false(kq_time_parse_day(kq_slice_of(texts[i]), &day_s, &error).ok);
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
    }
}

static void time_outside_the_wires_years_is_clamped(void **state)
{
    (void)state;
    char text[KQ_TIME_TEXT_SIZE];
    kq_time_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31 23:59:59");
    kq_time_format(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01 00:00:00");
}

static void money_is_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t amount_fen;
        const char *wire;
        const char *shown;
    } rows[] = {
        {"9.99", 999, "9.99", "9.99"},
        {"9.9", 990, "9.90", "9.9"},
        {"9.90", 990, "9.90", "9.9"},
        {"10", 1000, "10.00", "10"},
        {"100", 10000, "100.00", "100"},
        {"0.01", 1, "0.01", "0.01"},
        {"0", 0, "0.00", "0"},
        {"0.1", 10, "0.10", "0.1"},
        {"1.05", 105, "1.05", "1.05"},
        {"9999999999.99", KQ_MONEY_MAX_FEN, "9999999999.99", "9999999999.99"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        int64_t amount_fen = -1;
        char text[KQ_MONEY_TEXT_SIZE];
        assert_true(kq_money_parse(kq_slice_of(rows[i].text), &amount_fen, NULL).ok);
        assert_int_equal(amount_fen, rows[i].amount_fen);
        kq_money_format(amount_fen, text);
        assert_string_equal(text, rows[i].wire);
        kq_money_format_short(amount_fen, text);
        assert_string_equal(text, rows[i].shown);
    }
}

static void money_refuses_what_is_no_amount(void **state)
{
    (void)state;
    static const char *const texts[] = {"",   "9.999", "-1",   "+1", "1e3",  "NaN",  "Infinity",   ".5",
                                        "1.", "1.2.3", " 1",   "1 ", "0x10", "01",   "00.5",       "1,000",
                                        "１", "1.-1",  "1. 1", "١",  "--1",  "1.1e", "10000000000"};
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        int64_t amount_fen = 0;
        struct kq_error error = {0};
        assert_false(kq_money_parse(kq_slice_of(texts[i]), &amount_fen, &error).ok);
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
    }
}

static void money_shows_any_number(void **state)
{
    (void)state;
    char text[KQ_MONEY_TEXT_SIZE];
    kq_money_format(INT64_MIN, text);
    assert_string_equal(text, "-92233720368547758.08");
    kq_money_format(INT64_MAX, text);
    assert_string_equal(text, "92233720368547758.07");
    kq_money_format_short(-50, text);
    assert_string_equal(text, "-0.5");
}

static void ids_look_like_the_reference_pages(void **state)
{
    (void)state;
    struct kq_id_source source = {.node = 3};
    char text[KQ_ID_TEXT_SIZE];
    kq_id_next(&source, INT64_C(1473091200000), KQ_ID_PRODUCT_VOUCHER, KQ_SLICE("2088302001456115"), text);
    assert_int_equal(strlen(text), KQ_ID_SIZE);
    assert_memory_equal(text, "2016090600073002", 16); /* 2016-09-06 00:00:00 in Beijing */
    assert_string_equal(text + KQ_ID_SIZE - 2, "15");
}

static void ids_increase_and_never_repeat(void **state)
{
    (void)state;
    struct kq_id_source source = {.node = KQ_ID_NODE_COUNT - 1};
    int64_t now_ms = INT64_C(1473091199999); /* the last millisecond of a Beijing day */
    char previous[KQ_ID_TEXT_SIZE] = "";
    for (unsigned i = 0; i < 5 * KQ_ID_SEQUENCE_COUNT; i++) {
        char text[KQ_ID_TEXT_SIZE];
        int64_t jumping_ms = now_ms - (int64_t)(i % 7) * 3600000;
        kq_id_next(&source, jumping_ms, KQ_ID_PRODUCT_VOUCHER, KQ_SLICE("2088302001456115"), text);
        assert_true(strcmp(previous, text) < 0);
        memcpy(previous, text, sizeof(previous));
    }
    assert_memory_equal(previous, "20160906", 8);
}

static void ids_of_two_nodes_differ(void **state)
{
    (void)state;
    struct kq_id_source one = {.node = 1};
    struct kq_id_source two = {.node = 2};
    char first[KQ_ID_TEXT_SIZE];
    char second[KQ_ID_TEXT_SIZE];
    kq_id_next(&one, 1000, KQ_ID_PRODUCT_TEMPLATE, KQ_SLICE("7"), first);
    kq_id_next(&two, 1000, KQ_ID_PRODUCT_TEMPLATE, KQ_SLICE("7"), second);
    assert_string_not_equal(first, second);
    assert_string_equal(first + KQ_ID_SIZE - 2, "00"); /* no two characters to embed */
}

static void ids_and_their_numbers_give_each_other(void **state)
{
    (void)state;
    struct kq_id_source source = {.node = 1000};
    int64_t last = -1;
    for (int64_t i = 0; i < 2000; i++) {
        char text[KQ_ID_TEXT_SIZE];
        char again[KQ_ID_TEXT_SIZE];
        int64_t number = 0;
        uint32_t node = 0;
        kq_id_next(&source, i * INT64_C(86399999) * 3 / 2, KQ_ID_PRODUCT_VOUCHER, KQ_SLICE("15"), text);
        assert_true(kq_id_read(KQ_SLICE(text), &number, &node));
        assert_true(number == kq_id_last_number(&source));
        assert_true(number > last);
        assert_int_equal(node, 1000);
        kq_id_write(number, node, KQ_ID_PRODUCT_VOUCHER, KQ_SLICE("15"), again);
        assert_string_equal(again, text);
        last = number;
    }
}

static void the_last_number_has_an_id(void **state)
{
    (void)state;
    char text[KQ_ID_TEXT_SIZE];
    int64_t number = 0;
    uint32_t node = 0;
    kq_id_write(KQ_ID_NUMBER_MAX, 0, KQ_ID_PRODUCT_VOUCHER, KQ_SLICE("15"), text);
    assert_memory_equal(text, "99991231", 8);
    assert_true(kq_id_read(KQ_SLICE(text), &number, &node));
    assert_true(number == KQ_ID_NUMBER_MAX);
}

static void what_is_no_id_has_no_number(void **state)
{
    static const char *const texts[] = {
        "",
        "2016090600073002002000U8CBS",   /* too short */
        "20160906000730020020002U8CBS0", /* too long */
        "20160230000730020020002U8CBS",  /* no such day */
        "2016o906000730020020002U8CBS",
        "2016090600073002002000-U8CBS",
        "20160906000730020020002u8cBS",
        "2016090600073002ZZZZZZZZZZBS", /* more than a day has */
        "19691231000730020020002U8CBS", /* before there were any */
    };
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        int64_t number = 0;
        uint32_t node = 0;
        assert_false(kq_id_read(kq_slice_of(texts[i]), &number, &node));
    }
}

static void cursor_never_steps_past_the_end(void **state)
{
    (void)state;
    struct kq_cursor cursor = kq_cursor_of(KQ_SLICE("a=1&b"));
    struct kq_slice taken;
    assert_true(kq_cursor_take_literal(&cursor, KQ_SLICE("a=")));
    assert_false(kq_cursor_take_literal(&cursor, KQ_SLICE("1&b&")));
    assert_true(kq_cursor_take_until(&cursor, KQ_SLICE("&"), &taken));
    assert_true(kq_slice_equal(taken, KQ_SLICE("1")));
    assert_false(kq_cursor_take_until(&cursor, KQ_SLICE("&"), &taken));
    assert_false(kq_cursor_take_bytes(&cursor, 2, &taken));
    assert_int_equal(kq_cursor_take(&cursor), 'b');
    assert_int_equal(kq_cursor_take(&cursor), -1);
    assert_int_equal(kq_cursor_peek(&cursor), -1);
    assert_false(kq_cursor_take_part(&cursor, '&', &taken));
}

static void cursor_over_nothing_is_at_its_end(void **state)
{
    (void)state;
    struct kq_cursor cursor = kq_cursor_of(KQ_SLICE_EMPTY);
    struct kq_slice taken;
    assert_true(kq_cursor_at_end(&cursor));
    assert_true(kq_cursor_take_bytes(&cursor, 0, &taken));
    assert_int_equal(kq_cursor_take_rest(&cursor).size, 0);
}

static void cursor_walks_lists(void **state)
{
    (void)state;
    struct kq_cursor cursor = kq_cursor_of(KQ_SLICE("a&&b"));
    struct kq_slice part;
    assert_true(kq_cursor_take_part(&cursor, '&', &part));
    assert_true(kq_slice_equal(part, KQ_SLICE("a")));
    assert_true(kq_cursor_take_part(&cursor, '&', &part));
    assert_int_equal(part.size, 0);
    assert_true(kq_cursor_take_part(&cursor, '&', &part));
    assert_true(kq_slice_equal(part, KQ_SLICE("b")));
    assert_false(kq_cursor_take_part(&cursor, '&', &part));
}

static void slices_compare_by_bytes(void **state)
{
    (void)state;
    assert_true(kq_slice_compare(KQ_SLICE("a"), KQ_SLICE("ab")) < 0);
    assert_true(kq_slice_compare(KQ_SLICE("Z"), KQ_SLICE("a")) < 0);
    assert_true(kq_slice_compare(KQ_SLICE("\xe5"), KQ_SLICE("z")) > 0);
    assert_int_equal(kq_slice_compare(KQ_SLICE_EMPTY, KQ_SLICE_EMPTY), 0);
    assert_true(kq_slice_equal_ignoring_case(KQ_SLICE("UTF-8"), KQ_SLICE("utf-8")));
    assert_false(kq_slice_equal_ignoring_case(KQ_SLICE("["), KQ_SLICE("{")));
    assert_true(kq_slice_equal(kq_slice_trim(KQ_SLICE(" \t a b\r\n")), KQ_SLICE("a b")));
    assert_int_equal(kq_slice_trim(KQ_SLICE(" \n")).size, 0);
    assert_int_equal(kq_slice_find(KQ_SLICE("abc"), 'c'), 2);
    assert_int_equal(kq_slice_find(KQ_SLICE("abc"), 'x'), 3);
    assert_false(kq_slice_is_digits(KQ_SLICE_EMPTY));
    assert_false(kq_slice_is_digits(KQ_SLICE("12a")));
}

/* The values that FNV-1a's authors give for these. */
static void a_slice_hashes_as_fnv_1a(void **state)
{
    (void)state;
    assert_true(kq_slice_hash(KQ_SLICE_EMPTY) == UINT64_C(0xCBF29CE484222325));
    assert_true(kq_slice_hash(KQ_SLICE("a")) == UINT64_C(0xAF63DC4C8601EC8C));
    assert_true(kq_slice_hash(KQ_SLICE("foobar")) == UINT64_C(0x85944171F73967E8));
}

static void arena_hands_out_zeroed_memory_again_and_again(void **state)
{
    (void)state;
    struct kq_arena arena;
    kq_arena_init(&arena);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 5000; size += 37) {
            unsigned char *piece = kq_arena_allocate(&arena, size);
            assert_non_null(piece);
            assert_int_equal((uintptr_t)piece % sizeof(void *), 0);
            for (size_t i = 0; i < size; i++) {
                assert_int_equal(piece[i], 0);
            }
            memset(piece, 0xAA, size);
        }
        kq_arena_reset(&arena);
        assert_int_equal(arena.used_bytes, 0);
    }
    kq_arena_free(&arena);
}

static void arena_refuses_sizes_that_overflow(void **state)
{
    (void)state;
    struct kq_arena arena;
    kq_arena_init(&arena);
    assert_null(kq_arena_allocate(&arena, SIZE_MAX));
    assert_null(kq_arena_allocate_array(&arena, SIZE_MAX / 2, 3));
    assert_null(kq_arena_copy(&arena, (struct kq_slice){"x", SIZE_MAX}).data);
    kq_arena_free(&arena);
}

static void arena_copies_and_prints(void **state)
{
    (void)state;
    struct kq_arena arena;
    kq_arena_init(&arena);
    struct kq_slice copy = kq_arena_copy(&arena, KQ_SLICE("abc"));
    assert_string_equal(copy.data, "abc");
    assert_int_equal(kq_arena_copy(&arena, KQ_SLICE_EMPTY).size, 0);
    assert_string_equal(kq_arena_print(&arena, "%d-%s", 7, "x").data, "7-x");
    kq_arena_free(&arena);
}

static void arena_and_buffer_say_when_memory_is_out(void **state)
{
    (void)state;
    struct kq_arena arena;
    kq_arena_init(&arena);
    kq_memory_fail_at(1);
    assert_null(kq_arena_allocate(&arena, 10));
    assert_true(kq_memory_has_failed());
    assert_non_null(kq_arena_allocate(&arena, 10));
    kq_arena_free(&arena);

    struct kq_buffer buffer;
    kq_buffer_init(&buffer);
    kq_memory_fail_at(1);
    kq_buffer_append(&buffer, KQ_SLICE("abc"));
    kq_buffer_append(&buffer, KQ_SLICE("def"));
    assert_true(buffer.failed);
    assert_int_equal(buffer.size, 0);
    kq_buffer_clear(&buffer);
    kq_buffer_append(&buffer, KQ_SLICE("abc"));
    assert_false(buffer.failed);
    assert_string_equal(buffer.data, "abc");
    kq_buffer_free(&buffer);
    kq_memory_fail_at(0);
}

static void buffer_grows_and_keeps_its_limit(void **state)
{
    (void)state;
    struct kq_buffer buffer;
    kq_buffer_init(&buffer);
    for (int i = 0; i < 1000; i++) {
        kq_buffer_print(&buffer, "%03d,", i);
    }
    assert_int_equal(buffer.size, 4000);
    assert_memory_equal(buffer.data + 3996, "999,", 5);
    buffer.limit_bytes = 4001;
    kq_buffer_append_byte(&buffer, 'x');
    assert_false(buffer.failed);
    kq_buffer_append_byte(&buffer, 'y');
    assert_true(buffer.failed);
    kq_buffer_wipe_and_free(&buffer);
    assert_null(buffer.data);
}

static void errors_have_a_name_a_text_and_a_category(void **state)
{
    (void)state;
    for (int code = 0; code < KQ_ERROR_CODE_COUNT; code++) {
        assert_true(strlen(kq_error_name((enum kq_error_code)code)) > 0);
        assert_true(strlen(kq_error_text((enum kq_error_code)code)) > 0);
        assert_true(code == 0 || kq_error_category((enum kq_error_code)code) != KQ_CATEGORY_NONE);
    }
    assert_int_equal(kq_error_category((enum kq_error_code)9999), KQ_CATEGORY_INTERNAL);
}

static void errors_are_cut_between_characters(void **state)
{
    (void)state;
    struct kq_error error;
    char text[400];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 < sizeof(text); i += 3) {
            memcpy(text + i, "券", 4);
        }
        assert_false(kq_fail(&error, KQ_E_BAD_INPUT, "%s", text).ok);
        size_t size = strlen(error.detail);
        assert_true(size > KQ_ERROR_DETAIL_SIZE - 4 && size < KQ_ERROR_DETAIL_SIZE);
        assert_int_equal((size - shift) % 3, 0);
    }
}

static void errors_take_their_context_along(void **state)
{
    (void)state;
    struct kq_error error;
    assert_false(kq_fail(&error, KQ_E_NOT_FOUND, "no app %d", 7).ok);
    assert_false(kq_fail_in(&error, "line %d", 3).ok);
    assert_int_equal(error.code, KQ_E_NOT_FOUND);
    assert_string_equal(error.detail, "line 3: no app 7");
    assert_false(kq_fail(NULL, KQ_E_NOT_FOUND, "nobody listens").ok);
    assert_false(kq_fail_in(NULL, "nobody listens").ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_reads_the_reference_pages_examples),
        cmocka_unit_test(time_refuses_what_is_no_time),
        cmocka_unit_test(time_goes_through_every_day),
        cmocka_unit_test(time_days_change_at_beijing_midnight),
        cmocka_unit_test(days_are_read_and_written),
        cmocka_unit_test(time_outside_the_wires_years_is_clamped),
        cmocka_unit_test(money_is_exact),
        cmocka_unit_test(money_refuses_what_is_no_amount),
        cmocka_unit_test(money_shows_any_number),
        cmocka_unit_test(ids_look_like_the_reference_pages),
        cmocka_unit_test(ids_increase_and_never_repeat),
        cmocka_unit_test(ids_of_two_nodes_differ),
        cmocka_unit_test(ids_and_their_numbers_give_each_other),
        cmocka_unit_test(the_last_number_has_an_id),
        cmocka_unit_test(what_is_no_id_has_no_number),
        cmocka_unit_test(cursor_never_steps_past_the_end),
        cmocka_unit_test(cursor_over_nothing_is_at_its_end),
        cmocka_unit_test(cursor_walks_lists),
        cmocka_unit_test(slices_compare_by_bytes),
        cmocka_unit_test(a_slice_hashes_as_fnv_1a),
        cmocka_unit_test(arena_hands_out_zeroed_memory_again_and_again),
        cmocka_unit_test(arena_refuses_sizes_that_overflow),
        cmocka_unit_test(arena_copies_and_prints),
        cmocka_unit_test(arena_and_buffer_say_when_memory_is_out),
        cmocka_unit_test(buffer_grows_and_keeps_its_limit),
        cmocka_unit_test(errors_have_a_name_a_text_and_a_category),
        cmocka_unit_test(errors_are_cut_between_characters),
        cmocka_unit_test(errors_take_their_context_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
