/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_POOL_H
#define KQ_CLIENT_POOL_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Slots: what a thread has to itself while it makes a call, which is a connection and keys. There are never
 * more than the client may have connections; they are made when they are first needed, and the one that was
 * given back last is taken first, so that few callers keep few connections alive. Any thread. */

struct kq_client;
struct kq_slot; /* see slot.h */

struct kq_pool {
    pthread_mutex_t lock;      /* of all below */
    pthread_cond_t given_back; /* on the monotonic clock */
    struct kq_slot *free;
    size_t count; /* made, those in use included */
    size_t max;
};

/* INTERNAL. */
KQ_MUST struct kq_result kq_pool_open(struct kq_pool *pool, size_t max, struct kq_error *error);

/* All slots have been given back. */
void kq_pool_close(struct kq_pool *pool);

/* Waits for one until the deadline (kq_client_monotonic_ms). TRANSPORT: none became free; NO_MEMORY,
 * INTERNAL. */
KQ_MUST struct kq_result kq_pool_take(struct kq_client *client, int64_t deadline_ms, struct kq_slot **slot,
                                      struct kq_error *error);
void kq_pool_give_back(struct kq_client *client, struct kq_slot *slot);

#endif
