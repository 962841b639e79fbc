/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json_scan.h"

#include <stdint.h>

#include "base/macros.h"
#include "wire/charset_utf8.h"

#define SYNTAX "语法错误"

const char *kq_json_unexpected(const struct kq_cursor *cursor)
{
    return kq_cursor_at_end(cursor) ? "内容不完整" : SYNTAX;
}

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static size_t take_digits(struct kq_cursor *cursor)
{
    size_t count = 0;
    for (; is_digit(kq_cursor_peek(cursor)); count++) {
        (void)kq_cursor_take(cursor);
    }
    return count;
}

/* no leading zeros, digits on both sides of a point and after an exponent's sign. */
bool kq_json_take_number(struct kq_cursor *cursor)
{
    (void)kq_cursor_take_literal(cursor, KQ_SLICE("-"));
    bool is_zero = kq_cursor_peek(cursor) == '0';
    size_t digits = take_digits(cursor);
    if (digits == 0 || (is_zero && digits > 1)) {
        return false;
    }
    if (kq_cursor_take_literal(cursor, KQ_SLICE(".")) && take_digits(cursor) == 0) {
        return false;
    }
    if (kq_cursor_take_literal(cursor, KQ_SLICE("e")) || kq_cursor_take_literal(cursor, KQ_SLICE("E"))) {
        if (!kq_cursor_take_literal(cursor, KQ_SLICE("+"))) {
            (void)kq_cursor_take_literal(cursor, KQ_SLICE("-"));
        }
        return take_digits(cursor) > 0;
    }
    return true;
}

/* The four digits of a \u escape: a UTF-16 code unit. */
static const char *take_code_unit(struct kq_cursor *cursor, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int byte = kq_cursor_peek(cursor);
        int lower = byte | 0x20;
        if (!is_digit(byte) && !(lower >= 'a' && lower <= 'f')) {
            return kq_json_unexpected(cursor);
        }
        *unit = *unit << 4 | (uint32_t)(is_digit(byte) ? byte - '0' : lower - 'a' + 10);
        (void)kq_cursor_take(cursor);
    }
    return NULL;
}

/* What follows \u: a code unit, or a pair of surrogates that make one character. */
static const char *take_unicode_escape(struct kq_cursor *cursor, struct kq_buffer *unescaped)
{
    uint32_t point = 0;
    uint32_t low = 0;
    const char *why = take_code_unit(cursor, &point);
    if (why != NULL) {
        return why;
    }
    if (point >= 0xD800 && point <= 0xDBFF) {
        why = kq_cursor_take_literal(cursor, KQ_SLICE("\\u")) ? take_code_unit(cursor, &low)
                                                              : kq_json_unexpected(cursor);
        if (why != NULL || low < 0xDC00 || low > 0xDFFF) {
            return why != NULL ? why : SYNTAX;
        }
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    } else if (point >= 0xDC00 && point <= 0xDFFF) {
        return SYNTAX;
    }
    kq_utf8_append(unescaped, point);
    return point == 0 ? "含有空字符" : NULL;
}

/* What follows a backslash. */
static const char *take_escape(struct kq_cursor *cursor, struct kq_buffer *unescaped)
{
    static const char shorts[][2] = {{'"', '"'},  {'\\', '\\'}, {'/', '/'},  {'b', '\b'},
                                     {'f', '\f'}, {'n', '\n'},  {'r', '\r'}, {'t', '\t'}};
    if (kq_cursor_take_literal(cursor, KQ_SLICE("u"))) {
        return take_unicode_escape(cursor, unescaped);
    }
    for (size_t i = 0; i < KQ_COUNT(shorts); i++) {
        if (kq_cursor_peek(cursor) == shorts[i][0]) {
            (void)kq_cursor_take(cursor);
            kq_buffer_append_byte(unescaped, shorts[i][1]);
            return NULL;
        }
    }
    return kq_json_unexpected(cursor);
}

/* Appends what stands before the next quote, backslash or control character. */
static void take_plain(struct kq_cursor *cursor, struct kq_buffer *unescaped)
{
    struct kq_slice plain = {.data = cursor->at, .size = 0};
    int byte = kq_cursor_peek(cursor);
    while (byte >= 0x20 && byte != '"' && byte != '\\') {
        (void)kq_cursor_take(cursor);
        plain.size++;
        byte = kq_cursor_peek(cursor);
    }
    kq_buffer_append(unescaped, plain);
}

const char *kq_json_take_string(struct kq_cursor *cursor, struct kq_buffer *unescaped)
{
    if (!kq_cursor_take_literal(cursor, KQ_SLICE("\""))) {
        return kq_json_unexpected(cursor);
    }
    take_plain(cursor, unescaped);
    while (!kq_cursor_take_literal(cursor, KQ_SLICE("\""))) {
        const char *why = kq_cursor_take_literal(cursor, KQ_SLICE("\\")) ? take_escape(cursor, unescaped)
                                                                         : kq_json_unexpected(cursor);
        if (why != NULL) {
            return why;
        }
        take_plain(cursor, unescaped);
    }
    return NULL;
}
