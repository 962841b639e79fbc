/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/method_fields.h"

#include <stdio.h>

#include "cli/command.h"

static size_t count_of(const struct kq_fields *fields)
{
    return fields == NULL ? 0 : count_of(fields->base) + fields->count;
}

const struct kq_field *kq_method_field(const struct kq_fields *fields, size_t index)
{
    if (fields == NULL) {
        return NULL;
    }
    size_t inherited = count_of(fields->base);
    if (index < inherited) {
        return kq_method_field(fields->base, index);
    }
    return index - inherited < fields->count ? &fields->items[index - inherited] : NULL;
}

const struct kq_field *kq_method_field_find(const struct kq_fields *fields, struct kq_slice name)
{
    const struct kq_field *field = kq_method_field(fields, 0);
    for (size_t i = 0; field != NULL; field = kq_method_field(fields, ++i)) {
        if (kq_flag_name_equal(kq_slice_of(field->name), name)) {
            return field;
        }
    }
    return NULL;
}

void kq_method_field_flag(const struct kq_field *field, char flag[KQ_FIELD_FLAG_SIZE])
{
    snprintf(flag, KQ_FIELD_FLAG_SIZE, "--%s", field->name);
    for (char *at = flag; *at != '\0'; at++) {
        *at = *at == '_' ? '-' : *at;
    }
}

const char *kq_method_field_value(const struct kq_field *field)
{
    static const char *const values[KQ_FIELD_TYPE_COUNT] = {
        [KQ_FIELD_STRING] = "TEXT",         [KQ_FIELD_PRICE] = "YUAN",  [KQ_FIELD_NUMBER] = "NUMBER",
        [KQ_FIELD_BOOLEAN] = "true|false",  [KQ_FIELD_DATE] = "TIME",   [KQ_FIELD_STRING_LIST] = "TEXT...",
        [KQ_FIELD_OBJECT_LIST] = "JSON...", [KQ_FIELD_OBJECT] = "JSON",
    };
    return values[field->type];
}
