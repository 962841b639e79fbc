/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_BUFFER_H
#define KQ_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"
#include "base/slice.h"

/* Bytes that grow. Owned by whoever declared it; one thread at a time. An append that runs out of memory (or
 * past the limit) marks the buffer as failed and later appends do nothing, so a writer checks `failed` once,
 * at its end. */
struct kq_buffer {
    char *data; /* owned; NUL-terminated beyond size once anything was appended */
    size_t size;
    size_t capacity;
    size_t limit_bytes; /* 0: none */
    bool failed;
};

void kq_buffer_init(struct kq_buffer *buffer);
void kq_buffer_free(struct kq_buffer *buffer);

/* Wipes the bytes before freeing them: for keys and other secrets. */
void kq_buffer_wipe_and_free(struct kq_buffer *buffer);

/* Empty again, not failed, memory kept. */
void kq_buffer_clear(struct kq_buffer *buffer);

void kq_buffer_append(struct kq_buffer *buffer, struct kq_slice slice);
void kq_buffer_append_byte(struct kq_buffer *buffer, char byte);
void kq_buffer_print(struct kq_buffer *buffer, const char *format, ...) KQ_PRINTF(2, 3);

/* Room for `size_bytes` more, to be written by the caller and then counted with `buffer->size +=`. NULL on
 * failure. */
KQ_MUST char *kq_buffer_reserve(struct kq_buffer *buffer, size_t size_bytes);

static inline struct kq_slice kq_buffer_slice(const struct kq_buffer *buffer)
{
    return (struct kq_slice){.data = buffer->data, .size = buffer->size};
}

#endif
