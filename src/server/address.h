/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_ADDRESS_H
#define KQ_SERVER_ADDRESS_H

#include <stdbool.h>

#include <sys/socket.h>

#include "base/error.h"

/* Addresses to listen on, and the sockets that do. */

struct kq_address {
    struct sockaddr_storage storage;
    socklen_t size;
};

/* "[" + the longest IPv6 address + "]:" + 5 digits + NUL. */
#define KQ_ADDRESS_TEXT_SIZE 64

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (127.0.0.1); port 0: any. USAGE says how an address is
 * written. */
KQ_MUST struct kq_result kq_address_parse(const char *text, struct kq_address *address,
                                          struct kq_error *error);

/* Can only this machine reach it? */
bool kq_address_is_loopback(const struct kq_address *address);

/* As kq_address_parse reads it. */
void kq_address_format(const struct kq_address *address, char text[KQ_ADDRESS_TEXT_SIZE]);

/* Listens on `address`; *fd is the caller's to close. For port 0 the chosen port is written to `address`. The
 * socket lets others share its port, but only those of kq_listen_again: another program that has the port
 * already, or asks for it later, is told that it is in use. USAGE, in one sentence that says what to do. */
KQ_MUST struct kq_result kq_listen(struct kq_address *address, int *fd, struct kq_error *error);

/* One more socket on the same address: the kernel spreads connections over them (SO_REUSEPORT). */
KQ_MUST struct kq_result kq_listen_again(const struct kq_address *address, int *fd, struct kq_error *error);

#endif
