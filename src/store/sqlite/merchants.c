/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/list.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

#define MERCHANT_COLUMNS "pid, name, created_s"

static void take_merchant(struct kq_query *query, struct kq_arena *arena, struct kq_merchant *merchant)
{
    *merchant = (struct kq_merchant){.pid = kq_query_take_text(query, arena)};
    merchant->name = kq_query_take_text(query, arena);
    merchant->created_s = kq_query_take_integer(query);
}

struct kq_result kq_row_merchant(struct kq_connection *connection, struct kq_slice pid,
                                 struct kq_arena *arena, struct kq_merchant *merchant, bool *found,
                                 struct kq_error *error)
{
    static const char select_merchant[] = "SELECT " MERCHANT_COLUMNS " FROM merchant WHERE pid = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_merchant);
    kq_query_put_text(&query, pid);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_merchant(&query, arena, merchant);
    }
    return kq_query_check(&query, error);
}

/* Made new, or named for the first time. */
static struct kq_result write_merchant(struct kq_batch *batch, const struct kq_merchant *merchant,
                                       struct kq_error *error)
{
    static const char upsert_merchant[] = "INSERT INTO merchant (" MERCHANT_COLUMNS ") VALUES (?, ?, ?)"
                                          " ON CONFLICT (pid) DO UPDATE SET name = excluded.name";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, upsert_merchant);
    kq_query_put_text(&query, merchant->pid);
    kq_query_put_text(&query, merchant->name);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_merchant_create(struct kq_batch *batch, struct kq_operation *operation,
                                          struct kq_error *error)
{
    struct kq_op_merchant_create *create = &operation->merchant_create;
    struct kq_merchant same;
    bool exists = false;
    KQ_TRY(kq_row_merchant(batch->connection, create->merchant.pid, &batch->arena, &same, &exists, error));
    KQ_TRY(kq_merchant_decide_create(&create->merchant, exists ? &same : NULL, &create->created, error));
    if (create->created) {
        KQ_TRY(write_merchant(batch, &create->merchant, error));
    }
    create->merchant.created_s = exists ? same.created_s : batch->now_ms / 1000;
    return KQ_OK;
}

struct kq_result kq_read_merchant_list(struct kq_connection *connection, struct kq_operation *operation,
                                       struct kq_error *error)
{
    static const char select_merchants[] =
        "SELECT " MERCHANT_COLUMNS " FROM merchant WHERE pid > ? ORDER BY pid LIMIT ?";
    struct kq_op_merchant_list *list = &operation->merchant_list;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_merchants);
    kq_query_put_text(&query, list->page.after);
    kq_query_put_integer(&query, kq_page_limit(&list->page));
    list->items = NULL;
    list->count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        list->items = kq_list_room(operation->arena, list->items, list->count, sizeof(*list->items));
        KQ_ENSURE_MEMORY(list->items != NULL, error);
        take_merchant(&query, operation->arena, &list->items[list->count++]);
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}
