/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_APP_ID,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_SET_STATE, .arena = &invocation->arena};
    struct kq_op_application_set_state *set = &operation.application_set_state;
    set->app_id = kq_flag_text(invocation, "app-id");
    set->state = KQ_APPLICATION_DISABLED;
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_data_apply(&data, &operation, error));
    return kq_print_changed(invocation->json, "application", "app_id", set->app_id, "disabled", set->changed,
                            error);
}

const struct kq_command kq_command_app_disable = {
    .group = "app",
    .name = "disable",
    .text = "refuse an application's calls until it is enabled again",
    .example = "kaquan app disable --data demo --app-id 2014072300007148",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
