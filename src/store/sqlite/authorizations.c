/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/authorization.h"

#include "base/macros.h"
#include "base/memory.h"
#include "store/sqlite/grants.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"
#include "wire/signature.h"

static struct kq_result load_methods(struct kq_batch *batch, struct kq_auth_code *code,
                                     struct kq_error *error)
{
    static const char select_methods[] =
        "SELECT method FROM app_auth_code_method WHERE code_digest = ? ORDER BY method";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_methods);
    kq_query_put_bytes(&query, code->code_digest);
    return kq_query_take_texts(&query, &batch->arena, &code->methods, &code->method_count, error);
}

static struct kq_result load_code(struct kq_batch *batch, struct kq_slice code_digest,
                                  struct kq_auth_code *code, bool *found, struct kq_error *error)
{
    static const char select_code[] =
        "SELECT app_id, pid, expires_s, created_s FROM app_auth_code WHERE code_digest = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_code);
    kq_query_put_bytes(&query, code_digest);
    KQ_TRY(kq_query_next(&query, found, error));
    if (!*found) {
        return KQ_OK;
    }
    *code = (struct kq_auth_code){.code_digest = code_digest,
                                  .app_id = kq_query_take_text(&query, &batch->arena)};
    code->pid = kq_query_take_text(&query, &batch->arena);
    code->expires_s = kq_query_take_integer(&query);
    code->created_s = kq_query_take_integer(&query);
    KQ_TRY(kq_query_check(&query, error));
    return load_methods(batch, code, error);
}

static struct kq_result load_refresh_token(struct kq_batch *batch, struct kq_slice refresh_digest,
                                           struct kq_refresh_token *refresh, bool *found,
                                           struct kq_error *error)
{
    static const char select_refresh[] =
        "SELECT token_digest, expires_s FROM app_refresh_token WHERE refresh_digest = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_refresh);
    kq_query_put_bytes(&query, refresh_digest);
    KQ_TRY(kq_query_next(&query, found, error));
    if (!*found) {
        return KQ_OK;
    }
    *refresh = (struct kq_refresh_token){.refresh_digest = refresh_digest};
    struct kq_slice token_digest = kq_query_take_bytes(&query, &batch->arena);
    refresh->expires_s = kq_query_take_integer(&query);
    KQ_TRY(kq_query_check(&query, error));
    return kq_row_grant(batch->connection, token_digest, &batch->arena, &refresh->grant, found, error);
}

/* Runs a statement whose one parameter is a digest. */
static struct kq_result run_for(struct kq_batch *batch, const char *sql, struct kq_slice digest,
                                struct kq_error *error)
{
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, sql);
    kq_query_put_bytes(&query, digest);
    return kq_query_run(&query, error);
}

static struct kq_result insert_code(struct kq_batch *batch, const struct kq_auth_code *code,
                                    struct kq_error *error)
{
    static const char insert_code[] =
        "INSERT INTO app_auth_code (code_digest, app_id, pid, expires_s, created_s) VALUES (?, ?, ?, ?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_code);
    kq_query_put_bytes(&query, code->code_digest);
    kq_query_put_text(&query, code->app_id);
    kq_query_put_text(&query, code->pid);
    kq_query_put_integer(&query, code->expires_s);
    kq_query_put_integer(&query, code->created_s);
    return kq_query_run(&query, error);
}

static struct kq_result insert_code_method(struct kq_batch *batch, struct kq_slice code_digest,
                                           struct kq_slice method, struct kq_error *error)
{
    static const char insert_method[] =
        "INSERT INTO app_auth_code_method (code_digest, method) VALUES (?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_method);
    kq_query_put_bytes(&query, code_digest);
    kq_query_put_text(&query, method);
    return kq_query_run(&query, error);
}

static struct kq_result delete_dead_codes(struct kq_batch *batch, struct kq_error *error)
{
    static const char delete_dead[] =
        "DELETE FROM app_auth_code WHERE code_digest IN (SELECT code_digest FROM app_auth_code"
        " WHERE expires_s <= ? ORDER BY expires_s LIMIT ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, delete_dead);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    kq_query_put_integer(&query, KQ_DEAD_ROWS_MAX);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_auth_code_create(struct kq_batch *batch, struct kq_operation *operation,
                                           struct kq_error *error)
{
    struct kq_auth_code *code = &operation->auth_code_create.auth_code;
    struct kq_application application;
    bool exists = false;
    KQ_TRY(kq_row_application(batch->connection, code->app_id, &batch->arena, &application, &exists, error));
    KQ_TRY(kq_auth_code_decide_create(code, exists ? &application : NULL, batch->now_ms / 1000, error));
    KQ_TRY(delete_dead_codes(batch, error));
    KQ_TRY(kq_batch_need_merchant(batch, code->pid, error));
    KQ_TRY(insert_code(batch, code, error));
    for (size_t i = 0; i < code->method_count; i++) {
        KQ_TRY(insert_code_method(batch, code->code_digest, code->methods[i], error));
    }
    return KQ_OK;
}

