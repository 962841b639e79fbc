/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/confirmations.h"

#include <assert.h>

#include "base/macros.h"
#include "domain/operation.h"
#include "store/sqlite/numbers.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/secrets.h"
#include "store/sqlite/writes.h"

static_assert(KQ_SECRET_PAGE == 0 && KQ_SECRET_CODE == 1, "stored");

#define CONFIRMATION_COLUMNS                                                                                 \
    "confirmation_no, template_id, user_id, confirmation.out_biz_no, need_redirect, "                        \
    "confirmation.redirect_uri, confirmation.expires_s, accepted_s IS NOT NULL, used_s IS NOT NULL"

static void take_row(struct kq_query *query, struct kq_arena *arena, struct kq_confirmation_row *row)
{
    *row = (struct kq_confirmation_row){.confirmation_no = kq_query_take_integer(query)};
    struct kq_confirmation *confirmation = &row->confirmation;
    confirmation->template_id = kq_query_take_text(query, arena);
    confirmation->user_id = kq_query_take_user(query, arena);
    confirmation->out_biz_no = kq_query_take_text(query, arena);
    confirmation->need_redirect = kq_query_take_integer(query) != 0;
    confirmation->redirect_uri = kq_query_take_text(query, arena);
    confirmation->expires_s = kq_query_take_integer(query);
    confirmation->is_accepted = kq_query_take_integer(query) != 0;
    confirmation->is_used = kq_query_take_integer(query) != 0;
}

struct kq_result kq_row_confirmation_by_secret(struct kq_connection *connection, enum kq_secret_kind kind,
                                               struct kq_slice secret_digest, struct kq_arena *arena,
                                               struct kq_confirmation_row *row, bool *found,
                                               struct kq_error *error)
{
    static const char select_confirmation[] =
        "SELECT " CONFIRMATION_COLUMNS ", confirmation_secret.expires_s FROM confirmation_secret"
        " JOIN confirmation USING (confirmation_no) JOIN template USING (template_no)"
        " WHERE secret_digest = ? AND confirmation_secret.kind = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_confirmation);
    kq_query_put_bytes(&query, secret_digest);
    kq_query_put_integer(&query, kind);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_row(&query, arena, row);
        row->secret_expires_s = kq_query_take_integer(&query);
    }
    return kq_query_check(&query, error);
}

static struct kq_result find_same_key(struct kq_batch *batch, int64_t template_no, struct kq_slice out_biz_no,
                                      struct kq_confirmation_row *row, bool *found, struct kq_error *error)
{
    static const char select_confirmation[] =
        "SELECT " CONFIRMATION_COLUMNS " FROM confirmation JOIN template USING (template_no)"
        " WHERE template_no = ? AND confirmation.out_biz_no = ?";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, select_confirmation);
    kq_query_put_integer(&query, template_no);
    kq_query_put_text(&query, out_biz_no);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_row(&query, &batch->arena, row);
    }
    return kq_query_check(&query, error);
}

static struct kq_result delete_dead(struct kq_batch *batch, struct kq_error *error)
{
    static const char delete_dead[] =
        "DELETE FROM confirmation WHERE confirmation_no IN (SELECT confirmation_no FROM confirmation"
        " WHERE expires_s <= ? ORDER BY expires_s LIMIT ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, delete_dead);
    kq_query_put_integer(&query, batch->now_ms / 1000 - KQ_DEAD_CONFIRMATION_KEPT_S);
    kq_query_put_integer(&query, KQ_DEAD_ROWS_MAX);
    return kq_query_run(&query, error);
}

static struct kq_result delete_one(struct kq_batch *batch, int64_t confirmation_no, struct kq_error *error)
{
    static const char delete_confirmation[] = "DELETE FROM confirmation WHERE confirmation_no = ?";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, delete_confirmation);
    kq_query_put_integer(&query, confirmation_no);
    return kq_query_run(&query, error);
}

