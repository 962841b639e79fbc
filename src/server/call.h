/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_CALL_H
#define KQ_SERVER_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/catalogue.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "domain/operation.h"
#include "server/http.h"
#include "server/language.h"
#include "store/store.h"
#include "wire/charset.h"
#include "wire/digest.h"
#include "wire/params.h"
#include "wire/sign_type.h"

/* 29 digits, see kq_gateway_trace; for the trace_id header and the access log. */
#define KQ_TRACE_ID_TEXT_SIZE 40

/* Of a call of the newer protocol (spec/gateway.md, "OpenAPI v3"): what came in its head, borrowed like the
 * rest of the request, and how its answer's head goes on. */
struct kq_call_v3 {
    struct kq_slice path;   /* empty: the call is one of /gateway.do */
    struct kq_slice target; /* with the query */
    struct kq_slice host;
    struct kq_slice authorization;
    struct kq_slice app_auth_token;
    struct kq_slice encrypt_type;
    struct kq_slice root_cert_sn;
    enum kq_http_status status;
    const char *headers; /* in the arena */
};

/* One call of the gateway, from its bytes to its answer's bytes. Everything about it lives in its arena.
 * Owned by the worker that took it; while `is_in_store`, the store has `operation`, and nobody else touches
 * the call. */
struct kq_call {
    struct kq_arena arena; /* owned */

    /* What came, borrowed from the connection until the answer is taken. */
    bool is_post;
    struct kq_slice query; /* without the `?`, still percent-encoded */
    struct kq_slice content_type;
    struct kq_slice body;
    struct kq_call_v3 v3;

    /* What the pipeline found out, in this order. */
    char trace_id[KQ_TRACE_ID_TEXT_SIZE];
    enum kq_charset charset;
    struct kq_params params;
    enum kq_sign_type answer_sign_type; /* RSA2 until the request names a valid one */
    const struct kq_method *method;     /* NULL: missing or unknown, answered as error_response */
    struct kq_slice app_id;             /* as asked for; not to be believed before `verified` */
    struct kq_slice answer_cert_sn; /* the gateway's certificate's, static; empty: not in certificate mode */
    bool verified;
    bool is_fresh; /* verified, and no copy of an earlier call: it is the application that calls */
    struct kq_caller caller;
    struct kq_slice content_key; /* in the arena; what the answer is encrypted with; empty: it is in clear */
    struct kq_slice string_to_sign; /* shown in isv.invalid-signature's sub_msg */
    bool has_question;              /* the digest is made: see memo.h */
    unsigned char question_digest[KQ_SHA256_BYTES];
    struct kq_operation operation;
    struct kq_submission submission;
    bool is_in_store;      /* from kq_store_submit until the worker takes it up again */
    struct kq_error error; /* KQ_E_NONE: success */

    /* The response object in `charset`, encrypted where it is to be: what is signed; and where the call waits
     * for that. */
    struct kq_buffer response; /* owned */
    unsigned char response_digest[KQ_SHA256_BYTES];
    unsigned lane; /* see lanes.h */
    bool has_place;
    struct kq_call *next_in_lane;

    /* What goes out: the whole HTTP body in `charset`. Empty: there was no memory to make one, so that only
     * HTTP's 503 is left. */
    struct kq_buffer answer; /* owned */

    /* Of a request that is for a page, not for the gateway (token_page.h): how its answer's head begins. */
    enum kq_language page_language;
    enum kq_http_status page_status;
    const char *page_header; /* in the arena, or static */

    /* Called by the store's writer thread when the operation is done: hands the call back to its worker's
     * loop, which then goes on with it. Set by the worker before kq_gateway_start. Must not block. */
    void (*wake)(struct kq_call *call);
    void *owner; /* the worker's own: the connection that waits for the answer */

    /* For the access log. */
    int64_t started_us; /* monotonic */
};

static inline bool kq_call_is_v3(const struct kq_call *call)
{
    return call->v3.path.size > 0;
}

void kq_call_init(struct kq_call *call);

/* Empty for the next call on the same connection; keeps one chunk of memory. */
void kq_call_reset(struct kq_call *call);

void kq_call_free(struct kq_call *call);

#endif
