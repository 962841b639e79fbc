/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_LOOP_H
#define KQ_SERVER_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/error.h"
#include "server/connection.h"
#include "server/http.h"
#include "server/metrics.h"
#include "store/store.h"

/* One thread's loop: a listening socket, its connections, and the service that answers them. Callbacks of
 * libevent only record; kq_loop_round then acts, in this order: new connections, completed calls, the
 * service's own work, connections with news, stopping, frees. So nothing is freed under anybody's feet, and
 * nothing happens between two lines of a function that did not call it. */

/* What answers the requests of a loop. All on the loop's thread. */
struct kq_service {
    /* Is a request with this head welcome? Else fills the refusal. */
    struct kq_result (*route)(void *context, const struct kq_http_head *head,
                              struct kq_http_refusal *refusal);
    /* The request is there: connection->head and connection->body. Answers, refuses, or waits (connection.h).
     */
    void (*serve)(void *context, struct kq_http_connection *connection);
    /* A request that it waited for is done: answers, refuses, or goes on waiting. NULL: it never waits. */
    void (*resume)(void *context, struct kq_http_connection *connection);
    /* Work that is left for when all news have been looked at, some of it each round: answers requests that
     * it waits for, and has them sent (kq_loop_act). `has_work` says whether there is any, so that the loop
     * does not sleep. NULL, both: there is none, ever. */
    void (*work)(void *context);
    bool (*has_work)(void *context);
    /* A trace id for an answer that is a refusal. NULL: it needs none. */
    void (*trace)(void *context, char text[KQ_TRACE_ID_TEXT_SIZE]);
    /* A request was refused, by the connection or by the service itself: for logs. */
    void (*refused)(void *context, struct kq_http_connection *connection, enum kq_http_status status,
                    size_t bytes_out);
};

/* How many connections are open, and what they hold of requests and answers that are under way, over all
 * loops that share it. While they hold more than they may, whatever request comes, or goes on coming, is
 * refused (503). What calls that are in the store hold beside their bodies is not in it: the store's queue
 * bounds their number. */
struct kq_connection_count {
    _Atomic unsigned open;
    unsigned maximum;
    _Atomic size_t buffered_bytes;
    size_t buffered_max_bytes;
};

struct kq_loop_settings {
    const struct kq_service *service;
    void *context;                     /* the service's */
    const struct kq_clock *clock;      /* borrowed */
    struct kq_metrics *metrics;        /* borrowed */
    struct kq_connection_count *count; /* borrowed */
    size_t body_max_bytes;
    unsigned header_timeout_ms;
    unsigned idle_timeout_ms;
};

/* Where received bytes land before they are given to their connection: one a loop, so that connections need
 * not keep room. */
#define KQ_LOOP_SCRATCH_BYTES ((size_t)65536)

/* How many connections' memory is kept for those that will have a request next: as many as are under way at
 * once on a busy worker. */
#define KQ_LOOP_SPARES_MAX 256

/* What has come on a connection and is not taken yet, at most: part of a head, and one read behind it. */
#define KQ_INPUT_MAX_BYTES (KQ_HTTP_HEAD_MAX_BYTES + KQ_LOOP_SCRATCH_BYTES)

/* How long an orderly stop may take: as long as a request may take to come. */
#define KQ_STOP_TIMEOUT_MS 10000

struct kq_loop {
    struct kq_loop_settings settings;
    struct event_base *base; /* owned */
    int listener;            /* owned; -1: not listening */
    struct event accept;
    bool accept_is_ready;
    bool accept_is_paused;    /* for want of resources, until `tick` fires */
    int64_t accept_warned_us; /* 0: never */
    struct event tick;        /* ends a round in time for what is due */
    int wake_fd;              /* owned; an eventfd */
    struct event wake;

    struct kq_http_connection *connections;           /* all that are open */
    struct kq_http_connection *ready;                 /* to act upon in the next round */
    struct kq_http_connection *closed;                /* to be freed at the end of the round */
    struct kq_http_memory spares[KQ_LOOP_SPARES_MAX]; /* owned: of connections that need none now */
    size_t spare_count;

    pthread_mutex_t lock;                 /* of `completed` */
    struct kq_http_connection *completed; /* newest first */
    _Atomic bool stop_is_asked;
    bool is_stopping;
    int64_t stop_until_us;

    char scratch[KQ_LOOP_SCRATCH_BYTES];
};

/* `loop` is the caller's memory and must not move. The listener is the loop's from here on, also after a
 * failure. */
KQ_MUST struct kq_result kq_loop_open(struct kq_loop *loop, const struct kq_loop_settings *settings,
                                      int listener, struct kq_error *error);

/* Waits for events and acts upon them. False: it is done (stopped, and nothing left), or libevent failed. */
KQ_MUST bool kq_loop_round(struct kq_loop *loop);

/* Any thread: stops orderly within KQ_STOP_TIMEOUT_MS. The listener closes, quiet connections close,
 * what is in hand is answered. */
void kq_loop_stop(struct kq_loop *loop);

/* Any thread: ends the wait of the round that is going on. */
void kq_loop_wake(struct kq_loop *loop);

/* Any thread: the call of a waiting connection is done. Does not block. */
void kq_loop_complete(struct kq_http_connection *connection);

/* For connections: to be acted upon in the next round. */
void kq_loop_record(struct kq_http_connection *connection, enum kq_readiness readiness);

/* For services, in `work`: has an answered connection send its answer now, rather than in this round's next
 * phase. */
void kq_loop_act(struct kq_http_connection *connection);

/* Closes everything. A connection that still waits cannot be freed, since its store will complete it one day:
 * then false, and the loop's memory must stay where it is. */
bool kq_loop_close(struct kq_loop *loop);

#endif
