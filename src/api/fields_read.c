/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "api/fields.h"
#include "api/rules.h"
#include "base/cursor.h"
#include "base/money.h"
#include "base/time.h"
#include "wire/charset.h"
#include "wire/json.h"

/* JSON → typed values. A field that breaks its row fails with the method's parameter error and a detail that
 * names it. */

/* What all readers need. */
struct reading {
    struct kq_arena *arena;
    enum kq_error_code parameter_error;
    struct kq_error *error;
};

/* One member of the object, as it was found. */
struct found {
    const struct kq_json *json; /* NULL: not at all */
    enum kq_json_kind kind;
    struct kq_slice text; /* of a string or a number */
};

static struct kq_result fail_form(const struct reading *reading, const struct kq_field *field)
{
    return kq_fail(reading->error, reading->parameter_error, "%s格式不正确", field->name);
}

/* null, "" and no member at all are the same: the field is not there (the page: need_shopinfo false或空). */
static struct found find_member(const struct kq_json *object, const char *name)
{
    struct found found = {.json = kq_json_member(object, kq_slice_of(name)), .kind = KQ_JSON_NULL};
    if (found.json != NULL) {
        bool is_empty = found.json->kind == KQ_JSON_STRING && found.json->text.size == 0;
        found.kind = is_empty ? KQ_JSON_NULL : found.json->kind;
        found.text = found.json->text;
    }
    return found;
}

/* Of the value's own text, as the caller wrote it; true and false have none. */
static struct kq_result check_length(const struct reading *reading, const struct kq_field *field,
                                     struct kq_slice text)
{
    KQ_ENSURE(field->max_chars == 0 || kq_utf8_count(text) <= field->max_chars, reading->error,
              reading->parameter_error, "%s长度不能超过%zu个字符", field->name, field->max_chars);
    return KQ_OK;
}

static struct kq_result check_allowed(const struct reading *reading, const struct kq_field *field,
                                      struct kq_slice text)
{
    if (field->allowed == NULL) {
        return KQ_OK;
    }
    for (size_t i = 0; field->allowed[i] != NULL; i++) {
        if (kq_slice_equal(text, kq_slice_of(field->allowed[i]))) {
            return KQ_OK;
        }
    }
    char names[KQ_ERROR_DETAIL_SIZE];
    kq_names_join(field->allowed, names);
    return kq_fail(reading->error, reading->parameter_error, "%s取值只能为%s", field->name, names);
}

static bool has_limits(const struct kq_field *field)
{
    return field->minimum != 0 || field->maximum != 0;
}

static struct kq_result copy_text(const struct reading *reading, struct kq_slice text, struct kq_slice *out)
{
    *out = kq_arena_copy(reading->arena, text);
    KQ_ENSURE_MEMORY(out->data != NULL, reading->error);
    return KQ_OK;
}

/* A number or a boolean where the page says String is refused: as a string it would not be what the caller
 * meant (a user_id that has gone through a double). */
static struct kq_result read_string(const struct reading *reading, const struct kq_field *field,
                                    const struct found *found, void *out)
{
    if (found->kind != KQ_JSON_STRING) {
        return fail_form(reading, field);
    }
    KQ_TRY(check_length(reading, field, found->text));
    KQ_TRY(check_allowed(reading, field, found->text));
    return copy_text(reading, found->text, out);
}

static bool is_text(const struct found *found)
{
    return found->kind == KQ_JSON_STRING || found->kind == KQ_JSON_NUMBER;
}

static struct kq_result refuse_price(const struct reading *reading, const struct kq_field *field,
                                     const char *too, int64_t limit_fen)
{
    char limit[KQ_MONEY_TEXT_SIZE];
    kq_money_format(limit_fen, limit);
    return kq_fail(reading->error, reading->parameter_error, "%s不能%s于%s", field->name, too, limit);
}

static struct kq_result read_price(const struct reading *reading, const struct kq_field *field,
                                   const struct found *found, void *out)
{
    struct kq_price *price = out;
    if (!is_text(found)) {
        return fail_form(reading, field);
    }
    KQ_TRY(check_length(reading, field, found->text));
    if (!kq_money_parse(found->text, &price->amount_fen, NULL).ok) {
        return fail_form(reading, field);
    }
    if (has_limits(field) && price->amount_fen < field->minimum) {
        return refuse_price(reading, field, "小", field->minimum);
    }
    if (has_limits(field) && price->amount_fen > field->maximum) {
        return refuse_price(reading, field, "大", field->maximum);
    }
    price->present = true;
    return KQ_OK;
}

