/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/user_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
};

static struct kq_result put_page(struct kq_listing *listing, struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_USER_LIST};
    struct kq_op_user_list *list = &operation.user_list;
    list->page = listing->page;
    KQ_TRY(kq_listing_read(listing, &operation, error));
    for (size_t i = 0; i < list->count; i++) {
        kq_user_fill(kq_listing_add(listing), &list->items[i]);
    }
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, kq_user_columns, KQ_USER_COLUMN_COUNT, put_page, error);
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
