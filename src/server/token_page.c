/* SPDX-License-Identifier: Apache-2.0 */
#include "server/token_page.h"

#include "domain/application.h"
#include "wire/signature.h"

struct kq_result kq_token_page_read(struct kq_call *call, struct kq_slice *token, struct kq_slice *digest,
                                    struct kq_error *error)
{
    kq_params_init(&call->params, &call->arena);
    KQ_TRY(kq_form_decode(call->is_post ? call->body : call->query, &call->params, error));
    *token = kq_params_find(&call->params, KQ_SLICE("token"));
    unsigned char *bytes = kq_arena_allocate(&call->arena, KQ_TOKEN_DIGEST_BYTES);
    KQ_ENSURE_MEMORY(bytes != NULL, error);
    KQ_TRY(kq_sha256(*token, bytes, error));
    *digest = (struct kq_slice){.data = (const char *)bytes, .size = KQ_TOKEN_DIGEST_BYTES};
    return KQ_OK;
}

/* On the store's writer thread. */
static void wake_call(struct kq_submission *submission)
{
    struct kq_call *call = (struct kq_call *)((char *)submission - offsetof(struct kq_call, submission));
    call->wake(call);
}

void kq_token_page_submit(const struct kq_token_page *page, struct kq_call *call)
{
    call->submission = (struct kq_submission){.operation = &call->operation, .complete = wake_call};
    call->is_in_store = true;
    kq_store_submit(page->store, &call->submission);
}

const char *kq_token_page_location(struct kq_call *call, struct kq_buffer *location)
{
    struct kq_slice header = kq_arena_print(&call->arena, KQ_TOKEN_PAGE_PLAIN "\r\nLocation: %.*s",
                                            KQ_SLICE_PRINT(kq_buffer_slice(location)));
    call->answer.failed = call->answer.failed || location->failed || header.data == NULL;
    kq_buffer_wipe_and_free(location);
    return header.data;
}
