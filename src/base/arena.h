/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_ARENA_H
#define KQ_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/macros.h"
#include "base/slice.h"

/* Memory for one request: allocated piece by piece, freed at once. Used by one thread at a time; it may
 * travel from thread to thread with its request. Handlers never free; what must outlive the request is copied
 * on purpose. */
struct kq_arena_chunk;

struct kq_arena {
    struct kq_arena_chunk *newest; /* owned */
    size_t used_bytes;             /* handed out since the last reset */
};

/* First chunk of an arena; later ones double, or fit a larger piece. Holds a whole ordinary call. */
#define KQ_ARENA_CHUNK_BYTES ((size_t)8192)

/* A zeroed struct is an empty arena too. Allocates nothing. */
void kq_arena_init(struct kq_arena *arena);

/* Frees all but one chunk, which the next request uses again. */
void kq_arena_reset(struct kq_arena *arena);

/* Wipes what was used and frees everything; the arena is empty and usable. */
void kq_arena_free(struct kq_arena *arena);

/* Zeroed memory, aligned for any type, valid until reset or free. NULL when out of memory. */
KQ_MUST void *kq_arena_allocate(struct kq_arena *arena, size_t size_bytes);

/* The same for `count` items; NULL also where the product overflows. */
KQ_MUST void *kq_arena_allocate_array(struct kq_arena *arena, size_t count, size_t item_bytes);

/* Copies, with a NUL byte after the copy that is not part of it. data is NULL when out of memory. */
KQ_MUST struct kq_slice kq_arena_copy(struct kq_arena *arena, struct kq_slice slice);

/* printf into the arena; data is NULL when out of memory. NUL-terminated beyond its size. */
KQ_MUST struct kq_slice kq_arena_print(struct kq_arena *arena, const char *format, ...) KQ_PRINTF(2, 3);

#endif
