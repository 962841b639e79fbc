/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CALL_PLAN_H
#define KQ_CLI_CALL_PLAN_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "cli/command.h"
#include "client/request.h"

/* A call as the flags of a line describe it, before anything is signed or sent. Texts are NUL-terminated, and
 * live as long as the invocation. */
struct kq_call_plan {
    struct kq_slice gateway;
    struct kq_slice app_id;
    struct kq_slice private_key; /* paths */
    struct kq_slice gateway_public_key;
    struct kq_slice charset;
    struct kq_slice sign_type;
    struct kq_slice app_auth_token; /* empty: none */
    struct kq_slice timestamp;      /* empty: now */
    struct kq_slice method;
    struct kq_slice biz; /* the JSON text; empty: none */
};

/* Of an invocation of `kaquan call`. USAGE, NO_MEMORY. */
KQ_MUST struct kq_result kq_call_plan_make(struct kq_invocation *invocation, struct kq_call_plan *plan,
                                           struct kq_error *error);

/* The request as it would go out, made in the invocation's arena. USAGE, NOT_FOUND, BAD_KEY, BAD_INPUT,
 * CRYPTO, NO_MEMORY. */
KQ_MUST struct kq_result kq_call_plan_sign(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                           struct kq_signed_request *request, struct kq_error *error);

/* `--dry-run`: the string to sign, the URL and the body, on standard output. What kq_call_plan_sign says. */
KQ_MUST struct kq_result kq_call_plan_show(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                           struct kq_error *error);

#endif
