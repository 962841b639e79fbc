/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "domain/placeholder.h"

static void assert_slice(struct kq_slice actual, const char *expected)
{
    if (!kq_slice_equal(actual, kq_slice_of(expected))) {
        fail_msg("\"%.*s\" is not \"%s\"", KQ_SLICE_PRINT(actual), expected);
    }
}

/* The placeholders of a JSON text, joined with commas. */
static void assert_found(const char *json, const char *names)
{
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_buffer joined = {0};
    struct kq_placeholders found;
    const struct kq_json *value = NULL;
    assert_true(kq_json_read(kq_slice_of(json), &arena, &value, &error).ok);
    assert_true(kq_placeholders_find(value, &arena, &found, &error).ok);
    for (size_t i = 0; i < found.count; i++) {
        kq_buffer_print(&joined, "%s%.*s", i == 0 ? "" : ",", KQ_SLICE_PRINT(found.names[i]));
    }
    assert_slice(kq_buffer_slice(&joined), names);
    kq_buffer_free(&joined);
    kq_arena_free(&arena);
}

static void names_are_found_in_their_order(void **state)
{
    (void)state;
    assert_found("\"\"", "");
    assert_found("\"$a$\"", "a");
    assert_found("\"$b$ and $a$ and $b$\"", "b,a");
    assert_found("[\"$x$\",{\"$n$\":\"$y$\"},[[\"$z_1$\"]],1,null,true]", "x,y,z_1");
    assert_found("\"\\u0024a$\"", "a");
}

static void other_dollars_stand_for_themselves(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *names;
    } rows[] = {
        {"\"$\"", ""},           {"\"$$\"", ""},        {"\"$$$\"", ""},      {"\"$a\"", ""},
        {"\"a$\"", ""},          {"\"$a $b$\"", "b"},   {"\"$$a$\"", "a"},    {"\"$a$$\"", "a"},
        {"\"$a$b$\"", "a"},      {"\"$a$$b$\"", "a,b"}, {"\"$a-b$c$\"", "c"}, {"\"$名$\"", ""},
        {"\"5$ or $6$7\"", "6"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        assert_found(rows[i].json, rows[i].names);
    }
}

static void a_name_has_64_characters_at_most(void **state)
{
    (void)state;
    char json[128];
    char name[KQ_PLACEHOLDER_NAME_MAX_CHARS + 1] = "";
    memset(name, 'n', KQ_PLACEHOLDER_NAME_MAX_CHARS);
    snprintf(json, sizeof(json), "\"$%s$\"", name);
    assert_found(json, name);
    snprintf(json, sizeof(json), "\"$%sn$\"", name);
    assert_found(json, "");
}

static struct kq_result find_many(size_t count, struct kq_arena *arena, struct kq_placeholders *found,
                                  struct kq_error *error)
{
    struct kq_buffer json = {0};
    const struct kq_json *value = NULL;
    kq_buffer_append_byte(&json, '"');
    for (size_t i = 0; i < count; i++) {
        kq_buffer_print(&json, "$n%zu$", i % (KQ_PLACEHOLDERS_MAX + 1));
    }
    kq_buffer_append_byte(&json, '"');
    struct kq_slice text = kq_arena_copy(arena, kq_buffer_slice(&json));
    kq_buffer_free(&json);
    assert_true(kq_json_read(text, arena, &value, error).ok);
    return kq_placeholders_find(value, arena, found, error);
}

static void there_is_a_most_of_names(void **state)
{
    (void)state;
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_placeholders found;
    assert_true(find_many(KQ_PLACEHOLDERS_MAX, &arena, &found, &error).ok);
    assert_int_equal(found.count, KQ_PLACEHOLDERS_MAX);
    assert_false(find_many(10000, &arena, &found, &error).ok);
    assert_int_equal(error.code, KQ_E_PASS_PARAMETER);
    assert_string_equal(error.detail, "tpl_content的变量不能多于100个");
    kq_arena_free(&arena);
}

