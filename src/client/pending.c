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

void kq_pending_clear(struct kq_pending *pending)
{
    struct kq_arena texts = pending->texts;
    struct kq_arena attempt = pending->attempt.arena;
    kq_arena_reset(&texts);
    kq_arena_reset(&attempt);
    kq_buffer_free(&pending->attempt.http.body);
    *pending = (struct kq_pending){.texts = texts, .attempt.arena = attempt};
}

void kq_pending_free(struct kq_pending *pending)
{
    kq_attempt_free(&pending->attempt);
    kq_arena_free(&pending->texts);
    kq_memory_free(pending);
}
