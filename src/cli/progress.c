/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/shown.h"

#define BAR_COLUMNS 30
#define US_PER_S INT64_C(1000000)

void kq_progress_begin(struct kq_progress *progress, const struct kq_clock *clock,
                       unsigned long long total_bytes)
{
    *progress = (struct kq_progress){
        .clock = clock,
        .shows = kq_is_terminal(STDERR_FILENO),
        .total_bytes = total_bytes,
        .started_us = clock->monotonic_us(clock),
    };
}

static void print_bar(unsigned long long bytes, unsigned long long total_bytes)
{
    unsigned long long percent = bytes >= total_bytes ? 100 : bytes * 100 / total_bytes;
    char bar[BAR_COLUMNS + 1];
    for (unsigned i = 0; i < BAR_COLUMNS; i++) {
        bar[i] = i < percent * BAR_COLUMNS / 100 ? '#' : '.';
    }
    bar[BAR_COLUMNS] = '\0';
    fprintf(stderr, "[%s] %3llu %%  ", bar, percent);
}

void kq_progress_show(struct kq_progress *progress, unsigned long long bytes, unsigned long long lines)
{
    int64_t now_us = progress->clock->monotonic_us(progress->clock);
    int64_t since_us = now_us - progress->started_us;
    if (!progress->shows || since_us < KQ_PROGRESS_FIRST_US ||
        now_us - progress->drawn_us < KQ_PROGRESS_EVERY_US) {
        return;
    }
    fputs("\r\x1b[K", stderr);
    if (progress->total_bytes > 0) {
        print_bar(bytes, progress->total_bytes);
    }
    fprintf(stderr, "%llu lines, %llu a second", lines,
            lines * (unsigned long long)US_PER_S / (unsigned long long)since_us);
    progress->drawn_us = now_us;
    progress->drawn = true;
}

void kq_progress_hide(struct kq_progress *progress)
{
    if (progress->drawn) {
        fputs("\r\x1b[K", stderr);
        progress->drawn = false;
    }
}
