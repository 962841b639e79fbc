/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/query.h"

#include <assert.h>

#include "store/sqlite/list.h"

struct kq_query kq_query_begin(struct kq_connection *connection, const char *sql)
{
    struct kq_query query = {.connection = connection};
    query.status = kq_connection_statement(connection, sql, &query.statement);
    assert(query.statement == NULL || !sqlite3_stmt_busy(query.statement));
    return query;
}

void kq_query_end(struct kq_query *query)
{
    if (query->statement != NULL) {
        sqlite3_reset(query->statement); /* Says again what the step has said. */
        sqlite3_clear_bindings(query->statement);
    }
}

/* Remembers the first failure. */
static void note(struct kq_query *query, int status)
{
    if (query->status == SQLITE_OK) {
        query->status = status;
    }
}

void kq_query_note_no_memory(struct kq_query *query)
{
    note(query, SQLITE_NOMEM);
}

/* SQLite takes a NULL pointer for NULL. */
static const char *address_of(struct kq_slice slice)
{
    return slice.data == NULL ? "" : slice.data;
}

void kq_query_put_text(struct kq_query *query, struct kq_slice text)
{
    query->parameter++;
    if (query->status == SQLITE_OK) {
        note(query, sqlite3_bind_text64(query->statement, query->parameter, address_of(text), text.size,
                                        SQLITE_STATIC, SQLITE_UTF8));
    }
}

void kq_query_put_bytes(struct kq_query *query, struct kq_slice bytes)
{
    query->parameter++;
    if (query->status == SQLITE_OK) {
        note(query, sqlite3_bind_blob64(query->statement, query->parameter, address_of(bytes), bytes.size,
                                        SQLITE_STATIC));
    }
}

void kq_query_put_integer(struct kq_query *query, int64_t number)
{
    query->parameter++;
    if (query->status == SQLITE_OK) {
        note(query, sqlite3_bind_int64(query->statement, query->parameter, number));
    }
}

static void put_null(struct kq_query *query)
{
    query->parameter++;
    if (query->status == SQLITE_OK) {
        note(query, sqlite3_bind_null(query->statement, query->parameter));
    }
}

void kq_query_put_text_or_null(struct kq_query *query, struct kq_slice text)
{
    if (text.size == 0) {
        put_null(query);
    } else {
        kq_query_put_text(query, text);
    }
}

void kq_query_put_bytes_or_null(struct kq_query *query, struct kq_slice bytes)
{
    if (bytes.size == 0) {
        put_null(query);
    } else {
        kq_query_put_bytes(query, bytes);
    }
}

void kq_query_put_integer_or_null(struct kq_query *query, int64_t number, int64_t null_number)
{
    if (number == null_number) {
        put_null(query);
    } else {
        kq_query_put_integer(query, number);
    }
}

struct kq_result kq_query_check(const struct kq_query *query, struct kq_error *error)
{
    return query->status == SQLITE_OK ? KQ_OK : kq_connection_fail(query->connection, query->status, error);
}

struct kq_result kq_query_next(struct kq_query *query, bool *has_row, struct kq_error *error)
{
    KQ_TRY(kq_query_check(query, error));
    int status = sqlite3_step(query->statement);
    *has_row = status == SQLITE_ROW;
    query->column = 0;
    if (status != SQLITE_ROW && status != SQLITE_DONE) {
        note(query, status);
    }
    return kq_query_check(query, error);
}

struct kq_result kq_query_run(struct kq_query *query, struct kq_error *error)
{
    bool has_row = false;
    KQ_TRY(kq_query_next(query, &has_row, error));
    assert(!has_row);
    return KQ_OK;
}

static struct kq_slice copy(struct kq_query *query, struct kq_arena *arena, const void *data, int column)
{
    struct kq_slice value = {.data = data, .size = (size_t)sqlite3_column_bytes(query->statement, column)};
    if (data == NULL && sqlite3_errcode(query->connection->handle) == SQLITE_NOMEM) {
        note(query, SQLITE_NOMEM);
    }
    if (data == NULL || query->status != SQLITE_OK) {
        return KQ_SLICE_EMPTY;
    }
    value = kq_arena_copy(arena, value);
    if (value.data == NULL) {
        note(query, SQLITE_NOMEM);
    }
    return value;
}

struct kq_slice kq_query_take_text(struct kq_query *query, struct kq_arena *arena)
{
    int column = query->column++;
    return copy(query, arena, sqlite3_column_text(query->statement, column), column);
}

struct kq_slice kq_query_take_bytes(struct kq_query *query, struct kq_arena *arena)
{
    int column = query->column++;
    return copy(query, arena, sqlite3_column_blob(query->statement, column), column);
}

int64_t kq_query_take_integer(struct kq_query *query)
{
    return sqlite3_column_int64(query->statement, query->column++);
}

int64_t kq_query_take_integer_or(struct kq_query *query, int64_t null_number)
{
    bool is_null = sqlite3_column_type(query->statement, query->column) == SQLITE_NULL;
    int64_t number = kq_query_take_integer(query);
    return is_null ? null_number : number;
}

void kq_query_skip(struct kq_query *query)
{
    query->column++;
}

unsigned kq_query_take_choice(struct kq_query *query, unsigned count)
{
    int64_t number = kq_query_take_integer(query);
    if (number < 0 || number >= (int64_t)count) {
        note(query, SQLITE_CORRUPT);
        return 0;
    }
    return (unsigned)number;
}

struct kq_result kq_query_take_texts(struct kq_query *query, struct kq_arena *arena,
                                     const struct kq_slice **texts, size_t *count, struct kq_error *error)
{
    struct kq_slice *taken = NULL;
    size_t taken_count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(query, &has_row, error));
    while (has_row) {
        taken = kq_list_room(arena, taken, taken_count, sizeof(*taken));
        KQ_ENSURE_MEMORY(taken != NULL, error);
        taken[taken_count++] = kq_query_take_text(query, arena);
        KQ_TRY(kq_query_next(query, &has_row, error));
    }
    *texts = taken;
    *count = taken_count;
    return KQ_OK;
}