static void values_are_strings_and_numbers(void **state)
{
    (void)state;
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_pass_values values;
    assert_true(kq_pass_values_read("what", KQ_SLICE("{\"a\":\"\\\"\",\"b\":1.50,\"c\":\"\"}"), &arena,
                                    &values, &error)
                    .ok);
    assert_int_equal(values.count, 3);
    assert_slice(*kq_pass_values_find(&values, KQ_SLICE("a")), "\"");
    assert_slice(*kq_pass_values_find(&values, KQ_SLICE("b")), "1.50");
    assert_slice(*kq_pass_values_find(&values, KQ_SLICE("c")), "");
    assert_null(kq_pass_values_find(&values, KQ_SLICE("d")));
    struct kq_slice json;
    assert_true(kq_pass_values_write(&values, &arena, &json, &error).ok);
    assert_slice(json, "{\"a\":\"\\\"\",\"b\":\"1.50\",\"c\":\"\"}");
    kq_arena_free(&arena);
}

static void other_values_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *detail;
    } rows[] = {
        {"{\"a\":null}", "what的a必须是字符串"},
        {"{\"a\":[]}", "what的a必须是字符串"},
        {"{\"a\":true}", "what的a必须是字符串"},
        {"[]", "what不是JSON对象"},
        {"1", "what不是JSON对象"},
        {"{\"a\":\"1\",\"a\":\"1\"}", "what不是合法的JSON，第13个字符处字段重复"},
        {"{", "what不是合法的JSON，第2个字符处内容不完整"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_arena arena = {0};
        struct kq_error error = {0};
        struct kq_pass_values values;
        assert_false(kq_pass_values_read("what", kq_slice_of(rows[i].json), &arena, &values, &error).ok);
        assert_int_equal(error.code, KQ_E_PASS_PARAMETER);
        assert_string_equal(error.detail, rows[i].detail);
        kq_arena_free(&arena);
    }
}

static void there_is_a_most_of_values(void **state)
{
    (void)state;
    for (size_t count = KQ_PASS_VALUES_MAX; count <= KQ_PASS_VALUES_MAX + 1; count++) {
        struct kq_arena arena = {0};
        struct kq_error error = {0};
        struct kq_buffer json = {0};
        struct kq_pass_values values;
        for (size_t i = 0; i < count; i++) {
            kq_buffer_print(&json, "%s\"n%zu\":\"\"", i == 0 ? "{" : ",", i);
        }
        kq_buffer_append_byte(&json, '}');
        bool ok = kq_pass_values_read("what", kq_buffer_slice(&json), &arena, &values, &error).ok;
        assert_int_equal(ok, count == KQ_PASS_VALUES_MAX);
        assert_string_equal(error.detail, ok ? "" : "what不能多于256项");
        kq_buffer_free(&json);
        kq_arena_free(&arena);
    }
}

#define VALUES(...)                                                                                          \
    {                                                                                                        \
        .items = (const struct kq_pass_value[]){__VA_ARGS__},                                                \
        .count = KQ_COUNT(((const struct kq_pass_value[]){__VA_ARGS__}))                                     \
    }

static const struct kq_pass_value no_values[1];

static void newer_values_go_before_older_ones(void **state)
{
    (void)state;
    struct kq_slice names[] = {KQ_SLICE("a"), KQ_SLICE("b"), KQ_SLICE("c")};
    const struct kq_placeholders wanted = {.names = names, .count = 3};
    const struct kq_pass_values newer =
        VALUES({KQ_SLICE("b"), KQ_SLICE("new")}, {KQ_SLICE("x"), KQ_SLICE("y")});
    const struct kq_pass_values older = VALUES(
        {KQ_SLICE("c"), KQ_SLICE("3")}, {KQ_SLICE("b"), KQ_SLICE("old")}, {KQ_SLICE("a"), KQ_SLICE("1")});
    struct kq_arena arena = {0};
    struct kq_pass_values selected;
    struct kq_slice json;
    assert_true(kq_pass_values_select(&wanted, &newer, &older, &arena, &selected, NULL).ok);
    assert_true(kq_pass_values_write(&selected, &arena, &json, NULL).ok);
    assert_slice(json, "{\"a\":\"1\",\"b\":\"new\",\"c\":\"3\"}");
    kq_arena_free(&arena);
}

static void missing_values_are_named(void **state)
{
    (void)state;
    struct kq_slice names[] = {KQ_SLICE("a"), KQ_SLICE("b"), KQ_SLICE("c")};
    const struct kq_placeholders wanted = {.names = names, .count = 3};
    const struct kq_pass_values newer = VALUES({KQ_SLICE("b"), KQ_SLICE("")});
    const struct kq_pass_values older = {.items = no_values, .count = 0};
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_pass_values selected;
    assert_false(kq_pass_values_select(&wanted, &newer, &older, &arena, &selected, &error).ok);
    assert_int_equal(error.code, KQ_E_PASS_PARAMETER);
    assert_string_equal(error.detail, "tpl_params缺少a、c");
    kq_arena_free(&arena);
}

