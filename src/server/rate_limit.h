/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_RATE_LIMIT_H
#define KQ_SERVER_RATE_LIMIT_H

#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "domain/application.h"

/* How often applications may call (spec/gateway.md, "Gateway errors": 40005). Each application has a bucket
 * of tokens, and one for each of its methods; a call takes one of each that is limited. A bucket holds one
 * second's worth, at least one, begins full, and fills at the limit's rate: so in any t seconds at most
 * per_second × (t + 1) calls pass.
 *
 * The buckets are shared by all workers, and there is no lock: two threads that take from one bucket never
 * take the same token.
 *
 * Their number is bounded: KQ_RATE_LIMIT_SETS sets of KQ_RATE_LIMIT_WAYS. Where a set is full, a new bucket
 * takes the place of the one that is nearest to full, which is forgotten, and starts full. One that was not
 * used for a second is full anyway, so limits only become looser where more applications and methods than a
 * set has places call within one second; there, threads that meet may also cost or spare a bucket one
 * token. */

struct kq_rate_limits;

/* 64 bytes a set, a cache line: 256 KiB that are touched only where they are used, for 16 thousand buckets.
 */
#define KQ_RATE_LIMIT_SETS 4096
#define KQ_RATE_LIMIT_WAYS 4

/* What holds for every application that has no limit of its own, in calls a second; 0: none. At most
 * KQ_CALLS_PER_SECOND_MAX. */
struct kq_rate_defaults {
    int64_t app_per_second;    /* all of an application's calls together */
    int64_t method_per_second; /* an application's calls of one method */
};

/* `seed`: random; which buckets share a set cannot be told without it. NO_MEMORY. */
KQ_MUST struct kq_result kq_rate_limits_open(struct kq_rate_defaults defaults, uint64_t seed,
                                             struct kq_rate_limits **limits, struct kq_error *error);

/* NULL is fine. */
void kq_rate_limits_close(struct kq_rate_limits *limits);

/* Takes the tokens of one call: to be asked once for a call whose signature has been verified and which is
 * permitted. `now_us` is the store's monotonic_us. A refused call takes nothing: where the method's bucket is
 * empty, the application's gets its token back, which another thread may have missed in between. Any thread.
 * APP_CALL_LIMITED, METHOD_CALL_LIMITED; in this order. */
KQ_MUST struct kq_result kq_rate_limits_take(struct kq_rate_limits *limits,
                                             const struct kq_application *application, struct kq_slice method,
                                             int64_t now_us, struct kq_error *error);

#endif
