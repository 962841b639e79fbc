/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_SHOWN_H
#define KQ_CLI_SHOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* Text on a person's screen. Memos, names and answers come from other people: nothing of them may steer the
 * terminal. */

/* Appends with control characters (kq_utf8_is_control), those that take no room on a line or part it (U+200B
 * to U+200F, U+2028, U+2029) and what is not UTF-8 as `?`. With `lines`, line ends and tabs stay. */
void kq_append_shown(struct kq_buffer *buffer, struct kq_slice text, bool lines);

/* Prints JSON with such characters escaped (C0 is escaped in any JSON): another text, and the same value. */
void kq_print_json(FILE *out, struct kq_slice json);

/* How many columns it takes: Chinese characters take two. */
size_t kq_shown_width(struct kq_slice utf8);

/* What went wrong, on standard error: one sentence, or {"error":{"code":…,"message":…}}. */
void kq_report(bool json, const char *code, const char *message);
void kq_report_refusal(bool json, const char *code,
                       const char *message); /* by another: shown with its code */
void kq_report_error(bool json, const struct kq_error *error);

/* A line of the program's own log (base/log.h), but in the language of the locale: what a command has to say
 * before the server runs, whose log is in English. */
void kq_warn(const char *format, ...) KQ_PRINTF(1, 2);

/* Is it a terminal, and are colours wanted there (NO_COLOR)? */
bool kq_is_terminal(int file);
bool kq_wants_colour(int file);

#endif
