/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/memory.h"
#include "bench/clock.h"
#include "bench/commands.h"
#include "bench/histogram.h"
#include "bench/sampler.h"
#include "cli/keys.h"
#include "wire/signature.h"

/* A page of a database, the least that a commit appends. */
#define APPEND_BYTES 4096
/* Enough for a p99. */
#define SYNCS_MAX 2000

enum work {
    WORK_SIGN,
    WORK_VERIFY,
};

struct worker {
    enum work work;
    struct kq_private_key *private_key; /* owned */
    struct kq_public_key *public_key;   /* owned */
    struct kq_slice signature;
    _Atomic bool *stopping;
    pthread_t thread;
    bool started;
    uint64_t done;
};

static const char signed_text[] = "what is signed hardly matters, the digest of it always has 32 bytes";

static void *run(void *context)
{
    struct worker *worker = context;
    struct kq_buffer signature KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    while (!atomic_load_explicit(worker->stopping, memory_order_relaxed)) {
        kq_buffer_clear(&signature);
        kq_arena_reset(&arena);
        struct kq_result done =
            worker->work == WORK_SIGN
                ? kq_sign(worker->private_key, KQ_SIGN_RSA2, KQ_SLICE(signed_text), &signature, NULL)
                : kq_verify(worker->public_key, KQ_SIGN_RSA2, KQ_SLICE(signed_text), worker->signature,
                            &arena, NULL);
        worker->done += done.ok ? 1 : 0;
    }
    return NULL;
}

static struct kq_result start(struct worker *worker, const struct kq_private_key *key, struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_slice der;
    KQ_TRY(kq_private_key_copy(key, &worker->private_key, error));
    KQ_TRY(kq_private_key_export_public(key, &arena, &der, error));
    KQ_TRY(kq_public_key_load_der(der, &worker->public_key, error));
    int status = pthread_create(&worker->thread, NULL, run, worker);
    KQ_ENSURE(status == 0, error, KQ_E_INTERNAL, "cannot start a thread: %s", strerror(status));
    worker->started = true;
    return KQ_OK;
}

static void sleep_for(double seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds,
                            .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

/* Starts all, waits, stops all; how many a second were done. */
static struct kq_result work_together(struct worker *workers, unsigned count,
                                      const struct kq_private_key *key, double seconds, double *per_s,
                                      struct kq_error *error)
{
    _Atomic bool *stopping = workers[0].stopping;
    struct kq_result done = KQ_OK;
    int64_t begun_ns = kq_bench_now_ns();
    for (unsigned i = 0; i < count && done.ok; i++) {
        done = start(&workers[i], key, error);
    }
    if (done.ok) {
        sleep_for(seconds);
    }
    atomic_store(stopping, true);
    int64_t ended_ns = kq_bench_now_ns();
    uint64_t total = 0;
    for (unsigned i = 0; i < count; i++) {
        if (workers[i].started) {
            pthread_join(workers[i].thread, NULL);
        }
        total += workers[i].done;
        kq_private_key_free(workers[i].private_key);
        kq_public_key_free(workers[i].public_key);
    }
    *per_s = (double)total * (double)KQ_BENCH_SECOND_NS / (double)(ended_ns - begun_ns);
    return done;
}

static struct kq_result measure_work(enum work work, const struct kq_private_key *key, double seconds,
                                     double *per_s, struct kq_error *error)
{
    _Atomic bool stopping = false;
    struct kq_buffer signature KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_sign(key, KQ_SIGN_RSA2, KQ_SLICE(signed_text), &signature, error));
    unsigned count = kq_bench_core_count();
    struct worker *workers = kq_memory_allocate(count * sizeof(*workers));
    KQ_ENSURE_MEMORY(workers != NULL, error);
    for (unsigned i = 0; i < count; i++) {
        workers[i].work = work;
        workers[i].stopping = &stopping;
        workers[i].signature = kq_buffer_slice(&signature);
    }
    struct kq_result done = work_together(workers, count, key, seconds, per_s, error);
    kq_memory_free(workers);
    return done;
}

static struct kq_result sync_appends(int file, double seconds, struct kq_bench_histogram *syncs,
                                     int64_t *spent_ns, struct kq_error *error)
{
    static const char page[APPEND_BYTES] = {1};
    int64_t begun_ns = kq_bench_now_ns();
    int64_t now_ns = begun_ns;
    while (syncs->total < SYNCS_MAX && now_ns - begun_ns < (int64_t)(seconds * (double)KQ_BENCH_SECOND_NS)) {
        int64_t written_ns = now_ns;
        KQ_ENSURE(write(file, page, sizeof(page)) == (ssize_t)sizeof(page) && fdatasync(file) == 0, error,
                  KQ_E_IO, "cannot write: %s", strerror(errno));
        now_ns = kq_bench_now_ns();
        kq_bench_histogram_add(syncs, now_ns - written_ns);
    }
    *spent_ns = now_ns - begun_ns;
    return KQ_OK;
}

static struct kq_result measure_syncs(const char *directory, double seconds, struct kq_bench_histogram *syncs,
                                      int64_t *spent_ns, struct kq_error *error)
{
    int file = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    KQ_ENSURE(file >= 0, error, KQ_E_IO, "%s: %s", directory, strerror(errno));
    struct kq_result done = sync_appends(file, seconds, syncs, spent_ns, error);
    close(file);
    return done;
}

struct kq_result kq_bench_limit_command(const struct kq_bench_options *options, struct kq_buffer *json,
                                        struct kq_error *error)
{
    static struct kq_bench_histogram syncs;
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    const char *directory = NULL;
    double seconds = 0;
    double signatures_per_s = 0;
    double verifications_per_s = 0;
    int64_t spent_ns = 0;
    KQ_TRY(kq_bench_option_text(options, "directory", &directory, error));
    KQ_TRY(kq_bench_option_number(options, "seconds", 2, &seconds, error));
    KQ_TRY(kq_private_key_generate(2048, &key, error));
    KQ_TRY(measure_work(WORK_SIGN, key, seconds, &signatures_per_s, error));
    KQ_TRY(measure_work(WORK_VERIFY, key, seconds / 2, &verifications_per_s, error));
    KQ_TRY(measure_syncs(directory, seconds, &syncs, &spent_ns, error));
    kq_buffer_print(json,
                    "{\"cores\":%u,\"signatures_per_s\":%.1f,\"verifications_per_s\":%.1f,"
                    "\"syncs_per_s\":%.1f,",
                    kq_bench_core_count(), signatures_per_s, verifications_per_s,
                    (double)syncs.total * (double)KQ_BENCH_SECOND_NS / (double)(spent_ns + 1));
    kq_buffer_print(json, "\"sync_p50_us\":%.1f,\"sync_p99_us\":%.1f}\n",
                    (double)kq_bench_histogram_at(&syncs, 500) / 1e3,
                    (double)kq_bench_histogram_at(&syncs, 990) / 1e3);
    return KQ_OK;
}
