/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "base/macros.h"
#include "base/time.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

static struct kq_result count_issued(struct kq_batch *batch, struct kq_slice user_id,
                                     struct kq_slice template_id, int64_t since_s, int64_t *count,
                                     struct kq_error *error)
{
    static const char count_vouchers[] = "SELECT count(*) FROM voucher INDEXED BY voucher_by_user"
                                         " WHERE user_id = ? AND template_id = ? AND issued_s >= ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, count_vouchers);
    kq_query_put_text(&query, user_id);
    kq_query_put_text(&query, template_id);
    kq_query_put_integer(&query, since_s);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    *count = has_row ? kq_query_take_integer(&query) : 0;
    return kq_query_check(&query, error);
}

static struct kq_result load_counts(struct kq_batch *batch, struct kq_issue_facts *facts,
                                    struct kq_error *error)
{
    const struct kq_template *template = facts->template;
    struct kq_slice user_id = facts->user->user_id;
    if (template->limit_per_user != KQ_UNLIMITED) {
        KQ_TRY(count_issued(batch, user_id, template->template_id, INT64_MIN, &facts->issued_to_user, error));
    }
    if (template->limit_per_user_day != KQ_UNLIMITED) {
        int64_t day_start_s = kq_time_day_start(batch->now_ms / 1000);
        KQ_TRY(count_issued(batch, user_id, template->template_id, day_start_s, &facts->issued_to_user_today,
                            error));
    }
    return KQ_OK;
}

static struct kq_result insert_voucher(struct kq_batch *batch, const struct kq_voucher *voucher,
                                       struct kq_error *error)
{
    static const char insert_voucher[] =
        "INSERT INTO voucher (voucher_id, template_id, user_id, out_biz_no, memo, amount_fen, balance_fen,"
        " issued_s, active_s, expires_s, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_voucher);
    kq_query_put_text(&query, voucher->voucher_id);
    kq_query_put_text(&query, voucher->template_id);
    kq_query_put_text(&query, voucher->user_id);
    kq_query_put_text(&query, voucher->out_biz_no);
    kq_query_put_text(&query, voucher->memo);
    kq_query_put_integer(&query, voucher->amount_fen);
    kq_query_put_integer(&query, voucher->balance_fen);
    kq_query_put_integer(&query, voucher->issued_s);
    kq_query_put_integer(&query, voucher->active_s);
    kq_query_put_integer(&query, voucher->expires_s);
    kq_query_put_integer(&query, voucher->state);
    return kq_query_run(&query, error);
}

/* What the decision looks at. `earlier` and `user` are loaded only as far as it will look; both are in the
 * operation's arena, because the result points into them. */
static struct kq_result load_facts(struct kq_batch *batch, const struct kq_issue_request *request,
                                   struct kq_arena *arena, struct kq_voucher *earlier, struct kq_user *user,
                                   struct kq_issue_facts *facts, struct kq_error *error)
{
    bool found = false;
    KQ_TRY(kq_row_voucher_by_out_biz_no(batch->connection, request->template_id, request->out_biz_no,
                                        arena, earlier, &found, error));
    if (found) {
        facts->earlier = earlier;
        return KQ_OK;
    }
    KQ_TRY(kq_row_user(batch->connection, &request->recipient, arena, user, &found, error));
    if (found) {
        facts->user = user;
        return load_counts(batch, facts, error);
    }
    return KQ_OK;
}

static struct kq_result issue_one(struct kq_batch *batch, const struct kq_issue_request *request,
                                  struct kq_arena *arena, struct kq_issue_result *result,
                                  struct kq_error *error)
{
    struct kq_template_entry *entry = NULL;
    KQ_TRY(kq_template_map_get(&batch->templates, batch->connection, request->template_id, &entry, error));
    struct kq_issue_facts facts = {.template = entry == NULL ? NULL : &entry->template};
    struct kq_voucher earlier;
    struct kq_user user;
    if (entry != NULL) {
        KQ_TRY(load_facts(batch, request, arena, &earlier, &user, &facts, error));
    }
    KQ_TRY(kq_issue_decide(request, &facts, &batch->ids, batch->now_ms, result, error));
    if (result->replayed) {
        return KQ_OK;
    }
    assert(entry != NULL); /* Without a template the decision refuses. */
    entry->changed = true;
    result->voucher.template_id = request->template_id; /* The same text, which stays. */
    return insert_voucher(batch, &result->voucher, error);
}

struct kq_result kq_write_issue(struct kq_batch *batch, struct kq_operation *operation,
                                struct kq_error *error)
{
    struct kq_op_issue *issue = &operation->issue;
    return issue_one(batch, &issue->request, operation->arena, &issue->result, error);
}

struct kq_result kq_write_issue_many(struct kq_batch *batch, struct kq_operation *operation,
                                     struct kq_error *error)
{
    struct kq_op_issue_many *many = &operation->issue_many;
    for (size_t i = 0; i < many->count; i++) {
        struct kq_issue_item *item = &many->items[i];
        item->error = (struct kq_error){0};
        bool issued = issue_one(batch, &item->request, operation->arena, &item->result, &item->error).ok;
        if (!issued && kq_error_category(item->error.code) == KQ_CATEGORY_INTERNAL) {
            *error = item->error;
            return KQ_FAILED;
        }
    }
    return KQ_OK;
}
