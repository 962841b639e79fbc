/* SPDX-License-Identifier: Apache-2.0 */
#include "server/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/slice.h"

#define PORT_MAX 65535
#define PORT_DIGITS 5

static bool parse_port(struct kq_slice text, in_port_t *port)
{
    if (text.size > PORT_DIGITS || !kq_slice_is_digits(text)) {
        return false;
    }
    unsigned number = 0;
    for (size_t i = 0; i < text.size; i++) {
        number = number * 10 + (unsigned)(text.data[i] - '0');
    }
    *port = htons((uint16_t)number);
    return number <= PORT_MAX;
}

/* Takes `host:` or `[host]:`; the port is left. */
static bool take_host(struct kq_cursor *cursor, char host[KQ_ADDRESS_TEXT_SIZE], bool *is_ipv6)
{
    struct kq_slice text;
    *is_ipv6 = kq_cursor_take_literal(cursor, KQ_SLICE("["));
    if (!kq_cursor_take_until(cursor, *is_ipv6 ? KQ_SLICE("]:") : KQ_SLICE(":"), &text) || text.size == 0 ||
        text.size >= KQ_ADDRESS_TEXT_SIZE) {
        return false;
    }
    text = !*is_ipv6 && kq_slice_equal(text, KQ_SLICE("localhost")) ? KQ_SLICE("127.0.0.1") : text;
    memcpy(host, text.data, text.size);
    host[text.size] = '\0';
    return true;
}

static bool parse(const char *text, struct kq_address *address)
{
    char host[KQ_ADDRESS_TEXT_SIZE];
    bool is_ipv6 = false;
    in_port_t port = 0;
    struct kq_cursor cursor = kq_cursor_of(kq_slice_of(text));
    if (!take_host(&cursor, host, &is_ipv6) || !parse_port(kq_cursor_take_rest(&cursor), &port)) {
        return false;
    }
    *address = (struct kq_address){0};
    if (is_ipv6) {
        struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address->storage;
        address->size = sizeof(*ipv6);
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_port = port;
        return inet_pton(AF_INET6, host, &ipv6->sin6_addr) == 1;
    }
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address->storage;
    address->size = sizeof(*ipv4);
    ipv4->sin_family = AF_INET;
    ipv4->sin_port = port;
    return inet_pton(AF_INET, host, &ipv4->sin_addr) == 1;
}

struct kq_result kq_address_parse(const char *text, struct kq_address *address, struct kq_error *error)
{
    KQ_ENSURE(
        parse(text, address), error, KQ_E_USAGE,
        "\"%.100s\" is no address to listen on; write one as 127.0.0.1:8080 or [::1]:8080 (port 0: any)",
        text);
    return KQ_OK;
}

bool kq_address_is_loopback(const struct kq_address *address)
{
    if (address->storage.ss_family == AF_INET6) {
        const struct in6_addr *ipv6 = &((const struct sockaddr_in6 *)&address->storage)->sin6_addr;
        return IN6_IS_ADDR_LOOPBACK(ipv6) ||
               (IN6_IS_ADDR_V4MAPPED(ipv6) && ipv6->s6_addr[12] == IN_LOOPBACKNET);
    }
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&address->storage;
    return ntohl(ipv4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static unsigned port_of(const struct kq_address *address)
{
    return ntohs(address->storage.ss_family == AF_INET6
                     ? ((const struct sockaddr_in6 *)&address->storage)->sin6_port
                     : ((const struct sockaddr_in *)&address->storage)->sin_port);
}

void kq_address_format(const struct kq_address *address, char text[KQ_ADDRESS_TEXT_SIZE])
{
    char host[INET6_ADDRSTRLEN] = "";
    bool is_ipv6 = address->storage.ss_family == AF_INET6;
    const void *bytes = is_ipv6 ? (const void *)&((const struct sockaddr_in6 *)&address->storage)->sin6_addr
                                : (const void *)&((const struct sockaddr_in *)&address->storage)->sin_addr;
    if (inet_ntop(address->storage.ss_family, bytes, host, sizeof(host)) == NULL) {
        host[0] = '\0';
    }
    snprintf(text, KQ_ADDRESS_TEXT_SIZE, is_ipv6 ? "[%s]:%u" : "%s:%u", host, port_of(address));
}

/* Says in one sentence what to do about a socket that cannot listen. */
static struct kq_result refuse(const struct kq_address *address, int reason, struct kq_error *error)
{
    char text[KQ_ADDRESS_TEXT_SIZE];
    kq_address_format(address, text);
    switch (reason) {
    case EADDRINUSE:
        return kq_fail(error, KQ_E_USAGE,
                       "%s is in use by another program: stop it, or choose another port (0: any)", text);
    case EACCES:
        return kq_fail(error, KQ_E_USAGE, "port %u needs privileges: choose one above 1023",
                       port_of(address));
    case EADDRNOTAVAIL:
        return kq_fail(error, KQ_E_USAGE,
                       "%s is no address of this machine: choose one that it has, such as 127.0.0.1", text);
    case EAFNOSUPPORT:
        return kq_fail(error, KQ_E_USAGE,
                       "this machine has no IPv6: choose an address such as 127.0.0.1:8080");
    default:
        return kq_fail(error, KQ_E_IO, "cannot listen on %s: %s", text, strerror(reason));
    }
}

static bool set_option(int fd, int option)
{
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, option, &on, sizeof(on)) == 0;
}

/* SO_REUSEPORT before the bind asks to share what others have; set after it, only lets later ones share. */
static struct kq_result open_listener(struct kq_address *address, bool again, int *fd, struct kq_error *error)
{
    *fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*fd < 0) {
        return refuse(address, errno, error);
    }
    bool listens = set_option(*fd, SO_REUSEADDR) && (!again || set_option(*fd, SO_REUSEPORT)) &&
                   bind(*fd, (struct sockaddr *)&address->storage, address->size) == 0 &&
                   (again || set_option(*fd, SO_REUSEPORT)) && listen(*fd, SOMAXCONN) == 0 &&
                   getsockname(*fd, (struct sockaddr *)&address->storage, &address->size) == 0;
    if (!listens) {
        int reason = errno;
        close(*fd);
        *fd = -1;
        return refuse(address, reason, error);
    }
    return KQ_OK;
}

struct kq_result kq_listen(struct kq_address *address, int *fd, struct kq_error *error)
{
    return open_listener(address, false, fd, error);
}

struct kq_result kq_listen_again(const struct kq_address *address, int *fd, struct kq_error *error)
{
    struct kq_address same = *address;
    return open_listener(&same, true, fd, error);
}
