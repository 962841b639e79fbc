/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/fields.h"
#include "base/memory.h"
#include "base/time.h"
#include "wire/charset.h"

/* A table with every type and every rule, as no method has them together. */
struct item {
    struct kq_slice name;
    struct kq_number count;
};

static const struct kq_field item_rows[] = {
    {.name = "name", .type = KQ_FIELD_STRING, .required = true, .offset = offsetof(struct item, name)},
    {.name = "count", .type = KQ_FIELD_NUMBER, .offset = offsetof(struct item, count)},
};
static const struct kq_fields item_fields = {NULL, item_rows, KQ_COUNT(item_rows), sizeof(struct item)};

struct values {
    struct kq_slice text;
    struct kq_slice colour;
    struct kq_price price;
    struct kq_price any_price;
    struct kq_number number;
    struct kq_number percent;
    struct kq_number any_number;
    struct kq_boolean flag;
    struct kq_date date;
    struct kq_list tags;
    struct kq_list items;
};

static const char *const colours[] = {"red", "green", NULL};

static const struct kq_field rows[] = {
    {.name = "text", .type = KQ_FIELD_STRING, .max_chars = 3, .offset = offsetof(struct values, text)},
    {.name = "colour",
     .type = KQ_FIELD_STRING,
     .allowed = colours,
     .offset = offsetof(struct values, colour)},
    {.name = "price",
     .type = KQ_FIELD_PRICE,
     .max_chars = 10,
     .minimum = 1,
     .maximum = 100000,
     .offset = offsetof(struct values, price)},
    {.name = "any_price", .type = KQ_FIELD_PRICE, .offset = offsetof(struct values, any_price)},
    {.name = "number",
     .type = KQ_FIELD_NUMBER,
     .max_chars = 5,
     .minimum = -2,
     .maximum = 100,
     .offset = offsetof(struct values, number)},
    {.name = "percent", .type = KQ_FIELD_NUMBER, .maximum = 100, .offset = offsetof(struct values, percent)},
    {.name = "any_number", .type = KQ_FIELD_NUMBER, .offset = offsetof(struct values, any_number)},
    {.name = "flag", .type = KQ_FIELD_BOOLEAN, .offset = offsetof(struct values, flag)},
    {.name = "date", .type = KQ_FIELD_DATE, .offset = offsetof(struct values, date)},
    {.name = "tags", .type = KQ_FIELD_STRING_LIST, .max_chars = 3, .offset = offsetof(struct values, tags)},
    {.name = "items",
     .type = KQ_FIELD_OBJECT_LIST,
     .offset = offsetof(struct values, items),
     .members = &item_fields},
};
static const struct kq_fields fields = {NULL, rows, KQ_COUNT(rows), sizeof(struct values)};

/* What one reading gave. Its strings live as long as its arena. */
struct reading {
    struct kq_arena arena;
    struct values values;
    struct kq_error error;
};

static bool read_with(struct reading *reading, const struct kq_rule *rules, size_t rule_count,
                      const char *json)
{
    *reading = (struct reading){0};
    return kq_fields_read(&fields, rules, rule_count, kq_slice_of(json), KQ_E_INVALID_PARAMETER,
                          &reading->arena, &reading->values, &reading->error)
        .ok;
}

static void assert_read(struct reading *reading, const char *json)
{
    bool ok = read_with(reading, NULL, 0, json);
    assert_string_equal(reading->error.detail, "");
    assert_int_equal(reading->error.code, KQ_E_NONE);
    assert_true(ok);
}

static void assert_refused(const char *json, enum kq_error_code code, const char *detail)
{
    struct reading reading;
    assert_false(read_with(&reading, NULL, 0, json));
    assert_string_equal(reading.error.detail, detail);
    assert_int_equal(reading.error.code, code);
    kq_arena_free(&reading.arena);
}

/* The member alone, in an object: {"name":value}. */
static void assert_value_refused(const char *name, const char *value, const char *detail)
{
    char json[256];
    snprintf(json, sizeof(json), "{\"%s\":%s}", name, value);
    assert_refused(json, KQ_E_INVALID_PARAMETER, detail);
}

