/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json.h"

#include "base/cursor.h"
#include "wire/json_scan.h"

static void append_escaped(struct kq_buffer *buffer, char byte)
{
    static const char shorts[][2] = {{'"', '"'},  {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'},
                                     {'\n', 'n'}, {'\r', 'r'},  {'\t', 't'}};
    for (size_t i = 0; i < KQ_COUNT(shorts); i++) {
        if (byte == shorts[i][0]) {
            kq_buffer_append_byte(buffer, '\\');
            kq_buffer_append_byte(buffer, shorts[i][1]);
            return;
        }
    }
    kq_buffer_print(buffer, "\\u%04x", (unsigned)(unsigned char)byte);
}

static void append_with_escapes(struct kq_buffer *buffer, struct kq_slice utf8, size_t plain)
{
    kq_buffer_append_byte(buffer, '"');
    for (;;) {
        kq_buffer_append(buffer, (struct kq_slice){.data = utf8.data, .size = plain});
        if (plain == utf8.size) {
            break;
        }
        append_escaped(buffer, utf8.data[plain]);
        utf8 = (struct kq_slice){.data = utf8.data + plain + 1, .size = utf8.size - plain - 1};
        plain = kq_json_plain_prefix(utf8);
    }
    kq_buffer_append_byte(buffer, '"');
}

void kq_json_append_string(struct kq_buffer *buffer, struct kq_slice utf8)
{
    size_t plain = kq_json_plain_prefix(utf8);
    if (plain != utf8.size) {
        append_with_escapes(buffer, utf8, plain);
        return;
    }
    char *room = kq_buffer_reserve(buffer, plain + 2);
    if (room != NULL) {
        room[0] = '"';
        memcpy(room + 1, plain == 0 ? "" : utf8.data, plain);
        memcpy(room + 1 + plain, "\"", 2);
        buffer->size += plain + 2;
    }
}

void kq_json_append_without_ampersands(struct kq_buffer *buffer, struct kq_slice json)
{
    struct kq_cursor cursor = kq_cursor_of(json);
    struct kq_slice before;
    while (kq_cursor_take_until(&cursor, KQ_SLICE("&"), &before)) {
        kq_buffer_append(buffer, before);
        kq_buffer_append(buffer, KQ_SLICE("\\u0026"));
    }
    kq_buffer_append(buffer, kq_cursor_take_rest(&cursor));
}

void kq_json_append_name(struct kq_buffer *buffer, const char *name)
{
    kq_json_append_separator(buffer);
    kq_json_append_string(buffer, kq_slice_of(name));
    kq_buffer_append_byte(buffer, ':');
}

void kq_json_append_separator(struct kq_buffer *buffer)
{
    char last = buffer->size > 0 ? buffer->data[buffer->size - 1] : '{';
    if (last != '{' && last != '[') {
        kq_buffer_append_byte(buffer, ',');
    }
}
