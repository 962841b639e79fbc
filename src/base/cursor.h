/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_CURSOR_H
#define KQ_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

/* A place in hostile bytes. Every reader of the wire goes through one: it never steps past the end, and says
 * so. The bytes are borrowed. */
struct kq_cursor {
    const char *at;
    const char *end;
};

static inline struct kq_cursor kq_cursor_of(struct kq_slice slice)
{
    return (struct kq_cursor){.at = slice.data,
                              .end = slice.size == 0 ? slice.data : slice.data + slice.size};
}

static inline size_t kq_cursor_left(const struct kq_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

static inline bool kq_cursor_at_end(const struct kq_cursor *cursor)
{
    return cursor->at == cursor->end;
}

/* The next byte without taking it, 0 to 255, or -1 at the end. */
static inline int kq_cursor_peek(const struct kq_cursor *cursor)
{
    return kq_cursor_at_end(cursor) ? -1 : (unsigned char)*cursor->at;
}

/* Takes one byte, 0 to 255, or -1 at the end. */
static inline int kq_cursor_take(struct kq_cursor *cursor)
{
    return kq_cursor_at_end(cursor) ? -1 : (unsigned char)*cursor->at++;
}

/* Takes `size` bytes; false and nothing taken where there are fewer. */
bool kq_cursor_take_bytes(struct kq_cursor *cursor, size_t size, struct kq_slice *taken);

/* Takes `expected` if exactly that stands next. */
bool kq_cursor_take_literal(struct kq_cursor *cursor, struct kq_slice expected);

/* Takes what stands before `delimiter`, and the delimiter; false and nothing taken where there is none. */
bool kq_cursor_take_until(struct kq_cursor *cursor, struct kq_slice delimiter, struct kq_slice *taken);

/* Takes all that is left. */
struct kq_slice kq_cursor_take_rest(struct kq_cursor *cursor);

/* Takes the next part before `separator` (which is taken too), or all that is left where none follows. False
 * only at the end. Walks lists: "a&b" gives "a", "b". */
bool kq_cursor_take_part(struct kq_cursor *cursor, char separator, struct kq_slice *part);

#endif
