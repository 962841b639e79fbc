/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/pass_plan.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "file",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "FILE",
     .text = "rows with pass_id, user_id, group, and what else `pass create` has; -: standard input"},
    KQ_FLAG_FORMAT,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_import_run(invocation, &kq_pass_plan, error);
}

const struct kq_command kq_command_pass_import = {
    .group = "pass",
    .name = "import",
    .text =
        "put many passes into wallets, from CSV with a header line or from JSON lines; again changes nothing",
    .example = "kaquan pass import --data demo --file passes.csv",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
