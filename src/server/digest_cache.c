/* SPDX-License-Identifier: Apache-2.0 */
#include "server/digest_cache.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"

/* An entry's number, from 1; 0: none. So zeroed memory is an empty index. */
typedef uint32_t entry_number;

/* What is known of an entry beside its digest and value: apart from them, so that moving one in the order of
 * use touches few cache lines. */
struct links {
    entry_number newer; /* in the order of use */
    entry_number older;
    entry_number next; /* in its bucket, or of the free ones */
    uint32_t value_size;
};

/* The memory: `capacity` places of place_bytes (digest, value), then as many links, then as many buckets. */
struct kq_digest_cache {
    unsigned char *places; /* owned, mapped; NULL: it keeps nothing */
    struct links *links;
    entry_number *buckets; /* each its first entry */
    size_t mapped_bytes;
    size_t place_bytes;
    size_t entry_bytes;
    size_t value_max_bytes;
    uint32_t capacity;
    uint64_t seed;
    entry_number newest;
    entry_number oldest;
    entry_number free;  /* places that were given up */
    uint32_t ever_used; /* places from here on have never been touched */
    /* One thread writes them, any may read. */
    _Atomic uint64_t entries;
    _Atomic uint64_t hits;
    _Atomic uint64_t misses;
    _Atomic uint64_t evictions;
};

/* So that values begin where copying is cheap. */
#define PLACE_ALIGNMENT ((size_t)8)

static_assert(sizeof(struct links) % sizeof(entry_number) == 0 &&
                  PLACE_ALIGNMENT % alignof(struct links) == 0,
              "one behind the other, each is aligned");

/* Each entry has a link and a bucket: on average one is in a bucket. */
#define INDEX_BYTES_PER_ENTRY (sizeof(struct links) + sizeof(entry_number))

/* There is one writer, so this need not be an atomic addition. */
static void add(_Atomic uint64_t *count, uint64_t difference)
{
    uint64_t now = atomic_load_explicit(count, memory_order_relaxed);
    atomic_store_explicit(count, now + difference, memory_order_relaxed);
}

static struct kq_result map_memory(struct kq_digest_cache *cache, struct kq_error *error)
{
    cache->mapped_bytes = cache->capacity * cache->entry_bytes;
    void *memory = mmap(NULL, cache->mapped_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    KQ_ENSURE_MEMORY(memory != MAP_FAILED, error);
    /* Huge pages would make the first entries cost megabytes. Where there are none, this fails and is right.
     */
    (void)madvise(memory, cache->mapped_bytes, MADV_NOHUGEPAGE);
    cache->places = memory;
    cache->links = (struct links *)(void *)(cache->places + cache->capacity * cache->place_bytes);
    cache->buckets = (entry_number *)(void *)(cache->links + cache->capacity);
    return KQ_OK;
}

struct kq_result kq_digest_cache_open(size_t size_bytes, size_t value_max_bytes, uint64_t seed,
                                      struct kq_digest_cache **cache, struct kq_error *error)
{
    *cache = NULL;
    KQ_ENSURE(value_max_bytes <= UINT32_MAX, error, KQ_E_NO_MEMORY, "%s", "");
    struct kq_digest_cache *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened != NULL, error);
    opened->seed = seed;
    opened->value_max_bytes = value_max_bytes;
    opened->place_bytes = (KQ_SHA256_BYTES + value_max_bytes + PLACE_ALIGNMENT - 1) & ~(PLACE_ALIGNMENT - 1);
    opened->entry_bytes = opened->place_bytes + INDEX_BYTES_PER_ENTRY;
    size_t capacity = size_bytes / opened->entry_bytes;
    opened->capacity = capacity > UINT32_MAX ? UINT32_MAX : (uint32_t)capacity;
    if (opened->capacity > 0 && !map_memory(opened, error).ok) {
        kq_memory_free(opened);
        return KQ_FAILED;
    }
    *cache = opened;
    return KQ_OK;
}

void kq_digest_cache_close(struct kq_digest_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    if (cache->places != NULL) {
        kq_memory_wipe(cache->places, cache->ever_used * cache->place_bytes);
        munmap(cache->places, cache->mapped_bytes);
    }
    kq_memory_free(cache);
}

static struct links *links_of(struct kq_digest_cache *cache, entry_number entry)
{
    return &cache->links[entry - 1];
}

static unsigned char *digest_of(const struct kq_digest_cache *cache, entry_number entry)
{
    return cache->places + (entry - 1) * cache->place_bytes;
}

static unsigned char *value_of(const struct kq_digest_cache *cache, entry_number entry)
{
    return digest_of(cache, entry) + KQ_SHA256_BYTES;
}

/* Digests are random already, but whoever can have many texts digested could look for such that begin alike:
 * without the seed it is not known which of them meet. */
