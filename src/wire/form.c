/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/params.h"

#include "base/buffer.h"
#include "base/cursor.h"
#include "wire/eight_bytes.h"

/* 0x10 and a hex digit's value; 0: no hex digit. */
static const unsigned char hex_digits[256] = {
    ['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14, ['5'] = 0x15,
    ['6'] = 0x16, ['7'] = 0x17, ['8'] = 0x18, ['9'] = 0x19, ['A'] = 0x1A, ['B'] = 0x1B,
    ['C'] = 0x1C, ['D'] = 0x1D, ['E'] = 0x1E, ['F'] = 0x1F, ['a'] = 0x1A, ['b'] = 0x1B,
    ['c'] = 0x1C, ['d'] = 0x1D, ['e'] = 0x1E, ['f'] = 0x1F,
};

/* The byte that two hex digits stand for; -1 and nothing taken where they do not stand next. */
static int take_hex_byte(struct kq_cursor *cursor)
{
    if (kq_cursor_left(cursor) < 2) {
        return -1;
    }
    unsigned high = hex_digits[(unsigned char)cursor->at[0]];
    unsigned low = hex_digits[(unsigned char)cursor->at[1]];
    if (high == 0 || low == 0) {
        return -1;
    }
    cursor->at += 2;
    return (int)((high & 15) << 4 | (low & 15));
}

static bool are_plain(uint64_t eight)
{
    return (kq_eight_equal(eight, '%') | kq_eight_equal(eight, '+')) == 0;
}

/* How many of the next bytes stand for themselves. */
static size_t plain_size(const struct kq_cursor *cursor)
{
    const char *at = cursor->at;
    while ((size_t)(cursor->end - at) >= sizeof(uint64_t) && are_plain(kq_eight_load(at))) {
        at += sizeof(uint64_t);
    }
    while (at < cursor->end && *at != '%' && *at != '+') {
        at++;
    }
    return (size_t)(at - cursor->at);
}

/* Into `room`, which is as large as what is left of the cursor: nothing grows. Gives where it ends. */
static char *decode(struct kq_cursor cursor, char *room)
{
    while (!kq_cursor_at_end(&cursor)) {
        while (kq_cursor_left(&cursor) >= sizeof(uint64_t)) {
            uint64_t eight = kq_eight_load(cursor.at);
            if (!are_plain(eight)) {
                break;
            }
            memcpy(room, &eight, sizeof(eight));
            room += sizeof(eight);
            cursor.at += sizeof(eight);
        }
        int byte = kq_cursor_take(&cursor);
        while (byte >= 0 && byte != '%' && byte != '+') {
            *room++ = (char)byte;
            byte = kq_cursor_take(&cursor);
        }
        if (byte >= 0) {
            int escaped = byte == '%' ? take_hex_byte(&cursor) : ' ';
            *room++ = (char)(escaped >= 0 ? escaped : byte);
        }
    }
    return room;
}

static struct kq_result decode_value(struct kq_slice encoded, struct kq_arena *arena, struct kq_slice *bytes,
                                     struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(encoded);
    size_t plain = plain_size(&cursor);
    *bytes = encoded;
    if (plain == encoded.size) {
        return KQ_OK;
    }
    char *room = kq_arena_allocate(arena, encoded.size);
    KQ_ENSURE_MEMORY(room, error);
    *bytes = (struct kq_slice){.data = room, .size = (size_t)(decode(cursor, room) - room)};
    return KQ_OK;
}

static struct kq_result add_piece(struct kq_slice piece, struct kq_params *params, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(piece);
    struct kq_slice encoded_name;
    if (!kq_cursor_take_until(&cursor, KQ_SLICE("="), &encoded_name)) {
        encoded_name = kq_cursor_take_rest(&cursor);
    }
    struct kq_slice name = KQ_SLICE_EMPTY;
    struct kq_slice value = KQ_SLICE_EMPTY;
    KQ_TRY(decode_value(encoded_name, params->arena, &name, error));
    KQ_TRY(decode_value(kq_cursor_take_rest(&cursor), params->arena, &value, error));
    return kq_params_add(params, name, value, error);
}

struct kq_result kq_form_decode(struct kq_slice form, struct kq_params *params, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(form);
    struct kq_slice piece;
    while (kq_cursor_take_part(&cursor, '&', &piece)) {
        if (piece.size > 0) {
            KQ_TRY(add_piece(piece, params, error));
        }
    }
    return KQ_OK;
}

/* What stands for itself, or for a space; all else takes two bytes more. */
static const bool is_short[256] = {
    ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true, ['-'] = true,
    ['_'] = true,         ['.'] = true,         ['*'] = true,         [' '] = true,
};

size_t kq_form_encoded_size(struct kq_slice value)
{
    size_t count = 0;
    for (size_t i = 0; i < value.size; i++) {
        count += is_short[(unsigned char)value.data[i]];
    }
    return value.size + 2 * (value.size - count);
}

char *kq_form_encode_at(struct kq_slice value, char *room)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if (is_short[byte]) {
            *room++ = byte == ' ' ? '+' : (char)byte;
        } else {
            *room++ = '%';
            *room++ = digits[byte >> 4];
            *room++ = digits[byte & 15];
        }
    }
    return room;
}

void kq_form_encode(struct kq_slice value, struct kq_buffer *buffer)
{
    char *room = kq_buffer_reserve(buffer, kq_form_encoded_size(value));
    if (room != NULL) {
        char *end = kq_form_encode_at(value, room);
        *end = '\0';
        buffer->size += (size_t)(end - room);
    }
}
