/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "pid", .kind = KQ_FLAG_TEXT, .value = "PID", .text = "only this merchant's"},
};

static const struct kq_column columns[] = {
    {.name = "shop_id"}, {.name = "pid"}, {.name = "name"}, {.name = "city_code"}, {.name = "created"},
};

static struct kq_result put_page(struct kq_listing *listing, struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_SHOP_LIST};
    struct kq_op_shop_list *list = &operation.shop_list;
    list->page = listing->page;
    list->pid = kq_flag_text(listing->invocation, "pid");
    KQ_TRY(kq_listing_read(listing, &operation, error));
    for (size_t i = 0; i < list->count; i++) {
        struct kq_row *row = kq_listing_add(listing);
        const struct kq_shop *shop = &list->items[i];
        kq_row_text(row, shop->shop_id);
        kq_row_text(row, shop->pid);
        kq_row_text(row, shop->name);
        kq_row_text(row, shop->city_code);
        kq_row_time(row, shop->created_s);
    }
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, columns, KQ_COUNT(columns), put_page, error);
}

const struct kq_command kq_command_shop_list = {
    .group = "shop",
    .name = "list",
    .text = "list the shops",
    .example = "kaquan shop list --data demo --pid 2088102146225135",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
