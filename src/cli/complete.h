/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_COMPLETE_H
#define KQ_CLI_COMPLETE_H

#include <stdio.h>

#include "base/error.h"

/* `kaquan __complete WORDS…`: what a shell's completion asks (cli/completion.c). The words are those of the
 * line behind `kaquan`, the last one being the one that is written, maybe empty. Prints what it could become,
 * one a line with a tab and what it is behind it; or a line `:files` or `:directories` where a path is
 * wanted. All of it comes from the tables of commands, flags, methods and fields, and from the profiles.
 * A line that makes no sense has no answer, and that is no error. NO_MEMORY. */
KQ_MUST struct kq_result kq_complete(FILE *out, int count, char *const *words, struct kq_error *error);

#endif
