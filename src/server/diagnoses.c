/* SPDX-License-Identifier: Apache-2.0 */
#include "server/diagnoses.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/time.h"
#include "base/turns.h"
#include "doctor/examine.h"
#include "server/suspects.h"
#include "wire/json.h"

#define PLACES 256
#define REST_FACTOR 9
#define US_PER_S INT64_C(1000000)
#define NS_PER_US 1000
#define US_PER_MS 1000

/* A request that waits: one block of memory, with its texts behind it. */
struct waiting {
    size_t size_bytes;
    char trace_id[KQ_TRACE_ID_TEXT_SIZE];
    enum kq_sign_type sign_type;
    struct kq_slice app_id;
    struct kq_slice query;
    struct kq_slice content_type;
    struct kq_slice body;
    bool is_v3;
    bool is_post;
    struct kq_slice target; /* this and what follows: of the newer protocol */
    struct kq_slice host;
    struct kq_slice authorization;
    struct kq_slice app_auth_token;
};

struct kq_diagnoses {
    struct kq_diagnoses_settings settings;
    const struct kq_clock *clock;
    struct kq_reader *reader;       /* owned; the thread's */
    struct kq_arena arena;          /* owned; has `gateway` */
    struct kq_slice gateway;        /* its public key's DER */
    _Atomic uint64_t taken[PLACES]; /* of which application a call was taken last, and in which ms */
    pthread_mutex_t lock;           /* of all below */
    pthread_cond_t changed;
    struct waiting *queue[KQ_DIAGNOSES_WAITING_MAX]; /* owned; oldest first, from `first` on */
    size_t first;
    size_t count;
    size_t waiting_bytes;
    struct kq_buffer kept[KQ_DIAGNOSES_KEPT]; /* owned; JSON objects, the newest at (made - 1) % KEPT */
    uint64_t made;
    struct kq_diagnosis_counts counts; /* but for `left` */
    bool is_stopping;
    _Atomic uint64_t left_count;
    pthread_t thread;
    bool is_started;
};

static int64_t now_us(const struct kq_diagnoses *diagnoses)
{
    return diagnoses->clock->monotonic_us(diagnoses->clock);
}

/* Handing over, on the workers' threads */

/* Is it the application's turn? Of several threads that ask at once, one gets it. Two applications of one
 * place put each other out: then the queue and the thread's rest are the bounds. */
static bool take_turn(struct kq_diagnoses *diagnoses, struct kq_slice app_id)
{
    uint64_t hash = kq_slice_hash(app_id);
    _Atomic uint64_t *place = &diagnoses->taken[hash % PLACES];
    uint64_t last = atomic_load(place);
    uint32_t now_ms = (uint32_t)(now_us(diagnoses) / US_PER_MS);
    uint32_t name = (uint32_t)(hash >> 32) | 1; /* not 0, which a free place has */
    bool is_too_soon = last >> 32 == name && now_ms - (uint32_t)last < KQ_DIAGNOSIS_INTERVAL_MS;
    return !is_too_soon && atomic_compare_exchange_strong(place, &last, (uint64_t)name << 32 | now_ms);
}

static struct kq_slice copy_behind(char **room, struct kq_slice text)
{
    struct kq_slice copy = {.data = *room, .size = text.size};
    if (text.size > 0) {
        memcpy(*room, text.data, text.size);
        *room += text.size;
    }
    return copy;
}

/* NULL: it is too long, or there is no memory. */
static struct waiting *copy_call(const struct kq_call *call)
{
    struct kq_slice body = call->is_post ? call->body : KQ_SLICE_EMPTY;
    size_t size = sizeof(struct waiting) + call->app_id.size + call->query.size + call->content_type.size +
                  body.size + call->v3.target.size + call->v3.host.size + call->v3.authorization.size +
                  call->v3.app_auth_token.size;
    struct waiting *copy = size > KQ_DIAGNOSES_WAITING_BYTES ? NULL : kq_memory_allocate(size);
    if (copy == NULL) {
        return NULL;
    }
    char *room = (char *)(copy + 1);
    copy->size_bytes = size;
    memcpy(copy->trace_id, call->trace_id, sizeof(copy->trace_id));
    copy->sign_type = call->answer_sign_type;
    copy->app_id = copy_behind(&room, call->app_id);
    copy->query = copy_behind(&room, call->query);
    copy->content_type = copy_behind(&room, call->content_type);
    copy->body = copy_behind(&room, body);
    copy->is_v3 = kq_call_is_v3(call);
    copy->is_post = call->is_post;
    copy->target = copy_behind(&room, call->v3.target);
    copy->host = copy_behind(&room, call->v3.host);
    copy->authorization = copy_behind(&room, call->v3.authorization);
    copy->app_auth_token = copy_behind(&room, call->v3.app_auth_token);
    return copy;
}

