/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_JSON_H
#define KQ_WIRE_JSON_H

#include <stdbool.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* JSON (RFC 8259) as the protocol needs it. Money must be exact, so a number keeps its text: it is read as a
 * string of jansson's that begins with KQ_JSON_NUMBER_MARK, followed by the number's own characters. A string
 * of the text that begins with that character gets a second one; kq_json_kind_of tells them apart and takes
 * the mark away, and nobody else looks at it. Members keep their order; one that stands twice is refused, and
 * so is U+0000 in a string. */

#define KQ_JSON_NUMBER_MARK '\x01'
#define KQ_JSON_DEPTH_MAX 64 /* the deepest of the platform's requests nests 6 deep */

#define KQ_JSON_CLEANUP KQ_CLEANUP(kq_json_cleanup)
void kq_json_cleanup(json_t **value);

/* Exactly one JSON value, UTF-8, at most KQ_JSON_DEPTH_MAX deep. *value is the caller's (json_decref).
 * ILLEGAL_JSON says where and why in its detail (Chinese, short), NO_MEMORY. */
KQ_MUST struct kq_result kq_json_read(struct kq_slice text, json_t **value, struct kq_error *error);

/* What kind of scalar is it? `text` (borrowed from `value`) is the string, or the number's own text. */
enum kq_json_kind {
    KQ_JSON_NULL,
    KQ_JSON_TRUE,
    KQ_JSON_FALSE,
    KQ_JSON_NUMBER,
    KQ_JSON_STRING,
    KQ_JSON_ARRAY,
    KQ_JSON_OBJECT,
};
enum kq_json_kind kq_json_kind_of(const json_t *value, struct kq_slice *text);

/* Writing, without a tree: compact, non-ASCII text as itself, `/` not escaped; control characters as \n, \t,
 * … or \u00XX. `utf8` must be valid. */
void kq_json_append_string(struct kq_buffer *buffer, struct kq_slice utf8);

/* `"name":` with a comma before it where the buffer does not end in `{`. */
void kq_json_append_name(struct kq_buffer *buffer, const char *name);

/* A comma where the buffer does not end in `[` or `{` (or is empty). */
void kq_json_append_separator(struct kq_buffer *buffer);

#endif
