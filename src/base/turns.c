/* SPDX-License-Identifier: Apache-2.0 */
#include "base/turns.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/sched/types.h>

/* The shortest that the kernel grants; its own choice is about 3 ms. */
#define TURN_NS 100000

/* A tenth of the share of a thread that computes beside it. */
#define LAST_NICENESS 10

void kq_turns_short(void)
{
    struct sched_attr attributes = {.size = sizeof(attributes)};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) == 0) {
        attributes.sched_runtime = TURN_NS;
        (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
    }
}

/* Linux keeps it by thread. */
void kq_turns_last(void)
{
    (void)setpriority(PRIO_PROCESS, 0, LAST_NICENESS);
}
