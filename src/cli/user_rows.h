/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_USER_ROWS_H
#define KQ_CLI_USER_ROWS_H

#include "cli/row.h"
#include "domain/user.h"

/* How a user is shown: by `user list` and `user show` alike. */
#define KQ_USER_COLUMN_COUNT 5
extern const struct kq_column kq_user_columns[KQ_USER_COLUMN_COUNT];

/* `item` is a struct kq_user. */
void kq_user_fill(struct kq_row *row, const void *item);

#endif
