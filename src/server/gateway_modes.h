/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_GATEWAY_MODES_H
#define KQ_SERVER_GATEWAY_MODES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "domain/application.h"
#include "server/call.h"

/* Certificate mode and content encryption: spec/gateway.md. Steps of gateway_checks.h. */

/* The gateway's own certificates; empty slices: it has none, and nobody can call by one. Borrowed. */
struct kq_gateway_certificates {
    struct kq_slice sn;       /* of the certificate of its key: alipay_cert_sn */
    struct kq_slice pem;      /* that certificate and the roots, for those that know only another one */
    struct kq_slice roots_sn; /* what callers send as alipay_root_cert_sn */
};

/* The keys of one sign type that may verify a call. */
#define KQ_CANDIDATES_MAX 2
struct kq_candidate {
    struct kq_slice key;                                  /* DER */
    const struct kq_application_certificate *certificate; /* that names it; NULL: it is a bare key */
};
struct kq_candidates {
    struct kq_candidate items[KQ_CANDIDATES_MAX];
    size_t count;
};

/* What a call says of certificates. */
struct kq_certificate_claim {
    struct kq_slice app_cert_sn;
    struct kq_slice root_cert_sn;
    bool may_lack_root; /* no more than a hint in OpenAPI v3: not signed, and the official PHP library has
                           none */
};

/* A key that was registered with a certificate verifies calls that name it, a bare key those that are not in
 * certificate mode. In this order: NO_KEY_CONFIGURED, MISSING_APP_CERT_SN, MISSING_ROOT_CERT_SN,
 * INVALID_PARAMETER_GATEWAY (another number than any of the certificates', or the roots'; the gateway has no
 * certificates). On success there is at least one candidate.
 *
 * All that can be told by this to whoever has not signed as the application is which way it calls (a key of
 * this sign type, by a certificate or not): as with a missing key, a caller that has configured the wrong one
 * is told so rather than that its signature is wrong. */
KQ_MUST struct kq_result kq_choose_keys(const struct kq_gateway_certificates *certificates,
                                        const struct kq_application *application, enum kq_sign_type sign_type,
                                        const struct kq_certificate_claim *claim,
                                        struct kq_candidates *candidates, struct kq_error *error);

/* Of the candidate that has verified a call, at the business's time: APP_CERT_EXPIRED;
 * INVALID_PARAMETER_GATEWAY where its certificate is not valid yet. A bare key is always valid. */
KQ_MUST struct kq_result kq_check_validity(const struct kq_candidate *candidate, int64_t business_s,
                                           struct kq_error *error);

/* Decrypts *biz_content as the call's encrypt_type asks, into the call's arena and UTF-8; from then on
 * call->content_key is there, and the answer will be encrypted. An empty one needs no decryption.
 * INVALID_ENCRYPT_TYPE, NO_ENCRYPT_KEY, DECRYPTION_FAILED; MISSING_ENCRYPT_TYPE where the application can
 * encrypt, and what should be JSON looks encrypted and no type is named. */
KQ_MUST struct kq_result kq_decrypt_content(struct kq_call *call, const struct kq_application *application,
                                            struct kq_slice encrypt_type, struct kq_slice *biz_content,
                                            struct kq_error *error);

#endif
