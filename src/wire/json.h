/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_JSON_H
#define KQ_WIRE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* JSON (RFC 8259) as the protocol needs it. Money must be exact, so a number keeps its own text. Members keep
 * their order; one that stands twice is refused, and so is U+0000 in a string. */

#define KQ_JSON_DEPTH_MAX 64 /* the deepest of the platform's requests nests 6 deep */

enum kq_json_kind {
    KQ_JSON_NULL,
    KQ_JSON_TRUE,
    KQ_JSON_FALSE,
    KQ_JSON_NUMBER,
    KQ_JSON_STRING,
    KQ_JSON_ARRAY,
    KQ_JSON_OBJECT,
};

/* A value that was read, and its place among its neighbours. Immutable. It lives in the arena that
 * kq_json_read got, but a name or a text without escapes is the piece of the source text where it stands, not
 * a copy: a value is good for as long as both live. */
struct kq_json {
    enum kq_json_kind kind;
    struct kq_slice name;        /* of a member of an object; else empty */
    struct kq_slice text;        /* of a string, or of a number, as it was written; else empty */
    const struct kq_json *first; /* of an array's items or an object's members; NULL: it has none */
    const struct kq_json *next;  /* the next item or member of what holds this one; NULL: the last */
    size_t count;                /* of items or members */
};

/* Exactly one JSON value, UTF-8, at most KQ_JSON_DEPTH_MAX deep. ILLEGAL_JSON says where and why in its
 * detail (Chinese, short), NO_MEMORY; *value is then NULL. */
KQ_MUST struct kq_result kq_json_read(struct kq_slice text, struct kq_arena *arena,
                                      const struct kq_json **value, struct kq_error *error);

/* Where kq_json_read gave up, from 1, of an error that it recorded: its sentence is in the gateway's
 * language. */
size_t kq_json_error_character(const struct kq_error *error);

/* The object's member of that name, or NULL, as of any value that is no object. Looks at one after the other.
 */
const struct kq_json *kq_json_member(const struct kq_json *object, struct kq_slice name);

/* Writing, without a tree: compact, non-ASCII text as itself, `/` not escaped; control characters as \n, \t,
 * … or \u00XX. `utf8` must be valid. */
void kq_json_append_string(struct kq_buffer *buffer, struct kq_slice utf8);

/* JSON once more, with each `&`, which can only be in a string, as an escape: the same value in other bytes.
 */
void kq_json_append_without_ampersands(struct kq_buffer *buffer, struct kq_slice json);

/* `"name":` with a comma before it where the buffer does not end in `{`. */
void kq_json_append_name(struct kq_buffer *buffer, const char *name);

/* A comma where the buffer does not end in `[` or `{` (or is empty). */
void kq_json_append_separator(struct kq_buffer *buffer);

#endif
