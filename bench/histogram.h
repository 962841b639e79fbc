/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BENCH_HISTOGRAM_H
#define KQ_BENCH_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Durations by the million in a few kilobytes: log-linear buckets, 64 for each power of two, so that a
 * percentile is at most 1/64 (1.6 %) above what was measured. Adding is a few instructions and allocates
 * nothing. One thread at a time; a zeroed struct is empty. */

#define KQ_BENCH_BUCKET_BITS 6
/* Up to 2^41 ns, 36 minutes: longer than any run. What is longer is counted as that. */
#define KQ_BENCH_BUCKET_POWERS 35
#define KQ_BENCH_BUCKET_COUNT ((KQ_BENCH_BUCKET_POWERS + 1) << KQ_BENCH_BUCKET_BITS)

struct kq_bench_histogram {
    uint64_t counts[KQ_BENCH_BUCKET_COUNT];
    uint64_t total;
    int64_t max_ns; /* exact */
};

/* Below 0 counts as 0. */
void kq_bench_histogram_add(struct kq_bench_histogram *histogram, int64_t duration_ns);

/* The smallest duration that at least `per_mille` of 1000 of those added do not exceed: 500 is the median.
 * Rounded up to its bucket's end, but never above the longest; 0 where none was added. */
int64_t kq_bench_histogram_at(const struct kq_bench_histogram *histogram, unsigned per_mille);

#endif
