/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_ADMIN_H
#define KQ_SERVER_ADMIN_H

#include <stdbool.h>

#include "base/error.h"
#include "server/diagnoses.h"
#include "server/loop.h"
#include "server/metrics.h"
#include "server/notifier.h"
#include "server/worker.h"
#include "store/store.h"

/* The admin address, for operators and their tools:
 *   GET /healthz              200, always: the process lives. Needs no token.
 *   GET /readyz               200, or 503 and why not: the store cannot be read, the server is stopping
 *   GET /metrics              Prometheus text exposition 0.0.4
 *   GET /doctor               JSON: why the signatures of the last calls failed (diagnoses.h)
 *   GET /sandbox/clock        the business clock, in a sandbox only
 *   POST, PUT /sandbox/clock  moves it (sandbox_clock.h)
 * Served by the thread that opened it. */

struct kq_admin; /* owned by whoever opened it */

struct kq_admin_settings {
    const char *token;             /* NULL: none; else asked for as `Authorization: Bearer` */
    struct kq_store *store;        /* borrowed */
    struct kq_system_clock *clock; /* borrowed */
    bool sandbox;
    struct kq_worker *const *workers; /* borrowed; whose metrics are shown */
    size_t worker_count;
    const struct kq_notifier *notifier;      /* borrowed; NULL: there is none */
    struct kq_diagnoses *diagnoses;          /* borrowed */
    const struct kq_connection_count *count; /* borrowed; theirs */
    unsigned header_timeout_ms;
    unsigned idle_timeout_ms;
};

/* A scraper, a probe or two, a person with curl. */
#define KQ_ADMIN_CONNECTIONS_MAX 64
/* A clock's JSON is a line. */
#define KQ_ADMIN_BODY_MAX_BYTES ((size_t)4096)
/* A page of metrics for each connection, with room to spare. */
#define KQ_ADMIN_BUFFERED_MAX_BYTES ((size_t)16 << 20)

/* The listener is the admin's from here on, also after a failure. NO_MEMORY, IO, STORE. */
KQ_MUST struct kq_result kq_admin_open(const struct kq_admin_settings *settings, int listener,
                                       struct kq_admin **admin, struct kq_error *error);

/* Its loop; valid until it is closed. */
struct kq_loop *kq_admin_loop(struct kq_admin *admin);

/* From now on it is not ready. */
void kq_admin_set_stopping(struct kq_admin *admin);

/* NULL is fine. */
void kq_admin_close(struct kq_admin *admin);

#endif
