/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_CONNECTION_H
#define KQ_STORE_SQLITE_CONNECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

/* One connection to the file, with its prepared statements. One thread at a time. */

/* How long another process's write is waited for: longer than any batch takes, shorter than callers wait. */
#define KQ_SQLITE_BUSY_TIMEOUT_US INT64_C(5000000)

/* Short beside a commit, and beside the rest that a busy writer takes (writer.c): a process that polls rarely
 * would starve beside a busy one. */
#define KQ_SQLITE_POLL_US 250

/* More than there are statements in this folder; a power of two, for the table of them. */
#define KQ_SQLITE_STATEMENTS_MAX 256

struct kq_connection {
    sqlite3 *handle;
    const struct kq_clock *clock; /* borrowed */
    int64_t busy_since_us;        /* of the wait that is going on */
    int polls_max;                /* 0: as many as there is time for */
    bool has_node;                /* `node` has been read: kq_store_node's */
    uint32_t node;
    struct {
        const char *sql; /* NULL: a free place; else the text's address, which is its name */
        sqlite3_stmt *statement;
    } statements[KQ_SQLITE_STATEMENTS_MAX];
};

/* What a connection is for: how many pages it may keep, which is memory that is taken only as pages are read
 * or written. */
enum kq_connection_use {
    KQ_CONNECTION_WRITER,
    KQ_CONNECTION_BULK_WRITER,
    KQ_CONNECTION_READER,
    KQ_CONNECTION_CHECKPOINTER,
    KQ_CONNECTION_USE_COUNT
};

/* Opens the file, which must be there, and sets what holds for every connection. WAL mode is
 * kq_schema_prepare's. After a failure there is nothing to close. STORE, BUSY, NO_MEMORY. */
KQ_MUST struct kq_result kq_connection_open(struct kq_connection *connection, const char *path,
                                            enum kq_connection_use use, const struct kq_clock *clock,
                                            struct kq_error *error);

/* Finalizes its statements. A zeroed connection is fine. */
void kq_connection_close(struct kq_connection *connection);

/* The statement of a text that has static storage; prepared once. A status of SQLite. */
KQ_MUST int kq_connection_statement(struct kq_connection *connection, const char *sql,
                                    sqlite3_stmt **statement);

/* Runs one or more statements that give no rows. */
KQ_MUST struct kq_result kq_connection_execute(struct kq_connection *connection, const char *sql,
                                               struct kq_error *error);

/* Records what SQLite's status means: NO_MEMORY, BUSY (another process has the file), else STORE. */
KQ_MUST struct kq_result kq_connection_fail(struct kq_connection *connection, int status,
                                            struct kq_error *error);

/* How many times it looks whether another connection is done, from now on; 0: until
 * KQ_SQLITE_BUSY_TIMEOUT_US is over. */
void kq_connection_be_patient(struct kq_connection *connection, int polls_max);

/* Waits a moment for another connection, if there is patience left: `times` counts from 0 in each wait. */
bool kq_connection_wait(struct kq_connection *connection, int times);

#endif
