/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_IMPORT_SOURCE_H
#define KQ_CLI_IMPORT_SOURCE_H

#include "base/arena.h"
#include "base/error.h"
#include "cli/import_row.h"
#include "cli/line_reader.h"

/* Rows from a file, CSV or JSON lines, one after the other in bounded memory. No store here. */

enum kq_import_format {
    KQ_IMPORT_FORMAT_UNKNOWN, /* by what the file begins with: `{` is JSON lines */
    KQ_IMPORT_FORMAT_CSV,
    KQ_IMPORT_FORMAT_JSON_LINES,
};

struct kq_import_source {
    const struct kq_import_column *columns; /* borrowed */
    size_t column_count;
    struct kq_line_reader reader;
    enum kq_import_format format;
    struct kq_import_header header; /* CSV */
};

/* Reads as far as the CSV header, whose absence from an empty file is fine. `file` is borrowed. BAD_INPUT for
 * a header out of form, IO, NO_MEMORY. To be closed in any case. */
KQ_MUST struct kq_result kq_import_source_open(struct kq_import_source *source, int file,
                                               enum kq_import_format format,
                                               const struct kq_import_column *columns, size_t column_count,
                                               struct kq_error *error);
void kq_import_source_close(struct kq_import_source *source);

enum kq_import_outcome {
    KQ_IMPORT_ROW,
    KQ_IMPORT_REFUSED, /* the row is out of form; the next one can be read */
    KQ_IMPORT_END,
};

/* The next row, blank lines skipped. `values` has a place for each column; its texts are made in the arena.
 * `line` is where the row begins. `refusal` says what is wrong with a refused one. IO, NO_MEMORY. */
struct kq_import_record {
    enum kq_import_outcome outcome;
    unsigned long long line;
    struct kq_import_values values[KQ_IMPORT_COLUMNS_MAX];
    struct kq_error refusal;
};
KQ_MUST struct kq_result kq_import_source_next(struct kq_import_source *source, struct kq_arena *arena,
                                               struct kq_import_record *record, struct kq_error *error);

#endif
