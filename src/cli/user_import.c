/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/user_plan.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "file",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "FILE",
     .text = "rows with user_id, login_id, taobao_nick, state; -: standard input"},
    KQ_FLAG_FORMAT,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_import_run(invocation, &kq_user_plan, error);
}

const struct kq_command kq_command_user_import = {
    .group = "user",
    .name = "import",
    .text = "make many users, from CSV with a header line or from JSON lines; again changes nothing",
    .example = "kaquan user import --data demo --file users.csv",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
