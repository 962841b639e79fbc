/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * KQ_BENCH_SECOND_NS + now.tv_nsec;
}

int64_t kq_bench_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t kq_bench_thread_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

int64_t kq_bench_process_cpu_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}
