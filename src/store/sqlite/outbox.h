/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_OUTBOX_H
#define KQ_STORE_SQLITE_OUTBOX_H

#include <stdint.h>

#include "base/error.h"
#include "domain/notification.h"
#include "store/sqlite/batch.h"

/* What is to be told, written in the transaction of what it tells of (schema_v6.c). Templates without a
 * notify_uri cost nothing here. STORE, BUSY, NO_MEMORY. */

/* A voucher has been issued, by the id that the batch made last. */
KQ_MUST struct kq_result kq_outbox_issue(struct kq_batch *batch, const struct kq_template_entry *entry,
                                         const struct kq_voucher *voucher, struct kq_error *error);

/* A change has been decided and has its number. Before its own notification stands that of an expiry which
 * came first and is not written yet. */
KQ_MUST struct kq_result kq_outbox_change(struct kq_batch *batch, const struct kq_template_entry *entry,
                                          int64_t voucher_no, const struct kq_voucher *after,
                                          const struct kq_voucher_change_result *change,
                                          struct kq_error *error);

/* The row of a notification whose number is set. Its first try is now, or after the earlier ones of its
 * voucher. */
KQ_MUST struct kq_result kq_outbox_insert(struct kq_batch *batch, int64_t template_no, int64_t voucher_no,
                                          const struct kq_notification *notification, struct kq_error *error);

/* A number from the batch's source of ids. */
int64_t kq_outbox_number(struct kq_batch *batch);

/* The first of a voucher's that wait may be tried now, if it could not be before. */
KQ_MUST struct kq_result kq_outbox_promote(struct kq_batch *batch, int64_t voucher_no,
                                           struct kq_error *error);

#endif
