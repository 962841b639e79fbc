/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/voucher_rows.h"

const struct kq_column kq_voucher_columns[KQ_VOUCHER_COLUMN_COUNT] = {
    {.name = "voucher_id"},
    {.name = "template_id", .detail = true},
    {.name = "user_id"},
    {.name = "out_biz_no"},
    {.name = "amount", .kind = KQ_COLUMN_AMOUNT},
    {.name = "balance", .kind = KQ_COLUMN_AMOUNT, .detail = true},
    {.name = "status"},
    {.name = "issue_time"},
    {.name = "active_time", .detail = true},
    {.name = "expire_time"},
    {.name = "memo", .detail = true},
};

void kq_voucher_fill(struct kq_row *row, const void *item)
{
    const struct kq_voucher_at *at = item;
    const struct kq_voucher *voucher = at->voucher;
    kq_row_text(row, voucher->voucher_id);
    kq_row_text(row, voucher->template_id);
    kq_row_text(row, voucher->user_id);
    kq_row_text(row, voucher->out_biz_no);
    kq_row_money(row, voucher->amount_fen);
    kq_row_money(row, voucher->balance_fen);
    kq_row_name(row, kq_voucher_status_name(kq_voucher_status_at(voucher, at->now_s)));
    kq_row_time(row, voucher->issued_s);
    kq_row_time(row, voucher->active_s);
    kq_row_time(row, voucher->expires_s);
    kq_row_text(row, voucher->memo);
}
