/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/table.h"
#include "cli/voucher_change.h"
#include "cli/voucher_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_VOUCHER_ID,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation;
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_find_voucher(invocation, &data, &operation, error));
    const struct kq_voucher_at at = {&operation.voucher_get.voucher, kq_store_now_s(data.store)};
    return kq_print_record(kq_voucher_columns, KQ_VOUCHER_COLUMN_COUNT, invocation->rows_as_json,
                           kq_voucher_fill, &at, error);
}

const struct kq_command kq_command_voucher_show = {
    .group = "voucher",
    .name = "show",
    .text = "show a voucher",
    .example = "kaquan voucher show --data demo --voucher-id 20160906000730020020002U8CBS",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
