/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/list.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"

#define VOUCHER_COLUMNS                                                                                      \
    "voucher_id, template_id, user_id, out_biz_no, memo, amount_fen, balance_fen, issued_s, active_s, "      \
    "expires_s, state"

static void take_voucher(struct kq_query *query, struct kq_arena *arena, struct kq_voucher *voucher)
{
    *voucher = (struct kq_voucher){.voucher_id = kq_query_take_text(query, arena)};
    voucher->template_id = kq_query_take_text(query, arena);
    voucher->user_id = kq_query_take_text(query, arena);
    voucher->out_biz_no = kq_query_take_text(query, arena);
    voucher->memo = kq_query_take_text(query, arena);
    voucher->amount_fen = kq_query_take_integer(query);
    voucher->balance_fen = kq_query_take_integer(query);
    voucher->issued_s = kq_query_take_integer(query);
    voucher->active_s = kq_query_take_integer(query);
    voucher->expires_s = kq_query_take_integer(query);
    voucher->state = kq_query_take_choice(query, KQ_VOUCHER_STATE_COUNT);
}

struct kq_result kq_row_voucher(struct kq_connection *connection, struct kq_slice voucher_id,
                                struct kq_arena *arena, struct kq_voucher *voucher, bool *found,
                                struct kq_error *error)
{
    static const char select_voucher[] = "SELECT " VOUCHER_COLUMNS " FROM voucher WHERE voucher_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_voucher);
    kq_query_put_text(&query, voucher_id);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_voucher(&query, arena, voucher);
    }
    return kq_query_check(&query, error);
}

struct kq_result kq_row_voucher_by_out_biz_no(struct kq_connection *connection, struct kq_slice template_id,
                                              struct kq_slice out_biz_no, struct kq_arena *arena,
                                              struct kq_voucher *voucher, bool *found, struct kq_error *error)
{
    static const char select_voucher[] =
        "SELECT " VOUCHER_COLUMNS " FROM voucher WHERE template_id = ? AND out_biz_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_voucher);
    kq_query_put_text(&query, template_id);
    kq_query_put_text(&query, out_biz_no);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_voucher(&query, arena, voucher);
    }
    return kq_query_check(&query, error);
}

struct kq_result kq_read_voucher_get(struct kq_connection *connection, struct kq_operation *operation,
                                     struct kq_error *error)
{
    struct kq_op_voucher_get *get = &operation->voucher_get;
    return kq_row_voucher(connection, get->voucher_id, operation->arena, &get->voucher, &get->found, error);
}

/* A user's vouchers are few: found by the wallet's index, then put into order. Without a user the table is
 * walked in its own order, so that a dump in pages walks it once. */
static const char *choose_select(const struct kq_op_voucher_list *list)
{
    static const char of_user[] = "SELECT " VOUCHER_COLUMNS " FROM voucher INDEXED BY voucher_by_user"
                                  " WHERE user_id = ?1 AND (?2 = '' OR template_id = ?2) AND voucher_id > ?3"
                                  " ORDER BY voucher_id LIMIT ?4";
    static const char of_all[] = "SELECT " VOUCHER_COLUMNS " FROM voucher"
                                 " WHERE ?1 = '' AND (?2 = '' OR template_id = ?2) AND voucher_id > ?3"
                                 " ORDER BY voucher_id LIMIT ?4";
    return list->user_id.size > 0 ? of_user : of_all;
}

struct kq_result kq_read_voucher_list(struct kq_connection *connection, struct kq_operation *operation,
                                      struct kq_error *error)
{
    struct kq_op_voucher_list *list = &operation->voucher_list;
    if (list->with_template) {
        KQ_TRY(kq_row_template(connection, list->template_id, operation->arena, &list->template,
                               &list->template_found, error));
    }
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, choose_select(list));
    kq_query_put_text(&query, list->user_id);
    kq_query_put_text(&query, list->template_id);
    kq_query_put_text(&query, list->page.after);
    kq_query_put_integer(&query, kq_page_limit(&list->page));
    list->items = NULL;
    list->count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        list->items = kq_list_room(operation->arena, list->items, list->count, sizeof(*list->items));
        KQ_ENSURE_MEMORY(list->items != NULL, error);
        take_voucher(&query, operation->arena, &list->items[list->count++]);
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}
