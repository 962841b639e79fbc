/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/bare.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/macros.h"
#include "base/memory.h"
#include "bench/answer.h"
#include "bench/clock.h"
#include "client/call.h"
#include "client/client.h"

#define SCHEME KQ_SLICE("http://")
#define READY_MAX 64
#define RECEIVE_BYTES 16384
/* As the client's loop does (UNSENT_MAX in client/loop.c): half of the calls, eight at most. */
#define UNSENT_MAX ((size_t)8)
/* Far longer than an answer takes. */
#define WAIT_MS 10000

struct connection {
    int socket;
    struct kq_slice method; /* of the call under way */
    struct kq_attempt attempt;
    struct kq_buffer sent;
    struct kq_buffer received;
};

struct kq_bench_bare {
    struct kq_client *client;
    struct kq_client_keys keys;
    struct kq_slice authority; /* of the gateway's URL */
    int epoll;
    size_t count;
    size_t under_way;
    size_t unsent_count;
    struct connection **unsent;
    struct connection *connections;
};

/* What is called, and until when. */
struct calls {
    const struct kq_client_request *requests;
    size_t count;
    size_t *next;
    int64_t end_ns;
    uint64_t *made;
};

static struct kq_result connect_to(const char *address, unsigned long port, int *made, struct kq_error *error)
{
    struct sockaddr_in gateway = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    KQ_ENSURE(inet_pton(AF_INET, address, &gateway.sin_addr) == 1 && port > 0 && port <= UINT16_MAX, error,
              KQ_E_BAD_INPUT, "%s and %lu are no address and port", address, port);
    *made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    KQ_ENSURE(*made >= 0 && connect(*made, (const struct sockaddr *)&gateway, sizeof(gateway)) == 0, error,
              KQ_E_IO, "cannot connect to port %lu: %s", port, strerror(errno));
    return KQ_OK;
}

static struct kq_result connect_all(struct kq_bench_bare *bare, struct kq_error *error)
{
    char address[INET_ADDRSTRLEN] = {0};
    size_t size = kq_slice_find(bare->authority, ':');
    KQ_ENSURE(size < sizeof(address) && size < bare->authority.size, error, KQ_E_BAD_INPUT,
              "the gateway's URL names no address and port");
    memcpy(address, bare->authority.data, size);
    unsigned long port = strtoul(bare->authority.data + size + 1, NULL, 10);
    for (size_t i = 0; i < bare->count; i++) {
        struct connection *connection = &bare->connections[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        KQ_TRY(connect_to(address, port, &connection->socket, error));
        KQ_ENSURE(epoll_ctl(bare->epoll, EPOLL_CTL_ADD, connection->socket, &event) == 0, error, KQ_E_IO,
                  "a socket cannot be watched: %s", strerror(errno));
    }
    return KQ_OK;
}

static struct kq_result open_bare(struct kq_bench_bare *bare, struct kq_error *error)
{
    struct kq_slice url = bare->client->settings.gateway_url;
    KQ_ENSURE(kq_slice_starts_with(url, SCHEME), error, KQ_E_BAD_INPUT, "the gateway's URL is not of http");
    bare->authority = (struct kq_slice){.data = url.data + SCHEME.size, .size = url.size - SCHEME.size};
    bare->authority.size = kq_slice_find(bare->authority, '/');
    bare->connections = kq_memory_allocate(bare->count * sizeof(*bare->connections));
    bare->unsent = (struct connection **)kq_memory_allocate(bare->count * sizeof(struct connection *));
    KQ_ENSURE_MEMORY(bare->connections != NULL && bare->unsent != NULL, error);
    for (size_t i = 0; i < bare->count; i++) {
        bare->connections[i].socket = -1;
    }
    KQ_TRY(kq_client_keys_copy(bare->client, &bare->keys, error));
    bare->epoll = epoll_create1(EPOLL_CLOEXEC);
    KQ_ENSURE(bare->epoll >= 0, error, KQ_E_IO, "sockets cannot be watched: %s", strerror(errno));
    return connect_all(bare, error);
}

struct kq_result kq_bench_bare_open(struct kq_client *client, size_t connections, struct kq_bench_bare **bare,
                                    struct kq_error *error)
{
    struct kq_bench_bare *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened != NULL, error);
    *opened = (struct kq_bench_bare){.client = client, .epoll = -1, .count = connections};
    if (!open_bare(opened, error).ok) {
        kq_bench_bare_close(opened);
        return KQ_FAILED;
    }
    *bare = opened;
    return KQ_OK;
}

void kq_bench_bare_close(struct kq_bench_bare *bare)
{
    if (bare == NULL) {
        return;
    }
    for (size_t i = 0; bare->connections != NULL && i < bare->count; i++) {
        struct connection *connection = &bare->connections[i];
        if (connection->socket >= 0) {
            close(connection->socket);
        }
        kq_attempt_free(&connection->attempt);
        kq_buffer_free(&connection->sent);
        kq_buffer_free(&connection->received);
    }
    if (bare->epoll >= 0) {
        close(bare->epoll);
    }
    kq_client_keys_free(&bare->keys);
    kq_memory_free(bare->connections);
    kq_memory_free((void *)bare->unsent);
    kq_memory_free(bare);
}

static struct kq_result send_unsent(struct kq_bench_bare *bare, struct kq_error *error)
{
    for (size_t i = 0; i < bare->unsent_count; i++) {
        const struct connection *connection = bare->unsent[i];
        const struct kq_buffer *bytes = &connection->sent;
        ssize_t sent = send(connection->socket, bytes->data, bytes->size, MSG_NOSIGNAL);
        KQ_ENSURE(sent == (ssize_t)bytes->size, error, KQ_E_IO, "a request could not be sent: %s",
                  strerror(errno));
    }
    bare->unsent_count = 0;
    return KQ_OK;
}

