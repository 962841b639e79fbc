/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_WATCHER_H
#define KQ_CLIENT_WATCHER_H

#include <stddef.h>

#include "base/error.h"

/* Watches sockets for a loop whose caller has no event loop of his own. One thread at a time.
 *
 * libcurl has a connection watched for each call, and not between two of them. To tell the system both every
 * time would be two system calls a call, so one that is kept (kq_watcher_keep) stays with the system where
 * nobody asks for it any more, until it is asked for again, has something to say, or is closed. */

struct kq_kept_socket;

struct kq_watcher {
    int epoll;                   /* owned; -1: not open */
    struct kq_kept_socket *kept; /* owned; by number */
    size_t kept_size;
};

/* A watcher that kq_watcher_close may be given. */
#define KQ_WATCHER_NONE ((struct kq_watcher){.epoll = -1})

struct kq_ready_socket {
    int fd;
    int what; /* of enum kq_client_readiness */
};

/* Of KQ_WATCHER_NONE; closed in any case. INTERNAL: no file descriptor is left. NO_MEMORY. */
KQ_MUST struct kq_result kq_watcher_open(struct kq_watcher *watcher, struct kq_error *error);
void kq_watcher_close(struct kq_watcher *watcher);

/* `fd` was opened, and kq_watcher_forget comes before it is closed. */
void kq_watcher_keep(struct kq_watcher *watcher, int fd);
void kq_watcher_forget(struct kq_watcher *watcher, int fd);

/* For `what`, of enum kq_client_readiness, and nothing else; 0: not any more. False where the system has no
 * room for it. */
KQ_MUST bool kq_watcher_watch(struct kq_watcher *watcher, int fd, int what);

/* Told at a time; any number may be watched, and those that are left are as ready the next time. */
#define KQ_READY_SOCKETS_MAX 64

/* Waits until some are ready, `timeout_ms` at most. How many there are; 0 also after a signal. */
size_t kq_watcher_wait(struct kq_watcher *watcher, struct kq_ready_socket ready[KQ_READY_SOCKETS_MAX],
                       int timeout_ms);

#endif
