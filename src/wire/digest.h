/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_DIGEST_H
#define KQ_WIRE_DIGEST_H

#include <stddef.h>

#include "base/error.h"
#include "base/slice.h"

/* SHA-256 (FIPS 180-4) for those that make many: the algorithm is looked up once, which OpenSSL does under a
 * lock, and the context is kept (OpenSSL 3.0 allocates the state in it anew each time). kq_sha256 in
 * wire/signature.h is for those that make one.
 *
 * A digester is owned by whoever opened it and serves one thread at a time: each worker has its own. */

#define KQ_SHA256_BYTES 32

struct kq_digester;

/* NO_MEMORY, CRYPTO (this system's OpenSSL has no SHA-256). *digester is NULL after a failure. */
KQ_MUST struct kq_result kq_digester_open(struct kq_digester **digester, struct kq_error *error);

/* NULL is fine. */
void kq_digester_close(struct kq_digester *digester);

/* Of the parts one behind the other, with nothing between them: where they could be cut in another way and
 * that would mean something else, a part has to tell of the sizes. No parts are an empty text. OpenSSL's
 * error queue is left empty. CRYPTO, NO_MEMORY; the digester can be used again. */
KQ_MUST struct kq_result kq_digester_sha256(struct kq_digester *digester, const struct kq_slice *parts,
                                            size_t count, unsigned char digest[KQ_SHA256_BYTES],
                                            struct kq_error *error);

#endif
