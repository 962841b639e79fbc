/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/table.h"
#include "cli/voucher_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "voucher-id", .kind = KQ_FLAG_TEXT, .required = true, .value = "ID", .text = "the voucher"},
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_VOUCHER_GET, .arena = &invocation->arena};
    struct kq_op_voucher_get *get = &operation.voucher_get;
    get->voucher_id = kq_flag_text(invocation, "voucher-id");
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_data_read(&data, &operation, error));
    KQ_ENSURE(get->found, error, KQ_E_NOT_FOUND, "there is no voucher %.*s: `kaquan voucher list` shows them",
              KQ_SLICE_PRINT(get->voucher_id));
    const struct kq_voucher_at at = {&get->voucher, kq_store_now_s(data.store)};
    return kq_print_record(kq_voucher_columns, KQ_VOUCHER_COLUMN_COUNT, invocation->json, kq_voucher_fill,
                           &at, error);
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
