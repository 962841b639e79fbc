/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_text.h"

static void append_array(struct kq_buffer *buffer, const struct kq_json *array)
{
    kq_buffer_append_byte(buffer, '[');
    for (const struct kq_json *item = array->first; item != NULL; item = item->next) {
        kq_json_append_separator(buffer);
        kq_json_append_value(buffer, item);
    }
    kq_buffer_append_byte(buffer, ']');
}

static void append_object(struct kq_buffer *buffer, const struct kq_json *object)
{
    kq_buffer_append_byte(buffer, '{');
    for (const struct kq_json *member = object->first; member != NULL; member = member->next) {
        kq_json_append_separator(buffer);
        kq_json_append_string(buffer, member->name);
        kq_buffer_append_byte(buffer, ':');
        kq_json_append_value(buffer, member);
    }
    kq_buffer_append_byte(buffer, '}');
}

void kq_json_append_value(struct kq_buffer *buffer, const struct kq_json *value)
{
    switch (value->kind) {
    case KQ_JSON_NULL:
        kq_buffer_append(buffer, KQ_SLICE("null"));
        break;
    case KQ_JSON_TRUE:
        kq_buffer_append(buffer, KQ_SLICE("true"));
        break;
    case KQ_JSON_FALSE:
        kq_buffer_append(buffer, KQ_SLICE("false"));
        break;
    case KQ_JSON_NUMBER:
        kq_buffer_append(buffer, value->text);
        break;
    case KQ_JSON_STRING:
        kq_json_append_string(buffer, value->text);
        break;
    case KQ_JSON_ARRAY:
        append_array(buffer, value);
        break;
    case KQ_JSON_OBJECT:
        append_object(buffer, value);
        break;
    }
}