static void free_waiting(struct waiting **waiting)
{
    if (*waiting != NULL) {
        kq_memory_wipe(*waiting, (*waiting)->size_bytes);
        kq_memory_free(*waiting);
    }
}

static bool put(struct kq_diagnoses *diagnoses, struct waiting *waiting)
{
    pthread_mutex_lock(&diagnoses->lock);
    bool fits = diagnoses->count < KQ_DIAGNOSES_WAITING_MAX &&
                waiting->size_bytes <= KQ_DIAGNOSES_WAITING_BYTES - diagnoses->waiting_bytes;
    if (fits) {
        diagnoses->queue[(diagnoses->first + diagnoses->count++) % KQ_DIAGNOSES_WAITING_MAX] = waiting;
        diagnoses->waiting_bytes += waiting->size_bytes;
        pthread_cond_signal(&diagnoses->changed);
    }
    pthread_mutex_unlock(&diagnoses->lock);
    return fits;
}

void kq_diagnoses_offer(struct kq_diagnoses *diagnoses, const struct kq_call *call)
{
    if (diagnoses == NULL) {
        return;
    }
    struct waiting *waiting = take_turn(diagnoses, call->app_id) ? copy_call(call) : NULL;
    if (waiting == NULL || !put(diagnoses, waiting)) {
        free_waiting(&waiting);
        atomic_fetch_add(&diagnoses->left_count, 1);
    }
}

/* Examining, on the thread */

static void append_text(struct kq_buffer *json, const char *name, struct kq_slice text)
{
    kq_json_append_name(json, name);
    kq_json_append_string(json, text);
}

static void append_sentence(struct kq_buffer *json, const char *name, const struct kq_diagnosis *diagnosis,
                            bool is_chinese)
{
    struct kq_buffer sentence KQ_CLEANUP(kq_buffer_free) = {0};
    kq_diagnosis_append_sentence(diagnosis, is_chinese, &sentence);
    append_text(json, name, kq_buffer_slice(&sentence));
    json->failed = json->failed || sentence.failed;
}

static void append_findings(struct kq_buffer *json, const struct kq_diagnosis *diagnosis)
{
    kq_json_append_name(json, "findings");
    kq_buffer_append_byte(json, '[');
    for (size_t i = 0; i < diagnosis->finding_count; i++) {
        kq_json_append_separator(json);
        kq_json_append_string(json, kq_slice_of(diagnosis->findings[i].advice->name));
    }
    kq_buffer_append_byte(json, ']');
}

static struct kq_result describe(const struct kq_diagnoses *diagnoses, const struct waiting *waiting,
                                 const struct kq_diagnosis *diagnosis, const struct kq_difference *difference,
                                 struct kq_buffer *json, struct kq_error *error)
{
    char time[KQ_TIME_TEXT_SIZE];
    kq_time_format(diagnoses->clock->wall_ms(diagnoses->clock) / 1000, time);
    kq_buffer_append_byte(json, '{');
    append_text(json, "time", kq_slice_of(time));
    append_text(json, "trace_id", kq_slice_of(waiting->trace_id));
    append_text(json, "app_id", waiting->app_id);
    append_text(json, "verdict", kq_slice_of(kq_verdict_name(diagnosis->verdict)));
    append_sentence(json, "sentence", diagnosis, false);
    append_sentence(json, "sentence_zh", diagnosis, true);
    append_findings(json, diagnosis);
    if (diagnosis->key != NULL) {
        append_text(json, "signed_by", diagnosis->key->label);
    }
    if (difference->offset != SIZE_MAX) {
        kq_json_append_name(json, "difference");
        kq_buffer_print(json, "{\"offset\":%zu", difference->offset);
        append_text(json, "expected", difference->expected);
        append_text(json, "signed", difference->signed_text);
        kq_buffer_append_byte(json, '}');
    }
    kq_buffer_append_byte(json, '}');
    KQ_ENSURE_MEMORY(!json->failed, error);
    return KQ_OK;
}

static struct kq_result write_log(const struct waiting *waiting, const struct kq_diagnosis *diagnosis,
                                  struct kq_error *error)
{
    struct kq_buffer sentence KQ_CLEANUP(kq_buffer_free) = {0};
    kq_diagnosis_append_sentence(diagnosis, false, &sentence);
    KQ_ENSURE_MEMORY(!sentence.failed, error);
    kq_log(KQ_LOG_WARNING, "call %s of application %.*s: its signature fails. %.*s", waiting->trace_id,
           KQ_SLICE_PRINT(waiting->app_id), KQ_SLICE_PRINT(kq_buffer_slice(&sentence)));
    return KQ_OK;
}

