/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/checkpointer.h"

#include <string.h>

#include "base/log.h"
#include "base/thread.h"

/* Once when it begins, and once when it is over. Nothing is lost by it: the log keeps what it has. */
static void note_outcome(struct kq_checkpointer *checkpointer, const struct kq_error *failure)
{
    bool is_failing = failure != NULL;
    if (is_failing && !checkpointer->is_failing) {
        kq_log(KQ_LOG_ERROR, "cannot copy the store's log back into its file, trying again as it grows: %s",
               kq_error_message(failure));
    } else if (!is_failing && checkpointer->is_failing) {
        kq_log(KQ_LOG_INFO, "copying the store's log back works again");
    }
    checkpointer->is_failing = is_failing;
}

/* PASSIVE: as much as can be without waiting for anybody. BUSY is another checkpoint that is under way, which
 * is as good. */
static struct kq_result copy_log(struct kq_checkpointer *checkpointer, struct kq_connection *connection,
                                 int mode, struct kq_error *error)
{
    int log_pages = 0;
    int copied_pages = 0;
    int status = sqlite3_wal_checkpoint_v2(connection->handle, NULL, mode, &log_pages, &copied_pages);
    bool is_busy = (status & 0xFF) == SQLITE_BUSY;
    if (copied_pages > 0) {
        atomic_store(&checkpointer->copied_pages, copied_pages);
    }
    return status == SQLITE_OK || is_busy ? KQ_OK : kq_connection_fail(connection, status, error);
}

