/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/outbox.h"
#include "store/sqlite/query.h"
#include "store/sqlite/writes.h"

/* The clock job: what is due stands at the beginning of expiry_due, so that a step reads, writes and deletes
 * in the order of the rows, however many there are. */

struct due {
    int64_t expires_s;
    int64_t voucher_no;
    int64_t template_no;
    int64_t balance_fen;
};

static struct kq_result load_due(struct kq_batch *batch, size_t rows_max, struct due *due, size_t *count,
                                 struct kq_error *error)
{
    static const char select_due[] =
        "SELECT expiry_due.expires_s, voucher_no, template_no, amount_fen - spent_fen FROM expiry_due"
        " CROSS JOIN voucher USING (voucher_no) WHERE expiry_due.expires_s <= ?"
        " ORDER BY expiry_due.expires_s, voucher_no LIMIT ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_due);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    kq_query_put_integer(&query, (int64_t)rows_max);
    *count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row && *count < rows_max) {
        struct due *row = &due[(*count)++];
        row->expires_s = kq_query_take_integer(&query);
        row->voucher_no = kq_query_take_integer(&query);
        row->template_no = kq_query_take_integer(&query);
        row->balance_fen = kq_query_take_integer(&query);
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}

static struct kq_result delete_until(struct kq_batch *batch, const struct due *last, struct kq_error *error)
{
    static const char delete_due[] = "DELETE FROM expiry_due WHERE (expires_s, voucher_no) <= (?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, delete_due);
    kq_query_put_integer(&query, last->expires_s);
    kq_query_put_integer(&query, last->voucher_no);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_expire_due(struct kq_batch *batch, struct kq_operation *operation,
                                     struct kq_error *error)
{
    struct kq_op_expire_due *expire = &operation->expire_due;
    struct due *due = kq_arena_allocate_array(&batch->arena, expire->rows_max, sizeof(*due));
    KQ_ENSURE_MEMORY(due != NULL, error);
    KQ_TRY(load_due(batch, expire->rows_max, due, &expire->count, error));
    for (size_t i = 0; i < expire->count; i++) {
        struct kq_notification expiry = kq_notification_of_expiry(due[i].expires_s, due[i].balance_fen);
        expiry.number = kq_outbox_number(batch);
        KQ_TRY(kq_outbox_insert(batch, due[i].template_no, due[i].voucher_no, &expiry, error));
    }
    return expire->count == 0 ? KQ_OK : delete_until(batch, &due[expire->count - 1], error);
}
