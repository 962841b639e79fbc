/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_CONTENT_CIPHER_H
#define KQ_WIRE_CONTENT_CIPHER_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* Content encryption (`encrypt_type=AES`): spec/gateway.md. AES-128, -192 or -256 by the key's length, in CBC
 * mode with PKCS#7 padding and an all-zero initialisation vector: the protocol's choice. So equal beginnings
 * of texts have equal beginnings of ciphertexts, and equal texts equal ones.
 *
 * Whoever decrypts has verified a signature over the ciphertext before: a caller that may learn whether a
 * padding is right could otherwise find the text with that. */

/* 16, 24 or 32 bytes. */
#define KQ_CONTENT_KEY_MAX_BYTES 32

/* Owned by whoever loaded it; may be used by several threads at once. */
struct kq_content_key;

/* A key as people have it: base64, with white space around it or not. BAD_KEY, NO_MEMORY, CRYPTO. */
KQ_MUST struct kq_result kq_content_key_load(struct kq_slice base64, struct kq_content_key **key,
                                             struct kq_error *error);

/* The same of the bytes themselves. */
KQ_MUST struct kq_result kq_content_key_load_bytes(struct kq_slice bytes, struct kq_content_key **key,
                                                   struct kq_error *error);

/* Wipes. NULL is fine. */
void kq_content_key_free(struct kq_content_key *key);

/* For KQ_CLEANUP. */
void kq_content_key_cleanup(struct kq_content_key **key);

/* The key's bytes, valid as long as it. */
struct kq_slice kq_content_key_bytes(const struct kq_content_key *key);

/* Appends the base64 of the ciphertext. NO_MEMORY, CRYPTO; BAD_INPUT where the text has 1 GiB or more. */
KQ_MUST struct kq_result kq_content_encrypt(const struct kq_content_key *key, struct kq_slice plain,
                                            struct kq_buffer *base64, struct kq_error *error);

/* Appends the plain bytes, which are anything: whether they are text is for the caller to find out.
 * BAD_INPUT: not base64, not whole blocks, none at all, bad padding. NO_MEMORY, CRYPTO. Nothing is appended
 * on failure. */
KQ_MUST struct kq_result kq_content_decrypt(const struct kq_content_key *key, struct kq_slice base64,
                                            struct kq_buffer *plain, struct kq_error *error);

#endif
