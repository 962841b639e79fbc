/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "store/sqlite.h"
#include "store_support.h"

void open_store_under_test(const char *directory, const struct kq_clock *clock, size_t queue_max,
                           struct kq_store **store)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/" KQ_STORE_FILE_NAME, directory);
    struct kq_sqlite_options options = {.path = path, .create = true, .clock = clock, .queue_max = queue_max};
    struct kq_error error = {0};
    if (!kq_sqlite_open(&options, store, &error).ok) {
        fail_msg("cannot open: %s", kq_error_message(&error));
    }
}
