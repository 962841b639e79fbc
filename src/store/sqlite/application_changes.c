/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "domain/application_change.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

static struct kq_result insert_application(struct kq_batch *batch, const struct kq_application *application,
                                           struct kq_error *error)
{
    static const char insert_application[] =
        "INSERT INTO application (app_id, pid, name, state, revision, created_s) VALUES (?, ?, ?, ?, 1, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_application);
    kq_query_put_text(&query, application->app_id);
    kq_query_put_text(&query, application->pid);
    kq_query_put_text(&query, application->name);
    kq_query_put_integer(&query, application->state);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    return kq_query_run(&query, error);
}

static void put_certificate(struct kq_query *query, const struct kq_application_certificate *certificate)
{
    bool is_there = certificate->der.size > 0;
    kq_query_put_bytes_or_null(query, certificate->der);
    kq_query_put_text_or_null(query, certificate->sn);
    kq_query_put_integer_or_null(query, is_there ? certificate->not_before_s : INT64_MIN, INT64_MIN);
    kq_query_put_integer_or_null(query, is_there ? certificate->not_after_s : INT64_MIN, INT64_MIN);
}

/* An empty key is one that is not there. */
static struct kq_result write_key(struct kq_batch *batch, struct kq_slice app_id, size_t sign_type, int slot,
                                  struct kq_slice key, const struct kq_application_certificate *certificate,
                                  struct kq_error *error)
{
    static const char upsert_key[] =
        "INSERT INTO application_key (app_id, sign_type, slot, public_key, certificate, certificate_sn,"
        " not_before_s, not_after_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET public_key = excluded.public_key, certificate = excluded.certificate,"
        " certificate_sn = excluded.certificate_sn, not_before_s = excluded.not_before_s,"
        " not_after_s = excluded.not_after_s";
    static const char delete_key[] =
        "DELETE FROM application_key WHERE app_id = ? AND sign_type = ? AND slot = ?";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, key.size > 0 ? upsert_key : delete_key);
    kq_query_put_text(&query, app_id);
    kq_query_put_integer(&query, (int64_t)sign_type);
    kq_query_put_integer(&query, slot);
    if (key.size > 0) {
        kq_query_put_bytes(&query, key);
        put_certificate(&query, certificate);
    }
    return kq_query_run(&query, error);
}

static struct kq_result write_keys(struct kq_batch *batch, struct kq_slice app_id, size_t sign_type,
                                   const struct kq_application_keys *keys, struct kq_error *error)
{
    KQ_TRY(write_key(batch, app_id, sign_type, KQ_KEY_CURRENT, keys->current, &keys->current_certificate,
                     error));
    return write_key(batch, app_id, sign_type, KQ_KEY_NEXT, keys->next, &keys->next_certificate, error);
}

static struct kq_result write_permission(struct kq_batch *batch, struct kq_slice app_id,
                                         struct kq_slice method, bool revoke, struct kq_error *error)
{
    static const char insert_permission[] =
        "INSERT INTO application_permission (app_id, method) VALUES (?, ?)";
    static const char delete_permission[] =
        "DELETE FROM application_permission WHERE app_id = ? AND method = ?";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, revoke ? delete_permission : insert_permission);
    kq_query_put_text(&query, app_id);
    kq_query_put_text(&query, method);
    return kq_query_run(&query, error);
}

/* 0: none. */
static struct kq_result write_limit(struct kq_batch *batch, const struct kq_op_application_limit *limit,
                                    struct kq_error *error)
{
    static const char upsert_limit[] =
        "INSERT INTO application_limit (app_id, method, per_second) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET per_second = excluded.per_second";
    static const char delete_limit[] = "DELETE FROM application_limit WHERE app_id = ? AND method = ?";
    bool is_removed = limit->per_second == 0;
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, is_removed ? delete_limit : upsert_limit);
    kq_query_put_text(&query, limit->app_id);
    kq_query_put_text(&query, limit->method);
    if (!is_removed) {
        kq_query_put_integer(&query, limit->per_second);
    }
    return kq_query_run(&query, error);
}

/* Writes what can change of the row itself, and counts the change. */
static struct kq_result revise(struct kq_batch *batch, struct kq_slice app_id,
                               enum kq_application_state state, struct kq_error *error)
{
    static const char update_application[] =
        "UPDATE application SET state = ?, revision = revision + 1 WHERE app_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_application);
    kq_query_put_integer(&query, state);
    kq_query_put_text(&query, app_id);
    return kq_query_run(&query, error);
}

static struct kq_result insert_all(struct kq_batch *batch, const struct kq_application *application,
                                   struct kq_error *error)
{
    KQ_TRY(kq_batch_need_merchant(batch, application->pid, error));
    KQ_TRY(insert_application(batch, application, error));
    for (size_t i = 0; i < KQ_SIGN_TYPE_COUNT; i++) {
        KQ_TRY(write_keys(batch, application->app_id, i, &application->keys[i], error));
    }
    for (size_t i = 0; i < application->permission_count; i++) {
        KQ_TRY(write_permission(batch, application->app_id, application->permissions[i], false, error));
    }
    return KQ_OK;
}

