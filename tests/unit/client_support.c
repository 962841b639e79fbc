/* SPDX-License-Identifier: Apache-2.0 */
#include "client_support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "wire/envelope.h"
#include "wire/params.h"
#include "wire/signature.h"

#define CONNECTIONS_MAX 256

struct connection {
    struct fake_gateway *gateway;
    int socket;
    pthread_t thread;
    struct kq_private_key *key;
};

struct fake_gateway {
    fake_script *script;
    void *data;
    struct kq_private_key *key;
    int listener;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    bool stopping;
    size_t requests;
    size_t connection_count;
    struct connection connections[CONNECTIONS_MAX];
};

/* The body's size of a head. */
static size_t body_size(struct kq_slice head)
{
    const char *found = memmem(head.data, head.size, "Content-Length: ", strlen("Content-Length: "));
    return found == NULL ? 0 : strtoul(found + strlen("Content-Length: "), NULL, 10);
}

/* One whole request; false where the connection ends first. */
static bool read_request(int from, struct kq_buffer *bytes, struct fake_request *request)
{
    kq_buffer_clear(bytes);
    for (;;) {
        const char *end = bytes->size == 0 ? NULL : memmem(bytes->data, bytes->size, "\r\n\r\n", 4);
        if (end != NULL) {
            size_t head = (size_t)(end - bytes->data) + 4;
            request->head = (struct kq_slice){.data = bytes->data, .size = head};
            request->body = (struct kq_slice){.data = bytes->data + head, .size = body_size(request->head)};
            if (bytes->size >= head + request->body.size) {
                return true;
            }
        }
        char *place = kq_buffer_reserve(bytes, 4096);
        ssize_t size = place == NULL ? -1 : recv(from, place, 4096, 0);
        if (size <= 0) {
            return false;
        }
        bytes->size += (size_t)size;
    }
}

