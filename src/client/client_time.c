/* SPDX-License-Identifier: Apache-2.0 */
#include "client/client_time.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#define MS_PER_S 1000
#define NS_PER_MS 1000000L

int64_t kq_client_machine_now_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

int64_t kq_client_machine_now_s(void *data)
{
    (void)data;
    return kq_client_machine_now_ms() / MS_PER_S;
}

struct kq_result kq_client_make_nonce(char nonce[KQ_CLIENT_NONCE_SIZE], struct kq_error *error)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char random[(KQ_CLIENT_NONCE_SIZE - 1) / 2];
    KQ_ENSURE(getentropy(random, sizeof(random)) == 0, error, KQ_E_INTERNAL,
              "this machine gives no random numbers");
    for (size_t i = 0; i < sizeof(random); i++) {
        nonce[2 * i] = digits[random[i] >> 4];
        nonce[2 * i + 1] = digits[random[i] & 15];
    }
    nonce[KQ_CLIENT_NONCE_SIZE - 1] = '\0';
    return KQ_OK;
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
