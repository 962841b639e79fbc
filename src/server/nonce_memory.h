/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_NONCE_MEMORY_H
#define KQ_SERVER_NONCE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "wire/digest.h"

/* Which nonces have been used (spec/gateway.md, "OpenAPI v3": one must not repeat within the clock skew). One
 * memory for all workers, of a fixed size.
 *
 * What is promised: within one process no application's nonce passes twice, on whichever worker, however many
 * calls come and whatever the clock does. A nonce is remembered until its timestamp is too old to be accepted
 * anyway. Where there is no room for so many, older ones are forgotten, and then their application's calls
 * with a timestamp as old as that are refused, and (up to some thousands of applications) no other one's: the
 * more it calls, the less its clock may be behind. Whoever has the most in a place loses the oldest of them:
 * one that floods cannot make others' be forgotten that have no more there than itself, but many that do so
 * together can.
 *
 * Where timestamps are not checked (a clock skew of 0), nothing is ever too old, so only those that there is
 * room for cannot repeat. Another process, as after a restart, knows nothing of them. */

struct kq_nonces;

/* 16 bytes each: 16 MiB, touched only as they are used, for a million. Places fill by chance: with the
 * default clock skew (900 seconds) the first of them overflow at about seven hundred calls a second, and at a
 * thousand one in ten does, and forgets its oldest early. */
#define KQ_NONCE_SETS ((size_t)16384)
#define KQ_NONCE_WAYS 64

/* `sets`: a power of two, KQ_NONCE_SETS but in tests. `seed`: random; which nonces and applications share a
 * place is not to be known. NO_MEMORY. */
KQ_MUST struct kq_result kq_nonces_open(size_t sets, uint64_t seed, struct kq_nonces **nonces,
                                        struct kq_error *error);

/* NULL is fine. */
void kq_nonces_close(struct kq_nonces *nonces);

struct kq_nonce_use {
    struct kq_slice app_id; /* whose signature has been verified */
    struct kq_slice nonce;
    int64_t timestamp_ms; /* the call's, which has been found to be within the clock skew */
    int64_t now_ms;
    int64_t clock_skew_ms; /* 0: timestamps are not checked */
};

/* Takes the nonce: it cannot be taken again. `digester`: the thread's. Any thread. REPEATED_NONCE;
 * INVALID_TIMESTAMP where it may have been forgotten; NO_MEMORY, CRYPTO. */
KQ_MUST struct kq_result kq_nonces_take(struct kq_nonces *nonces, struct kq_digester *digester,
                                        const struct kq_nonce_use *use, struct kq_error *error);

#endif
