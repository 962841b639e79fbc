/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_API_RULES_H
#define KQ_API_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "api/fields.h"
#include "base/error.h"

/* What holds of typed values once they are read: which are there, and the rules between them. */

/* Where the field's typed value lies. `values` is the struct that the field's table describes. */
const void *kq_field_value(const struct kq_field *field, const void *values);

bool kq_field_is_present(const struct kq_field *field, const void *values);

/* "a、b、c", of a NULL-terminated list, for the detail of an error; cut where it is too long for one. */
void kq_names_join(const char *const *names, char text[KQ_ERROR_DETAIL_SIZE]);

/* `parameter_error` with a Chinese detail that names the fields of the first rule that is broken. */
KQ_MUST struct kq_result kq_rules_check(const struct kq_fields *fields, const struct kq_rule *rules,
                                        size_t rule_count, const void *values,
                                        enum kq_error_code parameter_error, struct kq_error *error);

#endif
