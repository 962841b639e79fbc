/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BENCH_CLOCK_H
#define KQ_BENCH_CLOCK_H

#include <stdint.h>

/* Nanoseconds for durations. Any thread. */
int64_t kq_bench_now_ns(void);        /* of the wall, never set back */
int64_t kq_bench_thread_cpu_ns(void); /* that the calling thread has computed, time without a core left out */
int64_t kq_bench_process_cpu_ns(void); /* likewise, all threads */

#define KQ_BENCH_SECOND_NS INT64_C(1000000000)

#endif