struct kq_result kq_write_application_create(struct kq_batch *batch, struct kq_operation *operation,
                                             struct kq_error *error)
{
    struct kq_op_application_create *create = &operation->application_create;
    struct kq_application *application = &create->application;
    struct kq_application same;
    bool exists = false;
    KQ_TRY(kq_row_application(batch->connection, application->app_id, &batch->arena, &same, &exists, error));
    KQ_TRY(kq_application_decide_create(application, exists ? &same : NULL, &create->created, error));
    if (create->created) {
        KQ_TRY(insert_all(batch, application, error));
    }
    application->revision = exists ? same.revision : 1;
    application->created_s = exists ? same.created_s : batch->now_ms / 1000;
    return KQ_OK;
}

struct kq_result kq_write_application_rotate_key(struct kq_batch *batch, struct kq_operation *operation,
                                                 struct kq_error *error)
{
    const struct kq_op_application_rotate_key *rotate = &operation->application_rotate_key;
    struct kq_application application;
    bool exists = false;
    bool changed = false;
    KQ_TRY(
        kq_row_application(batch->connection, rotate->app_id, &batch->arena, &application, &exists, error));
    struct kq_application_keys keys = {0};
    if (exists) {
        keys = application.keys[rotate->sign_type];
    }
    KQ_TRY(kq_application_decide_rotate(exists ? &application : NULL, rotate->public_key,
                                        &rotate->certificate, rotate->keep_current, &keys, &changed, error));
    if (!changed) {
        return KQ_OK;
    }
    KQ_TRY(write_keys(batch, rotate->app_id, rotate->sign_type, &keys, error));
    return revise(batch, rotate->app_id, application.state, error);
}

struct kq_result kq_write_application_set_state(struct kq_batch *batch, struct kq_operation *operation,
                                                struct kq_error *error)
{
    struct kq_op_application_set_state *set = &operation->application_set_state;
    struct kq_application application;
    bool exists = false;
    KQ_TRY(kq_row_application(batch->connection, set->app_id, &batch->arena, &application, &exists, error));
    KQ_TRY(kq_application_decide_set_state(exists ? &application : NULL, set->state, &set->changed, error));
    return set->changed ? revise(batch, set->app_id, set->state, error) : KQ_OK;
}

static struct kq_result write_content_key(struct kq_batch *batch, struct kq_slice app_id,
                                          struct kq_slice content_key, struct kq_error *error)
{
    static const char update_content_key[] = "UPDATE application SET content_key = ? WHERE app_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_content_key);
    kq_query_put_bytes_or_null(&query, content_key);
    kq_query_put_text(&query, app_id);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_application_set_content_key(struct kq_batch *batch, struct kq_operation *operation,
                                                      struct kq_error *error)
{
    struct kq_op_application_set_content_key *set = &operation->application_set_content_key;
    struct kq_application application;
    bool exists = false;
    KQ_TRY(kq_row_application(batch->connection, set->app_id, &batch->arena, &application, &exists, error));
    KQ_TRY(kq_application_decide_content_key(exists ? &application : NULL, set->content_key, set->replace,
                                             &set->changed, error));
    if (!set->changed) {
        return KQ_OK;
    }
    KQ_TRY(write_content_key(batch, set->app_id, set->content_key, error));
    return revise(batch, set->app_id, application.state, error);
}

struct kq_result kq_write_application_permit(struct kq_batch *batch, struct kq_operation *operation,
                                             struct kq_error *error)
{
    struct kq_op_application_permit *permit = &operation->application_permit;
    struct kq_application application;
    bool exists = false;
    KQ_TRY(
        kq_row_application(batch->connection, permit->app_id, &batch->arena, &application, &exists, error));
    KQ_TRY(kq_application_decide_permit(exists ? &application : NULL, permit->method, permit->revoke,
                                        &permit->changed, error));
    if (!permit->changed) {
        return KQ_OK;
    }
    KQ_TRY(write_permission(batch, permit->app_id, permit->method, permit->revoke, error));
    return revise(batch, permit->app_id, application.state, error);
}

struct kq_result kq_write_application_limit(struct kq_batch *batch, struct kq_operation *operation,
                                            struct kq_error *error)
{
    struct kq_op_application_limit *limit = &operation->application_limit;
    struct kq_application application;
    bool exists = false;
    KQ_TRY(kq_row_application(batch->connection, limit->app_id, &batch->arena, &application, &exists, error));
    KQ_TRY(kq_application_decide_limit(exists ? &application : NULL, limit->method, limit->per_second,
                                       &limit->changed, error));
    if (!limit->changed) {
        return KQ_OK;
    }
    KQ_TRY(write_limit(batch, limit, error));
    return revise(batch, limit->app_id, application.state, error);
}
