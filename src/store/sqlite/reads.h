/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_READS_H
#define KQ_STORE_SQLITE_READS_H

#include "domain/operation.h"
#include "store/sqlite/connection.h"

/* The reading operations, one function a kind, each inside a transaction: all that it reads is one snapshot.
 * Results live in the operation's arena. */
typedef struct kq_result kq_read_function(struct kq_connection *connection, struct kq_operation *operation,
                                          struct kq_error *error);

/* By kind; NULL for those that write. */
extern kq_read_function *const kq_reads[KQ_OPERATION_KIND_COUNT];

kq_read_function kq_read_application_get;
kq_read_function kq_read_application_list;
kq_read_function kq_read_grant_get;
kq_read_function kq_read_grant_list;
kq_read_function kq_read_confirmation_get;
kq_read_function kq_read_funding_get;
kq_read_function kq_read_merchant_list;
kq_read_function kq_read_user_get;
kq_read_function kq_read_user_list;
kq_read_function kq_read_shop_list;
kq_read_function kq_read_template_get;
kq_read_function kq_read_template_list;
kq_read_function kq_read_template_page;
kq_read_function kq_read_voucher_get;
kq_read_function kq_read_voucher_list;
kq_read_function kq_read_wallet;
kq_read_function kq_read_notification_due;
kq_read_function kq_read_notification_list;
kq_read_function kq_read_notification_status;
kq_read_function kq_read_report;
kq_read_function kq_read_audit;
kq_read_function kq_read_health;

/* LIMIT's parameter: SQLite reads a negative one as none. */
int64_t kq_page_limit(const struct kq_page *page);

#endif
