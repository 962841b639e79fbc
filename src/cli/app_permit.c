/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_APP_ID,
    {.name = "permission",
     .kind = KQ_FLAG_LIST,
     .required = true,
     .value = "METHOD",
     .text = "a method that not every application may call"},
    {.name = "revoke", .kind = KQ_FLAG_SWITCH, .text = "take the permission away again"},
};

/* One transaction for all of the methods would need an operation of its own; each is idempotent instead. */
static struct kq_result permit(struct kq_data *data, struct kq_invocation *invocation, struct kq_slice method,
                               bool *changed, struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_PERMIT, .arena = &invocation->arena};
    struct kq_op_application_permit *permit = &operation.application_permit;
    permit->app_id = kq_flag_text(invocation, "app-id");
    permit->method = method;
    permit->revoke = kq_flag_switch(invocation, "revoke");
    KQ_TRY(kq_data_apply(data, &operation, error));
    *changed = *changed || permit->changed;
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    const struct kq_slice *methods = NULL;
    size_t count = 0;
    bool changed = false;
    KQ_TRY(kq_flag_methods(invocation, "permission", &methods, &count, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    for (size_t i = 0; i < count; i++) {
        KQ_TRY(permit(&data, invocation, methods[i], &changed, error));
    }
    return kq_print_changed(invocation->json, "application", "app_id", kq_flag_text(invocation, "app-id"),
                            kq_flag_switch(invocation, "revoke") ? "forbidden" : "permitted", changed, error);
}

const struct kq_command kq_command_app_permit = {
    .group = "app",
    .name = "permit",
    .text = "let an application call a method that not every one may call",
    .example = "kaquan app permit --data demo --app-id 2014072300007148 "
               "--permission alipay.user.pass.grouplist.query",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
