/* SPDX-License-Identifier: Apache-2.0 */
#include "server/nonce_memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"

/* Threads meet at a lock only by chance. */
#define LOCKS 64

/* Each application gets a number of its own when it takes its first nonce. Number 0 is nobody's. Where all
 * that lie near are taken, as it may be with more than six thousand applications, two share one. */
#define OWNER_BITS 13
#define OWNERS (1 << OWNER_BITS)
#define OWNER_PROBES 64

/* One nonce. `when`: its timestamp, and its owner's number in the lowest bits; 0: the place is empty. The
 * timestamps that openapi_v3.h reads have 15 decimal digits, 50 bits. */
struct entry {
    uint64_t key;
    uint64_t when;
};

static_assert(OWNER_BITS + 50 < 64, "a timestamp and an owner do not fit");

struct set {
    struct entry entries[KQ_NONCE_WAYS];
};

struct kq_nonces {
    struct set *sets; /* owned */
    size_t set_count;
    uint64_t seed;
    pthread_mutex_t locks[LOCKS];
    /* The newest timestamp that was forgotten of each owner's: nothing as old as that is accepted. Raised
     * under the lock of the set that forgets, so whoever looks for what was forgotten there sees it. */
    _Atomic int64_t floors_ms[OWNERS];
    _Atomic uint64_t owners[OWNERS]; /* the application's digest; 0: the number is free */
};

struct kq_result kq_nonces_open(size_t sets, uint64_t seed, struct kq_nonces **nonces, struct kq_error *error)
{
    assert(sets > 0 && (sets & (sets - 1)) == 0);
    struct kq_nonces *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened, error);
    opened->sets = kq_memory_allocate(sets * sizeof(struct set));
    if (opened->sets == NULL) {
        kq_memory_free(opened);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    opened->set_count = sets;
    opened->seed = seed;
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&opened->locks[i], NULL);
    }
    for (size_t i = 0; i < OWNERS; i++) {
        atomic_init(&opened->floors_ms[i], -1);
        atomic_init(&opened->owners[i], 0);
    }
    *nonces = opened;
    return KQ_OK;
}

void kq_nonces_close(struct kq_nonces *nonces)
{
    if (nonces == NULL) {
        return;
    }
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_destroy(&nonces->locks[i]);
    }
    kq_memory_free(nonces->sets);
    kq_memory_free(nonces);
}

static int64_t timestamp_of(const struct entry *entry)
{
    return (int64_t)(entry->when >> OWNER_BITS);
}

static unsigned owner_of(const struct entry *entry)
{
    return (unsigned)(entry->when & (OWNERS - 1));
}

/* The number of the application with this digest, which it keeps. */
static unsigned find_owner(struct kq_nonces *nonces, uint64_t digest)
{
    uint64_t name = digest == 0 ? 1 : digest;
    uint64_t first = name % (OWNERS - 1);
    for (uint64_t i = 0; i < OWNER_PROBES; i++) {
        unsigned owner = 1 + (unsigned)((first + i) % (OWNERS - 1));
        uint64_t found = atomic_load(&nonces->owners[owner]);
        if (found == name ||
            (found == 0 &&
             (atomic_compare_exchange_strong(&nonces->owners[owner], &found, name) || found == name))) {
            return owner;
        }
    }
    return 1 + (unsigned)first;
}

/* Where a nonce belongs. */
struct place {
    uint64_t key;
    uint64_t when;
    unsigned owner;
    size_t set;
};

