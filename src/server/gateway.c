/* SPDX-License-Identifier: Apache-2.0 */
#include "server/gateway.h"

#include <assert.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/time.h"
#include "server/application_cache.h"
#include "server/gateway_answer.h"
#include "server/gateway_checks.h"
#include "server/key_cache.h"
#include "server/lanes.h"
#include "server/v3_answer.h"
#include "server/v3_checks.h"
#include "wire/envelope.h"
#include "wire/openapi_v3.h"
#include "wire/signature.h"
#include "wire/v3_error.h"

/* What the time of a signature is averaged over: long enough for a busy machine's jumps, short enough to
 * follow its load. In 64ths of a microsecond. */
#define SIGN_TIME_UNITS 64
#define SIGN_TIME_SAMPLES 32

/* So many times the average is the most that one signature counts for: a tenfold slowdown is still learnt
 * within a dozen of them. */
#define SIGN_TIME_OUTLIER 8

/* Of a trace id's parts: thirteen decimal digits last until the year 2286. */
#define TRACE_MS_DIGITS 13
#define TRACE_WORD_DIGITS 8

static_assert(TRACE_MS_DIGITS + 2 * TRACE_WORD_DIGITS < KQ_TRACE_ID_TEXT_SIZE, "a trace id does not fit");

/* A busy answer differs by charset and sign type only: its response is constant. */
struct ready_answer {
    struct kq_buffer response;                       /* owned; in the charset */
    struct kq_buffer signatures[KQ_SIGN_TYPE_COUNT]; /* owned; empty: OpenSSL does not allow the type here */
};

/* The same of the newer protocol. Its signature is over a timestamp, too, so that it is made anew from time
 * to time, and those that are answered meanwhile share it. */
struct ready_v3_answer {
    struct kq_buffer body; /* owned */
    struct kq_v3_stamp stamp;
    struct kq_buffer signature; /* owned */
    int64_t made_us;
};

/* A minute: far within any clock skew, and one signature a minute costs nothing. */
#define V3_BUSY_MAX_AGE_US INT64_C(60000000)

struct kq_gateway {
    struct kq_gateway_settings settings;
    struct kq_reader *reader;                  /* owned */
    struct kq_private_key *private_key;        /* owned: this thread's copy */
    struct kq_key_cache *keys;                 /* owned */
    struct kq_application_cache *applications; /* owned */
    struct kq_memo *memo;                      /* owned */
    struct kq_digester *digester;              /* owned */
    struct ready_answer busy[KQ_CHARSET_COUNT];
    struct ready_v3_answer v3_busy;
    struct kq_answer_scratch scratch;
    struct kq_lanes lanes;
    int64_t sign_time;     /* of one signature, on the average; see SIGN_TIME_UNITS */
    uint32_t trace_prefix; /* random: tells gateways and restarts apart */
    uint32_t trace_count;
};

static int64_t now_us(const struct kq_gateway *gateway)
{
    const struct kq_clock *clock = gateway->settings.store->clock;
    return clock->monotonic_us(clock);
}

/* The fastest of those that are made at the opening, then an average, in which a machine's stall is not taken
 * for its pace. */
static int64_t average_sign_time(const struct kq_gateway *gateway, int64_t took)
{
    int64_t average = gateway->sign_time;
    bool is_opening = gateway->reader == NULL;
    if (average == 0 || (is_opening && took < average)) {
        return took;
    }
    int64_t most = average * SIGN_TIME_OUTLIER;
    return is_opening ? average : average + ((took < most ? took : most) - average) / SIGN_TIME_SAMPLES;
}

/* As many calls may wait as can be signed in the longest wait, at the present pace. */
static void note_sign_time(struct kq_gateway *gateway, int64_t took_us)
{
    gateway->sign_time = average_sign_time(gateway, took_us * SIGN_TIME_UNITS);
    int64_t max_wait = (int64_t)gateway->settings.max_wait_ms * 1000 * SIGN_TIME_UNITS;
    kq_lanes_resize(&gateway->lanes, (size_t)(max_wait / (gateway->sign_time < 1 ? 1 : gateway->sign_time)));
}

