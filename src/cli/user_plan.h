/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_USER_PLAN_H
#define KQ_CLI_USER_PLAN_H

#include "cli/import.h"

/* Users as `user create` and `user import` read them: user_id, login_id (several), taobao_nick, state. */
#define KQ_USER_PLAN_COLUMN_COUNT 4
extern const struct kq_import_plan kq_user_plan;

#endif