/* Makes a new token into `text`, and its digest into the batch's arena. */
static struct kq_result make_token(struct kq_batch *batch, char text[KQ_TOKEN_TEXT_SIZE],
                                   struct kq_slice *digest, struct kq_error *error)
{
    const struct kq_clock *clock = batch->connection->clock;
    unsigned char random[KQ_TOKEN_RANDOM_BYTES];
    unsigned char *bytes = kq_arena_allocate(&batch->arena, KQ_TOKEN_DIGEST_BYTES);
    KQ_ENSURE_MEMORY(bytes != NULL, error);
    clock->random(clock, random, sizeof(random));
    kq_token_write(batch->now_ms / 1000, random, text);
    kq_memory_wipe(random, sizeof(random));
    *digest = (struct kq_slice){.data = (const char *)bytes, .size = KQ_TOKEN_DIGEST_BYTES};
    return kq_sha256((struct kq_slice){.data = text, .size = KQ_APP_AUTH_TOKEN_CHARS}, bytes, error);
}

static struct kq_result insert_refresh_token(struct kq_batch *batch, struct kq_slice refresh_digest,
                                             struct kq_slice token_digest, int64_t expires_s,
                                             struct kq_error *error)
{
    static const char insert_refresh[] =
        "INSERT INTO app_refresh_token (refresh_digest, token_digest, expires_s) VALUES (?, ?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_refresh);
    kq_query_put_bytes(&query, refresh_digest);
    kq_query_put_bytes(&query, token_digest);
    kq_query_put_integer(&query, expires_s);
    return kq_query_run(&query, error);
}

static struct kq_result end_grant(struct kq_batch *batch, struct kq_slice token_digest, int64_t expires_s,
                                  struct kq_error *error)
{
    static const char update_grant[] = "UPDATE app_grant SET expires_s = ? WHERE token_digest = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_grant);
    kq_query_put_integer_or_null(&query, expires_s, INT64_MAX);
    kq_query_put_bytes(&query, token_digest);
    return kq_query_run(&query, error);
}

static struct kq_result use_code(struct kq_batch *batch, const struct kq_op_grant_exchange *exchange,
                                 struct kq_grant *grant, struct kq_error *error)
{
    static const char delete_code[] = "DELETE FROM app_auth_code WHERE code_digest = ?";
    struct kq_auth_code code;
    bool found = false;
    KQ_TRY(load_code(batch, exchange->secret_digest, &code, &found, error));
    KQ_TRY(kq_auth_code_decide_exchange(found ? &code : NULL, exchange->app_id, batch->now_ms / 1000, grant,
                                        error));
    return run_for(batch, delete_code, exchange->secret_digest, error);
}

static struct kq_result use_refresh_token(struct kq_batch *batch, const struct kq_op_grant_exchange *exchange,
                                          struct kq_grant *grant, struct kq_error *error)
{
    static const char delete_refresh[] = "DELETE FROM app_refresh_token WHERE refresh_digest = ?";
    struct kq_refresh_token refresh = {0};
    bool found = false;
    int64_t old_expires_s = 0;
    KQ_TRY(load_refresh_token(batch, exchange->secret_digest, &refresh, &found, error));
    KQ_TRY(kq_refresh_token_decide(found ? &refresh : NULL, exchange->app_id, batch->now_ms / 1000, grant,
                                   &old_expires_s, error));
    KQ_TRY(end_grant(batch, refresh.grant.token_digest, old_expires_s, error));
    return run_for(batch, delete_refresh, exchange->secret_digest, error);
}

/* What stands in the batch's arena is gone when the operation's maker looks. */
static struct kq_result find_own_application(struct kq_batch *batch, struct kq_operation *operation,
                                             struct kq_slice pid, struct kq_error *error)
{
    static const char select_application[] =
        "SELECT app_id FROM application WHERE pid = ? AND state = 0 ORDER BY app_id LIMIT 1";
    struct kq_slice *app_id = &operation->grant_exchange.auth_app_id;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_application);
    kq_query_put_text(&query, pid);
    bool found = false;
    KQ_TRY(kq_query_next(&query, &found, error));
    *app_id = found ? kq_query_take_text(&query, operation->arena) : kq_arena_copy(operation->arena, pid);
    KQ_TRY(kq_query_check(&query, error));
    KQ_ENSURE_MEMORY(app_id->data != NULL, error);
    return KQ_OK;
}

