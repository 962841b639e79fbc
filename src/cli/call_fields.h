/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CALL_FIELDS_H
#define KQ_CLI_CALL_FIELDS_H

#include <stddef.h>

#include "api/catalogue.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "cli/command.h"

/* biz_content from the flags of a line.
 *
 *     --template-id X                a field; --template_id is the same
 *     --need-shopinfo                a boolean needs no value
 *     --shop-ids A --shop-ids B      a list: its flag again and again, or one JSON array
 *     --extend.key V                 a member of an object, or of a text that is JSON itself
 *     --vouchers.user-id A           a member of a list's item: a member that is there already begins the
 * next
 *     --vouchers.1.user-id B         the same by its place, from 0
 *
 * Only the shape of a value is looked at: whether the method takes it is the gateway's to say. */

/* Each name that the line gave is a field of the method, or a path that begins with one. USAGE names the
 * nearest field or flag. */
KQ_MUST struct kq_result kq_call_fields_check(const struct kq_invocation *invocation,
                                              const struct kq_method *method, struct kq_error *error);

/* Appends the JSON object: `biz`, the text of one or empty, with the given fields, checked before, in the
 * place of its own ones. USAGE, NO_MEMORY. */
KQ_MUST struct kq_result kq_call_fields_write(const struct kq_method *method, struct kq_slice biz,
                                              const struct kq_given_field *given, size_t count,
                                              struct kq_arena *arena, struct kq_buffer *json,
                                              struct kq_error *error);

#endif
