/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_ROWS_H
#define KQ_STORE_SQLITE_ROWS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "domain/operation.h"
#include "store/sqlite/connection.h"

/* Rows by their keys, for decisions and for readers alike. What is loaded lives in `arena`. *found false:
 * none there. STORE, BUSY, NO_MEMORY. */

KQ_MUST struct kq_result kq_row_merchant(struct kq_connection *connection, struct kq_slice pid,
                                         struct kq_arena *arena, struct kq_merchant *merchant, bool *found,
                                         struct kq_error *error);

/* application_key.slot */
enum kq_key_slot { KQ_KEY_CURRENT, KQ_KEY_NEXT, KQ_KEY_SLOT_COUNT };

/* With its keys and permissions. */
KQ_MUST struct kq_result kq_row_application(struct kq_connection *connection, struct kq_slice app_id,
                                            struct kq_arena *arena, struct kq_application *application,
                                            bool *found, struct kq_error *error);

/* With its methods. */
KQ_MUST struct kq_result kq_row_grant(struct kq_connection *connection, struct kq_slice token_digest,
                                      struct kq_arena *arena, struct kq_grant *grant, bool *found,
                                      struct kq_error *error);

/* Without its login ids, which few need: kq_row_logins. */
KQ_MUST struct kq_result kq_row_user(struct kq_connection *connection, const struct kq_recipient *recipient,
                                     struct kq_arena *arena, struct kq_user *user, bool *found,
                                     struct kq_error *error);
KQ_MUST struct kq_result kq_row_logins(struct kq_connection *connection, struct kq_arena *arena,
                                       struct kq_user *user, struct kq_error *error);

KQ_MUST struct kq_result kq_row_template(struct kq_connection *connection, struct kq_slice template_id,
                                         struct kq_arena *arena, struct kq_template *template, bool *found,
                                         struct kq_error *error);

KQ_MUST struct kq_result kq_row_voucher(struct kq_connection *connection, struct kq_slice voucher_id,
                                        struct kq_arena *arena, struct kq_voucher *voucher, bool *found,
                                        struct kq_error *error);
KQ_MUST struct kq_result kq_row_voucher_by_out_biz_no(struct kq_connection *connection,
                                                      struct kq_slice template_id, struct kq_slice out_biz_no,
                                                      struct kq_arena *arena, struct kq_voucher *voucher,
                                                      bool *found, struct kq_error *error);

/* Without its shops. */
KQ_MUST struct kq_result kq_row_pass(struct kq_connection *connection, struct kq_slice pass_id,
                                     struct kq_arena *arena, struct kq_pass *pass, bool *found,
                                     struct kq_error *error);

#endif
