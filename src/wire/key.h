/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_KEY_H
#define KQ_WIRE_KEY_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* RSA keys, as people have them: PEM or bare base64 (or DER), PKCS#1, PKCS#8 or SubjectPublicKeyInfo, on one
 * line or many, with CRLF, with a BOM, with text around the PEM block, or a public key inside an X.509
 * certificate. 1024 to 4096 bits.
 *
 * A key object belongs to one thread: OpenSSL keys that threads share contend on their blinding lock. */

struct kq_public_key;  /* owned by whoever loaded it */
struct kq_private_key; /* likewise */

#define KQ_KEY_MIN_BITS 1024
#define KQ_KEY_MAX_BITS 4096
/* The base64 of a 4096-bit signature. */
#define KQ_SIGNATURE_TEXT_MAX 684

/* BAD_KEY says in one sentence what is wrong: a private key where a public one belongs is called that, as are
 * an encrypted key, a key that is not RSA, and one of unsupported size. A private key among other blocks is
 * refused where a public one belongs. The input is only read; what is decoded from it is wiped. What people
 * hand in is checked: a public key's modulus and exponent (some milliseconds), and whether a private key
 * signs what its public half verifies. NO_MEMORY. */
KQ_MUST struct kq_result kq_public_key_load(struct kq_slice text, struct kq_public_key **key,
                                            struct kq_error *error);
KQ_MUST struct kq_result kq_private_key_load(struct kq_slice text, struct kq_private_key **key,
                                             struct kq_error *error);

/* Fast path: exactly a DER SubjectPublicKeyInfo, as kq_public_key_export made it. */
KQ_MUST struct kq_result kq_public_key_load_der(struct kq_slice der, struct kq_public_key **key,
                                                struct kq_error *error);

/* NULL is fine. */
void kq_public_key_free(struct kq_public_key *key);
void kq_private_key_free(struct kq_private_key *key);

/* Another object of the same key, for another thread. */
KQ_MUST struct kq_result kq_private_key_copy(const struct kq_private_key *key, struct kq_private_key **copy,
                                             struct kq_error *error);

/* The DER SubjectPublicKeyInfo, made in the arena: what is stored, and what two keys are compared by. */
KQ_MUST struct kq_result kq_public_key_export(const struct kq_public_key *key, struct kq_arena *arena,
                                              struct kq_slice *der, struct kq_error *error);
KQ_MUST struct kq_result kq_private_key_export_public(const struct kq_private_key *key,
                                                      struct kq_arena *arena, struct kq_slice *der,
                                                      struct kq_error *error);

/* PEM texts: PKCS#8 ("PRIVATE KEY"; wipe it after use) and SubjectPublicKeyInfo ("PUBLIC KEY"). */
KQ_MUST struct kq_result kq_private_key_write_pem(const struct kq_private_key *key, struct kq_buffer *pem,
                                                  struct kq_error *error);
KQ_MUST struct kq_result kq_private_key_write_public_pem(const struct kq_private_key *key,
                                                         struct kq_buffer *pem, struct kq_error *error);

/* A new key of `bits` bits (2048 is what the platform asks for). */
KQ_MUST struct kq_result kq_private_key_generate(unsigned bits, struct kq_private_key **key,
                                                 struct kq_error *error);

unsigned kq_public_key_bits(const struct kq_public_key *key);

#endif