static struct kq_result insert_confirmation(struct kq_batch *batch, int64_t template_no,
                                            const struct kq_confirmation *confirmation,
                                            int64_t *confirmation_no, struct kq_error *error)
{
    static const char insert_confirmation[] =
        "INSERT INTO confirmation (template_no, user_id, out_biz_no, need_redirect, redirect_uri, expires_s)"
        " VALUES (?, ?, ?, ?, ?, ?)";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, insert_confirmation);
    kq_query_put_integer(&query, template_no);
    kq_query_put_user(&query, confirmation->user_id);
    kq_query_put_text(&query, confirmation->out_biz_no);
    kq_query_put_integer(&query, confirmation->need_redirect ? 1 : 0);
    kq_query_put_text(&query, confirmation->redirect_uri);
    kq_query_put_integer(&query, confirmation->expires_s);
    KQ_TRY(kq_query_run(&query, error));
    *confirmation_no = sqlite3_last_insert_rowid(batch->connection->handle);
    return KQ_OK;
}

static struct kq_result update_expiry(struct kq_batch *batch, int64_t confirmation_no, int64_t expires_s,
                                      struct kq_error *error)
{
    static const char update_confirmation[] =
        "UPDATE confirmation SET expires_s = ? WHERE confirmation_no = ?";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, update_confirmation);
    kq_query_put_integer(&query, expires_s);
    kq_query_put_integer(&query, confirmation_no);
    return kq_query_run(&query, error);
}

static struct kq_result insert_secret(struct kq_batch *batch, const struct kq_confirmation_row *row,
                                      enum kq_secret_kind kind, struct kq_slice digest,
                                      struct kq_error *error)
{
    static const char insert_secret[] =
        "INSERT INTO confirmation_secret (secret_digest, confirmation_no, kind, expires_s)"
        " VALUES (?, ?, ?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_secret);
    kq_query_put_bytes(&query, digest);
    kq_query_put_integer(&query, row->confirmation_no);
    kq_query_put_integer(&query, kind);
    kq_query_put_integer(&query, row->confirmation.expires_s);
    return kq_query_run(&query, error);
}

/* Only the newest stay. */
static struct kq_result delete_oldest(struct kq_batch *batch, int64_t confirmation_no,
                                      enum kq_secret_kind kind, struct kq_error *error)
{
    static const char delete_oldest[] =
        "DELETE FROM confirmation_secret WHERE secret_no IN (SELECT secret_no FROM confirmation_secret"
        " WHERE confirmation_no = ? AND kind = ? ORDER BY secret_no DESC LIMIT -1 OFFSET ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, delete_oldest);
    kq_query_put_integer(&query, confirmation_no);
    kq_query_put_integer(&query, kind);
    kq_query_put_integer(&query, KQ_CONFIRMATION_SECRETS_MAX);
    return kq_query_run(&query, error);
}

/* Makes a new secret into `text`; it holds as long as its confirmation does now. */
static struct kq_result make_secret(struct kq_batch *batch, const struct kq_confirmation_row *row,
                                    enum kq_secret_kind kind, char text[KQ_CODE_TEXT_SIZE],
                                    struct kq_error *error)
{
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    KQ_TRY(kq_secret_draw(batch->connection->clock, text, digest, error));
    KQ_TRY(insert_secret(batch, row, kind,
                         (struct kq_slice){.data = (const char *)digest, .size = sizeof(digest)}, error));
    return delete_oldest(batch, row->confirmation_no, kind, error);
}

/* Nothing that lives stands under the key, and a send would not be refused now. */
static struct kq_result begin_confirmation(struct kq_batch *batch,
                                           const struct kq_op_confirmation_create *create,
                                           int64_t template_no, const struct kq_confirmation_row *dead,
                                           struct kq_confirmation_row *row, struct kq_error *error)
{
    const struct kq_issue_request request = {
        .pid = create->pid,
        .template_id = create->wanted.template_id,
        .out_biz_no = create->wanted.out_biz_no,
        .recipient = {.kind = KQ_RECIPIENT_USER_ID, .value = create->wanted.user_id},
    };
    KQ_TRY(kq_issue_check(batch, &request, error));
    KQ_TRY(delete_dead(batch, error));
    if (dead != NULL) {
        KQ_TRY(delete_one(batch, dead->confirmation_no, error));
    }
    return insert_confirmation(batch, template_no, &row->confirmation, &row->confirmation_no, error);
}

static struct kq_result give_secret(struct kq_batch *batch, const struct kq_confirmation_row *row,
                                    struct kq_op_confirmation_create *create, struct kq_error *error)
{
    create->page_token[0] = '\0';
    create->send_code[0] = '\0';
    if (row->confirmation.is_used) {
        return KQ_OK;
    }
    return row->confirmation.is_accepted ? make_secret(batch, row, KQ_SECRET_CODE, create->send_code, error)
                                         : make_secret(batch, row, KQ_SECRET_PAGE, create->page_token, error);
}

