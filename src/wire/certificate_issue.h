/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_CERTIFICATE_ISSUE_H
#define KQ_WIRE_CERTIFICATE_ISSUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "wire/key.h"

/* Certificates that a gateway makes itself: its root, its own, and those of applications that have no other
 * authority. X.509 version 3, SHA-256 with RSA. */

#define KQ_CERTIFICATE_SERIAL_BYTES 16   /* random: as good as unique */
#define KQ_CERTIFICATE_NAME_MAX_CHARS 64 /* RFC 5280, ub-common-name */

struct kq_certificate_order {
    const struct kq_private_key *issuer_key;
    struct kq_slice issuer;     /* its certificate, DER; empty: a root, which signs itself */
    struct kq_slice public_key; /* whose certificate it is: SubjectPublicKeyInfo, DER */
    struct kq_slice common_name;
    bool is_authority; /* may sign others */
    unsigned char serial[KQ_CERTIFICATE_SERIAL_BYTES];
    int64_t not_before_s; /* Unix time */
    int64_t not_after_s;
};

/* Appends the certificate as PEM. BAD_KEY (what is not as it is to be, or the issuer's certificate is not its
 * key's), BAD_INPUT (the name), CRYPTO, NO_MEMORY. */
KQ_MUST struct kq_result kq_certificate_issue(const struct kq_certificate_order *order, struct kq_buffer *pem,
                                              struct kq_error *error);

/* The public key in a certificate request (CSR, PKCS#10; PEM, base64 or DER) that is signed with its private
 * half: SubjectPublicKeyInfo, DER, in the arena. BAD_KEY says what it is instead. NO_MEMORY. */
KQ_MUST struct kq_result kq_certificate_request_read(struct kq_slice text, struct kq_arena *arena,
                                                     struct kq_slice *public_key, struct kq_error *error);

#endif
