/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_IMPORT_REPORT_H
#define KQ_CLI_IMPORT_REPORT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/progress.h"

/* What an import tells: how far it is, each line that is refused, and the numbers at the end. */

/* Refused lines that the JSON summary names; the count is of all. */
#define KQ_IMPORT_ERRORS_MAX ((size_t)1000)

struct kq_import_report {
    bool json;
    struct kq_progress progress;
    unsigned long long created;
    unsigned long long unchanged;
    unsigned long long refused;
    struct kq_buffer errors; /* owned: of the JSON summary */
};

/* `total_bytes` of the file; 0: not known. */
void kq_import_report_begin(struct kq_import_report *report, bool json, const struct kq_clock *clock,
                            unsigned long long total_bytes);
void kq_import_report_close(struct kq_import_report *report);

/* Counts a row that is done. */
void kq_import_report_row(struct kq_import_report *report, bool created);

/* Counts and tells a row that is refused. Fails with what is not about the line but about the machine
 * (INTERNAL codes), where going on would not help. */
KQ_MUST struct kq_result kq_import_report_refusal(struct kq_import_report *report, unsigned long long line,
                                                  const struct kq_error *refusal, struct kq_error *error);

/* Shows how far it is: `taken_bytes` of the file. */
void kq_import_report_progress(struct kq_import_report *report, unsigned long long taken_bytes);

/* Prints the summary, and sets the invocation's exit status to 1 where a row was refused. NO_MEMORY. */
KQ_MUST struct kq_result kq_import_report_print(struct kq_import_report *report,
                                                struct kq_invocation *invocation, struct kq_error *error);

#endif
