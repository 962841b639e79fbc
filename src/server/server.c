/* SPDX-License-Identifier: Apache-2.0 */
#include "server/server.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "base/log.h"
#include "base/memory.h"
#include "server/access_log.h"
#include "server/address.h"
#include "server/admin.h"
#include "server/diagnoses.h"
#include "server/nonce_memory.h"
#include "server/notifier.h"
#include "server/rate_limit.h"
#include "server/service_manager.h"
#include "server/worker.h"

/* Files that are open beside connections: the store's, the loops', the logs'. */
#define FILES_RESERVED 256
#define FILES_PER_WORKER 16

#define SIGNALS 3

struct server {
    const struct kq_server_settings *settings;
    struct kq_address listen;
    struct kq_address admin_listen;
    struct kq_access_log access_log;
    struct kq_connection_count count;
    struct kq_worker *workers[KQ_WORKERS_MAX]; /* owned */
    size_t worker_count;
    struct kq_rate_limits *limits;  /* owned; shared by the workers */
    struct kq_nonces *nonces;       /* likewise */
    struct kq_notifier *notifier;   /* owned; NULL: off */
    struct kq_diagnoses *diagnoses; /* owned */
    struct kq_admin *admin;         /* owned */
    struct event signals[SIGNALS];
    size_t signal_count; /* of those that are being watched */
    struct sigaction pipe_before;
    bool stop_is_asked;
    bool reopen_is_asked;
};

static size_t count_of_cores(void)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    int count = sched_getaffinity(0, sizeof(cores), &cores) == 0 ? CPU_COUNT(&cores) : 1;
    return count < 1 ? 1 : (size_t)count;
}

static struct kq_result check_settings(struct server *server, struct kq_error *error)
{
    const struct kq_server_settings *settings = server->settings;
    KQ_TRY(kq_address_parse(settings->listen, &server->listen, error));
    KQ_TRY(kq_address_parse(settings->admin, &server->admin_listen, error));
    KQ_ENSURE(
        kq_address_is_loopback(&server->admin_listen) || settings->admin_token != NULL, error, KQ_E_USAGE,
        "the admin address %.64s can be reached from other machines: give it an admin token, or choose one "
        "such as 127.0.0.1:8081",
        settings->admin);
    KQ_ENSURE(settings->admin_token == NULL || settings->admin_token[0] != '\0', error, KQ_E_USAGE,
              "the admin token is empty");
    KQ_ENSURE(settings->workers <= KQ_WORKERS_MAX, error, KQ_E_USAGE, "%u workers are too many; %d at most",
              settings->workers, KQ_WORKERS_MAX);
    KQ_ENSURE(settings->connections_max > 0, error, KQ_E_USAGE, "at least one connection must be allowed");
    server->count.maximum = settings->connections_max;
    server->count.buffered_max_bytes = KQ_BUFFERED_MAX_BYTES;
    if (settings->body_max_bytes > KQ_BUFFERED_MAX_BYTES / KQ_BUFFERED_BODIES_MIN) {
        server->count.buffered_max_bytes = settings->body_max_bytes * KQ_BUFFERED_BODIES_MIN;
    }
    server->worker_count = settings->workers == 0 ? count_of_cores() : settings->workers;
    server->worker_count = server->worker_count > KQ_WORKERS_MAX ? KQ_WORKERS_MAX : server->worker_count;
    return KQ_OK;
}

/* The usual soft limit of open files, 1024, is there for programs that use select(2). */
static void allow_files(const struct server *server)
{
    struct rlimit limit;
    rlim_t wanted = server->count.maximum + FILES_RESERVED + server->worker_count * FILES_PER_WORKER;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted) {
        kq_log(KQ_LOG_WARNING,
               "%u connections need %lu open files, and %lu are allowed: raise the limit (ulimit -n)",
               server->count.maximum, (unsigned long)wanted, (unsigned long)limit.rlim_cur);
    }
}

/* On the worker's thread: the main loop looks who has ended. */
static void on_worker_ended(void *context)
{
    struct server *server = context;
    kq_loop_wake(kq_admin_loop(server->admin));
}

