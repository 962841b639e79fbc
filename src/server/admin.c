/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin.h"

#include <assert.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/memory.h"
#include "server/sandbox_clock.h"
#include "wire/signature.h"

#define TOKEN_DIGEST_BYTES 32
#define PLAIN_TEXT "text/plain; charset=utf-8"

struct kq_admin {
    struct kq_admin_settings settings;
    struct kq_loop loop;
    bool loop_is_open;
    struct kq_connection_count count; /* of its own connections */
    struct kq_metrics *metrics;       /* owned; its own, which nobody shows */
    struct kq_metrics **shown;        /* owned; the workers' */
    struct kq_reader *reader;         /* owned */
    unsigned char token_digest[TOKEN_DIGEST_BYTES];
    int64_t started_ms;
    bool is_stopping;
};

static void answer(struct kq_http_connection *connection, enum kq_http_status status,
                   const char *content_type, struct kq_slice body)
{
    struct kq_http_reply head = {.status = status, .content_type = content_type};
    kq_http_connection_answer(connection, &head, body);
}

static void serve_health(struct kq_admin *admin, struct kq_http_connection *connection)
{
    (void)admin;
    answer(connection, KQ_HTTP_OK, PLAIN_TEXT, KQ_SLICE("ok\n"));
}

static bool can_read_store(struct kq_admin *admin)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_operation health = {.kind = KQ_OP_HEALTH, .arena = &arena};
    kq_reader_read(admin->reader, &health);
    return health.error.code == KQ_E_NONE;
}

static void serve_readiness(struct kq_admin *admin, struct kq_http_connection *connection)
{
    if (admin->is_stopping) {
        answer(connection, KQ_HTTP_UNAVAILABLE, PLAIN_TEXT, KQ_SLICE("the server is stopping\n"));
    } else if (!can_read_store(admin)) {
        answer(connection, KQ_HTTP_UNAVAILABLE, PLAIN_TEXT, KQ_SLICE("the store cannot be read\n"));
    } else {
        answer(connection, KQ_HTTP_OK, PLAIN_TEXT, KQ_SLICE("ready\n"));
    }
}

/* What is made here lies in the call's answer, which the connection keeps until it is sent. */
static void answer_made(struct kq_http_connection *connection, const char *content_type)
{
    const struct kq_buffer *made = &connection->call.answer;
    if (made->failed) {
        answer(connection, KQ_HTTP_UNAVAILABLE, PLAIN_TEXT, KQ_SLICE("out of memory\n"));
    } else {
        answer(connection, KQ_HTTP_OK, content_type, kq_buffer_slice(made));
    }
}

/* Those of all workers together. */
static void count_memo(const struct kq_admin *admin, struct kq_digest_cache_counts sums[KQ_MEMO_KIND_COUNT])
{
    for (unsigned kind = 0; kind < KQ_MEMO_KIND_COUNT; kind++) {
        struct kq_digest_cache_counts *sum = &sums[kind];
        *sum = (struct kq_digest_cache_counts){0};
        for (size_t i = 0; i < admin->settings.worker_count; i++) {
            struct kq_digest_cache_counts counts;
            kq_memo_count(kq_worker_memo(admin->settings.workers[i]), (enum kq_memo_kind)kind, &counts);
            sum->entries += counts.entries;
            sum->bytes += counts.bytes;
            sum->hits += counts.hits;
            sum->misses += counts.misses;
            sum->evictions += counts.evictions;
        }
    }
}

/* What waits is counted in the store, what was done by the notifier. A store that cannot be read shows
 * nothing waiting: /readyz tells. */
static void count_notifications(const struct kq_admin *admin, struct kq_notification_gauges *gauges)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_operation status = {.kind = KQ_OP_NOTIFICATION_STATUS, .arena = &arena};
    kq_reader_read(admin->reader, &status);
    *gauges = (struct kq_notification_gauges){0};
    if (status.error.code == KQ_E_NONE) {
        int64_t late_s = kq_store_now_s(admin->settings.store) - status.notification_status.oldest_due_s;
        gauges->waiting = status.notification_status.waiting_count;
        gauges->given_up = status.notification_status.given_up_count;
        gauges->oldest_due_age_s = late_s < 0 ? 0 : late_s;
    }
    if (admin->settings.notifier != NULL) {
        const struct kq_notifier_counts *counts = kq_notifier_counts_of(admin->settings.notifier);
        gauges->delivered_total = atomic_load(&counts->delivered);
        gauges->failed_tries_total = atomic_load(&counts->failed_tries);
        gauges->given_up_total = atomic_load(&counts->given_up);
        gauges->expired_total = atomic_load(&counts->expired);
    }
}

