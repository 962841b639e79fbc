/* SPDX-License-Identifier: Apache-2.0 */
#include "server/worker.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/thread.h"
#include "server/confirm_page.h"
#include "server/funding_page.h"
#include "server/v3_answer.h"
#include "wire/openapi_v3.h"

#define GATEWAY_PATH KQ_SLICE("/gateway.do")

/* One line of the access log with room to spare, so that its buffer is allocated once. */
#define LOG_LINE_BYTES 1024

/* How long signatures are made before the sockets are looked at again. One of them where few calls wait, so
 * that those that come need not wait for signatures before they get to the store; some where many do, so that
 * looking costs little beside them; and as long as everything else has taken since the last time, so that
 * half of the time goes to signatures, however many calls come and are turned away; but no longer than people
 * notice. */
#define WORK_FEW_CALLS 16
#define WORK_SLICE_MANY_US INT64_C(1000)
#define WORK_SLICE_MAX_US INT64_C(50000)

/* "application/json;charset=" and the longest charset's name. */
#define CONTENT_TYPE_SIZE 64

struct kq_worker {
    struct kq_worker_settings settings;
    struct kq_loop loop;
    bool loop_is_open;
    struct kq_gateway *gateway; /* owned */
    struct kq_metrics *metrics; /* owned */
    struct kq_buffer log_line;  /* owned; of the last line */
    int64_t work_left_us;       /* when calls were left to be signed in the next round; 0: none were */
    pthread_t thread;
    bool is_started;
    _Atomic bool has_ended;
};

struct page {
    const char *path;
    enum kq_call_progress (*start)(const struct kq_token_page *page, struct kq_call *call);
    void (*finish)(struct kq_call *call);
};

static const struct page pages[] = {
    {KQ_CONFIRM_PATH, kq_confirm_page_start, kq_confirm_page_finish},
    {KQ_FUNDING_PATH, kq_funding_page_start, kq_funding_page_finish},
};

/* NULL: the request is for the gateway, or for nothing. */
static const struct page *page_of(const struct kq_http_head *head)
{
    for (size_t i = 0; i < KQ_COUNT(pages); i++) {
        if (kq_slice_equal(head->path, kq_slice_of(pages[i].path))) {
            return &pages[i];
        }
    }
    return NULL;
}

static bool is_v3(const struct kq_http_head *head)
{
    return kq_slice_starts_with(head->path, KQ_SLICE(KQ_V3_PATH_PREFIX));
}

static struct kq_result route(void *context, const struct kq_http_head *head, struct kq_http_refusal *refusal)
{
    (void)context;
    if (!kq_slice_equal(head->path, GATEWAY_PATH) && !is_v3(head) && page_of(head) == NULL) {
        return kq_http_refuse(refusal, KQ_HTTP_NOT_FOUND,
                              "There is nothing here; the gateway is /gateway.do.");
    }
    if (head->method != KQ_HTTP_GET && head->method != KQ_HTTP_POST) {
        KQ_IGNORE(kq_http_refuse(refusal, KQ_HTTP_METHOD_NOT_ALLOWED, "The gateway takes GET and POST."));
        refusal->header = "Allow: GET, POST";
        return KQ_FAILED;
    }
    return KQ_OK;
}

static const struct kq_clock *clock_of(const struct kq_worker *worker)
{
    return worker->settings.gateway.store->clock;
}

static void write_log(struct kq_worker *worker)
{
    if (!kq_access_log_write(worker->settings.access_log, &worker->log_line)) {
        kq_metrics_add(worker->metrics, KQ_COUNTER_LOG_LINES_DROPPED, 1);
    }
}

static void log_call(struct kq_worker *worker, const struct kq_call *call, const struct kq_access *access)
{
    struct kq_buffer *line = &worker->log_line;
    kq_buffer_clear(line);
    if (worker->settings.access_log->fd >= 0 && kq_buffer_reserve(line, LOG_LINE_BYTES) != NULL) {
        kq_access_log_append_call(line, call, access);
    }
    write_log(worker);
}

static void trace(void *context, char text[KQ_TRACE_ID_TEXT_SIZE])
{
    struct kq_worker *worker = context;
    kq_gateway_trace(worker->gateway, text);
}

static void refused(void *context, struct kq_http_connection *connection, enum kq_http_status status,
                    size_t bytes_out)
{
    struct kq_worker *worker = context;
    const struct kq_clock *clock = clock_of(worker);
    struct kq_access access = {
        .wall_ms = clock->wall_ms(clock),
        .bytes_in = connection->request_bytes + connection->input.size,
        .bytes_out = bytes_out,
    };
    kq_buffer_clear(&worker->log_line);
    kq_access_log_append_refusal(&worker->log_line, connection->call.trace_id, status, &access);
    write_log(worker);
}