static void assert_text(struct kq_slice text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.size);
}

static void an_empty_text_reads_as_an_empty_object(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, "");
    kq_arena_free(&reading.arena);
    assert_read(&reading, "{}");
    static const struct values nothing;
    assert_memory_equal(&reading.values, &nothing, sizeof(nothing));
    kq_arena_free(&reading.arena);
}

static void what_is_no_object_is_illegal_json(void **state)
{
    (void)state;
    static const char *const texts[] = {"[]", "\"text\"", "1", "true", "null"};
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        assert_refused(texts[i], KQ_E_ILLEGAL_JSON, "最外层不是对象");
    }
}

static void what_is_no_json_is_illegal_json(void **state)
{
    (void)state;
    static const char *const texts[] = {
        " ", "{", "{\"text\":\"a\"", "{\"text\":\"a\"} x", "{'text':'a'}", "{\"text\":\"a\",\"text\":\"a\"}",
    };
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        struct reading reading;
        assert_false(read_with(&reading, NULL, 0, texts[i]));
        assert_int_equal(reading.error.code, KQ_E_ILLEGAL_JSON);
        kq_arena_free(&reading.arena);
    }
}

static void null_and_an_empty_string_are_no_value_of_any_type(void **state)
{
    (void)state;
    static const char *const nothings[] = {"null", "\"\""};
    for (size_t i = 0; i < KQ_COUNT(nothings); i++) {
        for (size_t j = 0; j < KQ_COUNT(rows); j++) {
            char json[64];
            snprintf(json, sizeof(json), "{\"%s\":%s}", rows[j].name, nothings[i]);
            struct reading reading;
            assert_read(&reading, json);
            static const struct values nothing;
            assert_memory_equal(&reading.values, &nothing, sizeof(nothing));
            kq_arena_free(&reading.arena);
        }
    }
}

static void every_required_type_is_missed(void **state)
{
    (void)state;
    static const char *const absences[] = {"{}", "{\"x\":null}", "{\"x\":\"\"}"};
    for (int type = 0; type < KQ_FIELD_TYPE_COUNT; type++) {
        const struct kq_field field = {
            .name = "x",
            .type = (enum kq_field_type)type,
            .required = true,
            .members = &item_fields,
        };
        const struct kq_fields one = {NULL, &field, 1, sizeof(struct kq_list)};
        for (size_t i = 0; i < KQ_COUNT(absences); i++) {
            struct kq_arena arena = {0};
            char out[64] = {0};
            struct kq_error error = {0};
            assert_false(kq_fields_read(&one, NULL, 0, kq_slice_of(absences[i]), KQ_E_PASS_PARAMETER, &arena,
                                        out, &error)
                             .ok);
            assert_int_equal(error.code, KQ_E_PASS_PARAMETER);
            assert_string_equal(error.detail, "x不能为空");
            kq_arena_free(&arena);
        }
    }
}

static void unknown_members_are_ignored(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, "{\"unknown\":{\"x\":[1,2e400,null]},\"text\":\"a\",\"Text\":\"toolong\"}");
    assert_text(reading.values.text, "a");
    kq_arena_free(&reading.arena);
}

static void a_string_is_kept_as_it_is(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, "{\"text\":\" a \"}");
    assert_text(reading.values.text, " a ");
    kq_arena_free(&reading.arena);
    assert_read(&reading, "{\"text\":\"\\u5238\\n\\\"\"}");
    assert_text(reading.values.text, "券\n\"");
    kq_arena_free(&reading.arena);
}

static void a_length_counts_characters(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, "{\"text\":\"优惠券\"}");
    kq_arena_free(&reading.arena);
    assert_read(&reading, "{\"text\":\"\\ud83c\\udfab\\ud83c\\udfab\\ud83c\\udfab\"}");
    assert_int_equal(reading.values.text.size, 12);
    kq_arena_free(&reading.arena);
    assert_value_refused("text", "\"优惠券券\"", "text长度不能超过3个字符");
    assert_value_refused("text", "\"abcd\"", "text长度不能超过3个字符");
    assert_value_refused("text", "\"abc \"", "text长度不能超过3个字符");
}

