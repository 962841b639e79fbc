/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "client/loop.h"

/* NULL stays NULL. */
static bool copy(struct kq_arena *arena, const char **text)
{
    if (*text != NULL) {
        *text = kq_arena_copy(arena, kq_slice_of(*text)).data;
        return *text != NULL;
    }
    return true;
}

struct kq_result kq_pending_fill(struct kq_pending *pending, const struct kq_client_request *request,
                                 struct kq_error *error)
{
    pending->request = *request;
    KQ_ENSURE_MEMORY(copy(&pending->texts, &pending->request.method) &&
                         copy(&pending->texts, &pending->request.biz_content) &&
                         copy(&pending->texts, &pending->request.timestamp),
                     error);
    return KQ_OK;
}

struct kq_result kq_pending_take(struct kq_pending_stock *stock, struct kq_pending **pending,
                                 struct kq_error *error)
{
    struct kq_pending *kept = stock->first;
    if (kept != NULL) {
        stock->first = kept->next;
        stock->count--;
        kept->next = NULL;
    }
    *pending = kept != NULL ? kept : kq_memory_allocate(sizeof(*kept));
    KQ_ENSURE_MEMORY(*pending != NULL, error);
    return KQ_OK;
}

static void free_pending(struct kq_pending *pending)
{
    kq_attempt_free(&pending->attempt);
    kq_arena_free(&pending->texts);
    kq_memory_free(pending);
}

/* An answer may be long, so its memory is not kept. */
static void clear(struct kq_pending *pending)
{
    struct kq_arena texts = pending->texts;
    struct kq_arena attempt = pending->attempt.arena;
    kq_arena_reset(&texts);
    kq_arena_reset(&attempt);
    kq_buffer_free(&pending->attempt.http.body);
    *pending = (struct kq_pending){.texts = texts, .attempt.arena = attempt};
}

void kq_pending_give_back(struct kq_pending_stock *stock, struct kq_pending *pending)
{
    if (stock->count >= stock->max) {
        free_pending(pending);
        return;
    }
    clear(pending);
    pending->next = stock->first;
    stock->first = pending;
    stock->count++;
}

void kq_pending_stock_free(struct kq_pending_stock *stock)
{
    while (stock->first != NULL) {
        struct kq_pending *pending = stock->first;
        stock->first = pending->next;
        free_pending(pending);
    }
}
