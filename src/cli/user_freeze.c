/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/states.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "user-id", .kind = KQ_FLAG_TEXT, .required = true, .value = "ID", .text = "the user"},
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_set_user_state(invocation, KQ_USER_FROZEN, "frozen", error);
}

const struct kq_command kq_command_user_freeze = {
    .group = "user",
    .name = "freeze",
    .text = "let a user receive and use nothing until unfrozen",
    .example = "kaquan user freeze --data demo --user-id 2088302001456115",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
