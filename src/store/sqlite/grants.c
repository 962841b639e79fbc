/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/grants.h"

#include "base/macros.h"
#include "domain/application_change.h"
#include "domain/authorization.h"
#include "store/sqlite/list.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

#define GRANT_COLUMNS "token_digest, app_id, pid, expires_s, created_s"

static struct kq_result load_methods(struct kq_connection *connection, struct kq_arena *arena,
                                     struct kq_grant *grant, struct kq_error *error)
{
    static const char select_methods[] =
        "SELECT method FROM app_grant_method WHERE token_digest = ? ORDER BY method";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_methods);
    kq_query_put_bytes(&query, grant->token_digest);
    return kq_query_take_texts(&query, arena, &grant->methods, &grant->method_count, error);
}

static void take_grant(struct kq_query *query, struct kq_arena *arena, struct kq_grant *grant)
{
    *grant = (struct kq_grant){.token_digest = kq_query_take_bytes(query, arena)};
    grant->app_id = kq_query_take_text(query, arena);
    grant->pid = kq_query_take_text(query, arena);
    grant->expires_s = kq_query_take_integer_or(query, INT64_MAX);
    grant->created_s = kq_query_take_integer(query);
}

struct kq_result kq_row_grant(struct kq_connection *connection, struct kq_slice token_digest,
                              struct kq_arena *arena, struct kq_grant *grant, bool *found,
                              struct kq_error *error)
{
    static const char select_grant[] = "SELECT " GRANT_COLUMNS " FROM app_grant WHERE token_digest = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_grant);
    kq_query_put_bytes(&query, token_digest);
    KQ_TRY(kq_query_next(&query, found, error));
    if (!*found) {
        return KQ_OK;
    }
    take_grant(&query, arena, grant);
    KQ_TRY(kq_query_check(&query, error));
    return load_methods(connection, arena, grant, error);
}

static struct kq_result insert_grant(struct kq_batch *batch, const struct kq_grant *grant,
                                     struct kq_error *error)
{
    static const char insert_grant[] = "INSERT INTO app_grant (" GRANT_COLUMNS ") VALUES (?, ?, ?, ?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_grant);
    kq_query_put_bytes(&query, grant->token_digest);
    kq_query_put_text(&query, grant->app_id);
    kq_query_put_text(&query, grant->pid);
    kq_query_put_integer_or_null(&query, grant->expires_s, INT64_MAX);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    return kq_query_run(&query, error);
}

static struct kq_result insert_method(struct kq_batch *batch, struct kq_slice token_digest,
                                      struct kq_slice method, struct kq_error *error)
{
    static const char insert_method[] = "INSERT INTO app_grant_method (token_digest, method) VALUES (?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_method);
    kq_query_put_bytes(&query, token_digest);
    kq_query_put_text(&query, method);
    return kq_query_run(&query, error);
}

static struct kq_result delete_dead(struct kq_batch *batch, struct kq_error *error)
{
    static const char delete_dead[] =
        "DELETE FROM app_grant WHERE token_digest IN (SELECT token_digest FROM app_grant"
        " WHERE expires_s <= ? ORDER BY expires_s LIMIT ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, delete_dead);
    kq_query_put_integer(&query, batch->now_ms / 1000 - KQ_DEAD_GRANT_KEPT_S);
    kq_query_put_integer(&query, KQ_DEAD_ROWS_MAX);
    return kq_query_run(&query, error);
}

struct kq_result kq_grant_insert(struct kq_batch *batch, const struct kq_grant *grant, struct kq_error *error)
{
    KQ_TRY(delete_dead(batch, error));
    KQ_TRY(insert_grant(batch, grant, error));
    for (size_t i = 0; i < grant->method_count; i++) {
        KQ_TRY(insert_method(batch, grant->token_digest, grant->methods[i], error));
    }
    return KQ_OK;
}

struct kq_result kq_write_grant_create(struct kq_batch *batch, struct kq_operation *operation,
                                       struct kq_error *error)
{
    struct kq_grant *grant = &operation->grant_create.grant;
    struct kq_application application;
    struct kq_grant same;
    bool has_application = false;
    bool exists = false;
    bool created = false;
    KQ_TRY(kq_row_application(batch->connection, grant->app_id, &batch->arena, &application, &has_application,
                              error));
    KQ_TRY(kq_row_grant(batch->connection, grant->token_digest, &batch->arena, &same, &exists, error));
    KQ_TRY(kq_grant_decide_create(grant, has_application ? &application : NULL, exists ? &same : NULL,
                                  &created, error));
    if (created) {
        KQ_TRY(kq_batch_need_merchant(batch, grant->pid, error));
        KQ_TRY(kq_grant_insert(batch, grant, error));
    }
    grant->created_s = exists ? same.created_s : batch->now_ms / 1000;
    return KQ_OK;
}

struct kq_result kq_read_grant_get(struct kq_connection *connection, struct kq_operation *operation,
                                   struct kq_error *error)
{
    struct kq_op_grant_get *get = &operation->grant_get;
    return kq_row_grant(connection, get->token_digest, operation->arena, &get->grant, &get->found, error);
}

struct kq_result kq_read_grant_list(struct kq_connection *connection, struct kq_operation *operation,
                                    struct kq_error *error)
{
    static const char select_grants[] =
        "SELECT " GRANT_COLUMNS " FROM app_grant WHERE token_digest > ? ORDER BY token_digest LIMIT ?";
    struct kq_op_grant_list *list = &operation->grant_list;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_grants);
    kq_query_put_bytes(&query, list->page.after);
    kq_query_put_integer(&query, kq_page_limit(&list->page));
    list->items = NULL;
    list->count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        list->items = kq_list_room(operation->arena, list->items, list->count, sizeof(*list->items));
        KQ_ENSURE_MEMORY(list->items != NULL, error);
        struct kq_grant *grant = &list->items[list->count++];
        take_grant(&query, operation->arena, grant);
        KQ_TRY(kq_query_check(&query, error));
        KQ_TRY(load_methods(connection, operation->arena, grant, error));
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}
