/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/charset_utf8.h"

#include <stdbool.h>

#include "wire/charset.h"
#include "wire/eight_bytes.h"

size_t kq_ascii_prefix(struct kq_slice bytes)
{
    size_t at = 0;
    while (bytes.size - at >= sizeof(uint64_t) && kq_eight_above_ascii(kq_eight_load(bytes.data + at)) == 0) {
        at += sizeof(uint64_t);
    }
    while (at < bytes.size && (unsigned char)bytes.data[at] < 0x80) {
        at++;
    }
    return at;
}

/* What the first byte says of the character's size; 0: no character begins with it. */
static size_t announced_size(unsigned char first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* Overlong, a surrogate, or above U+10FFFF: the second byte tells. */
static bool is_forbidden(unsigned char first, unsigned char second)
{
    return (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ||
           (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
}

size_t kq_utf8_character_size(struct kq_slice bytes)
{
    size_t size = bytes.size == 0 ? 0 : announced_size((unsigned char)bytes.data[0]);
    if (size > bytes.size) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if (((unsigned char)bytes.data[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return size > 1 && is_forbidden((unsigned char)bytes.data[0], (unsigned char)bytes.data[1]) ? 0 : size;
}

size_t kq_utf8_prefix(struct kq_slice bytes)
{
    size_t at = 0;
    while (at < bytes.size) {
        struct kq_slice rest = {.data = bytes.data + at, .size = bytes.size - at};
        size_t size =
            (unsigned char)rest.data[0] < 0x80 ? kq_ascii_prefix(rest) : kq_utf8_character_size(rest);
        if (size == 0) {
            break;
        }
        at += size;
    }
    return at;
}

uint32_t kq_utf8_code_point(struct kq_slice character)
{
    uint32_t first = (unsigned char)character.data[0];
    uint32_t point = character.size == 1 ? first : first & (0xFFU >> (character.size + 1));
    for (size_t i = 1; i < character.size; i++) {
        point = point << 6 | ((unsigned char)character.data[i] & 0x3FU);
    }
    return point;
}

size_t kq_utf8_write(uint32_t code_point, char character[KQ_UTF8_MAX_BYTES])
{
    static const unsigned char leads[] = {0x00, 0xC0, 0xE0, 0xF0};
    size_t following = code_point < 0x80 ? 0 : code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
    character[0] = (char)(leads[following] | code_point >> (6 * following));
    for (size_t i = 1; i <= following; i++) {
        character[i] = (char)(0x80 | (code_point >> (6 * (following - i)) & 0x3F));
    }
    return following + 1;
}

bool kq_utf8_is_valid(struct kq_slice bytes)
{
    return kq_utf8_prefix(bytes) == bytes.size;
}

size_t kq_utf8_count(struct kq_slice utf8)
{
    size_t count = 0;
    for (size_t i = 0; i < utf8.size; i++) {
        count += ((unsigned char)utf8.data[i] & 0xC0) != 0x80;
    }
    return count;
}

bool kq_utf8_is_control(struct kq_slice character)
{
    const unsigned char *bytes = (const unsigned char *)character.data;
    if (character.size == 1) {
        return bytes[0] < ' ' || bytes[0] == 0x7F;
    }
    if (character.size == 2) {
        return bytes[0] == 0xC2 && bytes[1] < 0xA0;
    }
    bool is_embedding =
        character.size == 3 && bytes[0] == 0xE2 && bytes[1] == 0x80 && bytes[2] >= 0xAA && bytes[2] <= 0xAE;
    bool is_isolate =
        character.size == 3 && bytes[0] == 0xE2 && bytes[1] == 0x81 && bytes[2] >= 0xA6 && bytes[2] <= 0xA9;
    return is_embedding || is_isolate;
}
