/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/keys.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_APP_ID,
    KQ_FLAG_PID,
    {.name = "public-key",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "FILE",
     .text = "the application's public key or certificate, in any of the usual forms; -: standard input"},
    KQ_FLAG_SIGN_TYPE,
    {.name = "name", .kind = KQ_FLAG_TEXT, .value = "NAME", .text = "what people call it"},
    {.name = "permission",
     .kind = KQ_FLAG_LIST,
     .value = "METHOD",
     .text = "a method that not every application may call"},
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    enum kq_sign_type sign_type = KQ_SIGN_RSA2;
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_CREATE, .arena = &invocation->arena};
    struct kq_application *application = &operation.application_create.application;
    KQ_TRY(kq_flag_sign_type(invocation, &sign_type, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_flag_methods(invocation, "permission", &application->permissions,
                           &application->permission_count, error));
    KQ_TRY(kq_load_application_key(kq_flag_text(invocation, "public-key").data, data.directory,
                                   &invocation->arena, &application->keys[sign_type].current, error));
    application->app_id = kq_flag_text(invocation, "app-id");
    application->pid = kq_flag_text(invocation, "pid");
    application->name = kq_flag_text(invocation, "name");
    application->state = KQ_APPLICATION_ACTIVE;
    KQ_TRY(kq_data_apply(&data, &operation, error));
    return kq_print_created(invocation->json, "application", "app_id", application->app_id,
                            operation.application_create.created, error);
}

const struct kq_command kq_command_app_create = {
    .group = "app",
    .name = "create",
    .text = "register an application and its public key",
    .example = "kaquan app create --data demo --app-id 2014072300007148 --pid 2088102146225135 "
               "--public-key app_public_key.pem",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
