/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_GATEWAY_CHECKS_H
#define KQ_SERVER_GATEWAY_CHECKS_H

#include "server/application_cache.h"
#include "server/call.h"
#include "server/gateway_modes.h"
#include "server/key_cache.h"
#include "server/memo.h"
#include "server/metrics.h"
#include "server/nonce_memory.h"
#include "server/rate_limit.h"
#include "store/store.h"

/* The checks of a call before its method sees it, in the order of spec/gateway.md, "Order of checks". Each
 * step trusts only what the steps before it have established. */

/* What the checks look at beside the call. Borrowed; the worker's thread. */
struct kq_check_context {
    struct kq_reader *reader;
    struct kq_key_cache *keys;
    struct kq_application_cache *applications;
    struct kq_memo *memo;
    struct kq_rate_limits *limits; /* NULL: none */
    struct kq_nonces *nonces;      /* NULL: nonces may repeat */
    struct kq_digester *digester;  /* the worker's */
    struct kq_metrics *metrics;
    const struct kq_gateway_certificates *certificates;
    int64_t wall_s;       /* the machine's time: timestamps are compared with it */
    int64_t wall_ms;      /* the same */
    int64_t business_s;   /* the business's: grants and certificates expire by it */
    int64_t monotonic_us; /* limits are counted by it */
    int64_t clock_skew_s; /* 0: timestamps may be of any time */
};

/* Runs all checks up to and with decryption, fills the call's charset, params, method, app_id,
 * answer_cert_sn, verified, is_fresh, caller, string_to_sign and content_key, and leaves the decoded
 * biz_content (UTF-8, may be empty) in *biz_content. On failure `error` has the code to answer with. */
KQ_MUST struct kq_result kq_gateway_check_call(const struct kq_check_context *context, struct kq_call *call,
                                               struct kq_slice *biz_content, struct kq_error *error);

/* The steps that both protocols have, for v3_checks.c. */

/* Of call->app_id; sets call->answer_cert_sn. *application is the cache's, for as long as the checks go on.
 */
KQ_MUST struct kq_result kq_check_application(const struct kq_check_context *context, struct kq_call *call,
                                              struct kq_slice app_cert_sn,
                                              const struct kq_application **application,
                                              struct kq_error *error);

/* Of call->string_to_sign; sets call->verified. Any of the keys verifies whose certificate, if it has one, is
 * valid. INVALID_SIGNATURE; where a key verifies and none of those is valid, as kq_check_validity. */
KQ_MUST struct kq_result kq_check_signature(const struct kq_check_context *context, struct kq_call *call,
                                            enum kq_sign_type sign_type,
                                            const struct kq_candidates *candidates, struct kq_slice signature,
                                            struct kq_error *error);

/* An application that is disabled may call nothing: APP_NOT_PERMITTED. */
KQ_MUST struct kq_result kq_check_state(const struct kq_application *application, struct kq_error *error);

/* Sets call->caller. `token`: the app_auth_token; empty: none. */
KQ_MUST struct kq_result kq_check_permission(const struct kq_check_context *context, struct kq_call *call,
                                             const struct kq_application *application, struct kq_slice token,
                                             struct kq_error *error);

KQ_MUST struct kq_result kq_check_limits(const struct kq_check_context *context, const struct kq_call *call,
                                         const struct kq_application *application, struct kq_error *error);

/* The media type in a Content-Type header, without its parameters. */
bool kq_content_type_is(struct kq_slice content_type, const char *type);

#endif
