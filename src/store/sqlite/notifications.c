/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/list.h"
#include "store/sqlite/numbers.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"

/* Notifications as they are sent and shown. */

#define NOTIFICATION_COLUMNS                                                                                 \
    "notification_no, voucher_no, template_id, user_id, notification.kind, notification.out_biz_no, "        \
    "notification.amount_fen, status, event_s, notification.expires_s, notification.state, tries, "          \
    "next_try_s, last_try_s, last_result"

/* In this order: vouchers and templates are found by what the notification refers to. */
#define NOTIFICATION_TABLES                                                                                  \
    " CROSS JOIN voucher USING (voucher_no)"                                                                 \
    " CROSS JOIN template ON template.template_no = notification.template_no "

static struct kq_result write_id(int64_t number, uint32_t node, const char *product, struct kq_slice owner,
                                 struct kq_arena *arena, struct kq_slice *id, struct kq_error *error)
{
    KQ_ENSURE(number >= 0 && number <= KQ_ID_NUMBER_MAX, error, KQ_E_STORE,
              "the store is damaged: a notification has an impossible number");
    char *text = kq_arena_allocate(arena, KQ_ID_TEXT_SIZE);
    KQ_ENSURE_MEMORY(text != NULL, error);
    kq_id_write(number, node, product, owner, text);
    *id = (struct kq_slice){.data = text, .size = KQ_ID_SIZE};
    return KQ_OK;
}

static struct kq_result take_notification(struct kq_query *query, uint32_t node, struct kq_arena *arena,
                                          struct kq_notification *notification, struct kq_error *error)
{
    *notification = (struct kq_notification){.number = kq_query_take_integer(query)};
    int64_t voucher_no = kq_query_take_integer(query);
    notification->template_id = kq_query_take_text(query, arena);
    notification->user_id = kq_query_take_user(query, arena);
    notification->kind = kq_query_take_choice(query, KQ_NOTIFICATION_KIND_COUNT);
    notification->out_biz_no = kq_query_take_text(query, arena);
    notification->amount_fen = kq_query_take_integer(query);
    notification->status = kq_query_take_choice(query, KQ_STATUS_COUNT);
    notification->event_s = kq_query_take_integer(query);
    notification->expires_s = kq_query_take_integer(query);
    notification->state = kq_query_take_choice(query, KQ_NOTIFICATION_STATE_COUNT);
    notification->tries = kq_query_take_integer(query);
    notification->next_try_s = kq_query_take_integer_or(query, KQ_NOTIFICATION_NO_TRY);
    notification->last_try_s = kq_query_take_integer(query);
    notification->last_result = kq_query_take_text(query, arena);
    KQ_TRY(kq_query_check(query, error));
    KQ_TRY(write_id(notification->number, node, KQ_ID_PRODUCT_NOTIFICATION, KQ_SLICE_EMPTY, arena,
                    &notification->notify_id, error));
    return write_id(voucher_no, node, KQ_ID_PRODUCT_VOUCHER, notification->user_id, arena,
                    &notification->voucher_id, error);
}

/* The first number of a row; `otherwise` where there is none. */
static struct kq_result take_number(struct kq_query *query, int64_t otherwise, int64_t *number,
                                    struct kq_error *error)
{
    bool has_row = false;
    KQ_TRY(kq_query_next(query, &has_row, error));
    *number = has_row ? kq_query_take_integer_or(query, otherwise) : otherwise;
    return kq_query_check(query, error);
}

/* Templates with waiting notifications are stepped through by their numbers; 0: there is none behind it. */
static struct kq_result find_template_after(struct kq_connection *connection, int64_t after,
                                            int64_t *template_no, struct kq_error *error)
{
    static const char select_template[] = "SELECT template_no FROM notification"
                                          " INDEXED BY notification_waiting WHERE state = 0"
                                          " AND template_no > ? ORDER BY template_no LIMIT 1";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_template);
    kq_query_put_integer(&query, after);
    return take_number(&query, 0, template_no, error);
}

/* When the template's earliest try behind `after_s` is; KQ_NEVER_S. What waits behind others, which stands
 * before all of them in the index, is not looked at. */
static struct kq_result find_try_after(struct kq_connection *connection, int64_t template_no, int64_t after_s,
                                       int64_t *next_try_s, struct kq_error *error)
{
    static const char select_try[] = "SELECT next_try_s FROM notification"
                                     " INDEXED BY notification_waiting WHERE state = 0 AND template_no = ?"
                                     " AND next_try_s > ? ORDER BY next_try_s LIMIT 1";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_try);
    kq_query_put_integer(&query, template_no);
    kq_query_put_integer(&query, after_s);
    return take_number(&query, KQ_NEVER_S, next_try_s, error);
}

