/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/shown.h"

#include <locale.h>

#include "cli/nearest.h"
#include "cli/row.h"
#include "wire_support.h"

static void assert_shown(struct kq_slice text, bool lines, struct kq_slice expected)
{
    BUFFER shown = {0};
    kq_append_shown(&shown, text, lines);
    assert_slice(kq_buffer_slice(&shown), expected);
}

static void test_nothing_steers_the_terminal(void **state)
{
    (void)state;
    assert_shown(KQ_SLICE("优酷 3€ 😀"), false, KQ_SLICE("优酷 3€ 😀"));
    assert_shown(KQ_SLICE("a\x1b[31mb\x07\x7f\r"), false, KQ_SLICE("a?[31mb???"));
    assert_shown(KQ_SLICE("a\xC2\x9B"
                          "31mb"),
                 false, KQ_SLICE("a?31mb"));
    assert_shown(KQ_SLICE("a\u202a\u202e\u2066\u2069b"), false, KQ_SLICE("a????b"));
    assert_shown(KQ_SLICE("a\u200b\u200fb\u2028\u2029"), false, KQ_SLICE("a??b??"));
    assert_shown(KQ_SLICE("\u00a0\u200a\u2010\u2027\u202f\u2065\u206a"), false,
                 KQ_SLICE("\u00a0\u200a\u2010\u2027\u202f\u2065\u206a"));
    assert_shown(KQ_SLICE("a\0b"), false, KQ_SLICE("a?b"));
    assert_shown(KQ_SLICE("a\nb\tc"), false, KQ_SLICE("a?b?c"));
    assert_shown(KQ_SLICE("a\nb\tc\r"), true, KQ_SLICE("a\nb\tc?"));
}

static void test_not_utf8(void **state)
{
    (void)state;
    assert_shown(KQ_SLICE("\xD3\xC5"), false, KQ_SLICE("??"));
    assert_shown(KQ_SLICE("\xE4\xBC"), false, KQ_SLICE("??"));
    assert_shown(KQ_SLICE("\xFF\xE4\xBC\x98"), false, KQ_SLICE("?优"));
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(kq_shown_width(KQ_SLICE("")), 0);
    assert_int_equal(kq_shown_width(KQ_SLICE("abc")), 3);
    assert_int_equal(kq_shown_width(KQ_SLICE("优酷3")), 5);
    assert_int_equal(kq_shown_width(KQ_SLICE("a\u200b\u202e\xC2\x9B")), 4);
}

static void test_row_as_json(void **state)
{
    (void)state;
    static const struct kq_column columns[] = {
        {.name = "id"},
        {.name = "amount", .kind = KQ_COLUMN_AMOUNT},
        {.name = "count", .kind = KQ_COLUMN_COUNT},
        {.name = "items", .kind = KQ_COLUMN_JSON},
        {.name = "time"},
        {.name = "memo"},
    };
    const struct kq_slice items[] = {KQ_SLICE("a\"b"), KQ_SLICE("优")};
    ARENA arena = {0};
    BUFFER json = {0};
    struct kq_slice cells[KQ_COUNT(columns)];
    struct kq_row row;
    kq_row_init(&row, columns, KQ_COUNT(columns), cells, &arena);
    kq_row_name(&row, "x");
    kq_row_money(&row, 1005);
    kq_row_count(&row, -7);
    kq_row_texts(&row, items, KQ_COUNT(items));
    kq_row_time(&row, 0);
    kq_row_text(&row, KQ_SLICE(""));
    assert_false(row.failed);
    kq_row_append_json(&row, &json);
    assert_text(kq_buffer_slice(&json),
                "{\"id\":\"x\",\"amount\":\"10.05\",\"count\":-7,\"items\":[\"a\\\"b\",\"优\"],"
                "\"time\":\"1970-01-01 08:00:00\",\"memo\":null}");
}

static const char *nearest_of(const char *word)
{
    static const char *const candidates[] = {"init", "serve", "app", "user", "voucher", "template-id"};
    struct kq_nearest nearest;
    kq_nearest_init(&nearest, kq_slice_of(word));
    for (size_t i = 0; i < KQ_COUNT(candidates); i++) {
        kq_nearest_consider(&nearest, candidates[i]);
    }
    return nearest.best == NULL ? "none" : nearest.best;
}

static void test_nearest(void **state)
{
    (void)state;
    assert_string_equal(nearest_of("ini"), "init");
    assert_string_equal(nearest_of("sevre"), "serve");
    assert_string_equal(nearest_of("vuocher"), "voucher");
    assert_string_equal(nearest_of("templateid"), "template-id");
    assert_string_equal(nearest_of("user"), "user");
    assert_string_equal(nearest_of("pass"), "none");
    assert_string_equal(nearest_of(""), "none");
    assert_string_equal(nearest_of("0123456789012345678901234567890123456789012345678901234567890123456789"),
                        "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_steers_the_terminal),
        cmocka_unit_test(test_not_utf8),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_row_as_json),
        cmocka_unit_test(test_nearest),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests_name("cli_shown", tests, NULL, NULL);
}
