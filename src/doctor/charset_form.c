/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/value_form.h"

#include "base/cursor.h"

static void fail_for_memory(struct kq_buffer *out, const struct kq_error *error)
{
    out->failed = out->failed || error->code == KQ_E_NO_MEMORY;
}

void kq_form_utf8_to_gbk(struct kq_slice text, struct kq_buffer *out)
{
    struct kq_error error = {0};
    size_t size = out->size;
    if (!kq_charset_encode_text(KQ_CHARSET_GBK, text, out, &error).ok) {
        out->size = size;
        fail_for_memory(out, &error);
    }
}

void kq_form_gbk_to_utf8(struct kq_slice text, struct kq_buffer *out)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_error error = {0};
    struct kq_slice utf8;
    if (kq_charset_decode(KQ_CHARSET_GBK, text, &arena, &utf8, &error).ok) {
        kq_buffer_append(out, utf8);
    }
    fail_for_memory(out, &error);
}

void kq_form_latin1_to_utf8(struct kq_slice text, struct kq_buffer *out)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte >= 0x80) {
            kq_buffer_append_byte(out, (char)(0xC0 | byte >> 6));
            byte = (unsigned char)(0x80 | (byte & 0x3F));
        }
        kq_buffer_append_byte(out, (char)byte);
    }
}

/* The next character of valid UTF-8, or a byte of anything else. */
static unsigned take_character(struct kq_cursor *cursor, bool is_utf8)
{
    unsigned first = (unsigned)kq_cursor_take(cursor);
    unsigned more = first < 0x80 || !is_utf8 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    unsigned code = more == 0 ? first : first & (0x3FU >> more);
    for (; more > 0; more--) {
        code = code << 6 | ((unsigned)kq_cursor_take(cursor) & 0x3F);
    }
    return code;
}

/* What is written for a character that is not ASCII. */
static void append_mapped(struct kq_slice text, bool is_utf8, void (*append)(struct kq_buffer *, unsigned),
                          struct kq_buffer *out)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    while (!kq_cursor_at_end(&cursor)) {
        unsigned code = take_character(&cursor, is_utf8);
        if (code < 0x80) {
            kq_buffer_append_byte(out, (char)code);
        } else {
            append(out, code);
        }
    }
}

/* Java's strings have two units for a character beyond the BMP, and so get two marks. */
static void append_question(struct kq_buffer *out, unsigned code)
{
    kq_buffer_append(out, code >= 0x10000 ? KQ_SLICE("??") : KQ_SLICE("?"));
}

void kq_form_question_marks(struct kq_slice text, struct kq_buffer *out)
{
    if (kq_utf8_is_valid(text)) {
        append_mapped(text, true, append_question, out);
    }
}

void kq_form_question_bytes(struct kq_slice text, struct kq_buffer *out)
{
    append_mapped(text, false, append_question, out);
}

static void append_escape(struct kq_buffer *out, unsigned code)
{
    if (code >= 0x10000) {
        code -= 0x10000;
        kq_buffer_print(out, "\\u%04x\\u%04x", 0xD800 | code >> 10, 0xDC00 | (code & 0x3FF));
    } else {
        kq_buffer_print(out, "\\u%04x", code);
    }
}

void kq_form_unicode_escaped(struct kq_slice text, struct kq_buffer *out)
{
    if (kq_utf8_is_valid(text)) {
        append_mapped(text, true, append_escape, out);
    }
}

static void append_utf16(struct kq_slice text, unsigned high_at, struct kq_buffer *out)
{
    struct kq_cursor cursor = kq_cursor_of(kq_utf8_is_valid(text) ? text : KQ_SLICE_EMPTY);
    while (!kq_cursor_at_end(&cursor)) {
        unsigned code = take_character(&cursor, true);
        unsigned units[] = {code, 0};
        size_t count = 1;
        if (code >= 0x10000) {
            units[0] = 0xD800 | (code - 0x10000) >> 10;
            units[1] = 0xDC00 | ((code - 0x10000) & 0x3FF);
            count = 2;
        }
        for (size_t i = 0; i < count; i++) {
            char bytes[2];
            bytes[high_at] = (char)(units[i] >> 8);
            bytes[1 - high_at] = (char)(units[i] & 0xFF);
            kq_buffer_append(out, (struct kq_slice){.data = bytes, .size = sizeof(bytes)});
        }
    }
}

void kq_form_utf16_big(struct kq_slice text, struct kq_buffer *out)
{
    append_utf16(text, 0, out);
}

void kq_form_utf16_little(struct kq_slice text, struct kq_buffer *out)
{
    append_utf16(text, 1, out);
}