/* SQLite itself does so only in the pass that copies the last page, which may be the writer's. */
static struct kq_result sync_file(struct kq_connection *connection, struct kq_error *error)
{
    sqlite3_file *file = NULL;
    int status = sqlite3_file_control(connection->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (status == SQLITE_OK && file->pMethods != NULL) {
        status = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
    }
    return status == SQLITE_OK ? KQ_OK : kq_connection_fail(connection, status, error);
}

static struct kq_result open_and_copy(struct kq_checkpointer *checkpointer, struct kq_connection *connection,
                                      struct kq_error *error)
{
    if (connection->handle == NULL) {
        KQ_TRY(kq_connection_open(connection, checkpointer->path, KQ_CONNECTION_CHECKPOINTER,
                                  checkpointer->clock, error));
    }
    KQ_TRY(copy_log(checkpointer, connection, SQLITE_CHECKPOINT_PASSIVE, error));
    return sync_file(connection, error);
}

/* Waits for something to do. False: the store is closing. */
static bool await_work(struct kq_checkpointer *checkpointer)
{
    pthread_mutex_lock(&checkpointer->mutex);
    checkpointer->is_copying = false;
    pthread_cond_broadcast(&checkpointer->changed);
    while (!checkpointer->wanted && !checkpointer->closing) {
        pthread_cond_wait(&checkpointer->changed, &checkpointer->mutex);
    }
    checkpointer->wanted = false;
    bool goes_on = !checkpointer->closing;
    checkpointer->is_copying = goes_on;
    pthread_mutex_unlock(&checkpointer->mutex);
    return goes_on;
}

static void *run(void *context)
{
    struct kq_checkpointer *checkpointer = context;
    struct kq_connection connection = {0};
    while (await_work(checkpointer)) {
        struct kq_error error = {0};
        bool copied = open_and_copy(checkpointer, &connection, &error).ok;
        note_outcome(checkpointer, copied ? NULL : &error);
    }
    kq_connection_close(&connection);
    return NULL;
}

static void begin_anew(struct kq_checkpointer *checkpointer)
{
    atomic_store(&checkpointer->copied_pages, 0);
    checkpointer->rest_at_pages = KQ_LOG_REST_PAGES;
    checkpointer->rest_by_pages = KQ_LOG_MAX_PAGES;
}

struct kq_result kq_checkpointer_start(struct kq_checkpointer *checkpointer, const char *path,
                                       const struct kq_clock *clock, struct kq_error *error)
{
    *checkpointer = (struct kq_checkpointer){.path = path, .clock = clock};
    begin_anew(checkpointer);
    pthread_mutex_init(&checkpointer->mutex, NULL);
    pthread_cond_init(&checkpointer->changed, NULL);
    int status = kq_thread_start(&checkpointer->thread, run, checkpointer);
    if (status != 0) {
        pthread_cond_destroy(&checkpointer->changed);
        pthread_mutex_destroy(&checkpointer->mutex);
        return kq_fail(error, KQ_E_INTERNAL, "cannot start the store's thread: %s", strerror(status));
    }
    return KQ_OK;
}

/* Has the thread copy, unless it does so already. */
static void want(struct kq_checkpointer *checkpointer)
{
    pthread_mutex_lock(&checkpointer->mutex);
    bool is_idle = !checkpointer->is_copying && !checkpointer->wanted;
    checkpointer->wanted = checkpointer->wanted || is_idle;
    pthread_mutex_unlock(&checkpointer->mutex);
    if (is_idle) {
        pthread_cond_broadcast(&checkpointer->changed);
    }
}

static bool is_idle(struct kq_checkpointer *checkpointer, bool wait)
{
    pthread_mutex_lock(&checkpointer->mutex);
    while (wait && (checkpointer->is_copying || checkpointer->wanted)) {
        pthread_cond_wait(&checkpointer->changed, &checkpointer->mutex);
    }
    bool idle = !checkpointer->is_copying && !checkpointer->wanted;
    pthread_mutex_unlock(&checkpointer->mutex);
    return idle;
}

/* Is what is left short enough for the writer? */
static bool must_rest(struct kq_checkpointer *checkpointer, int64_t left_pages)
{
    int64_t beyond_pages = checkpointer->log_pages - checkpointer->rest_at_pages;
    if (beyond_pages < 0) {
        return false;
    }
    bool is_last_call = checkpointer->log_pages >= checkpointer->rest_by_pages;
    bool is_short = left_pages <= KQ_LOG_REST_LEFT_PAGES + beyond_pages / 16;
    return (is_short || is_last_call) && is_idle(checkpointer, is_last_call);
}

/* Copies what is left, and waits for those who read from the log still: whoever comes after them reads from
 * the file, and then the next commit begins the log anew. A failure is told by the thread's next attempt. */
static void rest(struct kq_checkpointer *checkpointer, struct kq_connection *writer)
{
    kq_connection_be_patient(writer, KQ_LOG_REST_PATIENCE);
    KQ_IGNORE(copy_log(checkpointer, writer, SQLITE_CHECKPOINT_RESTART, NULL));
    kq_connection_be_patient(writer, 0);
    checkpointer->rest_at_pages = checkpointer->log_pages + KQ_LOG_COPY_PAGES;
    checkpointer->rest_by_pages = checkpointer->rest_at_pages + KQ_LOG_MAX_PAGES - KQ_LOG_REST_PAGES;
}

/* Leaves the log alone until it is long; then has all of it copied, and waits. */
static void tend_bulk(struct kq_checkpointer *checkpointer, struct kq_connection *writer)
{
    bool is_long = checkpointer->log_pages >= KQ_LOG_BULK_PAGES;
    if (is_long && checkpointer->log_pages >= checkpointer->rest_at_pages) {
        want(checkpointer);
        is_idle(checkpointer, true);
        rest(checkpointer, writer);
    }
}

void kq_checkpointer_tend(struct kq_checkpointer *checkpointer, struct kq_connection *writer,
                          int64_t log_pages, enum kq_log_pace pace)
{
    int64_t copy_at_pages = pace == KQ_LOG_PACE_SINGLE ? KQ_LOG_COPY_SOON_PAGES : KQ_LOG_COPY_PAGES;
    int64_t copied_pages = atomic_load(&checkpointer->copied_pages);
    if (log_pages < checkpointer->log_pages || log_pages < copied_pages) {
        begin_anew(checkpointer);
        copied_pages = 0;
    }
    checkpointer->log_pages = log_pages;
    if (pace == KQ_LOG_PACE_BULK) {
        tend_bulk(checkpointer, writer);
        return;
    }
    int64_t left_pages = log_pages - copied_pages;
    if (must_rest(checkpointer, left_pages)) {
        rest(checkpointer, writer);
        return;
    }
    bool is_long = log_pages >= checkpointer->rest_at_pages;
    if (left_pages > (is_long ? KQ_LOG_REST_LEFT_PAGES : copy_at_pages)) {
        want(checkpointer);
    }
}

void kq_checkpointer_stop(struct kq_checkpointer *checkpointer)
{
    pthread_mutex_lock(&checkpointer->mutex);
    checkpointer->closing = true;
    pthread_mutex_unlock(&checkpointer->mutex);
    pthread_cond_broadcast(&checkpointer->changed);
    pthread_join(checkpointer->thread, NULL);
    pthread_cond_destroy(&checkpointer->changed);
    pthread_mutex_destroy(&checkpointer->mutex);
}
