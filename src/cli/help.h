/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_HELP_H
#define KQ_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

/* Help, from the tables of the commands. */

/* All commands, or those of one group ("app"), an example first. */
void kq_help_overview(FILE *out, struct kq_slice group);

/* One command: its example, its usage, its flags. */
void kq_help_command(FILE *out, const struct kq_command *command);

/* "  head   text", without a line end; a long head has the text behind it all the same. */
void kq_help_print_row(FILE *out, const char *head, const char *text);

/* The same of all commands, as one JSON array. */
void kq_help_json(FILE *out);

#endif