static void serve_metrics(struct kq_admin *admin, struct kq_http_connection *connection)
{
    struct kq_digest_cache_counts memo[KQ_MEMO_KIND_COUNT];
    struct kq_diagnosis_counts diagnoses;
    count_memo(admin, memo);
    kq_diagnoses_count(admin->settings.diagnoses, &diagnoses);
    struct kq_gauges gauges = {
        .memo = memo,
        .diagnoses = &diagnoses,
        .connections = atomic_load(&admin->settings.count->open),
        .connections_max = admin->settings.count->maximum,
        .buffered_bytes = atomic_load(&admin->settings.count->buffered_bytes),
        .buffered_max_bytes = admin->settings.count->buffered_max_bytes,
        .workers = (unsigned)admin->settings.worker_count,
        .started_ms = admin->started_ms,
    };
    count_notifications(admin, &gauges.notifications);
    kq_metrics_append(&connection->call.answer, admin->shown, admin->settings.worker_count, &gauges);
    answer_made(connection, "text/plain; version=0.0.4; charset=utf-8");
}

static void serve_doctor(struct kq_admin *admin, struct kq_http_connection *connection)
{
    kq_diagnoses_append(admin->settings.diagnoses, &connection->call.answer);
    answer_made(connection, "application/json");
}

static void serve_clock(struct kq_admin *admin, struct kq_http_connection *connection)
{
    struct kq_system_clock *clock = admin->settings.clock;
    struct kq_error error = {0};
    bool moves = connection->head.method == KQ_HTTP_POST || connection->head.method == KQ_HTTP_PUT;
    if (moves && !kq_sandbox_clock_move(clock, kq_buffer_slice(&connection->body), &error).ok) {
        struct kq_slice reason = kq_arena_print(&connection->call.arena, "%s\n", kq_error_message(&error));
        answer(connection, KQ_HTTP_BAD_REQUEST, PLAIN_TEXT, reason);
        return;
    }
    kq_sandbox_clock_append(clock, &connection->call.answer);
    answer_made(connection, "application/json");
}

#define READS (1U << KQ_HTTP_GET | 1U << KQ_HTTP_HEAD)
#define WRITES (1U << KQ_HTTP_POST | 1U << KQ_HTTP_PUT)

static const struct page_row {
    const char *path;
    unsigned methods; /* bits of kq_http_method */
    const char *allow;
    bool is_open;    /* needs no token */
    bool in_sandbox; /* is there only in one */
    void (*serve)(struct kq_admin *admin, struct kq_http_connection *connection);
} page_rows[] = {
    {"/healthz", READS, "Allow: GET, HEAD", true, false, serve_health},
    {"/readyz", READS, "Allow: GET, HEAD", false, false, serve_readiness},
    {"/metrics", READS, "Allow: GET, HEAD", false, false, serve_metrics},
    {"/doctor", READS, "Allow: GET, HEAD", false, false, serve_doctor},
    {"/sandbox/clock", READS | WRITES, "Allow: GET, HEAD, POST, PUT", false, true, serve_clock},
};

static const struct page_row *find_page(const struct kq_admin *admin, struct kq_slice path)
{
    for (size_t i = 0; i < KQ_COUNT(page_rows); i++) {
        const struct page_row *row = &page_rows[i];
        if (kq_slice_equal(path, kq_slice_of(row->path)) && (!row->in_sandbox || admin->settings.sandbox)) {
            return row;
        }
    }
    return NULL;
}

/* Digests of a fixed size are compared, in a time that tells neither where two tokens differ nor how long
 * they are. */
static bool has_token(const struct kq_admin *admin, struct kq_slice authorization)
{
    struct kq_cursor cursor = kq_cursor_of(authorization);
    struct kq_slice scheme;
    unsigned char digest[TOKEN_DIGEST_BYTES];
    struct kq_error error;
    return kq_cursor_take_part(&cursor, ' ', &scheme) &&
           kq_slice_equal_ignoring_case(scheme, KQ_SLICE("Bearer")) &&
           kq_sha256(kq_slice_trim(kq_cursor_take_rest(&cursor)), digest, &error).ok &&
           CRYPTO_memcmp(digest, admin->token_digest, sizeof(digest)) == 0;
}

