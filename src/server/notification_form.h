/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_NOTIFICATION_FORM_H
#define KQ_SERVER_NOTIFICATION_FORM_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "domain/operation.h"
#include "wire/key.h"

/* A notification on the wire (spec/gateway.md, "Notifications"): a form of
 *   notify_id, notify_time (of this try), notify_type, app_id, charset, version, sign_type, sign, voucher_id,
 *   template_id, user_id, status, event_time, expired_time, and where the event has them out_biz_no and
 * amount. What is empty is left out, so that libraries that sign empty fields and those that do not agree. */

/* Appends the form, signed with RSA2. `arena` is for scratch. NO_MEMORY, CRYPTO. */
KQ_MUST struct kq_result kq_notification_form(const struct kq_due_notification *due, int64_t now_s,
                                              const struct kq_private_key *key, struct kq_arena *arena,
                                              struct kq_buffer *form, struct kq_error *error);

#endif
