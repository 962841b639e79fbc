/* SPDX-License-Identifier: Apache-2.0 */
#include "client/client_time.h"

#include <time.h>

int64_t kq_client_machine_now_s(void *data)
{
    (void)data;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}
