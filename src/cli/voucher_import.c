/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/import.h"
#include "cli/import_input.h"
#include "cli/import_report.h"
#include "cli/import_source.h"
#include "cli/result.h"
#include "cli/voucher_import_chunk.h"
#include "cli/voucher_import_merchants.h"
#include "cli/voucher_import_row.h"

/* Many vouchers from a file, as fast as the store can write them, through the same decisions as a call of the
 * gateway. Nothing is remembered beside the store: a row that was issued before is found by its template_id
 * and out_biz_no, which is faster than issuing it, so a file that was cut off is simply imported again. */

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_FILE,
    KQ_FLAG_FORMAT,
    {.name = "template-id",
     .kind = KQ_FLAG_TEXT,
     .value = "ID",
     .text = "the template of the rows that name none"},
};

/* The store gives another process five seconds; a server at its limit may need more, and a voucher file is
 * worth a minute of patience. */
#define BUSY_TRIES_MAX 12

/* While the store commits about half of them the other half is read. So half of them is how large commits
 * get: more gain little, and take memory; these, full of ordinary rows, are some 50 MB. */
enum { CHUNK_COUNT = 64 };

struct import {
    struct kq_slice template_id; /* borrowed; of rows that name none */
    struct kq_import_input input;
    struct kq_data data;
    struct kq_import_source source;
    struct kq_import_report report;
    struct kq_voucher_import_merchants merchants;
    struct kq_voucher_import_chunk chunks[CHUNK_COUNT]; /* a ring */
    size_t oldest;                                      /* of those that are submitted and not counted yet */
    size_t submitted_count;
};

/* In the order of the file: 0 is the oldest that is submitted, submitted_count the next to be. */
static struct kq_voucher_import_chunk *chunk_at(struct import *import, size_t place)
{
    return &import->chunks[(import->oldest + place) % CHUNK_COUNT];
}

static void close_import(struct import **opened)
{
    struct import *import = *opened;
    if (import == NULL) {
        return;
    }
    for (size_t i = 0; i < CHUNK_COUNT; i++) {
        kq_voucher_import_chunk_close(&import->chunks[i]);
    }
    kq_import_report_close(&import->report);
    kq_import_source_close(&import->source);
    kq_voucher_import_merchants_close(&import->merchants);
    kq_data_close(&import->data);
    kq_import_input_close(&import->input);
    kq_memory_free(import);
}

static struct kq_result open_import(struct kq_invocation *invocation, struct import *import,
                                    struct kq_error *error)
{
    import->input.file = -1;
    import->template_id = kq_flag_text(invocation, "template-id");
    import->merchants.data = &import->data;
    import->data.is_bulk = true;
    KQ_TRY(kq_import_input_open(invocation, &import->input, error));
    KQ_TRY(kq_data_open(invocation, &import->data, error));
    for (size_t i = 0; i < CHUNK_COUNT; i++) {
        KQ_TRY(kq_voucher_import_chunk_open(&import->chunks[i], error));
    }
    kq_import_report_begin(&import->report, invocation->json, import->data.store->clock,
                           import->input.total_bytes);
    return kq_import_source_open(&import->source, import->input.file, import->input.format,
                                 kq_voucher_import_plan.columns, kq_voucher_import_plan.column_count, error);
}

static struct kq_result read_request(struct import *import, const struct kq_import_values *values,
                                     struct kq_arena *arena, struct kq_issue_request *request,
                                     struct kq_error *refusal)
{
    struct kq_slice pid;
    KQ_TRY(kq_voucher_import_row_read(values, import->template_id, request, refusal));
    KQ_TRY(kq_voucher_import_pid(&import->merchants, request->template_id, &pid, refusal));
    request->pid = kq_arena_copy(arena, pid);
    KQ_ENSURE_MEMORY(request->pid.data != NULL, refusal);
    return KQ_OK;
}

/* The next row becomes the chunk's next entry. */
static struct kq_result take_row(struct import *import, struct kq_voucher_import_chunk *chunk, bool *at_end,
                                 struct kq_error *error)
{
    struct kq_import_record record;
    KQ_TRY(kq_import_source_next(&import->source, &chunk->arena, &record, error));
    *at_end = record.outcome == KQ_IMPORT_END;
    if (*at_end) {
        return KQ_OK;
    }
    struct kq_issue_request request;
    if (record.outcome == KQ_IMPORT_ROW &&
        read_request(import, record.values, &chunk->arena, &request, &record.refusal).ok) {
        kq_voucher_import_chunk_add(chunk, record.line, &request);
        return KQ_OK;
    }
    return kq_voucher_import_chunk_add_refusal(chunk, record.line, &record.refusal, error);
}

