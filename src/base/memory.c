/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The only ambient state in the program, and only tests set it. Per thread: no contention where it is off. */
static _Thread_local unsigned long countdown;
static _Thread_local int has_failed;

static int must_fail(void)
{
    if (countdown == 0) {
        return 0;
    }
    countdown--;
    has_failed = has_failed || countdown == 0;
    return countdown == 0;
}

void *kq_memory_allocate(size_t size_bytes)
{
    return must_fail() ? NULL : calloc(1, size_bytes == 0 ? 1 : size_bytes);
}

void kq_memory_free(void *block)
{
    free(block);
}

void kq_memory_wipe(void *block, size_t size_bytes)
{
    if (size_bytes > 0) {
        explicit_bzero(block, size_bytes);
    }
}

void kq_memory_fail_at(unsigned long n)
{
    countdown = n;
    has_failed = 0;
}

int kq_memory_has_failed(void)
{
    return has_failed;
}