/* Decimal digits, with a minus before them where it is negative; nothing else, and nothing that an int64_t
 * cannot hold. */
static bool parse_integer(struct kq_slice text, int64_t *value)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    bool negative = kq_cursor_take_literal(&cursor, KQ_SLICE("-"));
    struct kq_slice digits = kq_cursor_take_rest(&cursor);
    if (!kq_slice_is_digits(digits)) {
        return false;
    }
    *value = 0;
    for (size_t i = 0; i < digits.size; i++) {
        int64_t digit = digits.data[i] - '0';
        if (__builtin_mul_overflow(*value, INT64_C(10), value) ||
            __builtin_add_overflow(*value, negative ? -digit : digit, value)) {
            return false;
        }
    }
    return true;
}

static struct kq_result read_number(const struct reading *reading, const struct kq_field *field,
                                    const struct found *found, void *out)
{
    struct kq_number *number = out;
    if (!is_text(found)) {
        return fail_form(reading, field);
    }
    KQ_TRY(check_length(reading, field, found->text));
    if (!parse_integer(found->text, &number->value)) {
        return fail_form(reading, field);
    }
    if (has_limits(field)) {
        KQ_ENSURE(number->value >= field->minimum, reading->error, reading->parameter_error,
                  "%s不能小于%" PRId64, field->name, field->minimum);
        KQ_ENSURE(number->value <= field->maximum, reading->error, reading->parameter_error,
                  "%s不能大于%" PRId64, field->name, field->maximum);
    }
    number->present = true;
    return KQ_OK;
}

static struct kq_result read_boolean(const struct reading *reading, const struct kq_field *field,
                                     const struct found *found, void *out)
{
    struct kq_boolean *boolean = out;
    bool is_string = found->kind == KQ_JSON_STRING;
    bool is_true =
        found->kind == KQ_JSON_TRUE || (is_string && kq_slice_equal(found->text, KQ_SLICE("true")));
    bool is_false =
        found->kind == KQ_JSON_FALSE || (is_string && kq_slice_equal(found->text, KQ_SLICE("false")));
    KQ_ENSURE(is_true || is_false, reading->error, reading->parameter_error, "%s取值只能为true、false",
              field->name);
    *boolean = (struct kq_boolean){.present = true, .value = is_true};
    return KQ_OK;
}

static struct kq_result read_date(const struct reading *reading, const struct kq_field *field,
                                  const struct found *found, void *out)
{
    struct kq_date *date = out;
    if (found->kind != KQ_JSON_STRING || !kq_time_parse(found->text, &date->time_s, NULL).ok) {
        return fail_form(reading, field);
    }
    date->present = true;
    return KQ_OK;
}

static struct kq_result read_values(const struct reading *reading, const struct kq_fields *fields,
                                    const struct kq_json *object, void *out);

static struct kq_result check_count(const struct reading *reading, const struct kq_field *field, size_t count)
{
    if (has_limits(field)) {
        KQ_ENSURE((int64_t)count >= field->minimum, reading->error, reading->parameter_error,
                  "%s不能少于%" PRId64 "项", field->name, field->minimum);
        KQ_ENSURE((int64_t)count <= field->maximum, reading->error, reading->parameter_error,
                  "%s不能多于%" PRId64 "项", field->name, field->maximum);
    }
    return KQ_OK;
}

/* Room for the list's items, which the caller then fills; NULL: refused, with the error recorded. */
static void *open_list(const struct reading *reading, const struct kq_field *field, const struct found *found,
                       size_t item_bytes, struct kq_list *list)
{
    if (found->kind != KQ_JSON_ARRAY) {
        KQ_IGNORE(fail_form(reading, field));
        return NULL;
    }
    size_t count = found->json->count;
    if (!check_count(reading, field, count).ok) {
        return NULL;
    }
    void *items = kq_arena_allocate_array(reading->arena, count, item_bytes);
    if (items == NULL) {
        KQ_IGNORE(kq_fail(reading->error, KQ_E_NO_MEMORY, "%s", ""));
        return NULL;
    }
    *list = (struct kq_list){.present = true, .items = items, .count = count};
    return items;
}

