/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/macros.h"
#include "store/sqlite/funding_pages.h"
#include "store/sqlite/list.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

#define TEMPLATE_COLUMNS                                                                                     \
    "template_id, pid, kind, state, name, brand_name, amount_fen, floor_amount_fen, quantity, "              \
    "total_amount_fen, publish_start_s, publish_end_s, period_type, period_start_s, period_end_s, "          \
    "period_duration, period_unit, limit_per_user, limit_per_user_day, description, created_s, "             \
    "activated_s, issued_count, issued_amount_fen, used_count, used_amount_fen, recycled_count, "            \
    "recycled_amount_fen, app_id, available_time, rule_pids, rule_shops, notify_uri, extension_info, "       \
    "fund_account, fund_order_no, redirect_uri, use_scene, use_type, slogan"

static void take_period(struct kq_query *query, struct kq_valid_period *period)
{
    period->type = kq_query_take_choice(query, KQ_PERIOD_RELATIVE + 1);
    period->start_s = kq_query_take_integer(query);
    period->end_s = kq_query_take_integer(query);
    period->duration = kq_query_take_integer(query);
    period->unit = kq_query_take_choice(query, KQ_UNIT_DAY + 1);
}

/* The texts that few need, in the order of the columns. */
#define TERM_COUNT 11
static void list_terms(struct kq_template *template, struct kq_slice *terms[TERM_COUNT])
{
    struct kq_slice *const all[TERM_COUNT] = {
        &template->available_time, &template->rule_pids,    &template->rule_shops,    &template->notify_uri,
        &template->extension_info, &template->fund_account, &template->fund_order_no, &template->redirect_uri,
        &template->use_scene,      &template->use_type,     &template->slogan,
    };
    memcpy(terms, all, sizeof(all));
}

static void take_terms(struct kq_query *query, struct kq_arena *arena, struct kq_template *template)
{
    struct kq_slice *terms[TERM_COUNT];
    list_terms(template, terms);
    template->app_id = kq_query_take_text(query, arena);
    for (size_t i = 0; i < TERM_COUNT; i++) {
        *terms[i] = kq_query_take_text(query, arena);
    }
}

static void put_terms(struct kq_query *query, const struct kq_template *template)
{
    struct kq_template copy = *template;
    struct kq_slice *terms[TERM_COUNT];
    list_terms(&copy, terms);
    kq_query_put_text_or_null(query, template->app_id);
    for (size_t i = 0; i < TERM_COUNT; i++) {
        kq_query_put_text(query, *terms[i]);
    }
}

static void take_template(struct kq_query *query, struct kq_arena *arena, struct kq_template *template)
{
    *template = (struct kq_template){.template_id = kq_query_take_text(query, arena)};
    template->pid = kq_query_take_text(query, arena);
    template->kind = kq_query_take_choice(query, KQ_TEMPLATE_KIND_COUNT);
    template->state = kq_query_take_choice(query, KQ_TEMPLATE_STATE_COUNT);
    template->name = kq_query_take_text(query, arena);
    template->brand_name = kq_query_take_text(query, arena);
    template->amount_fen = kq_query_take_integer(query);
    template->floor_amount_fen = kq_query_take_integer(query);
    template->quantity = kq_query_take_integer_or(query, KQ_UNLIMITED);
    template->total_amount_fen = kq_query_take_integer_or(query, KQ_UNLIMITED);
    template->publish_start_s = kq_query_take_integer(query);
    template->publish_end_s = kq_query_take_integer(query);
    take_period(query, &template->valid_period);
    template->limit_per_user = kq_query_take_integer_or(query, KQ_UNLIMITED);
    template->limit_per_user_day = kq_query_take_integer_or(query, KQ_UNLIMITED);
    template->description = kq_query_take_text(query, arena);
    template->created_s = kq_query_take_integer(query);
    template->activated_s = kq_query_take_integer(query);
    template->issued_count = kq_query_take_integer(query);
    template->issued_amount_fen = kq_query_take_integer(query);
    template->used_count = kq_query_take_integer(query);
    template->used_amount_fen = kq_query_take_integer(query);
    template->recycled_count = kq_query_take_integer(query);
    template->recycled_amount_fen = kq_query_take_integer(query);
    take_terms(query, arena, template);
}

