/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import.h"

#include "base/memory.h"
#include "cli/data.h"
#include "cli/import_input.h"
#include "cli/import_report.h"
#include "cli/import_source.h"

/* A batch also ends where its rows have taken this much memory: its rows may all be as long as a record can
 * be. */
#define BATCH_MAX_BYTES ((size_t)8 << 20)

/* What became of one row of the batch, in the order of the file. */
struct entry {
    unsigned long long line;
    struct kq_operation *operation; /* NULL: refused before it came to that */
    struct kq_error refusal;
};

struct import {
    const struct kq_import_plan *plan; /* borrowed */
    struct kq_import_input input;      /* owned */
    struct kq_data data;               /* owned */
    struct kq_import_source source;
    struct kq_import_report report;

    struct kq_arena arena;           /* owned: the batch's texts and results */
    struct kq_operation *operations; /* owned; KQ_IMPORT_BATCH_ROWS of them */
    struct entry *entries;           /* owned; as many */
    size_t operation_count;
    size_t entry_count;
};

static void close_import(struct import *import)
{
    kq_import_report_close(&import->report);
    kq_import_source_close(&import->source);
    kq_data_close(&import->data);
    kq_import_input_close(&import->input);
    kq_arena_free(&import->arena);
    kq_memory_free(import->operations);
    kq_memory_free(import->entries);
}

static struct kq_result open_import(struct kq_invocation *invocation, struct import *import,
                                    struct kq_error *error)
{
    const struct kq_import_plan *plan = import->plan;
    KQ_TRY(kq_import_input_open(invocation, &import->input, error));
    KQ_TRY(kq_data_open(invocation, &import->data, error));
    import->operations = kq_memory_allocate(KQ_IMPORT_BATCH_ROWS * sizeof(*import->operations));
    import->entries = kq_memory_allocate(KQ_IMPORT_BATCH_ROWS * sizeof(*import->entries));
    KQ_ENSURE_MEMORY(import->operations != NULL && import->entries != NULL, error);
    kq_import_report_begin(&import->report, invocation->json, import->data.store->clock,
                           import->input.total_bytes);
    return kq_import_source_open(&import->source, import->input.file, import->input.format, plan->columns,
                                 plan->column_count, error);
}

/* The next row becomes the batch's next entry. */
static struct kq_result take_row(struct import *import, bool *at_end, struct kq_error *error)
{
    struct kq_import_record record;
    KQ_TRY(kq_import_source_next(&import->source, &import->arena, &record, error));
    *at_end = record.outcome == KQ_IMPORT_END;
    if (*at_end) {
        return KQ_OK;
    }
    struct entry *entry = &import->entries[import->entry_count++];
    struct kq_operation *operation = &import->operations[import->operation_count];
    *entry = (struct entry){.line = record.line, .refusal = record.refusal};
    *operation = (struct kq_operation){.arena = &import->arena};
    if (record.outcome == KQ_IMPORT_ROW &&
        import->plan->prepare(record.values, operation, &entry->refusal).ok) {
        entry->operation = operation;
        import->operation_count++;
    }
    return KQ_OK;
}

static struct kq_result count_entry(struct import *import, const struct entry *entry, struct kq_error *error)
{
    const struct kq_error *outcome = entry->operation == NULL ? &entry->refusal : &entry->operation->error;
    if (outcome->code != KQ_E_NONE) {
        return kq_import_report_refusal(&import->report, entry->line, outcome, error);
    }
    kq_import_report_row(&import->report, import->plan->created(entry->operation));
    return KQ_OK;
}

static struct kq_result finish_batch(struct import *import, struct kq_error *error)
{
    if (import->operation_count > 0) {
        /* Each one's outcome stands in itself. */
        KQ_IGNORE(kq_store_apply(import->data.store, import->operations, import->operation_count, NULL));
    }
    for (size_t i = 0; i < import->entry_count; i++) {
        KQ_TRY(count_entry(import, &import->entries[i], error));
    }
    import->operation_count = 0;
    import->entry_count = 0;
    kq_arena_reset(&import->arena);
    kq_import_report_progress(&import->report, import->source.reader.taken_bytes);
    return KQ_OK;
}

static struct kq_result import_all(struct import *import, struct kq_error *error)
{
    bool at_end = false;
    while (!at_end) {
        KQ_TRY(take_row(import, &at_end, error));
        bool full =
            import->entry_count == KQ_IMPORT_BATCH_ROWS || import->arena.used_bytes >= BATCH_MAX_BYTES;
        if (full || at_end) {
            KQ_TRY(finish_batch(import, error));
        }
    }
    return KQ_OK;
}

struct kq_result kq_import_run(struct kq_invocation *invocation, const struct kq_import_plan *plan,
                               struct kq_error *error)
{
    struct import import KQ_CLEANUP(close_import) = {.plan = plan, .input = {.file = -1}};
    KQ_TRY(open_import(invocation, &import, error));
    KQ_TRY(import_all(&import, error));
    return kq_import_report_print(&import.report, invocation, error);
}
