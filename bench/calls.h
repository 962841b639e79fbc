/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BENCH_CALLS_H
#define KQ_BENCH_CALLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "wire/key.h"

/* Requests as the platform's own client libraries send them (client/request.h), made before a run begins, so
 * that the generator only has to send bytes. */

struct kq_bench_requests {
    struct kq_slice *items; /* whole HTTP requests; one may stand at several places */
    size_t count;
    struct kq_arena *arenas; /* hold them; one for each thread that signed */
    unsigned arena_count;
};

struct kq_bench_calls {
    struct kq_slice app_id;
    const struct kq_private_key *private_key; /* copied for each thread */
    struct kq_slice text;                     /* of the calls, a line each */
    int64_t now_s;                            /* what the ages below count back from */
};

/* Signs on all cores. A line of the text is a call, `AGE_S<tab>METHOD<tab>BIZ_CONTENT`, its timestamp AGE_S
 * seconds before now; or `=N`: the same bytes as line N (from 0), which is a call. BAD_INPUT, NO_MEMORY,
 * CRYPTO, INTERNAL. `requests` is zeroed before and freed after, failures included. */
KQ_MUST struct kq_result kq_bench_requests_sign(const struct kq_bench_calls *calls,
                                                struct kq_bench_requests *requests, struct kq_error *error);
void kq_bench_requests_free(struct kq_bench_requests *requests);

/* What both `load` and `sign` are told: reads --app-id, --private-key and --calls, and signs. */
struct kq_bench_options;
KQ_MUST struct kq_result kq_bench_requests_load(const struct kq_bench_options *options,
                                                struct kq_bench_requests *requests, struct kq_error *error);

#endif
