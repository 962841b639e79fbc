/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_JSON_TEXT_H
#define KQ_CLI_JSON_TEXT_H

#include "base/buffer.h"
#include "wire/json.h"

/* Appends a value that kq_json_read made as compact JSON text: members in their order, numbers in their own
 * characters. As deep as the value, which kq_json_read bounds. */
void kq_json_append_value(struct kq_buffer *buffer, const struct kq_json *value);

#endif
