/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import.h"

#include <stdio.h>

#include "base/memory.h"
#include "cli/data.h"
#include "cli/import_input.h"
#include "cli/import_source.h"
#include "cli/progress.h"
#include "cli/shown.h"
#include "wire/json.h"

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
    bool json;
    struct kq_import_input input; /* owned */
    struct kq_data data;          /* owned */
    struct kq_import_source source;
    struct kq_progress progress;

    struct kq_arena arena;           /* owned: the batch's texts and results */
    struct kq_operation *operations; /* owned; KQ_IMPORT_BATCH_ROWS of them */
    struct entry *entries;           /* owned; as many */
    size_t operation_count;
    size_t entry_count;

    unsigned long long created;
    unsigned long long unchanged;
    unsigned long long refused;
    struct kq_buffer errors; /* owned: of the JSON summary */
};

static void close_import(struct import *import)
{
    kq_progress_hide(&import->progress);
    kq_import_source_close(&import->source);
    kq_data_close(&import->data);
    kq_import_input_close(&import->input);
    kq_arena_free(&import->arena);
    kq_memory_free(import->operations);
    kq_memory_free(import->entries);
    kq_buffer_free(&import->errors);
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
    kq_progress_begin(&import->progress, import->data.store->clock, import->input.total_bytes);
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

static void tell_refusal(struct import *import, unsigned long long line, const struct kq_error *refusal)
{
    struct kq_buffer message KQ_CLEANUP(kq_buffer_free) = {0};
    kq_append_shown(&message, kq_slice_of(kq_error_message(refusal)), false);
    import->refused++;
    if (!import->json) {
        kq_progress_hide(&import->progress);
        fprintf(stderr, "line %llu: %.*s\n", line, KQ_SLICE_PRINT(kq_buffer_slice(&message)));
    } else if (import->refused <= KQ_IMPORT_ERRORS_MAX) {
        kq_buffer_print(&import->errors, "%s{\"line\":%llu", import->errors.size == 0 ? "" : ",", line);
        kq_json_append_name(&import->errors, "code");
        kq_json_append_string(&import->errors, kq_slice_of(kq_error_name(refusal->code)));
        kq_json_append_name(&import->errors, "message");
        kq_json_append_string(&import->errors, kq_buffer_slice(&message));
        kq_buffer_append_byte(&import->errors, '}');
    }
}

/* A refusal is about the line; anything else is about the machine, and going on would not help. */
static struct kq_result count_entry(struct import *import, const struct entry *entry, struct kq_error *error)
{
    const struct kq_error *outcome = entry->operation == NULL ? &entry->refusal : &entry->operation->error;
    if (outcome->code == KQ_E_NONE) {
        bool created = import->plan->created(entry->operation);
        import->created += created ? 1 : 0;
        import->unchanged += created ? 0 : 1;
        return KQ_OK;
    }
    if (kq_error_category(outcome->code) == KQ_CATEGORY_INTERNAL) {
        *error = *outcome;
        return kq_fail_in(error, "line %llu, before which all is done; import the same file again",
                          entry->line);
    }
    tell_refusal(import, entry->line, outcome);
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
    kq_progress_show(&import->progress, import->source.reader.taken_bytes,
                     import->created + import->unchanged + import->refused);
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

static struct kq_result print_summary(struct import *import, struct kq_error *error)
{
    kq_progress_hide(&import->progress);
    if (!import->json) {
        printf("%llu created, %llu unchanged, %llu refused\n", import->created, import->unchanged,
               import->refused);
        return KQ_OK;
    }
    KQ_ENSURE_MEMORY(!import->errors.failed, error);
    printf("{\"created\":%llu,\"unchanged\":%llu,\"refused\":%llu,\"errors\":[%.*s]}\n", import->created,
           import->unchanged, import->refused, KQ_SLICE_PRINT(kq_buffer_slice(&import->errors)));
    return KQ_OK;
}

struct kq_result kq_import_run(struct kq_invocation *invocation, const struct kq_import_plan *plan,
                               struct kq_error *error)
{
    struct import import KQ_CLEANUP(close_import) = {
        .plan = plan, .json = invocation->json, .input = {.file = -1}};
    KQ_TRY(open_import(invocation, &import, error));
    KQ_TRY(import_all(&import, error));
    KQ_TRY(print_summary(&import, error));
    invocation->exit_status = import.refused > 0 ? KQ_EXIT_REFUSED : KQ_EXIT_DONE;
    return KQ_OK;
}