static entry_number *bucket_of(const struct kq_digest_cache *cache, const unsigned char *digest)
{
    uint64_t words[2];
    memcpy(words, digest, sizeof(words));
    uint64_t other_seed = cache->seed << 32 | cache->seed >> 32;
    unsigned __int128 product = (unsigned __int128)(words[0] ^ cache->seed) * (words[1] ^ ~other_seed);
    uint64_t mixed = (uint64_t)product ^ (uint64_t)(product >> 64);
    return &cache->buckets[(mixed >> 32) * cache->capacity >> 32];
}

/* Where the bucket's chain has the entry of the digest: its number, or 0, stands there. */
static entry_number *find(struct kq_digest_cache *cache, const unsigned char *digest)
{
    entry_number *at = bucket_of(cache, digest);
    while (*at != 0 && memcmp(digest_of(cache, *at), digest, KQ_SHA256_BYTES) != 0) {
        at = &links_of(cache, *at)->next;
    }
    return at;
}

static void take_from_order(struct kq_digest_cache *cache, entry_number entry)
{
    const struct links *links = links_of(cache, entry);
    *(links->newer != 0 ? &links_of(cache, links->newer)->older : &cache->newest) = links->older;
    *(links->older != 0 ? &links_of(cache, links->older)->newer : &cache->oldest) = links->newer;
}

static void make_newest(struct kq_digest_cache *cache, entry_number entry)
{
    struct links *links = links_of(cache, entry);
    links->newer = 0;
    links->older = cache->newest;
    *(cache->newest != 0 ? &links_of(cache, cache->newest)->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static entry_number entry_under(struct kq_digest_cache *cache, const unsigned char *digest)
{
    return cache->capacity > 0 ? *find(cache, digest) : 0;
}

static struct kq_slice kept_in(struct kq_digest_cache *cache, entry_number entry)
{
    return (struct kq_slice){(const char *)value_of(cache, entry), links_of(cache, entry)->value_size};
}

bool kq_digest_cache_peek(struct kq_digest_cache *cache, const unsigned char digest[KQ_SHA256_BYTES],
                          struct kq_slice *value)
{
    entry_number entry = entry_under(cache, digest);
    if (entry != 0) {
        *value = kept_in(cache, entry);
    }
    return entry != 0;
}

bool kq_digest_cache_get(struct kq_digest_cache *cache, const unsigned char digest[KQ_SHA256_BYTES],
                         struct kq_slice *value)
{
    entry_number entry = entry_under(cache, digest);
    if (entry == 0) {
        add(&cache->misses, 1);
        return false;
    }
    add(&cache->hits, 1);
    if (entry != cache->newest) {
        take_from_order(cache, entry);
        make_newest(cache, entry);
    }
    *value = kept_in(cache, entry);
    return true;
}

/* Gives up the entry that stands at that place of a bucket's chain. */
static void give_up(struct kq_digest_cache *cache, entry_number *at)
{
    entry_number entry = *at;
    struct links *links = links_of(cache, entry);
    take_from_order(cache, entry);
    *at = links->next;
    links->next = cache->free;
    cache->free = entry;
    add(&cache->entries, UINT64_MAX);
}

static entry_number take_place(struct kq_digest_cache *cache)
{
    if (cache->free == 0 && cache->ever_used < cache->capacity) {
        return ++cache->ever_used;
    }
    if (cache->free == 0) {
        give_up(cache, find(cache, digest_of(cache, cache->oldest)));
        add(&cache->evictions, 1);
    }
    entry_number entry = cache->free;
    cache->free = links_of(cache, entry)->next;
    return entry;
}

static void insert(struct kq_digest_cache *cache, const unsigned char *digest, struct kq_slice value)
{
    entry_number entry = take_place(cache);
    struct links *links = links_of(cache, entry);
    entry_number *bucket = bucket_of(cache, digest);
    /* The value first: it may be that of the entry whose place this was. */
    if (value.size > 0) {
        memmove(value_of(cache, entry), value.data, value.size);
    }
    memcpy(digest_of(cache, entry), digest, KQ_SHA256_BYTES);
    links->value_size = (uint32_t)value.size;
    links->next = *bucket;
    *bucket = entry;
    make_newest(cache, entry);
    add(&cache->entries, 1);
}

void kq_digest_cache_put(struct kq_digest_cache *cache, const unsigned char digest[KQ_SHA256_BYTES],
                         struct kq_slice value)
{
    if (cache->capacity == 0) {
        return;
    }
    entry_number *at = find(cache, digest);
    if (*at != 0) {
        give_up(cache, at);
    }
    if (value.size <= cache->value_max_bytes) {
        insert(cache, digest, value);
    }
}

void kq_digest_cache_count(const struct kq_digest_cache *cache, struct kq_digest_cache_counts *counts)
{
    uint64_t entries = atomic_load_explicit(&cache->entries, memory_order_relaxed);
    *counts = (struct kq_digest_cache_counts){
        .entries = entries,
        .bytes = entries * cache->entry_bytes,
        .hits = atomic_load_explicit(&cache->hits, memory_order_relaxed),
        .misses = atomic_load_explicit(&cache->misses, memory_order_relaxed),
        .evictions = atomic_load_explicit(&cache->evictions, memory_order_relaxed),
    };
}
