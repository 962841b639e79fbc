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

/* NULL when out of memory. */
struct kq_pending *kq_pending_new(const struct kq_client_request *request);
void kq_pending_free(struct kq_pending *pending);

#endif
