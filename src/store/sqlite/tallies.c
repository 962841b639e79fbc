/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/tallies.h"

#include "base/macros.h"
#include "base/time.h"
#include "store/sqlite/query.h"

#define ADD_DAY                                                                                              \
    " ON CONFLICT (template_no, day_s) DO UPDATE SET"                                                        \
    " issued_count = issued_count + excluded.issued_count,"                                                  \
    " issued_amount_fen = issued_amount_fen + excluded.issued_amount_fen,"                                   \
    " use_count = use_count + excluded.use_count,"                                                           \
    " use_amount_fen = use_amount_fen + excluded.use_amount_fen,"                                            \
    " refund_count = refund_count + excluded.refund_count,"                                                  \
    " refund_amount_fen = refund_amount_fen + excluded.refund_amount_fen,"                                   \
    " delete_count = delete_count + excluded.delete_count,"                                                  \
    " delete_amount_fen = delete_amount_fen + excluded.delete_amount_fen"

static struct kq_result add_to_day(struct kq_batch *batch, int64_t template_no, enum kq_tally_kind kind,
                                   int64_t count, int64_t amount_fen, struct kq_error *error)
{
    static const char add_day[] = "INSERT INTO template_day VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" ADD_DAY;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, add_day);
    kq_query_put_integer(&query, template_no);
    kq_query_put_integer(&query, kq_time_day_start(batch->now_ms / 1000));
    for (enum kq_tally_kind column = 0; column < KQ_TALLY_KIND_COUNT; column++) {
        kq_query_put_integer(&query, column == kind ? count : 0);
        kq_query_put_integer(&query, column == kind ? amount_fen : 0);
    }
    return kq_query_run(&query, error);
}

struct kq_result kq_tally_day(struct kq_batch *batch, int64_t template_no, enum kq_tally_kind kind,
                              int64_t amount_fen, struct kq_error *error)
{
    return add_to_day(batch, template_no, kind, 1, amount_fen, error);
}

/* Of vouchers that were counted in before: the row is there. */
static struct kq_result change_expiry(struct kq_batch *batch, int64_t template_no, int64_t expires_s,
                                      int64_t count, int64_t amount_fen, bool *found, struct kq_error *error)
{
    static const char update_expiry[] =
        "UPDATE template_expiry SET live_count = live_count + ?, live_amount_fen = live_amount_fen + ?"
        " WHERE template_no = ? AND expires_s = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_expiry);
    kq_query_put_integer(&query, count);
    kq_query_put_integer(&query, amount_fen);
    kq_query_put_integer(&query, template_no);
    kq_query_put_integer(&query, expires_s);
    KQ_TRY(kq_query_run(&query, error));
    *found = sqlite3_changes(batch->connection->handle) > 0;
    return KQ_OK;
}

struct kq_result kq_tally_expiry(struct kq_batch *batch, int64_t template_no, int64_t expires_s,
                                 int64_t count, int64_t amount_fen, struct kq_error *error)
{
    static const char insert_expiry[] = "INSERT INTO template_expiry VALUES (?, ?, ?, ?)";
    bool found = false;
    KQ_TRY(change_expiry(batch, template_no, expires_s, count, amount_fen, &found, error));
    if (found) {
        return KQ_OK;
    }
    KQ_ENSURE(count >= 0 && amount_fen >= 0, error, KQ_E_STORE,
              "the store is damaged: a voucher is not in its template's sums");
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_expiry);
    kq_query_put_integer(&query, template_no);
    kq_query_put_integer(&query, expires_s);
    kq_query_put_integer(&query, count);
    kq_query_put_integer(&query, amount_fen);
    return kq_query_run(&query, error);
}

struct kq_result kq_tally_issue(struct kq_batch *batch, struct kq_template_entry *entry,
                                const struct kq_voucher *voucher, struct kq_error *error)
{
    if (entry->issues.count > 0 && entry->issues.expires_s != voucher->expires_s) {
        KQ_TRY(kq_tally_settle(batch, entry, error));
    }
    entry->issues.expires_s = voucher->expires_s;
    entry->issues.count++;
    entry->issues.amount_fen += voucher->amount_fen;
    return KQ_OK;
}

struct kq_result kq_tally_settle(struct kq_batch *batch, struct kq_template_entry *entry,
                                 struct kq_error *error)
{
    struct kq_template_issues issues = entry->issues;
    entry->issues = (struct kq_template_issues){0};
    if (issues.count == 0) {
        return KQ_OK;
    }
    KQ_TRY(add_to_day(batch, entry->template_no, KQ_TALLY_ISSUE, issues.count, issues.amount_fen, error));
    return kq_tally_expiry(batch, entry->template_no, issues.expires_s, issues.count, issues.amount_fen,
                           error);
}
