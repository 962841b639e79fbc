/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/calls.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/time.h"
#include "bench/options.h"
#include "bench/sampler.h"
#include "cli/file.h"
#include "cli/keys.h"
#include "client/client_time.h"
#include "client/request.h"

/* A hundred million calls of a hundred bytes would not fit any machine that this runs on. */
#define CALLS_MAX_BYTES ((size_t)4 << 30)
/* How many calls a thread takes at a time. */
#define CALLS_A_TURN 64

struct signing {
    const struct kq_bench_calls *calls;
    struct kq_slice *lines;    /* of the text */
    struct kq_slice *requests; /* where they go */
    size_t count;
    _Atomic size_t next;
};

struct signer {
    struct signing *signing;
    struct kq_arena *arena;
    struct kq_private_key *key;
    pthread_t thread;
    bool started;
    struct kq_error error;
};

static struct kq_result read_number(struct kq_slice text, size_t *number, struct kq_error *error)
{
    size_t value = 0;
    KQ_ENSURE(kq_slice_is_digits(text) && text.size < 10, error, KQ_E_BAD_INPUT, "no number: %.*s",
              KQ_SLICE_PRINT(text));
    for (size_t i = 0; i < text.size; i++) {
        value = value * 10 + (size_t)(text.data[i] - '0');
    }
    *number = value;
    return KQ_OK;
}

static bool is_repeat(struct kq_slice line)
{
    return line.size > 0 && line.data[0] == '=';
}

static struct kq_slice take_field(struct kq_slice *line, char separator)
{
    size_t at = kq_slice_find(*line, separator);
    struct kq_slice field = {.data = line->data, .size = at};
    size_t used = at < line->size ? at + 1 : at;
    *line = (struct kq_slice){.data = line->data + used, .size = line->size - used};
    return field;
}

static struct kq_result sign_line(const struct signer *signer, struct kq_slice line, struct kq_arena *scratch,
                                  struct kq_slice *request, struct kq_error *error)
{
    const struct kq_bench_calls *calls = signer->signing->calls;
    const struct kq_request_settings settings = {
        .gateway_url = KQ_SLICE("/gateway.do"),
        .app_id = calls->app_id,
        .charset = KQ_CHARSET_UTF8,
        .sign_type = KQ_SIGN_RSA2,
    };
    size_t age_s = 0;
    char timestamp[KQ_TIME_TEXT_SIZE];
    KQ_TRY(read_number(take_field(&line, '\t'), &age_s, error));
    kq_time_format(calls->now_s - (int64_t)age_s, timestamp);
    struct kq_request_call call = {.timestamp = kq_slice_of(timestamp)};
    call.method = take_field(&line, '\t');
    call.biz_content = line;
    struct kq_signed_request made;
    KQ_TRY(kq_request_make(&settings, signer->key, &call, scratch, &made, error));
    *request = kq_arena_print(signer->arena,
                              "POST %.*s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
                              "application/x-www-form-urlencoded;charset=utf-8\r\nContent-Length: %zu\r\n\r\n"
                              "%.*s",
                              KQ_SLICE_PRINT(made.url), made.body.size, KQ_SLICE_PRINT(made.body));
    KQ_ENSURE_MEMORY(request->data != NULL, error);
    return KQ_OK;
}

static struct kq_result sign_turns(struct signer *signer, struct kq_error *error)
{
    struct kq_arena scratch KQ_CLEANUP(kq_arena_free) = {0};
    struct signing *signing = signer->signing;
    size_t first = atomic_fetch_add(&signing->next, CALLS_A_TURN);
    while (first < signing->count) {
        for (size_t i = first; i < first + CALLS_A_TURN && i < signing->count; i++) {
            kq_arena_reset(&scratch);
            if (!is_repeat(signing->lines[i])) {
                KQ_TRY(sign_line(signer, signing->lines[i], &scratch, &signing->requests[i], error));
            }
        }
        first = atomic_fetch_add(&signing->next, CALLS_A_TURN);
    }
    return KQ_OK;
}

static void *run(void *context)
{
    struct signer *signer = context;
    KQ_IGNORE(sign_turns(signer, &signer->error));
    return NULL;
}

static struct kq_result start(struct signer *signer, struct signing *signing, struct kq_arena *arena,
                              struct kq_error *error)
{
    signer->signing = signing;
    signer->arena = arena;
    KQ_TRY(kq_private_key_copy(signing->calls->private_key, &signer->key, error));
    int status = pthread_create(&signer->thread, NULL, run, signer);
    KQ_ENSURE(status == 0, error, KQ_E_INTERNAL, "cannot start a thread: %s", strerror(status));
    signer->started = true;
    return KQ_OK;
}

