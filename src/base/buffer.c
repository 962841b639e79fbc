/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define FIRST_CAPACITY_BYTES ((size_t)256)

void kq_buffer_init(struct kq_buffer *buffer)
{
    *buffer = (struct kq_buffer){0};
}

void kq_buffer_free(struct kq_buffer *buffer)
{
    kq_memory_free(buffer->data);
    kq_buffer_init(buffer);
}

void kq_buffer_wipe_and_free(struct kq_buffer *buffer)
{
    if (buffer->data != NULL) {
        kq_memory_wipe(buffer->data, buffer->capacity);
    }
    kq_buffer_free(buffer);
}

void kq_buffer_clear(struct kq_buffer *buffer)
{
    buffer->size = 0;
    buffer->failed = false;
}

/* Also for the terminating NUL. */
static bool has_room(const struct kq_buffer *buffer, size_t size_bytes)
{
    return !buffer->failed && size_bytes < buffer->capacity - buffer->size &&
           (buffer->limit_bytes == 0 || buffer->size + size_bytes <= buffer->limit_bytes);
}

/* One byte more than asked for, so that the terminating NUL always fits. Moving wipes the old place, since a
 * buffer may hold a secret. */
static char *make_room(struct kq_buffer *buffer, size_t size_bytes)
{
    size_t wanted = 0;
    if (buffer->failed || __builtin_add_overflow(buffer->size, size_bytes, &wanted) ||
        (buffer->limit_bytes != 0 && wanted > buffer->limit_bytes) || wanted > (size_t)-1 / 4) {
        buffer->failed = true;
        return NULL;
    }
    size_t capacity = buffer->capacity == 0 ? FIRST_CAPACITY_BYTES : buffer->capacity * 2;
    capacity = capacity < wanted + 1 ? wanted + 1 : capacity;
    char *data = kq_memory_allocate(capacity);
    if (data == NULL) {
        buffer->failed = true;
        return NULL;
    }
    if (buffer->data != NULL) {
        memcpy(data, buffer->data, buffer->size);
        kq_memory_wipe(buffer->data, buffer->size);
        kq_memory_free(buffer->data);
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return data + buffer->size;
}

char *kq_buffer_reserve(struct kq_buffer *buffer, size_t size_bytes)
{
    return has_room(buffer, size_bytes) ? buffer->data + buffer->size : make_room(buffer, size_bytes);
}

void kq_buffer_append(struct kq_buffer *buffer, struct kq_slice slice)
{
    char *room = kq_buffer_reserve(buffer, slice.size);
    if (room == NULL) {
        return;
    }
    if (slice.size > 0) {
        memcpy(room, slice.data, slice.size);
    }
    buffer->size += slice.size;
    buffer->data[buffer->size] = '\0';
}

void kq_buffer_append_byte(struct kq_buffer *buffer, char byte)
{
    char *room = kq_buffer_reserve(buffer, 1);
    if (room != NULL) {
        room[0] = byte;
        room[1] = '\0';
        buffer->size++;
    }
}

void kq_buffer_print(struct kq_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *room = size < 0 ? NULL : kq_buffer_reserve(buffer, (size_t)size);
    if (room != NULL) {
        buffer->size += (size_t)vsnprintf(room, (size_t)size + 1, format, again);
    } else {
        buffer->failed = true;
    }
    va_end(again);
}
