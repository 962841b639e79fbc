/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/params.h"

#include "base/buffer.h"
#include "base/cursor.h"

/* 0 to 15, or -1. */
static int hex_value(int character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    if (character >= 'a' && character <= 'f') {
        return character - 'a' + 10;
    }
    return character >= 'A' && character <= 'F' ? character - 'A' + 10 : -1;
}

/* The byte that two hex digits stand for; -1 and nothing taken where they do not stand next. */
static int take_hex_byte(struct kq_cursor *cursor)
{
    if (kq_cursor_left(cursor) < 2) {
        return -1;
    }
    int high = hex_value((unsigned char)cursor->at[0]);
    int low = hex_value((unsigned char)cursor->at[1]);
    if (high < 0 || low < 0) {
        return -1;
    }
    cursor->at += 2;
    return high * 16 + low;
}

static bool is_plain(struct kq_slice encoded)
{
    return kq_slice_find(encoded, '%') == encoded.size && kq_slice_find(encoded, '+') == encoded.size;
}

static struct kq_result decode_value(struct kq_slice encoded, struct kq_arena *arena, struct kq_slice *bytes,
                                     struct kq_error *error)
{
    if (is_plain(encoded)) {
        *bytes = encoded;
        return KQ_OK;
    }
    char *room = kq_arena_allocate(arena, encoded.size);
    KQ_ENSURE_MEMORY(room, error);
    size_t size = 0;
    struct kq_cursor cursor = kq_cursor_of(encoded);
    for (int byte = kq_cursor_take(&cursor); byte >= 0; byte = kq_cursor_take(&cursor)) {
        int escaped = byte == '%' ? take_hex_byte(&cursor) : byte == '+' ? ' ' : -1;
        room[size++] = (char)(escaped >= 0 ? escaped : byte);
    }
    *bytes = (struct kq_slice){.data = room, .size = size};
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

static bool is_unreserved(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '_' || byte == '.' || byte == '*';
}

void kq_form_encode(struct kq_slice value, struct kq_buffer *buffer)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if (is_unreserved(value.data[i])) {
            kq_buffer_append_byte(buffer, value.data[i]);
        } else if (byte == ' ') {
            kq_buffer_append_byte(buffer, '+');
        } else {
            char escape[] = {'%', digits[byte >> 4], digits[byte & 15]};
            kq_buffer_append(buffer, (struct kq_slice){.data = escape, .size = sizeof(escape)});
        }
    }
}
