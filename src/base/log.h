/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_LOG_H
#define KQ_BASE_LOG_H

#include "base/macros.h"
#include "base/slice.h"

/* The program's own log: one line an event on standard error, written with one call so that lines of several
 * threads do not mix. For operators, in English; never a key, token, signature or personal datum. Any thread.
 */

enum kq_log_level {
    KQ_LOG_ERROR,
    KQ_LOG_WARNING,
    KQ_LOG_INFO,
};

/* "kaquan: warning: text\n". Longer than KQ_LOG_LINE_SIZE is cut. */
#define KQ_LOG_LINE_SIZE 1024
void kq_log(enum kq_log_level level, const char *format, ...) KQ_PRINTF(2, 3);

#endif
