/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/notification_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "state",
     .kind = KQ_FLAG_TEXT,
     .value = "STATE",
     .text = "only WAITING, DELIVERED or GIVEN_UP",
     .choices = (const char *const[]){"WAITING", "DELIVERED", "GIVEN_UP", NULL}},
    {.name = "voucher-id", .kind = KQ_FLAG_TEXT, .value = "ID", .text = "only of this voucher"},
    {.name = "template-id", .kind = KQ_FLAG_TEXT, .value = "ID", .text = "only of this template's vouchers"},
};

static struct kq_result put_page(struct kq_listing *listing, struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_NOTIFICATION_LIST};
    struct kq_op_notification_list *list = &operation.notification_list;
    list->page = listing->page;
    list->voucher_id = kq_flag_text(listing->invocation, "voucher-id");
    list->template_id = kq_flag_text(listing->invocation, "template-id");
    list->has_state = kq_flag_is_given(listing->invocation, "state");
    if (list->has_state) {
        KQ_TRY(kq_notification_state_parse(kq_flag_text(listing->invocation, "state"), &list->state, error));
    }
    KQ_TRY(kq_listing_read(listing, &operation, error));
    for (size_t i = 0; i < list->count; i++) {
        kq_notification_fill(kq_listing_add(listing), &list->items[i]);
    }
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, kq_notification_columns, KQ_NOTIFICATION_COLUMN_COUNT, put_page, error);
}

const struct kq_command kq_command_notification_list = {
    .group = "notification",
    .name = "list",
    .text = "list what is told to notify URIs, oldest first",
    .example = "kaquan notification list --data demo --state GIVEN_UP",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
