/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/voucher_import_chunk.h"

#include <string.h>

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

bool kq_voucher_import_chunk_is_open(const struct kq_voucher_import_chunk *chunk)
{
    return chunk->submission.complete != NULL;
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
    if (!kq_voucher_import_chunk_is_open(chunk)) {
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

static struct kq_slice put(char **end, struct kq_slice text)
{
    struct kq_slice copy = {.data = *end, .size = text.size};
    if (text.size > 0) {
        memcpy(*end, text.data, text.size);
        *end += text.size;
    }
    return copy;
}

/* Rows of one template stand together, as a rule: the text is the row's before, where that is the same. */
static bool share(struct kq_slice *text, struct kq_slice before)
{
    bool is_same = kq_slice_equal(*text, before);
    *text = is_same ? before : *text;
    return is_same;
}

/* All texts that are not there yet are one piece of the arena: it aligns each. */
static struct kq_result keep_texts(struct kq_issue_request *request, const struct kq_issue_request *before,
                                   struct kq_arena *arena, struct kq_error *error)
{
    bool has_template = share(&request->template_id, before->template_id);
    bool has_pid = share(&request->pid, before->pid);
    size_t size = request->out_biz_no.size + request->recipient.value.size + request->memo.size +
                  (has_template ? 0 : request->template_id.size) + (has_pid ? 0 : request->pid.size);
    char *end = kq_arena_allocate(arena, size);
    KQ_ENSURE_MEMORY(end != NULL, error);
    request->out_biz_no = put(&end, request->out_biz_no);
    request->recipient.value = put(&end, request->recipient.value);
    request->memo = put(&end, request->memo);
    request->template_id = has_template ? request->template_id : put(&end, request->template_id);
    request->pid = has_pid ? request->pid : put(&end, request->pid);
    return KQ_OK;
}

struct kq_result kq_voucher_import_chunk_add(struct kq_voucher_import_chunk *chunk, unsigned long long line,
                                             const struct kq_issue_request *request, struct kq_error *error)
{
    const struct kq_issue_request none = {.template_id = KQ_SLICE(""), .pid = KQ_SLICE("")};
    struct kq_op_issue_many *many = &chunk->operation.issue_many;
    struct kq_issue_item *item = &many->items[many->count];
    item->request = *request;
    KQ_TRY(keep_texts(&item->request, many->count == 0 ? &none : &item[-1].request, &chunk->arena, error));
    chunk->entries[chunk->entry_count++] = (struct kq_voucher_import_entry){.line = line, .item = item};
    many->count++;
    return KQ_OK;
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
