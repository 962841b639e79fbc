/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_text.h"

static void append_array(struct kq_buffer *buffer, json_t *array)
{
    kq_buffer_append_byte(buffer, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        kq_json_append_separator(buffer);
        kq_json_append_value(buffer, json_array_get(array, i));
    }
    kq_buffer_append_byte(buffer, ']');
}

static void append_object(struct kq_buffer *buffer, json_t *object)
{
    kq_buffer_append_byte(buffer, '{');
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(object, name, value)
    {
        kq_json_append_name(buffer, name);
        kq_json_append_value(buffer, value);
    }
    kq_buffer_append_byte(buffer, '}');
}

void kq_json_append_value(struct kq_buffer *buffer, json_t *value)
{
    struct kq_slice text;
    switch (kq_json_kind_of(value, &text)) {
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
        kq_buffer_append(buffer, text);
        break;
    case KQ_JSON_STRING:
        kq_json_append_string(buffer, text);
        break;
    case KQ_JSON_ARRAY:
        append_array(buffer, value);
        break;
    case KQ_JSON_OBJECT:
        append_object(buffer, value);
        break;
    }
}