static struct kq_result find_expiry(struct kq_connection *connection, int64_t *next_expiry_s,
                                    struct kq_error *error)
{
    static const char select_expiry[] = "SELECT expires_s FROM expiry_due ORDER BY expires_s LIMIT 1";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_expiry);
    return take_number(&query, KQ_NEVER_S, next_expiry_s, error);
}

/* What all notifications of a template have in common. */
static struct kq_result load_target(struct kq_connection *connection, int64_t template_no,
                                    struct kq_arena *arena, struct kq_due_notification *target,
                                    struct kq_error *error)
{
    static const char select_target[] =
        "SELECT notify_uri, coalesce(template.app_id, (SELECT app_id FROM application"
        " WHERE application.pid = template.pid ORDER BY created_s, app_id LIMIT 1))"
        " FROM template WHERE template_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_target);
    kq_query_put_integer(&query, template_no);
    bool found = false;
    KQ_TRY(kq_query_next(&query, &found, error));
    KQ_ENSURE(found, error, KQ_E_STORE, "the store is damaged: a notification has lost its template");
    target->notify_uri = kq_query_take_text(&query, arena);
    target->app_id = kq_query_take_text(&query, arena);
    return kq_query_check(&query, error);
}

/* Those of a template whose try is behind the first and not behind the last of `range_s`, while there is
 * room. */
static struct kq_result take_tries(struct kq_connection *connection, int64_t template_no,
                                   const struct kq_due_notification *target, const int64_t range_s[2],
                                   size_t *room, struct kq_operation *operation, struct kq_error *error)
{
    static const char select_due[] = "SELECT " NOTIFICATION_COLUMNS
                                     " FROM notification INDEXED BY notification_waiting" NOTIFICATION_TABLES
                                     "WHERE notification.state = 0 AND notification.template_no = ?"
                                     " AND next_try_s > ? AND next_try_s <= ?"
                                     " ORDER BY next_try_s, notification_no LIMIT ?";
    struct kq_op_notification_due *due = &operation->notification_due;
    uint32_t node = 0;
    KQ_TRY(kq_store_node(connection, &node, error));
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_due);
    kq_query_put_integer(&query, template_no);
    kq_query_put_integer(&query, range_s[0]);
    kq_query_put_integer(&query, range_s[1]);
    kq_query_put_integer(&query, (int64_t)*room);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        due->items = kq_list_room(operation->arena, due->items, due->count, sizeof(*due->items));
        KQ_ENSURE_MEMORY(due->items != NULL, error);
        struct kq_due_notification *item = &due->items[due->count++];
        *item = *target;
        KQ_TRY(take_notification(&query, node, operation->arena, &item->notification, error));
        (*room)--;
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}

/* No try is planned further ahead than the longest wait: one that is was planned before the clock was put
 * back, and is due. */
static struct kq_result take_due(struct kq_connection *connection, int64_t template_no,
                                 struct kq_operation *operation, struct kq_error *error)
{
    struct kq_op_notification_due *due = &operation->notification_due;
    const int64_t past_s[2] = {KQ_NOTIFICATION_NO_TRY, due->now_s};
    const int64_t beyond_s[2] = {due->now_s + KQ_NOTIFICATION_WAIT_MAX_S, KQ_NEVER_S};
    struct kq_due_notification target = {0};
    KQ_TRY(load_target(connection, template_no, operation->arena, &target, error));
    size_t left = due->limit - due->count;
    size_t room = left < due->per_template ? left : due->per_template;
    KQ_TRY(take_tries(connection, template_no, &target, past_s, &room, operation, error));
    return take_tries(connection, template_no, &target, beyond_s, &room, operation, error);
}

/* Templates behind `after` and up to `last`, while there is room. */
static struct kq_result take_turns(struct kq_connection *connection, int64_t after, int64_t last,
                                   struct kq_operation *operation, struct kq_error *error)
{
    struct kq_op_notification_due *due = &operation->notification_due;
    int64_t template_no = 0;
    KQ_TRY(find_template_after(connection, after, &template_no, error));
    while (template_no != 0 && template_no <= last) {
        int64_t next_try_s = KQ_NEVER_S;
        KQ_TRY(find_try_after(connection, template_no, due->now_s, &next_try_s, error));
        due->next_try_s = next_try_s < due->next_try_s ? next_try_s : due->next_try_s;
        if (due->count < due->limit) {
            KQ_TRY(take_due(connection, template_no, operation, error));
            due->turn = template_no;
        }
        KQ_TRY(find_template_after(connection, template_no, &template_no, error));
    }
    return KQ_OK;
}

struct kq_result kq_read_notification_due(struct kq_connection *connection, struct kq_operation *operation,
                                          struct kq_error *error)
{
    struct kq_op_notification_due *due = &operation->notification_due;
    int64_t turn = due->turn;
    due->items = NULL;
    due->count = 0;
    due->next_try_s = KQ_NEVER_S;
    KQ_TRY(take_turns(connection, turn, INT64_MAX, operation, error));
    KQ_TRY(take_turns(connection, 0, turn, operation, error));
    return find_expiry(connection, &due->next_expiry_s, error);
}