/* Into the scratch's signature. */
static struct kq_result sign(struct kq_gateway *gateway, enum kq_sign_type sign_type,
                             struct kq_slice response, struct kq_error *error)
{
    struct kq_buffer *text = &gateway->scratch.signature;
    kq_buffer_clear(text);
    int64_t began_us = now_us(gateway);
    KQ_TRY(kq_sign(gateway->private_key, sign_type, response, text, error));
    note_sign_time(gateway, now_us(gateway) - began_us);
    kq_metrics_add(gateway->settings.metrics, KQ_COUNTER_SIGNATURES, 1);
    return KQ_OK;
}

/* A sign type that is forbidden on this system is left out: nobody can be answered in it. */
static struct kq_result make_busy_answer(struct kq_gateway *gateway, enum kq_charset charset,
                                         struct kq_error *error)
{
    struct ready_answer *ready = &gateway->busy[charset];
    struct kq_call call = {.charset = charset, .error = {.code = KQ_E_GATEWAY_BUSY}};
    struct kq_slice json = kq_gateway_write_response(&call, NULL, &gateway->scratch);
    struct kq_result set = kq_gateway_set_response(&call, json, error);
    ready->response = call.response;
    KQ_TRY(set);
    for (unsigned type = 0; type < KQ_SIGN_TYPE_COUNT; type++) {
        struct kq_error reason = {0};
        struct kq_slice response = kq_buffer_slice(&ready->response);
        struct kq_result made = sign(gateway, (enum kq_sign_type)type, response, &reason);
        KQ_ENSURE(made.ok || reason.code == KQ_E_CRYPTO, error, reason.code, "%s", reason.detail);
        if (made.ok) {
            kq_buffer_append(&ready->signatures[type], kq_buffer_slice(&gateway->scratch.signature));
            KQ_ENSURE_MEMORY(!ready->signatures[type].failed, error);
        }
    }
    return KQ_OK;
}

/* Into the scratch's signature: that of an answer of the newer protocol. */
static struct kq_result sign_v3(struct kq_gateway *gateway, const struct kq_v3_stamp *stamp,
                                struct kq_slice body, struct kq_error *error)
{
    struct kq_buffer *text = &gateway->scratch.text;
    kq_buffer_clear(text);
    kq_v3_answer_string_to_sign(kq_slice_of(stamp->timestamp), kq_slice_of(stamp->nonce), body, text);
    KQ_ENSURE_MEMORY(!text->failed, error);
    return sign(gateway, KQ_SIGN_RSA2, kq_buffer_slice(text), error);
}

static struct kq_result sign_v3_busy_answer(struct kq_gateway *gateway, struct kq_error *error)
{
    struct ready_v3_answer *ready = &gateway->v3_busy;
    kq_v3_stamp(gateway->settings.store->clock, &ready->stamp);
    kq_buffer_clear(&ready->signature);
    KQ_TRY(sign_v3(gateway, &ready->stamp, kq_buffer_slice(&ready->body), error));
    kq_buffer_append(&ready->signature, kq_buffer_slice(&gateway->scratch.signature));
    KQ_ENSURE_MEMORY(!ready->signature.failed, error);
    ready->made_us = now_us(gateway);
    return KQ_OK;
}

static struct kq_result make_v3_busy_answer(struct kq_gateway *gateway, struct kq_error *error)
{
    struct kq_call call = {.error = {.code = KQ_E_GATEWAY_BUSY}};
    struct kq_slice json = kq_v3_write_error(&call, NULL, &gateway->scratch);
    struct kq_result set = kq_v3_set_response(&call, json, error);
    gateway->v3_busy.body = call.response;
    KQ_TRY(set);
    return sign_v3_busy_answer(gateway, error);
}

static struct kq_result open_memo(struct kq_gateway *gateway, uint64_t seed, struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_memo_settings memo_settings = {
        .size_bytes = gateway->settings.memo_bytes,
        .seed = seed,
        .signature_max_bytes = gateway->busy[KQ_CHARSET_UTF8].signatures[KQ_SIGN_RSA2].size,
    };
    KQ_TRY(kq_private_key_export_public(gateway->private_key, &arena, &memo_settings.signing_key, error));
    return kq_memo_open(&memo_settings, &gateway->memo, error);
}

