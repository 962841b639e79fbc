/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "base/time.h"
#include "store/sqlite/confirmations.h"
#include "store/sqlite/numbers.h"
#include "store/sqlite/outbox.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/tallies.h"
#include "store/sqlite/writes.h"

/* One issue on its way through the batch. */
struct issue {
    struct kq_batch *batch;
    const struct kq_issue_request *request;
    struct kq_arena *arena; /* the operation's: the result may point into it */
    struct kq_template_entry *entry;
    struct kq_issue_result *result;
};

static struct kq_result count_issued(const struct issue *issue, int64_t user_id, int64_t since_s,
                                     int64_t until_s, int64_t *count, struct kq_error *error)
{
    static const char count_vouchers[] =
        "SELECT count(*) FROM voucher INDEXED BY voucher_by_user"
        " WHERE user_id = ? AND template_no = ? AND issued_s >= ? AND issued_s < ?";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(issue->batch->connection, count_vouchers);
    kq_query_put_integer(&query, user_id);
    kq_query_put_integer(&query, issue->entry->template_no);
    kq_query_put_integer(&query, since_s);
    kq_query_put_integer(&query, until_s);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    *count = has_row ? kq_query_take_integer(&query) : 0;
    return kq_query_check(&query, error);
}

static struct kq_result load_counts(const struct issue *issue, struct kq_issue_facts *facts,
                                    struct kq_error *error)
{
    const struct kq_template *template = facts->template;
    int64_t user_id = kq_user_number(facts->user->user_id);
    if (template->limit_per_user != KQ_UNLIMITED) {
        KQ_TRY(count_issued(issue, user_id, INT64_MIN, INT64_MAX, &facts->issued_to_user, error));
    }
    if (template->limit_per_user_day != KQ_UNLIMITED) {
        int64_t day_start_s = kq_time_day_start(issue->batch->now_ms / 1000);
        KQ_TRY(count_issued(issue, user_id, day_start_s, day_start_s + KQ_SECONDS_PER_DAY,
                            &facts->issued_to_user_today, error));
    }
    return KQ_OK;
}

/* *inserted false: the template has a voucher of this out_biz_no already, and nothing was written. */
static struct kq_result insert_voucher(const struct issue *issue, bool *inserted, struct kq_error *error)
{
    static const char insert_voucher[] =
        "INSERT INTO voucher (voucher_no, template_no, user_id, out_biz_no, memo, amount_fen, spent_fen,"
        " issued_s, active_s, expires_s, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (template_no, out_biz_no) DO NOTHING";
    const struct kq_voucher *voucher = &issue->result->voucher;
    struct kq_connection *connection = issue->batch->connection;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, insert_voucher);
    kq_query_put_integer(&query, kq_id_last_number(&issue->batch->ids));
    kq_query_put_integer(&query, issue->entry->template_no);
    kq_query_put_user(&query, voucher->user_id);
    kq_query_put_text(&query, voucher->out_biz_no);
    kq_query_put_text(&query, voucher->memo);
    kq_query_put_integer(&query, voucher->amount_fen);
    kq_query_put_integer(&query, voucher->amount_fen - voucher->balance_fen);
    kq_query_put_integer(&query, voucher->issued_s);
    kq_query_put_integer_or_null(&query, voucher->active_s, voucher->issued_s);
    kq_query_put_integer(&query, voucher->expires_s);
    kq_query_put_integer(&query, voucher->state);
    KQ_TRY(kq_query_run(&query, error));
    *inserted = sqlite3_changes(connection->handle) > 0;
    return KQ_OK;
}

static struct kq_result decide(const struct issue *issue, const struct kq_issue_facts *facts,
                               struct kq_error *error)
{
    return kq_issue_decide(issue->request, facts, &issue->batch->ids, issue->batch->now_ms, issue->result,
                           error);
}

/* What the decision looks at beside the template; the rows that `facts` then points to. */
struct rows {
    struct kq_user user;
    struct kq_confirmation_row confirmation;
};

static struct kq_result load_facts(const struct issue *issue, struct rows *rows, struct kq_issue_facts *facts,
                                   struct kq_error *error)
{
    struct kq_connection *connection = issue->batch->connection;
    bool found = false;
    KQ_TRY(kq_row_user_for_issue(connection, &issue->request->recipient, issue->arena, &rows->user, &found,
                                 error));
    if (found) {
        facts->user = &rows->user;
        KQ_TRY(load_counts(issue, facts, error));
    }
    if (issue->request->send_code_digest.size == 0) {
        return KQ_OK;
    }
    KQ_TRY(kq_row_confirmation_by_secret(connection, KQ_SECRET_CODE, issue->request->send_code_digest,
                                         &issue->batch->arena, &rows->confirmation, &found, error));
    facts->confirmation = found ? &rows->confirmation.confirmation : NULL;
    return KQ_OK;
}

/* What was issued is written, and so is what it has used up. */
static struct kq_result note_issued(const struct issue *issue, const struct kq_issue_facts *facts,
                                    const struct rows *rows, struct kq_error *error)
{
    kq_template_map_note_change(&issue->batch->templates, issue->entry);
    KQ_TRY(kq_tally_issue(issue->batch, issue->entry, &issue->result->voucher, error));
    KQ_TRY(kq_outbox_issue(issue->batch, issue->entry, &issue->result->voucher, error));
    issue->result->voucher.template_id = issue->request->template_id; /* The same text, which stays. */
    if (facts->confirmation == NULL) {
        return KQ_OK;
    }
    return kq_confirmation_note_used(issue->batch, rows->confirmation.confirmation_no, error);
}

/* Decides as if there had been no earlier success, and writes. *inserted false: there has been one, and all
 * is as it was before. A refusal means nothing before it is known that there has been none. */
