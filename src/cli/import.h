/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_IMPORT_H
#define KQ_CLI_IMPORT_H

#include <stdbool.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/import_row.h"
#include "domain/operation.h"

/* Many creations from a file: CSV or JSON lines, line by line in bounded memory, some hundreds a commit. A
 * bad line is told and never stops the good ones; the same file again changes nothing. */

/* Rows of a batch: one commit each, and what waits in memory. */
#define KQ_IMPORT_BATCH_ROWS ((size_t)500)

/* What is imported. `prepare` and `created` are kq_import_run's; both are NULL where a command has a way of
 * its own. */
struct kq_import_plan {
    const struct kq_import_column *columns;
    size_t column_count;

    /* Makes the operation, zeroed but for its arena, from the columns' values. BAD_INPUT, NO_MEMORY. */
    struct kq_result (*prepare)(const struct kq_import_values *values, struct kq_operation *operation,
                                struct kq_error *error);

    /* Of a done operation: was there something to create? */
    bool (*created)(const struct kq_operation *operation);
};

/* The flags of an import, beside its operand. */
#define KQ_FLAG_FILE                                                                                         \
    {                                                                                                        \
        .name = "file", .kind = KQ_FLAG_TEXT, .value = "FILE",                                               \
        .text = "the same as FILE alone; -: standard input, as where no file is named"                       \
    }

#define KQ_FLAG_FORMAT                                                                                       \
    {                                                                                                        \
        .name = "format", .kind = KQ_FLAG_TEXT, .value = "FORMAT",                                           \
        .text = "csv or jsonl, also called json (default: by the file's name, else its first character)",    \
        .choices = (const char *const[])                                                                     \
        {                                                                                                    \
            "csv", "jsonl", NULL                                                                             \
        }                                                                                                    \
    }

/* Imports the file that the invocation names (cli/import_input.h), and prints how many rows were
 * created, unchanged and refused. The invocation's exit status becomes 1 where any was refused. Fails where
 * the import could not go on (IO, STORE, a header out of form); what was committed before stays, and the same
 * file can be imported again. */
KQ_MUST struct kq_result kq_import_run(struct kq_invocation *invocation, const struct kq_import_plan *plan,
                                       struct kq_error *error);

#endif
