/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "base/macros.h"
#include "base/time.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"

static_assert(KQ_BEIJING_OFFSET_S == 28800 && KQ_SECONDS_PER_DAY == 86400, "written in SQL");

/* A statement is made of sums alone (schema_v3.c), template by template: no voucher is looked at. */

static void take_sums(struct kq_query *query, struct kq_report_sum sums[KQ_REPORT_COLUMN_COUNT])
{
    for (size_t i = 0; i < KQ_REPORT_COLUMN_COUNT; i++) {
        sums[i].count = kq_query_take_integer(query);
        sums[i].amount_fen = kq_query_take_integer(query);
    }
}

static struct kq_result put_row(struct kq_op_report *report, const struct kq_report_row *row,
                                struct kq_error *error)
{
    for (size_t i = 0; i < KQ_REPORT_COLUMN_COUNT; i++) {
        report->totals[i].count += row->sums[i].count;
        report->totals[i].amount_fen += row->sums[i].amount_fen;
    }
    return report->put(report->context, row, error);
}

/* The rows of one template: `row` has its ids. */
static struct kq_result put_template(struct kq_connection *connection, struct kq_op_report *report,
                                     int64_t template_no, struct kq_report_row *row, struct kq_error *error)
{
    static const char select_sums[] =
        "SELECT iif(?5, day_s, ?2) AS row_day_s, sum(issued), sum(issued_fen), sum(used), sum(used_fen),"
        " sum(refunded), sum(refunded_fen), sum(deleted), sum(deleted_fen), sum(expired), sum(expired_fen)"
        " FROM (SELECT day_s, issued_count AS issued, issued_amount_fen AS issued_fen, use_count AS used,"
        "  use_amount_fen AS used_fen, refund_count AS refunded, refund_amount_fen AS refunded_fen,"
        "  delete_count AS deleted, delete_amount_fen AS deleted_fen, 0 AS expired, 0 AS expired_fen"
        "  FROM template_day WHERE template_no = ?1 AND day_s >= ?2 AND day_s < ?3"
        " UNION ALL SELECT (expires_s + 28800) / 86400 * 86400 - 28800, 0, 0, 0, 0, 0, 0, 0, 0, live_count,"
        "  live_amount_fen FROM template_expiry WHERE template_no = ?1 AND expires_s >= ?2"
        "  AND expires_s < ?3 AND expires_s <= ?4 AND live_count > 0)"
        " GROUP BY row_day_s";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_sums);
    kq_query_put_integer(&query, template_no);
    kq_query_put_integer(&query, report->from_s);
    kq_query_put_integer(&query, report->until_s);
    kq_query_put_integer(&query, report->now_s);
    kq_query_put_integer(&query, report->by_day ? 1 : 0);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        row->day_s = kq_query_take_integer(&query);
        take_sums(&query, row->sums);
        KQ_TRY(put_row(report, row, error));
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}

static struct kq_result put_templates(struct kq_connection *connection, struct kq_op_report *report,
                                      struct kq_arena *arena, struct kq_error *error)
{
    static const char select_templates[] =
        "SELECT template_no, template_id, pid FROM template WHERE (?1 = '' OR template_id = ?1)"
        " AND (?2 = '' OR pid = ?2) ORDER BY template_id";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_templates);
    kq_query_put_text(&query, report->template_id);
    kq_query_put_text(&query, report->pid);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        kq_arena_reset(arena);
        int64_t template_no = kq_query_take_integer(&query);
        struct kq_report_row row = {.template_id = kq_query_take_text(&query, arena)};
        row.pid = kq_query_take_text(&query, arena);
        KQ_TRY(kq_query_check(&query, error));
        KQ_TRY(put_template(connection, report, template_no, &row, error));
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}

static struct kq_result find_template(struct kq_connection *connection, struct kq_op_report *report,
                                      struct kq_error *error)
{
    static const char select_template[] = "SELECT 1 FROM template WHERE template_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_template);
    kq_query_put_text(&query, report->template_id);
    return kq_query_next(&query, &report->template_found, error);
}

/* The clock is asked in the snapshot, so that all that was committed happened before it. */
struct kq_result kq_read_report(struct kq_connection *connection, struct kq_operation *operation,
                                struct kq_error *error)
{
    struct kq_op_report *report = &operation->report;
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    KQ_TRY(find_template(connection, report, error));
    report->now_s = connection->clock->business_ms(connection->clock) / 1000;
    for (size_t i = 0; i < KQ_REPORT_COLUMN_COUNT; i++) {
        report->totals[i] = (struct kq_report_sum){0};
    }
    return put_templates(connection, report, &arena, error);
}
