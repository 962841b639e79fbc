/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>

#include "base/macros.h"
#include "base/memory.h"
#include "bench/clock.h"
#include "bench/commands.h"
#include "bench/sync_count.h"

/* The yardstick for the store alone: what SQLite does with nothing but the rows. A store has issued vouchers
 * that a copy of it, made before, lacks; these rows are inserted into the copy, in the same order, into the
 * same table with the same indexes, by one prepared statement in transactions of the same size. Rows are only
 * ever added at the table's end, so the new ones are those behind as many as the copy has. */

/* SQLite's defaults but for these. The cache (64 MiB) and the log that may grow before it is copied into the
 * database (20,000 pages, about 80 MB) are larger than the defaults of 2 and 4 MB, so that the yardstick is
 * not held back by what no one would leave as it is. What is still in the log is copied when the database is
 * closed, and that time counts. */
static const char settings[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF;"
    "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 20000";

/* Rows held in memory, ten values each: about 1 GB. */
#define ROWS_MAX INT64_C(2000000)

struct rows {
    sqlite3_value **values; /* row after row */
    size_t columns;
    size_t count;
    size_t capacity;
};

static struct kq_result check(sqlite3 *database, int status, struct kq_error *error)
{
    KQ_ENSURE(status == SQLITE_OK || status == SQLITE_ROW || status == SQLITE_DONE, error, KQ_E_STORE,
              "SQLite: %s", database == NULL ? sqlite3_errstr(status) : sqlite3_errmsg(database));
    return KQ_OK;
}

static void finalize(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}

static void close_database(sqlite3 **database)
{
    sqlite3_close(*database);
}

static void free_rows(struct rows *rows)
{
    for (size_t i = 0; i < rows->count * rows->columns; i++) {
        sqlite3_value_free(rows->values[i]);
    }
    kq_memory_free(rows->values);
}

static struct kq_result read_integer(sqlite3 *database, const char *sql, int64_t *value,
                                     struct kq_error *error)
{
    sqlite3_stmt *statement KQ_CLEANUP(finalize) = NULL;
    KQ_TRY(check(database, sqlite3_prepare_v2(database, sql, -1, &statement, NULL), error));
    KQ_TRY(check(database, sqlite3_step(statement), error));
    *value = sqlite3_column_int64(statement, 0);
    return KQ_OK;
}

static struct kq_result keep_row(struct rows *rows, sqlite3_stmt *statement, struct kq_error *error)
{
    KQ_ENSURE(rows->count < rows->capacity, error, KQ_E_STORE, "the table grew");
    sqlite3_value **row = &rows->values[rows->count * rows->columns];
    rows->count++;
    for (size_t i = 0; i < rows->columns; i++) {
        row[i] = sqlite3_value_dup(sqlite3_column_value(statement, (int)i));
        KQ_ENSURE_MEMORY(row[i] != NULL, error);
    }
    return KQ_OK;
}

/* The vouchers of `store` behind the first `known`. */
static struct kq_result read_rows(const char *store, int64_t known, struct rows *rows, struct kq_error *error)
{
    sqlite3 *database KQ_CLEANUP(close_database) = NULL;
    sqlite3_stmt *statement KQ_CLEANUP(finalize) = NULL;
    int64_t total = 0;
    KQ_TRY(check(NULL, sqlite3_open_v2(store, &database, SQLITE_OPEN_READWRITE, NULL), error));
    KQ_TRY(read_integer(database, "SELECT count(*) FROM voucher", &total, error));
    KQ_ENSURE(total > known, error, KQ_E_BAD_INPUT, "%s has no more vouchers than its copy", store);
    int64_t wanted = total - known < ROWS_MAX ? total - known : ROWS_MAX;
    static const char select_rows[] = "SELECT * FROM voucher ORDER BY 1 LIMIT ? OFFSET ?";
    KQ_TRY(check(database, sqlite3_prepare_v2(database, select_rows, -1, &statement, NULL), error));
    sqlite3_bind_int64(statement, 1, wanted);
    sqlite3_bind_int64(statement, 2, known);
    rows->columns = (size_t)sqlite3_column_count(statement);
    rows->capacity = (size_t)wanted;
    rows->values = kq_memory_allocate(rows->capacity * rows->columns * sizeof(sqlite3_value *));
    KQ_ENSURE_MEMORY(rows->values != NULL, error);
    int status = sqlite3_step(statement);
    while (status == SQLITE_ROW) {
        KQ_TRY(keep_row(rows, statement, error));
        status = sqlite3_step(statement);
    }
    return check(database, status, error);
}

static struct kq_result prepare_insert(sqlite3 *database, size_t columns, sqlite3_stmt **statement,
                                       struct kq_error *error)
{
    struct kq_buffer sql KQ_CLEANUP(kq_buffer_free) = {0};
    kq_buffer_print(&sql, "INSERT INTO voucher VALUES (?");
    for (size_t i = 1; i < columns; i++) {
        kq_buffer_print(&sql, ", ?");
    }
    kq_buffer_print(&sql, ")");
    KQ_ENSURE_MEMORY(!sql.failed, error);
    return check(database, sqlite3_prepare_v2(database, sql.data, -1, statement, NULL), error);
}

static struct kq_result insert_row(sqlite3 *database, sqlite3_stmt *statement, const struct rows *rows,
                                   size_t index, struct kq_error *error)
{
    for (size_t i = 0; i < rows->columns; i++) {
        sqlite3_bind_value(statement, (int)i + 1, rows->values[index * rows->columns + i]);
    }
    int status = sqlite3_step(statement);
    sqlite3_reset(statement);
    return check(database, status, error);
}

static struct kq_result insert_all(sqlite3 *database, const struct rows *rows, size_t transaction_rows,
                                   struct kq_error *error)
{
    sqlite3_stmt *statement KQ_CLEANUP(finalize) = NULL;
    KQ_TRY(prepare_insert(database, rows->columns, &statement, error));
    for (size_t first = 0; first < rows->count; first += transaction_rows) {
        KQ_TRY(check(database, sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL), error));
        for (size_t i = first; i < first + transaction_rows && i < rows->count; i++) {
            KQ_TRY(insert_row(database, statement, rows, i, error));
        }
        KQ_TRY(check(database, sqlite3_exec(database, "COMMIT", NULL, NULL, NULL), error));
    }
    return KQ_OK;
}

