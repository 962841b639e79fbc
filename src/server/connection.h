/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_CONNECTION_H
#define KQ_SERVER_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event_struct.h>

#include "base/buffer.h"
#include "server/call.h"
#include "server/http.h"

/* One connection: its socket, what has come and what is to go, and the call that it carries. It belongs to
 * one loop (loop.h) and that loop's thread. Requests are answered in the order in which they came, one at a
 * time; while one is being answered, or another has come already, nothing more is read. Between requests it
 * keeps no buffers: they go to the next connection that has one; and while an answer is being read none but
 * that answer and the requests behind it. */

struct kq_loop;

/* A transfer is given the loop's header_timeout_ms, and a second more for each of these many bytes that have
 * gone over: a slow but honest line gets a body of 1 MiB through, one that stalls is cut off. */
#define KQ_TRANSFER_MIN_BYTES_PER_S 8192

/* Where it is not the caller who closes, what may still come is read and dropped for so long: a socket closed
 * with unread bytes would reset the connection, and the answer would be lost on its way. */
#define KQ_LINGER_MS 2000

/* The states; connection.c has the table of the moves between them. */
enum kq_http_connection_state {
    KQ_CONNECTION_IDLE,    /* between requests */
    KQ_CONNECTION_HEAD,    /* newly opened, or part of a head has come */
    KQ_CONNECTION_BODY,    /* part of a body has come */
    KQ_CONNECTION_WAITING, /* the service has the request */
    KQ_CONNECTION_WRITING, /* part of the answer has gone */
    KQ_CONNECTION_LINGER,  /* refused; dropping what still comes */
    KQ_CONNECTION_CLOSED,  /* freed at the end of the loop's round */
    KQ_CONNECTION_STATE_COUNT
};

/* What an event callback records, for the loop to act upon. */
enum kq_readiness {
    KQ_READY_IO = 1,    /* readable or writable, as the state wants it */
    KQ_READY_TIMER = 2, /* its time may be over */
    KQ_READY_INPUT = 4, /* bytes that have come already are still to be looked at */
};

/* What a connection needs while a request is under way; between requests it stands in the loop's spares. */
struct kq_http_memory {
    struct kq_buffer input;
    struct kq_buffer body;
    struct kq_buffer output;
    struct kq_buffer response;
    struct kq_buffer answer;
    struct kq_arena arena;
};

struct kq_http_connection {
    struct kq_loop *loop;
    struct kq_http_connection *previous; /* in the loop's list of all */
    struct kq_http_connection *next;
    struct kq_http_connection *next_ready;     /* in its list of those to act upon */
    struct kq_http_connection *next_completed; /* in its list of those whose call is done */
    unsigned readiness;                        /* bits of kq_readiness; not 0: stands in the list */

    int fd;
    enum kq_http_connection_state state;
    int64_t began_us; /* the state */
    struct event io;
    struct event timer;
    short armed_events;     /* EV_READ, EV_WRITE or 0: what `io` watches */
    int64_t armed_until_us; /* when `timer` fires; INT64_MAX: not set */

    struct kq_buffer input; /* what has come and is not taken yet */
    struct kq_http_scan scan;
    struct kq_http_head head; /* borrowed from call.arena */
    struct kq_http_body body_reader;
    struct kq_buffer body;
    size_t request_bytes; /* of head and body as they came */

    struct kq_buffer output;     /* the answer's head, and its body where that is not the call's */
    struct kq_slice output_rest; /* the rest of the body; borrowed from the call's answer */
    size_t sent_bytes;
    bool closes;  /* after this answer */
    bool lingers; /* and only when the caller has read it */

    struct kq_call call;

    size_t counted_bytes; /* its part of kq_connection_count's buffered_bytes */
};

/* Takes over an accepted, non-blocking socket, and adds itself to the loop. False: out of memory, the socket
 * is closed. */
bool kq_http_connection_open(struct kq_loop *loop, int fd);

/* Does what the recorded readiness asks for. */
void kq_http_connection_act(struct kq_http_connection *connection);

/* For services: each request that a service was given it answers, refuses or waits for, once. Nothing is sent
 * yet when these return, so the service may still look at the call. */

/* The answer. A `body` that is the call's `answer` is sent from there, any other is copied. Content-Length,
 * Connection and the version are set here. Returns the answer's size in bytes, head included. */
size_t kq_http_connection_answer(struct kq_http_connection *connection, const struct kq_http_reply *answer,
                                 struct kq_slice body);

/* The same, with a refusal as the answer: plain text with the call's trace id, or a new one where it has none
 * yet, and the connection is closed. */
void kq_http_connection_refuse(struct kq_http_connection *connection, const struct kq_http_refusal *refusal);

/* The answer comes later, in the service's `resume`, after kq_loop_complete. */
void kq_http_connection_wait(struct kq_http_connection *connection);

/* Closes at once, whatever the state but WAITING. */
void kq_http_connection_close(struct kq_http_connection *connection);

/* For the loop. */
void kq_http_memory_free(struct kq_http_memory *memory);

/* For the loop: after KQ_CONNECTION_CLOSED, and out of all lists. */
void kq_http_connection_free(struct kq_http_connection *connection);

#endif
