/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_REQUEST_H
#define KQ_CLIENT_REQUEST_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "client/http.h"
#include "wire/charset.h"
#include "wire/content_cipher.h"
#include "wire/key.h"
#include "wire/params.h"
#include "wire/sign_type.h"

/* Of either protocol: a signed request as the platform's own client libraries send it (spec/gateway.md,
 * "Transport" and "String to sign"). */

/* What is the same for every call of a client. Borrowed texts, UTF-8; app_auth_token may be empty. */
struct kq_request_settings {
    struct kq_slice gateway_url; /* OpenAPI v3: the base, without a slash at its end */
    struct kq_slice app_id;
    struct kq_slice app_auth_token;
    enum kq_charset charset;
    enum kq_sign_type sign_type;
    struct kq_slice app_cert_sn; /* both empty: not in certificate mode */
    struct kq_slice root_cert_sn;
    const struct kq_content_key *content_key; /* NULL: biz_content is sent in clear */
};

/* What one call adds. biz_content may be empty. The last two are OpenAPI v3's, and the timestamp the other's.
 */
struct kq_request_call {
    struct kq_slice method;
    struct kq_slice biz_content;
    struct kq_slice timestamp;
    int64_t timestamp_ms;
    struct kq_slice nonce;
};

/* All of it lives in the arena; values are in the call's charset. */
struct kq_signed_request {
    struct kq_params params; /* `sign` is the last; OpenAPI v3: what its headers say */
    struct kq_slice string_to_sign;
    struct kq_slice url;  /* NUL-terminated: with the public parameters as its query */
    struct kq_slice body; /* biz_content as a form; empty where there is none */
    const char *headers[KQ_HTTP_HEADERS_MAX + 1]; /* kq_http_request's */
};

/* BAD_INPUT where a value cannot be written in the charset, NO_MEMORY, CRYPTO. */
KQ_MUST struct kq_result kq_request_make(const struct kq_request_settings *settings,
                                         const struct kq_private_key *private_key,
                                         const struct kq_request_call *call, struct kq_arena *arena,
                                         struct kq_signed_request *request, struct kq_error *error);

/* The same as OpenAPI v3 has it: biz_content is the body, an empty object where there is none, or its
 * ciphertext. USAGE also, where the method's name cannot be a path. */
KQ_MUST struct kq_result kq_v3_request_make(const struct kq_request_settings *settings,
                                            const struct kq_private_key *private_key,
                                            const struct kq_request_call *call, struct kq_arena *arena,
                                            struct kq_signed_request *request, struct kq_error *error);

#endif
