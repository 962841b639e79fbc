/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
};

static const struct kq_column columns[] = {
    {.name = "pid"},
    {.name = "name"},
    {.name = "created"},
};

static struct kq_result put_page(struct kq_listing *listing, struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_MERCHANT_LIST};
    struct kq_op_merchant_list *list = &operation.merchant_list;
    list->page = listing->page;
    KQ_TRY(kq_listing_read(listing, &operation, error));
    for (size_t i = 0; i < list->count; i++) {
        struct kq_row *row = kq_listing_add(listing);
        const struct kq_merchant *merchant = &list->items[i];
        kq_row_text(row, merchant->pid);
        kq_row_text(row, merchant->name);
        kq_row_time(row, merchant->created_s);
    }
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, columns, KQ_COUNT(columns), put_page, error);
}

const struct kq_command kq_command_merchant_list = {
    .group = "merchant",
    .name = "list",
    .text = "list the merchants",
    .example = "kaquan merchant list --data demo",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
