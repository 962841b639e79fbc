/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/outbox.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/tallies.h"
#include "store/sqlite/voucher_events.h"
#include "store/sqlite/writes.h"

/* One change on its way through the batch. What the decision looks at lives in the operation's arena, since
 * its result may point to it. */
struct change {
    struct kq_batch *batch;
    struct kq_arena *arena;
    struct kq_op_voucher_change *operation;
    int64_t voucher_no;
    struct kq_template_entry *entry;
    struct kq_voucher_event earlier;
    struct kq_voucher_event use;
    struct kq_user user;
    struct kq_voucher_change_facts facts;
};

static struct kq_result load_voucher(struct change *change, struct kq_error *error)
{
    struct kq_batch *batch = change->batch;
    struct kq_voucher *voucher = &change->operation->voucher;
    struct kq_voucher_rows rows = {.connection = batch->connection, .arena = change->arena};
    bool found = false;
    KQ_TRY(kq_row_voucher_by_id(&rows, change->operation->request.voucher_id, voucher, &change->voucher_no,
                                &found, error));
    if (!found) {
        return KQ_OK;
    }
    KQ_TRY(kq_template_map_get(&batch->templates, batch->connection, voucher->template_id, &change->entry,
                               error));
    KQ_ENSURE(change->entry != NULL, error, KQ_E_STORE,
              "the store is damaged: a voucher has lost its template");
    change->facts.voucher = voucher;
    change->facts.template = &change->entry->template;
    return KQ_OK;
}

static struct kq_result load_events(struct change *change, struct kq_error *error)
{
    const struct kq_voucher_change_request *request = &change->operation->request;
    struct kq_connection *connection = change->batch->connection;
    bool found = false;
    KQ_TRY(kq_row_event(connection, change->voucher_no, request->kind, request->out_biz_no, change->arena,
                        &change->earlier, &found, error));
    change->facts.earlier = found ? &change->earlier : NULL;
    if (request->kind != KQ_CHANGE_REFUND) {
        return KQ_OK;
    }
    if (request->use_biz_no.size > 0) {
        KQ_TRY(kq_row_event(connection, change->voucher_no, KQ_CHANGE_USE, request->use_biz_no, change->arena,
                            &change->use, &found, error));
    } else {
        KQ_TRY(kq_row_open_use(connection, change->voucher_no, request->pid, change->arena, &change->use,
                               &found, &change->facts.has_several_uses, error));
    }
    change->facts.use = found ? &change->use : NULL;
    return KQ_OK;
}

static struct kq_result load_user(struct change *change, struct kq_error *error)
{
    const struct kq_recipient owner = {.kind = KQ_RECIPIENT_USER_ID,
                                       .value = change->operation->voucher.user_id};
    bool found = false;
    KQ_TRY(kq_row_user_for_issue(change->batch->connection, &owner, change->arena, &change->user, &found,
                                 error));
    change->facts.user = found ? &change->user : NULL;
    return KQ_OK;
}

static struct kq_result load(struct change *change, struct kq_error *error)
{
    KQ_TRY(load_voucher(change, error));
    if (change->facts.voucher == NULL) {
        return KQ_OK;
    }
    KQ_TRY(load_events(change, error));
    return change->operation->request.kind == KQ_CHANGE_USE ? load_user(change, error) : KQ_OK;
}

static struct kq_result update_voucher(const struct change *change, struct kq_error *error)
{
    static const char update_voucher[] =
        "UPDATE voucher SET spent_fen = ?, expires_s = ?, state = ? WHERE voucher_no = ?";
    const struct kq_voucher *voucher = &change->operation->voucher;
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(change->batch->connection, update_voucher);
    kq_query_put_integer(&query, voucher->amount_fen - voucher->balance_fen);
    kq_query_put_integer(&query, voucher->expires_s);
    kq_query_put_integer(&query, voucher->state);
    kq_query_put_integer(&query, change->voucher_no);
    return kq_query_run(&query, error);
}

static struct kq_result write_event(const struct change *change, struct kq_error *error)
{
    struct kq_batch *batch = change->batch;
    struct kq_voucher_event *event = &change->operation->result.event;
    char unused[KQ_ID_TEXT_SIZE];
    kq_id_next(&batch->ids, batch->now_ms, KQ_ID_PRODUCT_VOUCHER, change->operation->voucher.user_id, unused);
    event->number = kq_id_last_number(&batch->ids);
    KQ_TRY(kq_insert_event(batch->connection, change->voucher_no, event, error));
    if (event->kind == KQ_CHANGE_REFUND) {
        return kq_update_event_refund(batch->connection, change->voucher_no, change->use.out_biz_no,
                                      event->number, error);
    }
    return KQ_OK;
}

/* A delay is in no day's sums. */
static struct kq_result write_sums(const struct change *change, struct kq_error *error)
{
    static const enum kq_tally_kind kinds[KQ_CHANGE_KIND_COUNT] = {
        [KQ_CHANGE_USE] = KQ_TALLY_USE,
        [KQ_CHANGE_REFUND] = KQ_TALLY_REFUND,
        [KQ_CHANGE_DELETE] = KQ_TALLY_DELETE,
    };
    struct kq_batch *batch = change->batch;
    const struct kq_voucher_change_result *result = &change->operation->result;
    int64_t template_no = change->entry->template_no;
    KQ_TRY(kq_tally_settle(batch, change->entry, error));
    if (result->event.kind != KQ_CHANGE_DELAY) {
        KQ_TRY(kq_tally_day(batch, template_no, kinds[result->event.kind], result->event.amount_fen, error));
    }
    if (result->taken_count > 0 || result->taken_fen > 0) {
        KQ_TRY(kq_tally_expiry(batch, template_no, result->from_expires_s, -result->taken_count,
                               -result->taken_fen, error));
    }
    if (result->put_count > 0 || result->put_fen > 0) {
        KQ_TRY(kq_tally_expiry(batch, template_no, change->operation->voucher.expires_s, result->put_count,
                               result->put_fen, error));
    }
    return KQ_OK;
}

static struct kq_result write(const struct change *change, struct kq_error *error)
{
    kq_template_map_note_change(&change->batch->templates, change->entry);
    KQ_TRY(update_voucher(change, error));
    KQ_TRY(write_event(change, error));
    KQ_TRY(write_sums(change, error));
    return kq_outbox_change(change->batch, change->entry, change->voucher_no, &change->operation->voucher,
                            &change->operation->result, error);
}

struct kq_result kq_write_voucher_change(struct kq_batch *batch, struct kq_operation *operation,
                                         struct kq_error *error)
{
    struct kq_op_voucher_change *asked = &operation->voucher_change;
    struct change change = {.batch = batch, .arena = operation->arena, .operation = asked};
    KQ_TRY(load(&change, error));
    KQ_TRY(kq_voucher_change_decide(&asked->request, &change.facts, batch->now_ms / 1000, &asked->result,
                                    error));
    if (!asked->result.replayed) {
        KQ_TRY(write(&change, error));
    }
    return kq_row_keep_template(&change.entry->template, operation->arena, &asked->template, error);
}
