/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_rows.h"
#include "cli/commands.h"
#include "cli/listing.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
};

static struct kq_page *prepare(const struct kq_invocation *invocation, struct kq_operation *operation)
{
    (void)invocation;
    operation->kind = KQ_OP_APPLICATION_LIST;
    return &operation->application_list.page;
}

static size_t count_of(const struct kq_operation *operation)
{
    return operation->application_list.count;
}

static struct kq_slice id_of(const struct kq_operation *operation, size_t index)
{
    return operation->application_list.items[index].app_id;
}

static void fill(struct kq_row *row, const struct kq_operation *operation, size_t index, int64_t now_s)
{
    (void)now_s;
    kq_application_fill(row, &operation->application_list.items[index]);
}

static const struct kq_listing listing = {
    .columns = kq_application_columns,
    .column_count = KQ_APPLICATION_COLUMN_COUNT,
    .prepare = prepare,
    .count = count_of,
    .id = id_of,
    .fill = fill,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, &listing, error);
}

const struct kq_command kq_command_app_list = {
    .group = "app",
    .name = "list",
    .text = "list the applications",
    .example = "kaquan app list --data demo",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
