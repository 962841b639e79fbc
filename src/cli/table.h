/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_TABLE_H
#define KQ_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "cli/row.h"

/* Records on standard output. */

#define KQ_COLUMNS_MAX 48

/* One record: an object, or `name  value` lines of what has a value. `fill` puts its cells. */
KQ_MUST struct kq_result kq_print_record(const struct kq_column *columns, size_t column_count, bool json,
                                         void (*fill)(struct kq_row *row, const void *item), const void *item,
                                         struct kq_error *error);

enum kq_table_format {
    KQ_TABLE_ALIGNED, /* columns for people, below a line of headings, which shows that there are no rows, too
                       */
    KQ_TABLE_JSON,    /* an array of objects */
    KQ_TABLE_CSV,     /* below a line of names */
};

/* A table, page by page, so that its memory is bounded. */
struct kq_table {
    const struct kq_column *columns;
    size_t column_count;
    enum kq_table_format format;
    FILE *out;      /* borrowed */
    size_t printed; /* rows so far */
    bool has_headings;
    size_t widths[KQ_COLUMNS_MAX]; /* on the screen; from page to page they only grow */
};

void kq_table_begin(struct kq_table *table, const struct kq_column *columns, size_t column_count,
                    enum kq_table_format format, FILE *out);

/* Prints a page. NO_MEMORY. */
KQ_MUST struct kq_result kq_table_print(struct kq_table *table, const struct kq_row *rows, size_t count,
                                        struct kq_error *error);

/* After the last page. */
void kq_table_end(const struct kq_table *table);

#endif
