/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/template_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "pid", .kind = KQ_FLAG_TEXT, .value = "PID", .text = "only this merchant's"},
};

static struct kq_page *prepare(const struct kq_invocation *invocation, struct kq_operation *operation)
{
    operation->template_list.pid = kq_flag_text(invocation, "pid");
    operation->kind = KQ_OP_TEMPLATE_LIST;
    return &operation->template_list.page;
}

static size_t count_of(const struct kq_operation *operation)
{
    return operation->template_list.count;
}

static struct kq_slice id_of(const struct kq_operation *operation, size_t index)
{
    return operation->template_list.items[index].template_id;
}

static void fill(struct kq_row *row, const struct kq_operation *operation, size_t index, int64_t now_s)
{
    const struct kq_template_at at = {&operation->template_list.items[index], now_s};
    kq_template_fill(row, &at);
}

static const struct kq_listing listing = {
    .columns = kq_template_columns,
    .column_count = KQ_TEMPLATE_COLUMN_COUNT,
    .prepare = prepare,
    .count = count_of,
    .id = id_of,
    .fill = fill,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, &listing, error);
}

const struct kq_command kq_command_template_list = {
    .group = "template",
    .name = "list",
    .text = "list the templates and what was issued of each",
    .example = "kaquan template list --data demo",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