static struct kq_result route(void *context, const struct kq_http_head *head, struct kq_http_refusal *refusal)
{
    const struct kq_admin *admin = context;
    const struct page_row *page = find_page(admin, head->path);
    bool is_open = admin->settings.token == NULL || (page != NULL && page->is_open);
    if (!is_open && !has_token(admin, head->authorization)) {
        KQ_IGNORE(kq_http_refuse(refusal, KQ_HTTP_UNAUTHORIZED,
                                 "Authorization: Bearer and the admin token are needed."));
        refusal->header = "WWW-Authenticate: Bearer";
        return KQ_FAILED;
    }
    if (page == NULL) {
        return kq_http_refuse(refusal, KQ_HTTP_NOT_FOUND,
                              "There is nothing here; there are /healthz, /readyz, /metrics and /doctor.");
    }
    if ((page->methods >> head->method & 1U) == 0) {
        KQ_IGNORE(
            kq_http_refuse(refusal, KQ_HTTP_METHOD_NOT_ALLOWED, "This page does not take that method."));
        refusal->header = page->allow;
        return KQ_FAILED;
    }
    return KQ_OK;
}

static void serve(void *context, struct kq_http_connection *connection)
{
    struct kq_admin *admin = context;
    const struct page_row *page = find_page(admin, connection->head.path);
    assert(page != NULL); /* `route` let the request through. */
    page->serve(admin, connection);
}

static void refused(void *context, struct kq_http_connection *connection, enum kq_http_status status,
                    size_t bytes_out)
{
    (void)context; /* The access log is of the gateway's callers. */
    (void)connection;
    (void)status;
    (void)bytes_out;
}

static const struct kq_service admin_service = {.route = route, .serve = serve, .refused = refused};

/* All but the loop. */
static struct kq_result prepare(struct kq_admin *admin, struct kq_error *error)
{
    const struct kq_admin_settings *settings = &admin->settings;
    admin->count.maximum = KQ_ADMIN_CONNECTIONS_MAX;
    admin->count.buffered_max_bytes = KQ_ADMIN_BUFFERED_MAX_BYTES;
    admin->started_ms = settings->clock->clock.wall_ms(&settings->clock->clock);
    admin->shown = kq_memory_allocate((settings->worker_count + 1) * sizeof(struct kq_metrics *));
    KQ_ENSURE_MEMORY(admin->shown != NULL, error);
    for (size_t i = 0; i < settings->worker_count; i++) {
        admin->shown[i] = kq_worker_metrics(settings->workers[i]);
    }
    if (settings->token != NULL) {
        KQ_TRY(kq_sha256(kq_slice_of(settings->token), admin->token_digest, error));
    }
    KQ_TRY(kq_metrics_open(&admin->metrics, error));
    return kq_store_reader_open(settings->store, &admin->reader, error);
}

struct kq_result kq_admin_open(const struct kq_admin_settings *settings, int listener,
                               struct kq_admin **admin, struct kq_error *error)
{
    struct kq_admin *opened = kq_memory_allocate(sizeof(*opened));
    if (opened == NULL) {
        close(listener);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    opened->settings = *settings;
    struct kq_result result = prepare(opened, error);
    if (!result.ok) {
        close(listener);
    } else {
        struct kq_loop_settings loop_settings = {
            .service = &admin_service,
            .context = opened,
            .clock = &settings->clock->clock,
            .metrics = opened->metrics,
            .count = &opened->count,
            .body_max_bytes = KQ_ADMIN_BODY_MAX_BYTES,
            .header_timeout_ms = settings->header_timeout_ms,
            .idle_timeout_ms = settings->idle_timeout_ms,
        };
        result = kq_loop_open(&opened->loop, &loop_settings, listener, error);
        opened->loop_is_open = result.ok;
    }
    if (!result.ok) {
        kq_admin_close(opened);
        return KQ_FAILED;
    }
    *admin = opened;
    return KQ_OK;
}

struct kq_loop *kq_admin_loop(struct kq_admin *admin)
{
    return &admin->loop;
}

void kq_admin_set_stopping(struct kq_admin *admin)
{
    admin->is_stopping = true;
}

void kq_admin_close(struct kq_admin *admin)
{
    if (admin == NULL) {
        return;
    }
    if (admin->loop_is_open) {
        kq_loop_close(&admin->loop); /* Nothing here ever waits. */
    }
    if (admin->reader != NULL) {
        kq_reader_close(admin->reader);
    }
    kq_metrics_close(admin->metrics);
    kq_memory_free(admin->shown);
    kq_memory_free(admin);
}
