/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_LOCALE_H
#define KQ_CLI_LOCALE_H

#include <stdbool.h>

#include "base/slice.h"

/* The language of help and errors: Chinese where LC_ALL, else LC_MESSAGES, else LANG begins with "zh", else
 * English. The environment is read each time: nothing changes it. JSON is the same in every language. */
bool kq_is_chinese(void);

/* The text in that language; the English one where there is no other. */
#ifdef __GNUC__
__attribute__((format_arg(1))) __attribute__((format_arg(2)))
#endif
const char *
kq_text(const char *english, const char *chinese);

/* A command's text or a value's name in that language, by the tables of chinese.h. The English one where they
 * have no other. */
const char *kq_local_text(const char *english);

/* The Chinese of such a text or name. NULL: the tables have none. */
const char *kq_local_part(struct kq_slice english);

#endif
