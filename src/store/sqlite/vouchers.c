/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/macros.h"
#include "store/sqlite/list.h"
#include "store/sqlite/numbers.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"

#define VOUCHER_COLUMNS                                                                                      \
    "voucher_no, template_no, user_id, out_biz_no, memo, amount_fen, spent_fen, issued_s, active_s, "        \
    "expires_s, state"

/* How many vouchers of a template are put into order for each page of its list, rather than looked for among
 * all others: some tens of milliseconds of work. */
#define SORTED_MAX 65536

/* Rows that follow each other are often of one template. */
static struct kq_result name_template(struct kq_voucher_rows *rows, int64_t template_no,
                                      struct kq_error *error)
{
    static const char select_id[] = "SELECT template_id FROM template WHERE template_no = ?";
    if (rows->template_id.size > 0 && rows->template_no == template_no) {
        return KQ_OK;
    }
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(rows->connection, select_id);
    kq_query_put_integer(&query, template_no);
    bool found = false;
    KQ_TRY(kq_query_next(&query, &found, error));
    KQ_ENSURE(found, error, KQ_E_STORE, "the store is damaged: a voucher has lost its template");
    rows->template_no = template_no;
    rows->template_id = kq_query_take_text(&query, rows->arena);
    return kq_query_check(&query, error);
}

/* The row's id, whose last characters are the user's. */
static struct kq_result write_id(struct kq_voucher_rows *rows, int64_t number, struct kq_voucher *voucher,
                                 struct kq_error *error)
{
    KQ_ENSURE(number >= 0 && number <= KQ_ID_NUMBER_MAX, error, KQ_E_STORE,
              "the store is damaged: a voucher has an impossible number");
    uint32_t node = 0;
    KQ_TRY(kq_store_node(rows->connection, &node, error));
    char *text = kq_arena_allocate(rows->arena, KQ_ID_TEXT_SIZE);
    KQ_ENSURE_MEMORY(text != NULL, error);
    kq_id_write(number, node, KQ_ID_PRODUCT_VOUCHER, voucher->user_id, text);
    voucher->voucher_id = (struct kq_slice){.data = text, .size = KQ_ID_SIZE};
    return KQ_OK;
}

static struct kq_result take_voucher(struct kq_voucher_rows *rows, struct kq_query *query,
                                     struct kq_voucher *voucher, struct kq_error *error)
{
    int64_t number = kq_query_take_integer(query);
    int64_t template_no = kq_query_take_integer(query);
    *voucher = (struct kq_voucher){.user_id = kq_query_take_user(query, rows->arena)};
    voucher->out_biz_no = kq_query_take_text(query, rows->arena);
    voucher->memo = kq_query_take_text(query, rows->arena);
    voucher->amount_fen = kq_query_take_integer(query);
    voucher->balance_fen = voucher->amount_fen - kq_query_take_integer(query);
    voucher->issued_s = kq_query_take_integer(query);
    voucher->active_s = kq_query_take_integer_or(query, voucher->issued_s);
    voucher->expires_s = kq_query_take_integer(query);
    voucher->state = kq_query_take_choice(query, KQ_VOUCHER_STATE_COUNT);
    KQ_TRY(kq_query_check(query, error));
    KQ_TRY(write_id(rows, number, voucher, error));
    KQ_TRY(name_template(rows, template_no, error));
    voucher->template_id = rows->template_id;
    return KQ_OK;
}

struct kq_result kq_row_voucher_by_number(struct kq_voucher_rows *rows, int64_t number,
                                          struct kq_voucher *voucher, bool *found, struct kq_error *error)
{
    static const char select_voucher[] = "SELECT " VOUCHER_COLUMNS " FROM voucher WHERE voucher_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(rows->connection, select_voucher);
    kq_query_put_integer(&query, number);
    KQ_TRY(kq_query_next(&query, found, error));
    return *found ? take_voucher(rows, &query, voucher, error) : KQ_OK;
}

