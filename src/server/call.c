/* SPDX-License-Identifier: Apache-2.0 */
#include "server/call.h"

void kq_call_init(struct kq_call *call)
{
    *call = (struct kq_call){0};
}

void kq_call_reset(struct kq_call *call)
{
    struct kq_arena arena = call->arena;
    struct kq_buffer response = call->response;
    struct kq_buffer answer = call->answer;
    kq_arena_reset(&arena);
    kq_buffer_clear(&response);
    kq_buffer_clear(&answer);
    *call = (struct kq_call){
        .arena = arena,
        .response = response,
        .answer = answer,
        .wake = call->wake,
        .owner = call->owner,
    };
}

void kq_call_free(struct kq_call *call)
{
    kq_arena_free(&call->arena);
    kq_buffer_free(&call->response);
    kq_buffer_free(&call->answer);
    kq_call_init(call);
}
