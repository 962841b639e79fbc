/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/connection.h"

#include <assert.h>
#include <time.h>

#include "base/macros.h"
#include "store/sqlite/transaction.h"

static_assert((KQ_SQLITE_STATEMENTS_MAX & (KQ_SQLITE_STATEMENTS_MAX - 1)) == 0,
              "the table's size is a power of two");

void kq_connection_be_patient(struct kq_connection *connection, int polls_max)
{
    connection->polls_max = polls_max;
}

bool kq_connection_wait(struct kq_connection *connection, int times)
{
    int64_t now_us = connection->clock->monotonic_us(connection->clock);
    if (times == 0) {
        connection->busy_since_us = now_us;
    }
    if (now_us - connection->busy_since_us >= KQ_SQLITE_BUSY_TIMEOUT_US ||
        (connection->polls_max > 0 && times >= connection->polls_max)) {
        return false;
    }
    struct timespec interval = {.tv_nsec = (long)KQ_SQLITE_POLL_US * 1000};
    nanosleep(&interval, NULL);
    return true;
}

static int handle_busy(void *context, int times)
{
    return kq_connection_wait(context, times) ? 1 : 0;
}

struct kq_result kq_connection_fail(struct kq_connection *connection, int status, struct kq_error *error)
{
    switch (status & 0xFF) {
    case SQLITE_NOMEM:
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return kq_fail(error, KQ_E_BUSY, "another process is writing to the store");
    default:
        break;
    }
    /* The connection's own text says more, where it is about this status. */
    bool is_last = connection->handle != NULL &&
                   (sqlite3_extended_errcode(connection->handle) & 0xFF) == (status & 0xFF);
    return kq_fail(error, KQ_E_STORE, "the store failed: %s (%d)",
                   is_last ? sqlite3_errmsg(connection->handle) : sqlite3_errstr(status), status);
}

struct kq_result kq_connection_execute(struct kq_connection *connection, const char *sql,
                                       struct kq_error *error)
{
    int status = sqlite3_exec(connection->handle, sql, NULL, NULL, NULL);
    return status == SQLITE_OK ? KQ_OK : kq_connection_fail(connection, status, error);
}

/* The writer's: what a large batch touches, so that a page is read and written once for all of it, and the
 * upper pages of trees with millions of rows. The same for the much larger batches of rows in bulk: what does
 * not fit is written to the log as it comes, and read again. The readers': every commit empties them. The
 * checkpointer reads no pages through its own. */
static const char *const cache_pragmas[KQ_CONNECTION_USE_COUNT] = {
    [KQ_CONNECTION_WRITER] = "PRAGMA cache_size = -65536",
    [KQ_CONNECTION_BULK_WRITER] = "PRAGMA cache_size = -294912",
    [KQ_CONNECTION_READER] = "PRAGMA cache_size = -2048",
    [KQ_CONNECTION_CHECKPOINTER] = "PRAGMA cache_size = -64",
};

static struct kq_result open_and_set(struct kq_connection *connection, const char *path,
                                     enum kq_connection_use use, struct kq_error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int status = sqlite3_open_v2(path, &connection->handle, flags, NULL);
    if (status == SQLITE_OK) {
        status = sqlite3_busy_handler(connection->handle, handle_busy, connection);
    }
    if (status != SQLITE_OK) {
        return kq_connection_fail(connection, status, error);
    }
    KQ_TRY(kq_connection_execute(connection,
                                 "PRAGMA trusted_schema = OFF;"
                                 "PRAGMA foreign_keys = ON;"
                                 "PRAGMA synchronous = FULL;"
                                 "PRAGMA wal_autocheckpoint = 0;",
                                 error));
    KQ_TRY(kq_connection_execute(connection, cache_pragmas[use], error));
    return kq_transaction_prepare(connection, error);
}

struct kq_result kq_connection_open(struct kq_connection *connection, const char *path,
                                    enum kq_connection_use use, const struct kq_clock *clock,
                                    struct kq_error *error)
{
    *connection = (struct kq_connection){.clock = clock};
    struct kq_result opened = open_and_set(connection, path, use, error);
    if (!opened.ok) {
        kq_connection_close(connection);
    }
    return opened;
}

void kq_connection_close(struct kq_connection *connection)
{
    for (size_t i = 0; i < KQ_SQLITE_STATEMENTS_MAX; i++) {
        sqlite3_finalize(connection->statements[i].statement);
    }
    int status = sqlite3_close(connection->handle);
    assert(status == SQLITE_OK);
    *connection = (struct kq_connection){0};
}

int kq_connection_statement(struct kq_connection *connection, const char *sql, sqlite3_stmt **statement)
{
    size_t place = (size_t)((uintptr_t)sql >> 3) % KQ_SQLITE_STATEMENTS_MAX;
    size_t steps = 0;
    while (connection->statements[place].sql != NULL && connection->statements[place].sql != sql) {
        place = (place + 1) % KQ_SQLITE_STATEMENTS_MAX;
        steps++;
        assert(steps < KQ_SQLITE_STATEMENTS_MAX);
    }
    if (connection->statements[place].sql == NULL) {
        int status = sqlite3_prepare_v3(connection->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &connection->statements[place].statement, NULL);
        if (status != SQLITE_OK) {
            return status;
        }
        connection->statements[place].sql = sql;
    }
    *statement = connection->statements[place].statement;
    return SQLITE_OK;
}