static void a_string_is_nothing_else(void **state)
{
    (void)state;
    static const char *const values[] = {"1", "1.5", "true", "false", "[]", "[\"a\"]", "{}"};
    for (size_t i = 0; i < KQ_COUNT(values); i++) {
        assert_value_refused("text", values[i], "text格式不正确");
    }
}

static void only_allowed_values_are_allowed(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, "{\"colour\":\"green\"}");
    assert_text(reading.values.colour, "green");
    kq_arena_free(&reading.arena);
    assert_value_refused("colour", "\"blue\"", "colour取值只能为red、green");
    assert_value_refused("colour", "\"RED\"", "colour取值只能为red、green");
    assert_value_refused("colour", "\"red \"", "colour取值只能为red、green");
}

/* More names than an error's detail has room for: it is cut between characters. */
static void a_long_list_of_allowed_values_is_cut(void **state)
{
    (void)state;
    static const char name[] = "一二三四五六七八九十一二三四五六七八九十";
    const char *many[20] = {NULL};
    for (size_t count = 1; count < KQ_COUNT(many); count++) {
        many[count - 1] = name;
        const struct kq_field field = {.name = "x", .type = KQ_FIELD_STRING, .allowed = many};
        const struct kq_fields one = {NULL, &field, 1, sizeof(struct kq_slice)};
        struct kq_arena arena = {0};
        struct kq_slice out = KQ_SLICE_EMPTY;
        struct kq_error error = {0};
        assert_false(kq_fields_read(&one, NULL, 0, KQ_SLICE("{\"x\":\"y\"}"), KQ_E_INVALID_PARAMETER, &arena,
                                    &out, &error)
                         .ok);
        assert_int_equal(error.code, KQ_E_INVALID_PARAMETER);
        size_t whole = strlen("x取值只能为") + count * (sizeof(name) - 1) + (count - 1) * strlen("、");
        size_t size = strlen(error.detail);
        assert_true(size == whole || (size > KQ_ERROR_DETAIL_SIZE - 4 && size < KQ_ERROR_DETAIL_SIZE));
        assert_true(kq_utf8_is_valid(kq_slice_of(error.detail)));
        kq_arena_free(&arena);
    }
}

static void a_price_is_a_number_or_a_string(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t amount_fen;
    } good[] = {
        {"9.99", 999}, {"\"9.99\"", 999}, {"10", 1000},        {"\"10\"", 1000},
        {"0.1", 10},   {"0.01", 1},       {"1000.00", 100000}, {"\"1000.00\"", 100000},
    };
    for (size_t i = 0; i < KQ_COUNT(good); i++) {
        char json[64];
        snprintf(json, sizeof(json), "{\"price\":%s}", good[i].value);
        struct reading reading;
        assert_read(&reading, json);
        assert_true(reading.values.price.present);
        assert_int_equal(reading.values.price.amount_fen, good[i].amount_fen);
        kq_arena_free(&reading.arena);
    }
}

static void what_is_no_price_is_refused(void **state)
{
    (void)state;
    static const char *const values[] = {
        "9.999",  "-1",     "1e3",    "\"NaN\"", "\"1e3\"",   "\"9.999\"", "\"-1\"",  "\"+1\"",
        "\" 1\"", "\"1 \"", "\"1.\"", "\".5\"",  "\"01\"",    "\"1,5\"",   "\"￥1\"", "true",
        "false",  "[]",     "{}",     "[1]",     "\"9.9.9\"", "1.0E1",     "-0",
    };
    for (size_t i = 0; i < KQ_COUNT(values); i++) {
        assert_value_refused("price", values[i], "price格式不正确");
    }
}

