/* SPDX-License-Identifier: Apache-2.0 */
#include "client/client_time.h"

#include <errno.h>
#include <time.h>

#define MS_PER_S 1000
#define NS_PER_MS 1000000L

int64_t kq_client_machine_now_s(void *data)
{
    (void)data;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}

int64_t kq_client_monotonic_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

void kq_client_sleep_until_ms(int64_t monotonic_ms)
{
    const struct timespec until = {
        .tv_sec = (time_t)(monotonic_ms / MS_PER_S),
        .tv_nsec = (long)(monotonic_ms % MS_PER_S) * NS_PER_MS,
    };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
}
