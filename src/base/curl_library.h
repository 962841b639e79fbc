/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_CURL_LIBRARY_H
#define KQ_BASE_CURL_LIBRARY_H

#include <curl/curl.h>

#include "base/error.h"

/* What is used of libcurl, loaded when it is first needed: libcurl brings some thirty libraries along (TLS,
 * LDAP, Kerberos, SSH), which would be a third of the memory of a server at rest and two thirds of the time
 * in which a command starts. The members are the functions of these names behind `curl_`. */

struct kq_curl {
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *handle);
    CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
    CURLcode (*easy_perform)(CURL *handle);
    const char *(*easy_strerror)(CURLcode code);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *handle);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *handle);
    CURLMcode (*multi_perform)(CURLM *multi, int *running);
    CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd extra[], unsigned int extra_count, int wait_ms,
                            int *count);
    CURLMcode (*multi_socket_action)(CURLM *multi, curl_socket_t socket, int events, int *running);
    CURLMcode (*multi_timeout)(CURLM *multi, long *timeout_ms);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
};

/* Any thread, any number of times; what was loaded stays. INTERNAL: it is not installed, or too old; a later
 * call tries again. */
KQ_MUST struct kq_result kq_curl_load(const struct kq_curl **curl, struct kq_error *error);

#endif
