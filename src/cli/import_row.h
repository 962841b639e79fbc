/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_IMPORT_ROW_H
#define KQ_CLI_IMPORT_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "cli/csv.h"

/* One record of an import, whatever its format: for each column of a table, the values that stand there. */

#define KQ_IMPORT_COLUMNS_MAX ((size_t)32)

struct kq_import_column {
    const char *name; /* of the CSV column (letter case ignored), and of the JSON member */
    const char *text; /* what stands there, one line, for the help */
    bool required;
    bool is_list; /* several values: CSV columns of one name, a JSON array */
    bool is_json; /* its text is JSON: in JSON lines it may be the object itself */
};

/* None: not given. An empty text counts as none. */
struct kq_import_values {
    struct kq_slice *items; /* in the record's arena */
    size_t count;
};

/* Which CSV field belongs to which column. */
struct kq_import_header {
    size_t columns[KQ_CSV_FIELDS_MAX];
    size_t count;
};

/* From a CSV header's fields. BAD_INPUT for a name that is no column's (with the nearest one and all there
 * are), one twice that is no list, and a required column that is missing. NO_MEMORY. */
KQ_MUST struct kq_result kq_import_header_read(const struct kq_csv_record *record,
                                               const struct kq_import_column *columns, size_t column_count,
                                               struct kq_import_header *header, struct kq_error *error);

/* `values` has a place for each column. BAD_INPUT: another number of fields than the header's, a required
 * value missing, not UTF-8. NO_MEMORY. */
KQ_MUST struct kq_result kq_import_row_from_csv(const struct kq_csv_record *record,
                                                const struct kq_import_header *header,
                                                const struct kq_import_column *columns, size_t column_count,
                                                struct kq_arena *arena, struct kq_import_values *values,
                                                struct kq_error *error);

/* One JSON object; its values are strings, numbers (for their text), null, arrays of those where the column
 * is a list, and objects, kept as compact text, where the column is JSON. BAD_INPUT also for members that no
 * column has. */
KQ_MUST struct kq_result kq_import_row_from_json(struct kq_slice text, const struct kq_import_column *columns,
                                                 size_t column_count, struct kq_arena *arena,
                                                 struct kq_import_values *values, struct kq_error *error);

/* The only value of a column; empty where there is none. */
struct kq_slice kq_import_value(const struct kq_import_values *values);

#endif
