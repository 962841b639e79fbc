/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/histogram.h"

#define BUCKETS_A_POWER (1U << KQ_BENCH_BUCKET_BITS)

/* Durations below BUCKETS_A_POWER have a bucket each; from there on each power of two has as many. */
static size_t bucket_of(uint64_t duration_ns)
{
    if (duration_ns < BUCKETS_A_POWER) {
        return (size_t)duration_ns;
    }
    unsigned shift = 63U - (unsigned)__builtin_clzll(duration_ns) - KQ_BENCH_BUCKET_BITS;
    size_t bucket = ((size_t)shift << KQ_BENCH_BUCKET_BITS) + (size_t)(duration_ns >> shift);
    return bucket < KQ_BENCH_BUCKET_COUNT ? bucket : KQ_BENCH_BUCKET_COUNT - 1;
}

/* The longest duration that falls into the bucket. */
static int64_t end_of(size_t bucket)
{
    if (bucket < BUCKETS_A_POWER) {
        return (int64_t)bucket;
    }
    unsigned shift = (unsigned)(bucket >> KQ_BENCH_BUCKET_BITS) - 1U;
    uint64_t first = (uint64_t)(bucket % BUCKETS_A_POWER + BUCKETS_A_POWER) << shift;
    return (int64_t)(first + (UINT64_C(1) << shift) - 1);
}

void kq_bench_histogram_add(struct kq_bench_histogram *histogram, int64_t duration_ns)
{
    int64_t counted_ns = duration_ns < 0 ? 0 : duration_ns;
    histogram->counts[bucket_of((uint64_t)counted_ns)]++;
    histogram->total++;
    if (counted_ns > histogram->max_ns) {
        histogram->max_ns = counted_ns;
    }
}

int64_t kq_bench_histogram_at(const struct kq_bench_histogram *histogram, unsigned per_mille)
{
    uint64_t wanted = (histogram->total * per_mille + 999) / 1000;
    uint64_t seen = 0;
    for (size_t bucket = 0; bucket < KQ_BENCH_BUCKET_COUNT && histogram->total > 0; bucket++) {
        seen += histogram->counts[bucket];
        if (seen >= wanted && seen > 0) {
            int64_t end_ns = end_of(bucket);
            return end_ns < histogram->max_ns ? end_ns : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}
