/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_NEAREST_H
#define KQ_CLI_NEAREST_H

#include <stddef.h>

#include "base/slice.h"

/* What did somebody mean who wrote `word`? Feed it the words that would have been right. */
struct kq_nearest {
    struct kq_slice word; /* borrowed */
    const char *best;     /* borrowed; NULL: none is near */
    size_t best_distance;
};

/* Longer words than this are not compared: no name in this program is half as long. */
#define KQ_NEAREST_WORD_MAX 64

void kq_nearest_init(struct kq_nearest *nearest, struct kq_slice word);

/* Remembers the candidate if it is nearer than those before: inserted, missing, other and swapped characters
 * count one each, and a third of the word may be wrong, at least one character. */
void kq_nearest_consider(struct kq_nearest *nearest, const char *candidate);

#endif