static struct kq_result read_string_list(const struct reading *reading, const struct kq_field *field,
                                         const struct found *found, void *out)
{
    struct kq_list *list = out;
    struct kq_slice *items = open_list(reading, field, found, sizeof(*items), list);
    if (items == NULL) {
        return KQ_FAILED;
    }
    for (const struct kq_json *item = found->json->first; item != NULL; item = item->next) {
        if (item->kind != KQ_JSON_STRING || item->text.size == 0) {
            return fail_form(reading, field);
        }
        KQ_TRY(check_length(reading, field, item->text));
        KQ_TRY(check_allowed(reading, field, item->text));
        KQ_TRY(copy_text(reading, item->text, items++));
    }
    return KQ_OK;
}

static struct kq_result read_object_list(const struct reading *reading, const struct kq_field *field,
                                         const struct found *found, void *out)
{
    struct kq_list *list = out;
    const struct kq_fields *members = field->members;
    char *items = open_list(reading, field, found, members->struct_bytes, list);
    if (items == NULL) {
        return KQ_FAILED;
    }
    for (const struct kq_json *item = found->json->first; item != NULL; item = item->next) {
        if (item->kind != KQ_JSON_OBJECT) {
            return fail_form(reading, field);
        }
        KQ_TRY(read_values(reading, members, item, items));
        items += members->struct_bytes;
    }
    return KQ_OK;
}

static struct kq_result read_object(const struct reading *reading, const struct kq_field *field,
                                    const struct found *found, void *out)
{
    struct kq_object *object = out;
    if (found->kind != KQ_JSON_OBJECT) {
        return fail_form(reading, field);
    }
    void *value = kq_arena_allocate(reading->arena, field->members->struct_bytes);
    KQ_ENSURE_MEMORY(value != NULL, reading->error);
    object->value = value;
    return read_values(reading, field->members, found->json, value);
}

static struct kq_result read_field(const struct reading *reading, const struct kq_field *field,
                                   const struct found *found, void *out)
{
    static struct kq_result (*const readers[KQ_FIELD_TYPE_COUNT])(
        const struct reading *, const struct kq_field *, const struct found *, void *) = {
        [KQ_FIELD_STRING] = read_string,
        [KQ_FIELD_PRICE] = read_price,
        [KQ_FIELD_NUMBER] = read_number,
        [KQ_FIELD_BOOLEAN] = read_boolean,
        [KQ_FIELD_DATE] = read_date,
        [KQ_FIELD_STRING_LIST] = read_string_list,
        [KQ_FIELD_OBJECT_LIST] = read_object_list,
        [KQ_FIELD_OBJECT] = read_object,
    };
    if (found->kind == KQ_JSON_NULL) {
        KQ_ENSURE(!field->required, reading->error, reading->parameter_error, "%s不能为空", field->name);
        return KQ_OK;
    }
    return readers[field->type](reading, field, found, out);
}

/* Calls itself through objects, as deep as the constant tables go. */
static struct kq_result read_values(const struct reading *reading, const struct kq_fields *fields,
                                    const struct kq_json *object, void *out)
{
    if (fields->base != NULL) {
        KQ_TRY(read_values(reading, fields->base, object, out));
    }
    for (size_t i = 0; i < fields->count; i++) {
        const struct kq_field *field = &fields->items[i];
        struct found found = find_member(object, field->name);
        KQ_TRY(read_field(reading, field, &found, (char *)out + field->offset));
    }
    return KQ_OK;
}

struct kq_result kq_fields_read(const struct kq_fields *fields, const struct kq_rule *rules,
                                size_t rule_count, struct kq_slice json, enum kq_error_code parameter_error,
                                struct kq_arena *arena, void *out, struct kq_error *error)
{
    const struct kq_json *object = NULL;
    KQ_TRY(kq_json_read(json.size == 0 ? KQ_SLICE("{}") : json, arena, &object, error));
    KQ_ENSURE(object->kind == KQ_JSON_OBJECT, error, KQ_E_ILLEGAL_JSON, "最外层不是对象");
    struct reading reading = {.arena = arena, .parameter_error = parameter_error, .error = error};
    KQ_TRY(read_values(&reading, fields, object, out));
    return kq_rules_check(fields, rules, rule_count, out, parameter_error, error);
}
