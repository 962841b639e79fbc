/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_H
#define KQ_STORE_SQLITE_H

#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

/* The embedded store: one file in WAL mode with synchronous=FULL; one writer thread that commits everything
 * that is waiting with one fsync; readers with connections of their own. Several processes may have the same
 * file open (the operator's commands work while the server runs). */

#define KQ_STORE_FILE_NAME "kaquan.db" /* in the data directory */

/* How many decisions (kq_operation_weight) one commit takes, beside a single operation that has more: at
 * least so many where they are waiting; more, up to the maximum, as long as that is a matter of some
 * milliseconds.
 */
#define KQ_BATCH_WEIGHT_MIN 1024
#define KQ_BATCH_WEIGHT_MAX 16384

/* As many where rows come in bulk and nobody else writes, as long as that is a matter of some seconds: the
 * more rows share a commit, the more of them share the pages that it writes. Ten million vouchers of a
 * million users in no order are some 90,000 pages of the index by user, of which so many rows write 70,000.
 * Twice as many rows would share more, but take longer than others should wait, and more memory. */
#define KQ_BULK_BATCH_WEIGHT_MAX 131072

struct kq_sqlite_options {
    const char *path;             /* of the file; borrowed during the call */
    bool create;                  /* make it if it is not there; else NOT_FOUND */
    const struct kq_clock *clock; /* borrowed until close */
    size_t queue_max;             /* submissions waiting at most before BUSY; 0: KQ_QUEUE_MAX_DEFAULT */
    /* Rows come in bulk, and nobody waits for one of them. As long as no other process commits to the file,
     * one commit takes up to KQ_BULK_BATCH_WEIGHT_MAX, those too that come while it decides those before
     * them; for seconds, but not for so many that another process gives up waiting. What waits when the file
     * cannot be had is refused together (BUSY), so that it can be submitted again in its order. More memory
     * is used for pages, as the file grows. */
    bool is_bulk;
};

/* About a second of signatures of a large machine: whoever waits longer is better told at once. */
#define KQ_QUEUE_MAX_DEFAULT 16384

/* Opens, migrates to the newest schema version (a newer one than this program knows is refused), starts the
 * writer. The file is created with mode 0600, and its directory must be there. NOT_FOUND, STORE (also a file
 * that is not ours: left as it is), BUSY, NO_MEMORY, INTERNAL. On success *store is the caller's to close. */
KQ_MUST struct kq_result kq_sqlite_open(const struct kq_sqlite_options *options, struct kq_store **store,
                                        struct kq_error *error);

#endif
