/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_CONFIRMATIONS_H
#define KQ_STORE_SQLITE_CONFIRMATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "domain/confirmation.h"
#include "store/sqlite/batch.h"

/* Rows of confirmations, for those that ask for them and those that issue by them. STORE, BUSY, NO_MEMORY. */

/* confirmation_secret.kind: stored. */
enum kq_secret_kind {
    KQ_SECRET_PAGE,
    KQ_SECRET_CODE,
};

struct kq_confirmation_row {
    int64_t confirmation_no;
    int64_t secret_expires_s; /* of the secret that it was found by */
    struct kq_confirmation confirmation;
};

/* *found false: there is no secret of this kind and digest. */
KQ_MUST struct kq_result kq_row_confirmation_by_secret(struct kq_connection *connection,
                                                       enum kq_secret_kind kind,
                                                       struct kq_slice secret_digest, struct kq_arena *arena,
                                                       struct kq_confirmation_row *row, bool *found,
                                                       struct kq_error *error);

/* Its voucher was issued: none of its codes serves any more. */
KQ_MUST struct kq_result kq_confirmation_note_used(struct kq_batch *batch, int64_t confirmation_no,
                                                   struct kq_error *error);

#endif