static struct kq_result open_parts(struct kq_gateway *gateway, struct kq_error *error)
{
    const struct kq_clock *clock = gateway->settings.store->clock;
    uint64_t seed = 0;
    clock->random(clock, &seed, sizeof(seed));
    clock->random(clock, &gateway->trace_prefix, sizeof(gateway->trace_prefix));
    kq_lanes_init(&gateway->lanes, seed);
    KQ_TRY(kq_private_key_copy(gateway->settings.private_key, &gateway->private_key, error));
    KQ_TRY(kq_key_cache_open(&gateway->keys, error));
    KQ_TRY(kq_application_cache_open(&gateway->applications, error));
    for (unsigned charset = 0; charset < KQ_CHARSET_COUNT; charset++) {
        KQ_TRY(make_busy_answer(gateway, (enum kq_charset)charset, error));
    }
    KQ_TRY(make_v3_busy_answer(gateway, error));
    KQ_TRY(kq_digester_open(&gateway->digester, error));
    KQ_TRY(open_memo(gateway, seed, error));
    return kq_store_reader_open(gateway->settings.store, &gateway->reader, error);
}

struct kq_result kq_gateway_open(const struct kq_gateway_settings *settings, struct kq_gateway **gateway,
                                 struct kq_error *error)
{
    struct kq_gateway *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened, error);
    opened->settings = *settings;
    if (opened->settings.max_wait_ms == 0) {
        opened->settings.max_wait_ms = KQ_MAX_WAIT_MS_DEFAULT;
    }
    if (!open_parts(opened, error).ok) {
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
    kq_memo_close(gateway->memo);
    kq_application_cache_close(gateway->applications);
    kq_key_cache_close(gateway->keys);
    kq_private_key_free(gateway->private_key);
    for (unsigned charset = 0; charset < KQ_CHARSET_COUNT; charset++) {
        kq_buffer_free(&gateway->busy[charset].response);
        for (unsigned type = 0; type < KQ_SIGN_TYPE_COUNT; type++) {
            kq_buffer_free(&gateway->busy[charset].signatures[type]);
        }
    }
    kq_buffer_free(&gateway->v3_busy.body);
    kq_buffer_free(&gateway->v3_busy.signature);
    kq_digester_close(gateway->digester);
    kq_answer_scratch_free(&gateway->scratch);
    kq_memory_free(gateway);
}

static char *write_digits(char *text, uint64_t number, unsigned base, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        text[i - 1] = "0123456789abcdef"[number % base];
        number /= base;
    }
    return text + count;
}

/* Milliseconds since 1970, this gateway, its calls so far: unique, and in the order of the calls. */
void kq_gateway_trace(struct kq_gateway *gateway, char text[KQ_TRACE_ID_TEXT_SIZE])
{
    const struct kq_clock *clock = gateway->settings.store->clock;
    char *end = write_digits(text, (uint64_t)clock->wall_ms(clock), 10, TRACE_MS_DIGITS);
    end = write_digits(end, gateway->trace_prefix, 16, TRACE_WORD_DIGITS);
    end = write_digits(end, gateway->trace_count++, 16, TRACE_WORD_DIGITS);
    *end = '\0';
}

static void give_place_back(struct kq_gateway *gateway, struct kq_call *call)
{
    if (call->has_place) {
        kq_lanes_release(&gateway->lanes, call->lane);
        call->has_place = false;
    }
}

static bool take_place(struct kq_gateway *gateway, struct kq_call *call)
{
    call->has_place = call->has_place || kq_lanes_take(&gateway->lanes, call->lane);
    return call->has_place;
}

/* What an unverified caller has signed may hold a token, and new tokens and codes are no one else's to see.
 */
static bool shows_secret(const struct kq_call *call)
{
    return call->error.code == KQ_E_INVALID_SIGNATURE || call->operation.kind == KQ_OP_GRANT_EXCHANGE ||
           call->operation.kind == KQ_OP_CONFIRMATION_CREATE || call->operation.kind == KQ_OP_TEMPLATE_CREATE;
}

/* The call is over. A failed answer leaves call->answer empty, and the connection says 503. */
static enum kq_call_progress end(struct kq_gateway *gateway, struct kq_call *call, struct kq_result answered,
                                 const struct kq_error *error)
{
    give_place_back(gateway, call);
    kq_answer_scratch_trim(&gateway->scratch, shows_secret(call));
    if (!answered.ok) {
        kq_log(KQ_LOG_ERROR, "call %s: no answer: %s", call->trace_id, kq_error_message(error));
        kq_buffer_clear(&call->answer);
    }
    return KQ_CALL_ANSWERED;
}

