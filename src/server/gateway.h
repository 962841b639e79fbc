/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_GATEWAY_H
#define KQ_SERVER_GATEWAY_H

#include <stdint.h>

#include "server/call.h"
#include "store/store.h"
#include "wire/key.h"

/* The gateway's pipeline (spec/gateway.md, "Order of checks"): bytes → parameters → string to sign → verified
 * → typed request → operation → store → typed answer → envelope → signed bytes. No sockets here: a worker
 * feeds it calls. One gateway a worker, used by that worker's thread alone. */

struct kq_gateway;

struct kq_gateway_settings {
    struct kq_store *store;                   /* borrowed; outlives the gateway */
    const struct kq_private_key *private_key; /* copied */
    int64_t clock_skew_s;                     /* how far a timestamp may be from now; 0: not checked */
};

/* 15 minutes, as spec/gateway.md says. */
#define KQ_CLOCK_SKEW_DEFAULT_S INT64_C(900)

KQ_MUST struct kq_result kq_gateway_open(const struct kq_gateway_settings *settings,
                                         struct kq_gateway **gateway, struct kq_error *error);
void kq_gateway_close(struct kq_gateway *gateway);

enum kq_call_progress {
    KQ_CALL_ANSWERED, /* call->answer is complete */
    KQ_CALL_WAITING,  /* the store has the operation; call->wake will run, then call kq_gateway_resume */
};

/* Takes the call as far as it goes without waiting. */
enum kq_call_progress kq_gateway_start(struct kq_gateway *gateway, struct kq_call *call);

/* After `wake`: makes the answer. */
void kq_gateway_resume(struct kq_gateway *gateway, struct kq_call *call);

/* A new trace id, for an answer that is not a call's. kq_gateway_start writes a call's own. */
void kq_gateway_trace(struct kq_gateway *gateway, char text[KQ_TRACE_ID_TEXT_SIZE]);

#endif
