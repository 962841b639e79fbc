/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_JSON_SCAN_H
#define KQ_WIRE_JSON_SCAN_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/cursor.h"

/* The two tokens of RFC 8259 that are more than a word, for json_read.c. What is wrong comes back as a
 * Chinese phrase; the cursor then stands where it is. */

/* Section 6. False where no number stands here. */
bool kq_json_take_number(struct kq_cursor *cursor);

/* Section 7, from quote to quote; appends what it says to `unescaped`, whose failure is for the caller to
 * see. The cursor's bytes are valid UTF-8. NULL, or what is wrong. */
const char *kq_json_take_string(struct kq_cursor *cursor, struct kq_buffer *unescaped);

/* The phrase for: something else should stand here. */
const char *kq_json_unexpected(const struct kq_cursor *cursor);

#endif
