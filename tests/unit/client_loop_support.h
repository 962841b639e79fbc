/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_TESTS_UNIT_CLIENT_LOOP_SUPPORT_H
#define KQ_TESTS_UNIT_CLIENT_LOOP_SUPPORT_H

#include <poll.h>

#include "client_support.h"

/* What tests of calls that do not wait share. */

/* What became of a call. */
struct outcome {
    int times;
    enum kq_client_status status;
    char response[256];
    char message[KQ_CLIENT_MESSAGE_SIZE];
};

/* A kq_client_done. */
void note_outcome(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                  const struct kq_client_error *error);

/* A call of FAKE_METHOD whose outcome is noted. */
void submit_noted(struct kq_client_loop *loop, const char *biz_content, struct outcome *outcome);

struct kq_client_loop *open_loop(struct kq_client *client, const struct kq_client_loop_callbacks *callbacks);
void close_loop(struct kq_client_loop **loop);
#define LOOP KQ_CLEANUP(close_loop) struct kq_client_loop *

/* Without callbacks: until no call is under way. */
void wait_for_all(struct kq_client_loop *loop);

/* A fake_script: request n is answered where the n-th letter of `data` is 'a', or is missing, the connection
 * is closed where it is 'c', and kept waiting where it is 'w'. */
void plan_script(void *data, const struct kq_private_key *key, const struct fake_request *request,
                 struct fake_reply *reply);

#define WATCHED_MAX 64

/* An event loop as a program might have it, made of poll. */
struct poll_loop {
    struct pollfd watched[WATCHED_MAX];
    nfds_t count;
    long timeout_ms;
};

/* The loop's callbacks, with it as their data. */
void watch_with_poll(void *data, int fd, int what);
void keep_timeout(void *data, long timeout_ms);

/* Waits for one thing and has it done. */
void turn_with_poll(struct poll_loop *events, struct kq_client_loop *loop);

#endif