static void assert_filled(const char *text, const struct kq_pass_values *values, const char *expected)
{
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_slice filled;
    assert_true(kq_placeholders_fill(kq_slice_of(text), values, &arena, &filled, &error).ok);
    assert_slice(filled, expected);
    kq_arena_free(&arena);
}

static void texts_are_filled_once(void **state)
{
    (void)state;
    const struct kq_pass_values values = VALUES(
        {KQ_SLICE("a"), KQ_SLICE("$b$")}, {KQ_SLICE("b"), KQ_SLICE("B")}, {KQ_SLICE("e"), KQ_SLICE("")},
        {KQ_SLICE("half"), KQ_SLICE("$")}, {KQ_SLICE("q"), KQ_SLICE("\"\\")});
    assert_filled("", &values, "");
    assert_filled("plain $", &values, "plain $");
    assert_filled("$a$", &values, "$b$");
    assert_filled("[$a$|$b$|$b$]", &values, "[$b$|B|B]");
    assert_filled("$e$", &values, "");
    assert_filled("$half$b$half$", &values, "$b$"); /* no name is put together of pieces */
    assert_filled("$q$", &values, "\"\\");
    assert_filled("$b$$", &values, "B$");
    assert_filled("$unknown$ $b$", &values, "$unknown$ B");
}

static void a_filled_text_has_a_greatest_size(void **state)
{
    (void)state;
    char value[KQ_FILLED_TEXT_MAX_BYTES];
    memset(value, 'x', sizeof(value));
    struct kq_pass_value item = {KQ_SLICE("a"), {.data = value, .size = sizeof(value)}};
    const struct kq_pass_values values = {.items = &item, .count = 1};
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_slice filled;
    assert_true(kq_placeholders_fill(KQ_SLICE("$a$"), &values, &arena, &filled, &error).ok);
    assert_int_equal(filled.size, KQ_FILLED_TEXT_MAX_BYTES);
    assert_false(kq_placeholders_fill(KQ_SLICE("$a$."), &values, &arena, &filled, &error).ok);
    assert_int_equal(error.code, KQ_E_PASS_PARAMETER);
    assert_string_equal(error.detail, "tpl_params填入后内容过长");
    kq_arena_free(&arena);
}

/* Each of the functions above, the n-th allocation of which fails. */
static void memory_may_run_out(void **state)
{
    (void)state;
    bool ok = false;
    for (unsigned long n = 1; !ok; n++) {
        struct kq_arena arena = {0};
        struct kq_error error = {0};
        struct kq_placeholders names;
        struct kq_pass_values values;
        struct kq_slice text;
        const struct kq_json *value = NULL;
        const struct kq_pass_values none = {.items = no_values, .count = 0};
        kq_memory_fail_at(n);
        ok = kq_json_read(KQ_SLICE("\"$a$\""), &arena, &value, &error).ok &&
             kq_placeholders_find(value, &arena, &names, &error).ok &&
             kq_pass_values_read("what", KQ_SLICE("{\"a\":\"1\"}"), &arena, &values, &error).ok &&
             kq_pass_values_select(&names, &values, &none, &arena, &values, &error).ok &&
             kq_pass_values_write(&values, &arena, &text, &error).ok &&
             kq_placeholders_fill(KQ_SLICE("$a$"), &values, &arena, &text, &error).ok;
        kq_memory_fail_at(0);
        assert_int_equal(error.code, ok ? KQ_E_NONE : KQ_E_NO_MEMORY);
        kq_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_in_their_order),
        cmocka_unit_test(other_dollars_stand_for_themselves),
        cmocka_unit_test(a_name_has_64_characters_at_most),
        cmocka_unit_test(there_is_a_most_of_names),
        cmocka_unit_test(values_are_strings_and_numbers),
        cmocka_unit_test(other_values_are_refused),
        cmocka_unit_test(there_is_a_most_of_values),
        cmocka_unit_test(newer_values_go_before_older_ones),
        cmocka_unit_test(missing_values_are_named),
        cmocka_unit_test(texts_are_filled_once),
        cmocka_unit_test(a_filled_text_has_a_greatest_size),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
