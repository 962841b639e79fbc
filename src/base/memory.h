/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_MEMORY_H
#define KQ_BASE_MEMORY_H

#include <stddef.h>

#include "base/macros.h"

/* The heap, with one place where tests can make an allocation fail. Any thread. */

/* NULL when out of memory; zeroed. */
KQ_MUST void *kq_memory_allocate(size_t size_bytes);

/* NULL is fine. */
void kq_memory_free(void *block);

/* Overwrites with zeros in a way that the compiler keeps; for keys and tokens after use. */
void kq_memory_wipe(void *block, size_t size_bytes);

/* For tests: the n-th allocation from now on this thread fails (1 is the next), and only that one; 0 switches
 * it off. */
void kq_memory_fail_at(unsigned long n);

/* For tests: true when the allocation named by kq_memory_fail_at has been asked for, and failed. */
int kq_memory_has_failed(void);

#endif
