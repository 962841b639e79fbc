/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/voucher_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "template-id", .kind = KQ_FLAG_TEXT, .value = "ID", .text = "only of this template"},
    {.name = "user-id", .kind = KQ_FLAG_TEXT, .value = "ID", .text = "only this user's"},
};

static struct kq_page *prepare(const struct kq_invocation *invocation, struct kq_operation *operation)
{
    operation->voucher_list.template_id = kq_flag_text(invocation, "template-id");
    operation->voucher_list.user_id = kq_flag_text(invocation, "user-id");
    operation->kind = KQ_OP_VOUCHER_LIST;
    return &operation->voucher_list.page;
}

static size_t count_of(const struct kq_operation *operation)
{
    return operation->voucher_list.count;
}

static struct kq_slice id_of(const struct kq_operation *operation, size_t index)
{
    return operation->voucher_list.items[index].voucher_id;
}

static void fill(struct kq_row *row, const struct kq_operation *operation, size_t index, int64_t now_s)
{
    const struct kq_voucher_at at = {&operation->voucher_list.items[index], now_s};
    kq_voucher_fill(row, &at);
}

static const struct kq_listing listing = {
    .columns = kq_voucher_columns,
    .column_count = KQ_VOUCHER_COLUMN_COUNT,
    .prepare = prepare,
    .count = count_of,
    .id = id_of,
    .fill = fill,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, &listing, error);
}

const struct kq_command kq_command_voucher_list = {
    .group = "voucher",
    .name = "list",
    .text = "list vouchers, oldest first",
    .example = "kaquan voucher list --data demo --user-id 2088302001456115",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
