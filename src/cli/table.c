/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/csv.h"
#include "cli/shown.h"

#define GAP "  "

static void append_padded(struct kq_buffer *line, struct kq_slice text, size_t width, bool right)
{
    size_t shown = kq_shown_width(text);
    size_t padding = width > shown ? width - shown : 0;
    if (right) {
        kq_buffer_print(line, "%*s", (int)padding, "");
    }
    kq_buffer_append(line, text);
    if (!right) {
        kq_buffer_print(line, "%*s", (int)padding, "");
    }
}

static void append_cell(struct kq_buffer *line, const struct kq_row *row, size_t column, size_t width)
{
    struct kq_buffer cell KQ_CLEANUP(kq_buffer_free) = {0};
    enum kq_column_kind kind = row->columns[column].kind;
    kq_row_append_shown(row, column, &cell);
    append_padded(line, kq_buffer_slice(&cell), width, kind == KQ_COLUMN_AMOUNT || kind == KQ_COLUMN_COUNT);
    line->failed = line->failed || cell.failed;
}

/* Without the padding of its last columns. */
static void print_trimmed(FILE *out, struct kq_slice line)
{
    while (line.size > 0 && line.data[line.size - 1] == ' ') {
        line.size--;
    }
    fprintf(out, "%.*s", KQ_SLICE_PRINT(line));
}

static struct kq_result print_line(FILE *out, const struct kq_buffer *line, struct kq_error *error)
{
    KQ_ENSURE_MEMORY(!line->failed, error);
    print_trimmed(out, kq_buffer_slice(line));
    fprintf(out, "\n");
    return KQ_OK;
}

static struct kq_result print_record_lines(const struct kq_row *row, struct kq_error *error)
{
    size_t width = 0;
    for (size_t i = 0; i < row->column_count; i++) {
        size_t name = kq_shown_width(kq_slice_of(row->columns[i].name));
        width = name > width ? name : width;
    }
    for (size_t i = 0; i < row->column_count; i++) {
        struct kq_buffer line KQ_CLEANUP(kq_buffer_free) = {0};
        struct kq_buffer value KQ_CLEANUP(kq_buffer_free) = {0};
        kq_row_append_shown(row, i, &value);
        KQ_ENSURE_MEMORY(!value.failed, error);
        if (value.size > 0) {
            append_padded(&line, kq_slice_of(row->columns[i].name), width, false);
            kq_buffer_append(&line, KQ_SLICE(GAP));
            kq_buffer_append(&line, kq_buffer_slice(&value));
            KQ_TRY(print_line(stdout, &line, error));
        }
    }
    return KQ_OK;
}

static struct kq_result print_json(FILE *out, const struct kq_row *row, struct kq_error *error)
{
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    kq_row_append_json(row, &json);
    KQ_ENSURE_MEMORY(!json.failed, error);
    kq_print_json(out, kq_buffer_slice(&json));
    return KQ_OK;
}

struct kq_result kq_print_record(const struct kq_column *columns, size_t column_count, bool json,
                                 void (*fill)(struct kq_row *row, const void *item), const void *item,
                                 struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_slice cells[KQ_COLUMNS_MAX];
    struct kq_row row;
    assert(column_count <= KQ_COLUMNS_MAX);
    kq_row_init(&row, columns, column_count, cells, &arena);
    fill(&row, item);
    KQ_ENSURE_MEMORY(!row.failed, error);
    if (!json) {
        return print_record_lines(&row, error);
    }
    KQ_TRY(print_json(stdout, &row, error));
    printf("\n");
    return KQ_OK;
}

static struct kq_slice heading_of(const struct kq_column *column)
{
    return kq_slice_of(column->heading == NULL ? column->name : column->heading);
}

void kq_table_begin(struct kq_table *table, const struct kq_column *columns, size_t column_count,
                    enum kq_table_format format, FILE *out)
{
    assert(column_count <= KQ_COLUMNS_MAX);
    *table =
        (struct kq_table){.columns = columns, .column_count = column_count, .format = format, .out = out};
    for (size_t i = 0; i < column_count; i++) {
        table->widths[i] = kq_shown_width(heading_of(&columns[i]));
    }
}

static struct kq_result print_json_rows(const struct kq_table *table, const struct kq_row *rows, size_t count,
                                        struct kq_error *error)
{
    for (size_t i = 0; i < count; i++) {
        fprintf(table->out, "%s", table->printed + i == 0 ? "[\n" : ",\n");
        KQ_TRY(print_json(table->out, &rows[i], error));
    }
    return KQ_OK;
}

