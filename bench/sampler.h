/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BENCH_SAMPLER_H
#define KQ_BENCH_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What a signature costs while something else keeps the cores busy. A thread on each core makes a few
 * RSA-2048/SHA-256 signatures and verifications a second with the project's own functions and with a key of
 * its own, and times each by its own CPU time: time without a core does not count, but a core that runs
 * slower, or shares its caches, does. */

struct kq_bench_costs {
    size_t samples;          /* signatures timed; 0: the rest is 0 */
    int64_t sign_ns;         /* CPU time of a signature, median */
    int64_t sign_average_ns; /* with what OpenSSL does at some of them only, which the median leaves out */
    int64_t sign_min_ns;     /* the fastest */
    int64_t sign_wall_ns;    /* median, the wait for a core included */
    int64_t verify_ns;       /* CPU time of a verification, median */
    double signatures_per_s; /* the limit: cores ÷ sign_ns */
};

/* The cores that this process may run on. */
unsigned kq_bench_core_count(void);

struct kq_bench_sampler;

/* Makes a key, signs with it for a tenth of a second and starts the threads; they sample from now on.
 * INTERNAL, CRYPTO, NO_MEMORY. */
KQ_MUST struct kq_result kq_bench_sampler_start(struct kq_bench_sampler **sampler, struct kq_error *error);

/* Stops and frees it. `costs` is of what was sampled from `from_ns` (kq_bench_now_ns) on. NULL is fine. */
void kq_bench_sampler_stop(struct kq_bench_sampler *sampler, int64_t from_ns, struct kq_bench_costs *costs);

/* Appends the members of a JSON object for `costs`, without braces. */
struct kq_buffer;
void kq_bench_costs_print(const struct kq_bench_costs *costs, struct kq_buffer *json);

#endif
