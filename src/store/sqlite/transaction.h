/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_TRANSACTION_H
#define KQ_STORE_SQLITE_TRANSACTION_H

#include "base/error.h"
#include "store/sqlite/connection.h"

/* A connection's transaction: at most one at a time. */

enum kq_transaction_kind {
    KQ_TRANSACTION_READ,  /* a snapshot, from the first row that is read */
    KQ_TRANSACTION_WRITE, /* takes the file's write lock, for which other processes are waited for */
};

/* Prepares its statements, so that ending one needs no memory. */
KQ_MUST struct kq_result kq_transaction_prepare(struct kq_connection *connection, struct kq_error *error);

/* Ends first what a failure may have left open. BUSY, STORE, NO_MEMORY. */
KQ_MUST struct kq_result kq_transaction_begin(struct kq_connection *connection, enum kq_transaction_kind kind,
                                              struct kq_error *error);

/* What was written is on the disk when it succeeds. After a failure the transaction must be rolled back. */
KQ_MUST struct kq_result kq_transaction_commit(struct kq_connection *connection, struct kq_error *error);

/* Nothing of it stays. Fine where SQLite has rolled back already, as it does after some failures. */
void kq_transaction_rollback(struct kq_connection *connection);

#endif
