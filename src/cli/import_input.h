/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_IMPORT_INPUT_H
#define KQ_CLI_IMPORT_INPUT_H

#include "base/error.h"
#include "base/slice.h"
#include "cli/command.h"
#include "cli/import_source.h"

/* Where an import's rows come from: FILE, the operand, or --file; "-" is standard input. */

/* The file that is named; empty: none is. Borrowed, NUL-terminated. USAGE where the command line names two.
 */
KQ_MUST struct kq_result kq_import_path(const struct kq_invocation *invocation, struct kq_slice *path,
                                        struct kq_error *error);

struct kq_import_input {
    int file; /* owned, but for standard input; -1: none */
    enum kq_import_format format;
    unsigned long long total_bytes; /* 0: not known */
};

/* Opens what is named, else standard input where that is no terminal. The format is what --format says, else
 * what the file's name says. USAGE, NOT_FOUND, IO. */
KQ_MUST struct kq_result kq_import_input_open(const struct kq_invocation *invocation,
                                              struct kq_import_input *input, struct kq_error *error);
void kq_import_input_close(struct kq_import_input *input);

#endif
