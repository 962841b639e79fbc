/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "base/macros.h"
#include "bench/clock.h"
#include "bench/commands.h"

/* Many times what the form of a notification takes, and its head: more is none. */
#define BODY_MAX_BYTES 65536
#define HEAD_MAX_BYTES 16384

struct receiver {
    struct event_base *base; /* owned */
    struct evhttp *http;     /* owned */
    struct event *input;     /* owned; standard input has something to read, or has ended */
    struct evbuffer *answer; /* owned; empty between two answers */
    uint64_t received;
};

static void close_receiver(struct receiver *receiver)
{
    if (receiver->answer != NULL) {
        evbuffer_free(receiver->answer);
    }
    if (receiver->input != NULL) {
        event_free(receiver->input);
    }
    if (receiver->http != NULL) {
        evhttp_free(receiver->http);
    }
    if (receiver->base != NULL) {
        event_base_free(receiver->base);
    }
}

/* Takes whatever comes. evhttp has read all of the form, in however many pieces it came. */
static void take(struct evhttp_request *request, void *context)
{
    struct receiver *receiver = context;
    receiver->received++;
    evbuffer_add_reference(receiver->answer, "success", strlen("success"), NULL, NULL);
    evhttp_send_reply(request, HTTP_OK, "OK", receiver->answer);
}

/* What is said on standard input does not matter; its end does. */
static void read_input(evutil_socket_t file, short events, void *context)
{
    struct receiver *receiver = context;
    char unused[256];
    (void)events;
    if (read(file, unused, sizeof(unused)) <= 0) {
        event_base_loopbreak(receiver->base);
    }
}

/* *port: a free one. */
static struct kq_result listen_on_loopback(struct receiver *receiver, uint16_t *port, struct kq_error *error)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof(address);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(receiver->http, "127.0.0.1", 0);
    KQ_ENSURE(bound != NULL &&
                  getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &size) == 0,
              error, KQ_E_IO, "cannot listen on 127.0.0.1: %s", strerror(errno));
    *port = ntohs(address.sin_port);
    return KQ_OK;
}

static struct kq_result open_receiver(struct receiver *receiver, struct kq_error *error)
{
    receiver->base = event_base_new();
    KQ_ENSURE_MEMORY(receiver->base != NULL, error);
    receiver->http = evhttp_new(receiver->base);
    receiver->input = event_new(receiver->base, STDIN_FILENO, EV_READ | EV_PERSIST, read_input, receiver);
    receiver->answer = evbuffer_new();
    KQ_ENSURE_MEMORY(receiver->http != NULL && receiver->input != NULL && receiver->answer != NULL, error);
    evhttp_set_allowed_methods(receiver->http, EVHTTP_REQ_POST);
    evhttp_set_max_headers_size(receiver->http, HEAD_MAX_BYTES);
    evhttp_set_max_body_size(receiver->http, BODY_MAX_BYTES);
    evhttp_set_gencb(receiver->http, take, receiver);
    KQ_ENSURE(event_add(receiver->input, NULL) == 0, error, KQ_E_IO, "standard input cannot be waited for");
    return KQ_OK;
}

static struct kq_result receive(struct receiver *receiver, struct kq_error *error)
{
    uint16_t port = 0;
    signal(SIGPIPE, SIG_IGN); /* a server that ends does not wait for each answer */
    KQ_TRY(open_receiver(receiver, error));
    KQ_TRY(listen_on_loopback(receiver, &port, error));
    printf("{\"port\":%u}\n", port);
    KQ_ENSURE(fflush(stdout) == 0, error, KQ_E_IO, "cannot write: %s", strerror(errno));
    KQ_ENSURE(event_base_dispatch(receiver->base) == 0, error, KQ_E_INTERNAL, "the event loop failed");
    return KQ_OK;
}

struct kq_result kq_bench_receive_command(const struct kq_bench_options *options, struct kq_buffer *json,
                                          struct kq_error *error)
{
    KQ_CLEANUP(close_receiver) struct receiver receiver = {0};
    (void)options;
    KQ_TRY(receive(&receiver, error));
    kq_buffer_print(json, "{\"received\":%" PRIu64 ",\"cpu_s\":%.3f}\n", receiver.received,
                    (double)kq_bench_process_cpu_ns() / 1e9);
    return KQ_OK;
}