static struct kq_result fill(struct import *import, struct kq_voucher_import_chunk *chunk, bool *at_end,
                             struct kq_error *error)
{
    kq_voucher_import_chunk_clear(chunk);
    while (!*at_end && !kq_voucher_import_chunk_is_full(chunk)) {
        KQ_TRY(take_row(import, chunk, at_end, error));
    }
    chunk->taken_bytes = import->source.reader.taken_bytes;
    return KQ_OK;
}

/* Where another process had the file all the time, nothing was changed, and all that waited was refused: it
 * is submitted again in the order of the file. */
static void submit_again(struct import *import)
{
    for (size_t i = 0; i < import->submitted_count; i++) {
        kq_voucher_import_chunk_wait(chunk_at(import, i));
    }
    for (size_t i = 0; i < import->submitted_count; i++) {
        if (chunk_at(import, i)->operation.error.code == KQ_E_BUSY) {
            kq_voucher_import_chunk_submit(chunk_at(import, i), import->data.store);
        }
    }
}

/* Waits until the oldest chunk is decided. */
static void settle(struct import *import)
{
    struct kq_voucher_import_chunk *chunk = chunk_at(import, 0);
    kq_voucher_import_chunk_wait(chunk);
    for (unsigned tries = 1; chunk->operation.error.code == KQ_E_BUSY && tries < BUSY_TRIES_MAX; tries++) {
        submit_again(import);
        kq_voucher_import_chunk_wait(chunk);
    }
}

static struct kq_result count_refusal(struct import *import, unsigned long long line,
                                      const struct kq_error *refusal, struct kq_error *error)
{
    struct kq_error shown = *refusal;
    kq_name_refusal(&shown);
    return kq_import_report_refusal(&import->report, line, &shown, error);
}

static struct kq_result count_entry(struct import *import, const struct kq_error *failure,
                                    const struct kq_voucher_import_entry *entry, struct kq_error *error)
{
    if (entry->item == NULL) {
        return count_refusal(import, entry->line, entry->refusal, error);
    }
    if (failure->code != KQ_E_NONE) {
        return count_refusal(import, entry->line, failure, error);
    }
    if (entry->item->error.code != KQ_E_NONE) {
        return count_refusal(import, entry->line, &entry->item->error, error);
    }
    kq_import_report_row(&import->report, !entry->item->result.replayed);
    return KQ_OK;
}

/* Tells what became of a chunk that is settled. */
static struct kq_result count_chunk(struct import *import, const struct kq_voucher_import_chunk *chunk,
                                    struct kq_error *error)
{
    for (size_t i = 0; i < chunk->entry_count; i++) {
        KQ_TRY(count_entry(import, &chunk->operation.error, &chunk->entries[i], error));
    }
    kq_import_report_progress(&import->report, chunk->taken_bytes);
    return KQ_OK;
}

/* Takes the oldest chunk to its end. */
static struct kq_result finish_oldest(struct import *import, struct kq_error *error)
{
    settle(import);
    KQ_TRY(count_chunk(import, chunk_at(import, 0), error));
    import->oldest = (import->oldest + 1) % CHUNK_COUNT;
    import->submitted_count--;
    return KQ_OK;
}

/* While the store has some chunks, the next ones are read; what is done is counted as soon as may be. Where a
 * chunk fails, nothing more is submitted. */
static struct kq_result import_all(struct import *import, struct kq_error *error)
{
    bool at_end = false;
    while (!at_end) {
        while (import->submitted_count == CHUNK_COUNT ||
               (import->submitted_count > 0 && kq_voucher_import_chunk_is_done(chunk_at(import, 0)))) {
            KQ_TRY(finish_oldest(import, error));
        }
        struct kq_voucher_import_chunk *next = chunk_at(import, import->submitted_count);
        KQ_TRY(fill(import, next, &at_end, error));
        kq_voucher_import_chunk_submit(next, import->data.store);
        import->submitted_count++;
    }
    while (import->submitted_count > 0) {
        KQ_TRY(finish_oldest(import, error));
    }
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    KQ_CLEANUP(close_import) struct import *import = kq_memory_allocate(sizeof(*import));
    KQ_ENSURE_MEMORY(import != NULL, error);
    KQ_TRY(open_import(invocation, import, error));
    KQ_TRY(import_all(import, error));
    return kq_import_report_print(&import->report, invocation, error);
}

const struct kq_command kq_command_voucher_import = {
    .group = "voucher",
    .name = "import",
    .text = "send many vouchers, from CSV with a header line or from JSON lines; again sends none twice",
    .example = "kaquan voucher import --data demo vouchers.csv",
    .more_examples =
        (const char *const[]){
            "kaquan voucher import --data demo --template-id 20140601000730010040000000EB users.csv",
            "kaquan voucher import --data demo --file vouchers.jsonl",
            "kaquan voucher import --data demo --format json - < vouchers",
            "gunzip < vouchers.csv.gz | kaquan voucher import --data demo", NULL},
    .operand = "FILE",
    .operand_optional = true,
    .rows = &kq_voucher_import_plan,
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
