/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_PROFILE_FILE_H
#define KQ_CLI_PROFILE_FILE_H

#include "base/buffer.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/config.h"

/* The file that `kaquan profile` shows and changes. */
struct kq_profile_file {
    struct kq_slice path;  /* NUL-terminated */
    struct kq_buffer text; /* owned: it may hold a token, so it is wiped; empty where there is no file */
};

/* --config, else kq_config_home. USAGE where there is no place to look; IO, BAD_INPUT, NO_MEMORY. */
KQ_MUST struct kq_result kq_profile_file_read(struct kq_invocation *invocation, struct kq_profile_file *file,
                                              struct kq_error *error);

/* The same to change it: makes the folders above it, and waits for others who change a file in its folder.
 * Where the path is a link, `file` is what it leads to. *folder (-1 before) is the caller's to close, which
 * ends the lock. */
KQ_MUST struct kq_result kq_profile_file_lock(struct kq_invocation *invocation, struct kq_profile_file *file,
                                              int *folder, struct kq_error *error);
void kq_profile_file_free(struct kq_profile_file *file);

/* Appends the text with a profile's settings in it: in the place of older ones, else at the end of its
 * section, else in a new one. A value without data takes its setting away. Everything else stays as it was
 * written. `profile` empty: a setting above all sections. USAGE, NO_MEMORY. */
struct kq_profile_setting {
    const char *name;
    struct kq_slice value;
};
KQ_MUST struct kq_result kq_profile_edit(const struct kq_profile_file *file, struct kq_slice profile,
                                         const struct kq_profile_setting *settings, size_t count,
                                         struct kq_buffer *edited, struct kq_error *error);

/* Writes it in the place of the locked file, 0600. IO. */
KQ_MUST struct kq_result kq_profile_file_write(const struct kq_profile_file *file, int folder,
                                               struct kq_slice text, struct kq_error *error);

#endif
