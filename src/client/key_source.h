/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_KEY_SOURCE_H
#define KQ_CLIENT_KEY_SOURCE_H

#include "base/buffer.h"
#include "base/error.h"

/* A bundle of all of a machine's root certificates is a quarter of this. */
#define KQ_KEY_SOURCE_MAX_BYTES ((size_t)1 << 20)

/* A key or certificate, given as a text or as the path of a file, for an option of that name (`NAME_file` is
 * the path's): appends its bytes; wipe them. USAGE: neither or both, or a file that cannot be read, or is too
 * long. NO_MEMORY. */
KQ_MUST struct kq_result kq_key_source_read(const char *name, const char *text, const char *path,
                                            struct kq_buffer *bytes, struct kq_error *error);

#endif
