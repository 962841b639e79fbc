/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "client/typed.h"
#include "wire/charset.h"

static const void *place_of(const struct kq_client_field *field, const void *values)
{
    return (const char *)values + field->offset;
}

static const void *pointer_at(const struct kq_client_field *field, const void *values)
{
    const void *pointer;
    memcpy(&pointer, place_of(field, values), sizeof(pointer));
    return pointer;
}

static size_t count_of(const struct kq_client_field *field, const void *values)
{
    size_t count;
    memcpy(&count, (const char *)values + field->count_offset, sizeof(count));
    return count;
}

static bool is_present(const struct kq_client_field *field, const void *values)
{
    switch (field->kind) {
    case KQ_CLIENT_FIELD_NUMBER:
        return ((const struct kq_number_value *)place_of(field, values))->is_set != 0;
    case KQ_CLIENT_FIELD_FLAG:
        return *(const enum kq_flag_value *)place_of(field, values) != KQ_UNSET;
    case KQ_CLIENT_FIELD_TEXT:
    case KQ_CLIENT_FIELD_TEXT_LIST:
    case KQ_CLIENT_FIELD_STRUCT_LIST:
    case KQ_CLIENT_FIELD_STRUCT:
        return pointer_at(field, values) != NULL;
    }
    return false; /* no layout that was checked has others */
}

static struct kq_result write_text(const char *text, struct kq_buffer *json, struct kq_error *error)
{
    struct kq_slice utf8 = kq_slice_of(text);
    KQ_ENSURE(kq_utf8_is_valid(utf8), error, KQ_E_USAGE, "not UTF-8");
    kq_json_append_string(json, utf8);
    return KQ_OK;
}

static struct kq_result write_flag(enum kq_flag_value flag, struct kq_buffer *json, struct kq_error *error)
{
    KQ_ENSURE(flag == KQ_TRUE || flag == KQ_FALSE, error, KQ_E_USAGE, "neither KQ_TRUE nor KQ_FALSE");
    kq_buffer_print(json, "%s", flag == KQ_TRUE ? "true" : "false");
    return KQ_OK;
}

static struct kq_result write_text_list(const char *const *texts, size_t count, struct kq_buffer *json,
                                        struct kq_error *error)
{
    kq_buffer_append_byte(json, '[');
    for (size_t i = 0; i < count; i++) {
        KQ_ENSURE(texts[i] != NULL, error, KQ_E_USAGE, "text %zu is NULL", i);
        kq_json_append_separator(json);
        KQ_TRY(write_text(texts[i], json, error));
    }
    kq_buffer_append_byte(json, ']');
    return KQ_OK;
}

static struct kq_result write_list(const struct kq_client_layout *members, const char *items, size_t count,
                                   struct kq_buffer *json, struct kq_error *error)
{
    kq_buffer_append_byte(json, '[');
    for (size_t i = 0; i < count; i++) {
        kq_json_append_separator(json);
        if (!kq_typed_write(members, items + i * members->struct_bytes, json, error).ok) {
            return kq_fail_in(error, "item %zu", i);
        }
    }
    kq_buffer_append_byte(json, ']');
    return KQ_OK;
}

static struct kq_result write_value(const struct kq_client_field *field, const void *values,
                                    struct kq_buffer *json, struct kq_error *error)
{
    const void *place = place_of(field, values);
    switch (field->kind) {
    case KQ_CLIENT_FIELD_TEXT:
        return write_text(pointer_at(field, values), json, error);
    case KQ_CLIENT_FIELD_NUMBER:
        kq_buffer_print(json, "%" PRId64, ((const struct kq_number_value *)place)->value);
        return KQ_OK;
    case KQ_CLIENT_FIELD_FLAG:
        return write_flag(*(const enum kq_flag_value *)place, json, error);
    case KQ_CLIENT_FIELD_TEXT_LIST:
        return write_text_list(pointer_at(field, values), count_of(field, values), json, error);
    case KQ_CLIENT_FIELD_STRUCT_LIST:
        return write_list(field->members, pointer_at(field, values), count_of(field, values), json, error);
    case KQ_CLIENT_FIELD_STRUCT:
        return kq_typed_write(field->members, pointer_at(field, values), json, error);
    }
    return KQ_OK;
}

static struct kq_result check(const struct kq_client_layout *layout, size_t depth, struct kq_error *error)
{
    KQ_ENSURE(depth < KQ_JSON_DEPTH_MAX, error, KQ_E_USAGE, "more than %d structs within each other",
              KQ_JSON_DEPTH_MAX);
    for (size_t i = 0; i < layout->count; i++) {
        const struct kq_client_field *field = &layout->fields[i];
        bool has_members =
            field->kind == KQ_CLIENT_FIELD_STRUCT_LIST || field->kind == KQ_CLIENT_FIELD_STRUCT;
        KQ_ENSURE(field->kind >= KQ_CLIENT_FIELD_TEXT && field->kind <= KQ_CLIENT_FIELD_STRUCT, error,
                  KQ_E_USAGE, "%s: of kind %d, which this libkaquan does not know", field->name,
                  (int)field->kind);
        KQ_ENSURE(!has_members || field->members != NULL, error, KQ_E_USAGE, "%s: its members are missing",
                  field->name);
        if (has_members && !check(field->members, depth + 1, error).ok) {
            return kq_fail_in(error, "%s", field->name);
        }
    }
    return KQ_OK;
}

struct kq_result kq_typed_check(const struct kq_client_layout *layout, struct kq_error *error)
{
    return check(layout, 0, error);
}

struct kq_result kq_typed_write(const struct kq_client_layout *layout, const void *values,
                                struct kq_buffer *json, struct kq_error *error)
{
    kq_buffer_append_byte(json, '{');
    for (size_t i = 0; i < layout->count; i++) {
        const struct kq_client_field *field = &layout->fields[i];
        bool present = is_present(field, values);
        KQ_ENSURE(present || !field->required, error, KQ_E_USAGE, "%s is missing", field->name);
        if (present) {
            kq_json_append_name(json, field->name);
            if (!write_value(field, values, json, error).ok) {
                return kq_fail_in(error, "%s", field->name);
            }
        }
    }
    kq_buffer_append_byte(json, '}');
    KQ_ENSURE_MEMORY(!json->failed, error);
    return KQ_OK;
}
