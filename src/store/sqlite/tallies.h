/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_TALLIES_H
#define KQ_STORE_SQLITE_TALLIES_H

#include <stdint.h>

#include "base/error.h"
#include "store/sqlite/batch.h"

/* The sums that stand beside the vouchers' rows (schema_v3.c: template_day, template_expiry), written in the
 * transaction of what they count. STORE, BUSY, NO_MEMORY. */

enum kq_tally_kind { KQ_TALLY_ISSUE, KQ_TALLY_USE, KQ_TALLY_REFUND, KQ_TALLY_DELETE, KQ_TALLY_KIND_COUNT };

/* One more of a kind on the batch's day. */
KQ_MUST struct kq_result kq_tally_day(struct kq_batch *batch, int64_t template_no, enum kq_tally_kind kind,
                                      int64_t amount_fen, struct kq_error *error);

/* So many vouchers and so much more (or, below zero, less) can be used until `expires_s`. */
KQ_MUST struct kq_result kq_tally_expiry(struct kq_batch *batch, int64_t template_no, int64_t expires_s,
                                         int64_t count, int64_t amount_fen, struct kq_error *error);

/* An issue. Issues of one batch and one end are written together, by kq_tally_settle. */
KQ_MUST struct kq_result kq_tally_issue(struct kq_batch *batch, struct kq_template_entry *entry,
                                        const struct kq_voucher *voucher, struct kq_error *error);

/* Writes what kq_tally_issue has put off: before the batch's commit, and before anything else looks at the
 * template's sums. */
KQ_MUST struct kq_result kq_tally_settle(struct kq_batch *batch, struct kq_template_entry *entry,
                                         struct kq_error *error);

#endif
