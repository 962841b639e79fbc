/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/random.h>
#include <time.h>

#include "store/store.h"

static int64_t wall_ms(const struct kq_clock *clock)
{
    (void)clock;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t business_ms(const struct kq_clock *clock)
{
    const struct kq_system_clock *own = (const struct kq_system_clock *)clock;
    int64_t stopped_at_ms = atomic_load_explicit(&own->stopped_at_ms, memory_order_relaxed);
    if (stopped_at_ms != KQ_CLOCK_RUNS) {
        return stopped_at_ms;
    }
    return wall_ms(clock) + atomic_load_explicit(&own->offset_ms, memory_order_relaxed);
}

static int64_t monotonic_us(const struct kq_clock *clock)
{
    (void)clock;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The kernel's generator cannot fail once it is seeded, which getrandom waits for; only a signal cuts it
 * short. */
static void draw(const struct kq_clock *clock, void *bytes, size_t size_bytes)
{
    (void)clock;
    char *at = bytes;
    while (size_bytes > 0) {
        ssize_t drawn = getrandom(at, size_bytes, 0);
        assert(drawn > 0 || errno == EINTR);
        if (drawn > 0) {
            at += drawn;
            size_bytes -= (size_t)drawn;
        }
    }
}

void kq_system_clock_init(struct kq_system_clock *clock, int64_t offset_ms)
{
    clock->clock = (struct kq_clock){
        .wall_ms = wall_ms,
        .business_ms = business_ms,
        .monotonic_us = monotonic_us,
        .random = draw,
    };
    atomic_init(&clock->offset_ms, offset_ms);
    atomic_init(&clock->stopped_at_ms, KQ_CLOCK_RUNS);
}
