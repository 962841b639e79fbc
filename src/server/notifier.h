/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_NOTIFIER_H
#define KQ_SERVER_NOTIFIER_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"
#include "wire/key.h"

/* Tells templates' receivers what happened to vouchers (spec/gateway.md, "Notifications"), and runs the clock
 * job that writes down which vouchers have expired. One thread, with a key, a reader and connections of its
 * own; what becomes of tries goes through the store's writer, many in one commit.
 *
 * A try is in no row until its outcome is: one that a crash cuts short is made again, with the same
 * notify_id. Two servers on one data directory do not both tell: one holds the lock file, the other waits for
 * it. */

struct kq_notifier; /* owned by whoever opened it */

struct kq_notifier_settings {
    struct kq_store *store;                   /* borrowed */
    const struct kq_private_key *private_key; /* borrowed; copied */
    const char *lock_path;                    /* borrowed; made where it is not there, mode 0600 */
};

/* Since it was opened. Any thread. */
struct kq_notifier_counts {
    _Atomic uint64_t delivered;
    _Atomic uint64_t failed_tries;
    _Atomic uint64_t given_up;
    _Atomic uint64_t expired; /* vouchers whose expiry was written down */
};

/* How long what is under way when it stops may take; what takes longer is told again after the next start. */
#define KQ_NOTIFIER_STOP_MS 2000

/* On the thread that opens everything, before others are started. NO_MEMORY, INTERNAL, STORE. */
KQ_MUST struct kq_result kq_notifier_open(const struct kq_notifier_settings *settings,
                                          struct kq_notifier **notifier, struct kq_error *error);

KQ_MUST struct kq_result kq_notifier_start(struct kq_notifier *notifier, struct kq_error *error);

/* Tells it to stop, and does not wait. NULL is fine. Any thread. */
void kq_notifier_stop(struct kq_notifier *notifier);

const struct kq_notifier_counts *kq_notifier_counts_of(const struct kq_notifier *notifier);

/* Stops it where it runs, waits for its end, frees. NULL is fine. */
void kq_notifier_close(struct kq_notifier *notifier);

#endif
