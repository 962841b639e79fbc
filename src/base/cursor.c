/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"

#include <string.h>

bool kq_cursor_take_bytes(struct kq_cursor *cursor, size_t size, struct kq_slice *taken)
{
    if (kq_cursor_left(cursor) < size) {
        return false;
    }
    *taken = (struct kq_slice){.data = cursor->at, .size = size};
    cursor->at = size == 0 ? cursor->at : cursor->at + size;
    return true;
}

bool kq_cursor_take_literal(struct kq_cursor *cursor, struct kq_slice expected)
{
    struct kq_slice next = {.data = cursor->at, .size = kq_cursor_left(cursor)};
    if (!kq_slice_starts_with(next, expected)) {
        return false;
    }
    cursor->at = expected.size == 0 ? cursor->at : cursor->at + expected.size;
    return true;
}

bool kq_cursor_take_until(struct kq_cursor *cursor, struct kq_slice delimiter, struct kq_slice *taken)
{
    size_t left = kq_cursor_left(cursor);
    const char *found = NULL;
    if (left > 0 && delimiter.size == 1) { /* the usual case, and memmem is slow at it */
        found = memchr(cursor->at, delimiter.data[0], left);
    } else if (left > 0) {
        found = memmem(cursor->at, left, delimiter.data, delimiter.size);
    }
    if (found == NULL) {
        return false;
    }
    *taken = (struct kq_slice){.data = cursor->at, .size = (size_t)(found - cursor->at)};
    cursor->at = found + delimiter.size;
    return true;
}

struct kq_slice kq_cursor_take_rest(struct kq_cursor *cursor)
{
    struct kq_slice rest = {.data = cursor->at, .size = kq_cursor_left(cursor)};
    cursor->at = cursor->end;
    return rest;
}

bool kq_cursor_take_part(struct kq_cursor *cursor, char separator, struct kq_slice *part)
{
    if (kq_cursor_at_end(cursor)) {
        return false;
    }
    if (!kq_cursor_take_until(cursor, (struct kq_slice){.data = &separator, .size = 1}, part)) {
        *part = kq_cursor_take_rest(cursor);
    }
    return true;
}
