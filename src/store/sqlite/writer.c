/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/writer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/turns.h"
#include "store/sqlite.h"

/* The weight of a batch (kq_operation_weight) doubles, while that much is waiting, as long as a batch takes
 * less than this, and is halved where one takes more than BATCH_SHRINKS_ABOVE_US: what comes next, and a
 * writer of another process, waits for one batch. */
#define BATCH_GROWS_BELOW_US 20000
#define BATCH_SHRINKS_ABOVE_US 50000

/* Other processes look for the lock four times in a millisecond (connection.c). One that writes batch after
 * batch leaves them this long to get it, after batches beside which it does not matter. */
#define REST_AFTER_US 10000
#define REST_NS 500000

/* Where rows come in bulk, batches grow however long they take while nobody else commits to the file. Whoever
 * does is likely to do so again: they are bounded in time from then on, until nobody has for so long. */
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
    }
}

/* Takes what weighs so much at most off the list's front, but one at least where there is one. */
static struct kq_submission_list take_weight(struct kq_submission_list *list, size_t weight_max,
                                             size_t *weight)
{
    struct kq_submission_list taken = {0};
    *weight = 0;
    while (list->count > 0) {
        size_t next_weight = kq_operation_weight(list->first->operation);
        if (taken.count > 0 && next_weight > weight_max - *weight) {
            break;
        }
        append(&taken, take_first(list));
        *weight = next_weight < weight_max - *weight ? *weight + next_weight : weight_max;
    }
    return taken;
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

/* The next batch, of one operation at least. Empty: there will be none. */
static struct kq_submission_list take_batch(struct kq_writer *writer, size_t *weight)
{
    take_queue(writer, true);
    struct kq_submission_list batch = take_weight(&writer->taken, writer->batch_weight_max, weight);
    atomic_fetch_sub(&writer->waiting_count, batch.count);
    return batch;
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

/* May batches take as long as they want to? */
static bool is_alone(const struct kq_writer *writer)
{
    return writer->is_bulk && writer->clock->monotonic_us(writer->clock) >= writer->others_until_us;
}

static void remember_others(struct kq_writer *writer)
{
    writer->others_until_us = writer->clock->monotonic_us(writer->clock) + OTHERS_STAY_US;
}

/* Of a bulk writer that has just met another process's commit: if it was alone so far, the batch that it is
 * about to decide is too large now, and all but its beginning is left for the next ones. */
static void meet_others(struct kq_writer *writer, struct kq_submission_list *list)
{
    bool was_alone = is_alone(writer);
    remember_others(writer);
    if (!was_alone) {
        return;
    }
    size_t weight = 0;
    writer->batch_weight_max = KQ_BATCH_WEIGHT_MIN;
    struct kq_submission_list kept = take_weight(list, writer->batch_weight_max, &weight);
    atomic_fetch_add(&writer->waiting_count, list->count);
    join(list, &writer->taken);
    writer->taken = *list;
    *list = kept;
}

/* Decides and commits all of the list, or what meet_others leaves of it, in one transaction. After a failure
 * nothing of it can be seen in the file; *begun false: it did not come to a transaction. */
static struct kq_result write_together(struct kq_writer *writer, struct kq_submission_list *list, bool *begun,
                                       struct kq_error *error)
{
    int64_t now_ms = writer->clock->business_ms(writer->clock);
    struct kq_result done = kq_batch_begin(&writer->batch, now_ms, error);
    *begun = done.ok;
    KQ_TRY(done);
    if (writer->is_bulk && writer->batch.met_others) {
        meet_others(writer, list);
    }
    for (struct kq_submission *at = list->first; at != NULL && done.ok; at = at->next) {
        kq_batch_run(&writer->batch, at->operation);
        if (kq_error_category(at->operation->error.code) == KQ_CATEGORY_INTERNAL) {
            *error = at->operation->error;
            done = KQ_FAILED;
        }
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
        bool written = write_together(writer, &alone, &begun, &error).ok;
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

/* Takes the list's operations to their end. */
static void write_list(struct kq_writer *writer, struct kq_submission_list *list)
{
    struct kq_error error = {0};
    bool begun = false;
    if (write_together(writer, list, &begun, &error).ok) {
        note_outcome(writer, NULL);
        complete_all(list);
    } else if (begun && (list->count > 1 || writer->batch.is_unsettled)) {
        write_each(writer, list);
    } else {
        note_outcome(writer, &error);
        fail_all(list, &error);
        if (!begun && writer->is_bulk) {
            remember_others(writer);
            fail_waiting(writer, &error);
        }
    }
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
    kq_checkpointer_tend(&writer->checkpointer, &writer->connection, writer->log_pages,
                         weight >= BUSY_WEIGHT);
    writer->log_pages = 0;
}

static void fit_batches(struct kq_writer *writer, size_t weight, int64_t took_us)
{
    size_t *most = &writer->batch_weight_max;
    bool alone = is_alone(writer);
    size_t bound = alone ? KQ_BULK_BATCH_WEIGHT_MAX : KQ_BATCH_WEIGHT_MAX;
    if (!alone && took_us > BATCH_SHRINKS_ABOVE_US) {
        *most = *most / 2 < KQ_BATCH_WEIGHT_MIN ? KQ_BATCH_WEIGHT_MIN : *most / 2;
    } else if ((alone || took_us < BATCH_GROWS_BELOW_US) && weight > *most / 2) {
        *most = *most * 2 > bound ? bound : *most * 2;
    }
    if (writer->is_bulk || took_us > REST_AFTER_US) {
        struct timespec rest = {.tv_nsec = REST_NS};
        nanosleep(&rest, NULL);
    }
}

static void *run(void *context)
{
    struct kq_writer *writer = context;
    size_t weight = 0;
    kq_turns_short();
    struct kq_submission_list list = take_batch(writer, &weight);
    while (list.count > 0) {
        int64_t begun_us = writer->clock->monotonic_us(writer->clock);
        write_list(writer, &list);
        int64_t took_us = writer->clock->monotonic_us(writer->clock) - begun_us;
        tend_log(writer, weight);
        fit_batches(writer, weight, took_us);
        list = take_batch(writer, &weight);
    }
    return NULL;
}

/* Signals are for the program's other threads. */
static int start_thread(struct kq_writer *writer)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = pthread_create(&writer->thread, NULL, run, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
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
    int status = start_thread(writer);
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
