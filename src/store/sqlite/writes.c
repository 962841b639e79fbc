/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/writes.h"

kq_write_function *const kq_writes[KQ_OPERATION_KIND_COUNT] = {
    [KQ_OP_ISSUE] = kq_write_issue,
    [KQ_OP_ISSUE_MANY] = kq_write_issue_many,
    [KQ_OP_MERCHANT_CREATE] = kq_write_merchant_create,
    [KQ_OP_APPLICATION_CREATE] = kq_write_application_create,
    [KQ_OP_APPLICATION_ROTATE_KEY] = kq_write_application_rotate_key,
    [KQ_OP_APPLICATION_SET_STATE] = kq_write_application_set_state,
    [KQ_OP_APPLICATION_PERMIT] = kq_write_application_permit,
    [KQ_OP_APPLICATION_LIMIT] = kq_write_application_limit,
    [KQ_OP_GRANT_CREATE] = kq_write_grant_create,
    [KQ_OP_USER_CREATE] = kq_write_user_create,
    [KQ_OP_USER_SET_STATE] = kq_write_user_set_state,
    [KQ_OP_SHOP_CREATE] = kq_write_shop_create,
    [KQ_OP_TEMPLATE_CREATE] = kq_write_template_create,
    [KQ_OP_TEMPLATE_MOVE] = kq_write_template_move,
    [KQ_OP_PASS_CREATE] = kq_write_pass_create,
    [KQ_OP_PASS_TEMPLATE_ADD] = kq_write_pass_template_add,
    [KQ_OP_PASS_TEMPLATE_UPDATE] = kq_write_pass_template_update,
    [KQ_OP_PASS_INSTANCE_ADD] = kq_write_pass_instance_add,
    [KQ_OP_PASS_INSTANCE_UPDATE] = kq_write_pass_instance_update,
};
