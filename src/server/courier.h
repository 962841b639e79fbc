/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_COURIER_H
#define KQ_SERVER_COURIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "domain/notification.h"

/* Posts notifications, many at a time, by libcurl: directly (no proxy), to http and https only, following no
 * redirect, over connections that are kept. One thread, but for kq_courier_wake. */

struct kq_courier; /* owned by whoever opened it */

/* Tries under way, or over and not recorded yet; and to one host. A receiver that is slow or dead holds as
 * many: with fewer to each, it takes more of them to hold up the others. */
#define KQ_COURIER_PARCELS_MAX 256
#define KQ_COURIER_HOST_MAX 32

/* A receiver that has not answered by then is asked again later. */
#define KQ_COURIER_CONNECT_MS 5000L
#define KQ_COURIER_TOTAL_MS 10000L

/* `success` has seven letters; more than this is read by nobody. */
#define KQ_COURIER_ANSWER_MAX_BYTES ((size_t)1024)
#define KQ_COURIER_HEAD_MAX_BYTES ((size_t)16384)

/* One try. */
struct kq_parcel {
    int64_t number; /* the notification's */
    bool taken;
    char result[KQ_NOTIFICATION_RESULT_MAX_BYTES + 1]; /* printable ASCII */
};

/* IO, NO_MEMORY. libcurl is loaded when the first is posted. */
KQ_MUST struct kq_result kq_courier_open(struct kq_courier **courier, struct kq_error *error);

/* What is under way is broken off. NULL is fine. */
void kq_courier_close(struct kq_courier *courier);

/* How many are under way, and how many it has altogether. */
size_t kq_courier_flying(const struct kq_courier *courier);
size_t kq_courier_in_hand(const struct kq_courier *courier);

/* Is a try of this notification in hand? */
bool kq_courier_has(const struct kq_courier *courier, int64_t number);

/* Can one more go there now? Where tries fail for want of an answer, fewer go at a time. */
bool kq_courier_has_room(const struct kq_courier *courier, struct kq_slice uri);

/* Begins to post a form, which is copied; there is room. INTERNAL (there is no libcurl), NO_MEMORY: nothing
 * has begun. */
KQ_MUST struct kq_result kq_courier_post(struct kq_courier *courier, int64_t number, struct kq_slice uri,
                                         struct kq_slice form, struct kq_error *error);

/* Waits until something can be done, for so long at most, and does it. */
void kq_courier_work(struct kq_courier *courier, int wait_ms);

/* Ends a wait, or the next one. Any thread. */
void kq_courier_wake(struct kq_courier *courier);

/* The next try that is over, in hand until it is put away; NULL: none. */
const struct kq_parcel *kq_courier_next_over(struct kq_courier *courier);
void kq_courier_put_away(struct kq_courier *courier, const struct kq_parcel *parcel);

#endif