static bool send_all(int to, struct kq_slice bytes)
{
    while (bytes.size > 0) {
        ssize_t size = send(to, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (size <= 0) {
            return false;
        }
        bytes.data += size;
        bytes.size -= (size_t)size;
    }
    return true;
}

static void *serve(void *data)
{
    struct connection *connection = data;
    struct fake_gateway *gateway = connection->gateway;
    struct kq_buffer bytes = {0};
    struct fake_request request = {0};
    bool open = true;
    while (open && read_request(connection->socket, &bytes, &request)) {
        struct fake_reply reply = {0};
        pthread_mutex_lock(&gateway->lock);
        request.number = ++gateway->requests;
        pthread_mutex_unlock(&gateway->lock);
        gateway->script(gateway->data, connection->key, &request, &reply);
        open = send_all(connection->socket, kq_buffer_slice(&reply.bytes)) && !reply.close;
        kq_buffer_free(&reply.bytes);
    }
    shutdown(connection->socket, SHUT_RDWR);
    kq_buffer_free(&bytes);
    return NULL;
}

static bool take_connection(struct fake_gateway *gateway, int socket)
{
    pthread_mutex_lock(&gateway->lock);
    bool taken = !gateway->stopping && gateway->connection_count < CONNECTIONS_MAX;
    if (taken) {
        struct connection *connection = &gateway->connections[gateway->connection_count];
        *connection = (struct connection){.gateway = gateway, .socket = socket};
        taken = kq_private_key_copy(gateway->key, &connection->key, NULL).ok &&
                pthread_create(&connection->thread, NULL, serve, connection) == 0;
        gateway->connection_count += taken ? 1 : 0;
    }
    pthread_mutex_unlock(&gateway->lock);
    return taken;
}

static void *listen_on(void *data)
{
    struct fake_gateway *gateway = data;
    for (;;) {
        int socket = accept4(gateway->listener, NULL, NULL, SOCK_CLOEXEC);
        if (socket < 0 && errno != EINTR) {
            return NULL;
        }
        if (socket >= 0 && !take_connection(gateway, socket)) {
            close(socket);
        }
    }
}

struct fake_gateway *fake_gateway_start(fake_script *script, void *data)
{
    ARENA arena = {0};
    struct fake_gateway *gateway = kq_memory_allocate(sizeof(*gateway));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    assert_non_null(gateway);
    gateway->script = script;
    gateway->data = data;
    assert_ok(kq_private_key_load(golden(&arena, "keys/app_2048.pem"), &gateway->key, NULL),
              &(struct kq_error){0});
    gateway->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(gateway->listener >= 0);
    assert_return_code(bind(gateway->listener, (struct sockaddr *)&address, size), errno);
    assert_return_code(listen(gateway->listener, CONNECTIONS_MAX), errno);
    assert_return_code(getsockname(gateway->listener, (struct sockaddr *)&address, &size), errno);
    snprintf(gateway->url, sizeof(gateway->url), "http://127.0.0.1:%d/gateway.do", ntohs(address.sin_port));
    pthread_mutex_init(&gateway->lock, NULL);
    assert_int_equal(pthread_create(&gateway->thread, NULL, listen_on, gateway), 0);
    return gateway;
}

void fake_gateway_stop(struct fake_gateway *gateway)
{
    pthread_mutex_lock(&gateway->lock);
    gateway->stopping = true;
    pthread_mutex_unlock(&gateway->lock);
    shutdown(gateway->listener, SHUT_RDWR);
    pthread_join(gateway->thread, NULL);
    for (size_t i = 0; i < gateway->connection_count; i++) {
        struct connection *connection = &gateway->connections[i];
        shutdown(connection->socket, SHUT_RDWR);
        pthread_join(connection->thread, NULL);
        close(connection->socket);
        kq_private_key_free(connection->key);
    }
    close(gateway->listener);
    pthread_mutex_destroy(&gateway->lock);
    kq_private_key_free(gateway->key);
    kq_memory_free(gateway);
}

void fake_gateway_cleanup(struct fake_gateway **gateway)
{
    if (*gateway != NULL) {
        fake_gateway_stop(*gateway);
    }
}

size_t fake_gateway_requests(struct fake_gateway *gateway)
{
    pthread_mutex_lock(&gateway->lock);
    size_t requests = gateway->requests;
    pthread_mutex_unlock(&gateway->lock);
    return requests;
}

size_t fake_gateway_connections(struct fake_gateway *gateway)
{
    pthread_mutex_lock(&gateway->lock);
    size_t connections = gateway->connection_count;
    pthread_mutex_unlock(&gateway->lock);
    return connections;
}

const char *fake_gateway_url(const struct fake_gateway *gateway)
{
    return gateway->url;
}

void put_http(struct kq_buffer *bytes, int status, struct kq_slice body)
{
    kq_buffer_print(bytes, "HTTP/1.1 %d Said\r\nContent-Type: text/html;charset=utf-8\r\n", status);
    kq_buffer_print(bytes, "trace_id: trace-7\r\nContent-Length: %zu\r\n\r\n", body.size);
    kq_buffer_append(bytes, body);
}

void put_envelope(struct kq_buffer *bytes, const struct kq_private_key *key, const char *method,
                  struct kq_slice response)
{
    BUFFER signature = {0};
    if (kq_sign(key, KQ_SIGN_RSA2, response, &signature, NULL).ok) {
        kq_envelope_append(bytes, kq_slice_of(method), response, KQ_SLICE_EMPTY, kq_buffer_slice(&signature));
    }
}

void put_answer(struct kq_buffer *bytes, const struct kq_private_key *key, const char *method,
                struct kq_slice response)
{
    BUFFER body = {0};
    put_envelope(&body, key, method, response);
    put_http(bytes, 200, kq_buffer_slice(&body));
}

void echo_script(void *data, const struct kq_private_key *key, const struct fake_request *request,
                 struct fake_reply *reply)
{
    (void)data;
    ARENA arena = {0};
    BUFFER response = {0};
    struct kq_params params;
    kq_params_init(&params, &arena);
    KQ_IGNORE(kq_form_decode(request->body, &params, NULL));
    struct kq_slice biz = kq_params_find(&params, KQ_SLICE("biz_content"));
    kq_buffer_print(&response, "{\"code\":\"10000\",\"msg\":\"Success\",\"echo\":%.*s}",
                    KQ_SLICE_PRINT(biz.size == 0 ? KQ_SLICE("null") : biz));
    put_answer(&reply->bytes, key, FAKE_METHOD, kq_buffer_slice(&response));
}

struct kq_client_options fake_options(struct kq_arena *arena, const struct fake_gateway *gateway)
{
    return (struct kq_client_options){
        .gateway_url = gateway->url,
        .app_id = "2014072300007148",
        .private_key = golden(arena, "keys/app_2048.pem").data,
        .gateway_public_key = golden(arena, "keys/public.pem").data,
    };
}

struct kq_client *open_client(const struct kq_client_options *options)
{
    struct kq_client *client = NULL;
    struct kq_client_error error;
    assert_status(kq_client_open(options, &client, &error), KQ_CLIENT_OK, &error);
    return client;
}

void close_client(struct kq_client **client)
{
    kq_client_close(*client);
}

void free_answer(struct kq_client_answer **answer)
{
    kq_client_answer_free(*answer);
}

void assert_status(enum kq_client_status status, enum kq_client_status expected,
                   const struct kq_client_error *error)
{
    if (status != expected) {
        fail_msg("%s, not %s: %s", kq_client_status_name(status), kq_client_status_name(expected),
                 error->message);
    }
    assert_int_equal(error->status, status);
}
