/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/shown.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "base/log.h"
#include "cli/local_error.h"
#include "wire/charset.h"
#include "wire/json.h"

/* One character's bytes and code point; not UTF-8: one byte, and the code point of a control character. */
static size_t take_character(struct kq_slice text, unsigned *code_point)
{
    unsigned char lead = (unsigned char)text.data[0];
    size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size > text.size || !kq_utf8_is_valid((struct kq_slice){.data = text.data, .size = size})) {
        *code_point = 0x7F;
        return 1;
    }
    *code_point = size == 1 ? lead : lead & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        *code_point = *code_point << 6 | ((unsigned char)text.data[i] & 0x3F);
    }
    return size;
}

/* Seen as nothing, or as the end of a line that goes on: a name with one in it looks like another name. */
static bool is_unseen(unsigned code_point)
{
    return (code_point >= 0x200B && code_point <= 0x200F) || code_point == 0x2028 || code_point == 0x2029;
}

static bool is_text(struct kq_slice character, unsigned code_point)
{
    return code_point != 0x7F && !kq_utf8_is_control(character) && !is_unseen(code_point);
}

void kq_append_shown(struct kq_buffer *buffer, struct kq_slice text, bool lines)
{
    while (text.size > 0) {
        unsigned code_point = 0;
        size_t size = take_character(text, &code_point);
        struct kq_slice character = {.data = text.data, .size = size};
        bool keep = is_text(character, code_point) || (lines && (code_point == '\n' || code_point == '\t'));
        kq_buffer_append(buffer, keep ? character : KQ_SLICE("?"));
        text.data += size;
        text.size -= size;
    }
}

/* How many bytes at the beginning are printable ASCII, which is most of them. */
static size_t count_plain(struct kq_slice text)
{
    size_t count = 0;
    while (count < text.size && text.data[count] >= ' ' && text.data[count] < 0x7F) {
        count++;
    }
    return count;
}

void kq_print_json(FILE *out, struct kq_slice json)
{
    while (json.size > 0) {
        size_t size = count_plain(json);
        fwrite(json.data, 1, size, out);
        if (size == json.size) {
            return;
        }
        unsigned code_point = 0;
        struct kq_slice character = {.data = json.data + size};
        character.size =
            take_character((struct kq_slice){.data = character.data, .size = json.size - size}, &code_point);
        if (is_text(character, code_point) || code_point == '\n' || code_point == '\t') {
            fwrite(character.data, 1, character.size, out);
        } else if (code_point == '\r') {
            fputc(' ', out); /* between members: in strings it is escaped already */
        } else {
            fprintf(out, "\\u%04x", code_point);
        }
        json.data += size + character.size;
        json.size -= size + character.size;
    }
}

size_t kq_shown_width(struct kq_slice utf8)
{
    size_t width = 0;
    while (utf8.size > 0) {
        unsigned code_point = 0;
        size_t size = take_character(utf8, &code_point);
        bool seen = is_text((struct kq_slice){.data = utf8.data, .size = size}, code_point);
        int columns = seen ? wcwidth((wchar_t)code_point) : 1;
        width += columns < 0 ? 1 : (size_t)columns;
        utf8.data += size;
        utf8.size -= size;
    }
    return width;
}

void kq_report(bool json, const char *code, const char *message)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    if (json) {
        struct kq_buffer shown KQ_CLEANUP(kq_buffer_free) = {0};
        kq_append_shown(&shown, kq_slice_of(message), true);
        kq_buffer_print(&text, "{\"error\":{");
        kq_json_append_name(&text, "code");
        kq_json_append_string(&text, kq_slice_of(code));
        kq_json_append_name(&text, "message");
        kq_json_append_string(&text, kq_buffer_slice(&shown));
        kq_buffer_print(&text, "}}\n");
    } else {
        kq_buffer_print(&text, "kaquan: ");
        kq_append_shown(&text, kq_slice_of(message), true);
        kq_buffer_print(&text, "\n");
    }
    if (json && !text.failed) {
        kq_print_json(stderr, kq_buffer_slice(&text)); /* the code may be a gateway's */
    } else {
        fputs(text.failed ? "kaquan: out of memory\n" : text.data, stderr);
    }
}

void kq_report_refusal(bool json, const char *code, const char *message)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    kq_buffer_print(&text, "%s: %s", code, message);
    kq_report(json, code, json || text.failed ? message : text.data);
}

void kq_report_error(bool json, const struct kq_error *error)
{
    struct kq_buffer local KQ_CLEANUP(kq_buffer_free) = {0};
    const char *message = kq_error_message(error);
    if (!json) {
        kq_append_local_error(&local, kq_slice_of(message));
    }
    kq_report(json, kq_error_name(error->code), json || local.failed ? message : local.data);
}

void kq_warn(const char *format, ...)
{
    struct kq_buffer local KQ_CLEANUP(kq_buffer_free) = {0};
    char english[KQ_LOG_LINE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(english, sizeof(english), format, arguments);
    va_end(arguments);
    kq_append_local_error(&local, kq_slice_of(english));
    kq_log(KQ_LOG_WARNING, "%s", local.failed ? english : local.data);
}

bool kq_is_terminal(int file)
{
    return isatty(file) == 1;
}

bool kq_wants_colour(int file)
{
    const char *no_colour = getenv("NO_COLOR");
    return kq_is_terminal(file) && (no_colour == NULL || no_colour[0] == '\0');
}
