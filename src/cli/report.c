/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/listing.h"
#include "cli/table.h"

/* A statement is one snapshot, which must not wait for whoever reads the output: rows are put aside in a file
 * of their own, and printed when the last has come. */

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "template-id", .kind = KQ_FLAG_TEXT, .value = "ID", .text = "only this template"},
    {.name = "pid", .kind = KQ_FLAG_TEXT, .value = "PID", .text = "only this merchant's templates"},
    {.name = "from",
     .kind = KQ_FLAG_DAY,
     .value = "DAY",
     .text = "the first day, like 2026-01-31, Beijing time (default: 29 days before the last)"},
    {.name = "to", .kind = KQ_FLAG_DAY, .value = "DAY", .text = "the last day (default: today)"},
    {.name = "by",
     .kind = KQ_FLAG_TEXT,
     .value = "WHAT",
     .text = "day: a row a template and day; template: a row a template",
     .choices = (const char *const[]){"day", "template", NULL},
     .fallback = "day"},
    {.name = "format",
     .kind = KQ_FLAG_TEXT,
     .value = "FORMAT",
     .text = "table, csv, or json, which --json means too (default: table on a terminal, else json)",
     .choices = (const char *const[]){"table", "csv", "json", NULL}},
};

#define DAYS_BEFORE 29

static const struct kq_column columns[] = {
    {.name = "template_id"},
    {.name = "pid", .detail = true},
    {.name = "day"},
    {.name = "issued_count", .kind = KQ_COLUMN_COUNT, .heading = "issued"},
    {.name = "issued_amount", .kind = KQ_COLUMN_AMOUNT, .heading = "yuan"},
    {.name = "used_count", .kind = KQ_COLUMN_COUNT, .heading = "used"},
    {.name = "used_amount", .kind = KQ_COLUMN_AMOUNT, .heading = "yuan"},
    {.name = "refunded_count", .kind = KQ_COLUMN_COUNT, .heading = "refunded"},
    {.name = "refunded_amount", .kind = KQ_COLUMN_AMOUNT, .heading = "yuan"},
    {.name = "deleted_count", .kind = KQ_COLUMN_COUNT, .heading = "deleted"},
    {.name = "deleted_amount", .kind = KQ_COLUMN_AMOUNT, .heading = "yuan"},
    {.name = "expired_count", .kind = KQ_COLUMN_COUNT, .heading = "expired"},
    {.name = "expired_amount", .kind = KQ_COLUMN_AMOUNT, .heading = "yuan"},
};

/* Those that say which row it is. */
#define KEY_COLUMNS 3
static_assert(KQ_COUNT(columns) == KEY_COLUMNS + 2 * KQ_REPORT_COLUMN_COUNT, "a count and an amount each");

struct report {
    enum kq_table_format format;
    bool by_day;
    struct kq_data data;   /* owned */
    FILE *aside;           /* owned: what is printed when all has come */
    struct kq_table table; /* prints there */
    struct kq_arena arena; /* owned: the rows that do not stand there yet */
    struct kq_row *rows;   /* in the arena, KQ_LISTING_PAGE_ROWS of them */
    struct kq_slice *cells;
    size_t count;
};

static void close_report(struct report *report)
{
    if (report->aside != NULL) {
        fclose(report->aside);
    }
    kq_arena_free(&report->arena);
    kq_data_close(&report->data);
}

static struct kq_result read_format(const struct kq_invocation *invocation, enum kq_table_format *format,
                                    struct kq_error *error)
{
    static const char *const names[] = {
        [KQ_TABLE_ALIGNED] = "table", [KQ_TABLE_JSON] = "json", [KQ_TABLE_CSV] = "csv"};
    struct kq_slice text = kq_flag_text(invocation, "format");
    *format = invocation->rows_as_json ? KQ_TABLE_JSON : KQ_TABLE_ALIGNED;
    if (text.size == 0) {
        return KQ_OK;
    }
    size_t found = 0;
    while (found < KQ_COUNT(names) && !kq_slice_equal(kq_slice_of(names[found]), text)) {
        found++;
    }
    KQ_ENSURE(found < KQ_COUNT(names), error, KQ_E_USAGE, "--format is table, csv or json, not %.*s",
              KQ_SLICE_PRINT(text));
    KQ_ENSURE(!invocation->json || found == KQ_TABLE_JSON, error, KQ_E_USAGE,
              "--json and --format %s are two formats: leave one out", names[found]);
    KQ_ENSURE(!invocation->table || found == KQ_TABLE_ALIGNED, error, KQ_E_USAGE,
              "--table and --format %s are two formats: leave one out", names[found]);
    *format = (enum kq_table_format)found;
    return KQ_OK;
}

