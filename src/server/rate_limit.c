/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rate_limit.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"

#define NS_PER_US INT64_C(1000)
#define NS_PER_S INT64_C(1000000000)
#define CACHE_LINE_BYTES 64

/* A bucket of tokens as one number (the generic cell rate algorithm, ITU-T I.371): the time from which on it
 * is full. Each token that is taken moves that by the time which it takes to come back; a token is there if
 * that ends at most one bucketful from now. */
struct bucket {
    _Atomic uint64_t tag;    /* whose it is; 0: nobody's */
    _Atomic int64_t full_ns; /* in the past: it is full */
};

struct set {
    alignas(CACHE_LINE_BYTES) struct bucket buckets[KQ_RATE_LIMIT_WAYS];
};
static_assert(sizeof(struct set) == CACHE_LINE_BYTES, "one cache line");

struct kq_rate_limits {
    struct kq_rate_defaults defaults;
    uint64_t seed;
    void *memory;     /* owned: what `sets` lie in */
    struct set *sets; /* KQ_RATE_LIMIT_SETS */
};

struct kq_result kq_rate_limits_open(struct kq_rate_defaults defaults, uint64_t seed,
                                     struct kq_rate_limits **limits, struct kq_error *error)
{
    *limits = NULL;
    struct kq_rate_limits *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened != NULL, error);
    *opened = (struct kq_rate_limits){.defaults = defaults, .seed = seed};
    opened->memory = kq_memory_allocate(KQ_RATE_LIMIT_SETS * sizeof(struct set) + CACHE_LINE_BYTES);
    if (opened->memory == NULL) {
        kq_memory_free(opened);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    size_t beyond = (uintptr_t)opened->memory % CACHE_LINE_BYTES;
    opened->sets = (struct set *)(void *)((char *)opened->memory + (CACHE_LINE_BYTES - beyond));
    *limits = opened;
    return KQ_OK;
}

void kq_rate_limits_close(struct kq_rate_limits *limits)
{
    if (limits != NULL) {
        kq_memory_free(limits->memory);
        kq_memory_free(limits);
    }
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a time, each step a multiplication of 64 by 64 bits. The ids are those of applications that
 * an operator made and whose signature stood, so this need not resist more than chance. */
static uint64_t hash(uint64_t seed, struct kq_slice text)
{
    static const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15); /* 2^64 divided by the golden ratio */
    uint64_t hashed = mix(seed ^ text.size, odd);
    for (size_t at = 0; at < text.size; at += sizeof(uint64_t)) {
        uint64_t word = 0;
        size_t left = text.size - at;
        memcpy(&word, text.data + at, left < sizeof(word) ? left : sizeof(word));
        hashed = mix(hashed ^ word ^ seed, odd ^ word);
    }
    return hashed;
}

/* One that nobody has had, else the one that was or will be full first: forgetting it costs the least. */
static struct bucket *find_fullest(struct set *set)
{
    struct bucket *fullest = &set->buckets[0];
    int64_t full_ns = INT64_MAX;
    for (size_t i = 0; i < KQ_RATE_LIMIT_WAYS; i++) {
        int64_t candidate_ns = atomic_load_explicit(&set->buckets[i].full_ns, memory_order_relaxed);
        if (candidate_ns < full_ns) {
            full_ns = candidate_ns;
            fullest = &set->buckets[i];
        }
    }
    return fullest;
}

static struct bucket *find_own(struct set *set, uint64_t tag)
{
    for (size_t i = 0; i < KQ_RATE_LIMIT_WAYS; i++) {
        if (atomic_load_explicit(&set->buckets[i].tag, memory_order_relaxed) == tag) {
            return &set->buckets[i];
        }
    }
    return NULL;
}

/* Where two threads take the same place, both end up with whatever bucket stands there. */
static struct bucket *find_bucket(struct kq_rate_limits *limits, uint64_t hashed, int64_t now_ns)
{
    struct set *set = &limits->sets[hashed % KQ_RATE_LIMIT_SETS];
    uint64_t tag = hashed == 0 ? 1 : hashed;
    struct bucket *bucket = find_own(set, tag);
    if (bucket == NULL) {
        bucket = find_fullest(set);
        uint64_t owner = atomic_load_explicit(&bucket->tag, memory_order_relaxed);
        if (owner != tag && atomic_compare_exchange_strong_explicit(
                                &bucket->tag, &owner, tag, memory_order_relaxed, memory_order_relaxed)) {
            atomic_store_explicit(&bucket->full_ns, now_ns, memory_order_relaxed);
        }
    }
    return bucket;
}

/* How long one token takes to come back: rounded up, so that the rate is never above the limit. */
static int64_t step_of(int64_t per_second)
{
    return (NS_PER_S + per_second - 1) / per_second;
}

static bool take_token(struct bucket *bucket, int64_t per_second, int64_t now_ns)
{
    int64_t step_ns = step_of(per_second);
    int64_t latest_ns = now_ns + per_second * step_ns;
    int64_t before_ns = atomic_load_explicit(&bucket->full_ns, memory_order_relaxed);
    int64_t after_ns = 0;
    do {
        after_ns = (before_ns > now_ns ? before_ns : now_ns) + step_ns;
        if (after_ns > latest_ns) {
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(&bucket->full_ns, &before_ns, after_ns,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

static int64_t limit_of(const struct kq_application *application, struct kq_slice method, int64_t otherwise)
{
    int64_t own = kq_application_limit(application, method);
    return own > 0 ? own : otherwise;
}

struct kq_result kq_rate_limits_take(struct kq_rate_limits *limits, const struct kq_application *application,
                                     struct kq_slice method, int64_t now_us, struct kq_error *error)
{
    int64_t app_limit = limit_of(application, KQ_SLICE_EMPTY, limits->defaults.app_per_second);
    int64_t method_limit = limit_of(application, method, limits->defaults.method_per_second);
    if (app_limit == 0 && method_limit == 0) {
        return KQ_OK;
    }
    int64_t now_ns = now_us * NS_PER_US;
    uint64_t hashed = hash(limits->seed, application->app_id);
    struct bucket *app_bucket = NULL;
    if (app_limit > 0) {
        app_bucket = find_bucket(limits, hashed, now_ns);
        KQ_ENSURE(take_token(app_bucket, app_limit, now_ns), error, KQ_E_APP_CALL_LIMITED, "%s", "");
    }
    if (method_limit > 0 &&
        !take_token(find_bucket(limits, hash(hashed, method), now_ns), method_limit, now_ns)) {
        if (app_bucket != NULL) {
            atomic_fetch_sub_explicit(&app_bucket->full_ns, step_of(app_limit), memory_order_relaxed);
        }
        return kq_fail(error, KQ_E_METHOD_CALL_LIMITED, "%s", "");
    }
    return KQ_OK;
}