void kq_row_put_period(struct kq_query *query, const struct kq_valid_period *period)
{
    bool absolute = period->type == KQ_PERIOD_ABSOLUTE;
    kq_query_put_integer(query, period->type);
    kq_query_put_integer_or_null(query, absolute ? period->start_s : INT64_MIN, INT64_MIN);
    kq_query_put_integer_or_null(query, absolute ? period->end_s : INT64_MIN, INT64_MIN);
    kq_query_put_integer_or_null(query, absolute ? INT64_MIN : period->duration, INT64_MIN);
    kq_query_put_integer_or_null(query, absolute ? INT64_MIN : (int64_t)period->unit, INT64_MIN);
}

static void put_template(struct kq_query *query, const struct kq_template *template)
{
    kq_query_put_text(query, template->template_id);
    kq_query_put_text(query, template->pid);
    kq_query_put_integer(query, template->kind);
    kq_query_put_integer(query, template->state);
    kq_query_put_text(query, template->name);
    kq_query_put_text(query, template->brand_name);
    kq_query_put_integer(query, template->amount_fen);
    kq_query_put_integer(query, template->floor_amount_fen);
    kq_query_put_integer_or_null(query, template->quantity, KQ_UNLIMITED);
    kq_query_put_integer_or_null(query, template->total_amount_fen, KQ_UNLIMITED);
    kq_query_put_integer(query, template->publish_start_s);
    kq_query_put_integer(query, template->publish_end_s);
    kq_row_put_period(query, &template->valid_period);
    kq_query_put_integer_or_null(query, template->limit_per_user, KQ_UNLIMITED);
    kq_query_put_integer_or_null(query, template->limit_per_user_day, KQ_UNLIMITED);
    kq_query_put_text(query, template->description);
    kq_query_put_integer(query, template->created_s);
    kq_query_put_integer(query, template->activated_s);
    kq_query_put_integer(query, template->issued_count);
    kq_query_put_integer(query, template->issued_amount_fen);
    kq_query_put_integer(query, template->used_count);
    kq_query_put_integer(query, template->used_amount_fen);
    kq_query_put_integer(query, template->recycled_count);
    kq_query_put_integer(query, template->recycled_amount_fen);
    put_terms(query, template);
}

struct kq_result kq_row_template(struct kq_connection *connection, struct kq_slice template_id,
                                 struct kq_arena *arena, struct kq_template *template, int64_t *number,
                                 bool *found, struct kq_error *error)
{
    static const char select_template[] =
        "SELECT " TEMPLATE_COLUMNS ", template_no FROM template WHERE template_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_template);
    kq_query_put_text(&query, template_id);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_template(&query, arena, template);
    }
    if (*found && number != NULL) {
        *number = kq_query_take_integer(&query);
    }
    return kq_query_check(&query, error);
}

static struct kq_result insert_template(struct kq_batch *batch, const struct kq_op_template_create *create,
                                        struct kq_error *error)
{
    static const char insert_template[] =
        "INSERT INTO template (" TEMPLATE_COLUMNS ", out_biz_no, request_digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
        " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_template);
    put_template(&query, &create->template);
    kq_query_put_text_or_null(&query, create->out_biz_no);
    kq_query_put_bytes_or_null(&query, create->request_digest);
    return kq_query_run(&query, error);
}

/* Has the merchant's key made a template before? Its id and what was asked then. */
static struct kq_result find_first(struct kq_batch *batch, const struct kq_op_template_create *create,
                                   struct kq_slice *template_id, struct kq_slice *digest, bool *found,
                                   struct kq_error *error)
{
    static const char select_first[] =
        "SELECT template_id, request_digest FROM template WHERE pid = ? AND out_biz_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_first);
    kq_query_put_text(&query, create->template.pid);
    kq_query_put_text(&query, create->out_biz_no);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        *template_id = kq_query_take_text(&query, &batch->arena);
        *digest = kq_query_take_bytes(&query, &batch->arena);
    }
    return kq_query_check(&query, error);
}

