/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_WORKER_H
#define KQ_SERVER_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/error.h"
#include "server/access_log.h"
#include "server/gateway.h"
#include "server/loop.h"
#include "server/metrics.h"

/* A worker: a thread with a loop, a listening socket, a gateway and metrics of its own, serving /gateway.do
 * and the pages. */

struct kq_worker; /* owned by whoever opened it; opened, started and closed on one thread */

struct kq_worker_settings {
    struct kq_gateway_settings gateway;
    struct kq_access_log *access_log;  /* borrowed; shared by the workers */
    struct kq_connection_count *count; /* likewise */
    size_t body_max_bytes;
    unsigned header_timeout_ms;
    unsigned idle_timeout_ms;
    /* Runs on the worker's thread when that is about to end. */
    void (*ended)(void *context);
    void *context;
};

/* The listener is the worker's from here on, also after a failure. NO_MEMORY, IO, and what a gateway's
 * opening can fail with. */
KQ_MUST struct kq_result kq_worker_open(const struct kq_worker_settings *settings, int listener,
                                        struct kq_worker **worker, struct kq_error *error);

/* Starts the thread, which leaves SIGTERM, SIGINT and SIGHUP to others. IO. */
KQ_MUST struct kq_result kq_worker_start(struct kq_worker *worker, struct kq_error *error);

/* Any thread. See kq_loop_stop. */
void kq_worker_stop(struct kq_worker *worker);

/* Has its thread come to its end? Any thread. */
bool kq_worker_has_ended(const struct kq_worker *worker);

/* Borrowed; valid until the worker is closed. */
struct kq_metrics *kq_worker_metrics(struct kq_worker *worker);
const struct kq_memo *kq_worker_memo(const struct kq_worker *worker);

/* Waits for the thread, if it was started, and frees. A call that hangs in the store keeps the worker's
 * memory from being freed: that is logged. NULL is fine. */
void kq_worker_close(struct kq_worker *worker);

#endif
