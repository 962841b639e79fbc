/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/outbox.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

/* What becomes of notifications after they were written. */

/* What the decisions look at, and where it stands. */
struct row {
    struct kq_notification notification; /* number, kind, state, times and tries */
    int64_t voucher_no;
    int64_t template_no;
};

#define ROW_COLUMNS                                                                                          \
    "notification_no, voucher_no, template_no, state, tries, next_try_s, last_try_s, last_result"

static void take_row(struct kq_query *query, struct kq_arena *arena, struct row *row)
{
    struct kq_notification *notification = &row->notification;
    *notification = (struct kq_notification){.number = kq_query_take_integer(query)};
    row->voucher_no = kq_query_take_integer(query);
    row->template_no = kq_query_take_integer(query);
    notification->state = kq_query_take_choice(query, KQ_NOTIFICATION_STATE_COUNT);
    notification->tries = kq_query_take_integer(query);
    notification->next_try_s = kq_query_take_integer_or(query, KQ_NOTIFICATION_NO_TRY);
    notification->last_try_s = kq_query_take_integer(query);
    notification->last_result = kq_query_take_text(query, arena);
}

static struct kq_result load_row(struct kq_batch *batch, int64_t number, struct row *row, bool *found,
                                 struct kq_error *error)
{
    static const char select_row[] = "SELECT " ROW_COLUMNS " FROM notification WHERE notification_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_row);
    kq_query_put_integer(&query, number);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_row(&query, &batch->arena, row);
    }
    return kq_query_check(&query, error);
}

/* The next rows of the table behind `after`. */
static struct kq_result load_step(struct kq_batch *batch, int64_t after, struct row **rows, size_t *count,
                                  struct kq_error *error)
{
    static const char select_rows[] =
        "SELECT " ROW_COLUMNS " FROM notification WHERE notification_no > ? ORDER BY notification_no LIMIT ?";
    *rows = kq_arena_allocate_array(&batch->arena, KQ_NOTIFICATION_STEP, sizeof(**rows));
    KQ_ENSURE_MEMORY(*rows != NULL, error);
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_rows);
    kq_query_put_integer(&query, after);
    kq_query_put_integer(&query, (int64_t)KQ_NOTIFICATION_STEP);
    *count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row && *count < KQ_NOTIFICATION_STEP) {
        take_row(&query, &batch->arena, &(*rows)[(*count)++]);
        KQ_TRY(kq_query_check(&query, error));
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}

static struct kq_result update_row(struct kq_batch *batch, const struct kq_notification *notification,
                                   struct kq_error *error)
{
    static const char update_notification[] =
        "UPDATE notification SET state = ?, tries = ?, next_try_s = ?, last_try_s = ?, last_result = ?"
        " WHERE notification_no = ?";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, update_notification);
    kq_query_put_integer(&query, notification->state);
    kq_query_put_integer(&query, notification->tries);
    kq_query_put_integer_or_null(&query, notification->next_try_s, KQ_NOTIFICATION_NO_TRY);
    kq_query_put_integer(&query, notification->last_try_s);
    kq_query_put_text(&query, notification->last_result);
    kq_query_put_integer(&query, notification->number);
    return kq_query_run(&query, error);
}

static struct kq_result record(struct kq_batch *batch, const struct kq_notification_try *made,
                               size_t *given_up_count, struct kq_error *error)
{
    struct row row;
    bool found = false;
    KQ_TRY(load_row(batch, made->number, &row, &found, error));
    if (!found || row.notification.state != KQ_NOTIFICATION_WAITING) {
        return KQ_OK;
    }
    kq_notification_note_try(&row.notification, made->taken, batch->now_ms / 1000);
    row.notification.last_result = made->result;
    KQ_TRY(update_row(batch, &row.notification, error));
    *given_up_count += row.notification.state == KQ_NOTIFICATION_GIVEN_UP ? 1 : 0;
    bool is_over = row.notification.state != KQ_NOTIFICATION_WAITING;
    return is_over ? kq_outbox_promote(batch, row.voucher_no, error) : KQ_OK;
}

struct kq_result kq_write_notification_record(struct kq_batch *batch, struct kq_operation *operation,
                                              struct kq_error *error)
{
    struct kq_op_notification_record *asked = &operation->notification_record;
    asked->given_up_count = 0;
    for (size_t i = 0; i < asked->count; i++) {
        KQ_TRY(record(batch, &asked->tries[i], &asked->given_up_count, error));
    }
    return KQ_OK;
}

/* Those behind it wait for it, also one that was tried before. */
static struct kq_result hold_back(struct kq_batch *batch, int64_t voucher_no, int64_t number,
                                  struct kq_error *error)
{
    static const char update_later[] = "UPDATE notification SET next_try_s = NULL WHERE voucher_no = ?"
                                       " AND state = 0 AND notification_no > ? AND next_try_s IS NOT NULL";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_later);
    kq_query_put_integer(&query, voucher_no);
    kq_query_put_integer(&query, number);
    return kq_query_run(&query, error);
}

