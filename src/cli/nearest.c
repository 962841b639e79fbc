/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/nearest.h"

#include <string.h>

void kq_nearest_init(struct kq_nearest *nearest, struct kq_slice word)
{
    *nearest = (struct kq_nearest){.word = word, .best_distance = (size_t)-1};
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: three rows of the table of distances between beginnings. */
static size_t distance(struct kq_slice a, struct kq_slice b)
{
    size_t rows[3][KQ_NEAREST_WORD_MAX + 1] = {{0}};
    for (size_t j = 0; j <= b.size; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.size; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            size_t replaced = above[j - 1] + (a.data[i - 1] == b.data[j - 1] ? 0 : 1);
            row[j] = least(replaced, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1]) {
                row[j] = least(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[a.size % 3][b.size];
}

void kq_nearest_consider(struct kq_nearest *nearest, const char *candidate)
{
    struct kq_slice right = kq_slice_of(candidate);
    if (nearest->word.size > KQ_NEAREST_WORD_MAX || right.size > KQ_NEAREST_WORD_MAX) {
        return;
    }
    size_t far = nearest->word.size / 3 < 1 ? 1 : nearest->word.size / 3;
    size_t found = distance(nearest->word, right);
    if (found <= far && found < nearest->best_distance) {
        nearest->best = candidate;
        nearest->best_distance = found;
    }
}
