/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_LOOP_H
#define KQ_CLIENT_LOOP_H

#include "client/call.h"
#include "client/client.h"
#include "kaquan.h"

/* A call on a loop. It is under way in libcurl, or waits for its next try. */
struct kq_pending {
    struct kq_arena texts;            /* owned: the request's */
    struct kq_client_request request; /* its texts are copies */
    struct kq_attempt attempt;        /* owned */
    struct kq_http *http;             /* owned; NULL while it waits */
    kq_client_done done;
    void *data;
    int64_t deadline_ms;
    int64_t next_try_ms; /* while it waits */
    int repeats;
    bool is_cancelled;
    struct kq_pending *next;
    struct kq_pending *previous;
};

/* Copies the request's texts. NO_MEMORY. */
KQ_MUST struct kq_result kq_pending_fill(struct kq_pending *pending, const struct kq_client_request *request,
                                         struct kq_error *error);

/* Calls that have ended, wiped and with some of their memory, for those that come. Zero it and set max. */
struct kq_pending_stock {
    struct kq_pending *first; /* owned, as are those behind it */
    size_t count;
    size_t max;
};

/* One that is to be filled; given back it is not there any more. NO_MEMORY. */
KQ_MUST struct kq_result kq_pending_take(struct kq_pending_stock *stock, struct kq_pending **pending,
                                         struct kq_error *error);
void kq_pending_give_back(struct kq_pending_stock *stock, struct kq_pending *pending);
void kq_pending_stock_free(struct kq_pending_stock *stock);

#endif
