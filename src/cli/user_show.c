/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/recipient.h"
#include "cli/table.h"
#include "cli/user_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAGS_RECIPIENT,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_USER_GET, .arena = &invocation->arena};
    struct kq_op_user_get *get = &operation.user_get;
    KQ_TRY(kq_flag_recipient(invocation, &get->recipient, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_data_read(&data, &operation, error));
    KQ_ENSURE(get->found, error, KQ_E_NOT_FOUND, "there is no user %.*s: `kaquan user list` shows them",
              KQ_SLICE_PRINT(get->recipient.value));
    return kq_print_record(kq_user_columns, KQ_USER_COLUMN_COUNT, invocation->rows_as_json, kq_user_fill,
                           &get->user, error);
}

const struct kq_command kq_command_user_show = {
    .group = "user",
    .name = "show",
    .text = "show a user, found by id, login id or Taobao nick",
    .example = "kaquan user show --data demo --login-id 13196215350",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
