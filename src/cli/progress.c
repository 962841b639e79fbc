/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/shown.h"

#define BAR_COLUMNS 30
#define US_PER_S INT64_C(1000000)
#define S_PER_MINUTE 60
#define S_PER_HOUR 3600

/* Longer than this it says nothing: it is no more than what one slow moment makes of an early guess. */
#define LEFT_MAX_S (100 * S_PER_HOUR)

void kq_progress_begin(struct kq_progress *progress, const struct kq_clock *clock,
                       unsigned long long total_bytes)
{
    *progress = (struct kq_progress){
        .clock = clock,
        .shows = kq_is_terminal(STDERR_FILENO),
        .unit = "lines",
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

/* What is left of the file takes as long as what was taken of it did, byte by byte. */
static void print_left(unsigned long long bytes, unsigned long long total_bytes, int64_t since_us)
{
    unsigned long long left_bytes = bytes >= total_bytes ? 0 : total_bytes - bytes;
    double left_s = (double)since_us / (double)US_PER_S * (double)left_bytes / (double)bytes;
    if (left_s >= LEFT_MAX_S) {
        return;
    }
    unsigned seconds = (unsigned)left_s + (left_bytes > 0 ? 1 : 0);
    if (seconds >= S_PER_HOUR) {
        fprintf(stderr, ", %u:%02u:%02u left", seconds / S_PER_HOUR, seconds / S_PER_MINUTE % S_PER_MINUTE,
                seconds % S_PER_MINUTE);
    } else {
        fprintf(stderr, ", %u:%02u left", seconds / S_PER_MINUTE, seconds % S_PER_MINUTE);
    }
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
    fprintf(stderr, "%llu %s, %llu a second", lines, progress->unit,
            lines * (unsigned long long)US_PER_S / (unsigned long long)since_us);
    if (bytes > 0 && progress->total_bytes > 0) {
        print_left(bytes, progress->total_bytes, since_us);
    }
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
