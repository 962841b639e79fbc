/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_WRITES_H
#define KQ_STORE_SQLITE_WRITES_H

#include "domain/operation.h"
#include "store/sqlite/batch.h"

/* The writing operations, one function a kind. Each loads what its decision needs, decides, then writes: a
 * refusal comes before the first write. What is given back in the operation lives in its arena. */
typedef struct kq_result kq_write_function(struct kq_batch *batch, struct kq_operation *operation,
                                           struct kq_error *error);

/* By kind; NULL for those that only read. */
extern kq_write_function *const kq_writes[KQ_OPERATION_KIND_COUNT];

kq_write_function kq_write_issue;
kq_write_function kq_write_issue_many;
kq_write_function kq_write_voucher_change;
kq_write_function kq_write_merchant_create;
kq_write_function kq_write_application_create;
kq_write_function kq_write_application_rotate_key;
kq_write_function kq_write_application_set_state;
kq_write_function kq_write_application_set_content_key;
kq_write_function kq_write_application_permit;
kq_write_function kq_write_application_limit;
kq_write_function kq_write_grant_create;
kq_write_function kq_write_grant_exchange;
kq_write_function kq_write_grant_revoke;
kq_write_function kq_write_auth_code_create;
kq_write_function kq_write_confirmation_create;
kq_write_function kq_write_confirmation_accept;
kq_write_function kq_write_user_create;
kq_write_function kq_write_user_set_state;
kq_write_function kq_write_shop_create;
kq_write_function kq_write_template_create;
kq_write_function kq_write_template_change;
kq_write_function kq_write_template_move;
kq_write_function kq_write_funding_confirm;
kq_write_function kq_write_pass_create;
kq_write_function kq_write_pass_template_add;
kq_write_function kq_write_pass_template_update;
kq_write_function kq_write_pass_instance_add;
kq_write_function kq_write_pass_instance_update;
kq_write_function kq_write_expire_due;
kq_write_function kq_write_notification_record;
kq_write_function kq_write_notification_repeat;
kq_write_function kq_write_notification_prune;

/* For these: a new pass's row, and what may change of one: its state, and all that a content fills. */
KQ_MUST struct kq_result kq_write_pass_row(struct kq_batch *batch, const struct kq_pass *pass,
                                           struct kq_error *error);
KQ_MUST struct kq_result kq_write_pass_changes(struct kq_batch *batch, const struct kq_pass *pass,
                                               struct kq_error *error);

/* Refuses what an issue would be refused for now, and changes nothing; an earlier success of the same
 * out_biz_no is not looked at. */
KQ_MUST struct kq_result kq_issue_check(struct kq_batch *batch, const struct kq_issue_request *request,
                                        struct kq_error *error);

/* For the batch, before its commit. */
KQ_MUST struct kq_result kq_write_template_changes(struct kq_batch *batch,
                                                   const struct kq_template_entry *entry,
                                                   struct kq_error *error);

#endif
