/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_rows.h"
#include "cli/commands.h"
#include "cli/listing.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
};

static struct kq_result put_page(struct kq_listing *listing, struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_LIST};
    struct kq_op_application_list *list = &operation.application_list;
    list->page = listing->page;
    KQ_TRY(kq_listing_read(listing, &operation, error));
    for (size_t i = 0; i < list->count; i++) {
        kq_application_fill(kq_listing_add(listing), &list->items[i]);
    }
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, kq_application_columns, KQ_APPLICATION_COLUMN_COUNT, put_page, error);
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
