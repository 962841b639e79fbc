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

#define SYMBOL(name) {"curl_" #name, offsetof(struct kq_curl, name)},
static const struct symbol symbols[] = {KQ_CURL_FUNCTIONS(SYMBOL)};

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
