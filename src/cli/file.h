/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_FILE_H
#define KQ_CLI_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* Files that an operator names or owns. */

/* Keys and certificates, with text around them. */
#define KQ_KEY_FILE_MAX_BYTES ((size_t)65536)

bool kq_file_exists(const char *path);

/* Appends the whole file, or standard input where `path` is "-". NOT_FOUND, IO, BAD_INPUT (longer than
 * `max_bytes`), NO_MEMORY; the detail names the file. */
KQ_MUST struct kq_result kq_file_read(const char *path, size_t max_bytes, struct kq_buffer *bytes,
                                      struct kq_error *error);

/* Makes a file that is there whole or not at all, and lasts: written under another name, synced, renamed, the
 * directory synced. An existing `name` is replaced: whoever must not do that looks first, and holds the
 * directory's lock. `directory` is open. IO. */
KQ_MUST struct kq_result kq_file_write(int directory, const char *name, unsigned mode, struct kq_slice bytes,
                                       struct kq_error *error);

/* For KQ_CLEANUP; -1 is fine. */
void kq_file_close(int *file);

#endif
