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

static struct kq_page *prepare(const struct kq_invocation *invocation, struct kq_operation *operation)
{
    (void)invocation;
    operation->kind = KQ_OP_MERCHANT_LIST;
    return &operation->merchant_list.page;
}

static size_t count_of(const struct kq_operation *operation)
{
    return operation->merchant_list.count;
}

static struct kq_slice id_of(const struct kq_operation *operation, size_t index)
{
    return operation->merchant_list.items[index].pid;
}

static void fill(struct kq_row *row, const struct kq_operation *operation, size_t index, int64_t now_s)
{
    (void)now_s;
    const struct kq_merchant *merchant = &operation->merchant_list.items[index];
    kq_row_text(row, merchant->pid);
    kq_row_text(row, merchant->name);
    kq_row_time(row, merchant->created_s);
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

const struct kq_command kq_command_merchant_list = {
    .group = "merchant",
    .name = "list",
    .text = "list the merchants",
    .example = "kaquan merchant list --data demo",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