static struct kq_result repeat(struct kq_batch *batch, struct row *row, struct kq_error *error)
{
    kq_notification_repeat(&row->notification);
    KQ_TRY(update_row(batch, &row->notification, error));
    KQ_TRY(hold_back(batch, row->voucher_no, row->notification.number, error));
    return kq_outbox_promote(batch, row->voucher_no, error);
}

static struct kq_result find_id(struct kq_batch *batch, struct kq_slice notify_id, struct row *row,
                                struct kq_error *error)
{
    int64_t number = 0;
    uint32_t node = 0;
    bool found = false;
    if (kq_id_read(notify_id, &number, &node)) {
        KQ_TRY(load_row(batch, number, row, &found, error));
    }
    char text[KQ_ID_TEXT_SIZE] = "";
    if (found) {
        kq_id_write(number, batch->ids.node, KQ_ID_PRODUCT_NOTIFICATION, KQ_SLICE_EMPTY, text);
    }
    KQ_ENSURE(found && kq_slice_equal(notify_id, kq_slice_of(text)), error, KQ_E_NOT_FOUND,
              "there is no notification %.*s", KQ_SLICE_PRINT(notify_id));
    return KQ_OK;
}

/* *template_no 0: every template's. */
static struct kq_result find_template(struct kq_batch *batch, struct kq_slice template_id,
                                      int64_t *template_no, struct kq_error *error)
{
    struct kq_template_entry *entry = NULL;
    *template_no = 0;
    if (template_id.size == 0) {
        return KQ_OK;
    }
    KQ_TRY(kq_template_map_get(&batch->templates, batch->connection, template_id, &entry, error));
    KQ_ENSURE(entry != NULL, error, KQ_E_NOT_FOUND, "there is no template %.*s", KQ_SLICE_PRINT(template_id));
    *template_no = entry->template_no;
    return KQ_OK;
}

/* Where the step began stays as it was: a step whose commit fails is taken once more. */
static void end_step(const struct row *rows, size_t count, int64_t after, int64_t *reached, bool *is_done)
{
    *is_done = count < KQ_NOTIFICATION_STEP;
    *reached = count == 0 ? after : rows[count - 1].notification.number;
}

static bool is_asked_for(const struct kq_op_notification_repeat *asked, int64_t template_no,
                         const struct row *row)
{
    enum kq_notification_state state = row->notification.state;
    return (template_no == 0 || row->template_no == template_no) &&
           (state == KQ_NOTIFICATION_GIVEN_UP ||
            (state == KQ_NOTIFICATION_DELIVERED && !asked->only_given_up));
}

static struct kq_result repeat_step(struct kq_batch *batch, struct kq_op_notification_repeat *asked,
                                    struct kq_error *error)
{
    int64_t template_no = 0;
    struct row *rows = NULL;
    size_t count = 0;
    KQ_TRY(find_template(batch, asked->template_id, &template_no, error));
    KQ_TRY(load_step(batch, asked->after, &rows, &count, error));
    for (size_t i = 0; i < count; i++) {
        if (is_asked_for(asked, template_no, &rows[i])) {
            KQ_TRY(repeat(batch, &rows[i], error));
            asked->count++;
        }
    }
    end_step(rows, count, asked->after, &asked->reached, &asked->is_done);
    return KQ_OK;
}

struct kq_result kq_write_notification_repeat(struct kq_batch *batch, struct kq_operation *operation,
                                              struct kq_error *error)
{
    struct kq_op_notification_repeat *asked = &operation->notification_repeat;
    struct row row;
    asked->count = 0;
    if (asked->notify_id.size == 0) {
        return repeat_step(batch, asked, error);
    }
    KQ_TRY(find_id(batch, asked->notify_id, &row, error));
    asked->count = 1;
    asked->is_done = true;
    return repeat(batch, &row, error);
}

/* No row from here on can be old enough: numbers tell when they were made. */
static bool is_recent(int64_t number, int64_t now_s)
{
    return number / KQ_ID_SEQUENCE_COUNT / 1000 > now_s - KQ_NOTIFICATION_KEPT_S;
}

static struct kq_result delete_row(struct kq_batch *batch, int64_t number, struct kq_error *error)
{
    static const char delete_notification[] = "DELETE FROM notification WHERE notification_no = ?";
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, delete_notification);
    kq_query_put_integer(&query, number);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_notification_prune(struct kq_batch *batch, struct kq_operation *operation,
                                             struct kq_error *error)
{
    struct kq_op_notification_prune *asked = &operation->notification_prune;
    struct row *rows = NULL;
    size_t count = 0;
    asked->count = 0;
    KQ_TRY(load_step(batch, asked->after, &rows, &count, error));
    for (size_t i = 0; i < count; i++) {
        const struct kq_notification *notification = &rows[i].notification;
        if (kq_notification_is_outlived(notification, batch->now_ms / 1000)) {
            KQ_TRY(delete_row(batch, notification->number, error));
            asked->count++;
        }
    }
    end_step(rows, count, asked->after, &asked->reached, &asked->is_done);
    asked->is_done = asked->is_done || is_recent(asked->reached, batch->now_ms / 1000);
    return KQ_OK;
}