static struct kq_result open_limits(struct server *server, struct kq_error *error)
{
    const struct kq_server_settings *settings = server->settings;
    const struct kq_clock *clock = settings->store->clock;
    const struct kq_rate_defaults defaults = {
        .app_per_second = settings->app_calls_per_second,
        .method_per_second = settings->method_calls_per_second,
    };
    uint64_t seed = 0;
    clock->random(clock, &seed, sizeof(seed));
    KQ_TRY(kq_rate_limits_open(defaults, seed, &server->limits, error));
    clock->random(clock, &seed, sizeof(seed));
    return kq_nonces_open(KQ_NONCE_SETS, seed, &server->nonces, error);
}

static struct kq_result open_worker(struct server *server, size_t index, struct kq_error *error)
{
    const struct kq_server_settings *settings = server->settings;
    struct kq_worker_settings worker_settings = {
        .gateway =
            {
                .store = settings->store,
                .private_key = settings->private_key,
                .certificates = settings->certificates,
                .limits = server->limits,
                .nonces = server->nonces,
                .diagnoses = server->diagnoses,
                .clock_skew_s = settings->clock_skew_s,
                .memo_bytes = settings->signature_cache_bytes / server->worker_count,
                .max_wait_ms = settings->max_wait_ms,
            },
        .access_log = &server->access_log,
        .count = &server->count,
        .body_max_bytes = settings->body_max_bytes,
        .header_timeout_ms = settings->header_timeout_ms,
        .idle_timeout_ms = settings->idle_timeout_ms,
        .ended = on_worker_ended,
        .context = server,
    };
    int listener = -1;
    if (index == 0) {
        KQ_TRY(kq_listen(&server->listen, &listener, error));
    } else {
        KQ_TRY(kq_listen_again(&server->listen, &listener, error));
    }
    return kq_worker_open(&worker_settings, listener, &server->workers[index], error);
}

static struct kq_result open_notifier(struct server *server, struct kq_error *error)
{
    const struct kq_server_settings *settings = server->settings;
    const struct kq_notifier_settings notifier_settings = {
        .store = settings->store,
        .private_key = settings->private_key,
        .lock_path = settings->notify_lock,
    };
    return settings->notify_lock == NULL ? KQ_OK
                                         : kq_notifier_open(&notifier_settings, &server->notifier, error);
}

static struct kq_result open_diagnoses(struct server *server, struct kq_error *error)
{
    const struct kq_diagnoses_settings settings = {
        .store = server->settings->store,
        .private_key = server->settings->private_key,
    };
    return kq_diagnoses_open(&settings, &server->diagnoses, error);
}

static struct kq_result open_admin(struct server *server, struct kq_error *error)
{
    const struct kq_server_settings *settings = server->settings;
    struct kq_admin_settings admin_settings = {
        .token = settings->admin_token,
        .store = settings->store,
        .clock = settings->clock,
        .sandbox = settings->sandbox,
        .workers = server->workers,
        .worker_count = server->worker_count,
        .notifier = server->notifier,
        .diagnoses = server->diagnoses,
        .count = &server->count,
        .header_timeout_ms = settings->header_timeout_ms,
        .idle_timeout_ms = settings->idle_timeout_ms,
    };
    int listener = -1;
    KQ_TRY(kq_listen(&server->admin_listen, &listener, error));
    return kq_admin_open(&admin_settings, listener, &server->admin, error);
}

static void on_signal(evutil_socket_t number, short events, void *context)
{
    struct server *server = context;
    (void)events;
    if (number == SIGHUP) {
        server->reopen_is_asked = true;
    } else {
        server->stop_is_asked = true;
    }
}

/* libevent's handlers only write to a socket of the main loop, so it does not matter which thread a signal
 * hits. */
static struct kq_result watch_signals(struct server *server, struct kq_error *error)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    struct event_base *base = kq_admin_loop(server->admin)->base;
    for (size_t i = 0; i < SIGNALS; i++) {
        event_assign(&server->signals[i], base, numbers[i], EV_SIGNAL | EV_PERSIST, on_signal, server);
        KQ_ENSURE(event_add(&server->signals[i], NULL) == 0, error, KQ_E_IO, "signals cannot be watched");
        server->signal_count++;
    }
    return KQ_OK;
}

static struct kq_result open_all(struct server *server, struct kq_error *error)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, &server->pipe_before); /* A caller that is gone is an error of one write. */
    KQ_TRY(check_settings(server, error));
    allow_files(server);
    KQ_TRY(kq_access_log_open(server->settings->access_log, &server->access_log, error));
    KQ_TRY(open_limits(server, error));
    KQ_TRY(open_diagnoses(server, error));
    for (size_t i = 0; i < server->worker_count; i++) {
        KQ_TRY(open_worker(server, i, error));
    }
    KQ_TRY(open_notifier(server, error));
    KQ_TRY(open_admin(server, error));
    return watch_signals(server, error);
}

