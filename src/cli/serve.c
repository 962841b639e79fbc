/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "cli/authority.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/file.h"
#include "cli/keys.h"
#include "cli/shown.h"
#include "server/gateway.h"
#include "server/server.h"
#include "store/sqlite.h"

/* A hundred years: farther off, times stop fitting their four-digit year soon. */
#define CLOCK_OFFSET_MAX_S INT64_C(3155760000)

/* 64 GiB: more than anybody keeps of what can be signed again. */
#define SIGNATURE_CACHE_BYTES_MAX (INT64_C(64) << 30)

/* Held by the one server on a data directory that tells (server/notifier.h). */
#define NOTIFY_LOCK_FILE_NAME "notify.lock"

/* The defaults below are texts, for the help; these are the same in the server's header. */
static_assert(KQ_CONNECTIONS_MAX_DEFAULT == 10000, "--connections");
static_assert(KQ_BODY_MAX_BYTES_DEFAULT == 1048576, "--body-limit");
static_assert(KQ_HEADER_TIMEOUT_MS_DEFAULT == 10000, "--header-timeout");
static_assert(KQ_IDLE_TIMEOUT_MS_DEFAULT == 60000, "--idle-timeout");
static_assert(KQ_CLOCK_SKEW_DEFAULT_S == 900, "--clock-skew");
static_assert(KQ_SIGNATURE_CACHE_BYTES_DEFAULT == 67108864, "--signature-cache-bytes");
static_assert(KQ_MAX_WAIT_MS_DEFAULT == 250, "--max-wait-ms");

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "listen",
     .kind = KQ_FLAG_TEXT,
     .value = "ADDRESS:PORT",
     .text = "where the gateway listens; port 0: any",
     .fallback = "127.0.0.1:8080"},
    {.name = "admin",
     .kind = KQ_FLAG_TEXT,
     .value = "ADDRESS:PORT",
     .text = "where /healthz, /readyz, /metrics and /doctor are",
     .fallback = "127.0.0.1:8081"},
    {.name = "admin-token",
     .kind = KQ_FLAG_TEXT,
     .value = "TOKEN",
     .text = "what the admin address asks for; better as KAQUAN_ADMIN_TOKEN or in kaquan.conf"},
    {.name = "workers",
     .kind = KQ_FLAG_NUMBER,
     .value = "N",
     .text = "threads that answer; 0: one a core",
     .fallback = "0",
     .maximum = 1024},
    {.name = "connections",
     .kind = KQ_FLAG_NUMBER,
     .value = "N",
     .text = "connections at most",
     .fallback = "10000",
     .minimum = 1,
     .maximum = 1000000},
    {.name = "body-limit",
     .kind = KQ_FLAG_NUMBER,
     .value = "BYTES",
     .text = "longest request body",
     .fallback = "1048576",
     .minimum = 1024,
     .maximum = 1073741824},
    {.name = "header-timeout",
     .kind = KQ_FLAG_NUMBER,
     .value = "MS",
     .text = "for a request's head, and again for its body",
     .fallback = "10000",
     .minimum = 1,
     .maximum = 3600000},
    {.name = "idle-timeout",
     .kind = KQ_FLAG_NUMBER,
     .value = "MS",
     .text = "between the requests of a connection",
     .fallback = "60000",
     .minimum = 1,
     .maximum = 86400000},
    {.name = "max-wait-ms",
     .kind = KQ_FLAG_NUMBER,
     .value = "MS",
     .text = "how long a call may wait for its turn; one that would wait longer is answered busy at once",
     .fallback = "250",
     .minimum = 1,
     .maximum = 60000},
    {.name = "app-limit",
     .kind = KQ_FLAG_NUMBER,
     .value = "N",
     .text = "calls a second of an application that has no limit of its own; 0: none",
     .fallback = "0",
     .maximum = KQ_CALLS_PER_SECOND_MAX},
    {.name = "method-limit",
     .kind = KQ_FLAG_NUMBER,
     .value = "N",
     .text = "calls a second of one method by an application that has no limit of its own for it; 0: none",
     .fallback = "0",
     .maximum = KQ_CALLS_PER_SECOND_MAX},
    {.name = "signature-cache-bytes",
     .kind = KQ_FLAG_NUMBER,
     .value = "BYTES",
     .text = "memory for signatures and answers that are used again, over all workers; 0: none",
     .fallback = "67108864",
     .maximum = SIGNATURE_CACHE_BYTES_MAX},
    {.name = "clock-skew",
     .kind = KQ_FLAG_NUMBER,
     .value = "SECONDS",
     .text = "how far a call's timestamp may be from now; 0: not checked",
     .fallback = "900",
     .maximum = 86400},
    {.name = "access-log",
     .kind = KQ_FLAG_TEXT,
     .value = "FILE",
     .text = "one JSON line a call; -: standard error, off: none",
     .fallback = "-"},
    {.name = "notify",
     .kind = KQ_FLAG_TEXT,
     .value = "on|off",
     .text = "tell templates' notify URIs what happens to vouchers; off: it waits in the store",
     .choices = (const char *const[]){"on", "off", NULL},
     .fallback = "on"},
    {.name = "sandbox", .kind = KQ_FLAG_SWITCH, .text = "let the admin address move the business clock"},
    {.name = "clock-offset",
     .kind = KQ_FLAG_NUMBER,
     .value = "SECONDS",
     .text = "how far the business clock starts from the machine's",
     .fallback = "0",
     .minimum = -CLOCK_OFFSET_MAX_S,
     .maximum = CLOCK_OFFSET_MAX_S},
};

