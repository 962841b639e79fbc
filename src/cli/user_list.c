/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/user_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
};

static struct kq_page *prepare(const struct kq_invocation *invocation, struct kq_operation *operation)
{
    (void)invocation;
    operation->kind = KQ_OP_USER_LIST;
    return &operation->user_list.page;
}

static size_t count_of(const struct kq_operation *operation)
{
    return operation->user_list.count;
}

static struct kq_slice id_of(const struct kq_operation *operation, size_t index)
{
    return operation->user_list.items[index].user_id;
}

static void fill(struct kq_row *row, const struct kq_operation *operation, size_t index, int64_t now_s)
{
    (void)now_s;
    kq_user_fill(row, &operation->user_list.items[index]);
}

static const struct kq_listing listing = {
    .columns = kq_user_columns,
    .column_count = KQ_USER_COLUMN_COUNT,
    .prepare = prepare,
    .count = count_of,
    .id = id_of,
    .fill = fill,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, &listing, error);
}

const struct kq_command kq_command_user_list = {
    .group = "user",
    .name = "list",
    .text = "list the users",
    .example = "kaquan user list --data demo",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