/* Its reader is a script that waits for the ports; where there is none, the server serves all the same. */
static void print_ready(const struct server *server)
{
    char listen[KQ_ADDRESS_TEXT_SIZE];
    char admin[KQ_ADDRESS_TEXT_SIZE];
    kq_address_format(&server->listen, listen);
    kq_address_format(&server->admin_listen, admin);
    if (printf("{\"event\":\"ready\",\"listen\":\"%s\",\"admin\":\"%s\"}\n", listen, admin) < 0 ||
        fflush(stdout) != 0) {
        kq_log(KQ_LOG_WARNING, "standard output cannot be written: %s", strerror(errno));
    }
}

static void stop_all(struct server *server)
{
    kq_service_tell(KQ_SERVICE_STOPPING);
    kq_admin_set_stopping(server->admin);
    kq_notifier_stop(server->notifier);
    for (size_t i = 0; i < server->worker_count; i++) {
        kq_worker_stop(server->workers[i]);
    }
}

static size_t count_of_ended(const struct server *server)
{
    size_t count = 0;
    for (size_t i = 0; i < server->worker_count; i++) {
        count += kq_worker_has_ended(server->workers[i]) ? 1 : 0;
    }
    return count;
}

static void reopen_access_log(struct server *server)
{
    struct kq_error error = {0};
    if (!kq_access_log_reopen(&server->access_log, &error).ok) {
        kq_log(KQ_LOG_ERROR, "%s", kq_error_message(&error));
    }
}

/* Serves the admin address until all workers have ended. */
static struct kq_result serve(struct server *server, size_t started, bool is_complete, struct kq_error *error)
{
    bool is_stopping = !is_complete;
    struct kq_result result = is_stopping ? KQ_FAILED : KQ_OK;
    bool is_served = true;
    if (is_stopping) {
        stop_all(server);
    }
    while (is_served && count_of_ended(server) < started) {
        is_served = kq_loop_round(kq_admin_loop(server->admin));
        bool is_broken = !is_stopping && (!is_served || count_of_ended(server) > 0);
        if (is_broken && !server->stop_is_asked) {
            result = kq_fail(error, KQ_E_INTERNAL, "an event loop failed");
        }
        if (!is_stopping && (server->stop_is_asked || is_broken)) {
            is_stopping = true;
            stop_all(server);
        }
        if (server->reopen_is_asked) {
            server->reopen_is_asked = false;
            reopen_access_log(server);
        }
    }
    return result;
}

static struct kq_result start_and_serve(struct server *server, struct kq_error *error)
{
    size_t started = 0;
    while (started < server->worker_count && kq_worker_start(server->workers[started], error).ok) {
        started++;
    }
    bool is_complete = started == server->worker_count &&
                       (server->notifier == NULL || kq_notifier_start(server->notifier, error).ok) &&
                       kq_diagnoses_start(server->diagnoses, error).ok;
    if (is_complete) {
        print_ready(server);
        kq_service_tell(KQ_SERVICE_READY);
    }
    return serve(server, started, is_complete, error);
}

static void close_all(struct server *server)
{
    kq_notifier_close(server->notifier);
    for (size_t i = 0; i < server->worker_count; i++) {
        kq_worker_close(server->workers[i]);
    }
    for (size_t i = 0; i < server->signal_count; i++) {
        event_del(&server->signals[i]);
    }
    kq_rate_limits_close(server->limits);
    kq_nonces_close(server->nonces);
    kq_admin_close(server->admin);
    kq_diagnoses_close(server->diagnoses);
    kq_access_log_close(&server->access_log);
    sigaction(SIGPIPE, &server->pipe_before, NULL);
}

struct kq_result kq_server_run(const struct kq_server_settings *settings, struct kq_error *error)
{
    struct server *server = kq_memory_allocate(sizeof(*server));
    KQ_ENSURE_MEMORY(server != NULL, error);
    server->settings = settings;
    server->access_log.fd = -1;
    struct kq_result result = open_all(server, error);
    if (result.ok) {
        result = start_and_serve(server, error);
    }
    close_all(server);
    kq_memory_free(server);
    return result;
}