static struct kq_result replay(struct kq_batch *batch, struct kq_op_template_create *create,
                               struct kq_arena *arena, struct kq_error *error)
{
    struct kq_slice template_id = KQ_SLICE_EMPTY;
    struct kq_slice digest = KQ_SLICE_EMPTY;
    create->replayed = false;
    if (create->out_biz_no.size == 0) {
        return KQ_OK;
    }
    KQ_TRY(find_first(batch, create, &template_id, &digest, &create->replayed, error));
    if (!create->replayed) {
        return KQ_OK;
    }
    KQ_TRY(kq_template_decide_repeat(digest, create->request_digest, error));
    bool found = false;
    KQ_TRY(kq_row_template(batch->connection, template_id, arena, &create->template, NULL, &found, error));
    KQ_ENSURE(found, error, KQ_E_STORE, "the store is damaged: a template is in an index only");
    return KQ_OK;
}

static struct kq_result make(struct kq_batch *batch, struct kq_op_template_create *create,
                             struct kq_error *error)
{
    KQ_TRY(kq_template_decide_create(&create->template, create->as_draft, &batch->ids, batch->now_ms,
                                     &create->ids, error));
    KQ_TRY(kq_batch_need_merchant(batch, create->template.pid, error));
    return insert_template(batch, create, error);
}

struct kq_result kq_write_template_create(struct kq_batch *batch, struct kq_operation *operation,
                                          struct kq_error *error)
{
    struct kq_op_template_create *create = &operation->template_create;
    create->page_token[0] = '\0';
    KQ_TRY(replay(batch, create, operation->arena, error));
    if (!create->replayed) {
        KQ_TRY(make(batch, create, error));
    }
    return create->with_page
               ? kq_funding_page_create(batch, create->template.template_id, create->page_token, error)
               : KQ_OK;
}

struct kq_result kq_row_keep_template(const struct kq_template *template, struct kq_arena *arena,
                                      struct kq_template *kept, struct kq_error *error)
{
    *kept = *template;
    struct kq_slice *texts[6 + TERM_COUNT] = {&kept->template_id, &kept->pid,    &kept->name,
                                              &kept->brand_name,  &kept->app_id, &kept->description};
    list_terms(kept, &texts[6]);
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        *texts[i] = kq_arena_copy(arena, *texts[i]);
        KQ_ENSURE_MEMORY(texts[i]->data != NULL, error);
    }
    return KQ_OK;
}

static struct kq_result refuse_move(const struct kq_op_template_move *move, struct kq_error *error)
{
    bool changed = false;
    KQ_ENSURE(move->pid.size > 0, error, KQ_E_NOT_FOUND, "there is no template %.*s",
              KQ_SLICE_PRINT(move->template_id));
    return kq_template_decide_delete(NULL, move->pid, 0, &changed, error);
}

struct kq_result kq_write_template_move(struct kq_batch *batch, struct kq_operation *operation,
                                        struct kq_error *error)
{
    struct kq_op_template_move *move = &operation->template_move;
    struct kq_template_entry *entry = NULL;
    int64_t now_s = batch->now_ms / 1000;
    KQ_TRY(kq_template_map_get(&batch->templates, batch->connection, move->template_id, &entry, error));
    if (entry == NULL) {
        return refuse_move(move, error);
    }
    if (move->pid.size == 0) {
        KQ_TRY(kq_template_move(&entry->template, move->to, now_s, &move->changed, error));
    } else {
        KQ_TRY(kq_template_decide_delete(&entry->template, move->pid, now_s, &move->changed, error));
    }
    if (move->changed) {
        kq_template_map_note_change(&batch->templates, entry);
    }
    return kq_row_keep_template(&entry->template, operation->arena, &move->template, error);
}

struct kq_result kq_write_template_changes(struct kq_batch *batch, const struct kq_template_entry *entry,
                                           struct kq_error *error)
{
    static const char update_template[] =
        "UPDATE template SET state = ?, activated_s = ?, issued_count = ?, issued_amount_fen = ?,"
        " used_count = ?, used_amount_fen = ?, recycled_count = ?, recycled_amount_fen = ?"
        " WHERE template_no = ?";
    const struct kq_template *template = &entry->template;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_template);
    kq_query_put_integer(&query, template->state);
    kq_query_put_integer(&query, template->activated_s);
    kq_query_put_integer(&query, template->issued_count);
    kq_query_put_integer(&query, template->issued_amount_fen);
    kq_query_put_integer(&query, template->used_count);
    kq_query_put_integer(&query, template->used_amount_fen);
    kq_query_put_integer(&query, template->recycled_count);
    kq_query_put_integer(&query, template->recycled_amount_fen);
    kq_query_put_integer(&query, entry->template_no);
    return kq_query_run(&query, error);
}

