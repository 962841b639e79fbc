/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/numbers.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

#define PASS_COLUMNS                                                                                         \
    "pass_id, user_id, pid, pass_group, state, merchant_name, logo_text, second_logo_text, item_id, "        \
    "start_s, end_s, created_s, data_info, ext_info"

static void take_pass(struct kq_query *query, struct kq_arena *arena, struct kq_pass *pass)
{
    *pass = (struct kq_pass){.pass_id = kq_query_take_text(query, arena)};
    pass->user_id = kq_query_take_user(query, arena);
    pass->pid = kq_query_take_text(query, arena);
    pass->group = kq_query_take_choice(query, KQ_PASS_GROUP_COUNT);
    pass->state = kq_query_take_choice(query, KQ_PASS_STATE_COUNT);
    pass->merchant_name = kq_query_take_text(query, arena);
    pass->logo_text = kq_query_take_text(query, arena);
    pass->second_logo_text = kq_query_take_text(query, arena);
    pass->item_id = kq_query_take_text(query, arena);
    pass->start_s = kq_query_take_integer_or(query, KQ_TIME_UNSET);
    pass->end_s = kq_query_take_integer_or(query, KQ_TIME_UNSET);
    pass->created_s = kq_query_take_integer(query);
    pass->data_info = kq_query_take_text(query, arena);
    pass->ext_info = kq_query_take_text(query, arena);
}

struct kq_result kq_row_pass(struct kq_connection *connection, struct kq_slice pass_id,
                             struct kq_arena *arena, struct kq_pass *pass, bool *found,
                             struct kq_error *error)
{
    static const char select_pass[] = "SELECT " PASS_COLUMNS " FROM pass WHERE pass_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_pass);
    kq_query_put_text(&query, pass_id);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_pass(&query, arena, pass);
    }
    return kq_query_check(&query, error);
}

/* As they were given, whether or not such shops are there. */
static struct kq_result load_shop_ids(struct kq_batch *batch, struct kq_pass *pass, struct kq_error *error)
{
    static const char select_shop_ids[] = "SELECT shop_id FROM pass_shop WHERE pass_id = ? ORDER BY shop_id";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_shop_ids);
    kq_query_put_text(&query, pass->pass_id);
    return kq_query_take_texts(&query, &batch->arena, &pass->shop_ids, &pass->shop_id_count, error);
}

static struct kq_result insert_pass(struct kq_batch *batch, const struct kq_pass *pass,
                                    struct kq_error *error)
{
    static const char insert_pass[] =
        "INSERT INTO pass (" PASS_COLUMNS ", wallet_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    char unused[KQ_ID_TEXT_SIZE];
    kq_id_next(&batch->ids, batch->now_ms, KQ_ID_PRODUCT_VOUCHER, pass->user_id, unused);
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_pass);
    kq_query_put_text(&query, pass->pass_id);
    kq_query_put_user(&query, pass->user_id);
    kq_query_put_text_or_null(&query, pass->pid);
    kq_query_put_integer(&query, pass->group);
    kq_query_put_integer(&query, pass->state);
    kq_query_put_text(&query, pass->merchant_name);
    kq_query_put_text(&query, pass->logo_text);
    kq_query_put_text(&query, pass->second_logo_text);
    kq_query_put_text(&query, pass->item_id);
    kq_query_put_integer_or_null(&query, pass->start_s, KQ_TIME_UNSET);
    kq_query_put_integer_or_null(&query, pass->end_s, KQ_TIME_UNSET);
    kq_query_put_integer(&query, pass->created_s);
    kq_query_put_text(&query, pass->data_info);
    kq_query_put_text(&query, pass->ext_info);
    kq_query_put_integer(&query, kq_id_last_number(&batch->ids));
    return kq_query_run(&query, error);
}

static struct kq_result insert_shop_id(struct kq_batch *batch, struct kq_slice pass_id,
                                       struct kq_slice shop_id, struct kq_error *error)
{
    static const char insert_pass_shop[] = "INSERT INTO pass_shop (pass_id, shop_id) VALUES (?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_pass_shop);
    kq_query_put_text(&query, pass_id);
    kq_query_put_text(&query, shop_id);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_pass_row(struct kq_batch *batch, const struct kq_pass *pass, struct kq_error *error)
{
    if (pass->pid.size > 0) {
        KQ_TRY(kq_batch_need_merchant(batch, pass->pid, error));
    }
    KQ_TRY(insert_pass(batch, pass, error));
    for (size_t i = 0; i < pass->shop_id_count; i++) {
        KQ_TRY(insert_shop_id(batch, pass->pass_id, pass->shop_ids[i], error));
    }
    return KQ_OK;
}

struct kq_result kq_write_pass_changes(struct kq_batch *batch, const struct kq_pass *pass,
                                       struct kq_error *error)
{
    static const char update_pass[] =
        "UPDATE pass SET pass_group = ?, state = ?, merchant_name = ?, logo_text = ?, second_logo_text = ?,"
        " item_id = ?, start_s = ?, end_s = ?, data_info = ?, ext_info = ? WHERE pass_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_pass);
    kq_query_put_integer(&query, pass->group);
    kq_query_put_integer(&query, pass->state);
    kq_query_put_text(&query, pass->merchant_name);
    kq_query_put_text(&query, pass->logo_text);
    kq_query_put_text(&query, pass->second_logo_text);
    kq_query_put_text(&query, pass->item_id);
    kq_query_put_integer_or_null(&query, pass->start_s, KQ_TIME_UNSET);
    kq_query_put_integer_or_null(&query, pass->end_s, KQ_TIME_UNSET);
    kq_query_put_text(&query, pass->data_info);
    kq_query_put_text(&query, pass->ext_info);
    kq_query_put_text(&query, pass->pass_id);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_pass_create(struct kq_batch *batch, struct kq_operation *operation,
                                      struct kq_error *error)
{
    struct kq_op_pass_create *create = &operation->pass_create;
    struct kq_pass *pass = &create->pass;
    struct kq_recipient owner = {.kind = KQ_RECIPIENT_USER_ID, .value = pass->user_id};
    struct kq_user user;
    struct kq_pass same = {0};
    bool has_user = false;
    bool exists = false;
    KQ_TRY(kq_row_user(batch->connection, &owner, &batch->arena, &user, &has_user, error));
    KQ_TRY(kq_row_pass(batch->connection, pass->pass_id, &batch->arena, &same, &exists, error));
    if (exists) {
        KQ_TRY(load_shop_ids(batch, &same, error));
    }
    KQ_TRY(kq_pass_decide_create(pass, has_user, exists ? &same : NULL, &create->created, error));
    if (!create->created) {
        pass->created_s = same.created_s;
        return KQ_OK;
    }
    struct kq_pass made = *pass;
    made.created_s = pass->created_s == KQ_TIME_UNSET ? batch->now_ms / 1000 : pass->created_s;
    KQ_TRY(kq_write_pass_row(batch, &made, error));
    pass->created_s = made.created_s;
    return KQ_OK;
}