static enum kq_call_progress turn_away_v3(struct kq_gateway *gateway, struct kq_call *call)
{
    struct kq_error error = {0};
    struct ready_v3_answer *ready = &gateway->v3_busy;
    struct kq_result done = KQ_OK;
    call->v3.status = kq_http_status_of(kq_v3_error_of(KQ_E_GATEWAY_BUSY)->status);
    if (ready->signature.size == 0 || now_us(gateway) - ready->made_us > V3_BUSY_MAX_AGE_US) {
        done = sign_v3_busy_answer(gateway, &error);
    }
    if (done.ok) {
        done = kq_v3_seal(call, kq_buffer_slice(&ready->body), &ready->stamp,
                          kq_buffer_slice(&ready->signature), &error);
    }
    return end(gateway, call, done, &error);
}

/* Too many wait already. Nothing was done for the call that anybody could see. It is told so in clear, also
 * where it was encrypted: to encrypt that would take a signature. */
static enum kq_call_progress turn_away(struct kq_gateway *gateway, struct kq_call *call)
{
    struct kq_error error = {0};
    if (kq_call_is_v3(call)) {
        call->error = (struct kq_error){.code = KQ_E_GATEWAY_BUSY};
        return turn_away_v3(gateway, call);
    }
    const struct ready_answer *ready = &gateway->busy[call->charset];
    struct kq_slice signature = kq_buffer_slice(&ready->signatures[call->answer_sign_type]);
    call->error = (struct kq_error){.code = KQ_E_GATEWAY_BUSY};
    struct kq_result sealed =
        signature.size > 0 ? kq_gateway_seal(call, kq_buffer_slice(&ready->response), signature, &error)
                           : kq_fail(&error, KQ_E_CRYPTO, "no signature could be made");
    return end(gateway, call, sealed, &error);
}

/* To be signed: no answer of the newer protocol has been signed before. */
static enum kq_call_progress respond_v3(struct kq_gateway *gateway, struct kq_call *call,
                                        struct kq_slice json)
{
    struct kq_error error = {0};
    if (!kq_v3_set_response(call, json, &error).ok) {
        return end(gateway, call, KQ_FAILED, &error);
    }
    if (!take_place(gateway, call)) {
        return turn_away(gateway, call);
    }
    kq_lanes_push(&gateway->lanes, call);
    return KQ_CALL_UNSIGNED;
}

/* The response, as UTF-8 JSON: to be signed, unless its signature is known. */
static enum kq_call_progress respond(struct kq_gateway *gateway, struct kq_call *call, struct kq_slice json)
{
    if (kq_call_is_v3(call)) {
        return respond_v3(gateway, call, json);
    }
    struct kq_error error = {0};
    struct kq_result done = kq_gateway_set_response(call, json, &error);
    struct kq_slice response = kq_buffer_slice(&call->response);
    struct kq_slice signature = KQ_SLICE_EMPTY;
    if (done.ok) {
        done = kq_memo_signature_digest(gateway->memo, call->answer_sign_type, response,
                                        call->response_digest, &error);
    }
    if (!done.ok) {
        return end(gateway, call, done, &error);
    }
    if (kq_memo_get_signature(gateway->memo, call->response_digest, &signature)) {
        return end(gateway, call, kq_gateway_seal(call, response, signature, &error), &error);
    }
    if (!take_place(gateway, call)) {
        return turn_away(gateway, call);
    }
    kq_lanes_push(&gateway->lanes, call);
    return KQ_CALL_UNSIGNED;
}

/* A success, for whoever asks the same. */
static void remember(struct kq_gateway *gateway, const struct kq_call *call, struct kq_slice json)
{
    unsigned char digest[KQ_SHA256_BYTES];
    if (call->has_question) {
        kq_memo_put_read(gateway->memo, call->question_digest, json);
    } else if (call->operation.kind == KQ_OP_ISSUE &&
               kq_memo_issue_digest(gateway->memo, &call->operation.issue.request, digest, NULL).ok) {
        kq_memo_put_response(gateway->memo, digest, json);
    }
}

/* What a refusal shows beside its codes, where its method shows anything: else NULL. Where there is no memory
 * for it, that is the refusal. */
