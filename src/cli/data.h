/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_DATA_H
#define KQ_CLI_DATA_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "domain/operation.h"
#include "store/store.h"

/* A data directory, as `kaquan init` makes it: the gateway's keys and the store. */

#define KQ_PRIVATE_KEY_FILE_NAME "gateway_private_key.pem"
#define KQ_PUBLIC_KEY_FILE_NAME "gateway_public_key.pem"

struct kq_data {
    const char *directory; /* borrowed from the invocation */
    bool is_bulk;          /* set before it is opened: rows come in bulk (store/sqlite.h) */
    struct kq_system_clock clock;
    struct kq_store *store;   /* owned */
    struct kq_reader *reader; /* owned */
};

/* `DIRECTORY/name` in the arena; data NULL when out of memory. NUL-terminated. */
KQ_MUST struct kq_slice kq_data_path(const char *directory, const char *name, struct kq_arena *arena);

/* Opens the invocation's data directory. NOT_FOUND, with what to do; STORE. What was opened, also before a
 * failure, is closed by kq_data_close, which wants a zeroed or opened struct. */
KQ_MUST struct kq_result kq_data_open(struct kq_invocation *invocation, struct kq_data *data,
                                      struct kq_error *error);
void kq_data_close(struct kq_data *data);

/* Makes the certificates of certificate mode, where the directory has none yet (authority.h). */
KQ_MUST struct kq_result kq_data_make_certificates(struct kq_data *data, struct kq_arena *arena,
                                                   struct kq_error *error);

/* One operation; its own error is given back. */
KQ_MUST struct kq_result kq_data_read(struct kq_data *data, struct kq_operation *operation,
                                      struct kq_error *error);
KQ_MUST struct kq_result kq_data_apply(struct kq_data *data, struct kq_operation *operation,
                                       struct kq_error *error);

#endif
