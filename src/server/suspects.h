/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_SUSPECTS_H
#define KQ_SERVER_SUSPECTS_H

#include "base/arena.h"
#include "base/error.h"
#include "doctor/examine.h"
#include "store/store.h"

/* The keys that may have made a signature, in the order in which they are tried: those of the application
 * that calls, the gateway's, those of other applications among the first 128; of each
 * application those with certificates first. */

/* A signature is opened with each of them: this bounds the time that takes to some ten milliseconds. */
#define KQ_SUSPECTS_MAX 256

struct kq_suspects {
    struct kq_doctor_key *keys; /* in the arena */
    size_t count;
};

/* `gateway` is its public key's DER; empty: not known. An application that there is not has no keys. STORE,
 * BUSY, NO_MEMORY. */
KQ_MUST struct kq_result kq_suspects_read(struct kq_reader *reader, struct kq_slice app_id,
                                          enum kq_sign_type sign_type, struct kq_slice gateway,
                                          struct kq_arena *arena, struct kq_suspects *suspects,
                                          struct kq_error *error);

#endif
