/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_SIGNATURE_H
#define KQ_WIRE_SIGNATURE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "wire/key.h"
#include "wire/params.h"
#include "wire/sign_type.h"

/* Strings to sign, and signatures: RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2), base64. */

/* The string to sign of a request (spec/gateway.md): all parameters but `sign` with a non-empty value, sorted
 * by name in byte order, joined as name=value with &, as they were before percent-encoding, in the call's
 * charset. A parameter that stands twice counts once, one without a name not at all. Made in the arena of
 * `params`. */
KQ_MUST struct kq_result kq_string_to_sign(const struct kq_params *params, struct kq_slice *text,
                                           struct kq_error *error);

/* The same of a notification (spec/gateway.md, "Notifications"), in which `sign_type` is not signed either.
 */
KQ_MUST struct kq_result kq_notification_string_to_sign(const struct kq_params *params, struct kq_slice *text,
                                                        struct kq_error *error);

/* Appends the signature's base64 text. CRYPTO (this system's OpenSSL forbids SHA-1, …), NO_MEMORY. OpenSSL's
 * error queue is left empty, after failures too. */
KQ_MUST struct kq_result kq_sign(const struct kq_private_key *key, enum kq_sign_type sign_type,
                                 struct kq_slice bytes, struct kq_buffer *signature_text,
                                 struct kq_error *error);

/* INVALID_SIGNATURE where `signature_text` is not base64 or does not verify; OpenSSL's error queue is left
 * empty. `arena` is for scratch. */
KQ_MUST struct kq_result kq_verify(const struct kq_public_key *key, enum kq_sign_type sign_type,
                                   struct kq_slice bytes, struct kq_slice signature_text,
                                   struct kq_arena *arena, struct kq_error *error);

/* SHA-256 of `bytes` into 32 bytes; for tokens' digests. */
KQ_MUST struct kq_result kq_sha256(struct kq_slice bytes, unsigned char digest[32], struct kq_error *error);

#endif