static struct kq_result write_request(const struct kq_bench_bare *bare, struct connection *connection,
                                      struct kq_error *error)
{
    const struct kq_signed_request *made = &connection->attempt.made;
    size_t origin = SCHEME.size + bare->authority.size;
    struct kq_buffer *to = &connection->sent;
    kq_buffer_clear(to);
    kq_buffer_append(to, KQ_SLICE("POST "));
    kq_buffer_append(to, (struct kq_slice){.data = made->url.data + origin, .size = made->url.size - origin});
    kq_buffer_append(to, KQ_SLICE(" HTTP/1.1\r\nHost: "));
    kq_buffer_append(to, bare->authority);
    kq_buffer_append(to, KQ_SLICE("\r\nContent-Type: application/x-www-form-urlencoded;charset=utf-8\r\n"));
    kq_buffer_print(to, "Content-Length: %zu\r\n\r\n", made->body.size);
    kq_buffer_append(to, made->body);
    KQ_ENSURE_MEMORY(!to->failed, error);
    return KQ_OK;
}

/* Signs the next call and sends it with others. */
static struct kq_result begin(struct kq_bench_bare *bare, struct connection *connection,
                              const struct calls *calls, struct kq_error *error)
{
    const struct kq_client_request *request = &calls->requests[(*calls->next)++ % calls->count];
    connection->method = kq_slice_of(request->method);
    kq_buffer_clear(&connection->received);
    KQ_TRY(kq_attempt_make(bare->client, &bare->keys, request, &connection->attempt, error));
    KQ_TRY(write_request(bare, connection, error));
    bare->unsent[bare->unsent_count++] = connection;
    bare->under_way++;
    bool enough = bare->unsent_count >= UNSENT_MAX || 2 * bare->unsent_count >= bare->count;
    return enough ? send_unsent(bare, error) : KQ_OK;
}

/* The whole answer, verified and read as the client does. */
static struct kq_result take_answer(struct kq_bench_bare *bare, struct connection *connection,
                                    struct kq_error *error)
{
    struct kq_slice bytes = kq_buffer_slice(&connection->received);
    const char *end = memmem(bytes.data, bytes.size, "\r\n\r\n", 4);
    size_t head = (size_t)(end - bytes.data) + 4;
    struct kq_http_answer *http = &connection->attempt.http;
    struct kq_client_answer *answer = NULL;
    struct kq_client_error refusal;
    http->status = 200;
    kq_buffer_clear(&http->body);
    kq_buffer_append(&http->body, (struct kq_slice){.data = bytes.data + head, .size = bytes.size - head});
    KQ_ENSURE_MEMORY(!http->body.failed, error);
    enum kq_client_status status = kq_attempt_read(bare->client, &bare->keys, connection->method,
                                                   &connection->attempt, &answer, &refusal);
    kq_client_answer_free(answer);
    KQ_ENSURE(status == KQ_CLIENT_OK, error, KQ_E_ANSWER, "a call failed: %s", refusal.message);
    return KQ_OK;
}

static struct kq_result receive(struct kq_bench_bare *bare, struct connection *connection,
                                const struct calls *calls, struct kq_error *error)
{
    enum kq_bench_answer kind = KQ_BENCH_ANSWER_GOOD;
    struct kq_buffer *received = &connection->received;
    char *place = kq_buffer_reserve(received, RECEIVE_BYTES);
    KQ_ENSURE_MEMORY(place != NULL, error);
    ssize_t size = recv(connection->socket, place, RECEIVE_BYTES, 0);
    KQ_ENSURE(size > 0, error, KQ_E_IO, "the gateway ended a connection");
    received->size += (size_t)size;
    size_t whole = kq_bench_answer_read(kq_buffer_slice(received), &kind);
    if (whole == 0) {
        return KQ_OK;
    }
    KQ_ENSURE(whole == received->size && kind == KQ_BENCH_ANSWER_GOOD, error, KQ_E_ANSWER,
              "an answer is not what it should be");
    KQ_TRY(take_answer(bare, connection, error));
    bare->under_way--;
    (*calls->made)++;
    return kq_bench_now_ns() < calls->end_ns ? begin(bare, connection, calls, error) : KQ_OK;
}

static struct kq_result receive_ready(struct kq_bench_bare *bare, const struct calls *calls,
                                      struct kq_error *error)
{
    struct epoll_event ready[READY_MAX];
    int count = epoll_wait(bare->epoll, ready, READY_MAX, WAIT_MS);
    KQ_ENSURE(count > 0, error, KQ_E_IO, "nothing was answered");
    for (int i = 0; i < count; i++) {
        KQ_TRY(receive(bare, ready[i].data.ptr, calls, error));
    }
    return send_unsent(bare, error);
}

struct kq_result kq_bench_bare_call(struct kq_bench_bare *bare, const struct kq_client_request *requests,
                                    size_t count, size_t *next, int64_t end_ns, uint64_t *made,
                                    struct kq_error *error)
{
    const struct calls calls = {
        .requests = requests, .count = count, .next = next, .end_ns = end_ns, .made = made};
    for (size_t i = 0; i < bare->count; i++) {
        KQ_TRY(begin(bare, &bare->connections[i], &calls, error));
    }
    KQ_TRY(send_unsent(bare, error));
    while (bare->under_way > 0) {
        KQ_TRY(receive_ready(bare, &calls, error));
    }
    return KQ_OK;
}
