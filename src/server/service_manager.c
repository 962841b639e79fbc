/* SPDX-License-Identifier: Apache-2.0 */
#include "server/service_manager.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

/* The socket's address: a path, or `@` and a name in the abstract namespace. False: neither, or too long. */
static bool read_address(const char *text, struct sockaddr_un *address, socklen_t *size)
{
    size_t length = strlen(text);
    if ((text[0] != '/' && text[0] != '@') || length >= sizeof(address->sun_path)) {
        return false;
    }
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, text, length);
    if (text[0] == '@') {
        address->sun_path[0] = '\0';
    }
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

void kq_service_tell(const char *state)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    socklen_t address_size = 0;
    if (name == NULL || name[0] == '\0') {
        return;
    }
    if (!read_address(name, &address, &address_size)) {
        kq_log(KQ_LOG_WARNING, "NOTIFY_SOCKET is no socket's address: %s", name);
        return;
    }
    int socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_fd < 0 || sendto(socket_fd, state, strlen(state), MSG_NOSIGNAL,
                                (const struct sockaddr *)&address, address_size) < 0) {
        kq_log(KQ_LOG_WARNING, "the service manager cannot be told %s: %s", state, strerror(errno));
    }
    if (socket_fd >= 0) {
        close(socket_fd);
    }
}
