/* SPDX-License-Identifier: Apache-2.0 */
#include "client/pool.h"

#include <time.h>

#include "base/memory.h"
#include "client/client_time.h"
#include "client/slot.h"

struct kq_result kq_pool_open(struct kq_pool *pool, size_t max, struct kq_error *error)
{
    pthread_condattr_t attributes;
    KQ_ENSURE(pthread_condattr_init(&attributes) == 0, error, KQ_E_INTERNAL, "a condition cannot be made");
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&pool->given_back, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    KQ_ENSURE(done, error, KQ_E_INTERNAL, "a condition cannot be made");
    pthread_mutex_init(&pool->lock, NULL);
    pool->free = NULL;
    pool->count = 0;
    pool->max = max;
    return KQ_OK;
}

static void free_slot(struct kq_slot *slot)
{
    kq_http_close(slot->http);
    kq_client_keys_free(&slot->keys);
    kq_memory_free(slot);
}

void kq_pool_close(struct kq_pool *pool)
{
    while (pool->free != NULL) {
        struct kq_slot *slot = pool->free;
        pool->free = slot->next;
        free_slot(slot);
    }
    pthread_cond_destroy(&pool->given_back);
    pthread_mutex_destroy(&pool->lock);
}

static struct kq_result make_slot(struct kq_client *client, struct kq_slot **slot, struct kq_error *error)
{
    struct kq_slot *made = kq_memory_allocate(sizeof(*made));
    KQ_ENSURE_MEMORY(made != NULL, error);
    if (!kq_client_keys_copy(client, &made->keys, error).ok ||
        !kq_http_open(&client->http, &made->http, error).ok) {
        free_slot(made);
        return KQ_FAILED;
    }
    *slot = made;
    return KQ_OK;
}

#define MS_PER_S 1000
#define NS_PER_MS 1000000L

/* Under the pool's lock, which is given up meanwhile. False: the deadline came. */
static bool wait_for_one(struct kq_pool *pool, int64_t deadline_ms)
{
    const struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ms / MS_PER_S),
        .tv_nsec = (long)(deadline_ms % MS_PER_S) * NS_PER_MS,
    };
    while (pool->free == NULL && pool->count >= pool->max) {
        if (pthread_cond_timedwait(&pool->given_back, &pool->lock, &deadline) != 0) {
            return pool->free != NULL || pool->count < pool->max;
        }
    }
    return true;
}

/* A place is counted before its slot is made, which takes a while and is done without the lock. */
static void give_up_place(struct kq_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->count--;
    pthread_cond_signal(&pool->given_back);
    pthread_mutex_unlock(&pool->lock);
}

struct kq_result kq_pool_take(struct kq_client *client, int64_t deadline_ms, struct kq_slot **slot,
                              struct kq_error *error)
{
    struct kq_pool *pool = &client->pool;
    pthread_mutex_lock(&pool->lock);
    bool found = wait_for_one(pool, deadline_ms);
    struct kq_slot *taken = pool->free;
    if (taken != NULL) {
        pool->free = taken->next;
    } else if (found) {
        pool->count++;
    }
    pthread_mutex_unlock(&pool->lock);
    KQ_ENSURE(found, error, KQ_E_TRANSPORT, "nothing was sent: all %zu connections were in use for too long",
              pool->max);
    if (taken == NULL && !make_slot(client, &taken, error).ok) {
        give_up_place(pool);
        return KQ_FAILED;
    }
    *slot = taken;
    return KQ_OK;
}

void kq_pool_give_back(struct kq_client *client, struct kq_slot *slot)
{
    struct kq_pool *pool = &client->pool;
    pthread_mutex_lock(&pool->lock);
    slot->next = pool->free;
    pool->free = slot;
    pthread_cond_signal(&pool->given_back);
    pthread_mutex_unlock(&pool->lock);
}
