/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/progress.h"
#include "cli/table.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "deep",
     .kind = KQ_FLAG_SWITCH,
     .text = "first have the database check every page and index of its file, which takes far longer"},
};

/* An audit on its way: one check after the other, each piece by piece. */
struct audit {
    struct kq_data data;         /* owned */
    struct kq_arena arena;       /* owned: the finding's texts */
    struct kq_progress progress; /* in checks, and in rows of those that count them */
    size_t check_count;          /* done */
    int64_t row_count;
    int64_t voucher_count;
    int64_t event_count;
    struct kq_operation piece; /* the last one */
};

static void close_audit(struct audit *audit)
{
    kq_progress_hide(&audit->progress);
    kq_arena_free(&audit->arena);
    kq_data_close(&audit->data);
}

static struct kq_result run_check(struct audit *audit, enum kq_audit_check check, struct kq_error *error)
{
    struct kq_op_audit *piece = &audit->piece.audit;
    audit->piece = (struct kq_operation){.kind = KQ_OP_AUDIT, .arena = &audit->arena};
    piece->check = check;
    piece->reached = KQ_AUDIT_BEGIN;
    do {
        piece->after = piece->reached;
        KQ_TRY(kq_data_read(&audit->data, &audit->piece, error));
        audit->row_count += piece->row_count;
        audit->voucher_count += check == KQ_AUDIT_OWNERS ? piece->row_count : 0;
        audit->event_count += check == KQ_AUDIT_EVENTS ? piece->row_count : 0;
        kq_progress_show(&audit->progress, audit->check_count, (unsigned long long)audit->row_count);
    } while (!piece->is_done && !piece->disagrees);
    audit->check_count++;
    return KQ_OK;
}

/* Up to the first disagreement. */
static struct kq_result run_checks(struct audit *audit, bool deep, struct kq_error *error)
{
    enum kq_audit_check check = deep ? KQ_AUDIT_FILE : KQ_AUDIT_FILE + 1;
    kq_progress_begin(&audit->progress, &audit->data.clock.clock,
                      (unsigned long long)(KQ_AUDIT_CHECK_COUNT - check));
    audit->progress.unit = "rows";
    for (; check < KQ_AUDIT_CHECK_COUNT && !audit->piece.audit.disagrees; check++) {
        KQ_TRY(run_check(audit, check, error));
    }
    kq_progress_hide(&audit->progress);
    return KQ_OK;
}

static const struct kq_column clean_columns[] = {
    {.name = "clean", .kind = KQ_COLUMN_JSON},
    {.name = "checks", .kind = KQ_COLUMN_COUNT},
    {.name = "vouchers", .kind = KQ_COLUMN_COUNT},
    {.name = "events", .kind = KQ_COLUMN_COUNT},
};

static void fill_clean(struct kq_row *row, const void *item)
{
    const struct audit *audit = item;
    kq_row_text(row, KQ_SLICE("true"));
    kq_row_count(row, (int64_t)audit->check_count);
    kq_row_count(row, audit->voucher_count);
    kq_row_count(row, audit->event_count);
}

static const struct kq_column finding_columns[] = {
    {.name = "clean", .kind = KQ_COLUMN_JSON},
    {.name = "check"},
    {.name = "text"},
    {.name = "template_id"},
    {.name = "voucher_id"},
    {.name = "user_id"},
    {.name = "time"},
    {.name = "item"},
    {.name = "stated", .kind = KQ_COLUMN_COUNT},
    {.name = "counted", .kind = KQ_COLUMN_COUNT},
};

static void fill_finding(struct kq_row *row, const void *item)
{
    const struct kq_op_audit *audit = item;
    const struct kq_audit_finding *finding = &audit->finding;
    kq_row_text(row, KQ_SLICE("false"));
    kq_row_name(row, kq_audit_check_name(audit->check));
    kq_row_name(row, kq_audit_check_text(audit->check));
    kq_row_text(row, finding->template_id);
    kq_row_text(row, finding->voucher_id);
    kq_row_text(row, finding->user_id);
    if (finding->time_s == KQ_AUDIT_NO_TIME) {
        kq_row_none(row);
    } else {
        kq_row_time(row, finding->time_s);
    }
    kq_row_text(row, finding->item);
    kq_row_count(row, finding->stated);
    kq_row_count(row, finding->counted);
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct audit audit KQ_CLEANUP(close_audit) = {0};
    KQ_TRY(kq_data_open(invocation, &audit.data, error));
    KQ_TRY(run_checks(&audit, kq_flag_switch(invocation, "deep"), error));
    if (audit.piece.audit.disagrees) {
        invocation->exit_status = KQ_EXIT_REFUSED;
        return kq_print_record(finding_columns, KQ_COUNT(finding_columns), invocation->rows_as_json,
                               fill_finding, &audit.piece.audit, error);
    }
    if (invocation->rows_as_json) {
        return kq_print_record(clean_columns, KQ_COUNT(clean_columns), true, fill_clean, &audit, error);
    }
    printf("clean: %zu checks, %" PRId64 " vouchers, %" PRId64 " events\n", audit.check_count,
           audit.voucher_count, audit.event_count);
    return KQ_OK;
}

const struct kq_command kq_command_audit = {
    .name = "audit",
    .text = "prove from the rows that counters, stock, budgets, balances and notifications agree",
    .example = "kaquan audit --data demo",
    .more_examples = (const char *const[]){"kaquan audit --data demo --json --deep", NULL},
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