/* The page is there: sends and logs it. */
static void answer_page(struct kq_worker *worker, struct kq_http_connection *connection)
{
    const struct kq_clock *clock = clock_of(worker);
    struct kq_call *call = &connection->call;
    struct kq_http_reply head = {
        .status = call->page_status,
        .content_type = "text/html; charset=utf-8",
        .trace_id = call->trace_id,
        .header = call->page_header,
    };
    struct kq_access access = {
        .wall_ms = clock->wall_ms(clock),
        .duration_us = clock->monotonic_us(clock) - call->started_us,
        .bytes_in = connection->request_bytes,
        .bytes_out = kq_http_connection_answer(connection, &head, kq_buffer_slice(&call->answer)),
    };
    kq_buffer_clear(&worker->log_line);
    kq_access_log_append_refusal(&worker->log_line, call->trace_id, call->page_status, &access);
    write_log(worker);
}

/* The call has its answer: sends, counts and logs it. */
static void answer_call(struct kq_worker *worker, struct kq_http_connection *connection)
{
    const struct kq_clock *clock = clock_of(worker);
    struct kq_call *call = &connection->call;
    char content_type[CONTENT_TYPE_SIZE];
    snprintf(content_type, sizeof(content_type), "application/json;charset=%s",
             kq_charset_name(call->charset));
    struct kq_http_reply head = {
        .status = kq_call_is_v3(call) ? call->v3.status : KQ_HTTP_OK,
        .content_type = kq_v3_is_encrypted(call) ? "text/plain" : content_type,
        .trace_id = call->trace_id,
        .header = call->v3.headers,
    };
    struct kq_access access = {
        .wall_ms = clock->wall_ms(clock),
        .duration_us = clock->monotonic_us(clock) - call->started_us,
        .bytes_in = connection->request_bytes,
        .bytes_out = kq_http_connection_answer(connection, &head, kq_buffer_slice(&call->answer)),
    };
    kq_metrics_add_call(worker->metrics, call->method, call->error.code, access.duration_us);
    log_call(worker, call, &access);
}

static void answer(struct kq_worker *worker, struct kq_http_connection *connection)
{
    const struct kq_call *call = &connection->call;
    if (call->answer.failed || call->answer.size == 0) {
        struct kq_http_refusal refusal = {
            .status = KQ_HTTP_UNAVAILABLE,
            .sentence = "The gateway is out of memory.",
        };
        kq_http_connection_refuse(connection, &refusal);
    } else if (page_of(&connection->head) != NULL) {
        answer_page(worker, connection);
    } else {
        answer_call(worker, connection);
    }
}

/* On the store's writer thread. */
static void wake(struct kq_call *call)
{
    kq_loop_complete(call->owner);
}

static enum kq_call_progress start(struct kq_worker *worker, struct kq_http_connection *connection)
{
    struct kq_call *call = &connection->call;
    const struct page *page = page_of(&connection->head);
    if (page == NULL) {
        return kq_gateway_start(worker->gateway, call);
    }
    const struct kq_token_page things = {
        .store = worker->settings.gateway.store,
        .reader = kq_gateway_reader(worker->gateway),
    };
    kq_gateway_trace(worker->gateway, call->trace_id);
    call->page_language = kq_language_of(connection->head.accept_language);
    return page->start(&things, call);
}

static void serve(void *context, struct kq_http_connection *connection)
{
    struct kq_worker *worker = context;
    const struct kq_clock *clock = clock_of(worker);
    struct kq_call *call = &connection->call;
    call->is_post = connection->head.method == KQ_HTTP_POST;
    call->query = connection->head.query;
    call->content_type = connection->head.content_type;
    call->body = kq_buffer_slice(&connection->body);
    if (is_v3(&connection->head)) {
        call->v3 = (struct kq_call_v3){
            .path = connection->head.path,
            .target = connection->head.target,
            .host = connection->head.host,
            .authorization = connection->head.authorization,
            .app_auth_token = connection->head.app_auth_token,
            .encrypt_type = connection->head.encrypt_type,
            .root_cert_sn = connection->head.root_cert_sn,
        };
    }
    call->started_us = clock->monotonic_us(clock);
    call->wake = wake;
    call->owner = connection;
    if (start(worker, connection) == KQ_CALL_ANSWERED) {
        answer(worker, connection);
    } else {
        kq_http_connection_wait(connection);
    }
}

static void resume(void *context, struct kq_http_connection *connection)
{
    struct kq_worker *worker = context;
    struct kq_call *call = &connection->call;
    const struct page *page = page_of(&connection->head);
    if (page != NULL) {
        page->finish(call);
        answer(worker, connection);
    } else if (kq_gateway_resume(worker->gateway, call) == KQ_CALL_ANSWERED) {
        answer(worker, connection);
    }
}

