/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CALL_PLAN_H
#define KQ_CLI_CALL_PLAN_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "cli/command.h"
#include "client/request.h"
#include "wire/content_cipher.h"

/* A call as the flags of a line describe it, before anything is signed or sent. Texts are NUL-terminated, and
 * live as long as the invocation. */
struct kq_call_plan {
    bool is_v3;
    struct kq_slice gateway; /* OpenAPI v3: what /v3/… follows, without a slash at its end */
    struct kq_slice app_id;
    struct kq_slice private_key; /* paths */
    struct kq_slice gateway_public_key;
    struct kq_slice
        app_certificate; /* certificate mode: these three, and no gateway_public_key; else empty */
    struct kq_slice gateway_certificate;
    struct kq_slice root_certificates;
    struct kq_slice content_key; /* empty: nothing is encrypted */
    struct kq_slice charset;
    struct kq_slice sign_type;
    struct kq_slice app_auth_token; /* empty: none */
    struct kq_slice timestamp;      /* empty: now */
    struct kq_slice method;
    struct kq_slice biz; /* the JSON text; empty: none */
};

/* The numbers of certificate mode, read from the plan's files; empty in another. NUL-terminated, in the
 * arena. */
struct kq_call_numbers {
    struct kq_slice app_cert_sn;
    struct kq_slice root_cert_sn;
};
KQ_MUST struct kq_result kq_call_plan_numbers(const struct kq_call_plan *plan, struct kq_arena *arena,
                                              struct kq_call_numbers *numbers, struct kq_error *error);

/* Can a call be made with this value of the flag? A protocol is "form" or "v3", written just so: another word
 * would be a call by the wrong protocol. The value is NUL-terminated. USAGE. */
KQ_MUST struct kq_result kq_call_setting_check(const char *flag, struct kq_slice value,
                                               struct kq_error *error);

/* Of an invocation of `kaquan call`. USAGE, NO_MEMORY. */
KQ_MUST struct kq_result kq_call_plan_make(struct kq_invocation *invocation, struct kq_call_plan *plan,
                                           struct kq_error *error);

/* The caller's to free; NULL where the plan has none. NOT_FOUND, IO, BAD_KEY, NO_MEMORY, CRYPTO. */
KQ_MUST struct kq_result kq_call_plan_load_content_key(const struct kq_call_plan *plan,
                                                       struct kq_content_key **key, struct kq_error *error);

/* The request as it would go out, made in the invocation's arena. USAGE, NOT_FOUND, BAD_KEY, BAD_INPUT,
 * CRYPTO, NO_MEMORY. */
KQ_MUST struct kq_result kq_call_plan_sign(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                           struct kq_signed_request *request, struct kq_error *error);

/* `--dry-run`: the string to sign, the URL and the body, on standard output. What kq_call_plan_sign says. */
KQ_MUST struct kq_result kq_call_plan_show(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                           struct kq_error *error);

#endif