static void a_price_has_a_length_of_its_text(void **state)
{
    (void)state;
    assert_value_refused("price", "9999999.999", "price长度不能超过10个字符");
    assert_value_refused("price", "\"12345678901\"", "price长度不能超过10个字符");
}

static void a_price_is_within_its_limits(void **state)
{
    (void)state;
    assert_value_refused("price", "0", "price不能小于0.01");
    assert_value_refused("price", "\"0.00\"", "price不能小于0.01");
    assert_value_refused("price", "1000.01", "price不能大于1000.00");
    struct reading reading;
    assert_read(&reading, "{\"any_price\":0}");
    assert_true(reading.values.any_price.present);
    assert_int_equal(reading.values.any_price.amount_fen, 0);
    kq_arena_free(&reading.arena);
    assert_read(&reading, "{\"any_price\":9999999999.99}");
    kq_arena_free(&reading.arena);
    assert_value_refused("any_price", "10000000000", "any_price格式不正确");
}

static void a_number_is_a_number_or_a_string(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t number;
    } good[] = {
        {"100", 100}, {"\"100\"", 100}, {"0", 0}, {"-2", -2}, {"\"-2\"", -2}, {"\"007\"", 7}, {"-0", 0},
    };
    for (size_t i = 0; i < KQ_COUNT(good); i++) {
        char json[64];
        snprintf(json, sizeof(json), "{\"number\":%s}", good[i].value);
        struct reading reading;
        assert_read(&reading, json);
        assert_true(reading.values.number.present);
        assert_int_equal(reading.values.number.value, good[i].number);
        kq_arena_free(&reading.arena);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const values[] = {
        "1.0",     "1e3",     "\"1.0\"", "\"1e3\"", "\"+1\"", "\" 1\"", "\"1 \"", "\"-\"",
        "\"--1\"", "\"0x1\"", "\"１\"",  "true",    "false",  "[]",     "{}",     "\"a\"",
    };
    for (size_t i = 0; i < KQ_COUNT(values); i++) {
        assert_value_refused("number", values[i], "number格式不正确");
    }
}

static void a_number_is_within_its_limits(void **state)
{
    (void)state;
    assert_value_refused("number", "-3", "number不能小于-2");
    assert_value_refused("number", "101", "number不能大于100");
    assert_value_refused("number", "\"101\"", "number不能大于100");
    assert_value_refused("number", "123456", "number长度不能超过5个字符");
    assert_value_refused("percent", "-1", "percent不能小于0");
    assert_value_refused("percent", "101", "percent不能大于100");
}

static void a_number_does_not_overflow(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, "{\"any_number\":9223372036854775807}");
    assert_int_equal(reading.values.any_number.value, INT64_MAX);
    kq_arena_free(&reading.arena);
    assert_read(&reading, "{\"any_number\":-9223372036854775808}");
    assert_int_equal(reading.values.any_number.value, INT64_MIN);
    kq_arena_free(&reading.arena);
    assert_value_refused("any_number", "9223372036854775808", "any_number格式不正确");
    assert_value_refused("any_number", "-9223372036854775809", "any_number格式不正确");
    assert_value_refused("any_number", "99999999999999999999999999", "any_number格式不正确");
}

static void a_boolean_is_true_or_false(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool flag;
    } good[] = {{"true", true}, {"false", false}, {"\"true\"", true}, {"\"false\"", false}};
    for (size_t i = 0; i < KQ_COUNT(good); i++) {
        char json[64];
        snprintf(json, sizeof(json), "{\"flag\":%s}", good[i].value);
        struct reading reading;
        assert_read(&reading, json);
        assert_true(reading.values.flag.present);
        assert_int_equal(reading.values.flag.value, good[i].flag);
        kq_arena_free(&reading.arena);
    }
}

static void what_is_no_boolean_is_refused(void **state)
{
    (void)state;
    static const char *const values[] = {"1", "0", "\"1\"", "\"True\"", "\"TRUE\"", "\" true\"", "[]", "{}"};
    for (size_t i = 0; i < KQ_COUNT(values); i++) {
        assert_value_refused("flag", values[i], "flag取值只能为true、false");
    }
}

