/* SPDX-License-Identifier: Apache-2.0 */
#include "client/twins.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* What a program has open at first; doubled when that is not enough. */
#define FIRST_COUNT 64

/* Each number is one more than it is, so that zeroed memory has none. */
struct kq_twin {
    int twin;     /* of this number, which is libcurl's */
    int original; /* this number is the twin of */
    bool is_expected;
};

/* False: out of memory. */
static bool make_room(struct kq_twins *twins, size_t wanted)
{
    size_t count = twins->count == 0 ? FIRST_COUNT : twins->count;
    while (count < wanted) {
        count *= 2;
    }
    if (count == twins->count) {
        return true;
    }
    struct kq_twin *items = kq_memory_allocate(count * sizeof(*items));
    if (items == NULL) {
        return false;
    }
    if (twins->count > 0) {
        memcpy(items, twins->items, twins->count * sizeof(*items));
    }
    kq_memory_free(twins->items);
    twins->items = items;
    twins->count = count;
    return true;
}

/* Whether both are of the same socket: libcurl may have closed its own, and the number be another one's. */
static bool is_same(int twin, int socket)
{
    struct stat a;
    struct stat b;
    return fstat(twin, &a) == 0 && fstat(socket, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int kq_twins_find(const struct kq_twins *twins, int socket)
{
    bool is_there = (size_t)socket < twins->count && twins->items[socket].twin > 0;
    return is_there ? twins->items[socket].twin - 1 : socket;
}

int kq_twins_original(const struct kq_twins *twins, int fd)
{
    bool is_there = (size_t)fd < twins->count && twins->items[fd].original > 0;
    return is_there ? twins->items[fd].original - 1 : fd;
}

void kq_twins_expect(struct kq_twins *twins, int socket)
{
    kq_twins_close(twins, socket);
    twins->is_over = twins->is_over || !make_room(twins, (size_t)socket + 1);
    if (!twins->is_over) {
        twins->items[socket].is_expected = true;
    }
}

int kq_twins_make(struct kq_twins *twins, int socket)
{
    kq_twins_release(twins, socket);
    int twin = kq_twins_find(twins, socket);
    if (twin != socket) {
        return twin;
    }
    if (twins->is_over || (size_t)socket >= twins->count || !twins->items[socket].is_expected) {
        return socket;
    }
    twin = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    twins->is_over = twin < 0 || !make_room(twins, (size_t)twin + 1);
    if (twins->is_over) {
        close(twin);
        return socket;
    }
    twins->items[socket].twin = twin + 1;
    twins->items[twin].original = socket + 1;
    return twin;
}

void kq_twins_release(struct kq_twins *twins, int socket)
{
    int twin = kq_twins_find(twins, socket);
    if (twin != socket && !is_same(twin, socket)) {
        kq_twins_close(twins, socket);
    }
}

void kq_twins_close(struct kq_twins *twins, int socket)
{
    int twin = kq_twins_find(twins, socket);
    if ((size_t)socket < twins->count) {
        twins->items[socket].is_expected = false;
    }
    if (twin != socket) {
        twins->items[socket].twin = 0;
        twins->items[twin].original = 0;
        close(twin);
    }
}

void kq_twins_free(struct kq_twins *twins)
{
    for (size_t i = 0; i < twins->count; i++) {
        kq_twins_close(twins, (int)i);
    }
    kq_memory_free(twins->items);
    *twins = (struct kq_twins){0};
}
