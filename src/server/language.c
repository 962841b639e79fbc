/* SPDX-License-Identifier: Apache-2.0 */
#include "server/language.h"

#include <stdbool.h>

#include "base/cursor.h"

#define WEIGHT_MAX 1000
#define WEIGHT_DIGITS 3

/* `0`, `1`, `0.5`, `1.000`, in thousandths; anything else is no weight, and as good as 0. */
static int weight_of(struct kq_slice text)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    int whole = kq_cursor_take(&cursor);
    int weight = (whole - '0') * WEIGHT_MAX;
    bool shaped = whole == '0' || whole == '1';
    if (!kq_cursor_at_end(&cursor)) {
        shaped = shaped && kq_cursor_take(&cursor) == '.' && kq_cursor_left(&cursor) <= WEIGHT_DIGITS;
    }
    for (int unit = WEIGHT_MAX / 10; shaped && !kq_cursor_at_end(&cursor); unit /= 10) {
        int digit = kq_cursor_take(&cursor);
        shaped = digit >= '0' && digit <= '9';
        weight += (digit - '0') * unit;
    }
    return shaped && weight <= WEIGHT_MAX ? weight : 0;
}

/* `zh-CN;q=0.8` */
static int read_range(struct kq_slice range, struct kq_slice *language)
{
    struct kq_cursor cursor = kq_cursor_of(range);
    struct kq_slice tag = KQ_SLICE_EMPTY;
    struct kq_slice parameter;
    int weight = WEIGHT_MAX;
    (void)kq_cursor_take_part(&cursor, ';', &tag);
    while (kq_cursor_take_part(&cursor, ';', &parameter)) {
        parameter = kq_slice_trim(parameter);
        if (kq_slice_starts_with(parameter, KQ_SLICE("q="))) {
            weight = weight_of((struct kq_slice){.data = parameter.data + 2, .size = parameter.size - 2});
        }
    }
    tag = kq_slice_trim(tag);
    *language = (struct kq_slice){.data = tag.data, .size = kq_slice_find(tag, '-')};
    return weight;
}

enum kq_language kq_language_of(struct kq_slice accept_language)
{
    static const struct kq_slice names[KQ_LANGUAGE_COUNT] = {
        [KQ_LANGUAGE_CHINESE] = KQ_SLICE("zh"),
        [KQ_LANGUAGE_ENGLISH] = KQ_SLICE("en"),
    };
    enum kq_language best = KQ_LANGUAGE_CHINESE;
    int best_weight = 0;
    struct kq_cursor cursor = kq_cursor_of(accept_language);
    struct kq_slice range;
    while (kq_cursor_take_part(&cursor, ',', &range)) {
        struct kq_slice language;
        int weight = read_range(range, &language);
        for (unsigned i = 0; i < KQ_LANGUAGE_COUNT; i++) {
            if (weight > best_weight && kq_slice_equal_ignoring_case(language, names[i])) {
                best = (enum kq_language)i;
                best_weight = weight;
            }
        }
    }
    return best;
}
