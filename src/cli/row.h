/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_ROW_H
#define KQ_CLI_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/slice.h"

/* A record that a command prints: for people and for programs from the same cells. */

enum kq_column_kind {
    KQ_COLUMN_TEXT,
    KQ_COLUMN_AMOUNT, /* to the right in tables; in JSON a string, as on the wire */
    KQ_COLUMN_COUNT,  /* to the right in tables; in JSON a number */
    KQ_COLUMN_JSON,   /* its text is JSON */
};

struct kq_column {
    const char *name; /* of the member in JSON, of the field in CSV */
    enum kq_column_kind kind;
    bool detail;         /* not shown in tables: too wide, or seldom wanted */
    const char *heading; /* in tables; NULL: the name */
};

/* Cells in the order of the columns, filled by the functions below, one each. */
struct kq_row {
    const struct kq_column *columns;
    size_t column_count;
    struct kq_arena *arena; /* borrowed: where cells are made */
    struct kq_slice *cells; /* data NULL: null in JSON, nothing for people */
    size_t count;
    bool failed; /* out of memory */
};

/* `cells` has a place for each column. */
void kq_row_init(struct kq_row *row, const struct kq_column *columns, size_t column_count,
                 struct kq_slice *cells, struct kq_arena *arena);

void kq_row_text(struct kq_row *row, struct kq_slice text); /* borrowed; an empty one is null */
void kq_row_name(struct kq_row *row, const char *text);     /* borrowed */
void kq_row_money(struct kq_row *row, int64_t amount_fen);  /* 10.00 */
void kq_row_time(struct kq_row *row, int64_t time_s);
void kq_row_day(struct kq_row *row, int64_t time_s);
void kq_row_count(struct kq_row *row, int64_t count);
void kq_row_texts(struct kq_row *row, const struct kq_slice *texts,
                  size_t count);                                    /* of a JSON column: an array */
void kq_row_json(struct kq_row *row, const struct kq_buffer *json); /* of a JSON column; copied */
void kq_row_flag(struct kq_row *row, bool value);                   /* of a JSON column: true or false */
void kq_row_none(struct kq_row *row);

/* Appends the row as a JSON object. */
void kq_row_append_json(const struct kq_row *row, struct kq_buffer *json);

/* Appends the row as a CSV record, with its line end. */
void kq_row_append_csv(const struct kq_row *row, struct kq_buffer *csv);

/* Appends the cell of that column as people see it: lists without brackets and quotes. */
void kq_row_append_shown(const struct kq_row *row, size_t column, struct kq_buffer *text);

#endif
