/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/import_flags.h"
#include "cli/result.h"
#include "cli/user_plan.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "user-id",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "ID",
     .text = "16 digits that begin with 2088"},
    {.name = "login-id",
     .kind = KQ_FLAG_LIST,
     .value = "LOGIN",
     .text = "a phone number or an e-mail address; each belongs to one user"},
    {.name = "taobao-nick",
     .kind = KQ_FLAG_TEXT,
     .value = "NICK",
     .text = "the Taobao nick; it belongs to one user"},
    {.name = "state",
     .kind = KQ_FLAG_TEXT,
     .value = "STATE",
     .text = "active or frozen",
     .choices = (const char *const[]){"active", "frozen", NULL},
     .fallback = "active"},
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_import_values values[KQ_USER_PLAN_COLUMN_COUNT];
    struct kq_operation operation = {.arena = &invocation->arena};
    kq_import_row_from_flags(invocation, kq_user_plan.columns, kq_user_plan.column_count, values);
    KQ_TRY(kq_user_plan.prepare(values, &operation, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_data_apply(&data, &operation, error));
    return kq_print_created(invocation->json, "user", "user_id", operation.user_create.user.user_id,
                            kq_user_plan.created(&operation), error);
}

const struct kq_command kq_command_user_create = {
    .group = "user",
    .name = "create",
    .text = "make a user, who can receive vouchers",
    .example = "kaquan user create --data demo --user-id 2088302001456115 --login-id 13196215350 "
               "--taobao-nick yue54333",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
