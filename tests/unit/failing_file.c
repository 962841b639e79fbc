/* SPDX-License-Identifier: Apache-2.0 */
#include "failing_file.h"

#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct failing_file {
    sqlite3_file file; /* first */
    sqlite3_file *inner;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long counts[FILE_ACTION_COUNT];
static struct {
    unsigned long countdown; /* 0: none fails */
    int status;
    int for_good;
    int has_failed;
} failures[FILE_ACTION_COUNT];

void failing_file_fail_at(enum file_action action, unsigned long n, int status, int for_good)
{
    pthread_mutex_lock(&mutex);
    failures[action].countdown = n;
    failures[action].status = status;
    failures[action].for_good = for_good;
    failures[action].has_failed = 0;
    pthread_mutex_unlock(&mutex);
}

int failing_file_has_failed(enum file_action action)
{
    pthread_mutex_lock(&mutex);
    int answer = failures[action].has_failed;
    pthread_mutex_unlock(&mutex);
    return answer;
}

void failing_file_stop(void)
{
    pthread_mutex_lock(&mutex);
    for (size_t action = 0; action < FILE_ACTION_COUNT; action++) {
        failures[action].countdown = 0;
    }
    pthread_mutex_unlock(&mutex);
}

unsigned long failing_file_count(enum file_action action)
{
    pthread_mutex_lock(&mutex);
    unsigned long answer = counts[action];
    pthread_mutex_unlock(&mutex);
    return answer;
}

/* SQLITE_OK, or how this one fails. */
static int count(enum file_action action)
{
    pthread_mutex_lock(&mutex);
    counts[action]++;
    int status = SQLITE_OK;
    if (failures[action].countdown > 0) {
        bool is_it = failures[action].countdown == 1;
        failures[action].countdown -= is_it && failures[action].for_good ? 0 : 1;
        failures[action].has_failed = failures[action].has_failed || is_it;
        status = is_it ? failures[action].status : SQLITE_OK;
    }
    pthread_mutex_unlock(&mutex);
    return status;
}

static sqlite3_file *inner_of(sqlite3_file *file)
{
    return ((struct failing_file *)file)->inner;
}

static int close_file(sqlite3_file *file)
{
    return inner_of(file)->pMethods->xClose(inner_of(file));
}

static int read_file(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
    int status = count(FILE_READ);
    return status != SQLITE_OK ? status
                               : inner_of(file)->pMethods->xRead(inner_of(file), bytes, size, offset);
}

/* What is written before it fails is half of it, as on a disk that is full. */
static int write_file(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    int status = count(FILE_WRITE);
    int written = inner_of(file)->pMethods->xWrite(inner_of(file), bytes,
                                                   status != SQLITE_OK ? size / 2 : size, offset);
    return status != SQLITE_OK ? status : written;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    return inner_of(file)->pMethods->xTruncate(inner_of(file), size);
}

static int sync_file(sqlite3_file *file, int flags)
{
    int status = count(FILE_SYNC);
    return status != SQLITE_OK ? status : inner_of(file)->pMethods->xSync(inner_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return inner_of(file)->pMethods->xFileSize(inner_of(file), size);
}

static int lock_file(sqlite3_file *file, int kind)
{
    return inner_of(file)->pMethods->xLock(inner_of(file), kind);
}

static int unlock_file(sqlite3_file *file, int kind)
{
    return inner_of(file)->pMethods->xUnlock(inner_of(file), kind);
}

static int check_reserved_lock(sqlite3_file *file, int *is_reserved)
{
    return inner_of(file)->pMethods->xCheckReservedLock(inner_of(file), is_reserved);
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    return inner_of(file)->pMethods->xFileControl(inner_of(file), operation, argument);
}

static int sector_size(sqlite3_file *file)
{
    return inner_of(file)->pMethods->xSectorSize(inner_of(file));
}

static int device_characteristics(sqlite3_file *file)
{
    return inner_of(file)->pMethods->xDeviceCharacteristics(inner_of(file));
}

static int map_shared(sqlite3_file *file, int region, int size, int extend, void volatile **memory)
{
    return inner_of(file)->pMethods->xShmMap(inner_of(file), region, size, extend, memory);
}

static int lock_shared(sqlite3_file *file, int offset, int number, int flags)
{
    return inner_of(file)->pMethods->xShmLock(inner_of(file), offset, number, flags);
}

static void shared_barrier(sqlite3_file *file)
{
    inner_of(file)->pMethods->xShmBarrier(inner_of(file));
}

static int unmap_shared(sqlite3_file *file, int delete)
{
    return inner_of(file)->pMethods->xShmUnmap(inner_of(file), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* without memory mapping, so that every read and write comes by */
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = shared_barrier,
    .xShmUnmap = unmap_shared,
};

static sqlite3_vfs *machine;

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    (void)vfs;
    struct failing_file *own = (struct failing_file *)file;
    own->inner = (sqlite3_file *)(own + 1);
    int status = machine->xOpen(machine, name, own->inner, flags, out_flags);
    own->file.pMethods = own->inner->pMethods == NULL ? NULL : &methods;
    return status;
}

void failing_file_register(void)
{
    static sqlite3_vfs failing;
    machine = sqlite3_vfs_find(NULL);
    assert(machine != NULL);
    failing = *machine;
    failing.pNext = NULL;
    failing.zName = "failing";
    failing.szOsFile = machine->szOsFile + (int)sizeof(struct failing_file);
    failing.xOpen = open_file;
    int status = sqlite3_vfs_register(&failing, 1);
    assert(status == SQLITE_OK);
}
