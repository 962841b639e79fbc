/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/template_rows.h"

#include "domain/template_terms.h"

const struct kq_column kq_template_columns[KQ_TEMPLATE_COLUMN_COUNT] = {
    {.name = "template_id"},
    {.name = "pid"},
    {.name = "type"},
    {.name = "status"},
    {.name = "brand_name"},
    {.name = "name", .detail = true},
    {.name = "amount", .kind = KQ_COLUMN_AMOUNT},
    {.name = "floor_amount", .kind = KQ_COLUMN_AMOUNT, .detail = true},
    {.name = "quantity", .kind = KQ_COLUMN_COUNT},
    {.name = "total_amount", .kind = KQ_COLUMN_AMOUNT},
    {.name = "publish_start", .detail = true},
    {.name = "publish_end", .detail = true},
    {.name = "valid_period", .kind = KQ_COLUMN_JSON, .detail = true},
    {.name = "limit_per_user", .kind = KQ_COLUMN_COUNT, .detail = true},
    {.name = "limit_per_user_day", .kind = KQ_COLUMN_COUNT, .detail = true},
    {.name = "description", .detail = true},
    {.name = "created", .detail = true},
    {.name = "activated", .detail = true},
    {.name = "issued_count", .kind = KQ_COLUMN_COUNT},
    {.name = "issued_amount", .kind = KQ_COLUMN_AMOUNT},
    {.name = "used_count", .kind = KQ_COLUMN_COUNT, .detail = true},
    {.name = "used_amount", .kind = KQ_COLUMN_AMOUNT, .detail = true},
    {.name = "app_id", .detail = true},
    {.name = "available_time", .detail = true},
    {.name = "rule_pids", .kind = KQ_COLUMN_JSON, .detail = true},
    {.name = "rule_shops", .kind = KQ_COLUMN_JSON, .detail = true},
    {.name = "notify_uri", .detail = true},
    {.name = "extension_info", .detail = true},
    {.name = "fund_account", .detail = true},
    {.name = "fund_order_no", .detail = true},
    {.name = "redirect_uri", .detail = true},
    {.name = "use_scene", .detail = true},
    {.name = "use_type", .detail = true},
    {.name = "slogan", .detail = true},
    /* Of deleted, refunded and expired vouchers. */
    {.name = "recycled_count", .kind = KQ_COLUMN_COUNT, .detail = true},
    {.name = "recycled_amount", .kind = KQ_COLUMN_AMOUNT, .detail = true},
};

static void put_count(struct kq_row *row, int64_t count)
{
    if (count == KQ_UNLIMITED) {
        kq_row_none(row);
    } else {
        kq_row_count(row, count);
    }
}

static void put_valid_period(struct kq_row *row, const struct kq_valid_period *period)
{
    char text[KQ_VALID_PERIOD_TEXT_SIZE];
    kq_valid_period_format(period, text);
    struct kq_slice copy = kq_arena_copy(row->arena, kq_slice_of(text));
    row->failed = row->failed || copy.data == NULL;
    kq_row_text(row, copy);
}

static void put_rules(struct kq_row *row, const struct kq_template *template)
{
    kq_row_time(row, template->publish_start_s);
    kq_row_time(row, template->publish_end_s);
    put_valid_period(row, &template->valid_period);
    put_count(row, template->limit_per_user);
    put_count(row, template->limit_per_user_day);
    kq_row_text(row, template->description);
}

static void put_counters(struct kq_row *row, const struct kq_template *template)
{
    kq_row_count(row, template->issued_count);
    kq_row_money(row, template->issued_amount_fen);
    kq_row_count(row, template->used_count);
    kq_row_money(row, template->used_amount_fen);
}

/* Ids, one a line, as an array. */
static void put_lines(struct kq_row *row, struct kq_slice lines)
{
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    if (lines.size == 0) {
        kq_row_none(row);
        return;
    }
    kq_description_append(lines, &json);
    kq_row_json(row, &json);
}

static void put_terms(struct kq_row *row, const struct kq_template *template)
{
    kq_row_text(row, template->app_id);
    kq_row_text(row, template->available_time);
    put_lines(row, template->rule_pids);
    put_lines(row, template->rule_shops);
    kq_row_text(row, template->notify_uri);
    kq_row_text(row, template->extension_info);
    kq_row_text(row, template->fund_account);
    kq_row_text(row, template->fund_order_no);
    kq_row_text(row, template->redirect_uri);
    kq_row_text(row, template->use_scene);
    kq_row_text(row, template->use_type);
    kq_row_text(row, template->slogan);
}

void kq_template_fill(struct kq_row *row, const void *item)
{
    static const struct {
        char letter;
        const char *name;
    } statuses[] = {{'I', "I"}, {'S', "S"}, {'E', "E"}, {'D', "D"}};
    const struct kq_template_at *at = item;
    const struct kq_template *template = at->template;
    char status = kq_template_status(template, at->now_s);
    kq_row_text(row, template->template_id);
    kq_row_text(row, template->pid);
    kq_row_name(row, kq_template_kind_name(template->kind));
    for (size_t i = 0; i < KQ_COUNT(statuses); i++) {
        if (statuses[i].letter == status) {
            kq_row_name(row, statuses[i].name);
        }
    }
    kq_row_text(row, template->brand_name);
    kq_row_text(row, template->name);
    kq_row_money(row, template->amount_fen);
    kq_row_money(row, template->floor_amount_fen);
    put_count(row, template->quantity);
    if (template->total_amount_fen == KQ_UNLIMITED) {
        kq_row_none(row);
    } else {
        kq_row_money(row, template->total_amount_fen);
    }
    put_rules(row, template);
    kq_row_time(row, template->created_s);
    if (template->activated_s == 0) {
        kq_row_none(row);
    } else {
        kq_row_time(row, template->activated_s);
    }
    put_counters(row, template);
    put_terms(row, template);
    if (at->expired != NULL) {
        kq_row_count(row, template->recycled_count + at->expired->count);
        kq_row_money(row, template->recycled_amount_fen + at->expired->amount_fen);
    }
}
