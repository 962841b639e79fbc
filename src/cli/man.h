/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_MAN_H
#define KQ_CLI_MAN_H

#include <stdio.h>

#include "base/error.h"
#include "cli/command.h"

/* Man pages, from the tables that help comes from: troff with the man macros, in English whatever the locale.
 * kaquan.1 lists the commands; each of them has a page of its own, and that of `kaquan call` has the methods'
 * fields. */

/* What `kaquan man` is for and how it is used, in the language of the locale. */
const char *kq_man_text(void);
void kq_man_help(FILE *out);

/* NULL: the page of kaquan itself. */
void kq_man_print(FILE *out, const struct kq_command *command);

/* The page as `man` shows it, on a terminal; as it is written where there is no man. */
void kq_man_show(const struct kq_command *command);

/* Writes all of them, kaquan.1 and kaquan-app-create.1 and so on, into a directory, which is made where it is
 * not there yet. IO. */
KQ_MUST struct kq_result kq_man_write_all(const char *directory, struct kq_error *error);

#endif
