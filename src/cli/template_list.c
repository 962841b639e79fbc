/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/template_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "pid", .kind = KQ_FLAG_TEXT, .value = "PID", .text = "only this merchant's"},
};

static struct kq_result put_page(struct kq_listing *listing, struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_TEMPLATE_LIST};
    struct kq_op_template_list *list = &operation.template_list;
    list->page = listing->page;
    list->pid = kq_flag_text(listing->invocation, "pid");
    KQ_TRY(kq_listing_read(listing, &operation, error));
    for (size_t i = 0; i < list->count; i++) {
        const struct kq_template_at at = {.template = &list->items[i], .now_s = listing->now_s};
        kq_template_fill(kq_listing_add(listing), &at);
    }
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, kq_template_columns, KQ_TEMPLATE_LIST_COLUMN_COUNT, put_page, error);
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
