/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_SERVER_H
#define KQ_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "server/gateway_modes.h"
#include "store/store.h"
#include "wire/key.h"

/* The server: workers with a listening socket each (SO_REUSEPORT), and the admin address. */

struct kq_server_settings {
    const char *listen;            /* "127.0.0.1:8080", "[::1]:8080"; port 0: any */
    const char *admin;             /* "127.0.0.1:8081"; not on loopback: admin_token is required */
    const char *admin_token;       /* NULL: none; else every admin request but /healthz needs `Authorization:
                                      Bearer` with it */
    struct kq_store *store;        /* borrowed */
    struct kq_system_clock *clock; /* borrowed; moved by the sandbox's clock */
    const struct kq_private_key *private_key;    /* borrowed; copied for each worker */
    struct kq_gateway_certificates certificates; /* borrowed */
    unsigned workers;                            /* 0: one per core */
    size_t body_max_bytes;                       /* a longer body: 413 */
    unsigned connections_max;   /* over all workers; one more is closed at once, counted in the metrics */
    unsigned header_timeout_ms; /* from a request's first byte (or the connection's opening) to the end of its
                                   head, and again to the end of its body */
    unsigned idle_timeout_ms;   /* between requests */
    int64_t app_calls_per_second;    /* where an application has no limit of its own; 0: none */
    int64_t method_calls_per_second; /* the same, of each method; 0: none */
    int64_t clock_skew_s;            /* see gateway.h */
    size_t signature_cache_bytes;    /* what all workers together remember of answers; see memo.h */
    unsigned max_wait_ms;            /* for a signature, before a call is answered busy; 0: the default */
    bool sandbox;                    /* the admin address can move the business clock */
    const char *notify_lock;         /* notifier.h: its lock file; NULL: nothing is told to anybody */
    const char *access_log;          /* a file, "-" for standard error, NULL for none */
};

/* More threads than any machine of today gains from. */
#define KQ_WORKERS_MAX 1024

#define KQ_BODY_MAX_BYTES_DEFAULT ((size_t)1 << 20)
#define KQ_CONNECTIONS_MAX_DEFAULT 10000

/* What all connections together hold of requests and answers, before more are refused: thousands of ordinary
 * calls, or well over a hundred of the longest, on a machine that has 1 GiB for all. Where longer bodies are
 * allowed it is at least so many times the longest: a buffer that grows doubles, and others stand beside
 * it. */
#define KQ_BUFFERED_MAX_BYTES ((size_t)256 << 20)
#define KQ_BUFFERED_BODIES_MIN 4

/* Some 60,000 signatures, verifications and responses of sends. It is touched only as it fills. */
#define KQ_SIGNATURE_CACHE_BYTES_DEFAULT ((size_t)64 << 20)

#define KQ_HEADER_TIMEOUT_MS_DEFAULT 10000
#define KQ_IDLE_TIMEOUT_MS_DEFAULT 60000

/* Serves until SIGTERM or SIGINT: then stops accepting, finishes what is in hand (at most
 * KQ_STOP_TIMEOUT_MS of loop.h), returns. When ready, prints one JSON line on standard output:
 * {"event":"ready","listen":"127.0.0.1:PORT","admin":"127.0.0.1:PORT"}. USAGE (unusable address, in use, …),
 * IO, NO_MEMORY. SIGHUP opens the access log anew. Blocks; the calling thread serves the admin address. */
KQ_MUST struct kq_result kq_server_run(const struct kq_server_settings *settings, struct kq_error *error);

#endif
