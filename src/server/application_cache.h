/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_APPLICATION_CACHE_H
#define KQ_SERVER_APPLICATION_CACHE_H

#include "base/error.h"
#include "base/slice.h"
#include "domain/application.h"
#include "store/store.h"

/* Applications as they stand in the store, which are read again only when something was committed since
 * (kq_reader_revision): so a key that was changed, or an application that was disabled, by whatever process,
 * is seen by the very next call. Only applications that there are are kept, so that nobody can fill the cache
 * with names. One thread. */

/* 1,024 applications at most: a few kilobytes each. */
#define KQ_APPLICATION_CACHE_SETS 256
#define KQ_APPLICATION_CACHE_WAYS 4

struct kq_application_cache; /* owned by whoever opened it */

KQ_MUST struct kq_result kq_application_cache_open(struct kq_application_cache **cache,
                                                   struct kq_error *error);

/* NULL is fine. */
void kq_application_cache_close(struct kq_application_cache *cache);

/* The application as it stands now; *application NULL: there is none. Borrowed until the next get. STORE,
 * BUSY, NO_MEMORY. */
KQ_MUST struct kq_result kq_application_cache_get(struct kq_application_cache *cache,
                                                  struct kq_reader *reader, struct kq_slice app_id,
                                                  const struct kq_application **application,
                                                  struct kq_error *error);

#endif
