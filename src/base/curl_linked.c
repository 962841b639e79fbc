/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "base/curl_library.h"

/* The other form of curl_library.c, for libkaquan. */

#define FUNCTION(name) .name = curl_##name,
static const struct kq_curl linked = {KQ_CURL_FUNCTIONS(FUNCTION)};

static pthread_once_t beginning = PTHREAD_ONCE_INIT;
static CURLcode outcome;

static void begin(void)
{
    outcome = curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct kq_result kq_curl_load(const struct kq_curl **curl, struct kq_error *error)
{
    pthread_once(&beginning, begin);
    *curl = &linked;
    KQ_ENSURE(outcome == CURLE_OK, error, KQ_E_INTERNAL, "libcurl cannot be used");
    return KQ_OK;
}