static void a_date_is_beijing_time(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, "{\"date\":\"2017-01-01 00:00:01\"}");
    assert_true(reading.values.date.present);
    assert_int_equal(reading.values.date.time_s, 1483200001);
    kq_arena_free(&reading.arena);
    static const char *const values[] = {
        "\"2017-01-01\"", "\"2017-02-29 00:00:00\"", "1483200001", "true", "[]", "{}", "\"now\""};
    for (size_t i = 0; i < KQ_COUNT(values); i++) {
        assert_value_refused("date", values[i], "date格式不正确");
    }
}

static void a_list_of_strings_is_read(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, "{\"tags\":[\"a\",\"券券券\"]}");
    assert_true(reading.values.tags.present);
    assert_int_equal(reading.values.tags.count, 2);
    const struct kq_slice *tags = reading.values.tags.items;
    assert_text(tags[0], "a");
    assert_text(tags[1], "券券券");
    kq_arena_free(&reading.arena);
    assert_read(&reading, "{\"tags\":[]}");
    assert_true(reading.values.tags.present);
    assert_int_equal(reading.values.tags.count, 0);
    kq_arena_free(&reading.arena);
}

static void what_is_no_list_of_strings_is_refused(void **state)
{
    (void)state;
    static const char *const values[] = {"\"a\"",  "1",         "true", "{}",        "[1]",    "[\"\"]",
                                         "[null]", "[[\"a\"]]", "[{}]", "[\"a\",1]", "[false]"};
    for (size_t i = 0; i < KQ_COUNT(values); i++) {
        assert_value_refused("tags", values[i], "tags格式不正确");
    }
    assert_value_refused("tags", "[\"a\",\"abcd\"]", "tags长度不能超过3个字符");
}

static void a_list_of_objects_is_read(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, "{\"items\":[{\"name\":\"a\"},{\"count\":\"7\",\"name\":\"b\"}]}");
    assert_int_equal(reading.values.items.count, 2);
    const struct item *items = reading.values.items.items;
    assert_text(items[0].name, "a");
    assert_false(items[0].count.present);
    assert_text(items[1].name, "b");
    assert_int_equal(items[1].count.value, 7);
    kq_arena_free(&reading.arena);
}

static void what_is_no_list_of_objects_is_refused(void **state)
{
    (void)state;
    static const char *const values[] = {"\"a\"", "1", "true", "{}", "[1]", "[\"a\"]", "[null]", "[[]]"};
    for (size_t i = 0; i < KQ_COUNT(values); i++) {
        assert_value_refused("items", values[i], "items格式不正确");
    }
    assert_value_refused("items", "[{\"count\":1}]", "name不能为空");
    assert_value_refused("items", "[{\"name\":\"a\",\"count\":\"x\"}]", "count格式不正确");
}

static void the_first_row_that_is_broken_is_named(void **state)
{
    (void)state;
    assert_refused("{\"number\":\"x\",\"price\":\"x\",\"text\":\"toolong\"}", KQ_E_INVALID_PARAMETER,
                   "text长度不能超过3个字符");
    assert_refused("{\"number\":\"x\",\"price\":\"x\"}", KQ_E_INVALID_PARAMETER, "price格式不正确");
}

static const struct kq_rule one_of = {.kind = KQ_RULE_ONE_OF, .names = {"text", "price", "tags", "date"}};
static const struct kq_rule required_if = {.kind = KQ_RULE_REQUIRED_IF, .names = {"flag", "text"}};

