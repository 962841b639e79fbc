/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_WHERE_H
#define KQ_CLIENT_WHERE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/curl_library.h"
#include "base/error.h"

/* Where a client's requests go: what libcurl makes of the gateway's URL, and the proxy on the way. */

struct kq_where {
    CURLU *gateway;     /* owned */
    const char *proxy;  /* "": none. NULL: what the environment says, if anything by then */
    size_t origin_size; /* of every request's URL; 0: libcurl has to be told the whole URL */
    bool may_be_tls;    /* what connections speak, to the gateway or to the proxy */
};

/* USAGE where libcurl does not read the gateway's URL; NO_MEMORY. */
KQ_MUST struct kq_result kq_where_check(const struct kq_curl *curl, const char *url, struct kq_error *error);

/* `proxy` is borrowed; NULL: the environment's, but none for a gateway on loopback. As
 * kq_where_check; there is nothing to free then. */
KQ_MUST struct kq_result kq_where_read(const struct kq_curl *curl, const char *url, const char *proxy,
                                       struct kq_where *where, struct kq_error *error);

/* Zeroed is fine. */
void kq_where_free(const struct kq_curl *curl, struct kq_where *where);

#endif
