/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_THREAD_H
#define KQ_BASE_THREAD_H

#include <sys/types.h>

/* Starts a thread that gets no signals: these are for the thread that the program began with, which waits for
 * them. Returns 0, or an errno value where there is no thread. */
int kq_thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

#endif