static struct kq_result issue_anew(const struct issue *issue, bool *inserted, struct kq_error *error)
{
    struct kq_batch *batch = issue->batch;
    struct kq_template_entry *entry = issue->entry;
    struct kq_issue_facts facts = {.template = &entry->template};
    struct rows rows;
    KQ_TRY(load_facts(issue, &rows, &facts, error));
    struct kq_id_source ids_before = batch->ids;
    struct kq_template template_before = entry->template;
    KQ_TRY(decide(issue, &facts, error));
    KQ_TRY(insert_voucher(issue, inserted, error));
    if (*inserted) {
        return note_issued(issue, &facts, &rows, error);
    }
    batch->ids = ids_before;
    entry->template = template_before;
    return KQ_OK;
}

/* *found: an earlier success was the answer. */
static struct kq_result replay(const struct issue *issue, bool *found, struct kq_error *error)
{
    struct kq_voucher earlier;
    KQ_TRY(kq_row_voucher_by_out_biz_no(issue->batch->connection, issue->entry->template_no,
                                        issue->request->template_id, issue->request->out_biz_no, issue->arena,
                                        &earlier, found, error));
    if (!*found) {
        return KQ_OK;
    }
    issue->batch->expects_replay = true;
    struct kq_issue_facts facts = {.template = &issue->entry->template, .earlier = &earlier};
    return decide(issue, &facts, error);
}

/* The key's earlier success comes before every other answer, so the decision must know it. For a key that is
 * new, as most are, looking for it would cost as much as finding out from the unique index: so the voucher is
 * written first, and where the index has the key already, or where the answer would be a refusal, it is
 * looked for then. Where replays come in rows, it is looked for first. */
static struct kq_result issue_with_template(const struct issue *issue, struct kq_error *error)
{
    bool found = false;
    bool looked = issue->batch->expects_replay;
    if (looked) {
        KQ_TRY(replay(issue, &found, error));
        if (found) {
            return KQ_OK;
        }
        issue->batch->expects_replay = false;
    }
    struct kq_error refusal = {0};
    bool inserted = false;
    bool issued = issue_anew(issue, &inserted, &refusal).ok;
    if (issued && inserted) {
        return KQ_OK;
    }
    if (!looked && kq_error_category(refusal.code) != KQ_CATEGORY_INTERNAL) {
        KQ_TRY(replay(issue, &found, error));
        if (found) {
            return KQ_OK;
        }
    }
    KQ_ENSURE(!issued, error, KQ_E_STORE, "the store is damaged: a voucher is in an index only");
    *error = refusal;
    return KQ_FAILED;
}

static struct kq_result issue_one(struct kq_batch *batch, const struct kq_issue_request *request,
                                  struct kq_arena *arena, struct kq_issue_result *result,
                                  struct kq_error *error)
{
    struct issue issue = {.batch = batch, .request = request, .arena = arena, .result = result};
    KQ_TRY(
        kq_template_map_get(&batch->templates, batch->connection, request->template_id, &issue.entry, error));
    if (issue.entry == NULL) {
        struct kq_issue_facts nothing = {0};
        return decide(&issue, &nothing, error);
    }
    return issue_with_template(&issue, error);
}

struct kq_result kq_issue_check(struct kq_batch *batch, const struct kq_issue_request *request,
                                struct kq_error *error)
{
    struct kq_issue_result unused;
    struct issue issue = {.batch = batch, .request = request, .arena = &batch->arena, .result = &unused};
    struct kq_issue_facts facts = {0};
    struct rows rows;
    KQ_TRY(
        kq_template_map_get(&batch->templates, batch->connection, request->template_id, &issue.entry, error));
    if (issue.entry == NULL) {
        return decide(&issue, &facts, error);
    }
    struct kq_id_source ids_before = batch->ids;
    struct kq_template template = issue.entry->template;
    facts.template = &template;
    KQ_TRY(load_facts(&issue, &rows, &facts, error));
    KQ_TRY(decide(&issue, &facts, error));
    batch->ids = ids_before;
    return KQ_OK;
}

struct kq_result kq_write_issue(struct kq_batch *batch, struct kq_operation *operation,
                                struct kq_error *error)
{
    struct kq_op_issue *issue = &operation->issue;
    return issue_one(batch, &issue->request, operation->arena, &issue->result, error);
}

static struct kq_result keep_refusal(const struct kq_error *refusal, struct kq_arena *arena,
                                     struct kq_issue_item *item, struct kq_error *error)
{
    struct kq_error *kept = kq_arena_allocate(arena, sizeof(*kept));
    KQ_ENSURE_MEMORY(kept != NULL, error);
    *kept = *refusal;
    item->refusal = kept;
    return KQ_OK;
}

/* One of many. FAILED: the store failed. */
static struct kq_result issue_item(struct kq_batch *batch, struct kq_issue_item *item, struct kq_arena *arena,
                                   struct kq_error *error)
{
    struct kq_error refusal = {0};
    item->refusal = NULL;
    if (issue_one(batch, &item->request, arena, &item->result, &refusal).ok) {
        return KQ_OK;
    }
    if (kq_error_category(refusal.code) == KQ_CATEGORY_INTERNAL) {
        *error = refusal;
        return KQ_FAILED;
    }
    return keep_refusal(&refusal, arena, item, error);
}

struct kq_result kq_write_issue_many(struct kq_batch *batch, struct kq_operation *operation,
                                     struct kq_error *error)
{
    struct kq_op_issue_many *many = &operation->issue_many;
    for (size_t i = 0; i < many->count; i++) {
        KQ_TRY(issue_item(batch, &many->items[i], operation->arena, error));
    }
    return KQ_OK;
}