static void one_of_several_is_enough(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{\"text\":\"a\"}",
        "{\"price\":1}",
        "{\"tags\":[]}",
        "{\"date\":\"2017-01-01 00:00:01\"}",
        "{\"text\":\"a\",\"price\":1}",
    };
    struct reading reading;
    for (size_t i = 0; i < KQ_COUNT(good); i++) {
        assert_true(read_with(&reading, &one_of, 1, good[i]));
        kq_arena_free(&reading.arena);
    }
    static const char *const bad[] = {"{}", "", "{\"text\":\"\",\"price\":null}", "{\"colour\":\"red\"}"};
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        assert_false(read_with(&reading, &one_of, 1, bad[i]));
        assert_int_equal(reading.error.code, KQ_E_INVALID_PARAMETER);
        assert_string_equal(reading.error.detail, "text、price、tags、date不能同时为空");
        kq_arena_free(&reading.arena);
    }
}

static void a_condition_requires_a_field(void **state)
{
    (void)state;
    static const char *const good[] = {"{}", "{\"flag\":false}", "{\"flag\":\"\"}", "{\"flag\":null}",
                                       "{\"flag\":true,\"text\":\"a\"}"};
    struct reading reading;
    for (size_t i = 0; i < KQ_COUNT(good); i++) {
        assert_true(read_with(&reading, &required_if, 1, good[i]));
        kq_arena_free(&reading.arena);
    }
    static const char *const bad[] = {"{\"flag\":true}", "{\"flag\":\"true\"}",
                                      "{\"flag\":true,\"text\":\"\"}"};
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        assert_false(read_with(&reading, &required_if, 1, bad[i]));
        assert_int_equal(reading.error.code, KQ_E_INVALID_PARAMETER);
        assert_string_equal(reading.error.detail, "flag为true时text不能为空");
        kq_arena_free(&reading.arena);
    }
}

static void rows_come_before_rules_and_rules_in_their_order(void **state)
{
    (void)state;
    const struct kq_rule rules[] = {required_if, one_of};
    struct reading reading;
    assert_false(read_with(&reading, rules, 2, "{\"flag\":true,\"number\":\"x\"}"));
    assert_string_equal(reading.error.detail, "number格式不正确");
    kq_arena_free(&reading.arena);
    assert_false(read_with(&reading, rules, 2, "{\"flag\":true}"));
    assert_string_equal(reading.error.detail, "flag为true时text不能为空");
    kq_arena_free(&reading.arena);
    assert_false(read_with(&reading, rules, 2, "{}"));
    assert_string_equal(reading.error.detail, "text、price、tags、date不能同时为空");
    kq_arena_free(&reading.arena);
}

static const char everything[] =
    "{\"text\":\"优惠\\\"\",\"colour\":\"red\",\"price\":\"9.90\",\"any_price\":\"0.00\",\"number\":-2,"
    "\"percent\":0,\"any_number\":9223372036854775807,\"flag\":false,\"date\":\"2017-01-01 00:00:01\","
    "\"tags\":[\"a\",\"b\"],"
    "\"items\":[{\"name\":\"x\",\"count\":1},{\"name\":\"y\"}]}";

static void what_was_read_is_written_again(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, everything);
    struct kq_buffer buffer;
    kq_buffer_init(&buffer);
    kq_buffer_append_byte(&buffer, '{');
    kq_fields_append(&fields, &reading.values, &buffer);
    kq_buffer_append_byte(&buffer, '}');
    assert_false(buffer.failed);
    assert_string_equal(buffer.data, everything);
    kq_buffer_free(&buffer);
    kq_arena_free(&reading.arena);
}

static void what_is_not_there_is_not_written(void **state)
{
    (void)state;
    static const struct values nothing;
    struct kq_buffer buffer;
    kq_buffer_init(&buffer);
    kq_buffer_append(&buffer, KQ_SLICE("{\"code\":\"10000\""));
    kq_fields_append(&fields, &nothing, &buffer);
    assert_string_equal(buffer.data, "{\"code\":\"10000\"");
    kq_buffer_free(&buffer);
}

static void members_follow_what_the_object_has_already(void **state)
{
    (void)state;
    const struct values values = {.tags = {.present = true}, .flag = {.present = true, .value = true}};
    struct kq_buffer buffer;
    kq_buffer_init(&buffer);
    kq_buffer_append(&buffer, KQ_SLICE("{\"code\":\"10000\""));
    kq_fields_append(&fields, &values, &buffer);
    assert_string_equal(buffer.data, "{\"code\":\"10000\",\"flag\":true,\"tags\":[]");
    kq_buffer_free(&buffer);
}

