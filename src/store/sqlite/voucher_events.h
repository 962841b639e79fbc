/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_VOUCHER_EVENTS_H
#define KQ_STORE_SQLITE_VOUCHER_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "domain/voucher_change.h"
#include "store/sqlite/connection.h"

/* The rows of voucher_event (schema_v3.c). Texts are made in the arena. STORE, BUSY, NO_MEMORY. */

/* By its key. *found false: none. */
KQ_MUST struct kq_result kq_row_event(struct kq_connection *connection, int64_t voucher_no,
                                      enum kq_voucher_change_kind kind, struct kq_slice out_biz_no,
                                      struct kq_arena *arena, struct kq_voucher_event *event, bool *found,
                                      struct kq_error *error);

/* A use that is not refunded, one by `pid` before any other's. *several: there are more. */
KQ_MUST struct kq_result kq_row_open_use(struct kq_connection *connection, int64_t voucher_no,
                                         struct kq_slice pid, struct kq_arena *arena,
                                         struct kq_voucher_event *event, bool *found, bool *several,
                                         struct kq_error *error);

KQ_MUST struct kq_result kq_insert_event(struct kq_connection *connection, int64_t voucher_no,
                                         const struct kq_voucher_event *event, struct kq_error *error);

/* A use has been refunded by the event of that number. */
KQ_MUST struct kq_result kq_update_event_refund(struct kq_connection *connection, int64_t voucher_no,
                                                struct kq_slice use_biz_no, int64_t refund_number,
                                                struct kq_error *error);

#endif
