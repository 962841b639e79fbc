/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/sync_count.h"

#include <pthread.h>
#include <sqlite3.h>

#include "bench/clock.h"

/* SQLite's own layer, with one function in front: of a log's sync. Several threads open logs and sync them.
 */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs *original;
static sqlite3_vfs counting;
static const sqlite3_io_methods *original_methods;
static sqlite3_io_methods counting_methods;
static struct kq_bench_histogram syncs;

static int sync_log(sqlite3_file *file, int flags)
{
    int64_t begun_ns = kq_bench_now_ns();
    int status = original_methods->xSync(file, flags);
    int64_t spent_ns = kq_bench_now_ns() - begun_ns;
    pthread_mutex_lock(&mutex);
    kq_bench_histogram_add(&syncs, spent_ns);
    pthread_mutex_unlock(&mutex);
    return status;
}

static int open_file(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
    (void)vfs;
    int status = original->xOpen(original, name, file, flags, out_flags);
    if (status == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
        pthread_mutex_lock(&mutex);
        if (original_methods == NULL) {
            original_methods = file->pMethods;
            counting_methods = *file->pMethods;
            counting_methods.xSync = sync_log;
        }
        if (file->pMethods == original_methods) {
            file->pMethods = &counting_methods;
        }
        pthread_mutex_unlock(&mutex);
    }
    return status;
}

struct kq_result kq_bench_sync_count_start(struct kq_error *error)
{
    original = sqlite3_vfs_find(NULL);
    KQ_ENSURE(original != NULL, error, KQ_E_INTERNAL, "SQLite has no file layer");
    counting = *original;
    counting.zName = "counting";
    counting.pNext = NULL;
    counting.xOpen = open_file;
    KQ_ENSURE(sqlite3_vfs_register(&counting, 1) == SQLITE_OK, error, KQ_E_INTERNAL,
              "SQLite takes no other file layer");
    return KQ_OK;
}

void kq_bench_sync_count_reset(void)
{
    pthread_mutex_lock(&mutex);
    syncs = (struct kq_bench_histogram){0};
    pthread_mutex_unlock(&mutex);
}

void kq_bench_sync_count_read(struct kq_bench_histogram *counted)
{
    pthread_mutex_lock(&mutex);
    *counted = syncs;
    pthread_mutex_unlock(&mutex);
}
