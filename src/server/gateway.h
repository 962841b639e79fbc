/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_GATEWAY_H
#define KQ_SERVER_GATEWAY_H

#include <stdint.h>

#include "server/call.h"
#include "server/diagnoses.h"
#include "server/gateway_modes.h"
#include "server/memo.h"
#include "server/metrics.h"
#include "server/nonce_memory.h"
#include "server/rate_limit.h"
#include "store/store.h"
#include "wire/key.h"

/* The gateway's pipeline (spec/gateway.md, "Order of checks"): bytes → parameters → string to sign → verified
 * → typed request → operation → store → typed answer → envelope → signed bytes. No sockets here: a worker
 * feeds it calls. One gateway a worker, used by that worker's thread alone. Calls of the newer protocol go
 * the same way; only how they are checked (v3_checks.h) and answered (v3_answer.h) is their own.
 *
 * A call stops at two places: while the store has its operation, and until it is its turn to be signed
 * (lanes.h). Who would have to wait too long there is answered busy at once, with a signature that has been
 * ready since the opening; a write is turned away before it begins. */

struct kq_gateway;

struct kq_gateway_settings {
    struct kq_store *store;                      /* borrowed; outlives the gateway */
    const struct kq_private_key *private_key;    /* copied */
    struct kq_gateway_certificates certificates; /* outlive the gateway */
    struct kq_metrics *metrics;                  /* borrowed: the worker's */
    struct kq_rate_limits *limits;               /* borrowed; shared by the workers; NULL: none */
    struct kq_nonces *nonces;                    /* likewise; NULL: nonces may repeat */
    struct kq_diagnoses *diagnoses;              /* likewise; NULL: none */
    int64_t clock_skew_s;                        /* how far a timestamp may be from now; 0: not checked */
    size_t memo_bytes;                           /* this worker's; see memo.h */
    unsigned max_wait_ms;                        /* for a signature, at most; 0: the default */
};

/* 15 minutes, as spec/gateway.md says. */
#define KQ_CLOCK_SKEW_DEFAULT_S INT64_C(900)

/* Longer than a disk takes for a commit, shorter than people notice. */
#define KQ_MAX_WAIT_MS_DEFAULT 250

KQ_MUST struct kq_result kq_gateway_open(const struct kq_gateway_settings *settings,
                                         struct kq_gateway **gateway, struct kq_error *error);
void kq_gateway_close(struct kq_gateway *gateway);

enum kq_call_progress {
    KQ_CALL_ANSWERED, /* call->answer is complete */
    KQ_CALL_WAITING,  /* the store has the operation; call->wake will run, then call kq_gateway_resume */
    KQ_CALL_UNSIGNED, /* the response waits for its signature: kq_gateway_sign_next will give the call back */
};

/* Takes the call as far as it goes without waiting. */
enum kq_call_progress kq_gateway_start(struct kq_gateway *gateway, struct kq_call *call);

/* After `wake`: goes on, to ANSWERED or UNSIGNED. */
enum kq_call_progress kq_gateway_resume(struct kq_gateway *gateway, struct kq_call *call);

/* Signs the call whose turn it is: it is answered then. NULL: none is waiting. */
struct kq_call *kq_gateway_sign_next(struct kq_gateway *gateway);

/* How many are waiting for that. */
size_t kq_gateway_unsigned(const struct kq_gateway *gateway);

/* A new trace id, for an answer that is not a call's. kq_gateway_start writes a call's own. */
void kq_gateway_trace(struct kq_gateway *gateway, char text[KQ_TRACE_ID_TEXT_SIZE]);

/* Its reader, for what else its thread answers. Borrowed. */
struct kq_reader *kq_gateway_reader(const struct kq_gateway *gateway);

/* What it remembers. Any thread. */
const struct kq_memo *kq_gateway_memo(const struct kq_gateway *gateway);

#endif