static struct kq_result sign_on_all_cores(struct signing *signing, struct kq_bench_requests *requests,
                                          struct kq_error *error)
{
    struct signer *signers = kq_memory_allocate(requests->arena_count * sizeof(*signers));
    KQ_ENSURE_MEMORY(signers != NULL, error);
    struct kq_result done = KQ_OK;
    for (unsigned i = 0; i < requests->arena_count && done.ok; i++) {
        done = start(&signers[i], signing, &requests->arenas[i], error);
    }
    for (unsigned i = 0; i < requests->arena_count; i++) {
        if (signers[i].started) {
            pthread_join(signers[i].thread, NULL);
        }
        if (done.ok && signers[i].error.code != KQ_E_NONE) {
            *error = signers[i].error;
            done = KQ_FAILED;
        }
        kq_private_key_free(signers[i].key);
    }
    kq_memory_free(signers);
    return done;
}

static struct kq_result fill_repeats(const struct signing *signing, struct kq_error *error)
{
    for (size_t i = 0; i < signing->count; i++) {
        struct kq_slice line = signing->lines[i];
        if (is_repeat(line)) {
            size_t original = 0;
            struct kq_slice number = {.data = line.data + 1, .size = line.size - 1};
            KQ_TRY(read_number(number, &original, error));
            KQ_ENSURE(original < signing->count && signing->requests[original].data != NULL, error,
                      KQ_E_BAD_INPUT, "line %zu repeats one that is no call", i);
            signing->requests[i] = signing->requests[original];
        }
    }
    return KQ_OK;
}

static size_t count_lines(struct kq_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        count += text.data[i] == '\n';
    }
    return count;
}

struct kq_result kq_bench_requests_sign(const struct kq_bench_calls *calls,
                                        struct kq_bench_requests *requests, struct kq_error *error)
{
    struct kq_slice text = calls->text;
    requests->count = count_lines(text);
    requests->arena_count = kq_bench_core_count();
    KQ_ENSURE(requests->count > 0, error, KQ_E_BAD_INPUT, "there are no calls");
    requests->items = kq_memory_allocate(requests->count * sizeof(*requests->items));
    requests->arenas = kq_memory_allocate(requests->arena_count * sizeof(*requests->arenas));
    struct signing signing = {.calls = calls, .requests = requests->items, .count = requests->count};
    signing.lines = kq_memory_allocate(requests->count * sizeof(*signing.lines));
    struct kq_result done = KQ_OK;
    if (requests->items == NULL || requests->arenas == NULL || signing.lines == NULL) {
        done = kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    for (size_t i = 0; done.ok && i < requests->count; i++) {
        signing.lines[i] = take_field(&text, '\n');
    }
    if (done.ok) {
        done = sign_on_all_cores(&signing, requests, error);
    }
    if (done.ok) {
        done = fill_repeats(&signing, error);
    }
    kq_memory_free(signing.lines);
    return done;
}

void kq_bench_requests_free(struct kq_bench_requests *requests)
{
    for (unsigned i = 0; requests->arenas != NULL && i < requests->arena_count; i++) {
        kq_arena_free(&requests->arenas[i]);
    }
    kq_memory_free(requests->arenas);
    kq_memory_free(requests->items);
    *requests = (struct kq_bench_requests){0};
}

struct kq_result kq_bench_requests_load(const struct kq_bench_options *options,
                                        struct kq_bench_requests *requests, struct kq_error *error)
{
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    const char *app_id = NULL;
    const char *key_path = NULL;
    const char *calls_path = NULL;
    KQ_TRY(kq_bench_option_text(options, "app-id", &app_id, error));
    KQ_TRY(kq_bench_option_text(options, "private-key", &key_path, error));
    KQ_TRY(kq_bench_option_text(options, "calls", &calls_path, error));
    KQ_TRY(kq_load_private_key(key_path, &key, error));
    KQ_TRY(kq_file_read(calls_path, CALLS_MAX_BYTES, &text, error));
    const struct kq_bench_calls calls = {
        .app_id = kq_slice_of(app_id),
        .private_key = key,
        .text = kq_buffer_slice(&text),
        .now_s = kq_client_machine_now_s(NULL),
    };
    return kq_bench_requests_sign(&calls, requests, error);
}