static struct kq_result read_flags(const struct kq_invocation *invocation, struct report *report,
                                   struct kq_error *error)
{
    struct kq_slice by = kq_flag_text(invocation, "by");
    report->by_day = kq_slice_equal(by, KQ_SLICE("day"));
    KQ_ENSURE(report->by_day || kq_slice_equal(by, KQ_SLICE("template")), error, KQ_E_USAGE,
              "--by is day or template, not %.*s", KQ_SLICE_PRINT(by));
    KQ_ENSURE(!kq_flag_is_given(invocation, "from") || !kq_flag_is_given(invocation, "to") ||
                  kq_flag_number(invocation, "from") <= kq_flag_number(invocation, "to"),
              error, KQ_E_USAGE, "--from is after --to");
    return read_format(invocation, &report->format, error);
}

/* The last day is today where no flag says another; the first one then follows from it, and the other way
 * round. */
static void find_days(const struct kq_invocation *invocation, const struct report *report,
                      struct kq_op_report *asked)
{
    int64_t today_s = kq_time_day_start(kq_store_now_s(report->data.store));
    int64_t last_s = kq_flag_is_given(invocation, "to") ? kq_flag_number(invocation, "to") : today_s;
    int64_t first_s = last_s - DAYS_BEFORE * KQ_SECONDS_PER_DAY;
    asked->from_s = kq_flag_is_given(invocation, "from") ? kq_flag_number(invocation, "from") : first_s;
    asked->until_s = last_s + KQ_SECONDS_PER_DAY;
}

static struct kq_result begin_page(struct report *report, struct kq_error *error)
{
    kq_arena_reset(&report->arena);
    report->count = 0;
    report->rows = kq_arena_allocate_array(&report->arena, KQ_LISTING_PAGE_ROWS, sizeof(*report->rows));
    report->cells = kq_arena_allocate_array(&report->arena, KQ_LISTING_PAGE_ROWS * KQ_COUNT(columns),
                                            sizeof(*report->cells));
    KQ_ENSURE_MEMORY(report->rows != NULL && report->cells != NULL, error);
    return KQ_OK;
}

static struct kq_result open_report(struct kq_invocation *invocation, struct report *report,
                                    struct kq_error *error)
{
    KQ_TRY(read_flags(invocation, report, error));
    KQ_TRY(kq_data_open(invocation, &report->data, error));
    report->aside = tmpfile();
    KQ_ENSURE(report->aside != NULL, error, KQ_E_IO, "a temporary file could not be made: %s",
              strerror(errno));
    kq_table_begin(&report->table, columns, KQ_COUNT(columns), report->format, report->aside);
    return begin_page(report, error);
}

static void put_sums(struct kq_row *row, const struct kq_report_sum sums[KQ_REPORT_COLUMN_COUNT])
{
    for (size_t i = 0; i < KQ_REPORT_COLUMN_COUNT; i++) {
        kq_row_count(row, sums[i].count);
        kq_row_money(row, sums[i].amount_fen);
    }
}

static struct kq_row *add_row(struct report *report)
{
    struct kq_row *row = &report->rows[report->count];
    struct kq_slice *cells = report->cells + report->count * KQ_COUNT(columns);
    kq_row_init(row, columns, KQ_COUNT(columns), cells, &report->arena);
    report->count++;
    return row;
}

static struct kq_result put_aside(struct report *report, struct kq_error *error)
{
    KQ_TRY(kq_table_print(&report->table, report->rows, report->count, error));
    return begin_page(report, error);
}

static struct kq_result put_row(void *context, const struct kq_report_row *item, struct kq_error *error)
{
    struct report *report = context;
    if (report->count == KQ_LISTING_PAGE_ROWS) {
        KQ_TRY(put_aside(report, error));
    }
    struct kq_row *row = add_row(report);
    kq_row_text(row, kq_arena_copy(&report->arena, item->template_id));
    kq_row_text(row, kq_arena_copy(&report->arena, item->pid));
    row->failed = row->failed || row->cells[0].data == NULL || row->cells[1].data == NULL;
    if (report->by_day) {
        kq_row_day(row, item->day_s);
    } else {
        kq_row_none(row);
    }
    put_sums(row, item->sums);
    return KQ_OK;
}

