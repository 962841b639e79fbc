/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/base64.h"

#include <stdint.h>

#include "base/cursor.h"
#include "base/memory.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Three bytes become four characters; the last group may have one or two bytes. */
static void encode_group(const unsigned char *bytes, size_t size, char text[4])
{
    unsigned bits = (unsigned)bytes[0] << 16;
    bits |= size > 1 ? (unsigned)bytes[1] << 8 : 0;
    bits |= size > 2 ? (unsigned)bytes[2] : 0;
    text[0] = alphabet[bits >> 18];
    text[1] = alphabet[bits >> 12 & 63];
    text[2] = size > 1 ? alphabet[bits >> 6 & 63] : '=';
    text[3] = size > 2 ? alphabet[bits & 63] : '=';
}

void kq_base64_encode(struct kq_slice bytes, struct kq_buffer *text)
{
    if (bytes.size > SIZE_MAX / 8) {
        text->failed = true;
        return;
    }
    size_t size = (bytes.size + 2) / 3 * 4;
    char *room = kq_buffer_reserve(text, size);
    if (room == NULL) {
        return;
    }
    const unsigned char *data = (const unsigned char *)bytes.data;
    for (size_t at = 0; at < bytes.size; at += 3) {
        encode_group(data + at, bytes.size - at, room + at / 3 * 4);
    }
    text->size += size;
    text->data[text->size] = '\0';
}

/* 0x40 and a character's value; 0: none of the alphabet's. */
#define IN_ALPHABET 0x40U
#define V(value) (IN_ALPHABET | (value))
static const unsigned char values[256] = {
    ['A'] = V(0),  ['B'] = V(1),  ['C'] = V(2),  ['D'] = V(3),  ['E'] = V(4),  ['F'] = V(5),  ['G'] = V(6),
    ['H'] = V(7),  ['I'] = V(8),  ['J'] = V(9),  ['K'] = V(10), ['L'] = V(11), ['M'] = V(12), ['N'] = V(13),
    ['O'] = V(14), ['P'] = V(15), ['Q'] = V(16), ['R'] = V(17), ['S'] = V(18), ['T'] = V(19), ['U'] = V(20),
    ['V'] = V(21), ['W'] = V(22), ['X'] = V(23), ['Y'] = V(24), ['Z'] = V(25), ['a'] = V(26), ['b'] = V(27),
    ['c'] = V(28), ['d'] = V(29), ['e'] = V(30), ['f'] = V(31), ['g'] = V(32), ['h'] = V(33), ['i'] = V(34),
    ['j'] = V(35), ['k'] = V(36), ['l'] = V(37), ['m'] = V(38), ['n'] = V(39), ['o'] = V(40), ['p'] = V(41),
    ['q'] = V(42), ['r'] = V(43), ['s'] = V(44), ['t'] = V(45), ['u'] = V(46), ['v'] = V(47), ['w'] = V(48),
    ['x'] = V(49), ['y'] = V(50), ['z'] = V(51), ['0'] = V(52), ['1'] = V(53), ['2'] = V(54), ['3'] = V(55),
    ['4'] = V(56), ['5'] = V(57), ['6'] = V(58), ['7'] = V(59), ['8'] = V(60), ['9'] = V(61), ['+'] = V(62),
    ['/'] = V(63),
};
#undef V

/* 0 to 63, or -1. */
static int value_of(int character)
{
    unsigned value = character < 0 ? 0 : values[character];
    return value == 0 ? -1 : (int)(value & 63);
}

/* Whole groups of four, as far as nothing stands between their characters. Gives how many characters. */
static size_t decode_groups(struct kq_cursor *cursor, unsigned char *bytes)
{
    const char *begin = cursor->at;
    for (; kq_cursor_left(cursor) >= 4; cursor->at += 4) {
        const unsigned char *text = (const unsigned char *)cursor->at;
        unsigned a = values[text[0]];
        unsigned b = values[text[1]];
        unsigned c = values[text[2]];
        unsigned d = values[text[3]];
        if ((a & b & c & d & IN_ALPHABET) == 0) {
            break;
        }
        unsigned bits = (a & 63) << 18 | (b & 63) << 12 | (c & 63) << 6 | (d & 63);
        *bytes++ = (unsigned char)(bits >> 16);
        *bytes++ = (unsigned char)(bits >> 8);
        *bytes++ = (unsigned char)bits;
    }
    return (size_t)(cursor->at - begin);
}

/* The next character that is no white space, or -1 at the end. */
static int take_character(struct kq_cursor *cursor)
{
    int character = kq_cursor_take(cursor);
    while (character == ' ' || character == '\t' || character == '\r' || character == '\n') {
        character = kq_cursor_take(cursor);
    }
    return character;
}

/* What follows the data: nothing, or all the padding that `data_characters` of them call for. */
static bool is_good_end(struct kq_cursor *cursor, int character, size_t data_characters,
                        unsigned left_over_bits)
{
    size_t padding = 0;
    for (; character == '='; character = take_character(cursor)) {
        padding++;
    }
    size_t wanted = (4 - data_characters % 4) % 4;
    return character == -1 && wanted != 3 && (padding == 0 || padding == wanted) && left_over_bits == 0;
}

/* Into `bytes`, which has room for 3 bytes of every 4 characters begun; false where `text` is no base64. */
static bool decode(struct kq_slice text, unsigned char *bytes, size_t *size)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    size_t characters = decode_groups(&cursor, bytes);
    *size = characters / 4 * 3;
    unsigned bits = 0; /* the lowest `held` of them wait for their byte to be complete */
    unsigned held = 0;
    int character = take_character(&cursor);
    for (; value_of(character) >= 0; character = take_character(&cursor)) {
        bits = bits << 6 | (unsigned)value_of(character);
        held += 6;
        characters++;
        if (held >= 8) {
            held -= 8;
            bytes[(*size)++] = (unsigned char)(bits >> held);
            bits &= (1U << held) - 1;
        }
    }
    return is_good_end(&cursor, character, characters, bits);
}

struct kq_result kq_base64_decode(struct kq_slice text, struct kq_arena *arena, struct kq_slice *bytes,
                                  struct kq_error *error)
{
    size_t capacity = text.size / 4 * 3 + 3;
    unsigned char *room = kq_arena_allocate(arena, capacity);
    KQ_ENSURE_MEMORY(room, error);
    size_t size = 0;
    if (!decode(text, room, &size)) {
        kq_memory_wipe(room, size);
        return kq_fail(error, KQ_E_BAD_INPUT, "not base64");
    }
    *bytes = (struct kq_slice){.data = (const char *)room, .size = size};
    return KQ_OK;
}
