/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_CLIENT_TIME_H
#define KQ_CLIENT_CLIENT_TIME_H

#include <stdint.h>

/* The machine's clock, seconds since 1970: what a client signs with where its options name no clock. A client
 * has no store to ask, so this is the one place outside the store that reads a clock. A kq_client_clock;
 * `data` is not used. Any thread. */
int64_t kq_client_machine_now_s(void *data);

#endif
