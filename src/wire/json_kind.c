/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json.h"

static enum kq_json_kind kind_of_string(const json_t *value, struct kq_slice *text)
{
    *text = (struct kq_slice){.data = json_string_value(value), .size = json_string_length(value)};
    if (text->size == 0 || text->data[0] != KQ_JSON_NUMBER_MARK) {
        return KQ_JSON_STRING;
    }
    text->data++;
    text->size--;
    return text->size > 0 && text->data[0] == KQ_JSON_NUMBER_MARK ? KQ_JSON_STRING : KQ_JSON_NUMBER;
}

enum kq_json_kind kq_json_kind_of(const json_t *value, struct kq_slice *text)
{
    *text = KQ_SLICE_EMPTY;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return KQ_JSON_OBJECT;
    case JSON_ARRAY:
        return KQ_JSON_ARRAY;
    case JSON_TRUE:
        return KQ_JSON_TRUE;
    case JSON_FALSE:
        return KQ_JSON_FALSE;
    case JSON_STRING:
        return kind_of_string(value, text);
    default: /* kq_json_read makes no numbers */
        return KQ_JSON_NULL;
    }
}
