/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_OPENED_SIGNATURE_H
#define KQ_WIRE_OPENED_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "wire/key.h"

/* What a signature says about how it was made. The public key opens it (RFC 8017, section 8.2.2, steps 2 and
 * 3): under the key that belongs to it something well-formed comes out, under any other one noise. */

enum kq_opened_kind {
    KQ_OPENED_NOT,    /* not by this key, or no RSA signature at all */
    KQ_OPENED_DIGEST, /* RSASSA-PKCS1-v1_5, as it should be: a DigestInfo */
    KQ_OPENED_BYTES,  /* padded as PKCS#1 v1.5 pads, but what is in it is no DigestInfo */
    KQ_OPENED_PSS,    /* looks like RSASSA-PSS, which one signature of 256 does by chance */
};

/* The digests that people sign with, whatever the protocol allows. */
enum kq_digest_kind {
    KQ_DIGEST_SHA256,
    KQ_DIGEST_SHA1,
    KQ_DIGEST_MD5,
    KQ_DIGEST_SHA224,
    KQ_DIGEST_SHA384,
    KQ_DIGEST_SHA512,
    KQ_DIGEST_KIND_COUNT
};

#define KQ_DIGEST_MAX_BYTES 64

struct kq_opened_signature {
    enum kq_opened_kind kind;
    enum kq_digest_kind digest_kind; /* DIGEST */
    struct kq_slice bytes;           /* DIGEST: the digest; BYTES: what is in it. In the arena */
};

/* `signature` is bytes, not base64. A signature that the key does not open is no failure. NO_MEMORY, CRYPTO;
 * OpenSSL's error queue is left empty. */
KQ_MUST struct kq_result kq_signature_open(const struct kq_public_key *key, struct kq_slice signature,
                                           struct kq_arena *arena, struct kq_opened_signature *opened,
                                           struct kq_error *error);

/* Does it verify as RSASSA-PSS over `text`, with any length of salt? *verifies; NO_MEMORY, CRYPTO. */
KQ_MUST struct kq_result kq_verify_pss(const struct kq_public_key *key, enum kq_digest_kind digest_kind,
                                       struct kq_slice text, struct kq_slice signature, bool *verifies,
                                       struct kq_error *error);

/* How many bytes such a digest has. */
size_t kq_digest_size(enum kq_digest_kind kind);

/* "SHA-256", … */
const char *kq_digest_name(enum kq_digest_kind kind);

/* Of `text`; `digest` has kq_digest_size bytes afterwards. CRYPTO (this system's OpenSSL forbids it),
 * NO_MEMORY. */
KQ_MUST struct kq_result kq_digest_make(enum kq_digest_kind kind, struct kq_slice text,
                                        unsigned char digest[KQ_DIGEST_MAX_BYTES], struct kq_error *error);

#endif
