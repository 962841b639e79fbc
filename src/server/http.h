/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_HTTP_H
#define KQ_SERVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/slice.h"

/* HTTP/1.1 as a server reads it (RFC 9110, RFC 9112), and no more of it than the gateway needs. Pure: bytes
 * in, request out; no sockets, no memory of its own. Stricter than the RFC where it leaves a choice, because
 * two readers that disagree about where a request ends can be played off against each other. What comes in
 * pieces gives the same result as what comes at once. */

/* A call by GET carries its biz_content in the query; twice what the usual servers take by default. */
#define KQ_HTTP_HEAD_MAX_BYTES ((size_t)16384)
/* Browsers send about twenty, client libraries fewer. */
#define KQ_HTTP_HEADERS_MAX 100
/* Size and extensions of one chunk; nobody sends extensions. */
#define KQ_HTTP_CHUNK_LINE_MAX_BYTES ((size_t)256)
/* Trailers are read and dropped. */
#define KQ_HTTP_TRAILERS_MAX_BYTES ((size_t)4096)

/* Every status that the program sends: X(name, number, reason phrase). */
#define KQ_HTTP_STATUS_LIST(X)                                                                               \
    X(OK, 200, "OK")                                                                                         \
    X(FOUND, 302, "Found")                                                                                   \
    X(BAD_REQUEST, 400, "Bad Request")                                                                       \
    X(UNAUTHORIZED, 401, "Unauthorized")                                                                     \
    X(FORBIDDEN, 403, "Forbidden")                                                                           \
    X(NOT_FOUND, 404, "Not Found")                                                                           \
    X(METHOD_NOT_ALLOWED, 405, "Method Not Allowed")                                                         \
    X(REQUEST_TIMEOUT, 408, "Request Timeout")                                                               \
    X(CONTENT_TOO_LARGE, 413, "Content Too Large")                                                           \
    X(EXPECTATION_FAILED, 417, "Expectation Failed")                                                         \
    X(TOO_MANY_REQUESTS, 429, "Too Many Requests")                                                           \
    X(HEAD_TOO_LARGE, 431, "Request Header Fields Too Large")                                                \
    X(INTERNAL_ERROR, 500, "Internal Server Error")                                                          \
    X(NOT_IMPLEMENTED, 501, "Not Implemented")                                                               \
    X(UNAVAILABLE, 503, "Service Unavailable")                                                               \
    X(VERSION_NOT_SUPPORTED, 505, "HTTP Version Not Supported")

enum kq_http_status {
#define KQ_HTTP_STATUS_ENUM(name, number, text) KQ_HTTP_##name,
    KQ_HTTP_STATUS_LIST(KQ_HTTP_STATUS_ENUM)
#undef KQ_HTTP_STATUS_ENUM
        KQ_HTTP_STATUS_COUNT
};

unsigned kq_http_status_number(enum kq_http_status status);

/* The status of that number; INTERNAL_ERROR where there is none. */
enum kq_http_status kq_http_status_of(unsigned number);

/* Why a request is not served. Texts are static. Takes the place of a kq_error here: a function that fails
 * fills it. */
struct kq_http_refusal {
    enum kq_http_status status;
    const char *sentence; /* the answer's body, without a line end */
    const char *header;   /* one more header line of the answer ("Allow: GET"), or NULL */
};

/* Fills `refusal` and returns KQ_FAILED, so that `return kq_http_refuse(…)` is one statement. */
KQ_MUST struct kq_result kq_http_refuse(struct kq_http_refusal *refusal, enum kq_http_status status,
                                        const char *sentence);

enum kq_http_progress {
    KQ_HTTP_MORE,     /* all bytes are used up and it is not complete */
    KQ_HTTP_COMPLETE, /* what was looked for is there */
    KQ_HTTP_REFUSED,  /* `refusal` says why */
};

enum kq_http_method {
    KQ_HTTP_GET,
    KQ_HTTP_HEAD,
    KQ_HTTP_POST,
    KQ_HTTP_PUT,
    KQ_HTTP_OTHER_METHOD, /* a token, but none that anything here answers */
};

/* How far the search for a head's end has come in bytes that grow at their end. Zeroed: at the beginning. */
struct kq_http_scan {
    size_t at;   /* looked at */
    size_t line; /* where the line that `at` is in begins */
    size_t
        start; /* where the head begins: behind empty lines, which RFC 9112 section 2.2 lets a client send */
};

