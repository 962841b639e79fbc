/* SPDX-License-Identifier: Apache-2.0 */
#include "client_loop_support.h"

#include <stdio.h>
#include <string.h>

void note_outcome(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                  const struct kq_client_error *error)
{
    struct outcome *outcome = data;
    outcome->times++;
    outcome->status = status;
    snprintf(outcome->response, sizeof(outcome->response), "%s", answer == NULL ? "" : answer->response);
    snprintf(outcome->message, sizeof(outcome->message), "%s", error->message);
    kq_client_answer_free(answer);
}

void submit_noted(struct kq_client_loop *loop, const char *biz_content, struct outcome *outcome)
{
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = biz_content};
    assert_status(kq_client_loop_submit(loop, &request, note_outcome, outcome, &error), KQ_CLIENT_OK, &error);
    assert_int_equal(outcome->times, 0);
}

struct kq_client_loop *open_loop(struct kq_client *client, const struct kq_client_loop_callbacks *callbacks)
{
    struct kq_client_loop *loop = NULL;
    struct kq_client_error error;
    assert_status(kq_client_loop_open(client, callbacks, &loop, &error), KQ_CLIENT_OK, &error);
    return loop;
}

void close_loop(struct kq_client_loop **loop)
{
    kq_client_loop_close(*loop);
}

void wait_for_all(struct kq_client_loop *loop)
{
    while (kq_client_loop_wait(loop, 10000) > 0) {
    }
}

void plan_script(void *data, const struct kq_private_key *key, const struct fake_request *request,
                 struct fake_reply *reply)
{
    const char *plan = data;
    char letter = request->number <= strlen(plan) ? plan[request->number - 1] : 'a';
    reply->close = letter == 'c';
    if (letter == 'a') {
        put_answer(&reply->bytes, key, FAKE_METHOD, KQ_SLICE("{\"code\":\"10000\",\"msg\":\"Success\"}"));
    }
}

void watch_with_poll(void *data, int fd, int what)
{
    struct poll_loop *events = data;
    nfds_t at = 0;
    while (at < events->count && events->watched[at].fd != fd) {
        at++;
    }
    if (what == 0) {
        if (at < events->count) {
            events->watched[at] = events->watched[--events->count];
        }
        return;
    }
    assert_true(at < WATCHED_MAX);
    events->count += at == events->count ? 1 : 0;
    events->watched[at] = (struct pollfd){.fd = fd};
    events->watched[at].events |= what & KQ_CLIENT_READABLE ? POLLIN : 0;
    events->watched[at].events |= what & KQ_CLIENT_WRITABLE ? POLLOUT : 0;
}

void keep_timeout(void *data, long timeout_ms)
{
    struct poll_loop *events = data;
    events->timeout_ms = timeout_ms;
}

void turn_with_poll(struct poll_loop *events, struct kq_client_loop *loop)
{
    int count = poll(events->watched, events->count, (int)events->timeout_ms);
    assert_true(count >= 0);
    if (count == 0) {
        kq_client_loop_timeout(loop);
        return;
    }
    for (nfds_t i = 0; i < events->count; i++) {
        short ready = events->watched[i].revents;
        if (ready != 0) {
            kq_client_loop_ready(loop, events->watched[i].fd,
                                 (ready & POLLIN ? KQ_CLIENT_READABLE : 0) |
                                     (ready & POLLOUT ? KQ_CLIENT_WRITABLE : 0) |
                                     (ready & (POLLERR | POLLHUP) ? KQ_CLIENT_BROKEN : 0));
            return;
        }
    }
}
