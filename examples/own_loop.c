/* SPDX-License-Identifier: Apache-2.0 */
/* Many calls at once on one thread, in an event loop of the program's own; here it is poll(2), and libevent,
 * libuv or epoll have the same three places: watch a descriptor, set a timer, tell what became of them.
 *
 *     own_loop TEMPLATE-ID USER-ID OUT-BIZ-NO-PREFIX CALLS */
#include <kaquan_methods.h>
#include <poll.h>
#include <time.h>

#include "connect.h"

#define WATCHED_MAX 64 /* more than the client has connections */

struct own_loop {
    struct pollfd watched[WATCHED_MAX];
    nfds_t count;
    long wake_ms; /* on the monotonic clock; -1: never */
    int sent;
    int failed;
};

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* The library wants `fd` watched for `what`, or forgotten. */
static void watch(void *data, int fd, int what)
{
    struct own_loop *own = data;
    nfds_t at = 0;
    while (at < own->count && own->watched[at].fd != fd) {
        at++;
    }
    if (what == 0) {
        if (at < own->count) {
            own->watched[at] = own->watched[--own->count];
        }
        return;
    }
    if (at == WATCHED_MAX) {
        abort();
    }
    own->count += at == own->count ? 1 : 0;
    own->watched[at].fd = fd;
    own->watched[at].events = (short)(((what & KQ_CLIENT_READABLE) != 0 ? POLLIN : 0) |
                                      ((what & KQ_CLIENT_WRITABLE) != 0 ? POLLOUT : 0));
    own->watched[at].revents = 0;
}

/* The library wants to be called after so long, whatever happens. */
static void set_timer(void *data, long timeout_ms)
{
    struct own_loop *own = data;
    own->wake_ms = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
}

/* A call has ended; on this thread, from within kq_client_loop_ready or kq_client_loop_timeout. */
static void done(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                 const struct kq_client_error *error)
{
    struct own_loop *own = data;
    own->sent += status == KQ_CLIENT_OK;
    own->failed += status != KQ_CLIENT_OK;
    if (status != KQ_CLIENT_OK) {
        fprintf(stderr, "%s\n", error->message);
    }
    kq_client_answer_free(answer);
}

/* One round: waits for whatever comes first, and tells the library. */
static void round_of(struct own_loop *own, struct kq_client_loop *loop)
{
    struct pollfd ready[WATCHED_MAX]; /* a copy: what the library is told changes the original */
    nfds_t count = own->count;
    for (nfds_t i = 0; i < count; i++) {
        ready[i] = own->watched[i];
    }
    long left_ms = own->wake_ms < 0 ? -1 : own->wake_ms - now_ms();
    int found = poll(ready, count, (int)(own->wake_ms >= 0 && left_ms < 0 ? 0 : left_ms));
    if (own->wake_ms >= 0 && now_ms() >= own->wake_ms) {
        own->wake_ms = -1;
        kq_client_loop_timeout(loop);
    }
    for (nfds_t i = 0; found > 0 && i < count; i++) {
        int what = ((ready[i].revents & POLLIN) != 0 ? KQ_CLIENT_READABLE : 0) |
                   ((ready[i].revents & POLLOUT) != 0 ? KQ_CLIENT_WRITABLE : 0) |
                   ((ready[i].revents & (POLLERR | POLLHUP)) != 0 ? KQ_CLIENT_BROKEN : 0);
        if (what != 0) {
            kq_client_loop_ready(loop, ready[i].fd, what);
        }
    }
}

static int submit(struct own_loop *own, struct kq_client_loop *loop, char **words, long number)
{
    char out_biz_no[64];
    struct kq_client_error error;
    snprintf(out_biz_no, sizeof(out_biz_no), "%.40s-%ld", words[3], number);
    struct kq_alipay_marketing_voucher_send_request request = {0};
    request.template_id = words[1];
    request.user_id = words[2];
    request.out_biz_no = out_biz_no; /* copied, as all of the request is */
    if (kq_alipay_marketing_voucher_send_submit(loop, &request, done, own, &error) == KQ_CLIENT_OK) {
        return 1;
    }
    fprintf(stderr, "%s\n", error.message);
    return 0;
}

int main(int count, char **words)
{
    if (count != 5) {
        fprintf(stderr, "usage: own_loop TEMPLATE-ID USER-ID OUT-BIZ-NO-PREFIX CALLS\n");
        return 2;
    }
    long calls = strtol(words[4], NULL, 10);
    struct kq_client *client = connect_from_environment();
    struct own_loop own = {.wake_ms = -1};
    const struct kq_client_loop_callbacks callbacks = {watch, set_timer, &own};
    struct kq_client_loop *loop = NULL;
    struct kq_client_error error;
    if (kq_client_loop_open(client, &callbacks, &loop, &error) != KQ_CLIENT_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    for (long number = 0; number < calls; number++) {
        own.failed += !submit(&own, loop, words, number);
    }
    while (kq_client_loop_pending(loop) > 0) {
        round_of(&own, loop);
    }
    kq_client_loop_close(loop);
    kq_client_close(client);
    printf("%d of %ld sent by one thread\n", own.sent, calls);
    return own.failed == 0 ? 0 : 1;
}