/* A core dump would hold the private key. */
static void forbid_core_dumps(void)
{
    const struct rlimit none = {0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) {
        kq_warn("core dumps cannot be switched off: %s", strerror(errno));
    }
}

static struct kq_result load_key(const struct kq_data *data, struct kq_arena *arena,
                                 struct kq_private_key **key, struct kq_error *error)
{
    struct kq_slice path = kq_data_path(data->directory, KQ_PRIVATE_KEY_FILE_NAME, arena);
    KQ_ENSURE_MEMORY(path.data != NULL, error);
    struct stat about;
    if (stat(path.data, &about) == 0 && (about.st_mode & 077) != 0) {
        kq_warn("%s can be read by others than its owner: chmod 600 it", path.data);
    }
    return kq_load_private_key(path.data, key, error);
}

/* NULL: not given. */
static const char *text_or_null(const struct kq_invocation *invocation, const char *name)
{
    struct kq_slice text = kq_flag_text(invocation, name);
    return text.size == 0 ? NULL : text.data;
}

/* data NULL: off. */
static struct kq_result find_notify_lock(struct kq_invocation *invocation, const struct kq_data *data,
                                         struct kq_slice *path, struct kq_error *error)
{
    struct kq_slice notify = kq_flag_text(invocation, "notify");
    bool is_on = kq_slice_equal(notify, KQ_SLICE("on"));
    KQ_ENSURE(is_on || kq_slice_equal(notify, KQ_SLICE("off")), error, KQ_E_USAGE,
              "--notify is on or off, not %.*s", KQ_SLICE_PRINT(notify));
    *path = KQ_SLICE_EMPTY;
    if (is_on) {
        *path = kq_data_path(data->directory, NOTIFY_LOCK_FILE_NAME, &invocation->arena);
        KQ_ENSURE_MEMORY(path->data != NULL, error);
    }
    return KQ_OK;
}

static struct kq_result serve(struct kq_invocation *invocation, struct kq_data *data,
                              const struct kq_private_key *key,
                              const struct kq_gateway_certificates *certificates, struct kq_error *error)
{
    struct kq_slice notify_lock;
    KQ_TRY(find_notify_lock(invocation, data, &notify_lock, error));
    const char *access_log = text_or_null(invocation, "access-log");
    const struct kq_server_settings settings = {
        .listen = kq_flag_text(invocation, "listen").data,
        .admin = kq_flag_text(invocation, "admin").data,
        .admin_token = text_or_null(invocation, "admin-token"),
        .store = data->store,
        .clock = &data->clock,
        .private_key = key,
        .certificates = *certificates,
        .workers = (unsigned)kq_flag_number(invocation, "workers"),
        .body_max_bytes = (size_t)kq_flag_number(invocation, "body-limit"),
        .connections_max = (unsigned)kq_flag_number(invocation, "connections"),
        .header_timeout_ms = (unsigned)kq_flag_number(invocation, "header-timeout"),
        .idle_timeout_ms = (unsigned)kq_flag_number(invocation, "idle-timeout"),
        .max_wait_ms = (unsigned)kq_flag_number(invocation, "max-wait-ms"),
        .app_calls_per_second = kq_flag_number(invocation, "app-limit"),
        .method_calls_per_second = kq_flag_number(invocation, "method-limit"),
        .signature_cache_bytes = (size_t)kq_flag_number(invocation, "signature-cache-bytes"),
        .clock_skew_s = kq_flag_number(invocation, "clock-skew"),
        .sandbox = kq_flag_switch(invocation, "sandbox"),
        .notify_lock = notify_lock.data,
        .access_log = access_log != NULL && strcmp(access_log, "off") == 0 ? NULL : access_log,
    };
    return kq_server_run(&settings, error);
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    forbid_core_dumps();
    KQ_TRY(kq_data_open(invocation, &data, error));
    atomic_store(&data.clock.offset_ms, kq_flag_number(invocation, "clock-offset") * 1000);
    KQ_TRY(load_key(&data, &invocation->arena, &key, error));
    const struct kq_authority authority = {data.directory, &data.clock.clock, &invocation->arena};
    struct kq_gateway_certificates certificates;
    KQ_TRY(kq_authority_open(&authority, key, &certificates, error));
    return serve(invocation, &data, key, &certificates, error);
}

const struct kq_command kq_command_serve = {
    .name = "serve",
    .text = "answer calls until SIGTERM",
    .example = "kaquan serve --data demo --listen 127.0.0.1:8080 --admin 127.0.0.1:8081",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
