/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK_BYTES ((size_t)16384)
#define NAME_SIZE 128

void kq_file_close(int *file)
{
    if (*file >= 0) {
        close(*file);
        *file = -1;
    }
}

bool kq_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static struct kq_result read_all(int file, const char *path, size_t max_bytes, struct kq_buffer *bytes,
                                 struct kq_error *error)
{
    size_t before = bytes->size;
    for (;;) {
        char *room = kq_buffer_reserve(bytes, READ_CHUNK_BYTES);
        KQ_ENSURE_MEMORY(room != NULL, error);
        ssize_t size = read(file, room, READ_CHUNK_BYTES);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        KQ_ENSURE(size >= 0, error, KQ_E_IO, "%s cannot be read: %s", path, strerror(errno));
        if (size == 0) {
            bytes->data[bytes->size] = '\0';
            return KQ_OK;
        }
        bytes->size += (size_t)size;
        KQ_ENSURE(bytes->size - before <= max_bytes, error, KQ_E_BAD_INPUT,
                  "%s is longer than %zu bytes: is it the right file?", path, max_bytes);
    }
}

struct kq_result kq_file_read(const char *path, size_t max_bytes, struct kq_buffer *bytes,
                              struct kq_error *error)
{
    if (strcmp(path, "-") == 0) {
        return read_all(STDIN_FILENO, "standard input", max_bytes, bytes, error);
    }
    int file KQ_CLEANUP(kq_file_close) = open(path, O_RDONLY | O_CLOEXEC);
    KQ_ENSURE(file >= 0 || errno != ENOENT, error, KQ_E_NOT_FOUND, "there is no file %s", path);
    KQ_ENSURE(file >= 0, error, KQ_E_IO, "%s cannot be opened: %s", path, strerror(errno));
    return read_all(file, path, max_bytes, bytes, error);
}

static bool write_all(int file, struct kq_slice bytes)
{
    while (bytes.size > 0) {
        ssize_t size = write(file, bytes.data, bytes.size);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size <= 0) {
            return false;
        }
        bytes.data += size;
        bytes.size -= (size_t)size;
    }
    return true;
}

struct kq_result kq_file_write(int directory, const char *name, unsigned mode, struct kq_slice bytes,
                               struct kq_error *error)
{
    char partial[NAME_SIZE];
    snprintf(partial, sizeof(partial), ".%s.partial", name);
    /* What an interrupted run left behind is not written into: it may have another mode. */
    KQ_ENSURE(unlinkat(directory, partial, 0) == 0 || errno == ENOENT, error, KQ_E_IO,
              "%s cannot be removed: %s", partial, strerror(errno));
    int file KQ_CLEANUP(kq_file_close) =
        openat(directory, partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    KQ_ENSURE(file >= 0, error, KQ_E_IO, "%s cannot be made: %s", partial, strerror(errno));
    /* The umask may have taken bits away, never added any. */
    bool written = write_all(file, bytes) && fchmod(file, (mode_t)mode) == 0 && fsync(file) == 0 &&
                   renameat(directory, partial, directory, name) == 0 && fsync(directory) == 0;
    KQ_ENSURE(written, error, KQ_E_IO, "%s cannot be written: %s", name, strerror(errno));
    return KQ_OK;
}
