/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "api/fields.h"
#include "api/rules.h"
#include "base/money.h"
#include "base/time.h"
#include "wire/json.h"

/* Typed values → JSON. Amounts and dates are strings, as in the platform's answers. */

static void append_price(const struct kq_price *price, struct kq_buffer *buffer)
{
    char text[KQ_MONEY_TEXT_SIZE];
    kq_money_format(price->amount_fen, text);
    kq_json_append_string(buffer, kq_slice_of(text));
}

static void append_date(const struct kq_date *date, struct kq_buffer *buffer)
{
    char text[KQ_TIME_TEXT_SIZE];
    kq_time_format(date->time_s, text);
    kq_json_append_string(buffer, kq_slice_of(text));
}

static void append_string_list(const struct kq_list *list, struct kq_buffer *buffer)
{
    const struct kq_slice *items = list->items;
    kq_buffer_append_byte(buffer, '[');
    for (size_t i = 0; i < list->count; i++) {
        kq_json_append_separator(buffer);
        kq_json_append_string(buffer, items[i]);
    }
    kq_buffer_append_byte(buffer, ']');
}

static void append_object_list(const struct kq_fields *members, const struct kq_list *list,
                               struct kq_buffer *buffer)
{
    kq_buffer_append_byte(buffer, '[');
    for (size_t i = 0; i < list->count; i++) {
        kq_json_append_separator(buffer);
        kq_buffer_append_byte(buffer, '{');
        kq_fields_append(members, (const char *)list->items + i * members->struct_bytes, buffer);
        kq_buffer_append_byte(buffer, '}');
    }
    kq_buffer_append_byte(buffer, ']');
}

static void append_object(const struct kq_fields *members, const struct kq_object *object,
                          struct kq_buffer *buffer)
{
    kq_buffer_append_byte(buffer, '{');
    kq_fields_append(members, object->value, buffer);
    kq_buffer_append_byte(buffer, '}');
}

static void append_value(const struct kq_field *field, const void *value, struct kq_buffer *buffer)
{
    switch (field->type) {
    case KQ_FIELD_STRING:
        kq_json_append_string(buffer, *(const struct kq_slice *)value);
        break;
    case KQ_FIELD_PRICE:
        append_price(value, buffer);
        break;
    case KQ_FIELD_NUMBER:
        kq_buffer_print(buffer, "%" PRId64, ((const struct kq_number *)value)->value);
        break;
    case KQ_FIELD_BOOLEAN:
        kq_buffer_print(buffer, "%s", ((const struct kq_boolean *)value)->value ? "true" : "false");
        break;
    case KQ_FIELD_DATE:
        append_date(value, buffer);
        break;
    case KQ_FIELD_STRING_LIST:
        append_string_list(value, buffer);
        break;
    case KQ_FIELD_OBJECT_LIST:
        append_object_list(field->members, value, buffer);
        break;
    case KQ_FIELD_OBJECT:
        append_object(field->members, value, buffer);
        break;
    case KQ_FIELD_TYPE_COUNT:
        break;
    }
}

void kq_fields_append(const struct kq_fields *fields, const void *values, struct kq_buffer *buffer)
{
    if (fields->base != NULL) {
        kq_fields_append(fields->base, values, buffer);
    }
    for (size_t i = 0; i < fields->count; i++) {
        const struct kq_field *field = &fields->items[i];
        if (kq_field_is_present(field, values)) {
            kq_json_append_name(buffer, field->name);
            append_value(field, kq_field_value(field, values), buffer);
        }
    }
}