/* Looks for the end of the head that `bytes` begin with. COMPLETE: `*head` is the head with its empty line,
 * borrowed, and the body (or the next request) begins behind it. REFUSED: BAD_REQUEST for a control byte or a
 * line end that is not CR LF, HEAD_TOO_LARGE. */
enum kq_http_progress kq_http_head_find(struct kq_slice bytes, struct kq_http_scan *scan,
                                        struct kq_slice *head, struct kq_http_refusal *refusal);

struct kq_http_head {
    enum kq_http_method method;
    struct kq_slice path;   /* still percent-encoded; of an absolute target without scheme and authority */
    struct kq_slice query;  /* without the `?`, still percent-encoded */
    struct kq_slice target; /* both, with the `?` where there is one */
    struct kq_slice host;   /* the header's value */
    struct kq_slice content_type;
    struct kq_slice authorization;
    struct kq_slice app_auth_token; /* this and the next two: spec/gateway.md, "OpenAPI v3" */
    struct kq_slice encrypt_type;
    struct kq_slice root_cert_sn;
    struct kq_slice accept_language; /* of several, the first */
    bool is_1_0;
    bool keep_alive; /* may the connection stay open after the answer? */
    bool expects_continue;
    bool is_chunked;
    uint64_t content_length; /* 0 where none is given; the largest where the number is larger */
};

/* Reads a whole head, as kq_http_head_find gives it. Slices are borrowed from `bytes`. BAD_REQUEST,
 * VERSION_NOT_SUPPORTED, NOT_IMPLEMENTED (a transfer coding other than chunked), EXPECTATION_FAILED,
 * HEAD_TOO_LARGE (too many headers). */
KQ_MUST struct kq_result kq_http_head_read(struct kq_slice bytes, struct kq_http_head *head,
                                           struct kq_http_refusal *refusal);

enum kq_http_body_state {
    KQ_HTTP_BODY_PLAIN, /* Content-Length */
    /* chunked, RFC 9112 section 7.1 */
    KQ_HTTP_BODY_SIZE_BEGIN,
    KQ_HTTP_BODY_SIZE,
    KQ_HTTP_BODY_SIZE_SPACE,
    KQ_HTTP_BODY_EXTENSION,
    KQ_HTTP_BODY_SIZE_END,
    KQ_HTTP_BODY_CHUNK,
    KQ_HTTP_BODY_CHUNK_CR,
    KQ_HTTP_BODY_CHUNK_LF,
    KQ_HTTP_BODY_TRAILER_BEGIN,
    KQ_HTTP_BODY_TRAILER,
    KQ_HTTP_BODY_TRAILER_END,
    KQ_HTTP_BODY_LAST_LF,
    KQ_HTTP_BODY_DONE,
};

/* A body that is being read. */
struct kq_http_body {
    enum kq_http_body_state state;
    uint64_t left_bytes;  /* of the body or of the chunk */
    uint64_t limit_bytes; /* what the body may still grow by */
    size_t line_bytes;    /* of the chunk's line, or of the trailers */
};

/* Begins the body that the head announces. CONTENT_TOO_LARGE at once where it announces more than
 * `limit_bytes`. */
KQ_MUST struct kq_result kq_http_body_begin(struct kq_http_body *body, const struct kq_http_head *head,
                                            size_t limit_bytes, struct kq_http_refusal *refusal);

/* Takes the body's next bytes from `input` and appends its content to `content`. COMPLETE: nothing behind the
 * body was taken. REFUSED: BAD_REQUEST, CONTENT_TOO_LARGE, HEAD_TOO_LARGE (trailers), UNAVAILABLE (out of
 * memory). */
enum kq_http_progress kq_http_body_take(struct kq_http_body *body, struct kq_cursor *input,
                                        struct kq_buffer *content, struct kq_http_refusal *refusal);

struct kq_http_reply {
    enum kq_http_status status;
    const char *content_type;
    const char *trace_id; /* NULL: none */
    const char *header;   /* more header lines, without the last one's end; NULL: none */
    size_t body_bytes;
    bool close;  /* the connection is closed after it */
    bool is_1_0; /* the request's version: what is not closed must be said */
};

/* Appends the answer's head, with the empty line. */
void kq_http_append_head(struct kq_buffer *buffer, const struct kq_http_reply *answer);

#endif
