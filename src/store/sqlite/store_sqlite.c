/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/memory.h"
#include "store/sqlite.h"
#include "store/sqlite/schema.h"

static void submit(struct kq_store *store, struct kq_submission *submission)
{
    kq_writer_submit(&((struct kq_sqlite_store *)store)->writer, submission);
}

/* Others may be using the file: then the last of them truncates the log. */
static void checkpoint(struct kq_connection *connection)
{
    sqlite3_busy_timeout(connection->handle, 0);
    sqlite3_wal_checkpoint_v2(connection->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static void free_store(struct kq_sqlite_store *store)
{
    kq_connection_close(&store->writer.connection);
    kq_memory_free(store->path);
    kq_memory_free(store);
}

static void close_store(struct kq_store *store)
{
    struct kq_sqlite_store *own = (struct kq_sqlite_store *)store;
    kq_writer_stop(&own->writer);
    checkpoint(&own->writer.connection);
    free_store(own);
}

static const struct kq_store_functions functions = {
    .name = "sqlite",
    .reader_open = kq_sqlite_reader_open,
    .reader_close = kq_sqlite_reader_close,
    .read = kq_sqlite_read,
    .revision = kq_sqlite_revision,
    .submit = submit,
    .close = close_store,
};

/* Made here, and not by SQLite, so that its mode is 0600 from the first moment; SQLite gives the same mode to
 * the -wal and -shm files. A file that is there is not opened: closing it would drop the locks that this
 * process has on it. */
static struct kq_result make_file(const char *path, bool create, struct kq_error *error)
{
    if (access(path, F_OK) == 0) {
        return KQ_OK;
    }
    KQ_ENSURE(errno == ENOENT, error, KQ_E_STORE, "%s: %s", path, strerror(errno));
    KQ_ENSURE(create, error, KQ_E_NOT_FOUND, "there is no store at %s: kaquan init makes it", path);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    KQ_ENSURE(file >= 0 || errno == EEXIST, error, KQ_E_STORE, "cannot make %s: %s", path, strerror(errno));
    if (file >= 0) {
        close(file);
    }
    return KQ_OK;
}

static struct kq_result open_connection(struct kq_sqlite_store *store,
                                        const struct kq_sqlite_options *options, struct kq_error *error)
{
    KQ_TRY(make_file(options->path, options->create, error));
    enum kq_connection_use use = options->is_bulk ? KQ_CONNECTION_BULK_WRITER : KQ_CONNECTION_WRITER;
    if (!kq_connection_open(&store->writer.connection, options->path, use, options->clock, error).ok ||
        !kq_schema_prepare(&store->writer.connection, error).ok) {
        return kq_fail_in(error, "%s", options->path);
    }
    return KQ_OK;
}

/* SQLite counts its memory under one lock for the whole process, which nobody here asks for. Whoever has set
 * up SQLite before has his way. */
static void configure_sqlite(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct kq_result kq_sqlite_open(const struct kq_sqlite_options *options, struct kq_store **store,
                                struct kq_error *error)
{
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    pthread_once(&configured, configure_sqlite);
    struct kq_sqlite_store *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened != NULL, error);
    opened->store = (struct kq_store){.functions = &functions, .clock = options->clock};
    size_t path_size = strlen(options->path) + 1;
    opened->path = kq_memory_allocate(path_size);
    if (opened->path == NULL) {
        free_store(opened);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    memcpy(opened->path, options->path, path_size);
    size_t queue_max = options->queue_max == 0 ? KQ_QUEUE_MAX_DEFAULT : options->queue_max;
    if (!open_connection(opened, options, error).ok ||
        !kq_writer_start(&opened->writer, opened->path, queue_max, options->is_bulk, error).ok) {
        free_store(opened);
        return KQ_FAILED;
    }
    *store = &opened->store;
    return KQ_OK;
}