/* A finding that says that nothing was found. */
static bool is_unknown(struct kq_slice name)
{
    return kq_slice_equal(name, KQ_SLICE("string-unknown")) || kq_slice_equal(name, KQ_SLICE("key-unknown"));
}

static void count_finding(struct kq_diagnosis_counts *counts, const char *name)
{
    size_t at = is_unknown(kq_slice_of(name)) ? 0 : 1;
    while (at > 0 && at < counts->item_count && strcmp(counts->items[at].name, name) != 0) {
        at++;
    }
    at = at == KQ_DIAGNOSED_NAMES_MAX ? 0 : at;
    if (at == counts->item_count) {
        counts->items[counts->item_count++].name = name;
    }
    counts->items[at].count++;
}

static void keep(struct kq_diagnoses *diagnoses, const struct kq_diagnosis *diagnosis, struct kq_buffer *json)
{
    pthread_mutex_lock(&diagnoses->lock);
    for (size_t i = 0; i < diagnosis->finding_count; i++) {
        count_finding(&diagnoses->counts, diagnosis->findings[i].advice->name);
    }
    struct kq_buffer *place = &diagnoses->kept[diagnoses->made++ % KQ_DIAGNOSES_KEPT];
    kq_buffer_free(place);
    *place = *json;
    *json = (struct kq_buffer){0};
    pthread_mutex_unlock(&diagnoses->lock);
}

static struct kq_result read_request(const struct waiting *waiting, struct kq_arena *arena,
                                     struct kq_sent_request *request, struct kq_error *error)
{
    const struct kq_sent_v3 sent = {
        .authorization = waiting->authorization,
        .http_method = waiting->is_post ? KQ_SLICE("POST") : KQ_SLICE("GET"),
        .host = waiting->host,
        .target = waiting->target,
        .content_type = waiting->content_type,
        .content = waiting->body,
        .app_auth_token = waiting->app_auth_token,
    };
    return waiting->is_v3 ? kq_request_read_v3(&sent, arena, request, error)
                          : kq_request_read_parts(waiting->query, waiting->content_type, waiting->body, arena,
                                                  request, error);
}

static struct kq_result examine(struct kq_diagnoses *diagnoses, const struct waiting *waiting,
                                struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_sent_request request;
    struct kq_suspects suspects;
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    KQ_TRY(read_request(waiting, &arena, &request, error));
    KQ_TRY(kq_suspects_read(diagnoses->reader, waiting->app_id, waiting->sign_type, diagnoses->gateway,
                            &arena, &suspects, error));
    const struct kq_examination examination = {
        .request = &request,
        .keys = suspects.keys,
        .key_count = suspects.count,
        .openings_max = KQ_SUSPECTS_MAX,
        .work_max = KQ_DIAGNOSIS_WORK_MAX,
    };
    KQ_TRY(kq_examine(&examination, &arena, &diagnosis, error));
    if (diagnosis.verdict == KQ_VERDICT_VERIFIES) {
        return KQ_OK; /* the key was registered since */
    }
    KQ_TRY(kq_diagnosis_compare(&diagnosis, &request, true, &arena, &difference, error));
    KQ_TRY(describe(diagnoses, waiting, &diagnosis, &difference, &json, error));
    KQ_TRY(write_log(waiting, &diagnosis, error));
    keep(diagnoses, &diagnosis, &json); /* whoever sees it there finds it in the log */
    return KQ_OK;
}

/* NULL: it is time to stop. */
static struct waiting *take(struct kq_diagnoses *diagnoses)
{
    struct waiting *taken = NULL;
    pthread_mutex_lock(&diagnoses->lock);
    while (diagnoses->count == 0 && !diagnoses->is_stopping) {
        pthread_cond_wait(&diagnoses->changed, &diagnoses->lock);
    }
    if (!diagnoses->is_stopping) {
        taken = diagnoses->queue[diagnoses->first];
        diagnoses->first = (diagnoses->first + 1) % KQ_DIAGNOSES_WAITING_MAX;
        diagnoses->count--;
        diagnoses->waiting_bytes -= taken->size_bytes;
    }
    pthread_mutex_unlock(&diagnoses->lock);
    return taken;
}

/* Until it is time to stop, at most. */
static void rest(struct kq_diagnoses *diagnoses, int64_t rest_us)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t until_us = (int64_t)until.tv_sec * US_PER_S + until.tv_nsec / NS_PER_US + rest_us;
    until.tv_sec = (time_t)(until_us / US_PER_S);
    until.tv_nsec = (long)(until_us % US_PER_S * NS_PER_US);
    int reason = 0;
    pthread_mutex_lock(&diagnoses->lock);
    while (!diagnoses->is_stopping && reason != ETIMEDOUT) {
        reason = pthread_cond_timedwait(&diagnoses->changed, &diagnoses->lock, &until);
    }
    pthread_mutex_unlock(&diagnoses->lock);
}

