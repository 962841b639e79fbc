/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_HTTP_H
#define KQ_CLIENT_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/curl_library.h"
#include "base/error.h"
#include "base/slice.h"
#include "wire/key.h"

/* HTTP for the client, by libcurl: one transfer at a time, over connections that are kept and used again.
 * What is posted is sent once at most, although libcurl by itself would send it again where a kept connection
 * ends without an answer: whether a call may be repeated is not for this layer to say. A transfer is made at
 * once (kq_http_post), or begun here, run by a curl multi handle, and ended here. One thread at a time. */

struct kq_http;

/* Texts are borrowed for as long as any transfer of them is open. */
struct kq_http_settings {
    const char *url;          /* of the gateway: one on loopback is reached without the environment's proxy */
    const char *content_type; /* of what is posted */
    const char *proxy;        /* NULL: the environment's */
    const char *ca_file;      /* NULL: the machine's own certificate authorities */
    long connect_timeout_ms;
    size_t answer_max_bytes;
};

/* Headers longer than these are cut: a trace id and a content type are short, and neither is signed. */
#define KQ_HTTP_TRACE_ID_SIZE 128
#define KQ_HTTP_CONTENT_TYPE_SIZE 128
/* What stands in the newer protocol's signed headers: milliseconds, a nonce of any library, a certificate's
 * number. A longer one is cut, and then does not verify. */
#define KQ_HTTP_SIGNED_HEADER_SIZE 128

struct kq_http_answer {
    int status;
    bool is_too_long;                             /* the body, which was cut off there */
    char trace_id[KQ_HTTP_TRACE_ID_SIZE];         /* printable ASCII only; empty: none */
    char content_type[KQ_HTTP_CONTENT_TYPE_SIZE]; /* likewise, and so are all below */
    char timestamp[KQ_HTTP_SIGNED_HEADER_SIZE];   /* alipay-timestamp */
    char nonce[KQ_HTTP_SIGNED_HEADER_SIZE];       /* alipay-nonce */
    char cert_sn[KQ_HTTP_SIGNED_HEADER_SIZE];     /* alipay-sn */
    char signature[KQ_SIGNATURE_TEXT_MAX + 1];    /* alipay-signature */
    struct kq_buffer body;                        /* owned by whoever passes the answer in */
};

/* The newer protocol's Authorization, token, root certificates and encryption. */
#define KQ_HTTP_HEADERS_MAX 4

/* Borrowed until the transfer has ended. */
struct kq_http_request {
    const char *url; /* of the same origin as the settings' */
    struct kq_slice body;
    const char *headers[KQ_HTTP_HEADERS_MAX + 1]; /* more of them, "Name: value"; NULL after the last */
    long timeout_ms;                              /* of the whole transfer, above 0 */
};

/* Whether libcurl can be told of that proxy; NULL and "" fit. USAGE, which does not quote it, as there may be
 * a password in it; NO_MEMORY, INTERNAL. */
KQ_MUST struct kq_result kq_http_check_proxy(const char *proxy, struct kq_error *error);

/* NO_MEMORY, INTERNAL. */
KQ_MUST struct kq_result kq_http_open(const struct kq_http_settings *settings, struct kq_http **http,
                                      struct kq_error *error);

/* NULL is fine. */
void kq_http_close(struct kq_http *http);

/* POST. `answer` is zeroed, or one of an earlier call. No redirect is followed. TRANSPORT, ANSWER (longer
 * than allowed), NO_MEMORY. */
KQ_MUST struct kq_result kq_http_post(struct kq_http *http, const struct kq_http_request *request,
                                      struct kq_http_answer *answer, struct kq_error *error);

/* The same in three steps: what kq_http_handle gives runs between the two, by whatever runs it; `code` is
 * what came of it. `answer` is filled meanwhile. */
KQ_MUST struct kq_result kq_http_begin(struct kq_http *http, const struct kq_http_request *request,
                                       struct kq_http_answer *answer, struct kq_error *error);
CURL *kq_http_handle(struct kq_http *http);
KQ_MUST struct kq_result kq_http_end(struct kq_http *http, CURLcode code, struct kq_http_answer *answer,
                                     struct kq_error *error);

#endif
