/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/writer.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/thread.h"
#include "base/turns.h"
#include "store/sqlite.h"

/* The weight of a batch (kq_operation_weight) doubles, while that much is waiting, as long as a batch takes
 * less than this, and is halved where one takes more than BATCH_SHRINKS_ABOVE_US: what comes next, and a
 * writer of another process, waits for one batch. */
#define BATCH_GROWS_BELOW_US 20000
#define BATCH_SHRINKS_ABOVE_US 50000

/* The same where rows come in bulk and nobody else has committed for long: somebody may all the same come and
 * wait for one batch, or for the rest of the log, and gives up after KQ_SQLITE_BUSY_TIMEOUT_US. A batch of
 * twice the weight takes twice as long at most. */
#define BULK_BATCH_GROWS_BELOW_US 1250000
#define BULK_BATCH_SHRINKS_ABOVE_US 2500000

/* Other processes look for the lock four times in a millisecond (connection.c). One that writes batch after
 * batch leaves them this long to get it, after batches beside which it does not matter. */
#define REST_AFTER_US 10000
#define REST_NS 500000

/* Whoever commits beside a writer of rows in bulk is likely to do so again: batches are as short as any from
 * then on, until nobody has for so long. */
#define OTHERS_STAY_US INT64_C(10000000)

/* Where those that wait are patient (store.h), a commit is put off until so many share it: what a commit
 * costs beside its rows is little then for each of them. */
#define GATHER_COUNT 64

/* A batch of so many comes of a load at which commits are no longer what callers wait for. */
#define BUSY_WEIGHT 16

/* When nothing has come for this long, the pages that the writer keeps are given back. */
#define IDLE_S 2

#define US_PER_S INT64_C(1000000)
#define NS_PER_US 1000

static void append(struct kq_submission_list *list, struct kq_submission *submission)
{
    submission->next = NULL;
    list->weight += kq_operation_weight(submission->operation);
    if (list->last == NULL) {
        list->first = submission;
    } else {
        list->last->next = submission;
    }
    list->last = submission;
    list->count++;
}

static struct kq_submission *take_first(struct kq_submission_list *list)
{
    struct kq_submission *first = list->first;
    list->first = first->next;
    if (list->first == NULL) {
        list->last = NULL;
    }
    list->count--;
    list->weight -= kq_operation_weight(first->operation);
    return first;
}

/* Puts `later` behind the list. */
static void join(struct kq_submission_list *list, const struct kq_submission_list *later)
{
    if (list->count == 0) {
        *list = *later;
    } else if (later->count > 0) {
        list->last->next = later->first;
        list->last = later->last;
        list->count += later->count;
        list->weight += later->weight;
    }
}

/* Does the list's first have a place in a batch that may weigh so much? One that is empty takes anything. */
static bool has_place(const struct kq_submission_list *batch, const struct kq_submission_list *list,
                      size_t weight_max)
{
    return list->count > 0 &&
           (batch->count == 0 || batch->weight + kq_operation_weight(list->first->operation) <= weight_max);
}

/* By the clock that the thread sleeps by. */
static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US;
}

static int64_t earlier(int64_t left_us, int64_t right_us)
{
    return left_us < right_us ? left_us : right_us;
}

void kq_writer_submit(struct kq_writer *writer, struct kq_submission *submission)
{
    bool is_full = atomic_fetch_add(&writer->waiting_count, 1) >= writer->queue_max;
    bool must_wake = false;
    if (!is_full) {
        int64_t commit_by_us = now_us() + submission->patience_us;
        pthread_mutex_lock(&writer->mutex);
        append(&writer->queue, submission);
        writer->commit_by_us = earlier(writer->commit_by_us, commit_by_us);
        must_wake = writer->is_asleep &&
                    (commit_by_us < writer->asleep_until_us || writer->queue.count >= GATHER_COUNT);
        writer->is_asleep = writer->is_asleep && !must_wake;
        pthread_mutex_unlock(&writer->mutex);
    }
    if (must_wake) {
        pthread_cond_signal(&writer->changed);
    }
    if (is_full) {
        atomic_fetch_sub(&writer->waiting_count, 1);
        KQ_IGNORE(kq_fail(&submission->operation->error, KQ_E_BUSY, "too many writes are waiting"));
        submission->complete(submission);
    }
}

