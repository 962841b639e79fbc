/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/data.h"
#include "cli/table.h"
#include "cli/voucher_change.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_VOUCHER_ID,
};

static const struct kq_column columns[] = {
    {.name = "time"},       {.name = "event"},
    {.name = "out_biz_no"}, {.name = "amount", .kind = KQ_COLUMN_AMOUNT},
    {.name = "pid"},        {.name = "shop_id"},
    {.name = "status"},
};

enum { COLUMN_COUNT = KQ_COUNT(columns) };

static void fill(struct kq_row *row, const struct kq_voucher_event *event)
{
    bool refunded = event->kind == KQ_CHANGE_USE && event->refund_number != KQ_EVENT_NONE;
    kq_row_time(row, event->made_s);
    kq_row_name(row, kq_voucher_change_name(event->kind));
    kq_row_text(row, event->out_biz_no);
    kq_row_money(row, event->amount_fen);
    kq_row_text(row, event->pid);
    kq_row_text(row, event->shop_id);
    kq_row_name(row, refunded ? "REFUNDED" : "SUCCESS");
}

static struct kq_result print(struct kq_invocation *invocation, const struct kq_op_voucher_get *get,
                              struct kq_error *error)
{
    struct kq_arena *arena = &invocation->arena;
    struct kq_table table;
    struct kq_row *rows = kq_arena_allocate_array(arena, get->bill_count, sizeof(*rows));
    struct kq_slice *cells = kq_arena_allocate_array(arena, get->bill_count * COLUMN_COUNT, sizeof(*cells));
    KQ_ENSURE_MEMORY(rows != NULL && cells != NULL, error);
    for (size_t i = 0; i < get->bill_count; i++) {
        kq_row_init(&rows[i], columns, COLUMN_COUNT, &cells[i * COLUMN_COUNT], arena);
        fill(&rows[i], &get->bills[i].event);
    }
    kq_table_begin(&table, columns, COLUMN_COUNT, invocation->rows_as_json ? KQ_TABLE_JSON : KQ_TABLE_ALIGNED,
                   stdout);
    KQ_TRY(kq_table_print(&table, rows, get->bill_count, error));
    kq_table_end(&table);
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation;
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_find_voucher(invocation, &data, &operation, error));
    return print(invocation, &operation.voucher_get, error);
}

const struct kq_command kq_command_voucher_events = {
    .group = "voucher",
    .name = "events",
    .text = "show what happened to a voucher since it was sent, the newest 1,000 events",
    .example = "kaquan voucher events --data demo --voucher-id 20160906000730020020002U8CBS",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
