/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/notification_rows.h"

const struct kq_column kq_notification_columns[KQ_NOTIFICATION_COLUMN_COUNT] = {
    {.name = "notify_id"},
    {.name = "notify_type"},
    {.name = "state"},
    {.name = "voucher_id"},
    {.name = "template_id", .detail = true},
    {.name = "user_id", .detail = true},
    {.name = "out_biz_no", .detail = true},
    {.name = "amount", .kind = KQ_COLUMN_AMOUNT, .detail = true},
    {.name = "status", .detail = true},
    {.name = "event_time"},
    {.name = "expired_time", .detail = true},
    {.name = "tries", .kind = KQ_COLUMN_COUNT},
    {.name = "next_try_time"},
    {.name = "last_try_time", .detail = true},
    {.name = "last_result"},
};

static void put_time_or_none(struct kq_row *row, int64_t time_s)
{
    if (time_s > 0) {
        kq_row_time(row, time_s);
    } else {
        kq_row_none(row);
    }
}

void kq_notification_fill(struct kq_row *row, const struct kq_notification *notification)
{
    kq_row_text(row, notification->notify_id);
    kq_row_name(row, kq_notification_type(notification->kind));
    kq_row_name(row, kq_notification_state_name(notification->state));
    kq_row_text(row, notification->voucher_id);
    kq_row_text(row, notification->template_id);
    kq_row_text(row, notification->user_id);
    kq_row_text(row, notification->out_biz_no);
    kq_row_money(row, notification->amount_fen);
    kq_row_name(row, kq_voucher_status_name(notification->status));
    kq_row_time(row, notification->event_s);
    kq_row_time(row, notification->expires_s);
    kq_row_count(row, notification->tries);
    put_time_or_none(row, notification->next_try_s);
    put_time_or_none(row, notification->last_try_s);
    kq_row_text(row, notification->last_result);
}
