/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/user_plan.h"

enum {
    COLUMN_USER_ID,
    COLUMN_LOGIN_ID,
    COLUMN_TAOBAO_NICK,
    COLUMN_STATE,
};

static const struct kq_import_column columns[KQ_USER_PLAN_COLUMN_COUNT] = {
    [COLUMN_USER_ID] = {.name = "user_id", .text = "16 digits that begin with 2088", .required = true},
    [COLUMN_LOGIN_ID] = {.name = "login_id",
                         .text = "a phone number or an e-mail address; each belongs to one user",
                         .is_list = true},
    [COLUMN_TAOBAO_NICK] = {.name = "taobao_nick", .text = "the Taobao nick; it belongs to one user"},
    [COLUMN_STATE] = {.name = "state", .text = "active or frozen (default: active)"},
};

static struct kq_result prepare(const struct kq_import_values *values, struct kq_operation *operation,
                                struct kq_error *error)
{
    operation->kind = KQ_OP_USER_CREATE;
    struct kq_user *user = &operation->user_create.user;
    struct kq_slice state = kq_import_value(&values[COLUMN_STATE]);
    user->user_id = kq_import_value(&values[COLUMN_USER_ID]);
    user->login_ids = values[COLUMN_LOGIN_ID].items;
    user->login_id_count = values[COLUMN_LOGIN_ID].count;
    user->taobao_nick = kq_import_value(&values[COLUMN_TAOBAO_NICK]);
    user->state = KQ_USER_ACTIVE;
    return state.size == 0 ? KQ_OK : kq_user_state_parse(state, &user->state, error);
}

static bool created(const struct kq_operation *operation)
{
    return operation->user_create.created;
}

const struct kq_import_plan kq_user_plan = {
    .columns = columns,
    .column_count = KQ_COUNT(columns),
    .prepare = prepare,
    .created = created,
};
