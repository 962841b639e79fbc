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

static struct kq_page *prepare(const struct kq_invocation *invocation, struct kq_operation *operation)
{
    operation->shop_list.pid = kq_flag_text(invocation, "pid");
    operation->kind = KQ_OP_SHOP_LIST;
    return &operation->shop_list.page;
}

static size_t count_of(const struct kq_operation *operation)
{
    return operation->shop_list.count;
}

static struct kq_slice id_of(const struct kq_operation *operation, size_t index)
{
    return operation->shop_list.items[index].shop_id;
}

static void fill(struct kq_row *row, const struct kq_operation *operation, size_t index, int64_t now_s)
{
    (void)now_s;
    const struct kq_shop *shop = &operation->shop_list.items[index];
    kq_row_text(row, shop->shop_id);
    kq_row_text(row, shop->pid);
    kq_row_text(row, shop->name);
    kq_row_text(row, shop->city_code);
    kq_row_time(row, shop->created_s);
}

static const struct kq_listing listing = {
    .columns = columns,
    .column_count = KQ_COUNT(columns),
    .prepare = prepare,
    .count = count_of,
    .id = id_of,
    .fill = fill,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, &listing, error);
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
