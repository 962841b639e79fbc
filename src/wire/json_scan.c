/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json_scan.h"

#include <stdint.h>

#include "base/macros.h"
#include "wire/charset_utf8.h"
#include "wire/eight_bytes.h"

#define SYNTAX "语法错误"

const char KQ_JSON_NO_MEMORY[] = "";

const char *kq_json_unexpected(const struct kq_cursor *cursor)
{
    return kq_cursor_at_end(cursor) ? "内容不完整" : SYNTAX;
}

static bool are_plain(uint64_t eight)
{
    return (kq_eight_below(eight, 0x20) | kq_eight_equal(eight, '"') | kq_eight_equal(eight, '\\')) == 0;
}

static bool is_plain(char byte)
{
    return (unsigned char)byte >= 0x20 && byte != '"' && byte != '\\';
}

size_t kq_json_plain_prefix(struct kq_slice text)
{
    size_t at = 0;
    while (text.size - at >= sizeof(uint64_t) && are_plain(kq_eight_load(text.data + at))) {
        at += sizeof(uint64_t);
    }
    while (at < text.size && is_plain(text.data[at])) {
        at++;
    }
    return at;
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

static bool take_byte(struct kq_cursor *cursor, char byte)
{
    if (kq_cursor_peek(cursor) != byte) {
        return false;
    }
    (void)kq_cursor_take(cursor);
    return true;
}

/* No leading zeros, digits on both sides of a point and after an exponent's sign. */
bool kq_json_take_number(struct kq_cursor *cursor)
{
    (void)take_byte(cursor, '-');
    bool is_zero = kq_cursor_peek(cursor) == '0';
    size_t digits = take_digits(cursor);
    if (digits == 0 || (is_zero && digits > 1)) {
        return false;
    }
    if (take_byte(cursor, '.') && take_digits(cursor) == 0) {
        return false;
    }
    if (take_byte(cursor, 'e') || take_byte(cursor, 'E')) {
        if (!take_byte(cursor, '+')) {
            (void)take_byte(cursor, '-');
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

/* Where the characters of a string with escapes go. Each of them takes no more bytes than what it was
 * written with, so there is room. */
struct room {
    char *data;
    size_t size;
};

static void put(struct room *room, struct kq_slice bytes)
{
    memcpy(room->data + room->size, bytes.data, bytes.size);
    room->size += bytes.size;
}

/* What follows \u: a code unit, or a pair of surrogates that make one character. */
static const char *take_unicode_escape(struct kq_cursor *cursor, struct room *room)
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
    char character[KQ_UTF8_MAX_BYTES];
    put(room, (struct kq_slice){.data = character, .size = kq_utf8_write(point, character)});
    return point == 0 ? "含有空字符" : NULL;
}

/* What follows a backslash. */
static const char *take_escape(struct kq_cursor *cursor, struct room *room)
{
    static const char shorts[][2] = {{'"', '"'},  {'\\', '\\'}, {'/', '/'},  {'b', '\b'},
                                     {'f', '\f'}, {'n', '\n'},  {'r', '\r'}, {'t', '\t'}};
    if (take_byte(cursor, 'u')) {
        return take_unicode_escape(cursor, room);
    }
    for (size_t i = 0; i < KQ_COUNT(shorts); i++) {
        if (take_byte(cursor, shorts[i][0])) {
            put(room, (struct kq_slice){.data = &shorts[i][1], .size = 1});
            return NULL;
        }
    }
    return kq_json_unexpected(cursor);
}

/* Takes what stands before the next quote, backslash or control character. */
static struct kq_slice take_plain(struct kq_cursor *cursor)
{
    struct kq_slice plain = {.data = cursor->at, .size = kq_cursor_left(cursor)};
    plain.size = kq_json_plain_prefix(plain);
    cursor->at += plain.size;
    return plain;
}

/* From here to the quote that ends the string; to the end of the text where none does. */
static size_t size_as_written(struct kq_cursor cursor)
{
    const char *begin = cursor.at;
    while (!kq_cursor_at_end(&cursor) && kq_cursor_peek(&cursor) != '"') {
        if (kq_cursor_take(&cursor) == '\\') {
            (void)kq_cursor_take(&cursor);
        }
        (void)take_plain(&cursor);
    }
    return (size_t)(cursor.at - begin);
}

/* The rest of a string that has begun with `plain` and has escapes. */
static const char *take_escaped(struct kq_cursor *cursor, struct kq_slice plain, struct kq_arena *arena,
                                struct kq_slice *text)
{
    struct room room = {.data = kq_arena_allocate(arena, plain.size + size_as_written(*cursor))};
    if (room.data == NULL) {
        return KQ_JSON_NO_MEMORY;
    }
    put(&room, plain);
    while (!take_byte(cursor, '"')) {
        const char *why = take_byte(cursor, '\\') ? take_escape(cursor, &room) : kq_json_unexpected(cursor);
        if (why != NULL) {
            return why;
        }
        put(&room, take_plain(cursor));
    }
    *text = (struct kq_slice){.data = room.data, .size = room.size};
    return NULL;
}

const char *kq_json_take_string(struct kq_cursor *cursor, struct kq_arena *arena, struct kq_slice *text)
{
    if (!take_byte(cursor, '"')) {
        return kq_json_unexpected(cursor);
    }
    *text = take_plain(cursor);
    return take_byte(cursor, '"') ? NULL : take_escaped(cursor, *text, arena, text);
}