struct kq_result kq_write_confirmation_create(struct kq_batch *batch, struct kq_operation *operation,
                                              struct kq_error *error)
{
    struct kq_op_confirmation_create *create = &operation->confirmation_create;
    struct kq_template_entry *entry = NULL;
    struct kq_confirmation_row same = {0};
    struct kq_confirmation_row row = {0};
    int64_t template_no = KQ_NUMBER_NONE;
    bool exists = false;
    bool is_new = false;
    KQ_TRY(
        kq_template_map_get(&batch->templates, batch->connection, create->wanted.template_id, &entry, error));
    if (entry != NULL) {
        template_no = entry->template_no;
        KQ_TRY(find_same_key(batch, template_no, create->wanted.out_biz_no, &same, &exists, error));
    }
    KQ_TRY(kq_confirmation_decide_create(&create->wanted, entry == NULL ? NULL : &entry->template,
                                         create->pid, exists ? &same.confirmation : NULL,
                                         batch->now_ms / 1000, &row.confirmation, &is_new, error));
    if (is_new) {
        KQ_TRY(begin_confirmation(batch, create, template_no, exists ? &same : NULL, &row, error));
    } else {
        row.confirmation_no = same.confirmation_no;
        KQ_TRY(update_expiry(batch, row.confirmation_no, row.confirmation.expires_s, error));
    }
    return give_secret(batch, &row, create, error);
}

static struct kq_result update_accepted(struct kq_batch *batch, const struct kq_confirmation_row *row,
                                        struct kq_error *error)
{
    static const char update_confirmation[] = "UPDATE confirmation SET accepted_s = coalesce(accepted_s, ?),"
                                              " expires_s = ? WHERE confirmation_no = ?";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, update_confirmation);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    kq_query_put_integer(&query, row->confirmation.expires_s);
    kq_query_put_integer(&query, row->confirmation_no);
    return kq_query_run(&query, error);
}

/* The row's texts are loaded into the operation's arena, since they are given back. */
struct kq_result kq_write_confirmation_accept(struct kq_batch *batch, struct kq_operation *operation,
                                              struct kq_error *error)
{
    struct kq_op_confirmation_accept *accept = &operation->confirmation_accept;
    struct kq_confirmation_row row = {0};
    bool found = false;
    KQ_TRY(kq_row_confirmation_by_secret(batch->connection, KQ_SECRET_PAGE, accept->page_digest,
                                         operation->arena, &row, &found, error));
    KQ_TRY(kq_confirmation_decide_accept(found ? &row.confirmation : NULL, found ? row.secret_expires_s : 0,
                                         batch->now_ms / 1000, &accept->confirmation, error));
    row.confirmation = accept->confirmation;
    KQ_TRY(update_accepted(batch, &row, error));
    return make_secret(batch, &row, KQ_SECRET_CODE, accept->send_code, error);
}

struct kq_result kq_confirmation_note_used(struct kq_batch *batch, int64_t confirmation_no,
                                           struct kq_error *error)
{
    static const char update_confirmation[] = "UPDATE confirmation SET used_s = ? WHERE confirmation_no = ?";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, update_confirmation);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    kq_query_put_integer(&query, confirmation_no);
    return kq_query_run(&query, error);
}

struct kq_result kq_read_confirmation_get(struct kq_connection *connection, struct kq_operation *operation,
                                          struct kq_error *error)
{
    struct kq_op_confirmation_get *get = &operation->confirmation_get;
    struct kq_confirmation_row row = {0};
    struct kq_merchant merchant = {0};
    bool found = false;
    KQ_TRY(kq_row_confirmation_by_secret(connection, KQ_SECRET_PAGE, get->page_digest, operation->arena, &row,
                                         &get->found, error));
    get->found = get->found && get->now_s < row.secret_expires_s;
    if (!get->found) {
        return KQ_OK;
    }
    get->confirmation = row.confirmation;
    KQ_TRY(kq_row_template(connection, row.confirmation.template_id, operation->arena, &get->template, NULL,
                           &found, error));
    KQ_TRY(kq_row_merchant(connection, get->template.pid, operation->arena, &merchant, &found, error));
    get->merchant_name = merchant.name;
    return KQ_OK;
}
