/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_WRITER_H
#define KQ_STORE_SQLITE_WRITER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "store/sqlite/batch.h"
#include "store/sqlite/checkpointer.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

/* The one thread of a store that writes. It takes everything that waits, as far as one batch may go, commits
 * it, then completes it. How far that is follows from how long the last batches took: see
 * BATCH_GROWS_BELOW_US in writer.c; where rows come in bulk (sqlite.h), from whether anybody else commits,
 * see OTHERS_STAY_US. Where the batch fails as a whole, each of its operations is tried once more alone, so
 * that one that cannot be written fails alone.
 *
 * A commit that fails at the disk may have left all of itself in SQLite's log, and whoever opens the file
 * after a crash takes it for good (see store.h). Therefore an operation whose commit failed is tried once
 * more even if it was alone, and from then on every batch writes something until one is committed: what
 * merely refuses or repeats is not completed either before the disk works again. */

struct kq_submission_list {
    struct kq_submission *first;
    struct kq_submission *last;
    size_t count;
    size_t weight; /* of all of them: kq_operation_weight */
};

struct kq_writer {
    /* Set before the thread starts, and by it alone afterwards. */
    struct kq_connection connection;
    struct kq_batch batch;
    struct kq_checkpointer checkpointer;
    const struct kq_clock *clock; /* borrowed */
    size_t queue_max;
    bool is_bulk;
    struct kq_submission_list taken; /* from the queue, for the next batches */
    size_t batch_weight_max;
    int64_t others_until_us; /* of a bulk writer: until then it is not alone with the file */
    int log_pages;           /* of the commit that was the last, or 0 */
    bool is_failing;         /* the last batch was not committed: said once in the log */
    bool is_unsettled;       /* the batch's, as last said in the log */
    pthread_t thread;

    _Atomic size_t waiting_count; /* queue and taken together */

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    struct kq_submission_list queue;
    int64_t commit_by_us;    /* when the least patient of the queue is to be committed; INT64_MAX: nobody */
    int64_t asleep_until_us; /* when the thread wakes by itself */
    bool is_asleep;          /* the thread waits for `changed` */
    bool closing;
};

/* Starts the thread, and the checkpointer's. `connection` is open already, and stays open. `path`, the
 * file's, is borrowed. INTERNAL. */
KQ_MUST struct kq_result kq_writer_start(struct kq_writer *writer, const char *path, size_t queue_max,
                                         bool is_bulk, struct kq_error *error);

/* Any thread. See store.h. */
void kq_writer_submit(struct kq_writer *writer, struct kq_submission *submission);

/* Waits for what was submitted, ends the threads. The connection is the caller's to close. */
void kq_writer_stop(struct kq_writer *writer);

#endif
