/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/writer.h"

#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "store/sqlite.h"

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

void kq_writer_submit(struct kq_writer *writer, struct kq_submission *submission)
{
    pthread_mutex_lock(&writer->mutex);
    bool is_full = writer->queue.count >= writer->queue_max;
    if (!is_full) {
        append(&writer->queue, submission);
        pthread_cond_signal(&writer->changed);
    }
    pthread_mutex_unlock(&writer->mutex);
    if (is_full) {
        KQ_IGNORE(kq_fail(&submission->operation->error, KQ_E_BUSY, "too many writes are waiting"));
        submission->complete(submission);
    }
}

/* Waits for work. Empty: the store is closing and there is none left. */
static struct kq_submission_list take_batch(struct kq_writer *writer)
{
    struct kq_submission_list taken = {0};
    pthread_mutex_lock(&writer->mutex);
    while (writer->queue.count == 0 && !writer->closing) {
        pthread_cond_wait(&writer->changed, &writer->mutex);
    }
    if (writer->queue.count <= KQ_BATCH_MAX) {
        taken = writer->queue;
        writer->queue = (struct kq_submission_list){0};
    }
    while (taken.count < KQ_BATCH_MAX && writer->queue.count > 0) {
        append(&taken, take_first(&writer->queue));
    }
    pthread_mutex_unlock(&writer->mutex);
    return taken;
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

static size_t weight_of(const struct kq_submission_list *list)
{
    size_t weight = 0;
    for (const struct kq_submission *at = list->first; at != NULL; at = at->next) {
        weight += kq_operation_weight(at->operation);
    }
    return weight;
}

/* Decides and commits all of the list, in one transaction. After a failure nothing of it can be seen in the
 * file; *begun false: it did not come to a transaction. */
static struct kq_result write_together(struct kq_writer *writer, const struct kq_submission_list *list,
                                       bool *begun, struct kq_error *error)
{
    int64_t now_ms = writer->clock->business_ms(writer->clock);
    struct kq_result done = kq_batch_begin(&writer->batch, weight_of(list), now_ms, error);
    *begun = done.ok;
    KQ_TRY(done);
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
    }
}

static void *run(void *context)
{
    struct kq_writer *writer = context;
    struct kq_submission_list list = take_batch(writer);
    while (list.count > 0) {
        write_list(writer, &list);
        list = take_batch(writer);
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

struct kq_result kq_writer_start(struct kq_writer *writer, size_t queue_max, struct kq_error *error)
{
    writer->clock = writer->connection.clock;
    writer->queue_max = queue_max;
    writer->batch = (struct kq_batch){.connection = &writer->connection};
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_cond_init(&writer->changed, NULL);
    int status = start_thread(writer);
    if (status != 0) {
        pthread_cond_destroy(&writer->changed);
        pthread_mutex_destroy(&writer->mutex);
        return kq_fail(error, KQ_E_INTERNAL, "cannot start the store's thread: %s", strerror(status));
    }
    return KQ_OK;
}

void kq_writer_stop(struct kq_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    writer->closing = true;
    pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->thread, NULL);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->mutex);
    kq_arena_free(&writer->batch.arena);
}
