/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/voucher_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "template-id", .kind = KQ_FLAG_TEXT, .value = "ID", .text = "only of this template"},
    {.name = "user-id", .kind = KQ_FLAG_TEXT, .value = "ID", .text = "only this user's"},
};

static struct kq_result put_page(struct kq_listing *listing, struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_VOUCHER_LIST};
    struct kq_op_voucher_list *list = &operation.voucher_list;
    list->page = listing->page;
    list->template_id = kq_flag_text(listing->invocation, "template-id");
    list->user_id = kq_flag_text(listing->invocation, "user-id");
    KQ_TRY(kq_listing_read(listing, &operation, error));
    for (size_t i = 0; i < list->count; i++) {
        const struct kq_voucher_at at = {&list->items[i], listing->now_s};
        kq_voucher_fill(kq_listing_add(listing), &at);
    }
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, kq_voucher_columns, KQ_VOUCHER_COLUMN_COUNT, put_page, error);
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