/* A string longer than an arena's chunk, so that allocations are asked for while values are read. */
static void reading_survives_no_memory(void **state)
{
    (void)state;
    static char json[40000];
    int size = snprintf(json, sizeof(json), "{\"tags\":[\"a\"");
    for (size_t i = 0; i < 3000; i++) {
        size += snprintf(json + size, sizeof(json) - (size_t)size, ",\"券\"");
    }
    snprintf(json + size, sizeof(json) - (size_t)size, "],\"items\":[{\"name\":\"x\"}],\"text\":\"abc\"}");
    unsigned failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        struct reading reading;
        kq_memory_fail_at(n);
        bool ok = read_with(&reading, NULL, 0, json);
        failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        assert_int_equal(ok, !failed);
        assert_int_equal(reading.error.code, failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        failures += failed;
        kq_arena_free(&reading.arena);
    }
    assert_true(failures >= 3);
}

static void writing_survives_no_memory(void **state)
{
    (void)state;
    struct reading reading;
    assert_read(&reading, everything);
    unsigned failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        struct kq_buffer buffer;
        kq_buffer_init(&buffer);
        kq_memory_fail_at(n);
        for (int i = 0; i < 5; i++) { /* past the buffer's first sizes */
            kq_fields_append(&fields, &reading.values, &buffer);
        }
        failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        assert_int_equal(buffer.failed, failed);
        failures += failed;
        kq_buffer_free(&buffer);
    }
    assert_true(failures >= 2);
    kq_arena_free(&reading.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_text_reads_as_an_empty_object),
        cmocka_unit_test(what_is_no_object_is_illegal_json),
        cmocka_unit_test(what_is_no_json_is_illegal_json),
        cmocka_unit_test(null_and_an_empty_string_are_no_value_of_any_type),
        cmocka_unit_test(every_required_type_is_missed),
        cmocka_unit_test(unknown_members_are_ignored),
        cmocka_unit_test(a_string_is_kept_as_it_is),
        cmocka_unit_test(a_length_counts_characters),
        cmocka_unit_test(a_string_is_nothing_else),
        cmocka_unit_test(only_allowed_values_are_allowed),
        cmocka_unit_test(a_long_list_of_allowed_values_is_cut),
        cmocka_unit_test(a_price_is_a_number_or_a_string),
        cmocka_unit_test(what_is_no_price_is_refused),
        cmocka_unit_test(a_price_has_a_length_of_its_text),
        cmocka_unit_test(a_price_is_within_its_limits),
        cmocka_unit_test(a_number_is_a_number_or_a_string),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(a_number_is_within_its_limits),
        cmocka_unit_test(a_number_does_not_overflow),
        cmocka_unit_test(a_boolean_is_true_or_false),
        cmocka_unit_test(what_is_no_boolean_is_refused),
        cmocka_unit_test(a_date_is_beijing_time),
        cmocka_unit_test(a_list_of_strings_is_read),
        cmocka_unit_test(what_is_no_list_of_strings_is_refused),
        cmocka_unit_test(a_list_of_objects_is_read),
        cmocka_unit_test(what_is_no_list_of_objects_is_refused),
        cmocka_unit_test(the_first_row_that_is_broken_is_named),
        cmocka_unit_test(one_of_several_is_enough),
        cmocka_unit_test(a_condition_requires_a_field),
        cmocka_unit_test(rows_come_before_rules_and_rules_in_their_order),
        cmocka_unit_test(what_was_read_is_written_again),
        cmocka_unit_test(what_is_not_there_is_not_written),
        cmocka_unit_test(members_follow_what_the_object_has_already),
        cmocka_unit_test(reading_survives_no_memory),
        cmocka_unit_test(writing_survives_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
