/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

/* Changes of templates by their merchants. */

static struct kq_result find_key(struct kq_batch *batch, int64_t template_no, struct kq_slice out_biz_no,
                                 bool *found, struct kq_error *error)
{
    static const char select_key[] =
        "SELECT made_s FROM template_change WHERE template_no = ? AND out_biz_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_key);
    kq_query_put_integer(&query, template_no);
    kq_query_put_text(&query, out_biz_no);
    return kq_query_next(&query, found, error);
}

static struct kq_result insert_key(struct kq_batch *batch, int64_t template_no, struct kq_slice out_biz_no,
                                   struct kq_error *error)
{
    static const char insert_key[] = "INSERT INTO template_change VALUES (?, ?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_key);
    kq_query_put_integer(&query, template_no);
    kq_query_put_text(&query, out_biz_no);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    return kq_query_run(&query, error);
}

/* All that a change can touch; the rest of the row is the batch's to write. */
static struct kq_result update_row(struct kq_batch *batch, const struct kq_template_entry *entry,
                                   struct kq_error *error)
{
    static const char update_template[] =
        "UPDATE template SET publish_start_s = ?, publish_end_s = ?, period_type = ?, period_start_s = ?,"
        " period_end_s = ?, period_duration = ?, period_unit = ?, rule_pids = ?, rule_shops = ?, slogan = ?"
        " WHERE template_no = ?";
    const struct kq_template *template = &entry->template;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_template);
    kq_query_put_integer(&query, template->publish_start_s);
    kq_query_put_integer(&query, template->publish_end_s);
    kq_row_put_period(&query, &template->valid_period);
    kq_query_put_text(&query, template->rule_pids);
    kq_query_put_text(&query, template->rule_shops);
    kq_query_put_text(&query, template->slogan);
    kq_query_put_integer(&query, entry->template_no);
    return kq_query_run(&query, error);
}

static struct kq_result make_change(struct kq_batch *batch, struct kq_op_template_change *operation,
                                    struct kq_template_entry *entry, struct kq_error *error)
{
    const struct kq_template_change *change = &operation->change;
    /* The map keeps the template for the batches that follow: its texts must last as long. */
    KQ_TRY(kq_row_keep_template(&operation->template, batch->templates.arena, &entry->template, error));
    KQ_TRY(insert_key(batch, entry->template_no, change->out_biz_no, error));
    return update_row(batch, entry, error);
}

struct kq_result kq_write_template_change(struct kq_batch *batch, struct kq_operation *operation,
                                          struct kq_error *error)
{
    struct kq_op_template_change *asked = &operation->template_change;
    const struct kq_template_change *change = &asked->change;
    struct kq_template_entry *entry = NULL;
    asked->replayed = false;
    KQ_TRY(kq_template_map_get(&batch->templates, batch->connection, change->template_id, &entry, error));
    int64_t now_s = batch->now_ms / 1000;
    if (entry == NULL) {
        return kq_template_decide_change(change, false, NULL, now_s, operation->arena, error);
    }
    KQ_TRY(find_key(batch, entry->template_no, change->out_biz_no, &asked->replayed, error));
    KQ_TRY(kq_row_keep_template(&entry->template, operation->arena, &asked->template, error));
    KQ_TRY(
        kq_template_decide_change(change, asked->replayed, &asked->template, now_s, operation->arena, error));
    return asked->replayed ? KQ_OK : make_change(batch, asked, entry, error);
}
