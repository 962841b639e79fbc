/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

#define TEMPLATE_COLUMNS "tpl_id, pid, unique_id, created_s"

static void take_template(struct kq_query *query, struct kq_arena *arena, struct kq_pass_template_row *row)
{
    row->template = (struct kq_pass_template){.tpl_id = kq_query_take_text(query, arena)};
    row->template.pid = kq_query_take_text(query, arena);
    row->template.unique_id = kq_query_take_text(query, arena);
    row->template.created_s = kq_query_take_integer(query);
    row->template.content = kq_query_take_text(query, arena);
    row->template_no = kq_query_take_integer(query);
    row->content_no = kq_query_take_integer(query);
}

struct kq_result kq_row_pass_template(struct kq_connection *connection, struct kq_slice tpl_id,
                                      struct kq_arena *arena, struct kq_pass_template_row *row, bool *found,
                                      struct kq_error *error)
{
    static const char select_template[] =
        "SELECT " TEMPLATE_COLUMNS ", content, pass_template.template_no, pass_template.content_no"
        " FROM pass_template JOIN pass_content USING (content_no) WHERE tpl_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_template);
    kq_query_put_text(&query, tpl_id);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_template(&query, arena, row);
    }
    return kq_query_check(&query, error);
}

/* With the content that it was added with. */
static struct kq_result load_added(struct kq_batch *batch, const struct kq_pass_template *wanted,
                                   struct kq_arena *arena, struct kq_pass_template_row *row, bool *found,
                                   struct kq_error *error)
{
    static const char select_added[] =
        "SELECT " TEMPLATE_COLUMNS ", content, pass_template.template_no, pass_content.content_no"
        " FROM pass_template JOIN pass_content ON pass_content.content_no = added_content_no"
        " WHERE pid = ? AND unique_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_added);
    kq_query_put_text(&query, wanted->pid);
    kq_query_put_text(&query, wanted->unique_id);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_template(&query, arena, row);
    }
    return kq_query_check(&query, error);
}

static struct kq_result insert_content(struct kq_batch *batch, struct kq_slice content, int64_t *content_no,
                                       struct kq_error *error)
{
    static const char insert_content[] = "INSERT INTO pass_content (content) VALUES (?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_content);
    kq_query_put_text(&query, content);
    KQ_TRY(kq_query_run(&query, error));
    *content_no = sqlite3_last_insert_rowid(batch->connection->handle);
    return KQ_OK;
}

static struct kq_result insert_template(struct kq_batch *batch, const struct kq_pass_template *template,
                                        struct kq_error *error)
{
    static const char insert_template[] =
        "INSERT INTO pass_template (" TEMPLATE_COLUMNS ", added_content_no, content_no)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
    int64_t content_no = 0;
    KQ_TRY(kq_batch_need_merchant(batch, template->pid, error));
    KQ_TRY(insert_content(batch, template->content, &content_no, error));
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_template);
    kq_query_put_text(&query, template->tpl_id);
    kq_query_put_text(&query, template->pid);
    kq_query_put_text(&query, template->unique_id);
    kq_query_put_integer(&query, template->created_s);
    kq_query_put_integer(&query, content_no);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_pass_template_add(struct kq_batch *batch, struct kq_operation *operation,
                                            struct kq_error *error)
{
    struct kq_op_pass_template_add *add = &operation->pass_template_add;
    struct kq_pass_template_row earlier;
    bool found = false;
    KQ_TRY(load_added(batch, &add->template, operation->arena, &earlier, &found, error));
    KQ_TRY(kq_pass_template_decide_add(&add->template, found ? &earlier.template : NULL, &batch->ids,
                                       batch->now_ms, add->tpl_id_text, &add->added, error));
    return add->added ? insert_template(batch, &add->template, error) : KQ_OK;
}

static struct kq_result update_template(struct kq_batch *batch, const struct kq_pass_template_row *row,
                                        struct kq_slice content, struct kq_error *error)
{
    static const char update_template[] = "UPDATE pass_template SET content_no = ? WHERE template_no = ?";
    int64_t content_no = 0;
    KQ_TRY(insert_content(batch, content, &content_no, error));
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_template);
    kq_query_put_integer(&query, content_no);
    kq_query_put_integer(&query, row->template_no);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_pass_template_update(struct kq_batch *batch, struct kq_operation *operation,
                                               struct kq_error *error)
{
    struct kq_op_pass_template_update *update = &operation->pass_template_update;
    struct kq_pass_template_row row = {0};
    bool found = false;
    KQ_TRY(kq_row_pass_template(batch->connection, update->tpl_id, operation->arena, &row, &found, error));
    KQ_TRY(kq_pass_template_check_owner(found ? &row.template : NULL, update->pid, error));
    update->changed = !kq_slice_equal(row.template.content, update->content);
    return update->changed ? update_template(batch, &row, update->content, error) : KQ_OK;
}
