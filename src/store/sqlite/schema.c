/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/schema.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/id.h"
#include "base/macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/transaction.h"

/* `sql`, and what SQL alone cannot do, before and after it in the same transaction; NULL: nothing. */
struct migration {
    struct kq_result (*before)(struct kq_connection *connection, struct kq_error *error);
    const char *sql;
    struct kq_result (*after)(struct kq_connection *connection, struct kq_error *error);
};

/* A new file becomes ours, and a node of its own: two files' ids are then distinct, but for one chance in
 * 1024. */
static struct kq_result make_node(struct kq_connection *connection, struct kq_error *error)
{
    static const char insert_meta[] =
        "INSERT INTO meta (only_row, node, last_ms, sequence) VALUES (1, ?, 0, 0)";
    uint32_t drawn = 0;
    connection->clock->random(connection->clock, &drawn, sizeof(drawn));
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, insert_meta);
    kq_query_put_integer(&query, drawn % KQ_ID_NODE_COUNT);
    return kq_query_run(&query, error);
}

/* Version n is made by the n-th. */
static const struct migration migrations[] = {
    {NULL, kq_schema_v1, make_node}, {kq_schema_v2_functions, kq_schema_v2, NULL},
    {NULL, kq_schema_v3, NULL},      {NULL, kq_schema_v4, NULL},
    {NULL, kq_schema_v5, NULL},      {NULL, kq_schema_v6, NULL},
    {NULL, kq_schema_v7, NULL},      {NULL, kq_schema_v8, NULL},
};

int64_t kq_schema_version(void)
{
    return (int64_t)KQ_COUNT(migrations);
}

static struct kq_result read_number(struct kq_connection *connection, const char *sql, int64_t *number,
                                    struct kq_error *error)
{
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, sql);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    *number = has_row ? kq_query_take_integer(&query) : 0;
    return kq_query_check(&query, error);
}

static struct kq_result read_version(struct kq_connection *connection, int64_t *version,
                                     struct kq_error *error)
{
    static const char user_version[] = "PRAGMA user_version";
    return read_number(connection, user_version, version, error);
}

struct kq_result kq_schema_check_version(struct kq_connection *connection, struct kq_error *error)
{
    int64_t version = 0;
    KQ_TRY(read_version(connection, &version, error));
    KQ_ENSURE(version == kq_schema_version(), error, KQ_E_STORE,
              "the store's schema version is %" PRId64 " now, and this program knows %" PRId64
              ": start the newer one",
              version, kq_schema_version());
    return KQ_OK;
}

/* Ours, or empty? And not newer than this program? */
static struct kq_result check_file(struct kq_connection *connection, int64_t *version, struct kq_error *error)
{
    static const char application_id[] = "PRAGMA application_id";
    static const char count_objects[] = "SELECT count(*) FROM sqlite_schema";
    int64_t id = 0;
    int64_t objects = 0;
    KQ_TRY(read_number(connection, application_id, &id, error));
    KQ_TRY(read_version(connection, version, error));
    KQ_TRY(read_number(connection, count_objects, &objects, error));
    bool is_new = id == 0 && *version == 0 && objects == 0;
    KQ_ENSURE(is_new || (id == KQ_SQLITE_APPLICATION_ID && *version > 0), error, KQ_E_STORE,
              "it is an SQLite database of another program");
    KQ_ENSURE(*version <= kq_schema_version(), error, KQ_E_STORE,
              "a newer kaquan has written it (schema version %" PRId64 ", this program knows %" PRId64
              "): use that one, or a newer one",
              *version, kq_schema_version());
    return KQ_OK;
}

/* Another process that opens the same new file is waited for: this pragma does not call the busy handler
 * always. */
static struct kq_result set_wal_mode(struct kq_connection *connection, struct kq_error *error)
{
    static const char journal_mode[] = "PRAGMA journal_mode = WAL";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, journal_mode);
    KQ_TRY(kq_query_check(&query, error));
    int times = 0;
    int status = sqlite3_step(query.statement);
    while ((status & 0xFF) == SQLITE_BUSY && kq_connection_wait(connection, times++)) {
        sqlite3_reset(query.statement);
        status = sqlite3_step(query.statement);
    }
    if (status != SQLITE_ROW) {
        return kq_connection_fail(connection, status, error);
    }
    struct kq_slice mode = kq_slice_of((const char *)sqlite3_column_text(query.statement, 0));
    KQ_ENSURE(kq_slice_equal(mode, KQ_SLICE("wal")), error, KQ_E_STORE,
              "its file system lacks what SQLite's WAL mode needs");
    return KQ_OK;
}

/* The next migration, if one is due. The version is read in the transaction: another process may have been
 * faster. */
static struct kq_result migrate(struct kq_connection *connection, int64_t *version, struct kq_error *error)
{
    KQ_TRY(check_file(connection, version, error));
    if (*version == kq_schema_version()) {
        return KQ_OK;
    }
    const struct migration *migration = &migrations[*version];
    if (migration->before != NULL) {
        KQ_TRY(migration->before(connection, error));
    }
    KQ_TRY(kq_connection_execute(connection, migration->sql, error));
    if (migration->after != NULL) {
        KQ_TRY(migration->after(connection, error));
    }
    (*version)++;
    char header[128];
    snprintf(header, sizeof(header), "PRAGMA application_id = %" PRId64 "; PRAGMA user_version = %" PRId64,
             KQ_SQLITE_APPLICATION_ID, *version);
    return kq_connection_execute(connection, header, error);
}

static struct kq_result run_in_transaction(struct kq_connection *connection, enum kq_transaction_kind kind,
                                           struct kq_result (*run)(struct kq_connection *connection,
                                                                   int64_t *version, struct kq_error *error),
                                           int64_t *version, struct kq_error *error)
{
    KQ_TRY(kq_transaction_begin(connection, kind, error));
    struct kq_result done = run(connection, version, error);
    if (done.ok) {
        done = kq_transaction_commit(connection, error);
    }
    if (!done.ok) {
        kq_transaction_rollback(connection);
    }
    return done;
}

struct kq_result kq_schema_prepare(struct kq_connection *connection, struct kq_error *error)
{
    int64_t version = 0;
    KQ_TRY(run_in_transaction(connection, KQ_TRANSACTION_READ, check_file, &version, error));
    KQ_TRY(set_wal_mode(connection, error));
    while (version < kq_schema_version()) {
        KQ_TRY(run_in_transaction(connection, KQ_TRANSACTION_WRITE, migrate, &version, error));
    }
    return KQ_OK;
}
