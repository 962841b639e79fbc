/* SPDX-License-Identifier: Apache-2.0 */
#include "base/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cursor.h"

static int64_t take_digits(struct kq_cursor *cursor, size_t most, size_t *taken)
{
    int64_t number = 0;
    *taken = 0;
    while (*taken < most && kq_cursor_peek(cursor) >= '0' && kq_cursor_peek(cursor) <= '9') {
        number = number * 10 + (kq_cursor_take(cursor) - '0');
        (*taken)++;
    }
    return number;
}

struct kq_result kq_money_parse(struct kq_slice text, int64_t *amount_fen, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    bool leading_zero = kq_cursor_peek(&cursor) == '0';
    size_t yuan_digits = 0;
    size_t fen_digits = 0;
    int64_t yuan = take_digits(&cursor, KQ_MONEY_MAX_YUAN_DIGITS, &yuan_digits);
    int64_t fen = 0;
    bool pointed = kq_cursor_take_literal(&cursor, KQ_SLICE("."));
    if (pointed) {
        fen = take_digits(&cursor, 2, &fen_digits);
    }
    bool valid = yuan_digits > 0 && !(leading_zero && yuan_digits > 1) && (!pointed || fen_digits > 0) &&
                 kq_cursor_at_end(&cursor);
    KQ_ENSURE(valid, error, KQ_E_BAD_INPUT, "not an amount in yuan with at most two decimals");
    *amount_fen = yuan * 100 + (fen_digits == 1 ? fen * 10 : fen);
    return KQ_OK;
}

void kq_money_format(int64_t amount_fen, char text[KQ_MONEY_TEXT_SIZE])
{
    uint64_t magnitude = amount_fen < 0 ? -(uint64_t)amount_fen : (uint64_t)amount_fen;
    snprintf(text, KQ_MONEY_TEXT_SIZE, "%s%" PRIu64 ".%02u", amount_fen < 0 ? "-" : "", magnitude / 100,
             (unsigned)(magnitude % 100));
}

void kq_money_format_short(int64_t amount_fen, char text[KQ_MONEY_TEXT_SIZE])
{
    kq_money_format(amount_fen, text);
    size_t size = strlen(text);
    while (text[size - 1] == '0') {
        text[--size] = '\0';
    }
    if (text[size - 1] == '.') {
        text[--size] = '\0';
    }
}
