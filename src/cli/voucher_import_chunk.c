/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/voucher_import_chunk.h"

#include "base/memory.h"

/* Runs on the store's thread; from its end on the chunk is its owner's again. */
static void complete(struct kq_submission *submission)
{
    struct kq_voucher_import_chunk *chunk = (struct kq_voucher_import_chunk *)submission;
    pthread_mutex_lock(&chunk->mutex);
    chunk->is_submitted = false;
    pthread_cond_signal(&chunk->done);
    pthread_mutex_unlock(&chunk->mutex);
}

struct kq_result kq_voucher_import_chunk_open(struct kq_voucher_import_chunk *chunk, struct kq_error *error)
{
    *chunk = (struct kq_voucher_import_chunk){
        .submission = {.operation = &chunk->operation, .complete = complete},
        .operation = {.kind = KQ_OP_ISSUE_MANY, .arena = &chunk->arena},
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .done = PTHREAD_COND_INITIALIZER,
    };
    struct kq_op_issue_many *many = &chunk->operation.issue_many;
    many->items = kq_memory_allocate(KQ_VOUCHER_IMPORT_CHUNK_ROWS * sizeof(*many->items));
    chunk->entries = kq_memory_allocate(KQ_VOUCHER_IMPORT_CHUNK_ROWS * sizeof(*chunk->entries));
    KQ_ENSURE_MEMORY(many->items != NULL && chunk->entries != NULL, error);
    return KQ_OK;
}

void kq_voucher_import_chunk_close(struct kq_voucher_import_chunk *chunk)
{
    if (chunk->submission.complete == NULL) {
        return;
    }
    kq_voucher_import_chunk_wait(chunk);
    pthread_cond_destroy(&chunk->done);
    pthread_mutex_destroy(&chunk->mutex);
    kq_arena_free(&chunk->arena);
    kq_memory_free(chunk->operation.issue_many.items);
    kq_memory_free(chunk->entries);
}

void kq_voucher_import_chunk_clear(struct kq_voucher_import_chunk *chunk)
{
    kq_arena_reset(&chunk->arena);
    chunk->operation.issue_many.count = 0;
    chunk->operation.error = (struct kq_error){0};
    chunk->entry_count = 0;
}

bool kq_voucher_import_chunk_is_full(const struct kq_voucher_import_chunk *chunk)
{
    return chunk->entry_count == KQ_VOUCHER_IMPORT_CHUNK_ROWS ||
           chunk->arena.used_bytes >= KQ_VOUCHER_IMPORT_CHUNK_BYTES;
}

void kq_voucher_import_chunk_add(struct kq_voucher_import_chunk *chunk, unsigned long long line,
                                 const struct kq_issue_request *request)
{
    struct kq_op_issue_many *many = &chunk->operation.issue_many;
    struct kq_issue_item *item = &many->items[many->count++];
    item->request = *request;
    chunk->entries[chunk->entry_count++] = (struct kq_voucher_import_entry){.line = line, .item = item};
}

struct kq_result kq_voucher_import_chunk_add_refusal(struct kq_voucher_import_chunk *chunk,
                                                     unsigned long long line, const struct kq_error *refusal,
                                                     struct kq_error *error)
{
    struct kq_error *kept = kq_arena_allocate(&chunk->arena, sizeof(*kept));
    KQ_ENSURE_MEMORY(kept != NULL, error);
    *kept = *refusal;
    chunk->entries[chunk->entry_count++] = (struct kq_voucher_import_entry){.line = line, .refusal = kept};
    return KQ_OK;
}

void kq_voucher_import_chunk_submit(struct kq_voucher_import_chunk *chunk, struct kq_store *store)
{
    chunk->operation.error = (struct kq_error){0};
    if (chunk->operation.issue_many.count > 0) {
        chunk->is_submitted = true;
        kq_store_submit(store, &chunk->submission);
    }
}

bool kq_voucher_import_chunk_is_done(struct kq_voucher_import_chunk *chunk)
{
    pthread_mutex_lock(&chunk->mutex);
    bool is_done = !chunk->is_submitted;
    pthread_mutex_unlock(&chunk->mutex);
    return is_done;
}

void kq_voucher_import_chunk_wait(struct kq_voucher_import_chunk *chunk)
{
    pthread_mutex_lock(&chunk->mutex);
    while (chunk->is_submitted) {
        pthread_cond_wait(&chunk->done, &chunk->mutex);
    }
    pthread_mutex_unlock(&chunk->mutex);
}
