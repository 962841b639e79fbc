/* SPDX-License-Identifier: Apache-2.0 */
#include "server/application_cache.h"

#include "base/memory.h"

struct entry {
    struct kq_operation get; /* as the store has answered it */
    struct kq_arena arena;   /* owned: what the answer points to */
    uint64_t revision;       /* 0: an empty place, or an answer that cannot be used again */
};

struct kq_application_cache {
    struct entry sets[KQ_APPLICATION_CACHE_SETS][KQ_APPLICATION_CACHE_WAYS];
    unsigned char oldest[KQ_APPLICATION_CACHE_SETS]; /* which place of a set is filled next */
    struct entry fresh; /* what was read last and has no place: a name that nobody has */
};

struct kq_result kq_application_cache_open(struct kq_application_cache **cache, struct kq_error *error)
{
    *cache = kq_memory_allocate(sizeof(**cache));
    KQ_ENSURE_MEMORY(*cache, error);
    return KQ_OK;
}

void kq_application_cache_close(struct kq_application_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    for (size_t set = 0; set < KQ_APPLICATION_CACHE_SETS; set++) {
        for (size_t way = 0; way < KQ_APPLICATION_CACHE_WAYS; way++) {
            kq_arena_free(&cache->sets[set][way].arena);
        }
    }
    kq_arena_free(&cache->fresh.arena);
    kq_memory_free(cache);
}

static void empty(struct entry *entry)
{
    kq_arena_reset(&entry->arena);
    *entry = (struct entry){.arena = entry->arena};
}

/* The revision is taken first: what is committed while the store reads makes it another one. */
static struct kq_result fill(struct entry *entry, struct kq_reader *reader, struct kq_slice app_id,
                             struct kq_error *error)
{
    empty(entry);
    struct kq_slice kept = kq_arena_copy(&entry->arena, app_id);
    KQ_ENSURE_MEMORY(kept.data, error);
    entry->get.kind = KQ_OP_APPLICATION_GET;
    entry->get.arena = &entry->arena;
    entry->get.application_get.app_id = kept;
    uint64_t revision = kq_reader_revision(reader);
    kq_reader_read(reader, &entry->get);
    if (entry->get.error.code != KQ_E_NONE) {
        *error = entry->get.error;
        return KQ_FAILED;
    }
    entry->revision = entry->get.application_get.found ? revision : 0;
    return KQ_OK;
}

static struct entry *find(struct kq_application_cache *cache, size_t set, struct kq_slice app_id)
{
    for (size_t way = 0; way < KQ_APPLICATION_CACHE_WAYS; way++) {
        struct entry *entry = &cache->sets[set][way];
        if (entry->revision != 0 && kq_slice_equal(entry->get.application_get.app_id, app_id)) {
            return entry;
        }
    }
    return NULL;
}

/* What was read has come to stay: it changes places with the oldest of its set. */
static struct entry *keep_fresh(struct kq_application_cache *cache, size_t set)
{
    struct entry *place = &cache->sets[set][cache->oldest[set]];
    struct entry replaced = *place;
    cache->oldest[set] = (unsigned char)((cache->oldest[set] + 1) % KQ_APPLICATION_CACHE_WAYS);
    *place = cache->fresh;
    cache->fresh = replaced;
    return place;
}

struct kq_result kq_application_cache_get(struct kq_application_cache *cache, struct kq_reader *reader,
                                          struct kq_slice app_id, const struct kq_application **application,
                                          struct kq_error *error)
{
    size_t set = kq_slice_hash(app_id) % KQ_APPLICATION_CACHE_SETS; /* Only operators choose what is kept. */
    struct entry *entry = find(cache, set, app_id);
    if (entry == NULL) {
        KQ_TRY(fill(&cache->fresh, reader, app_id, error));
        entry = cache->fresh.revision != 0 ? keep_fresh(cache, set) : &cache->fresh;
    } else if (entry->revision != kq_reader_revision(reader)) {
        KQ_TRY(fill(entry, reader, app_id, error));
    }
    *application = entry->get.application_get.found ? &entry->get.application_get.application : NULL;
    return KQ_OK;
}
