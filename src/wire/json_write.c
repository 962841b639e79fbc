/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json.h"

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

void kq_json_append_string(struct kq_buffer *buffer, struct kq_slice utf8)
{
    kq_buffer_append_byte(buffer, '"');
    size_t begin = 0;
    for (size_t at = 0; at < utf8.size; at++) {
        char byte = utf8.data[at];
        if (byte == '"' || byte == '\\' || (unsigned char)byte < 0x20) {
            kq_buffer_append(buffer, (struct kq_slice){.data = utf8.data + begin, .size = at - begin});
            append_escaped(buffer, byte);
            begin = at + 1;
        }
    }
    if (begin < utf8.size) {
        kq_buffer_append(buffer, (struct kq_slice){.data = utf8.data + begin, .size = utf8.size - begin});
    }
    kq_buffer_append_byte(buffer, '"');
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