struct kq_result kq_row_voucher_by_out_biz_no(struct kq_connection *connection, int64_t template_no,
                                              struct kq_slice template_id, struct kq_slice out_biz_no,
                                              struct kq_arena *arena, struct kq_voucher *voucher, bool *found,
                                              struct kq_error *error)
{
    static const char select_voucher[] =
        "SELECT " VOUCHER_COLUMNS " FROM voucher WHERE template_no = ? AND out_biz_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_voucher);
    kq_query_put_integer(&query, template_no);
    kq_query_put_text(&query, out_biz_no);
    KQ_TRY(kq_query_next(&query, found, error));
    if (!*found) {
        return KQ_OK;
    }
    struct kq_voucher_rows rows = {
        .connection = connection, .arena = arena, .template_no = template_no, .template_id = template_id};
    return take_voucher(&rows, &query, voucher, error);
}

/* The number in an id gives the row, and the row's id must be the one that was asked for. */
struct kq_result kq_row_voucher_by_id(struct kq_voucher_rows *rows, struct kq_slice voucher_id,
                                      struct kq_voucher *voucher, int64_t *number, bool *found,
                                      struct kq_error *error)
{
    uint32_t node = 0;
    *found = false;
    if (!kq_id_read(voucher_id, number, &node)) {
        return KQ_OK;
    }
    KQ_TRY(kq_row_voucher_by_number(rows, *number, voucher, found, error));
    *found = *found && kq_slice_equal(voucher->voucher_id, voucher_id);
    return KQ_OK;
}

static struct kq_result load_details(struct kq_connection *connection, struct kq_operation *operation,
                                     int64_t number, struct kq_error *error)
{
    struct kq_op_voucher_get *get = &operation->voucher_get;
    bool found = false;
    KQ_TRY(kq_row_template(connection, get->voucher.template_id, operation->arena, &get->template, NULL,
                           &found, error));
    KQ_ENSURE(found, error, KQ_E_STORE, "the store is damaged: a voucher has lost its template");
    return kq_row_voucher_bills(connection, number, operation->arena, &get->bills, &get->bill_count, error);
}

struct kq_result kq_read_voucher_get(struct kq_connection *connection, struct kq_operation *operation,
                                     struct kq_error *error)
{
    struct kq_op_voucher_get *get = &operation->voucher_get;
    struct kq_voucher_rows rows = {.connection = connection, .arena = operation->arena};
    int64_t number = 0;
    KQ_TRY(kq_row_voucher_by_id(&rows, get->voucher_id, &get->voucher, &number, &get->found, error));
    return get->found && get->with_details ? load_details(connection, operation, number, error) : KQ_OK;
}

/* What a list looks for, as numbers. */
struct range {
    int64_t template_no; /* KQ_NUMBER_NONE: of every template */
    struct kq_slice template_id;
    int64_t after; /* voucher_no */
    bool is_empty;
    bool is_sorted; /* the template's vouchers are few enough to be put into order for each page */
};

static struct kq_result find_template(struct kq_connection *connection, struct kq_operation *operation,
                                      struct range *range, struct kq_error *error)
{
    struct kq_op_voucher_list *list = &operation->voucher_list;
    struct kq_template template = {0};
    bool found = false;
    KQ_TRY(kq_row_template(connection, list->template_id, operation->arena, &template, &range->template_no,
                           &found, error));
    range->template_id = template.template_id;
    range->is_empty = !found && list->template_id.size > 0;
    range->is_sorted = found && template.issued_count <= SORTED_MAX;
    if (list->with_template) {
        list->template_found = found;
        list->template = template;
    }
    return KQ_OK;
}

/* Where the list begins. A template's vouchers have been made after it, by the same source. */
static struct kq_result find_begin(const struct kq_op_voucher_list *list, struct range *range,
                                   struct kq_error *error)
{
    int64_t template_made = -1;
    uint32_t node = 0;
    if (list->page.after.size > 0) {
        KQ_ENSURE(kq_id_read(list->page.after, &range->after, &node), error, KQ_E_USAGE,
                  "a page of vouchers begins behind a voucher's id");
    }
    if (kq_id_read(list->template_id, &template_made, &node) && template_made > range->after) {
        range->after = template_made;
    }
    return KQ_OK;
}