/* How long it may sign now, if it begins at `now_us`. Where nothing was left, the loop may have slept since.
 */
static int64_t work_slice_us(const struct kq_worker *worker, int64_t now_us)
{
    int64_t others_us = worker->work_left_us == 0 ? 0 : now_us - worker->work_left_us;
    bool are_few = kq_gateway_unsigned(worker->gateway) <= WORK_FEW_CALLS;
    int64_t least_us = are_few ? 0 : WORK_SLICE_MANY_US;
    others_us = others_us < least_us ? least_us : others_us;
    return others_us > WORK_SLICE_MAX_US ? WORK_SLICE_MAX_US : others_us;
}

/* Signs for a while. */
static void work(void *context)
{
    struct kq_worker *worker = context;
    const struct kq_clock *clock = clock_of(worker);
    int64_t began_us = clock->monotonic_us(clock);
    int64_t until_us = began_us + work_slice_us(worker, began_us);
    struct kq_call *call = kq_gateway_sign_next(worker->gateway);
    while (call != NULL) {
        struct kq_http_connection *connection = call->owner;
        answer(worker, connection);
        kq_loop_act(connection);
        call = clock->monotonic_us(clock) < until_us ? kq_gateway_sign_next(worker->gateway) : NULL;
    }
    worker->work_left_us = kq_gateway_unsigned(worker->gateway) > 0 ? clock->monotonic_us(clock) : 0;
}

static bool has_work(void *context)
{
    const struct kq_worker *worker = context;
    return kq_gateway_unsigned(worker->gateway) > 0;
}

static const struct kq_service gateway_service = {
    .route = route,
    .serve = serve,
    .resume = resume,
    .work = work,
    .has_work = has_work,
    .trace = trace,
    .refused = refused,
};

struct kq_result kq_worker_open(const struct kq_worker_settings *settings, int listener,
                                struct kq_worker **worker, struct kq_error *error)
{
    struct kq_worker *opened = kq_memory_allocate(sizeof(*opened));
    if (opened == NULL) {
        close(listener);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    opened->settings = *settings;
    struct kq_loop_settings loop_settings = {
        .service = &gateway_service,
        .context = opened,
        .clock = clock_of(opened),
        .count = settings->count,
        .body_max_bytes = settings->body_max_bytes,
        .header_timeout_ms = settings->header_timeout_ms,
        .idle_timeout_ms = settings->idle_timeout_ms,
    };
    struct kq_result result = kq_metrics_open(&opened->metrics, error);
    loop_settings.metrics = opened->metrics;
    if (!result.ok) {
        close(listener);
    } else {
        result = kq_loop_open(&opened->loop, &loop_settings, listener, error);
        opened->loop_is_open = result.ok;
    }
    opened->settings.gateway.metrics = opened->metrics;
    if (!result.ok || !kq_gateway_open(&opened->settings.gateway, &opened->gateway, error).ok) {
        kq_worker_close(opened);
        return KQ_FAILED;
    }
    *worker = opened;
    return KQ_OK;
}

static void *run(void *context)
{
    struct kq_worker *worker = context;
    while (kq_loop_round(&worker->loop)) {
    }
    atomic_store(&worker->has_ended, true);
    worker->settings.ended(worker->settings.context);
    return NULL;
}

struct kq_result kq_worker_start(struct kq_worker *worker, struct kq_error *error)
{
    int reason = kq_thread_start(&worker->thread, run, worker);
    KQ_ENSURE(reason == 0, error, KQ_E_IO, "a worker thread cannot be started: %s", strerror(reason));
    worker->is_started = true;
    return KQ_OK;
}

void kq_worker_stop(struct kq_worker *worker)
{
    kq_loop_stop(&worker->loop);
}

bool kq_worker_has_ended(const struct kq_worker *worker)
{
    return atomic_load(&worker->has_ended);
}

struct kq_metrics *kq_worker_metrics(struct kq_worker *worker)
{
    return worker->metrics;
}

const struct kq_memo *kq_worker_memo(const struct kq_worker *worker)
{
    return kq_gateway_memo(worker->gateway);
}

void kq_worker_close(struct kq_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    if (worker->is_started) {
        pthread_join(worker->thread, NULL);
    }
    bool is_free = !worker->loop_is_open || kq_loop_close(&worker->loop);
    kq_gateway_close(worker->gateway);
    if (!is_free) {
        kq_log(KQ_LOG_ERROR, "calls were still waiting for the store when the time to stop was over");
        return;
    }
    kq_metrics_close(worker->metrics);
    kq_buffer_free(&worker->log_line);
    kq_memory_free(worker);
}
