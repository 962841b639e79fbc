/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_KEY_OBJECT_H
#define KQ_WIRE_KEY_OBJECT_H

#include <openssl/evp.h>

#include "base/error.h"
#include "wire/key.h"
#include "wire/sign_type.h"

/* What a key is inside, for the files of this room that work with OpenSSL. */

/* RSASSA-PKCS1-v1_5 made ready once, because OpenSSL looks algorithms up under a lock. NULL members: this
 * OpenSSL does not do that algorithm (some systems forbid SHA-1). */
struct kq_key_operation {
    EVP_MD *digest;             /* owned */
    EVP_MD_CTX *digest_context; /* owned; kept because one a call costs an allocation more */
    EVP_PKEY_CTX *context;      /* owned */
};

struct kq_public_key {
    EVP_PKEY *pkey; /* owned */
    struct kq_key_operation verify[KQ_SIGN_TYPE_COUNT];
};

struct kq_private_key {
    EVP_PKEY *pkey; /* owned */
    struct kq_key_operation sign[KQ_SIGN_TYPE_COUNT];
};

/* Each takes `pkey` over, also when it fails (NO_MEMORY). */
KQ_MUST struct kq_result kq_public_key_wrap(EVP_PKEY *pkey, struct kq_public_key **key,
                                            struct kq_error *error);
KQ_MUST struct kq_result kq_private_key_wrap(EVP_PKEY *pkey, struct kq_private_key **key,
                                             struct kq_error *error);

/* Empties OpenSSL's error queue and fails: NO_MEMORY where that is what the queue tells of, else `code` with
 * `detail`. */
KQ_MUST struct kq_result kq_openssl_fail(struct kq_error *error, enum kq_error_code code, const char *detail);

#endif