struct kq_result kq_bench_plain_command(const struct kq_bench_options *options, struct kq_buffer *json,
                                        struct kq_error *error)
{
    static struct kq_bench_histogram syncs;
    struct rows rows KQ_CLEANUP(free_rows) = {0};
    sqlite3 *database KQ_CLEANUP(close_database) = NULL;
    const char *store = NULL;
    const char *copy = NULL;
    double transaction_rows = 0;
    int64_t known = 0;
    KQ_TRY(kq_bench_option_text(options, "store", &store, error));
    KQ_TRY(kq_bench_option_text(options, "copy", &copy, error));
    KQ_TRY(kq_bench_option_number(options, "transaction", 1, &transaction_rows, error));
    KQ_ENSURE(transaction_rows >= 1, error, KQ_E_USAGE, "--transaction: 1 or more");
    KQ_TRY(kq_bench_sync_count_start(error));
    KQ_TRY(check(NULL, sqlite3_open_v2(copy, &database, SQLITE_OPEN_READWRITE, NULL), error));
    KQ_TRY(check(database, sqlite3_exec(database, settings, NULL, NULL, NULL), error));
    KQ_TRY(read_integer(database, "SELECT count(*) FROM voucher", &known, error));
    KQ_TRY(read_rows(store, known, &rows, error));
    kq_bench_sync_count_reset();
    int64_t begun_ns = kq_bench_now_ns();
    KQ_TRY(insert_all(database, &rows, (size_t)transaction_rows, error));
    int64_t done_ns = kq_bench_now_ns();
    kq_bench_sync_count_read(&syncs);
    close_database(&database);
    database = NULL;
    double seconds = (double)(done_ns - begun_ns) / (double)KQ_BENCH_SECOND_NS;
    double close_s = (double)(kq_bench_now_ns() - done_ns) / (double)KQ_BENCH_SECOND_NS;
    kq_buffer_print(json, "{\"rows\":%zu,\"seconds\":%.3f,\"close_s\":%.3f,\"rows_per_s\":%.1f,", rows.count,
                    seconds, close_s, (double)rows.count / seconds);
    kq_buffer_print(json, "\"rows_a_transaction\":%.0f,\"syncs\":%" PRIu64 "}\n", transaction_rows,
                    syncs.total);
    return KQ_OK;
}
