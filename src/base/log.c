/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void kq_log(enum kq_log_level level, const char *format, ...)
{
    static const char *const names[] = {
        [KQ_LOG_ERROR] = "error",
        [KQ_LOG_WARNING] = "warning",
        [KQ_LOG_INFO] = "info",
    };
    char line[KQ_LOG_LINE_SIZE];
    int head = snprintf(line, sizeof(line), "kaquan: %s: ", names[level]);
    va_list arguments;
    va_start(arguments, format);
    int body = vsnprintf(line + head, sizeof(line) - (size_t)head - 1, format, arguments);
    va_end(arguments);
    size_t most = sizeof(line) - (size_t)head - 2;
    size_t size = (size_t)head + (body < 0 ? 0 : (size_t)body > most ? most : (size_t)body);
    line[size++] = '\n';
    if (write(STDERR_FILENO, line, size) < 0) {
        return; /* Nowhere left to say it. */
    }
}