static const void *refuse(struct kq_call *call)
{
    const struct kq_method *method = call->method;
    if (kq_error_category(call->error.code) != KQ_CATEGORY_BUSINESS || method->refuse == NULL) {
        return NULL;
    }
    struct kq_error error = {0};
    void *values = kq_arena_allocate(&call->arena, method->answer->struct_bytes);
    if (values == NULL || !method->refuse(&call->error, &call->arena, values, &error).ok) {
        call->error = (struct kq_error){.code = KQ_E_NO_MEMORY};
        return NULL;
    }
    return values;
}

/* The call has come to its end, well or badly. `values`: a success's typed answer, else NULL. */
static enum kq_call_progress answer(struct kq_gateway *gateway, struct kq_call *call, const void *values)
{
    if (values == NULL) {
        values = refuse(call);
    }
    /* The store logs its own failures, once for as long as they last. */
    bool is_own = call->error.code != KQ_E_STORE && call->error.code != KQ_E_BUSY;
    if (is_own && kq_error_category(call->error.code) == KQ_CATEGORY_INTERNAL) {
        kq_log(KQ_LOG_ERROR, "call %s: %s", call->trace_id, kq_error_message(&call->error));
    }
    bool is_v3_error = kq_call_is_v3(call) && call->error.code != KQ_E_NONE;
    struct kq_slice json = is_v3_error ? kq_v3_write_error(call, values, &gateway->scratch)
                                       : kq_gateway_write_response(call, values, &gateway->scratch);
    if (call->error.code == KQ_E_NONE && json.size > 0) {
        remember(gateway, call, json);
    }
    return respond(gateway, call, json);
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

enum kq_call_progress kq_gateway_resume(struct kq_gateway *gateway, struct kq_call *call)
{
    void *values = NULL;
    call->is_in_store = false;
    call->error = (struct kq_error){0};
    if (!finish(call, &values, &call->error).ok) {
        values = NULL;
    }
    return answer(gateway, call, values);
}

/* Not an answer that shows what its caller says, where that is nobody known: whoever makes up such calls
 * would have everything else forgotten. */
static bool is_worth_keeping(const struct kq_call *call)
{
    return call->verified ||
           (call->error.code != KQ_E_INVALID_SIGNATURE && call->error.code != KQ_E_INVALID_PARAMETER_GATEWAY);
}

static struct kq_result seal_v3(struct kq_gateway *gateway, struct kq_call *call, struct kq_error *error)
{
    struct kq_v3_stamp stamp = {0};
    struct kq_slice body = kq_buffer_slice(&call->response);
    kq_v3_stamp(gateway->settings.store->clock, &stamp);
    KQ_TRY(sign_v3(gateway, &stamp, body, error));
    return kq_v3_seal(call, body, &stamp, kq_buffer_slice(&gateway->scratch.signature), error);
}

static struct kq_result seal(struct kq_gateway *gateway, struct kq_call *call, struct kq_error *error)
{
    struct kq_slice response = kq_buffer_slice(&call->response);
    struct kq_slice signature = KQ_SLICE_EMPTY;
    /* The same bytes may have been signed for another call since this one was put here. */
    if (!kq_memo_peek_signature(gateway->memo, call->response_digest, &signature)) {
        KQ_TRY(sign(gateway, call->answer_sign_type, response, error));
        signature = kq_buffer_slice(&gateway->scratch.signature);
    }
    KQ_TRY(kq_gateway_seal(call, response, signature, error));
    if (is_worth_keeping(call)) {
        kq_memo_put_signature(gateway->memo, call->response_digest, signature);
    }
    return KQ_OK;
}

struct kq_call *kq_gateway_sign_next(struct kq_gateway *gateway)
{
    struct kq_error error = {0};
    struct kq_call *call = kq_lanes_pop(&gateway->lanes);
    if (call == NULL) {
        return NULL;
    }
    call->has_place = false;
    struct kq_result sealed =
        kq_call_is_v3(call) ? seal_v3(gateway, call, &error) : seal(gateway, call, &error);
    (void)end(gateway, call, sealed, &error);
    return call;
}

size_t kq_gateway_unsigned(const struct kq_gateway *gateway)
{
    return gateway->lanes.ready;
}

struct kq_reader *kq_gateway_reader(const struct kq_gateway *gateway)
{
    return gateway->reader;
}

const struct kq_memo *kq_gateway_memo(const struct kq_gateway *gateway)
{
    return gateway->memo;
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
    const struct kq_clock *clock = gateway->settings.store->clock;
    int64_t wall_ms = clock->wall_ms(clock);
    return (struct kq_check_context){
        .reader = gateway->reader,
        .keys = gateway->keys,
        .applications = gateway->applications,
        .memo = gateway->memo,
        .limits = gateway->settings.limits,
        .nonces = gateway->settings.nonces,
        .digester = gateway->digester,
        .metrics = gateway->settings.metrics,
        .certificates = &gateway->settings.certificates,
        .wall_s = wall_ms / 1000,
        .wall_ms = wall_ms,
        .business_s = kq_store_now_s(gateway->settings.store),
        .monotonic_us = clock->monotonic_us(clock),
        .clock_skew_s = gateway->settings.clock_skew_s,
    };
}

/* The response of the first success, where this worker has seen it. */
static bool find_replay(struct kq_gateway *gateway, struct kq_call *call, struct kq_slice *json)
{
    unsigned char digest[KQ_SHA256_BYTES];
    return call->operation.kind == KQ_OP_ISSUE &&
           kq_memo_issue_digest(gateway->memo, &call->operation.issue.request, digest, NULL).ok &&
           kq_memo_get_response(gateway->memo, digest, json);
}

/* A call that finds others of its application waiting to be signed is not signed before them, however soon it
 * is committed: so its commit may be shared with those that come meanwhile. Half of that time is left for the
 * commit itself, so that nobody runs out of work. */
static int64_t patience_us(const struct kq_gateway *gateway, const struct kq_call *call)
{
    return (int64_t)gateway->lanes.lanes[call->lane].ready * gateway->sign_time / SIGN_TIME_UNITS / 2;
}

static enum kq_call_progress start_write(struct kq_gateway *gateway, struct kq_call *call)
{
    struct kq_slice json;
    if (find_replay(gateway, call, &json)) {
        return respond(gateway, call, json);
    }
    if (!take_place(gateway, call)) {
        return turn_away(gateway, call);
    }
    call->submission = (struct kq_submission){
        .operation = &call->operation,
        .complete = wake_call,
        .patience_us = patience_us(gateway, call),
    };
    call->is_in_store = true;
    kq_store_submit(gateway->settings.store, &call->submission);
    return KQ_CALL_WAITING;
}

/* Under which digest the answer to the call is remembered, for as long as nothing is committed. False: it
 * cannot be. */
static bool make_question(struct kq_gateway *gateway, const struct kq_call *call, struct kq_slice biz_content,
                          unsigned char digest[KQ_SHA256_BYTES])
{
    const struct kq_memo_question question = {
        .method = kq_slice_of(call->method->name),
        .pid = call->caller.pid,
        .biz_content = biz_content,
        .now_s = call->caller.now_s,
        .revision = kq_reader_revision(gateway->reader),
    };
    return question.revision != 0 && kq_memo_question_digest(gateway->memo, &question, digest, NULL).ok;
}

static enum kq_call_progress start_read(struct kq_gateway *gateway, struct kq_call *call,
                                        struct kq_slice biz_content)
{
    struct kq_slice json;
    call->has_question = make_question(gateway, call, biz_content, call->question_digest);
    if (call->has_question && kq_memo_get_read(gateway->memo, call->question_digest, &json)) {
        return respond(gateway, call, json);
    }
    kq_reader_read(gateway->reader, &call->operation);
    return kq_gateway_resume(gateway, call);
}

enum kq_call_progress kq_gateway_start(struct kq_gateway *gateway, struct kq_call *call)
{
    struct kq_slice biz_content = KQ_SLICE_EMPTY;
    struct kq_check_context context = context_of(gateway);
    kq_gateway_trace(gateway, call->trace_id);
    struct kq_result checked = kq_call_is_v3(call)
                                   ? kq_v3_check_call(&context, call, &biz_content, &call->error)
                                   : kq_gateway_check_call(&context, call, &biz_content, &call->error);
    if (!checked.ok && call->error.code == KQ_E_INVALID_SIGNATURE) {
        kq_diagnoses_offer(gateway->settings.diagnoses, call);
    }
    call->lane = call->is_fresh ? kq_lanes_of(&gateway->lanes, call->app_id) : KQ_LANE_UNVERIFIED;
    if (!checked.ok || !prepare(call, biz_content, &call->error).ok) {
        return answer(gateway, call, NULL);
    }
    return kq_operation_writes(call->operation.kind) ? start_write(gateway, call)
                                                     : start_read(gateway, call, biz_content);
}
