/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_QUERY_H
#define KQ_STORE_SQLITE_QUERY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "store/sqlite/connection.h"

/* One use of a prepared statement:
 *
 *     KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_user);
 *     kq_query_put_text(&query, user_id);
 *     KQ_TRY(kq_query_next(&query, &found, error));
 *     if (found) { … kq_query_take_text(&query, arena) … }
 *     return kq_query_check(&query, error);
 *
 * The first failure sticks: what follows does nothing, and next, run and check report it. A statement is in
 * use by one query at a time. */
struct kq_query {
    struct kq_connection *connection; /* borrowed */
    sqlite3_stmt *statement;          /* the connection's; NULL where it could not be prepared */
    int status;                       /* SQLite's; SQLITE_OK so far, or the first failure */
    int parameter;                    /* put so far */
    int column;                       /* taken of this row so far */
};

/* `sql` has static storage. */
struct kq_query kq_query_begin(struct kq_connection *connection, const char *sql);
void kq_query_end(struct kq_query *query);

/* Give the next parameter its value. Texts and bytes must stay until the end. */
void kq_query_put_text(struct kq_query *query, struct kq_slice text);
void kq_query_put_text_or_null(struct kq_query *query, struct kq_slice text); /* empty: NULL */
void kq_query_put_bytes(struct kq_query *query, struct kq_slice bytes);
void kq_query_put_bytes_or_null(struct kq_query *query, struct kq_slice bytes); /* empty: NULL */
void kq_query_put_integer(struct kq_query *query, int64_t number);
void kq_query_put_integer_or_null(struct kq_query *query, int64_t number,
                                  int64_t null_number); /* equal: NULL */

/* Runs it, up to its next row. */
KQ_MUST struct kq_result kq_query_next(struct kq_query *query, bool *has_row, struct kq_error *error);

/* Runs it where it gives no rows. */
KQ_MUST struct kq_result kq_query_run(struct kq_query *query, struct kq_error *error);

/* The row's next column. Texts and bytes are copied to the arena; NULL is empty. */
struct kq_slice kq_query_take_text(struct kq_query *query, struct kq_arena *arena);
struct kq_slice kq_query_take_bytes(struct kq_query *query, struct kq_arena *arena);
int64_t kq_query_take_integer(struct kq_query *query);
int64_t kq_query_take_integer_or(struct kq_query *query, int64_t null_number); /* instead of NULL */

/* Not wanted. */
void kq_query_skip(struct kq_query *query);

/* An enumerator below `count`. Anything else is a damaged file: the schema's checks keep it out. */
unsigned kq_query_take_choice(struct kq_query *query, unsigned count);

/* Runs it to its end: the first column of each row, an array of *count texts in the arena; on failure *texts
 * and *count are untouched. */
KQ_MUST struct kq_result kq_query_take_texts(struct kq_query *query, struct kq_arena *arena,
                                             const struct kq_slice **texts, size_t *count,
                                             struct kq_error *error);

/* For those who take a column into an arena in a way of their own. */
void kq_query_note_no_memory(struct kq_query *query);

/* Has all gone well so far? To be asked after the last take. */
KQ_MUST struct kq_result kq_query_check(const struct kq_query *query, struct kq_error *error);

#endif
