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

/* With its keys, permissions and limits. */
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
/* What the decision to issue looks at: the id and the state. The id is the recipient's text where that is
 * one.
 */
KQ_MUST struct kq_result kq_row_user_for_issue(struct kq_connection *connection,
                                               const struct kq_recipient *recipient, struct kq_arena *arena,
                                               struct kq_user *user, bool *found, struct kq_error *error);
KQ_MUST struct kq_result kq_row_logins(struct kq_connection *connection, struct kq_arena *arena,
                                       struct kq_user *user, struct kq_error *error);

/* *number, if asked for: what vouchers refer to it by. */
KQ_MUST struct kq_result kq_row_template(struct kq_connection *connection, struct kq_slice template_id,
                                         struct kq_arena *arena, struct kq_template *template,
                                         int64_t *number, bool *found, struct kq_error *error);

/* A copy in `arena`, texts and all. NO_MEMORY. */
KQ_MUST struct kq_result kq_row_keep_template(const struct kq_template *template, struct kq_arena *arena,
                                              struct kq_template *kept, struct kq_error *error);

/* The valid period's five parameters; what does not belong to its type is NULL. */
struct kq_query;
void kq_row_put_period(struct kq_query *query, const struct kq_valid_period *period);

/* For several vouchers: keeps what many of them have in common. Both pointers are borrowed, and the vouchers'
 * texts are in the arena. */
struct kq_voucher_rows {
    struct kq_connection *connection;
    struct kq_arena *arena;
    int64_t template_no;         /* whose id follows */
    struct kq_slice template_id; /* empty: of none yet */
};

KQ_MUST struct kq_result kq_row_voucher_by_number(struct kq_voucher_rows *rows, int64_t number,
                                                  struct kq_voucher *voucher, bool *found,
                                                  struct kq_error *error);
/* `template_id` is the number's, and stays as long as the arena. */
KQ_MUST struct kq_result kq_row_voucher_by_out_biz_no(struct kq_connection *connection, int64_t template_no,
                                                      struct kq_slice template_id, struct kq_slice out_biz_no,
                                                      struct kq_arena *arena, struct kq_voucher *voucher,
                                                      bool *found, struct kq_error *error);

/* By the whole id: *number is what events refer to it by. */
KQ_MUST struct kq_result kq_row_voucher_by_id(struct kq_voucher_rows *rows, struct kq_slice voucher_id,
                                              struct kq_voucher *voucher, int64_t *number, bool *found,
                                              struct kq_error *error);

/* What happened to a voucher, the newest KQ_BILLS_MAX of it. */
KQ_MUST struct kq_result kq_row_voucher_bills(struct kq_connection *connection, int64_t voucher_no,
                                              struct kq_arena *arena, struct kq_voucher_bill **bills,
                                              size_t *count, struct kq_error *error);
/* With its content of today. The numbers are what passes refer to both by. */
struct kq_pass_template_row {
    struct kq_pass_template template;
    int64_t template_no;
    int64_t content_no;
};
KQ_MUST struct kq_result kq_row_pass_template(struct kq_connection *connection, struct kq_slice tpl_id,
                                              struct kq_arena *arena, struct kq_pass_template_row *row,
                                              bool *found, struct kq_error *error);

/* Without its shops. */
KQ_MUST struct kq_result kq_row_pass(struct kq_connection *connection, struct kq_slice pass_id,
                                     struct kq_arena *arena, struct kq_pass *pass, bool *found,
                                     struct kq_error *error);

#endif
