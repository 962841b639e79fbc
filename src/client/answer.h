/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_ANSWER_H
#define KQ_CLIENT_ANSWER_H

#include "base/arena.h"
#include "base/slice.h"
#include "client/http.h"
#include "kaquan.h"
#include "wire/charset.h"
#include "wire/content_cipher.h"
#include "wire/json.h"
#include "wire/key.h"
#include "wire/sign_type.h"

/* From an answer's bytes to what its caller may believe (spec/gateway.md, "Answer"). No sockets here. */

/* What the call was, and who may have signed its answer. */
struct kq_answer_expectation {
    struct kq_slice method;
    enum kq_charset charset; /* of the call; the answer's where its Content-Type names none that is known */
    enum kq_sign_type sign_type;
    const struct kq_public_key *gateway_key;
    struct kq_slice gateway_cert_sn;          /* empty: not in certificate mode */
    const struct kq_content_key *content_key; /* NULL: encryption was not asked for */
};

/* Makes *answer, the caller's to free, whatever the status but KQ_CLIENT_MEMORY (then NULL). Order of checks:
 * HTTP status, envelope, the response member's name (the method's, or error_response), signature; only then
 * is the response looked into, and decrypted where it is a string. `signed_bytes` is what was verified,
 * pointing into http->body; empty where nothing was. */
KQ_MUST enum kq_client_status kq_answer_read(const struct kq_answer_expectation *expectation,
                                             const struct kq_http_answer *http,
                                             struct kq_client_answer **answer, struct kq_slice *signed_bytes,
                                             struct kq_client_error *error);

/* The same of OpenAPI v3, where the signature and what it is over stand in headers, and the HTTP status says
 * whether it is a refusal. A success gets the other protocol's code and msg; a refusal has its code and
 * message in code and msg, and in sub_code and sub_msg too, where the other protocol has the reason.
 * `signed_bytes` lives as long as the answer. */
KQ_MUST enum kq_client_status kq_v3_answer_read(const struct kq_answer_expectation *expectation,
                                                const struct kq_http_answer *http,
                                                struct kq_client_answer **answer,
                                                struct kq_slice *signed_bytes, struct kq_client_error *error);

/* The verified response, read; NULL where nothing was verified. Lives as long as the answer. */
const struct kq_json *kq_answer_object(const struct kq_client_answer *answer);

/* For what is to live as long as the answer. */
struct kq_arena *kq_answer_arena(struct kq_client_answer *answer);

#endif
