/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "bench/clock.h"
#include "bench/commands.h"
#include "bench/histogram.h"
#include "bench/sync_count.h"
#include "cli/file.h"
#include "store/sqlite.h"
#include "store/store.h"

/* A hundred million rows of sixty bytes. */
#define ROWS_MAX_BYTES ((size_t)8 << 30)
#define IN_FLIGHT_MAX 16384

struct issuing;

/* An issue in flight: used again with the next row once it is done. */
struct slot {
    struct kq_submission submission; /* first: complete gets this and means the whole */
    struct kq_operation operation;
    struct kq_arena arena;
    struct issuing *issuing;
    struct slot *next;
    int64_t begun_ns;
};

struct issuing {
    struct kq_store *store;
    struct kq_slice pid;
    struct kq_slice rows; /* what is left of the text */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct slot *done; /* those whose completion has run */
    size_t in_flight;
    uint64_t issued;
    uint64_t refused;
    struct kq_error refusal; /* of the last that was refused */
    struct kq_bench_histogram latency;
};

static struct kq_slice take_until(struct kq_slice *text, char separator)
{
    size_t at = kq_slice_find(*text, separator);
    struct kq_slice piece = {.data = text->data, .size = at};
    size_t used = at < text->size ? at + 1 : at;
    *text = (struct kq_slice){.data = text->data + used, .size = text->size - used};
    return piece;
}

/* On the store's thread. */
static void complete(struct kq_submission *submission)
{
    struct slot *slot = (struct slot *)submission;
    struct issuing *issuing = slot->issuing;
    pthread_mutex_lock(&issuing->mutex);
    slot->next = issuing->done;
    issuing->done = slot;
    pthread_cond_signal(&issuing->changed);
    pthread_mutex_unlock(&issuing->mutex);
}

/* False: there are no more rows. */
static bool submit_next(struct issuing *issuing, struct slot *slot)
{
    if (issuing->rows.size == 0) {
        return false;
    }
    struct kq_slice row = take_until(&issuing->rows, '\n');
    kq_arena_reset(&slot->arena);
    slot->operation = (struct kq_operation){.kind = KQ_OP_ISSUE, .arena = &slot->arena};
    struct kq_issue_request *request = &slot->operation.issue.request;
    request->pid = issuing->pid;
    request->template_id = take_until(&row, ',');
    request->recipient.kind = KQ_RECIPIENT_USER_ID;
    request->recipient.value = take_until(&row, ',');
    request->out_biz_no = take_until(&row, ',');
    slot->submission = (struct kq_submission){.operation = &slot->operation, .complete = complete};
    slot->issuing = issuing;
    slot->begun_ns = kq_bench_now_ns();
    issuing->in_flight++;
    kq_store_submit(issuing->store, &slot->submission);
    return true;
}

static struct slot *wait_for_done(struct issuing *issuing)
{
    pthread_mutex_lock(&issuing->mutex);
    while (issuing->done == NULL) {
        pthread_cond_wait(&issuing->changed, &issuing->mutex);
    }
    struct slot *done = issuing->done;
    issuing->done = NULL;
    pthread_mutex_unlock(&issuing->mutex);
    return done;
}

static void count(struct issuing *issuing, const struct slot *slot, int64_t now_ns)
{
    issuing->in_flight--;
    kq_bench_histogram_add(&issuing->latency, now_ns - slot->begun_ns);
    if (slot->operation.error.code == KQ_E_NONE && !slot->operation.issue.result.replayed) {
        issuing->issued++;
    } else {
        issuing->refused++;
        issuing->refusal = slot->operation.error;
    }
}

/* As many in flight all the time as there are slots, until the time is over or the rows are. */
static void issue_all(struct issuing *issuing, struct slot *slots, size_t slot_count, int64_t end_ns)
{
    for (size_t i = 0; i < slot_count && submit_next(issuing, &slots[i]); i++) {
    }
    while (issuing->in_flight > 0) {
        struct slot *done = wait_for_done(issuing);
        int64_t now_ns = kq_bench_now_ns();
        while (done != NULL) {
            struct slot *next = done->next;
            count(issuing, done, now_ns);
            if (now_ns < end_ns) {
                (void)submit_next(issuing, done);
            }
            done = next;
        }
    }
}