static struct kq_result give_back(struct kq_batch *batch, struct kq_operation *operation,
                                  const struct kq_grant *grant, struct kq_error *error)
{
    struct kq_op_grant_exchange *exchange = &operation->grant_exchange;
    exchange->grant = (struct kq_grant){
        .app_id = exchange->app_id,
        .pid = kq_arena_copy(operation->arena, grant->pid),
        .expires_s = grant->expires_s,
        .created_s = grant->created_s,
    };
    KQ_ENSURE_MEMORY(exchange->grant.pid.data != NULL, error);
    return find_own_application(batch, operation, grant->pid, error);
}

struct kq_result kq_write_grant_exchange(struct kq_batch *batch, struct kq_operation *operation,
                                         struct kq_error *error)
{
    struct kq_op_grant_exchange *exchange = &operation->grant_exchange;
    struct kq_grant grant = {0};
    struct kq_slice refresh_digest = KQ_SLICE_EMPTY;
    if (exchange->kind == KQ_EXCHANGE_AUTH_CODE) {
        KQ_TRY(use_code(batch, exchange, &grant, error));
    } else {
        KQ_TRY(use_refresh_token(batch, exchange, &grant, error));
    }
    KQ_TRY(make_token(batch, exchange->app_auth_token, &grant.token_digest, error));
    KQ_TRY(make_token(batch, exchange->refresh_token, &refresh_digest, error));
    exchange->refresh_expires_s = grant.created_s + KQ_REFRESH_TOKEN_LIFETIME_S;
    KQ_TRY(kq_grant_insert(batch, &grant, error));
    KQ_TRY(
        insert_refresh_token(batch, refresh_digest, grant.token_digest, exchange->refresh_expires_s, error));
    return give_back(batch, operation, &grant, error);
}

static struct kq_result revoke_one(struct kq_batch *batch, struct kq_op_grant_revoke *revoke,
                                   struct kq_error *error)
{
    static const char delete_grant[] = "DELETE FROM app_grant WHERE token_digest = ?";
    struct kq_grant grant;
    bool found = false;
    KQ_TRY(kq_row_grant(batch->connection, revoke->token_digest, &batch->arena, &grant, &found, error));
    KQ_TRY(kq_grant_decide_revoke(found ? &grant : NULL, error));
    KQ_TRY(run_for(batch, delete_grant, revoke->token_digest, error));
    revoke->count = 1;
    return KQ_OK;
}

/* Deletes the merchant's rows for the application, and counts them. */
static struct kq_result delete_all(struct kq_batch *batch, const char *sql, struct kq_op_grant_revoke *revoke,
                                   struct kq_error *error)
{
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, sql);
    kq_query_put_text(&query, revoke->app_id);
    kq_query_put_text(&query, revoke->pid);
    KQ_TRY(kq_query_run(&query, error));
    revoke->count += sqlite3_changes(batch->connection->handle);
    return KQ_OK;
}

static struct kq_result revoke_all(struct kq_batch *batch, struct kq_op_grant_revoke *revoke,
                                   struct kq_error *error)
{
    static const char delete_grants[] = "DELETE FROM app_grant WHERE app_id = ? AND pid = ?";
    static const char delete_codes[] = "DELETE FROM app_auth_code WHERE app_id = ? AND pid = ?";
    struct kq_application application;
    bool exists = false;
    KQ_TRY(
        kq_row_application(batch->connection, revoke->app_id, &batch->arena, &application, &exists, error));
    KQ_TRY(kq_grant_decide_revoke_all(exists ? &application : NULL, revoke->pid, error));
    revoke->count = 0;
    KQ_TRY(delete_all(batch, delete_grants, revoke, error));
    return delete_all(batch, delete_codes, revoke, error);
}

struct kq_result kq_write_grant_revoke(struct kq_batch *batch, struct kq_operation *operation,
                                       struct kq_error *error)
{
    struct kq_op_grant_revoke *revoke = &operation->grant_revoke;
    return revoke->token_digest.size > 0 ? revoke_one(batch, revoke, error)
                                         : revoke_all(batch, revoke, error);
}