static struct kq_result find_place(struct kq_nonces *nonces, struct kq_digester *digester,
                                   const struct kq_nonce_use *use, struct place *place,
                                   struct kq_error *error)
{
    const uint64_t head[] = {nonces->seed, use->app_id.size};
    const struct kq_slice parts[] = {
        {.data = (const char *)head, .size = sizeof(head)},
        use->app_id,
        use->nonce,
    };
    unsigned char digest[KQ_SHA256_BYTES];
    uint64_t words[3];
    KQ_TRY(kq_digester_sha256(digester, parts, KQ_COUNT(parts), digest, error));
    memcpy(words, digest, sizeof(words));
    KQ_TRY(kq_digester_sha256(digester, parts, 2, digest, error)); /* of the application alone */
    memcpy(&words[2], digest, sizeof(words[2]));
    place->key = words[0];
    place->set = (size_t)words[1] & (nonces->set_count - 1);
    place->owner = find_owner(nonces, words[2]);
    place->when = (uint64_t)use->timestamp_ms << OWNER_BITS | place->owner;
    return KQ_OK;
}

static size_t count_of(const struct set *set, unsigned owner)
{
    size_t count = 0;
    for (size_t i = 0; i < KQ_NONCE_WAYS; i++) {
        count += owner_of(&set->entries[i]) == owner ? 1 : 0;
    }
    return count;
}

/* The oldest entry of the owner that has the most of them; of two that have as many, the one that asks. The
 * set is full. */
static struct entry *find_victim(struct set *set, unsigned asking)
{
    unsigned owner = asking;
    size_t most = count_of(set, asking);
    for (size_t i = 0; i < KQ_NONCE_WAYS; i++) {
        size_t count = count_of(set, owner_of(&set->entries[i]));
        if (count > most) {
            owner = owner_of(&set->entries[i]);
            most = count;
        }
    }
    struct entry *victim = &set->entries[0];
    for (size_t i = 1; i < KQ_NONCE_WAYS; i++) {
        struct entry *entry = &set->entries[i];
        if (owner_of(entry) == owner && (owner_of(victim) != owner || entry->when < victim->when)) {
            victim = entry;
        }
    }
    return victim;
}

static void forget(struct kq_nonces *nonces, const struct entry *entry)
{
    _Atomic int64_t *floor = &nonces->floors_ms[owner_of(entry)];
    int64_t timestamp_ms = timestamp_of(entry);
    int64_t before = atomic_load(floor);
    while (before < timestamp_ms && !atomic_compare_exchange_weak(floor, &before, timestamp_ms)) {
    }
}

/* In the locked set. */
static struct kq_result take(struct kq_nonces *nonces, const struct kq_nonce_use *use,
                             const struct place *place, struct kq_error *error)
{
    struct set *set = &nonces->sets[place->set];
    bool are_checked = use->clock_skew_ms > 0;
    struct entry *free_entry = NULL;
    for (size_t i = 0; i < KQ_NONCE_WAYS; i++) {
        struct entry *entry = &set->entries[i];
        bool is_empty = entry->when == 0;
        KQ_ENSURE(is_empty || entry->key != place->key, error, KQ_E_REPEATED_NONCE, "%s", "");
        if (is_empty || (are_checked && timestamp_of(entry) < use->now_ms - use->clock_skew_ms)) {
            free_entry = entry;
        }
    }
    KQ_ENSURE(!are_checked || use->timestamp_ms > atomic_load(&nonces->floors_ms[place->owner]), error,
              KQ_E_INVALID_TIMESTAMP, "%s", "");
    if (free_entry == NULL) {
        free_entry = find_victim(set, place->owner);
    }
    if (free_entry->when != 0) {
        forget(nonces, free_entry);
    }
    *free_entry = (struct entry){.key = place->key, .when = place->when};
    return KQ_OK;
}

struct kq_result kq_nonces_take(struct kq_nonces *nonces, struct kq_digester *digester,
                                const struct kq_nonce_use *use, struct kq_error *error)
{
    struct place place = {0};
    KQ_TRY(find_place(nonces, digester, use, &place, error));
    pthread_mutex_t *lock = &nonces->locks[place.set % LOCKS];
    pthread_mutex_lock(lock);
    struct kq_result result = take(nonces, use, &place, error);
    pthread_mutex_unlock(lock);
    return result;
}
