/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_CALL_H
#define KQ_CLIENT_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "client/client.h"
#include "client/http.h"
#include "client/request.h"

/* A call's steps, for whoever waits in between (kq_client_call) and whoever does not (loop.c). */

/* One try of a call: what is sent, and what came. Zero it; kq_attempt_free. */
struct kq_attempt {
    struct kq_arena arena; /* owned */
    struct kq_signed_request made;
    struct kq_http_answer http; /* its body is owned */
};

void kq_attempt_free(struct kq_attempt *attempt);

/* Makes and signs the request, and tells the observer. USAGE, BAD_INPUT, CRYPTO, NO_MEMORY. */
KQ_MUST struct kq_result kq_attempt_make(const struct kq_client *client, const struct kq_client_keys *keys,
                                         const struct kq_client_request *request, struct kq_attempt *attempt,
                                         struct kq_error *error);

/* What is posted; borrowed from the attempt. */
struct kq_http_request kq_attempt_request(const struct kq_attempt *attempt, int64_t timeout_ms);

/* Tells the observer, verifies, reads. *answer as kq_client_call says. */
KQ_MUST enum kq_client_status kq_attempt_read(const struct kq_client *client,
                                              const struct kq_client_keys *keys, struct kq_slice method,
                                              const struct kq_attempt *attempt,
                                              struct kq_client_answer **answer,
                                              struct kq_client_error *error);

/* Whether a call may be sent again when nothing was answered to it. */
bool kq_call_is_repeatable(const struct kq_client_request *request);

/* How long to wait before the n-th repeat, 1 being the first: twice as long each time. */
int64_t kq_call_wait_ms(int repeat);

#endif
