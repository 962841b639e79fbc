/* SPDX-License-Identifier: Apache-2.0 */
#include "server/key_cache.h"

#include <string.h>

#include "base/memory.h"

struct entry {
    struct kq_public_key *key; /* owned; NULL: free place */
    char *der;                 /* owned */
    size_t der_size;
};

struct kq_key_cache {
    struct entry sets[KQ_KEY_CACHE_SETS][KQ_KEY_CACHE_WAYS];
    unsigned char oldest[KQ_KEY_CACHE_SETS]; /* which place of a set is filled next */
};

struct kq_result kq_key_cache_open(struct kq_key_cache **cache, struct kq_error *error)
{
    *cache = kq_memory_allocate(sizeof(**cache));
    KQ_ENSURE_MEMORY(*cache, error);
    return KQ_OK;
}

static void empty(struct entry *entry)
{
    kq_public_key_free(entry->key);
    kq_memory_free(entry->der);
    *entry = (struct entry){0};
}

void kq_key_cache_close(struct kq_key_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    for (size_t set = 0; set < KQ_KEY_CACHE_SETS; set++) {
        for (size_t way = 0; way < KQ_KEY_CACHE_WAYS; way++) {
            empty(&cache->sets[set][way]);
        }
    }
    kq_memory_free(cache);
}

static struct kq_result fill(struct entry *entry, struct kq_slice der, struct kq_error *error)
{
    struct entry filled = {.der = kq_memory_allocate(der.size), .der_size = der.size};
    KQ_ENSURE_MEMORY(filled.der, error);
    memcpy(filled.der, der.data, der.size);
    if (!kq_public_key_load_der(der, &filled.key, error).ok) {
        kq_memory_free(filled.der);
        return KQ_FAILED;
    }
    empty(entry);
    *entry = filled;
    return KQ_OK;
}

struct kq_result kq_key_cache_get(struct kq_key_cache *cache, struct kq_slice der,
                                  const struct kq_public_key **key, struct kq_error *error)
{
    KQ_ENSURE(der.size > 0, error, KQ_E_BAD_KEY, "empty key");
    size_t set = kq_slice_hash(der) % KQ_KEY_CACHE_SETS; /* Only operators choose keys. */
    for (size_t way = 0; way < KQ_KEY_CACHE_WAYS; way++) {
        const struct entry *entry = &cache->sets[set][way];
        if (entry->key != NULL && kq_slice_equal(der, (struct kq_slice){entry->der, entry->der_size})) {
            *key = entry->key;
            return KQ_OK;
        }
    }
    struct entry *replaced = &cache->sets[set][cache->oldest[set]];
    KQ_TRY(fill(replaced, der, error));
    cache->oldest[set] = (unsigned char)((cache->oldest[set] + 1) % KQ_KEY_CACHE_WAYS);
    *key = replaced->key;
    return KQ_OK;
}
