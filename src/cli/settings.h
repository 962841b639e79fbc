/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_SETTINGS_H
#define KQ_CLI_SETTINGS_H

#include "base/error.h"
#include "base/slice.h"
#include "cli/command.h"

/* Values for flags that the command line did not give. */

#define KQ_SETTINGS_FILE_NAME "kaquan.conf"

/* A few dozen settings, with comments. */
#define KQ_SETTINGS_MAX_BYTES ((size_t)65536)

/* The environment (KAQUAN_ and the flag's name in capitals, dashes as underscores), then the file (--config,
 * else kq_config_home for a command with --profile, else kaquan.conf in the data directory, where there is
 * one), then the fallbacks. In the file a profile's section comes before what stands above all sections.
 * USAGE names the variable, or the file and the line. */
KQ_MUST struct kq_result kq_settings_apply(struct kq_invocation *invocation, struct kq_error *error);

/* Of a file's text (config.h); names are those of flags, of any command. A command without --profile passes
 * over the sections. `path` is for refusals. */
KQ_MUST struct kq_result kq_settings_read(struct kq_invocation *invocation, const char *path,
                                          struct kq_slice text, struct kq_error *error);

#endif
