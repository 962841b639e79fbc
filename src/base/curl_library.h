/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_CURL_LIBRARY_H
#define KQ_BASE_CURL_LIBRARY_H

#include <curl/curl.h>

#include "base/error.h"

/* What is used of libcurl, loaded when it is first needed: libcurl brings some thirty libraries along (TLS,
 * LDAP, Kerberos, SSH), which would be a third of the memory of a server at rest and two thirds of the time
 * in which a command starts. The members are the functions of these names behind `curl_`.
 *
 * libkaquan has the same table with libcurl linked to it (curl_linked.c): its users call a gateway in any
 * case, and expect `ldd`, their packages' dependencies and their own linker to see what it needs. */

/* Those functions, each once: KQ_CURL_FUNCTIONS(X) is X(easy_init) X(easy_cleanup) … */
#define KQ_CURL_FUNCTIONS(X)                                                                                 \
    X(easy_init)                                                                                             \
    X(easy_cleanup)                                                                                          \
    X(easy_setopt)                                                                                           \
    X(easy_getinfo)                                                                                          \
    X(easy_perform)                                                                                          \
    X(easy_strerror)                                                                                         \
    X(multi_init)                                                                                            \
    X(multi_cleanup)                                                                                         \
    X(multi_setopt)                                                                                          \
    X(multi_add_handle)                                                                                      \
    X(multi_remove_handle)                                                                                   \
    X(multi_perform)                                                                                         \
    X(multi_poll)                                                                                            \
    X(multi_socket_action)                                                                                   \
    X(multi_timeout)                                                                                         \
    X(multi_info_read)                                                                                       \
    X(slist_append)                                                                                          \
    X(slist_free_all)                                                                                        \
    X(url)                                                                                                   \
    X(url_set)                                                                                               \
    X(url_get)                                                                                               \
    X(url_cleanup)                                                                                           \
    X(free)

#define KQ_CURL_MEMBER(name) __typeof__ (&curl_##name)(name);
struct kq_curl {
    KQ_CURL_FUNCTIONS(KQ_CURL_MEMBER)
};
#undef KQ_CURL_MEMBER

/* Any thread, any number of times; what was loaded stays. INTERNAL: it is not installed, or too old; a later
 * call tries again. */
KQ_MUST struct kq_result kq_curl_load(const struct kq_curl **curl, struct kq_error *error);

#endif
