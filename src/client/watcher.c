/* SPDX-License-Identifier: Apache-2.0 */
#include "client/watcher.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/memory.h"
#include "kaquan.h"

/* What a program has open at first; doubled when that is not enough. */
#define FIRST_KEPT 64

struct kq_kept_socket {
    bool is_kept;
    unsigned char wanted; /* of enum kq_client_readiness */
    unsigned char known;  /* to the system */
};

/* False: out of memory. */
static bool make_room(struct kq_watcher *watcher, size_t wanted)
{
    size_t size = watcher->kept_size == 0 ? FIRST_KEPT : watcher->kept_size;
    while (size < wanted) {
        size *= 2;
    }
    struct kq_kept_socket *kept = kq_memory_allocate(size * sizeof(*kept));
    if (kept == NULL) {
        return false;
    }
    if (watcher->kept_size > 0) {
        memcpy(kept, watcher->kept, watcher->kept_size * sizeof(*kept));
    }
    kq_memory_free(watcher->kept);
    watcher->kept = kept;
    watcher->kept_size = size;
    return true;
}

struct kq_result kq_watcher_open(struct kq_watcher *watcher, struct kq_error *error)
{
    KQ_ENSURE_MEMORY(make_room(watcher, FIRST_KEPT), error);
    watcher->epoll = epoll_create1(EPOLL_CLOEXEC);
    KQ_ENSURE(watcher->epoll >= 0, error, KQ_E_INTERNAL, "sockets cannot be watched: %s", strerror(errno));
    return KQ_OK;
}

void kq_watcher_close(struct kq_watcher *watcher)
{
    if (watcher->epoll >= 0) {
        close(watcher->epoll);
    }
    kq_memory_free(watcher->kept);
    *watcher = KQ_WATCHER_NONE;
}

/* One without a place is told to the system every time. */
void kq_watcher_keep(struct kq_watcher *watcher, int fd)
{
    if ((size_t)fd < watcher->kept_size || make_room(watcher, (size_t)fd + 1)) {
        watcher->kept[fd] = (struct kq_kept_socket){.is_kept = true};
    }
}

/* NULL: it is not kept. */
static struct kq_kept_socket *find_kept(const struct kq_watcher *watcher, int fd)
{
    return (size_t)fd < watcher->kept_size && watcher->kept[fd].is_kept ? &watcher->kept[fd] : NULL;
}

static bool tell(const struct kq_watcher *watcher, int operation, int fd, int what)
{
    struct epoll_event event = {.data.fd = fd};
    event.events = (what & KQ_CLIENT_READABLE ? (uint32_t)EPOLLIN : 0) |
                   (what & KQ_CLIENT_WRITABLE ? (uint32_t)EPOLLOUT : 0);
    return epoll_ctl(watcher->epoll, operation, fd, &event) == 0;
}

/* A process that was forked has the connection too, so that its end here alone would not be the system's. */
void kq_watcher_forget(struct kq_watcher *watcher, int fd)
{
    struct kq_kept_socket *kept = find_kept(watcher, fd);
    if (kept != NULL && kept->known != 0) {
        tell(watcher, EPOLL_CTL_DEL, fd, 0);
    }
    if (kept != NULL) {
        *kept = (struct kq_kept_socket){0};
    }
}

static bool watch_other(const struct kq_watcher *watcher, int fd, int what)
{
    if (what == 0) {
        tell(watcher, EPOLL_CTL_DEL, fd, 0);
        return true;
    }
    return tell(watcher, EPOLL_CTL_ADD, fd, what) ||
           (errno == EEXIST && tell(watcher, EPOLL_CTL_MOD, fd, what));
}

bool kq_watcher_watch(struct kq_watcher *watcher, int fd, int what)
{
    struct kq_kept_socket *kept = find_kept(watcher, fd);
    if (kept == NULL) {
        return watch_other(watcher, fd, what);
    }
    kept->wanted = (unsigned char)what;
    if (what == 0 || what == kept->known) {
        return true;
    }
    if (!tell(watcher, kept->known == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, what)) {
        return false;
    }
    kept->known = (unsigned char)what;
    return true;
}

/* False: nobody asks for it any more. */
static bool is_wanted(const struct kq_watcher *watcher, int fd)
{
    struct kq_kept_socket *kept = find_kept(watcher, fd);
    if (kept == NULL || kept->wanted != 0) {
        return true;
    }
    tell(watcher, EPOLL_CTL_DEL, fd, 0);
    kept->known = 0;
    return false;
}

/* What broke is readable too: whoever reads hears the reason. */
static int readiness_of(uint32_t events)
{
    bool is_broken = (events & (uint32_t)(EPOLLERR | EPOLLHUP)) != 0;
    return (events & (uint32_t)EPOLLIN || is_broken ? KQ_CLIENT_READABLE : 0) |
           (events & (uint32_t)EPOLLOUT ? KQ_CLIENT_WRITABLE : 0) | (is_broken ? KQ_CLIENT_BROKEN : 0);
}

size_t kq_watcher_wait(struct kq_watcher *watcher, struct kq_ready_socket ready[KQ_READY_SOCKETS_MAX],
                       int timeout_ms)
{
    struct epoll_event events[KQ_READY_SOCKETS_MAX];
    int seen = epoll_wait(watcher->epoll, events, KQ_READY_SOCKETS_MAX, timeout_ms);
    size_t count = 0;
    for (int i = 0; i < seen; i++) {
        int fd = events[i].data.fd;
        if (is_wanted(watcher, fd)) {
            ready[count++] = (struct kq_ready_socket){.fd = fd, .what = readiness_of(events[i].events)};
        }
    }
    return count;
}
