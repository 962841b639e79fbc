/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/states.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "template-id", .kind = KQ_FLAG_TEXT, .required = true, .value = "ID", .text = "the template"},
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_move_template(invocation, KQ_TEMPLATE_EFFECTIVE, "activated", error);
}

const struct kq_command kq_command_template_activate = {
    .group = "template",
    .name = "activate",
    .text = "make a draft effective: vouchers can be sent",
    .example = "kaquan template activate --data demo --template-id 20140601000730010040000000EB",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
