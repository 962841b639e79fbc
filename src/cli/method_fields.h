/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_METHOD_FIELDS_H
#define KQ_CLI_METHOD_FIELDS_H

#include <stddef.h>

#include "api/fields.h"
#include "base/slice.h"

/* A method's fields as flags. */

/* The fields of a struct, its base's first. NULL behind the last, and where `fields` is NULL. */
const struct kq_field *kq_method_field(const struct kq_fields *fields, size_t index);

/* By name; dashes are as good as underscores. NULL: there is none. */
const struct kq_field *kq_method_field_find(const struct kq_fields *fields, struct kq_slice name);

/* "--out-biz-no" into `flag`. */
#define KQ_FIELD_FLAG_SIZE 64
void kq_method_field_flag(const struct kq_field *field, char flag[KQ_FIELD_FLAG_SIZE]);

/* What stands for a value in help: TEXT, YUAN, … */
const char *kq_method_field_value(const struct kq_field *field);

#endif
