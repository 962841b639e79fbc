/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_CHECKPOINTER_H
#define KQ_STORE_SQLITE_CHECKPOINTER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

/* Copies the log back into the file, beside the writer and not in its way: a thread of its own with a
 * connection of its own, for which neither writers nor readers wait.
 *
 * The log begins anew where all of it has been copied and nobody reads from it any more. While the writer
 * goes on writing that never happens by itself, since the log is always a little longer than what has been
 * copied. So where the log has become long, the writer copies the rest itself, between two batches and after
 * it has answered the first, as soon as the rest is short; the longer the log, the more passes for short; and
 * at KQ_LOG_MAX_PAGES it waits for the thread first and copies whatever is left, so that the log is bounded.
 * A reader that stays in one view for long still keeps the log growing; the next attempt then comes when it
 * has grown by another KQ_LOG_COPY_PAGES. */

/* Pages of the log that are not copied yet before the thread does so. Many of them are the same page again.
 */
#define KQ_LOG_COPY_PAGES 4096

/* The same where the writer is not busy, and each of its commits is waited for: what a pass gives the disk to
 * do at once is then so little that a commit beside it takes little longer. */
#define KQ_LOG_COPY_SOON_PAGES 256

/* From here on the log is to begin anew. */
#define KQ_LOG_REST_PAGES 16384

/* A rest that is short beside any log: some milliseconds' worth. */
#define KQ_LOG_REST_LEFT_PAGES 64

/* As long as it gets, and one batch more: a start after a power cut reads it in a fraction of a second. */
#define KQ_LOG_MAX_PAGES 65536

/* The same where rows come in bulk and nobody else commits. Each batch writes the same pages again, so that
 * they are copied once for some batches, and all at once: the thread does it, and the writer waits for it
 * without holding the file. A start after a power cut may read so much, and one batch more, for a second or
 * two. */
#define KQ_LOG_BULK_PAGES 196608

/* How often it is looked, KQ_SQLITE_POLL_US apart, whether the readers are done: some milliseconds, more than
 * any read takes. */
#define KQ_LOG_REST_PATIENCE 40

struct kq_checkpointer {
    const char *path;             /* borrowed */
    const struct kq_clock *clock; /* borrowed */
    pthread_t thread;
    bool is_failing; /* the thread's: said once in the log */

    _Atomic int64_t copied_pages; /* of the log, from its beginning */

    /* The writer's. */
    int64_t log_pages; /* as its last commit left it */
    int64_t rest_at_pages;
    int64_t rest_by_pages;

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    bool wanted;
    bool is_copying;
    bool closing;
};

/* How commits come. */
enum kq_log_pace {
    KQ_LOG_PACE_SINGLE, /* each is waited for */
    KQ_LOG_PACE_BUSY,   /* many share one */
    KQ_LOG_PACE_BULK    /* rows in bulk, and nobody else commits */
};

/* Starts the thread; it opens its connection when there is something to do. `path` and `clock` stay until the
 * stop. INTERNAL. */
KQ_MUST struct kq_result kq_checkpointer_start(struct kq_checkpointer *checkpointer, const char *path,
                                               const struct kq_clock *clock, struct kq_error *error);

/* The writer's thread, after a commit that left so many pages in the log, and after it is answered. `writer`
 * is its connection, which may have to do the rest. */
void kq_checkpointer_tend(struct kq_checkpointer *checkpointer, struct kq_connection *writer,
                          int64_t log_pages, enum kq_log_pace pace);

/* Waits for what it is doing, and ends the thread. */
void kq_checkpointer_stop(struct kq_checkpointer *checkpointer);

#endif
