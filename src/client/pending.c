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

struct kq_pending *kq_pending_new(const struct kq_client_request *request)
{
    struct kq_pending *pending = kq_memory_allocate(sizeof(*pending));
    if (pending == NULL) {
        return NULL;
    }
    pending->request = *request;
    if (!copy(&pending->texts, &pending->request.method) ||
        !copy(&pending->texts, &pending->request.biz_content) ||
        !copy(&pending->texts, &pending->request.timestamp)) {
        kq_pending_free(pending);
        return NULL;
    }
    return pending;
}

void kq_pending_free(struct kq_pending *pending)
{
    kq_attempt_free(&pending->attempt);
    kq_arena_free(&pending->texts);
    kq_memory_free(pending);
}
