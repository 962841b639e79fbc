/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"

#define UNIQUE_DIGITS 10
#define MS_PER_DAY (KQ_SECONDS_PER_DAY * 1000)

/* The largest unique number must fit ten base-36 digits: 36^10 is 3656158440062976. */
static_assert(MS_PER_DAY * KQ_ID_NODE_COUNT * KQ_ID_SEQUENCE_COUNT <= INT64_C(3656158440062976),
              "an id's unique part does not fit its digits");

static void advance(struct kq_id_source *source, int64_t now_ms)
{
    if (now_ms > source->last_ms) {
        source->last_ms = now_ms;
        source->sequence = 0;
        return;
    }
    source->sequence++;
    if (source->sequence == KQ_ID_SEQUENCE_COUNT) {
        source->last_ms++;
        source->sequence = 0;
    }
}

static void write_base36(uint64_t number, char digits[UNIQUE_DIGITS])
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (size_t i = UNIQUE_DIGITS; i > 0; i--) {
        digits[i - 1] = alphabet[number % 36];
        number /= 36;
    }
}

void kq_id_next(struct kq_id_source *source, int64_t now_ms, const char *product, struct kq_slice owner,
                char text[KQ_ID_TEXT_SIZE])
{
    advance(source, now_ms);
    int64_t second = source->last_ms / 1000;
    int64_t ms_of_day = source->last_ms - kq_time_day_start(second) * 1000;
    uint64_t unique = (uint64_t)ms_of_day;
    unique = unique * KQ_ID_NODE_COUNT + source->node % KQ_ID_NODE_COUNT;
    unique = unique * KQ_ID_SEQUENCE_COUNT + source->sequence;
    char digits[UNIQUE_DIGITS];
    write_base36(unique, digits);
    struct kq_slice tail =
        owner.size < 2 ? KQ_SLICE("00") : (struct kq_slice){owner.data + owner.size - 2, 2};
    snprintf(text, KQ_ID_TEXT_SIZE, "%08d%.8s%.10s%.*s", (int)kq_time_date_number(second), product, digits,
             KQ_SLICE_PRINT(tail));
}
