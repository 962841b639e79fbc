/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CONFIG_H
#define KQ_CLI_CONFIG_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/slice.h"

/* A file of settings:
 *
 *     # a remark
 *     profile = demo                     the profile where nobody names one
 *     [profile demo]
 *     gateway = http://127.0.0.1:8080/gateway.do
 *     app_id = 2014072300007148
 *     private_key = ~/keys/app.pem
 */

enum kq_config_kind {
    KQ_CONFIG_NOTHING, /* empty, or a remark */
    KQ_CONFIG_SECTION, /* `profile` begins here */
    KQ_CONFIG_SETTING,
};

/* A place in the text, which is borrowed. */
struct kq_config_line {
    struct kq_cursor cursor; /* behind the line */
    const char *path;        /* for refusals */
    unsigned number;
    enum kq_config_kind kind;
    struct kq_slice profile; /* whose section this is; empty above the first one */
    struct kq_slice text;    /* the whole line, without its end */
    struct kq_slice name;
    struct kq_slice value;
};

/* Before the first line. */
struct kq_config_line kq_config_begin(const char *path, struct kq_slice text);

/* The next line; *more false: there is none. USAGE names file and line. */
KQ_MUST struct kq_result kq_config_next(struct kq_config_line *line, bool *more, struct kq_error *error);

/* The profile that the file has for those who name none; "default" where it does not say. */
#define KQ_CONFIG_DEFAULT_PROFILE "default"
KQ_MUST struct kq_result kq_config_default_profile(const char *path, struct kq_slice text,
                                                   struct kq_slice *profile, struct kq_error *error);

/* Is there such a section? */
KQ_MUST struct kq_result kq_config_has_profile(const char *path, struct kq_slice text,
                                               struct kq_slice profile, bool *found, struct kq_error *error);

/* What a profile may be called: 1 to 64 of a-z, A-Z, 0-9, `.`, `_`, `-`. */
#define KQ_PROFILE_NAME_MAX 64
bool kq_config_is_profile_name(struct kq_slice name);

/* Where people keep theirs: $XDG_CONFIG_HOME/kaquan/config, else ~/.config/kaquan/config; empty where neither
 * variable is set. NUL-terminated, in the arena. NO_MEMORY. */
KQ_MUST struct kq_result kq_config_home(struct kq_arena *arena, struct kq_slice *path,
                                        struct kq_error *error);

#endif
