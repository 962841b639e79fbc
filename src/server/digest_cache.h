/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_DIGEST_CACHE_H
#define KQ_SERVER_DIGEST_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "wire/digest.h"

/* Small values under cryptographic digests, the least recently used ones forgotten first. Bounded in bytes,
 * everything counted but the handle. Its memory is reserved at once and touched only as it fills, so an empty
 * cache costs next to nothing. Nothing in it allocates after the opening.
 *
 * One thread owns a cache: no locks. Only kq_digest_cache_count may be called by others. */

struct kq_digest_cache;

/* Since the opening, except `entries` and `bytes`, which are of now. */
struct kq_digest_cache_counts {
    uint64_t entries;
    uint64_t bytes; /* that the entries take, with their share of the index; never more than size_bytes */
    uint64_t hits;
    uint64_t misses;
    uint64_t evictions; /* entries that made room for others */
};

/* `size_bytes`: too little for one entry, or 0: a cache that keeps nothing and misses always. Each entry has
 * room for `value_max_bytes` whatever it holds, so give what the values at hand need, not what any might.
 * `seed`: random; it decides which entries are searched together, so that whoever can choose what is digested
 * still cannot choose that. NO_MEMORY. */
KQ_MUST struct kq_result kq_digest_cache_open(size_t size_bytes, size_t value_max_bytes, uint64_t seed,
                                              struct kq_digest_cache **cache, struct kq_error *error);

/* Wipes the values. NULL is fine. */
void kq_digest_cache_close(struct kq_digest_cache *cache);

/* Found: *value is the cache's, valid until the next put or the close, and the entry is the most recent now.
 * Else *value is untouched. */
bool kq_digest_cache_get(struct kq_digest_cache *cache, const unsigned char digest[KQ_SHA256_BYTES],
                         struct kq_slice *value);

/* The same for whoever has asked before: it counts neither as a hit nor as a miss, nor as a use. */
bool kq_digest_cache_peek(struct kq_digest_cache *cache, const unsigned char digest[KQ_SHA256_BYTES],
                          struct kq_slice *value);

/* Copies the value; it is the most recent now. What stood under the digest is gone, also where the new value
 * is longer than value_max_bytes and therefore not kept. `value` may be empty, and may be the cache's own. */
void kq_digest_cache_put(struct kq_digest_cache *cache, const unsigned char digest[KQ_SHA256_BYTES],
                         struct kq_slice value);

/* Any thread. Each number is right by itself; together they may be of different moments. */
void kq_digest_cache_count(const struct kq_digest_cache *cache, struct kq_digest_cache_counts *counts);

#endif