static struct kq_result count_rows(struct kq_connection *connection, const char *sql, int64_t *count,
                                   struct kq_error *error)
{
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, sql);
    return take_number(&query, 0, count, error);
}

struct kq_result kq_read_notification_status(struct kq_connection *connection, struct kq_operation *operation,
                                             struct kq_error *error)
{
    static const char count_waiting[] =
        "SELECT count(*) FROM notification INDEXED BY notification_waiting WHERE state = 0";
    static const char count_given_up[] =
        "SELECT count(*) FROM notification INDEXED BY notification_given_up WHERE state = 2";
    struct kq_op_notification_status *status = &operation->notification_status;
    KQ_TRY(count_rows(connection, count_waiting, &status->waiting_count, error));
    KQ_TRY(count_rows(connection, count_given_up, &status->given_up_count, error));
    status->oldest_due_s = KQ_NEVER_S;
    int64_t template_no = 0;
    KQ_TRY(find_template_after(connection, 0, &template_no, error));
    while (template_no != 0) {
        int64_t first_s = KQ_NEVER_S;
        KQ_TRY(find_try_after(connection, template_no, KQ_NOTIFICATION_NO_TRY, &first_s, error));
        status->oldest_due_s = first_s < status->oldest_due_s ? first_s : status->oldest_due_s;
        KQ_TRY(find_template_after(connection, template_no, &template_no, error));
    }
    return KQ_OK;
}

/* A voucher's are few; those that were given up have an index of their own; else the table is walked. */
static const char *choose_select(const struct kq_op_notification_list *list)
{
    static const char of_voucher[] =
        "SELECT " NOTIFICATION_COLUMNS
        " FROM notification INDEXED BY notification_by_voucher" NOTIFICATION_TABLES
        "WHERE notification.voucher_no = ?1 AND (?2 = '' OR template_id = ?2)"
        " AND (?3 < 0 OR notification.state = ?3) AND notification_no > ?4 ORDER BY notification_no LIMIT ?5";
    static const char given_up[] = "SELECT " NOTIFICATION_COLUMNS
                                   " FROM notification INDEXED BY notification_given_up" NOTIFICATION_TABLES
                                   "WHERE ?1 < 0 AND (?2 = '' OR template_id = ?2) AND notification.state = 2"
                                   " AND ?3 = 2 AND notification_no > ?4 ORDER BY notification_no LIMIT ?5";
    static const char of_all[] =
        "SELECT " NOTIFICATION_COLUMNS " FROM notification" NOTIFICATION_TABLES
        "WHERE ?1 < 0 AND (?2 = '' OR template_id = ?2)"
        " AND (?3 < 0 OR notification.state = ?3) AND notification_no > ?4 ORDER BY notification_no LIMIT ?5";
    if (list->voucher_id.size > 0) {
        return of_voucher;
    }
    return list->has_state && list->state == KQ_NOTIFICATION_GIVEN_UP ? given_up : of_all;
}

/* An id that is none of ours has no notifications. */
static struct kq_result read_ids(const struct kq_op_notification_list *list, int64_t *voucher_no,
                                 int64_t *after, struct kq_error *error)
{
    uint32_t node = 0;
    *voucher_no = KQ_NUMBER_NONE;
    *after = KQ_NUMBER_NONE;
    if (list->voucher_id.size > 0 && !kq_id_read(list->voucher_id, voucher_no, &node)) {
        *voucher_no = KQ_NUMBER_NONE;
    }
    KQ_ENSURE(list->page.after.size == 0 || kq_id_read(list->page.after, after, &node), error, KQ_E_USAGE,
              "a page of notifications begins behind a notification's id");
    return KQ_OK;
}

struct kq_result kq_read_notification_list(struct kq_connection *connection, struct kq_operation *operation,
                                           struct kq_error *error)
{
    struct kq_op_notification_list *list = &operation->notification_list;
    int64_t voucher_no = KQ_NUMBER_NONE;
    int64_t after = KQ_NUMBER_NONE;
    uint32_t node = 0;
    list->items = NULL;
    list->count = 0;
    KQ_TRY(kq_store_node(connection, &node, error));
    KQ_TRY(read_ids(list, &voucher_no, &after, error));
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, choose_select(list));
    kq_query_put_integer(&query, voucher_no);
    kq_query_put_text(&query, list->template_id);
    kq_query_put_integer(&query, list->has_state ? (int64_t)list->state : -1);
    kq_query_put_integer(&query, after);
    kq_query_put_integer(&query, kq_page_limit(&list->page));
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        list->items = kq_list_room(operation->arena, list->items, list->count, sizeof(*list->items));
        KQ_ENSURE_MEMORY(list->items != NULL, error);
        KQ_TRY(take_notification(&query, node, operation->arena, &list->items[list->count++], error));
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}
