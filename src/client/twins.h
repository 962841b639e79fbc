/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_TWINS_H
#define KQ_CLIENT_TWINS_H

#include <stdbool.h>
#include <stddef.h>

/* The descriptors that a caller watches in the place of libcurl's. libcurl closes a socket that is not
 * connected yet before it says that nobody need watch it any more, and by then the number may be another
 * thread's. A duplicate is open until the caller has been told to forget it. One thread at a time. */

struct kq_twin;

/* Zeroed: none. */
struct kq_twins {
    struct kq_twin *items; /* owned; by the numbers of both */
    size_t count;
    bool is_over; /* one could not be made: there are no more, lest a socket be watched under both numbers */
};

/* libcurl has opened a socket to connect with. Others, which it has for itself, need no twin: they are open
 * when it says that nobody need watch them. */
void kq_twins_expect(struct kq_twins *twins, int socket);

/* The one in the place of libcurl's `socket`, which is open; made where one is expected. Else `socket`
 * itself, and where it cannot be made: then it is as if this were not here. */
int kq_twins_make(struct kq_twins *twins, int socket);

/* The one that there is; `socket` itself where there is none. */
int kq_twins_find(const struct kq_twins *twins, int socket);

/* libcurl's socket in the place of which `fd` stands; `fd` itself where it stands for none. */
int kq_twins_original(const struct kq_twins *twins, int fd);

/* The caller has forgotten the twin of `socket`. It is kept as long as libcurl has that open. */
void kq_twins_release(struct kq_twins *twins, int socket);

/* libcurl is about to close it, and nobody watches its twin. */
void kq_twins_close(struct kq_twins *twins, int socket);

void kq_twins_free(struct kq_twins *twins);

#endif