static struct kq_result sum_expired(struct kq_connection *connection, int64_t template_no, int64_t now_s,
                                    struct kq_expired *expired, struct kq_error *error)
{
    static const char sum_expiries[] = "SELECT sum(live_count), sum(live_amount_fen) FROM template_expiry"
                                       " WHERE template_no = ? AND expires_s <= ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, sum_expiries);
    kq_query_put_integer(&query, template_no);
    kq_query_put_integer(&query, now_s);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    expired->count = kq_query_take_integer(&query);
    expired->amount_fen = kq_query_take_integer(&query);
    return kq_query_check(&query, error);
}

struct kq_result kq_read_template_get(struct kq_connection *connection, struct kq_operation *operation,
                                      struct kq_error *error)
{
    struct kq_op_template_get *get = &operation->template_get;
    int64_t template_no = 0;
    KQ_TRY(kq_row_template(connection, get->template_id, operation->arena, &get->template, &template_no,
                           &get->found, error));
    return get->found ? sum_expired(connection, template_no, get->now_s, &get->expired, error) : KQ_OK;
}

/* The rest of the rows, each a template's columns. */
static struct kq_result take_templates(struct kq_query *query, struct kq_arena *arena,
                                       struct kq_template **items, size_t *count, struct kq_error *error)
{
    *items = NULL;
    *count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(query, &has_row, error));
    while (has_row) {
        *items = kq_list_room(arena, *items, *count, sizeof(**items));
        KQ_ENSURE_MEMORY(*items != NULL, error);
        take_template(query, arena, &(*items)[(*count)++]);
        KQ_TRY(kq_query_next(query, &has_row, error));
    }
    return KQ_OK;
}

struct kq_result kq_read_template_list(struct kq_connection *connection, struct kq_operation *operation,
                                       struct kq_error *error)
{
    static const char select_templates[] =
        "SELECT " TEMPLATE_COLUMNS " FROM template WHERE (?1 = '' OR pid = ?1)"
        " AND template_id > ?2 ORDER BY template_id LIMIT ?3";
    struct kq_op_template_list *list = &operation->template_list;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_templates);
    kq_query_put_text(&query, list->pid);
    kq_query_put_text(&query, list->page.after);
    kq_query_put_integer(&query, kq_page_limit(&list->page));
    return take_templates(&query, operation->arena, &list->items, &list->count, error);
}

#define CREATED_BY "FROM template WHERE pid = ? AND created_s BETWEEN ? AND ?"

static void put_created_by(struct kq_query *query, const struct kq_op_template_page *page)
{
    kq_query_put_text(query, page->pid);
    kq_query_put_integer(query, page->created_from_s);
    kq_query_put_integer(query, page->created_to_s);
}

static struct kq_result count_created(struct kq_connection *connection,
                                      const struct kq_op_template_page *page, int64_t *count,
                                      struct kq_error *error)
{
    static const char count_templates[] = "SELECT count(*) " CREATED_BY;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, count_templates);
    put_created_by(&query, page);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    *count = kq_query_take_integer(&query);
    return kq_query_check(&query, error);
}

struct kq_result kq_read_template_page(struct kq_connection *connection, struct kq_operation *operation,
                                       struct kq_error *error)
{
    static const char select_page[] = "SELECT " TEMPLATE_COLUMNS " " CREATED_BY
                                      " ORDER BY created_s DESC, template_no DESC LIMIT ? OFFSET ?";
    struct kq_op_template_page *page = &operation->template_page;
    KQ_TRY(count_created(connection, page, &page->total_count, error));
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_page);
    put_created_by(&query, page);
    kq_query_put_integer(&query, page->page_size);
    kq_query_put_integer(&query, (page->page_number - 1) * page->page_size);
    return take_templates(&query, operation->arena, &page->items, &page->count, error);
}
