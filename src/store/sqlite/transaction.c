/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/transaction.h"

#include "base/macros.h"
#include "store/sqlite/query.h"

static const char begin_read[] = "BEGIN";
static const char begin_write[] = "BEGIN IMMEDIATE";
static const char commit[] = "COMMIT";
static const char rollback[] = "ROLLBACK";

static struct kq_result run(struct kq_connection *connection, const char *sql, struct kq_error *error)
{
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, sql);
    return kq_query_run(&query, error);
}

struct kq_result kq_transaction_prepare(struct kq_connection *connection, struct kq_error *error)
{
    const char *const statements[] = {begin_read, begin_write, commit, rollback};
    for (size_t i = 0; i < KQ_COUNT(statements); i++) {
        KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, statements[i]);
        KQ_TRY(kq_query_check(&query, error));
    }
    return KQ_OK;
}

struct kq_result kq_transaction_begin(struct kq_connection *connection, enum kq_transaction_kind kind,
                                      struct kq_error *error)
{
    kq_transaction_rollback(connection);
    return run(connection, kind == KQ_TRANSACTION_WRITE ? begin_write : begin_read, error);
}

struct kq_result kq_transaction_commit(struct kq_connection *connection, struct kq_error *error)
{
    return run(connection, commit, error);
}

void kq_transaction_rollback(struct kq_connection *connection)
{
    if (sqlite3_get_autocommit(connection->handle) == 0) {
        KQ_IGNORE(run(connection, rollback, NULL));
    }
}