static void sleep_until(struct kq_writer *writer, int64_t until_us, bool *timed_out)
{
    const struct timespec until = {
        .tv_sec = until_us / US_PER_S,
        .tv_nsec = until_us % US_PER_S * NS_PER_US,
    };
    *timed_out = pthread_cond_timedwait(&writer->changed, &writer->mutex, &until) == ETIMEDOUT;
}

/* Waits for a submission, with the mutex held. The first time that takes long, the connection gives its pages
 * back: what a load has filled is not to stay for good. */
static void sleep_until_woken(struct kq_writer *writer, bool *is_idle)
{
    writer->asleep_until_us = INT64_MAX;
    if (*is_idle) {
        pthread_cond_wait(&writer->changed, &writer->mutex);
        return;
    }
    sleep_until(writer, now_us() + IDLE_S * US_PER_S, is_idle);
    if (*is_idle) {
        pthread_mutex_unlock(&writer->mutex);
        sqlite3_db_release_memory(writer->connection.handle);
        pthread_mutex_lock(&writer->mutex);
    }
}

/* With the mutex held: sleeps while there is nothing to do, or nobody minds that more come first. */
static void wait_for_queue(struct kq_writer *writer)
{
    bool is_idle = false;
    bool timed_out = false;
    while (writer->queue.count < GATHER_COUNT && now_us() < writer->commit_by_us && !writer->closing) {
        writer->is_asleep = true;
        if (writer->queue.count == 0) {
            sleep_until_woken(writer, &is_idle);
        } else {
            writer->asleep_until_us = writer->commit_by_us;
            sleep_until(writer, writer->commit_by_us, &timed_out);
        }
    }
    writer->is_asleep = false;
}

/* Takes all that is queued, so that nobody waits for this thread to sort it. `wait`: waits where nothing is
 * taken yet; empty then: the store is closing and there is nothing left. */
static void take_queue(struct kq_writer *writer, bool wait)
{
    pthread_mutex_lock(&writer->mutex);
    if (wait && writer->taken.count == 0) {
        wait_for_queue(writer);
    }
    struct kq_submission_list queue = writer->queue;
    writer->queue = (struct kq_submission_list){0};
    writer->commit_by_us = INT64_MAX;
    pthread_mutex_unlock(&writer->mutex);
    join(&writer->taken, &queue);
}

/* Puts so much behind the batch as it may weigh. */
static void fill_batch(struct kq_writer *writer, struct kq_submission_list *batch, size_t weight_max)
{
    size_t count_before = batch->count;
    while (has_place(batch, &writer->taken, weight_max)) {
        append(batch, take_first(&writer->taken));
    }
    atomic_fetch_sub(&writer->waiting_count, batch->count - count_before);
}

/* The next batch, of one operation at least; where rows come in bulk only its beginning, see go_on. Empty:
 * there will be none. */
static struct kq_submission_list take_batch(struct kq_writer *writer)
{
    struct kq_submission_list batch = {0};
    take_queue(writer, true);
    fill_batch(writer, &batch, writer->is_bulk ? KQ_BATCH_WEIGHT_MIN : writer->batch_weight_max);
    return batch;
}

/* Rows in bulk are made while those before them are decided: so their batch takes what has come when it has
 * decided what it has. Then as many rows wait in memory as one batch has, not two. The first that came, or
 * NULL: the batch is as large as it may be, or nothing waits. */
static struct kq_submission *go_on(struct kq_writer *writer, struct kq_submission_list *batch)
{
    struct kq_submission *last = batch->last;
    take_queue(writer, false);
    fill_batch(writer, batch, writer->batch_weight_max);
    return last->next;
}

/* From here on the submission is its submitter's again. */
static void complete_all(struct kq_submission_list *list)
{
    while (list->first != NULL) {
        struct kq_submission *submission = take_first(list);
        submission->complete(submission);
    }
}

static void fail_all(struct kq_submission_list *list, const struct kq_error *error)
{
    for (struct kq_submission *at = list->first; at != NULL; at = at->next) {
        at->operation->error = *error;
    }
    complete_all(list);
}

