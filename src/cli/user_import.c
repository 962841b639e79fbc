/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/user_plan.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_FILE,
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
    .example = "kaquan user import --data demo users.csv",
    .more_examples = (const char *const[]){"kaquan user import --data demo --file users.jsonl",
                                           "kaquan user import --data demo --format json - < users",
                                           "gunzip < users.csv.gz | kaquan user import --data demo", NULL},
    .operand = "FILE",
    .operand_optional = true,
    .rows = &kq_user_plan,
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
