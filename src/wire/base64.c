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

/* 0 to 63, or -1. */
static int value_of(int character)
{
    if (character >= 'A' && character <= 'Z') {
        return character - 'A';
    }
    if (character >= 'a' && character <= 'z') {
        return character - 'a' + 26;
    }
    if (character >= '0' && character <= '9') {
        return character - '0' + 52;
    }
    return character == '+' ? 62 : character == '/' ? 63 : -1;
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
    unsigned bits = 0; /* the lowest `held` of them wait for their byte to be complete */
    unsigned held = 0;
    size_t characters = 0;
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
