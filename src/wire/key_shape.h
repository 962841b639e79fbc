/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_KEY_SHAPE_H
#define KQ_WIRE_KEY_SHAPE_H

#include <stdbool.h>

#include "base/slice.h"

/* What a DER file holds, told by the types of its outermost members: people's labels are often wrong. */
enum kq_key_kind {
    KQ_KEY_KIND_TRUNCATED, /* bytes are missing at the end */
    KQ_KEY_KIND_TRAILING,  /* something follows */
    KQ_KEY_KIND_UNKNOWN,
    KQ_KEY_KIND_PUBLIC,      /* SubjectPublicKeyInfo, RFC 5280 */
    KQ_KEY_KIND_RSA_PUBLIC,  /* RSAPublicKey, RFC 8017 (PKCS#1) */
    KQ_KEY_KIND_CERTIFICATE, /* RFC 5280 */
    KQ_KEY_KIND_PRIVATE,     /* PrivateKeyInfo, RFC 5208 and 5958 (PKCS#8) */
    KQ_KEY_KIND_RSA_PRIVATE, /* RSAPrivateKey, RFC 8017 (PKCS#1) */
    KQ_KEY_KIND_EC_PRIVATE,  /* ECPrivateKey, RFC 5915 */
    KQ_KEY_KIND_DSA_PRIVATE, /* OpenSSL's own */
    KQ_KEY_KIND_ENCRYPTED,   /* EncryptedPrivateKeyInfo, RFC 5208 */
    KQ_KEY_KIND_REQUEST,     /* CertificationRequest, RFC 2986 */
    KQ_KEY_KIND_PKCS12,      /* RFC 7292 */
    KQ_KEY_KIND_PKCS7,       /* RFC 5652 */
};

enum kq_key_kind kq_key_kind_of(struct kq_slice der);

/* What it is, as the end of a sentence that begins with "this is". Never NULL. */
const char *kq_key_kind_text(enum kq_key_kind kind);

/* Has private keys in it: a mistake to be named where something public is wanted, whatever else a file has.
 */
bool kq_key_kind_is_private(enum kq_key_kind kind);

#endif
