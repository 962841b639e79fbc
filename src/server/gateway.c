/* SPDX-License-Identifier: Apache-2.0 */
#include "server/gateway.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/time.h"
#include "server/gateway_answer.h"
#include "server/gateway_checks.h"
#include "server/key_cache.h"

struct kq_gateway {
    struct kq_store *store;             /* borrowed */
    struct kq_reader *reader;           /* owned */
    struct kq_private_key *private_key; /* owned: this thread's copy */
    struct kq_key_cache *keys;          /* owned */
    int64_t clock_skew_s;
    uint32_t trace_prefix; /* random: tells gateways and restarts apart */
    uint32_t trace_count;
};

struct kq_result kq_gateway_open(const struct kq_gateway_settings *settings, struct kq_gateway **gateway,
                                 struct kq_error *error)
{
    struct kq_gateway *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened, error);
    opened->store = settings->store;
    opened->clock_skew_s = settings->clock_skew_s;
    const struct kq_clock *clock = settings->store->clock;
    clock->random(clock, &opened->trace_prefix, sizeof(opened->trace_prefix));
    bool complete = kq_private_key_copy(settings->private_key, &opened->private_key, error).ok &&
                    kq_key_cache_open(&opened->keys, error).ok &&
                    kq_store_reader_open(settings->store, &opened->reader, error).ok;
    if (!complete) {
        kq_gateway_close(opened);
        return KQ_FAILED;
    }
    *gateway = opened;
    return KQ_OK;
}

void kq_gateway_close(struct kq_gateway *gateway)
{
    if (gateway == NULL) {
        return;
    }
    if (gateway->reader != NULL) {
        kq_reader_close(gateway->reader);
    }
    kq_key_cache_close(gateway->keys);
    kq_private_key_free(gateway->private_key);
    kq_memory_free(gateway);
}

/* Milliseconds since 1970, this gateway, its calls so far: unique, and in the order of the calls. */
void kq_gateway_trace(struct kq_gateway *gateway, char text[KQ_TRACE_ID_TEXT_SIZE])
{
    const struct kq_clock *clock = gateway->store->clock;
    snprintf(text, KQ_TRACE_ID_TEXT_SIZE, "%013" PRId64 "%08" PRIx32 "%08" PRIx32, clock->wall_ms(clock),
             gateway->trace_prefix, gateway->trace_count++);
}

/* A failed answer leaves call->answer empty, and the connection says 503. */
static void answer(struct kq_gateway *gateway, struct kq_call *call, const void *values)
{
    struct kq_error error = {0};
    /* The store logs its own failures, once for as long as they last. */
    bool is_own = call->error.code != KQ_E_STORE && call->error.code != KQ_E_BUSY;
    if (is_own && kq_error_category(call->error.code) == KQ_CATEGORY_INTERNAL) {
        kq_log(KQ_LOG_ERROR, "call %s: %s", call->trace_id, kq_error_message(&call->error));
    }
    if (!kq_gateway_write_answer(call, values, gateway->private_key, &error).ok) {
        kq_log(KQ_LOG_ERROR, "call %s: no answer: %s", call->trace_id, kq_error_message(&error));
        kq_buffer_clear(&call->answer);
    }
}

/* The operation is done: its typed answer. */
static struct kq_result finish(struct kq_call *call, void **values, struct kq_error *error)
{
    if (call->operation.error.code != KQ_E_NONE) {
        *error = call->operation.error;
        return KQ_FAILED;
    }
    *values = kq_arena_allocate(&call->arena, call->method->answer->struct_bytes);
    KQ_ENSURE_MEMORY(*values, error);
    return call->method->finish(&call->caller, &call->operation, *values, error);
}

void kq_gateway_resume(struct kq_gateway *gateway, struct kq_call *call)
{
    void *values = NULL;
    call->error = (struct kq_error){0};
    if (!finish(call, &values, &call->error).ok) {
        values = NULL;
    }
    answer(gateway, call, values);
}

static void wake_call(struct kq_submission *submission)
{
    struct kq_call *call = (struct kq_call *)((char *)submission - offsetof(struct kq_call, submission));
    call->wake(call);
}

/* Verified parameters → typed request → operation. */
static struct kq_result prepare(struct kq_call *call, struct kq_slice biz_content, struct kq_error *error)
{
    const struct kq_method *method = call->method;
    void *request = kq_arena_allocate(&call->arena, method->request->struct_bytes);
    KQ_ENSURE_MEMORY(request, error);
    KQ_TRY(kq_fields_read(method->request, method->rules, method->rule_count, biz_content,
                          method->parameter_error, &call->arena, request, error));
    call->operation.arena = &call->arena;
    return method->prepare(&call->caller, request, &call->operation, error);
}

static struct kq_check_context context_of(const struct kq_gateway *gateway)
{
    const struct kq_clock *clock = gateway->store->clock;
    return (struct kq_check_context){
        .reader = gateway->reader,
        .keys = gateway->keys,
        .wall_s = clock->wall_ms(clock) / 1000,
        .business_s = kq_store_now_s(gateway->store),
        .clock_skew_s = gateway->clock_skew_s,
    };
}

enum kq_call_progress kq_gateway_start(struct kq_gateway *gateway, struct kq_call *call)
{
    struct kq_slice biz_content = KQ_SLICE_EMPTY;
    struct kq_check_context context = context_of(gateway);
    kq_gateway_trace(gateway, call->trace_id);
    if (!kq_gateway_check_call(&context, call, &biz_content, &call->error).ok ||
        !prepare(call, biz_content, &call->error).ok) {
        answer(gateway, call, NULL);
        return KQ_CALL_ANSWERED;
    }
    if (kq_operation_writes(call->operation.kind)) {
        call->submission = (struct kq_submission){.operation = &call->operation, .complete = wake_call};
        kq_store_submit(gateway->store, &call->submission);
        return KQ_CALL_WAITING;
    }
    kq_reader_read(gateway->reader, &call->operation);
    kq_gateway_resume(gateway, call);
    return KQ_CALL_ANSWERED;
}
