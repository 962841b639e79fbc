/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/states.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_APP_ID,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_set_application_state(invocation, KQ_APPLICATION_ACTIVE, "enabled", error);
}

const struct kq_command kq_command_app_enable = {
    .group = "app",
    .name = "enable",
    .text = "answer a disabled application's calls again",
    .example = "kaquan app enable --data demo --app-id 2014072300007148",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
