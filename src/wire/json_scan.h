/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_JSON_SCAN_H
#define KQ_WIRE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/slice.h"

/* The two tokens of RFC 8259 that are more than a word, for json_read.c and json_write.c. What is wrong comes
 * back as a Chinese phrase; the cursor then stands where it is. */

/* How many of the first bytes stand for themselves in a string: no quote, backslash or control character. */
size_t kq_json_plain_prefix(struct kq_slice text);

/* Section 6. False where no number stands here. */
bool kq_json_take_number(struct kq_cursor *cursor);

/* Section 7, from quote to quote: *text is what it says, a piece of the cursor's bytes where it has no
 * escapes, else made in the arena. The cursor's bytes are valid UTF-8. NULL; what is wrong; or
 * KQ_JSON_NO_MEMORY. */
const char *kq_json_take_string(struct kq_cursor *cursor, struct kq_arena *arena, struct kq_slice *text);

/* Known by its address. */
extern const char KQ_JSON_NO_MEMORY[];

/* The phrase for: something else should stand here. */
const char *kq_json_unexpected(const struct kq_cursor *cursor);

#endif
