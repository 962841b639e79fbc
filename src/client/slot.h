/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_SLOT_H
#define KQ_CLIENT_SLOT_H

#include "client/client.h"

/* One place of a client's pool: of one thread from kq_pool_take to kq_pool_give_back. */
struct kq_slot {
    struct kq_http *http;       /* owned */
    struct kq_client_keys keys; /* owned */
    struct kq_slot *next;       /* in the pool's list */
};

#endif
