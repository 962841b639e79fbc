/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_HTTP_H
#define KQ_CLIENT_HTTP_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* HTTP for the client, by libcurl: one connection that is kept and used again. One thread at a time. */

struct kq_http;

struct kq_http_settings {
    const char *url;     /* of the gateway: one on loopback is reached without the environment's proxy */
    const char *charset; /* of the form, as Content-Type names it */
    long connect_timeout_ms;
    long timeout_ms;
    size_t answer_max_bytes;
};

/* Headers longer than these are cut: a trace id and a content type are short, and neither is signed. */
#define KQ_HTTP_TRACE_ID_SIZE 128
#define KQ_HTTP_CONTENT_TYPE_SIZE 128

struct kq_http_answer {
    int status;
    char trace_id[KQ_HTTP_TRACE_ID_SIZE];         /* printable ASCII only; empty: none */
    char content_type[KQ_HTTP_CONTENT_TYPE_SIZE]; /* likewise */
    struct kq_buffer body;                        /* owned by whoever passes the answer in */
};

/* NO_MEMORY, INTERNAL. */
KQ_MUST struct kq_result kq_http_open(const struct kq_http_settings *settings, struct kq_http **http,
                                      struct kq_error *error);

/* NULL is fine. */
void kq_http_close(struct kq_http *http);

/* POST of a form. `answer` is zeroed, or one of an earlier call. No redirect is followed. TRANSPORT, ANSWER
 * (longer than allowed), NO_MEMORY. */
KQ_MUST struct kq_result kq_http_post(struct kq_http *http, const char *url, struct kq_slice body,
                                      struct kq_http_answer *answer, struct kq_error *error);

#endif