/* Each once when it begins, and once when it is over: a full disk is not to fill the log too. */
static void note_outcome(struct kq_writer *writer, const struct kq_error *failure)
{
    bool is_failing = failure != NULL;
    if (is_failing && !writer->is_failing) {
        kq_log(KQ_LOG_ERROR, "cannot write to the store, trying again with each request: %s",
               kq_error_message(failure));
    } else if (!is_failing && writer->is_failing) {
        kq_log(KQ_LOG_INFO, "writing to the store works again");
    }
    writer->is_failing = is_failing;
    bool is_unsettled = writer->batch.is_unsettled;
    if (is_unsettled && !writer->is_unsettled) {
        kq_log(KQ_LOG_ERROR, "outcome unknown: a commit failed and was refused, and may yet come back if"
                             " this process dies before another one succeeds");
    }
    writer->is_unsettled = is_unsettled;
}

/* Has nobody else committed for long? */
static bool is_alone(const struct kq_writer *writer)
{
    return writer->is_bulk && writer->clock->monotonic_us(writer->clock) >= writer->others_until_us;
}

/* Of a bulk writer that has just met another process's transaction, with no more than the beginning of a
 * batch. */
static void meet_others(struct kq_writer *writer)
{
    if (is_alone(writer)) {
        writer->batch_weight_max = KQ_BATCH_WEIGHT_MIN;
    }
    writer->others_until_us = writer->clock->monotonic_us(writer->clock) + OTHERS_STAY_US;
}

static struct kq_result decide_from(struct kq_writer *writer, const struct kq_submission *first,
                                    struct kq_error *error)
{
    for (const struct kq_submission *at = first; at != NULL; at = at->next) {
        kq_batch_run(&writer->batch, at->operation);
        if (kq_error_category(at->operation->error.code) == KQ_CATEGORY_INTERNAL) {
            *error = at->operation->error;
            return KQ_FAILED;
        }
    }
    return KQ_OK;
}

/* Decides and commits all of the list in one transaction, and where it `grows`, puts behind it what has come
 * meanwhile. After a failure nothing of it can be seen in the file; *begun false: it did not come to a
 * transaction. */
static struct kq_result write_together(struct kq_writer *writer, struct kq_submission_list *list, bool grows,
                                       bool *begun, struct kq_error *error)
{
    int64_t now_ms = writer->clock->business_ms(writer->clock);
    struct kq_result done = kq_batch_begin(&writer->batch, now_ms, error);
    *begun = done.ok;
    KQ_TRY(done);
    if (writer->is_bulk && writer->batch.met_others) {
        meet_others(writer);
    }
    const struct kq_submission *next = list->first;
    while (next != NULL && done.ok) {
        done = decide_from(writer, next, error);
        next = grows && done.ok ? go_on(writer, list) : NULL;
    }
    if (done.ok) {
        done = kq_batch_commit(&writer->batch, error);
    }
    if (!done.ok) {
        kq_batch_rollback(&writer->batch);
    }
    return done;
}

/* Each in a transaction of its own. Where none can begin, the rest is not tried: each might wait as long. */
static void write_each(struct kq_writer *writer, struct kq_submission_list *list)
{
    while (list->count > 0) {
        struct kq_error error = {0};
        struct kq_submission_list alone = {0};
        bool begun = false;
        append(&alone, take_first(list));
        bool written = write_together(writer, &alone, false, &begun, &error).ok;
        note_outcome(writer, written ? NULL : &error);
        if (written) {
            complete_all(&alone);
            continue;
        }
        fail_all(&alone, &error);
        if (!begun) {
            fail_all(list, &error);
        }
    }
}

/* Where rows come in bulk, nothing overtakes what could not be written for another process's sake: whoever
 * submits it again does so in its order, and knows after one wait. */
static void fail_waiting(struct kq_writer *writer, const struct kq_error *error)
{
    take_queue(writer, false);
    atomic_fetch_sub(&writer->waiting_count, writer->taken.count);
    fail_all(&writer->taken, error);
}

/* Takes the list's operations to their end. How much it weighed, with all that was put behind it. */
static size_t write_list(struct kq_writer *writer, struct kq_submission_list *list)
{
    struct kq_error error = {0};
    bool begun = false;
    bool written = write_together(writer, list, writer->is_bulk, &begun, &error).ok;
    size_t weight = list->weight;
    if (written) {
        note_outcome(writer, NULL);
        complete_all(list);
    } else if (begun && (list->count > 1 || writer->batch.is_unsettled)) {
        write_each(writer, list);
    } else {
        note_outcome(writer, &error);
        fail_all(list, &error);
        if (!begun && writer->is_bulk) {
            meet_others(writer);
            fail_waiting(writer, &error);
        }
    }
    return weight;
}