/* JSON has the totals in a member of their own. */
static struct kq_result put_totals(struct report *report, const struct kq_op_report *asked,
                                   struct kq_error *error)
{
    if (report->format == KQ_TABLE_JSON) {
        return put_aside(report, error);
    }
    if (report->count == KQ_LISTING_PAGE_ROWS) {
        KQ_TRY(put_aside(report, error));
    }
    struct kq_row *row = add_row(report);
    kq_row_name(row, "total");
    kq_row_none(row);
    kq_row_none(row);
    put_sums(row, asked->totals);
    return put_aside(report, error);
}

static struct kq_result copy_aside(struct report *report, struct kq_error *error)
{
    char bytes[16384];
    size_t size = 0;
    rewind(report->aside);
    while ((size = fread(bytes, 1, sizeof(bytes), report->aside)) > 0) {
        fwrite(bytes, 1, size, stdout);
    }
    KQ_ENSURE(ferror(report->aside) == 0, error, KQ_E_IO, "a temporary file could not be read: %s",
              strerror(errno));
    return KQ_OK;
}

static void fill_totals(struct kq_row *row, const void *item)
{
    put_sums(row, item);
}

static struct kq_result print_json(struct report *report, const struct kq_op_report *asked,
                                   struct kq_error *error)
{
    char as_of[KQ_TIME_TEXT_SIZE];
    char from[KQ_DAY_TEXT_SIZE];
    char to[KQ_DAY_TEXT_SIZE];
    kq_time_format(asked->now_s, as_of);
    kq_time_format_day(asked->from_s, from);
    kq_time_format_day(asked->until_s - KQ_SECONDS_PER_DAY, to);
    printf("{\"as_of\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"rows\":", as_of, from, to);
    KQ_TRY(copy_aside(report, error));
    printf(",\"total\":");
    KQ_TRY(kq_print_record(columns + KEY_COLUMNS, KQ_COUNT(columns) - KEY_COLUMNS, true, fill_totals,
                           asked->totals, error));
    printf("}\n");
    return KQ_OK;
}

static struct kq_result print_all(struct report *report, const struct kq_op_report *asked,
                                  struct kq_error *error)
{
    KQ_TRY(put_totals(report, asked, error));
    kq_table_end(&report->table);
    KQ_ENSURE(fflush(report->aside) == 0 && ferror(report->aside) == 0, error, KQ_E_IO,
              "a temporary file could not be written: %s", strerror(errno));
    return report->format == KQ_TABLE_JSON ? print_json(report, asked, error) : copy_aside(report, error);
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct report report KQ_CLEANUP(close_report) = {0};
    struct kq_operation operation = {.kind = KQ_OP_REPORT, .arena = &invocation->arena};
    struct kq_op_report *asked = &operation.report;
    KQ_TRY(open_report(invocation, &report, error));
    asked->template_id = kq_flag_text(invocation, "template-id");
    asked->pid = kq_flag_text(invocation, "pid");
    asked->by_day = report.by_day;
    asked->put = put_row;
    asked->context = &report;
    find_days(invocation, &report, asked);
    KQ_ENSURE(asked->from_s < asked->until_s, error, KQ_E_USAGE, "--from is after today");
    KQ_TRY(kq_data_read(&report.data, &operation, error));
    KQ_ENSURE(asked->template_id.size == 0 || asked->template_found, error, KQ_E_NOT_FOUND,
              "there is no template %.*s: `kaquan template list` shows them",
              KQ_SLICE_PRINT(asked->template_id));
    return print_all(&report, asked, error);
}

const struct kq_command kq_command_report = {
    .name = "report",
    .text = "what was issued, used, refunded, deleted and expired of each template, day by day",
    .example = "kaquan report --data demo",
    .more_examples =
        (const char *const[]){
            "kaquan report --data demo --from 2026-01-01 --to 2026-01-31 --format csv > january.csv",
            "kaquan report --data demo --template-id 20140601000730010040000000EB --by template --json",
            NULL},
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
