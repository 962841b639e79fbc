/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

struct kq_arena_chunk {
    struct kq_arena_chunk *older; /* owned */
    size_t capacity_bytes;
    size_t used_bytes;
    alignas(max_align_t) char bytes[];
};

void kq_arena_init(struct kq_arena *arena)
{
    *arena = (struct kq_arena){0};
}

/* A call's arena has held its tokens. */
static void free_chunk(struct kq_arena_chunk *chunk)
{
    kq_memory_wipe(chunk->bytes, chunk->used_bytes);
    kq_memory_free(chunk);
}

static void free_chunks(struct kq_arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct kq_arena_chunk *older = chunk->older;
        free_chunk(chunk);
        chunk = older;
    }
}

void kq_arena_reset(struct kq_arena *arena)
{
    struct kq_arena_chunk *kept = arena->newest;
    while (kept != NULL && kept->older != NULL) {
        struct kq_arena_chunk *older = kept->older;
        free_chunk(kept);
        kept = older;
    }
    if (kept != NULL) {
        memset(kept->bytes, 0, kept->used_bytes);
        kept->used_bytes = 0;
    }
    arena->newest = kept;
    arena->used_bytes = 0;
}

void kq_arena_free(struct kq_arena *arena)
{
    free_chunks(arena->newest);
    kq_arena_init(arena);
}

static struct kq_arena_chunk *add_chunk(struct kq_arena *arena, size_t wanted_bytes)
{
    size_t capacity = arena->newest == NULL ? KQ_ARENA_CHUNK_BYTES : arena->newest->capacity_bytes * 2;
    if (capacity < wanted_bytes) {
        capacity = wanted_bytes;
    }
    struct kq_arena_chunk *chunk = kq_memory_allocate(sizeof(*chunk) + capacity);
    if (chunk == NULL) {
        return NULL;
    }
    chunk->capacity_bytes = capacity;
    chunk->older = arena->newest;
    arena->newest = chunk;
    return chunk;
}

void *kq_arena_allocate(struct kq_arena *arena, size_t size_bytes)
{
    const size_t alignment = alignof(max_align_t);
    if (size_bytes > SIZE_MAX / 4) {
        return NULL;
    }
    size_t rounded = (size_bytes + alignment - 1) / alignment * alignment;
    rounded = rounded == 0 ? alignment : rounded;
    struct kq_arena_chunk *chunk = arena->newest;
    if (chunk == NULL || chunk->capacity_bytes - chunk->used_bytes < rounded) {
        chunk = add_chunk(arena, rounded);
        if (chunk == NULL) {
            return NULL;
        }
    }
    void *piece = chunk->bytes + chunk->used_bytes;
    chunk->used_bytes += rounded;
    arena->used_bytes += rounded;
    return piece;
}

void *kq_arena_allocate_array(struct kq_arena *arena, size_t count, size_t item_bytes)
{
    size_t size_bytes = 0;
    if (__builtin_mul_overflow(count, item_bytes, &size_bytes)) {
        return NULL;
    }
    return kq_arena_allocate(arena, size_bytes);
}

struct kq_slice kq_arena_copy(struct kq_arena *arena, struct kq_slice slice)
{
    char *copy = slice.size > SIZE_MAX / 8 ? NULL : kq_arena_allocate(arena, slice.size + 1);
    if (copy == NULL) {
        return KQ_SLICE_EMPTY;
    }
    if (slice.size > 0) {
        memcpy(copy, slice.data, slice.size);
    }
    return (struct kq_slice){.data = copy, .size = slice.size};
}

struct kq_slice kq_arena_print(struct kq_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = size < 0 ? NULL : kq_arena_allocate(arena, (size_t)size + 1);
    if (text != NULL) {
        size = vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    return text == NULL ? KQ_SLICE_EMPTY : (struct kq_slice){.data = text, .size = (size_t)size};
}
