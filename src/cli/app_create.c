/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/result.h"
#include "domain/text.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_APP_ID,
    KQ_FLAG_PID,
    {.name = "public-key",
     .kind = KQ_FLAG_TEXT,
     .value = "FILE",
     .text = "the application's public key (or a certificate's), in any of the usual forms; -: standard "
             "input"},
    KQ_FLAG_CERTIFICATE,
    KQ_FLAG_SIGN_TYPE,
    {.name = "name", .kind = KQ_FLAG_TEXT, .value = "NAME", .text = "what people call it"},
    {.name = "permission",
     .kind = KQ_FLAG_LIST,
     .value = "METHOD",
     .text = "a method that not every application may call"},
};

static bool same_keys(const struct kq_application *a, const struct kq_application *b)
{
    bool same = true;
    for (size_t i = 0; i < KQ_SIGN_TYPE_COUNT; i++) {
        same =
            same && kq_slice_equal(a->keys[i].current, b->keys[i].current) &&
            kq_slice_equal(a->keys[i].next, b->keys[i].next) &&
            kq_application_same_certificate(&a->keys[i].current_certificate, &b->keys[i].current_certificate);
    }
    return same;
}

/* Which command changes what differs; NULL: none does. */
static const char *find_remedy(const struct kq_application *wanted, const struct kq_application *there)
{
    if (!kq_slice_equal(wanted->pid, there->pid)) {
        return NULL;
    }
    if (!same_keys(wanted, there)) {
        return "`kaquan app rotate-key` changes its keys";
    }
    bool same_permissions = kq_text_same_set(wanted->permissions, wanted->permission_count,
                                             there->permissions, there->permission_count);
    return same_permissions ? NULL : "`kaquan app permit` changes its permissions";
}

/* The application is there with other data: the refusal also says how to change those. */
static struct kq_result refuse_conflict(struct kq_data *data, struct kq_arena *arena,
                                        const struct kq_application *wanted, struct kq_error *error)
{
    const struct kq_error refusal = *error;
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_GET, .arena = arena};
    struct kq_op_application_get *get = &operation.application_get;
    get->app_id = wanted->app_id;
    KQ_TRY(kq_data_read(data, &operation, error));
    const char *remedy = get->found ? find_remedy(wanted, &get->application) : NULL;
    return kq_fail(error, refusal.code, "%s%s%s", kq_error_message(&refusal), remedy == NULL ? "" : "; ",
                   remedy == NULL ? "" : remedy);
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    enum kq_sign_type sign_type = KQ_SIGN_RSA2;
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_CREATE, .arena = &invocation->arena};
    struct kq_application *application = &operation.application_create.application;
    KQ_ENSURE(kq_flag_is_given(invocation, "public-key") != kq_flag_is_given(invocation, "certificate"),
              error, KQ_E_USAGE, "give --public-key FILE or --certificate FILE");
    KQ_TRY(kq_flag_sign_type(invocation, &sign_type, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_flag_methods(invocation, "permission", &application->permissions,
                           &application->permission_count, error));
    struct kq_application_keys *keys = &application->keys[sign_type];
    KQ_TRY(kq_flag_key(invocation, &data, &keys->current, &keys->current_certificate, error));
    application->app_id = kq_flag_text(invocation, "app-id");
    application->pid = kq_flag_text(invocation, "pid");
    application->name = kq_flag_text(invocation, "name");
    application->state = KQ_APPLICATION_ACTIVE;
    struct kq_result result = kq_data_apply(&data, &operation, error);
    if (!result.ok && error->code == KQ_E_CONFLICT) {
        return refuse_conflict(&data, &invocation->arena, application, error);
    }
    KQ_TRY(result);
    return kq_print_created(invocation->json, "application", "app_id", application->app_id,
                            operation.application_create.created, error);
}

const struct kq_command kq_command_app_create = {
    .group = "app",
    .name = "create",
    .text = "register an application and its public key, or its certificate",
    .example = "kaquan app create --data demo --app-id 2014072300007148 --pid 2088102146225135 "
               "--public-key app_public_key.pem",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
