/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_report.h"

#include <stdio.h>

#include "cli/local_error.h"
#include "cli/locale.h"
#include "cli/shown.h"
#include "wire/json.h"

void kq_import_report_begin(struct kq_import_report *report, bool json, const struct kq_clock *clock,
                            unsigned long long total_bytes)
{
    *report = (struct kq_import_report){.json = json};
    kq_progress_begin(&report->progress, clock, total_bytes);
}

void kq_import_report_close(struct kq_import_report *report)
{
    kq_progress_hide(&report->progress);
    kq_buffer_free(&report->errors);
}

void kq_import_report_row(struct kq_import_report *report, bool created)
{
    report->created += created ? 1 : 0;
    report->unchanged += created ? 0 : 1;
}

static void tell_refusal(struct kq_import_report *report, unsigned long long line,
                         const struct kq_error *refusal)
{
    struct kq_buffer message KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer local KQ_CLEANUP(kq_buffer_free) = {0};
    if (report->json) {
        kq_buffer_append(&local, kq_slice_of(kq_error_message(refusal)));
    } else {
        kq_append_local_error(&local, kq_slice_of(kq_error_message(refusal)));
    }
    kq_append_shown(&message, kq_buffer_slice(&local), false);
    report->refused++;
    if (!report->json) {
        kq_progress_hide(&report->progress);
        fprintf(stderr, kq_text("line %llu: %.*s\n", "第 %llu 行：%.*s\n"), line,
                KQ_SLICE_PRINT(kq_buffer_slice(&message)));
    } else if (report->refused <= KQ_IMPORT_ERRORS_MAX) {
        kq_buffer_print(&report->errors, "%s{\"line\":%llu", report->errors.size == 0 ? "" : ",", line);
        kq_json_append_name(&report->errors, "code");
        kq_json_append_string(&report->errors, kq_slice_of(kq_error_name(refusal->code)));
        kq_json_append_name(&report->errors, "message");
        kq_json_append_string(&report->errors, kq_buffer_slice(&message));
        kq_buffer_append_byte(&report->errors, '}');
    }
}

struct kq_result kq_import_report_refusal(struct kq_import_report *report, unsigned long long line,
                                          const struct kq_error *refusal, struct kq_error *error)
{
    if (kq_error_category(refusal->code) == KQ_CATEGORY_INTERNAL) {
        *error = *refusal;
        return kq_fail_in(error, "line %llu, before which all is done; import the same file again", line);
    }
    tell_refusal(report, line, refusal);
    return KQ_OK;
}

void kq_import_report_progress(struct kq_import_report *report, unsigned long long taken_bytes)
{
    kq_progress_show(&report->progress, taken_bytes, report->created + report->unchanged + report->refused);
}

struct kq_result kq_import_report_print(struct kq_import_report *report, struct kq_invocation *invocation,
                                        struct kq_error *error)
{
    kq_progress_hide(&report->progress);
    invocation->exit_status = report->refused > 0 ? KQ_EXIT_REFUSED : KQ_EXIT_DONE;
    if (!report->json) {
        printf("%llu created, %llu unchanged, %llu refused\n", report->created, report->unchanged,
               report->refused);
        return KQ_OK;
    }
    KQ_ENSURE_MEMORY(!report->errors.failed, error);
    printf("{\"created\":%llu,\"unchanged\":%llu,\"refused\":%llu,\"errors\":[%.*s]}\n", report->created,
           report->unchanged, report->refused, KQ_SLICE_PRINT(kq_buffer_slice(&report->errors)));
    return KQ_OK;
}