static struct kq_result widen(struct kq_table *table, const struct kq_row *row, struct kq_error *error)
{
    for (size_t i = 0; i < table->column_count; i++) {
        struct kq_buffer cell KQ_CLEANUP(kq_buffer_free) = {0};
        kq_row_append_shown(row, i, &cell);
        KQ_ENSURE_MEMORY(!cell.failed, error);
        size_t width = kq_shown_width(kq_buffer_slice(&cell));
        table->widths[i] = width > table->widths[i] ? width : table->widths[i];
    }
    return KQ_OK;
}

static struct kq_result print_headings(const struct kq_table *table, struct kq_error *error)
{
    struct kq_buffer line KQ_CLEANUP(kq_buffer_free) = {0};
    for (size_t i = 0; i < table->column_count; i++) {
        const struct kq_column *column = &table->columns[i];
        if (!column->detail) {
            bool right = column->kind == KQ_COLUMN_AMOUNT || column->kind == KQ_COLUMN_COUNT;
            kq_buffer_append(&line, line.size == 0 ? KQ_SLICE("") : KQ_SLICE(GAP));
            append_padded(&line, heading_of(column), table->widths[i], right);
        }
    }
    bool colour = kq_wants_colour(STDOUT_FILENO);
    fprintf(table->out, "%s", colour ? "\x1b[1m" : "");
    KQ_ENSURE_MEMORY(!line.failed, error);
    print_trimmed(table->out, kq_buffer_slice(&line));
    fprintf(table->out, "%s\n", colour ? "\x1b[0m" : "");
    return KQ_OK;
}

static struct kq_result print_columns(const struct kq_table *table, const struct kq_row *row,
                                      struct kq_error *error)
{
    struct kq_buffer line KQ_CLEANUP(kq_buffer_free) = {0};
    bool first = true;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!table->columns[i].detail) {
            kq_buffer_append(&line, first ? KQ_SLICE("") : KQ_SLICE(GAP));
            append_cell(&line, row, i, table->widths[i]);
            first = false;
        }
    }
    return print_line(table->out, &line, error);
}

static struct kq_result print_aligned(struct kq_table *table, const struct kq_row *rows, size_t count,
                                      struct kq_error *error)
{
    for (size_t i = 0; i < count; i++) {
        KQ_TRY(widen(table, &rows[i], error));
    }
    if (table->printed == 0 && !table->has_headings) {
        KQ_TRY(print_headings(table, error));
        table->has_headings = true;
    }
    for (size_t i = 0; i < count; i++) {
        KQ_TRY(print_columns(table, &rows[i], error));
    }
    return KQ_OK;
}

static struct kq_result print_csv_rows(const struct kq_table *table, const struct kq_row *rows, size_t count,
                                       struct kq_error *error)
{
    struct kq_buffer csv KQ_CLEANUP(kq_buffer_free) = {0};
    for (size_t i = 0; i < table->column_count && table->printed == 0; i++) {
        kq_csv_append_field(&csv, i == 0, kq_slice_of(table->columns[i].name));
    }
    kq_buffer_append(&csv, table->printed == 0 ? KQ_SLICE("\n") : KQ_SLICE(""));
    for (size_t i = 0; i < count; i++) {
        kq_row_append_csv(&rows[i], &csv);
    }
    KQ_ENSURE_MEMORY(!csv.failed, error);
    fprintf(table->out, "%.*s", KQ_SLICE_PRINT(kq_buffer_slice(&csv)));
    return KQ_OK;
}

struct kq_result kq_table_print(struct kq_table *table, const struct kq_row *rows, size_t count,
                                struct kq_error *error)
{
    for (size_t i = 0; i < count; i++) {
        KQ_ENSURE_MEMORY(!rows[i].failed, error);
    }
    switch (table->format) {
    case KQ_TABLE_ALIGNED:
        KQ_TRY(print_aligned(table, rows, count, error));
        break;
    case KQ_TABLE_JSON:
        KQ_TRY(print_json_rows(table, rows, count, error));
        break;
    case KQ_TABLE_CSV:
        KQ_TRY(print_csv_rows(table, rows, count, error));
        break;
    }
    table->printed += count;
    return KQ_OK;
}

void kq_table_end(const struct kq_table *table)
{
    if (table->format == KQ_TABLE_JSON) {
        fprintf(table->out, "%s", table->printed == 0 ? "[]\n" : "\n]\n");
    }
}
