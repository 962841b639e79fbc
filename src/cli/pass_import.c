/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/pass_plan.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_FILE,
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
    .example = "kaquan pass import --data demo passes.csv",
    .more_examples = (const char *const[]){"kaquan pass import --data demo --file passes.jsonl",
                                           "kaquan pass import --data demo --format json - < passes",
                                           "gunzip < passes.csv.gz | kaquan pass import --data demo", NULL},
    .operand = "FILE",
    .operand_optional = true,
    .rows = &kq_pass_plan,
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
