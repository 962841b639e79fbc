/* SPDX-License-Identifier: Apache-2.0 */
/* Receives notifications: what a template's notify_uri is told of its vouchers. A server of one connection at
 * a time on loopback, which a real one would have its own framework for; what matters is `take`.
 *
 *     receive_notifications PORT COUNT         (port 0: any; it prints which, and ends after COUNT) */
#define _GNU_SOURCE 1 /* strcasestr */
#include <arpa/inet.h>
#include <kaquan.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connect.h"

#define REQUEST_SIZE 65536

/* Believes a form only with the gateway's signature, and prints what it tells. The same notify_id may come
 * again, so whoever acts on it remembers which he has seen. */
static int take(struct kq_client *client, const char *body, size_t size)
{
    struct kq_client_notification *notification = NULL;
    struct kq_client_error error;
    if (kq_client_verify_notification(client, body, size, &notification, &error) != KQ_CLIENT_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 0;
    }
    printf("%s %s %s\n", kq_client_notification_value(notification, "notify_type"),
           kq_client_notification_value(notification, "voucher_id"),
           kq_client_notification_value(notification, "notify_id"));
    fflush(stdout);
    kq_client_notification_free(notification);
    return 1;
}

/* Reads one request; its body's place and size, or 0 where it is none. */
static size_t read_request(int connection, char *request, char **body)
{
    size_t have = 0;
    for (;;) {
        ssize_t more = read(connection, request + have, REQUEST_SIZE - 1 - have);
        if (more <= 0) {
            return 0;
        }
        have += (size_t)more;
        request[have] = '\0';
        char *end = strstr(request, "\r\n\r\n");
        char *length = strcasestr(request, "\r\nContent-Length:");
        if (end != NULL && length != NULL && length < end) {
            size_t size = strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
            *body = end + 4;
            if (size <= have - (size_t)(*body - request)) {
                return size;
            }
        }
    }
}

/* The seven letters mean: taken, do not come again. Anything else is tried again later. */
static void answer(int connection, int is_taken)
{
    const char *text = is_taken
                           ? "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nsuccess"
                           : "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    if (write(connection, text, strlen(text)) < 0) {
        perror("write");
    }
}

static int listen_on(unsigned long port)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    socklen_t size = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (const struct sockaddr *)&address, size) != 0 ||
        listen(listener, 16) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        perror("listen");
        exit(1);
    }
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int count, char **words)
{
    if (count != 3) {
        fprintf(stderr, "usage: receive_notifications PORT COUNT\n");
        return 2;
    }
    static char request[REQUEST_SIZE];
    struct kq_client *client = connect_from_environment(); /* for its keys: nothing is called */
    int listener = listen_on(strtoul(words[1], NULL, 10));
    for (long left = strtol(words[2], NULL, 10); left > 0;) {
        int connection = accept(listener, NULL, NULL);
        char *body = NULL;
        size_t size = connection < 0 ? 0 : read_request(connection, request, &body);
        if (size > 0) {
            int is_taken = take(client, body, size);
            answer(connection, is_taken);
            left -= is_taken;
        }
        if (connection >= 0) {
            close(connection);
        }
    }
    close(listener);
    kq_client_close(client);
    return 0;
}
