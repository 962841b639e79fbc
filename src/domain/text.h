/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_TEXT_H
#define KQ_DOMAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/slice.h"

/* What every text that an operator gives must be, said once. All refusals are BAD_INPUT and begin with
 * `what`, the thing's name in English ("brand name"); none repeats the text itself, which may hold anything.
 */

/* Valid UTF-8 of `min_chars` to `max_chars` characters (code points), none of them an ASCII control
 * character. */
KQ_MUST struct kq_result kq_text_check(const char *what, struct kq_slice text, size_t min_chars,
                                       size_t max_chars, struct kq_error *error);

/* As kq_text_check, and all of it printable ASCII without spaces: for ids that stand in logs, URLs and file
 * names. */
KQ_MUST struct kq_result kq_text_check_id(const char *what, struct kq_slice text, size_t max_chars,
                                          struct kq_error *error);

/* At most `max_items` ids, none twice. Quadratic: max_items is small. */
KQ_MUST struct kq_result kq_text_check_ids(const char *what, const struct kq_slice *items, size_t count,
                                           size_t max_items, size_t max_chars, struct kq_error *error);

/* At most 1000 items are ever compared: do two lists without repetitions hold the same, in any order? */
bool kq_text_same_set(const struct kq_slice *a, size_t a_count, const struct kq_slice *b, size_t b_count);

#endif