/* Closing copies what is still in the log alone into the database: work that a longer run would have done. */
static void print_result(const struct issuing *issuing, size_t slot_count, int64_t spent_ns, int64_t close_ns,
                         const struct kq_bench_histogram *syncs, struct kq_buffer *json)
{
    double seconds = (double)spent_ns / (double)KQ_BENCH_SECOND_NS;
    kq_buffer_print(json,
                    "{\"in_flight\":%zu,\"seconds\":%.3f,\"close_s\":%.3f,\"rows\":%" PRIu64
                    ",\"rows_per_s\":%.1f,",
                    slot_count, seconds, (double)close_ns / (double)KQ_BENCH_SECOND_NS, issuing->issued,
                    (double)issuing->issued / seconds);
    kq_buffer_print(json, "\"latency_p50_us\":%.1f,\"latency_p99_us\":%.1f,\"cpu_s\":%.3f,",
                    (double)kq_bench_histogram_at(&issuing->latency, 500) / 1e3,
                    (double)kq_bench_histogram_at(&issuing->latency, 990) / 1e3,
                    (double)kq_bench_process_cpu_ns() / 1e9);
    kq_buffer_print(
        json, "\"syncs\":%" PRIu64 ",\"rows_a_sync\":%.1f,\"sync_p50_us\":%.1f,\"sync_p99_us\":%.1f}\n",
        syncs->total, syncs->total == 0 ? 0 : (double)issuing->issued / (double)syncs->total,
        (double)kq_bench_histogram_at(syncs, 500) / 1e3, (double)kq_bench_histogram_at(syncs, 990) / 1e3);
}

static struct kq_result check_refusals(const struct issuing *issuing, struct kq_error *error)
{
    KQ_ENSURE(issuing->refused == 0, error, KQ_E_BAD_INPUT,
              "%" PRIu64 " rows were refused, the last with %s: %s", issuing->refused,
              kq_error_name(issuing->refusal.code), kq_error_message(&issuing->refusal));
    return KQ_OK;
}

/* Closes the store. */
static struct kq_result issue_and_close(struct issuing *issuing, size_t slot_count, double seconds,
                                        struct kq_buffer *json, struct kq_error *error)
{
    static struct kq_bench_histogram syncs;
    struct slot *slots = kq_memory_allocate(slot_count * sizeof(*slots));
    if (slots == NULL) {
        kq_store_close(issuing->store);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    kq_bench_sync_count_reset();
    int64_t begun_ns = kq_bench_now_ns();
    issue_all(issuing, slots, slot_count, begun_ns + (int64_t)(seconds * (double)KQ_BENCH_SECOND_NS));
    int64_t done_ns = kq_bench_now_ns();
    kq_bench_sync_count_read(&syncs);
    kq_store_close(issuing->store);
    print_result(issuing, slot_count, done_ns - begun_ns, kq_bench_now_ns() - done_ns, &syncs, json);
    for (size_t i = 0; i < slot_count; i++) {
        kq_arena_free(&slots[i].arena);
    }
    kq_memory_free(slots);
    return check_refusals(issuing, error);
}

struct kq_result kq_bench_store_command(const struct kq_bench_options *options, struct kq_buffer *json,
                                        struct kq_error *error)
{
    static struct issuing issuing = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct kq_buffer rows KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_system_clock clock;
    const char *database = NULL;
    const char *rows_path = NULL;
    const char *pid = NULL;
    double in_flight = 0;
    double seconds = 0;
    KQ_TRY(kq_bench_option_text(options, "database", &database, error));
    KQ_TRY(kq_bench_option_text(options, "rows", &rows_path, error));
    KQ_TRY(kq_bench_option_text(options, "pid", &pid, error));
    KQ_TRY(kq_bench_option_number(options, "in-flight", 1, &in_flight, error));
    KQ_TRY(kq_bench_option_number(options, "seconds", 3600, &seconds, error));
    KQ_ENSURE(in_flight >= 1 && in_flight <= IN_FLIGHT_MAX, error, KQ_E_USAGE, "--in-flight: 1 to %d",
              IN_FLIGHT_MAX);
    KQ_TRY(kq_file_read(rows_path, ROWS_MAX_BYTES, &rows, error));
    issuing.rows = kq_buffer_slice(&rows);
    (void)take_until(&issuing.rows, '\n'); /* the line with the columns' names */
    issuing.pid = kq_slice_of(pid);
    KQ_TRY(kq_bench_sync_count_start(error));
    kq_system_clock_init(&clock, 0);
    const struct kq_sqlite_options store = {.path = database, .clock = &clock.clock};
    KQ_TRY(kq_sqlite_open(&store, &issuing.store, error));
    return issue_and_close(&issuing, (size_t)in_flight, seconds, json, error);
}
