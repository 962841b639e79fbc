/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/list.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"

#define APPLICATION_COLUMNS "app_id, pid, name, state, revision, created_s, content_key"

static void take_application(struct kq_query *query, struct kq_arena *arena,
                             struct kq_application *application)
{
    *application = (struct kq_application){.app_id = kq_query_take_text(query, arena)};
    application->pid = kq_query_take_text(query, arena);
    application->name = kq_query_take_text(query, arena);
    application->state = kq_query_take_choice(query, KQ_APPLICATION_DISABLED + 1);
    application->revision = kq_query_take_integer(query);
    application->created_s = kq_query_take_integer(query);
    application->content_key = kq_query_take_bytes(query, arena);
}

static void take_key(struct kq_query *query, struct kq_arena *arena, struct kq_slice *key,
                     struct kq_application_certificate *certificate)
{
    *key = kq_query_take_bytes(query, arena);
    certificate->der = kq_query_take_bytes(query, arena);
    certificate->sn = kq_query_take_text(query, arena);
    certificate->not_before_s = kq_query_take_integer_or(query, 0);
    certificate->not_after_s = kq_query_take_integer_or(query, 0);
}

static struct kq_result load_keys(struct kq_connection *connection, struct kq_arena *arena,
                                  struct kq_application *application, struct kq_error *error)
{
    static const char select_keys[] =
        "SELECT sign_type, slot, public_key, certificate, certificate_sn, not_before_s, not_after_s"
        " FROM application_key WHERE app_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_keys);
    kq_query_put_text(&query, application->app_id);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        struct kq_application_keys *keys =
            &application->keys[kq_query_take_choice(&query, KQ_SIGN_TYPE_COUNT)];
        if (kq_query_take_choice(&query, KQ_KEY_SLOT_COUNT) == KQ_KEY_CURRENT) {
            take_key(&query, arena, &keys->current, &keys->current_certificate);
        } else {
            take_key(&query, arena, &keys->next, &keys->next_certificate);
        }
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}

static struct kq_result load_permissions(struct kq_connection *connection, struct kq_arena *arena,
                                         struct kq_application *application, struct kq_error *error)
{
    static const char select_permissions[] =
        "SELECT method FROM application_permission WHERE app_id = ? ORDER BY method";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_permissions);
    kq_query_put_text(&query, application->app_id);
    return kq_query_take_texts(&query, arena, &application->permissions, &application->permission_count,
                               error);
}

static struct kq_result load_limits(struct kq_connection *connection, struct kq_arena *arena,
                                    struct kq_application *application, struct kq_error *error)
{
    static const char select_limits[] =
        "SELECT method, per_second FROM application_limit WHERE app_id = ? ORDER BY method";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_limits);
    kq_query_put_text(&query, application->app_id);
    struct kq_application_limit *limits = NULL;
    size_t count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        limits = kq_list_room(arena, limits, count, sizeof(*limits));
        KQ_ENSURE_MEMORY(limits != NULL, error);
        limits[count].method = kq_query_take_text(&query, arena);
        limits[count].per_second = kq_query_take_integer(&query);
        count++;
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    application->limits = limits;
    application->limit_count = count;
    return KQ_OK;
}

/* What stands beside the row. */
static struct kq_result load_rest(struct kq_connection *connection, struct kq_arena *arena,
                                  struct kq_application *application, struct kq_error *error)
{
    KQ_TRY(load_keys(connection, arena, application, error));
    KQ_TRY(load_permissions(connection, arena, application, error));
    return load_limits(connection, arena, application, error);
}

struct kq_result kq_row_application(struct kq_connection *connection, struct kq_slice app_id,
                                    struct kq_arena *arena, struct kq_application *application, bool *found,
                                    struct kq_error *error)
{
    static const char select_application[] =
        "SELECT " APPLICATION_COLUMNS " FROM application WHERE app_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_application);
    kq_query_put_text(&query, app_id);
    KQ_TRY(kq_query_next(&query, found, error));
    if (!*found) {
        return KQ_OK;
    }
    take_application(&query, arena, application);
    KQ_TRY(kq_query_check(&query, error));
    return load_rest(connection, arena, application, error);
}

struct kq_result kq_read_application_get(struct kq_connection *connection, struct kq_operation *operation,
                                         struct kq_error *error)
{
    struct kq_op_application_get *get = &operation->application_get;
    return kq_row_application(connection, get->app_id, operation->arena, &get->application, &get->found,
                              error);
}

struct kq_result kq_read_application_list(struct kq_connection *connection, struct kq_operation *operation,
                                          struct kq_error *error)
{
    static const char select_applications[] =
        "SELECT " APPLICATION_COLUMNS " FROM application WHERE app_id > ? ORDER BY app_id LIMIT ?";
    struct kq_op_application_list *list = &operation->application_list;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_applications);
    kq_query_put_text(&query, list->page.after);
    kq_query_put_integer(&query, kq_page_limit(&list->page));
    list->items = NULL;
    list->count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        list->items = kq_list_room(operation->arena, list->items, list->count, sizeof(*list->items));
        KQ_ENSURE_MEMORY(list->items != NULL, error);
        struct kq_application *application = &list->items[list->count++];
        take_application(&query, operation->arena, application);
        KQ_TRY(kq_query_check(&query, error));
        KQ_TRY(load_rest(connection, operation->arena, application, error));
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}
