/* SPDX-License-Identifier: Apache-2.0 */
#include "base/curl_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

#include "base/macros.h"

/* The name of its binary interface, which has been this one since 2006. */
#define LIBRARY "libcurl.so.4"

struct symbol {
    const char *name;
    size_t offset;
};

static const struct symbol symbols[] = {
    {"curl_easy_init", offsetof(struct kq_curl, easy_init)},
    {"curl_easy_cleanup", offsetof(struct kq_curl, easy_cleanup)},
    {"curl_easy_setopt", offsetof(struct kq_curl, easy_setopt)},
    {"curl_easy_getinfo", offsetof(struct kq_curl, easy_getinfo)},
    {"curl_easy_perform", offsetof(struct kq_curl, easy_perform)},
    {"curl_easy_strerror", offsetof(struct kq_curl, easy_strerror)},
    {"curl_multi_init", offsetof(struct kq_curl, multi_init)},
    {"curl_multi_cleanup", offsetof(struct kq_curl, multi_cleanup)},
    {"curl_multi_setopt", offsetof(struct kq_curl, multi_setopt)},
    {"curl_multi_add_handle", offsetof(struct kq_curl, multi_add_handle)},
    {"curl_multi_remove_handle", offsetof(struct kq_curl, multi_remove_handle)},
    {"curl_multi_perform", offsetof(struct kq_curl, multi_perform)},
    {"curl_multi_poll", offsetof(struct kq_curl, multi_poll)},
    {"curl_multi_socket_action", offsetof(struct kq_curl, multi_socket_action)},
    {"curl_multi_timeout", offsetof(struct kq_curl, multi_timeout)},
    {"curl_multi_info_read", offsetof(struct kq_curl, multi_info_read)},
    {"curl_slist_append", offsetof(struct kq_curl, slist_append)},
    {"curl_slist_free_all", offsetof(struct kq_curl, slist_free_all)},
};

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static struct kq_curl loaded; /* under `loading` until it is complete, and never changed again */
static bool is_loaded;        /* under `loading` */

/* `place` is a pointer to a function: POSIX has it take what dlsym gives, which C alone does not say. */
static struct kq_result find(void *library, const char *name, void *place, struct kq_error *error)
{
    void **address = place;
    *address = dlsym(library, name);
    KQ_ENSURE(*address != NULL, error, KQ_E_INTERNAL, "libcurl cannot be used: %s has no %s", LIBRARY, name);
    return KQ_OK;
}

static struct kq_result begin(void *library, struct kq_curl *curl, struct kq_error *error)
{
    CURLcode (*global_init)(long flags) = NULL;
    KQ_TRY(find(library, "curl_global_init", &global_init, error));
    for (size_t i = 0; i < KQ_COUNT(symbols); i++) {
        KQ_TRY(find(library, symbols[i].name, (char *)curl + symbols[i].offset, error));
    }
    KQ_ENSURE(global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, error, KQ_E_INTERNAL, "libcurl cannot be used");
    return KQ_OK;
}

static struct kq_result load(struct kq_error *error)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    KQ_ENSURE(library != NULL, error, KQ_E_INTERNAL, "libcurl cannot be used: %s", dlerror());
    if (!begin(library, &loaded, error).ok) {
        dlclose(library);
        return KQ_FAILED;
    }
    is_loaded = true;
    return KQ_OK;
}

struct kq_result kq_curl_load(const struct kq_curl **curl, struct kq_error *error)
{
    pthread_mutex_lock(&loading);
    struct kq_result result = is_loaded ? KQ_OK : load(error);
    pthread_mutex_unlock(&loading);
    *curl = &loaded;
    return result;
}
