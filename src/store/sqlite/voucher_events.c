/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/voucher_events.h"

#include "base/macros.h"
#include "store/sqlite/list.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"

#define EVENT_COLUMNS                                                                                        \
    "kind, out_biz_no, event_no, made_s, amount_fen, voucher_event.pid, shop_id, refund_no, expires_s"

static void take_event(struct kq_query *query, struct kq_arena *arena, struct kq_voucher_event *event)
{
    *event = (struct kq_voucher_event){.kind = kq_query_take_choice(query, KQ_CHANGE_KIND_COUNT)};
    event->out_biz_no = kq_query_take_text(query, arena);
    event->number = kq_query_take_integer(query);
    event->made_s = kq_query_take_integer(query);
    event->amount_fen = kq_query_take_integer(query);
    event->pid = kq_query_take_text(query, arena);
    event->shop_id = kq_query_take_text(query, arena);
    event->refund_number = kq_query_take_integer_or(query, KQ_EVENT_NONE);
    event->expires_s = kq_query_take_integer(query);
}

struct kq_result kq_row_event(struct kq_connection *connection, int64_t voucher_no,
                              enum kq_voucher_change_kind kind, struct kq_slice out_biz_no,
                              struct kq_arena *arena, struct kq_voucher_event *event, bool *found,
                              struct kq_error *error)
{
    static const char select_event[] =
        "SELECT " EVENT_COLUMNS " FROM voucher_event WHERE voucher_no = ? AND kind = ? AND out_biz_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_event);
    kq_query_put_integer(&query, voucher_no);
    kq_query_put_integer(&query, kind);
    kq_query_put_text(&query, out_biz_no);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_event(&query, arena, event);
    }
    return kq_query_check(&query, error);
}

struct kq_result kq_row_open_use(struct kq_connection *connection, int64_t voucher_no, struct kq_slice pid,
                                 struct kq_arena *arena, struct kq_voucher_event *event, bool *found,
                                 bool *several, struct kq_error *error)
{
    static const char select_open[] =
        "SELECT " EVENT_COLUMNS " FROM voucher_event WHERE voucher_no = ?1 AND kind = 0"
        " AND refund_no IS NULL ORDER BY pid = ?2 DESC, event_no LIMIT 2";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_open);
    kq_query_put_integer(&query, voucher_no);
    kq_query_put_text(&query, pid);
    *several = false;
    KQ_TRY(kq_query_next(&query, found, error));
    if (!*found) {
        return KQ_OK;
    }
    take_event(&query, arena, event);
    KQ_TRY(kq_query_check(&query, error));
    return kq_query_next(&query, several, error);
}

struct kq_result kq_insert_event(struct kq_connection *connection, int64_t voucher_no,
                                 const struct kq_voucher_event *event, struct kq_error *error)
{
    static const char insert_event[] =
        "INSERT INTO voucher_event (voucher_no, kind, out_biz_no, event_no, made_s, amount_fen, pid, shop_id,"
        " refund_no, expires_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)";
    bool is_delay = event->kind == KQ_CHANGE_DELAY;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, insert_event);
    kq_query_put_integer(&query, voucher_no);
    kq_query_put_integer(&query, event->kind);
    kq_query_put_text(&query, event->out_biz_no);
    kq_query_put_integer(&query, event->number);
    kq_query_put_integer(&query, event->made_s);
    kq_query_put_integer(&query, event->amount_fen);
    kq_query_put_text(&query, event->pid);
    kq_query_put_text(&query, event->shop_id);
    kq_query_put_integer_or_null(&query, is_delay ? event->expires_s : INT64_MIN, INT64_MIN);
    return kq_query_run(&query, error);
}

struct kq_result kq_update_event_refund(struct kq_connection *connection, int64_t voucher_no,
                                        struct kq_slice use_biz_no, int64_t refund_number,
                                        struct kq_error *error)
{
    static const char update_use[] =
        "UPDATE voucher_event SET refund_no = ? WHERE voucher_no = ? AND kind = 0 AND out_biz_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, update_use);
    kq_query_put_integer(&query, refund_number);
    kq_query_put_integer(&query, voucher_no);
    kq_query_put_text(&query, use_biz_no);
    return kq_query_run(&query, error);
}

static void reverse(struct kq_voucher_bill *bills, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct kq_voucher_bill first = bills[i];
        bills[i] = bills[count - 1 - i];
        bills[count - 1 - i] = first;
    }
}

struct kq_result kq_row_voucher_bills(struct kq_connection *connection, int64_t voucher_no,
                                      struct kq_arena *arena, struct kq_voucher_bill **bills, size_t *count,
                                      struct kq_error *error)
{
    static const char select_bills[] = "SELECT " EVENT_COLUMNS ", merchant.name FROM voucher_event"
                                       " LEFT JOIN merchant ON merchant.pid = voucher_event.pid"
                                       " WHERE voucher_no = ? ORDER BY event_no DESC LIMIT ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_bills);
    kq_query_put_integer(&query, voucher_no);
    kq_query_put_integer(&query, KQ_BILLS_MAX);
    *bills = NULL;
    *count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        *bills = kq_list_room(arena, *bills, *count, sizeof(**bills));
        KQ_ENSURE_MEMORY(*bills != NULL, error);
        struct kq_voucher_bill *bill = &(*bills)[(*count)++];
        take_event(&query, arena, &bill->event);
        bill->merchant_name = kq_query_take_text(&query, arena);
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    reverse(*bills, *count);
    return KQ_OK;
}
