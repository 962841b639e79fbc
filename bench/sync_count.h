/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BENCH_SYNC_COUNT_H
#define KQ_BENCH_SYNC_COUNT_H

#include "base/error.h"
#include "bench/histogram.h"

/* Counts and times what SQLite syncs of its write-ahead logs: one sync a commit with synchronous=FULL, and
 * one more a checkpoint. So the size of the store's transactions, and what a sync costs where it stands, are
 * known without asking the store. */

/* Every connection that is opened from now on, in the whole process, is counted. INTERNAL. */
KQ_MUST struct kq_result kq_bench_sync_count_start(struct kq_error *error);

/* Begins anew. Any thread, as the next one. */
void kq_bench_sync_count_reset(void);

/* What was counted since. */
void kq_bench_sync_count_read(struct kq_bench_histogram *counted);

#endif
