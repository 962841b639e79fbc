/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_PROGRESS_H
#define KQ_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/* A line at the foot of a terminal that tells how far something long has come, how fast, and (where the size
 * is known) how long it will still take; elsewhere nothing:
 * `[###############...............]  50 %  5000000 lines, 104166 a second, 0:48 left`. */

/* Shorter work needs none, and more often than this nobody reads it. */
#define KQ_PROGRESS_FIRST_US INT64_C(500000)
#define KQ_PROGRESS_EVERY_US INT64_C(100000)

struct kq_progress {
    const struct kq_clock *clock;   /* borrowed */
    bool shows;                     /* standard error is a terminal */
    bool drawn;                     /* there is a line to be wiped */
    const char *unit;               /* of what is counted: "lines" where nothing else is set */
    unsigned long long total_bytes; /* 0: not known */
    int64_t started_us;
    int64_t drawn_us;
};

void kq_progress_begin(struct kq_progress *progress, const struct kq_clock *clock,
                       unsigned long long total_bytes);

/* Draws, where it is time to. */
void kq_progress_show(struct kq_progress *progress, unsigned long long bytes, unsigned long long lines);

/* Wipes the line, before anything else is printed and at the end. */
void kq_progress_hide(struct kq_progress *progress);

#endif