/* Of a commit: how long the log is now. Instead of SQLite's own hook, which would copy the log at once. */
static int note_log(void *context, sqlite3 *handle, const char *database, int log_pages)
{
    (void)handle;
    (void)database;
    ((struct kq_writer *)context)->log_pages = log_pages;
    return SQLITE_OK;
}

/* After the batch is answered. */
static void tend_log(struct kq_writer *writer, size_t weight)
{
    if (writer->log_pages == 0) {
        return;
    }
    enum kq_log_pace pace = is_alone(writer)        ? KQ_LOG_PACE_BULK
                            : weight >= BUSY_WEIGHT ? KQ_LOG_PACE_BUSY
                                                    : KQ_LOG_PACE_SINGLE;
    kq_checkpointer_tend(&writer->checkpointer, &writer->connection, writer->log_pages, pace);
    writer->log_pages = 0;
}

static void fit_batches(struct kq_writer *writer, size_t weight, int64_t took_us)
{
    size_t *most = &writer->batch_weight_max;
    bool alone = is_alone(writer);
    size_t bound = alone ? KQ_BULK_BATCH_WEIGHT_MAX : KQ_BATCH_WEIGHT_MAX;
    if (took_us > (alone ? BULK_BATCH_SHRINKS_ABOVE_US : BATCH_SHRINKS_ABOVE_US)) {
        *most = *most / 2 < KQ_BATCH_WEIGHT_MIN ? KQ_BATCH_WEIGHT_MIN : *most / 2;
    } else if (took_us < (alone ? BULK_BATCH_GROWS_BELOW_US : BATCH_GROWS_BELOW_US) && weight > *most / 2) {
        *most = *most * 2 > bound ? bound : *most * 2;
    }
}

static void let_others_in(const struct kq_writer *writer, int64_t took_us)
{
    if (writer->is_bulk || took_us > REST_AFTER_US) {
        struct timespec rest = {.tv_nsec = REST_NS};
        nanosleep(&rest, NULL);
    }
}

static void *run(void *context)
{
    struct kq_writer *writer = context;
    kq_turns_short();
    struct kq_submission_list list = take_batch(writer);
    while (list.count > 0) {
        int64_t begun_us = writer->clock->monotonic_us(writer->clock);
        size_t weight = write_list(writer, &list);
        int64_t took_us = writer->clock->monotonic_us(writer->clock) - begun_us;
        fit_batches(writer, weight, took_us);
        let_others_in(writer, took_us);
        tend_log(writer, weight);
        list = take_batch(writer);
    }
    return NULL;
}

struct kq_result kq_writer_start(struct kq_writer *writer, const char *path, size_t queue_max, bool is_bulk,
                                 struct kq_error *error)
{
    writer->clock = writer->connection.clock;
    writer->queue_max = queue_max;
    writer->is_bulk = is_bulk;
    writer->batch_weight_max = KQ_BATCH_WEIGHT_MIN;
    writer->commit_by_us = INT64_MAX;
    writer->batch = (struct kq_batch){.connection = &writer->connection};
    KQ_TRY(kq_checkpointer_start(&writer->checkpointer, path, writer->clock, error));
    sqlite3_wal_hook(writer->connection.handle, note_log, writer);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_cond_init(&writer->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int status = kq_thread_start(&writer->thread, run, writer);
    if (status != 0) {
        pthread_cond_destroy(&writer->changed);
        pthread_mutex_destroy(&writer->mutex);
        kq_checkpointer_stop(&writer->checkpointer);
        return kq_fail(error, KQ_E_INTERNAL, "cannot start the store's thread: %s", strerror(status));
    }
    return KQ_OK;
}

void kq_writer_stop(struct kq_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    writer->closing = true;
    pthread_mutex_unlock(&writer->mutex);
    pthread_cond_signal(&writer->changed);
    pthread_join(writer->thread, NULL);
    kq_checkpointer_stop(&writer->checkpointer);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->mutex);
    kq_batch_free(&writer->batch);
}
