/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/outbox.h"

#include "base/macros.h"
#include "store/sqlite/query.h"

int64_t kq_outbox_number(struct kq_batch *batch)
{
    char unused[KQ_ID_TEXT_SIZE];
    kq_id_next(&batch->ids, batch->now_ms, KQ_ID_PRODUCT_NOTIFICATION, KQ_SLICE_EMPTY, unused);
    return kq_id_last_number(&batch->ids);
}

/* An issue is its voucher's first: nothing can stand before it. */
struct kq_result kq_outbox_insert(struct kq_batch *batch, int64_t template_no, int64_t voucher_no,
                                  const struct kq_notification *notification, struct kq_error *error)
{
    static const char insert_notification[] =
        "INSERT INTO notification (notification_no, voucher_no, template_no, kind, out_biz_no, amount_fen,"
        " status, event_s, expires_s, next_try_s, state, tries, last_try_s, last_result)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CASE WHEN ?4 <> 0 AND EXISTS (SELECT 1 FROM"
        " notification WHERE voucher_no = ?2 AND state = 0) THEN NULL ELSE ?10 END, 0, 0, 0, '')";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, insert_notification);
    kq_query_put_integer(&query, notification->number);
    kq_query_put_integer(&query, voucher_no);
    kq_query_put_integer(&query, template_no);
    kq_query_put_integer(&query, notification->kind);
    kq_query_put_text(&query, notification->out_biz_no);
    kq_query_put_integer(&query, notification->amount_fen);
    kq_query_put_integer(&query, notification->status);
    kq_query_put_integer(&query, notification->event_s);
    kq_query_put_integer(&query, notification->expires_s);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    return kq_query_run(&query, error);
}

static struct kq_result await_expiry(struct kq_batch *batch, int64_t expires_s, int64_t voucher_no,
                                     struct kq_error *error)
{
    static const char insert_due[] =
        "INSERT INTO expiry_due (expires_s, voucher_no) VALUES (?, ?) ON CONFLICT DO NOTHING";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_due);
    kq_query_put_integer(&query, expires_s);
    kq_query_put_integer(&query, voucher_no);
    return kq_query_run(&query, error);
}

/* *was_awaited: nobody has been told of it yet. */
static struct kq_result forget_expiry(struct kq_batch *batch, int64_t expires_s, int64_t voucher_no,
                                      bool *was_awaited, struct kq_error *error)
{
    static const char delete_due[] = "DELETE FROM expiry_due WHERE expires_s = ? AND voucher_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, delete_due);
    kq_query_put_integer(&query, expires_s);
    kq_query_put_integer(&query, voucher_no);
    KQ_TRY(kq_query_run(&query, error));
    *was_awaited = sqlite3_changes(batch->connection->handle) > 0;
    return KQ_OK;
}

struct kq_result kq_outbox_issue(struct kq_batch *batch, const struct kq_template_entry *entry,
                                 const struct kq_voucher *voucher, struct kq_error *error)
{
    if (entry->template.notify_uri.size == 0) {
        return KQ_OK;
    }
    struct kq_notification notification = kq_notification_of_issue(voucher);
    notification.number = kq_id_last_number(&batch->ids);
    KQ_TRY(kq_outbox_insert(batch, entry->template_no, notification.number, &notification, error));
    return await_expiry(batch, voucher->expires_s, notification.number, error);
}

/* A late refund takes a voucher that has expired already out of those that were live until then. Its number
 * is the change's, and what it says comes first: they change places. */
static struct kq_result tell_expiry(struct kq_batch *batch, const struct kq_template_entry *entry,
                                    int64_t voucher_no, const struct kq_voucher_change_result *change,
                                    int64_t *change_number, struct kq_error *error)
{
    struct kq_notification expiry = kq_notification_of_expiry(change->from_expires_s, change->taken_fen);
    expiry.number = *change_number;
    *change_number = kq_outbox_number(batch);
    return kq_outbox_insert(batch, entry->template_no, voucher_no, &expiry, error);
}

struct kq_result kq_outbox_change(struct kq_batch *batch, const struct kq_template_entry *entry,
                                  int64_t voucher_no, const struct kq_voucher *after,
                                  const struct kq_voucher_change_result *change, struct kq_error *error)
{
    if (entry->template.notify_uri.size == 0) {
        return KQ_OK;
    }
    struct kq_notification notification = kq_notification_of_change(after, &change->event);
    notification.number = change->event.number;
    bool was_awaited = false;
    if (change->taken_count > 0) {
        KQ_TRY(forget_expiry(batch, change->from_expires_s, voucher_no, &was_awaited, error));
    }
    if (was_awaited && change->event.made_s >= change->from_expires_s) {
        KQ_TRY(tell_expiry(batch, entry, voucher_no, change, &notification.number, error));
    }
    if (change->put_count > 0) {
        KQ_TRY(await_expiry(batch, after->expires_s, voucher_no, error));
    }
    return kq_outbox_insert(batch, entry->template_no, voucher_no, &notification, error);
}

struct kq_result kq_outbox_promote(struct kq_batch *batch, int64_t voucher_no, struct kq_error *error)
{
    static const char update_first[] =
        "UPDATE notification SET next_try_s = ?2 WHERE notification_no = (SELECT min(notification_no)"
        " FROM notification WHERE voucher_no = ?1 AND state = 0) AND next_try_s IS NULL";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_first);
    kq_query_put_integer(&query, voucher_no);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    return kq_query_run(&query, error);
}
