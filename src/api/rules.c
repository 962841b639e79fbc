/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rules.h"

#include <assert.h>
#include <stdio.h>

const void *kq_field_value(const struct kq_field *field, const void *values)
{
    return (const char *)values + field->offset;
}

bool kq_field_is_present(const struct kq_field *field, const void *values)
{
    const void *value = kq_field_value(field, values);
    switch (field->type) {
    case KQ_FIELD_STRING:
        return ((const struct kq_slice *)value)->size > 0;
    case KQ_FIELD_PRICE:
        return ((const struct kq_price *)value)->present;
    case KQ_FIELD_NUMBER:
        return ((const struct kq_number *)value)->present;
    case KQ_FIELD_BOOLEAN:
        return ((const struct kq_boolean *)value)->present;
    case KQ_FIELD_DATE:
        return ((const struct kq_date *)value)->present;
    case KQ_FIELD_STRING_LIST:
    case KQ_FIELD_OBJECT_LIST:
        return ((const struct kq_list *)value)->present;
    case KQ_FIELD_OBJECT:
        return ((const struct kq_object *)value)->value != NULL;
    case KQ_FIELD_TYPE_COUNT:
        break;
    }
    return false;
}

/* NULL: there is none of that name. */
static const struct kq_field *look_up(const struct kq_fields *fields, struct kq_slice name)
{
    for (; fields != NULL; fields = fields->base) {
        for (size_t i = 0; i < fields->count; i++) {
            if (kq_slice_equal(kq_slice_of(fields->items[i].name), name)) {
                return &fields->items[i];
            }
        }
    }
    return NULL;
}

/* The name stands in a constant table beside the fields' own: that it is one of theirs depends on no caller.
 */
static const struct kq_field *find_field(const struct kq_fields *fields, const char *name)
{
    const struct kq_field *found = look_up(fields, kq_slice_of(name));
    assert(found != NULL);
    return found;
}

void kq_names_join(const char *const *names, char text[KQ_ERROR_DETAIL_SIZE])
{
    size_t size = 0;
    text[0] = '\0';
    for (size_t i = 0; names[i] != NULL && size < KQ_ERROR_DETAIL_SIZE; i++) {
        int wanted = snprintf(text + size, KQ_ERROR_DETAIL_SIZE - size, "%s%s", i == 0 ? "" : "、", names[i]);
        size += (size_t)wanted;
    }
}

static struct kq_result check_one_of(const struct kq_fields *fields, const struct kq_rule *rule,
                                     const void *values, enum kq_error_code parameter_error,
                                     struct kq_error *error)
{
    for (size_t i = 0; rule->names[i] != NULL; i++) {
        if (kq_field_is_present(find_field(fields, rule->names[i]), values)) {
            return KQ_OK;
        }
    }
    char names[KQ_ERROR_DETAIL_SIZE];
    kq_names_join(rule->names, names);
    return kq_fail(error, parameter_error, "%s不能同时为空", names);
}

static struct kq_result check_required_if(const struct kq_fields *fields, const struct kq_rule *rule,
                                          const void *values, enum kq_error_code parameter_error,
                                          struct kq_error *error)
{
    const struct kq_boolean *condition = kq_field_value(find_field(fields, rule->names[0]), values);
    bool required = condition->present && condition->value;
    KQ_ENSURE(!required || kq_field_is_present(find_field(fields, rule->names[1]), values), error,
              parameter_error, "%s为true时%s不能为空", rule->names[0], rule->names[1]);
    return KQ_OK;
}

struct kq_result kq_rules_check(const struct kq_fields *fields, const struct kq_rule *rules,
                                size_t rule_count, const void *values, enum kq_error_code parameter_error,
                                struct kq_error *error)
{
    for (size_t i = 0; i < rule_count; i++) {
        switch (rules[i].kind) {
        case KQ_RULE_ONE_OF:
            KQ_TRY(check_one_of(fields, &rules[i], values, parameter_error, error));
            break;
        case KQ_RULE_REQUIRED_IF:
            KQ_TRY(check_required_if(fields, &rules[i], values, parameter_error, error));
            break;
        }
    }
    return KQ_OK;
}
