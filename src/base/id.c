/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include <assert.h>
#include <string.h>

#include "base/time.h"

#define DATE_DIGITS 8
#define PRODUCT_DIGITS 8
#define UNIQUE_DIGITS 10
#define OWNER_CHARS 2
#define MS_PER_DAY (KQ_SECONDS_PER_DAY * 1000)
#define UNIQUES_PER_MS (INT64_C(1) * KQ_ID_NODE_COUNT * KQ_ID_SEQUENCE_COUNT)

/* The largest unique number must fit ten base-36 digits: 36^10 is 3656158440062976. */
static_assert(MS_PER_DAY * UNIQUES_PER_MS <= INT64_C(3656158440062976),
              "an id's unique part does not fit its digits");
static_assert(DATE_DIGITS + PRODUCT_DIGITS + UNIQUE_DIGITS + OWNER_CHARS == KQ_ID_SIZE, "an id's parts");
static_assert(DATE_DIGITS == KQ_ID_PRODUCT_AT && PRODUCT_DIGITS == KQ_ID_PRODUCT_SIZE, "where it stands");
static_assert((KQ_ID_NUMBER_MAX + 1) / KQ_ID_SEQUENCE_COUNT == (KQ_TIME_MAX_S + 1) * 1000,
              "the last number is of the last day that can be written");

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

/* By a constant, so that the divisions are multiplications. */
static void write_date(int32_t date, char digits[DATE_DIGITS])
{
    for (size_t i = DATE_DIGITS; i > 0; i--) {
        digits[i - 1] = (char)('0' + date % 10);
        date /= 10;
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

int64_t kq_id_last_number(const struct kq_id_source *source)
{
    return source->last_ms * KQ_ID_SEQUENCE_COUNT + source->sequence;
}

void kq_id_write(int64_t number, uint32_t node, const char *product, struct kq_slice owner,
                 char text[KQ_ID_TEXT_SIZE])
{
    int64_t ms = number / KQ_ID_SEQUENCE_COUNT;
    int64_t second = ms / 1000;
    uint64_t unique = (uint64_t)(ms - kq_time_day_start(second) * 1000);
    unique = unique * KQ_ID_NODE_COUNT + node % KQ_ID_NODE_COUNT;
    unique = unique * KQ_ID_SEQUENCE_COUNT + (uint64_t)(number % KQ_ID_SEQUENCE_COUNT);
    char *at = text;
    write_date(kq_time_date_number(second), at);
    at += DATE_DIGITS;
    memcpy(at, product, PRODUCT_DIGITS);
    at += PRODUCT_DIGITS;
    write_base36(unique, at);
    at += UNIQUE_DIGITS;
    memcpy(at, owner.size < OWNER_CHARS ? "00" : owner.data + owner.size - OWNER_CHARS, OWNER_CHARS);
    at[OWNER_CHARS] = '\0';
}

void kq_id_next(struct kq_id_source *source, int64_t now_ms, const char *product, struct kq_slice owner,
                char text[KQ_ID_TEXT_SIZE])
{
    advance(source, now_ms);
    kq_id_write(kq_id_last_number(source), source->node, product, owner, text);
}

static bool read_base36(struct kq_slice digits, int64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < digits.size; i++) {
        char digit = digits.data[i];
        bool is_digit = digit >= '0' && digit <= '9';
        if (!is_digit && (digit < 'A' || digit > 'Z')) {
            return false;
        }
        *number = *number * 36 + (is_digit ? digit - '0' : digit - 'A' + 10);
    }
    return true;
}

/* When the Beijing day of eight digits began. */
static bool read_date(struct kq_slice digits, int64_t *start_s)
{
    char text[KQ_TIME_TEXT_SIZE] = "yyyy-mm-dd 00:00:00";
    memcpy(text, digits.data, 4);
    memcpy(text + 5, digits.data + 4, 2);
    memcpy(text + 8, digits.data + 6, 2);
    return kq_time_parse(KQ_SLICE(text), start_s, NULL).ok;
}

bool kq_id_read(struct kq_slice text, int64_t *number, uint32_t *node)
{
    int64_t start_s = 0;
    int64_t unique = 0;
    if (text.size != KQ_ID_SIZE || !read_date((struct kq_slice){text.data, DATE_DIGITS}, &start_s) ||
        !read_base36((struct kq_slice){text.data + DATE_DIGITS + PRODUCT_DIGITS, UNIQUE_DIGITS}, &unique) ||
        unique >= MS_PER_DAY * UNIQUES_PER_MS) {
        return false;
    }
    *number =
        (start_s * 1000 + unique / UNIQUES_PER_MS) * KQ_ID_SEQUENCE_COUNT + unique % KQ_ID_SEQUENCE_COUNT;
    *node = (uint32_t)(unique / KQ_ID_SEQUENCE_COUNT % KQ_ID_NODE_COUNT);
    return *number >= 0;
}
