/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_KEY_CACHE_H
#define KQ_SERVER_KEY_CACHE_H

#include "base/error.h"
#include "base/slice.h"
#include "wire/key.h"

/* Public keys, parsed once. The cache is keyed by the key's own DER bytes, so it can never be stale: whoever
 * rotates a key makes another entry. Bounded: each key has KQ_KEY_CACHE_WAYS places, the one filled longest
 * ago makes room. One thread. */

struct kq_key_cache;

/* 256 sets of 4: a thousand applications at about 2 KiB of parsed key each. */
#define KQ_KEY_CACHE_SETS 256
#define KQ_KEY_CACHE_WAYS 4

KQ_MUST struct kq_result kq_key_cache_open(struct kq_key_cache **cache, struct kq_error *error);
void kq_key_cache_close(struct kq_key_cache *cache);

/* The key of a DER SubjectPublicKeyInfo. *key is the cache's, valid until the next get. BAD_KEY, NO_MEMORY.
 */
KQ_MUST struct kq_result kq_key_cache_get(struct kq_key_cache *cache, struct kq_slice der,
                                          const struct kq_public_key **key, struct kq_error *error);

#endif
