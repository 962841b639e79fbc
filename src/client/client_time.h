/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_CLIENT_TIME_H
#define KQ_CLIENT_CLIENT_TIME_H

#include <stdint.h>

#include "base/error.h"

/* A client has no store to ask, so this is the one place outside the store that reads a clock, and that draws
 * lots. Any thread. */

/* The machine's clock, seconds since 1970: what a client signs with where its options name no clock. A
 * kq_client_clock; `data` is not used. */
int64_t kq_client_machine_now_s(void *data);

/* The same in milliseconds. */
int64_t kq_client_machine_now_ms(void);

/* 32 hexadecimal digits that nobody can foresee. INTERNAL: the machine gives no random numbers. */
#define KQ_CLIENT_NONCE_SIZE 33
KQ_MUST struct kq_result kq_client_make_nonce(char nonce[KQ_CLIENT_NONCE_SIZE], struct kq_error *error);

/* Milliseconds of a clock that nobody sets: for deadlines. */
int64_t kq_client_monotonic_ms(void);

/* Returns at that time. */
void kq_client_sleep_until_ms(int64_t monotonic_ms);

#endif