/* A user's vouchers are few: found by the wallet's index, then put into order; and so are those of a small
 * template. Else the table is walked in its own order, so that a dump in pages walks it once. All of a user's
 * come in the index's order, in which they hardly ever have to be put. */
static const char *choose_select(const struct kq_op_voucher_list *list, const struct range *range)
{
    static const char all_of_user[] =
        "SELECT " VOUCHER_COLUMNS " FROM voucher INDEXED BY voucher_by_user"
        " WHERE user_id = ?1 AND (?2 < 0 OR template_no = ?2) AND voucher_no > ?3 AND ?4 < 0";
    static const char of_user[] = "SELECT " VOUCHER_COLUMNS " FROM voucher INDEXED BY voucher_by_user"
                                  " WHERE user_id = ?1 AND (?2 < 0 OR template_no = ?2) AND voucher_no > ?3"
                                  " ORDER BY voucher_no LIMIT ?4";
    static const char of_template[] =
        "SELECT " VOUCHER_COLUMNS " FROM voucher INDEXED BY voucher_by_out_biz_no"
        " WHERE ?1 < 0 AND template_no = ?2 AND voucher_no > ?3 ORDER BY voucher_no LIMIT ?4";
    static const char of_all[] = "SELECT " VOUCHER_COLUMNS " FROM voucher NOT INDEXED"
                                 " WHERE ?1 < 0 AND (?2 < 0 OR template_no = ?2) AND voucher_no > ?3"
                                 " ORDER BY voucher_no LIMIT ?4";
    if (list->user_id.size > 0) {
        return list->page.limit == 0 ? all_of_user : of_user;
    }
    return range->is_sorted ? of_template : of_all;
}

static int compare_ids(const void *a, const void *b)
{
    return kq_slice_compare(((const struct kq_voucher *)a)->voucher_id,
                            ((const struct kq_voucher *)b)->voucher_id);
}

static void put_into_order(struct kq_voucher *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (compare_ids(&items[i - 1], &items[i]) > 0) {
            qsort(items, count, sizeof(*items), compare_ids);
            return;
        }
    }
}

static struct kq_result take_list(struct kq_connection *connection, const struct range *range,
                                  struct kq_operation *operation, struct kq_error *error)
{
    struct kq_op_voucher_list *list = &operation->voucher_list;
    struct kq_voucher_rows rows = {.connection = connection, .arena = operation->arena};
    if (range->template_no != KQ_NUMBER_NONE) {
        rows.template_no = range->template_no;
        rows.template_id = range->template_id;
    }
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, choose_select(list, range));
    kq_query_put_user(&query, list->user_id);
    kq_query_put_integer(&query, range->template_no);
    kq_query_put_integer(&query, range->after);
    kq_query_put_integer(&query, kq_page_limit(&list->page));
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        list->items = kq_list_room(operation->arena, list->items, list->count, sizeof(*list->items));
        KQ_ENSURE_MEMORY(list->items != NULL, error);
        KQ_TRY(take_voucher(&rows, &query, &list->items[list->count++], error));
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    put_into_order(list->items, list->count);
    return KQ_OK;
}

struct kq_result kq_read_voucher_list(struct kq_connection *connection, struct kq_operation *operation,
                                      struct kq_error *error)
{
    struct kq_op_voucher_list *list = &operation->voucher_list;
    struct range range = {.template_no = KQ_NUMBER_NONE, .after = -1};
    list->items = NULL;
    list->count = 0;
    if (list->with_template || list->template_id.size > 0) {
        KQ_TRY(find_template(connection, operation, &range, error));
    }
    KQ_TRY(find_begin(list, &range, error));
    return range.is_empty ? KQ_OK : take_list(connection, &range, operation, error);
}
