/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "user-id", .kind = KQ_FLAG_TEXT, .required = true, .value = "ID", .text = "the user"},
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_USER_SET_STATE, .arena = &invocation->arena};
    struct kq_op_user_set_state *set = &operation.user_set_state;
    set->user_id = kq_flag_text(invocation, "user-id");
    set->state = KQ_USER_FROZEN;
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_data_apply(&data, &operation, error));
    return kq_print_changed(invocation->json, "user", "user_id", set->user_id, "frozen", set->changed, error);
}

const struct kq_command kq_command_user_freeze = {
    .group = "user",
    .name = "freeze",
    .text = "let a user receive nothing until unfrozen",
    .example = "kaquan user freeze --data demo --user-id 2088302001456115",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
