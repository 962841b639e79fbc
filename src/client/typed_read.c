/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "client/typed.h"

static bool is_scalar(const struct kq_json *value)
{
    return value->kind == KQ_JSON_STRING || value->kind == KQ_JSON_NUMBER;
}

static bool is_empty(const struct kq_json *value)
{
    return value->kind == KQ_JSON_NULL || (value->kind == KQ_JSON_STRING && value->text.size == 0);
}

/* Texts in an answer end with a NUL byte; where the platform gives true for a text, that is what it says. */
static struct kq_result read_text(const struct kq_json *value, struct kq_arena *arena, const char **text,
                                  struct kq_error *error)
{
    if (value->kind == KQ_JSON_TRUE || value->kind == KQ_JSON_FALSE) {
        *text = value->kind == KQ_JSON_TRUE ? "true" : "false";
        return KQ_OK;
    }
    KQ_ENSURE(is_scalar(value), error, KQ_E_ANSWER, "not a text");
    *text = kq_arena_copy(arena, value->text).data;
    KQ_ENSURE_MEMORY(*text != NULL, error);
    return KQ_OK;
}

/* Longer than any int64_t, and its NUL byte. */
#define NUMBER_SIZE 32

static struct kq_result read_number(const struct kq_json *value, struct kq_number_value *number,
                                    struct kq_error *error)
{
    char text[NUMBER_SIZE] = {0};
    char *end = text;
    KQ_ENSURE(is_scalar(value) && value->text.size > 0 && value->text.size < sizeof(text), error, KQ_E_ANSWER,
              "not a number");
    memcpy(text, value->text.data, value->text.size);
    errno = 0;
    long long read = strtoll(text, &end, 10);
    KQ_ENSURE(errno == 0 && *end == '\0', error, KQ_E_ANSWER, "not an integer of 64 bits");
    *number = (struct kq_number_value){.is_set = 1, .value = read};
    return KQ_OK;
}

static struct kq_result read_flag(const struct kq_json *value, enum kq_flag_value *flag,
                                  struct kq_error *error)
{
    bool is_true = value->kind == KQ_JSON_TRUE || kq_slice_equal(value->text, KQ_SLICE("true"));
    bool is_false = value->kind == KQ_JSON_FALSE || kq_slice_equal(value->text, KQ_SLICE("false"));
    KQ_ENSURE(is_true || is_false, error, KQ_E_ANSWER, "neither true nor false");
    *flag = is_true ? KQ_TRUE : KQ_FALSE;
    return KQ_OK;
}

static struct kq_result read_texts(const struct kq_json *list, struct kq_arena *arena, const char **texts,
                                   struct kq_error *error)
{
    for (const struct kq_json *item = list->first; item != NULL; item = item->next) {
        KQ_TRY(read_text(item, arena, texts++, error));
    }
    return KQ_OK;
}

static struct kq_result read_items(const struct kq_client_layout *members, const struct kq_json *list,
                                   struct kq_arena *arena, char *items, struct kq_error *error)
{
    size_t number = 0;
    for (const struct kq_json *item = list->first; item != NULL; item = item->next) {
        if (!kq_typed_read(members, item, arena, items + number * members->struct_bytes, error).ok) {
            return kq_fail_in(error, "item %zu", number);
        }
        number++;
    }
    return KQ_OK;
}

/* Where a pointer and a count of a list go. Items of an empty list are there, too: it is not the same as
 * none.
 */
static struct kq_result read_list(const struct kq_client_field *field, const struct kq_json *value,
                                  struct kq_arena *arena, char *values, struct kq_error *error)
{
    KQ_ENSURE(value->kind == KQ_JSON_ARRAY, error, KQ_E_ANSWER, "not a list");
    bool is_texts = field->kind == KQ_CLIENT_FIELD_TEXT_LIST;
    size_t item_bytes = is_texts ? sizeof(const char *) : field->members->struct_bytes;
    void *items = kq_arena_allocate_array(arena, value->count == 0 ? 1 : value->count, item_bytes);
    KQ_ENSURE_MEMORY(items != NULL, error);
    memcpy(values + field->offset, &items, sizeof(items));
    memcpy(values + field->count_offset, &value->count, sizeof(value->count));
    return is_texts ? read_texts(value, arena, items, error)
                    : read_items(field->members, value, arena, items, error);
}

static struct kq_result read_object(const struct kq_client_field *field, const struct kq_json *value,
                                    struct kq_arena *arena, char *values, struct kq_error *error)
{
    void *object = kq_arena_allocate(arena, field->members->struct_bytes);
    KQ_ENSURE_MEMORY(object != NULL, error);
    memcpy(values + field->offset, &object, sizeof(object));
    return kq_typed_read(field->members, value, arena, object, error);
}

static struct kq_result read_value(const struct kq_client_field *field, const struct kq_json *value,
                                   struct kq_arena *arena, char *values, struct kq_error *error)
{
    void *place = values + field->offset;
    switch (field->kind) {
    case KQ_CLIENT_FIELD_TEXT:
        return read_text(value, arena, place, error);
    case KQ_CLIENT_FIELD_NUMBER:
        return read_number(value, place, error);
    case KQ_CLIENT_FIELD_FLAG:
        return read_flag(value, place, error);
    case KQ_CLIENT_FIELD_TEXT_LIST:
    case KQ_CLIENT_FIELD_STRUCT_LIST:
        return read_list(field, value, arena, values, error);
    case KQ_CLIENT_FIELD_STRUCT:
        return read_object(field, value, arena, values, error);
    }
    return kq_fail(error, KQ_E_ANSWER, "of kind %d, which this libkaquan does not know", (int)field->kind);
}

struct kq_result kq_typed_read(const struct kq_client_layout *layout, const struct kq_json *object,
                               struct kq_arena *arena, void *values, struct kq_error *error)
{
    KQ_ENSURE(object->kind == KQ_JSON_OBJECT, error, KQ_E_ANSWER, "not an object");
    for (size_t i = 0; i < layout->count; i++) {
        const struct kq_client_field *field = &layout->fields[i];
        const struct kq_json *value = kq_json_member(object, kq_slice_of(field->name));
        if (value != NULL && !is_empty(value) && !read_value(field, value, arena, values, error).ok) {
            return kq_fail_in(error, "%s", field->name);
        }
    }
    return KQ_OK;
}
