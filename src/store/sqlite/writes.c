/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/writes.h"

kq_write_function *const kq_writes[KQ_OPERATION_KIND_COUNT] = {
    [KQ_OP_ISSUE] = kq_write_issue,
    [KQ_OP_ISSUE_MANY] = kq_write_issue_many,
    [KQ_OP_VOUCHER_CHANGE] = kq_write_voucher_change,
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
    [KQ_OP_EXPIRE_DUE] = kq_write_expire_due,
    [KQ_OP_NOTIFICATION_RECORD] = kq_write_notification_record,
    [KQ_OP_NOTIFICATION_REPEAT] = kq_write_notification_repeat,
    [KQ_OP_NOTIFICATION_PRUNE] = kq_write_notification_prune,
};