static void *run(void *context)
{
    struct kq_diagnoses *diagnoses = context;
    kq_turns_last();
    for (struct waiting *waiting = take(diagnoses); waiting != NULL; waiting = take(diagnoses)) {
        struct kq_error error = {0};
        int64_t began_us = now_us(diagnoses);
        if (!examine(diagnoses, waiting, &error).ok) {
            kq_log(KQ_LOG_WARNING, "call %s: why its signature fails could not be found out: %s",
                   waiting->trace_id, kq_error_message(&error));
        }
        free_waiting(&waiting);
        rest(diagnoses, (now_us(diagnoses) - began_us) * REST_FACTOR);
    }
    return NULL;
}

void kq_diagnoses_append(struct kq_diagnoses *diagnoses, struct kq_buffer *json)
{
    pthread_mutex_lock(&diagnoses->lock);
    kq_buffer_print(json, "{\"diagnosed\":%llu,\"left\":%llu,\"failures\":[",
                    (unsigned long long)diagnoses->made,
                    (unsigned long long)atomic_load(&diagnoses->left_count));
    for (uint64_t i = 0; i < diagnoses->made && i < KQ_DIAGNOSES_KEPT; i++) {
        kq_buffer_append(json, i == 0 ? KQ_SLICE_EMPTY : KQ_SLICE(","));
        kq_buffer_append(json,
                         kq_buffer_slice(&diagnoses->kept[(diagnoses->made - 1 - i) % KQ_DIAGNOSES_KEPT]));
    }
    pthread_mutex_unlock(&diagnoses->lock);
    kq_buffer_append(json, KQ_SLICE("]}\n"));
}

void kq_diagnoses_count(struct kq_diagnoses *diagnoses, struct kq_diagnosis_counts *counts)
{
    pthread_mutex_lock(&diagnoses->lock);
    *counts = diagnoses->counts;
    pthread_mutex_unlock(&diagnoses->lock);
    counts->left = atomic_load(&diagnoses->left_count);
}

/* From opening to closing */

static struct kq_result prepare(struct kq_diagnoses *diagnoses, struct kq_error *error)
{
    KQ_TRY(kq_private_key_export_public(diagnoses->settings.private_key, &diagnoses->arena,
                                        &diagnoses->gateway, error));
    diagnoses->settings.private_key = NULL;
    return kq_store_reader_open(diagnoses->settings.store, &diagnoses->reader, error);
}

struct kq_result kq_diagnoses_open(const struct kq_diagnoses_settings *settings,
                                   struct kq_diagnoses **diagnoses, struct kq_error *error)
{
    struct kq_diagnoses *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened != NULL, error);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&opened->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&opened->lock, NULL);
    opened->settings = *settings;
    opened->counts.items[0].name = "unknown";
    opened->counts.item_count = 1;
    opened->clock = settings->store->clock;
    if (!prepare(opened, error).ok) {
        kq_diagnoses_close(opened);
        return KQ_FAILED;
    }
    *diagnoses = opened;
    return KQ_OK;
}

struct kq_result kq_diagnoses_start(struct kq_diagnoses *diagnoses, struct kq_error *error)
{
    int reason = kq_thread_start(&diagnoses->thread, run, diagnoses);
    KQ_ENSURE(reason == 0, error, KQ_E_IO, "the thread for diagnoses cannot be started: %s",
              strerror(reason));
    diagnoses->is_started = true;
    return KQ_OK;
}

void kq_diagnoses_close(struct kq_diagnoses *diagnoses)
{
    if (diagnoses == NULL) {
        return;
    }
    pthread_mutex_lock(&diagnoses->lock);
    diagnoses->is_stopping = true;
    pthread_cond_broadcast(&diagnoses->changed);
    pthread_mutex_unlock(&diagnoses->lock);
    if (diagnoses->is_started) {
        pthread_join(diagnoses->thread, NULL);
    }
    for (; diagnoses->count > 0; diagnoses->count--) {
        free_waiting(&diagnoses->queue[diagnoses->first]);
        diagnoses->first = (diagnoses->first + 1) % KQ_DIAGNOSES_WAITING_MAX;
    }
    for (size_t i = 0; i < KQ_DIAGNOSES_KEPT; i++) {
        kq_buffer_free(&diagnoses->kept[i]);
    }
    if (diagnoses->reader != NULL) {
        kq_reader_close(diagnoses->reader);
    }
    kq_arena_free(&diagnoses->arena);
    pthread_cond_destroy(&diagnoses->changed);
    pthread_mutex_destroy(&diagnoses->lock);
    kq_memory_free(diagnoses);
}
