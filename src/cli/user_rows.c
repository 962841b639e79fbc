/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/user_rows.h"

const struct kq_column kq_user_columns[KQ_USER_COLUMN_COUNT] = {
    {.name = "user_id"},     {.name = "state"},   {.name = "login_ids", .kind = KQ_COLUMN_JSON},
    {.name = "taobao_nick"}, {.name = "created"},
};

void kq_user_fill(struct kq_row *row, const void *item)
{
    const struct kq_user *user = item;
    kq_row_text(row, user->user_id);
    kq_row_name(row, kq_user_state_name(user->state));
    kq_row_texts(row, user->login_ids, user->login_id_count);
    kq_row_text(row, user->taobao_nick);
    kq_row_time(row, user->created_s);
}
