/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/value_form.h"

#include "base/cursor.h"
#include "wire/envelope.h"
#include "wire/json.h"
#include "wire/params.h"

static void percent_encode(struct kq_slice text, const char *unreserved, bool plus, const char *digits,
                           struct kq_buffer *out)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        bool is_plain = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                        (byte >= '0' && byte <= '9') || (byte != 0 && strchr(unreserved, byte) != NULL);
        if (is_plain) {
            kq_buffer_append_byte(out, (char)byte);
        } else if (byte == ' ' && plus) {
            kq_buffer_append_byte(out, '+');
        } else {
            char escape[] = {'%', digits[byte >> 4], digits[byte & 15]};
            kq_buffer_append(out, (struct kq_slice){.data = escape, .size = sizeof(escape)});
        }
    }
}

static const char upper_digits[] = "0123456789ABCDEF";
static const char lower_digits[] = "0123456789abcdef";

void kq_form_java_encoded(struct kq_slice text, struct kq_buffer *out)
{
    percent_encode(text, "-_.*", true, upper_digits, out);
}

void kq_form_uri_component(struct kq_slice text, struct kq_buffer *out)
{
    percent_encode(text, "-_.!~*'()", false, upper_digits, out);
}

void kq_form_uri(struct kq_slice text, struct kq_buffer *out)
{
    percent_encode(text, "-_.!~*'();/?:@&=+$,#", false, upper_digits, out);
}

void kq_form_rfc3986(struct kq_slice text, struct kq_buffer *out)
{
    percent_encode(text, "-_.~", false, upper_digits, out);
}

void kq_form_quoted(struct kq_slice text, struct kq_buffer *out)
{
    percent_encode(text, "-_.~/", false, upper_digits, out);
}

void kq_form_python_plus(struct kq_slice text, struct kq_buffer *out)
{
    percent_encode(text, "-_.~", true, upper_digits, out);
}

void kq_form_net_encoded(struct kq_slice text, struct kq_buffer *out)
{
    percent_encode(text, "-_.!*()", true, lower_digits, out);
}

static int hex_value(char byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    int letter = byte | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

static void percent_decode(struct kq_slice text, bool plus, struct kq_buffer *out)
{
    for (size_t i = 0; i < text.size; i++) {
        bool is_escape = text.data[i] == '%' && i + 2 < text.size && hex_value(text.data[i + 1]) >= 0 &&
                         hex_value(text.data[i + 2]) >= 0;
        if (is_escape) {
            kq_buffer_append_byte(out,
                                  (char)(hex_value(text.data[i + 1]) << 4 | hex_value(text.data[i + 2])));
            i += 2;
        } else {
            kq_buffer_append_byte(out, plus && text.data[i] == '+' ? ' ' : text.data[i]);
        }
    }
}

void kq_form_percent_decoded(struct kq_slice text, struct kq_buffer *out)
{
    percent_decode(text, true, out);
}

void kq_form_percent_only_decoded(struct kq_slice text, struct kq_buffer *out)
{
    percent_decode(text, false, out);
}

/* Each of `bytes` becomes the text of the same place in `texts`. */
static void replace(struct kq_slice text, const char *bytes, const char *const *texts, struct kq_buffer *out)
{
    for (size_t i = 0; i < text.size; i++) {
        const char *at = text.data[i] == '\0' ? NULL : strchr(bytes, text.data[i]);
        if (at == NULL) {
            kq_buffer_append_byte(out, text.data[i]);
        } else {
            kq_buffer_append(out, kq_slice_of(texts[at - bytes]));
        }
    }
}

void kq_form_plus_for_space(struct kq_slice text, struct kq_buffer *out)
{
    replace(text, " ", (const char *const[]){"+"}, out);
}

void kq_form_escape_for_space(struct kq_slice text, struct kq_buffer *out)
{
    replace(text, " ", (const char *const[]){"%20"}, out);
}

void kq_form_space_for_plus(struct kq_slice text, struct kq_buffer *out)
{
    replace(text, "+", (const char *const[]){" "}, out);
}

void kq_form_html_escaped(struct kq_slice text, struct kq_buffer *out)
{
    kq_html_escape_append(text, out);
}

void kq_form_html_hex(struct kq_slice text, struct kq_buffer *out)
{
    replace(text, "&<>\"'", (const char *const[]){"&amp;", "&lt;", "&gt;", "&quot;", "&#x27;"}, out);
}

void kq_form_html_quotes(struct kq_slice text, struct kq_buffer *out)
{
    replace(text, "\"", (const char *const[]){"&quot;"}, out);
}

void kq_form_html_ampersand(struct kq_slice text, struct kq_buffer *out)
{
    replace(text, "&", (const char *const[]){"&amp;"}, out);
}

void kq_form_html_unescaped(struct kq_slice text, struct kq_buffer *out)
{
    static const struct {
        struct kq_slice escape;
        char byte;
    } rows[] = {{KQ_SLICE("&amp;"), '&'},  {KQ_SLICE("&lt;"), '<'},  {KQ_SLICE("&gt;"), '>'},
                {KQ_SLICE("&quot;"), '"'}, {KQ_SLICE("&#34;"), '"'}, {KQ_SLICE("&#39;"), '\''},
                {KQ_SLICE("&#x27;"), '\''}};
    struct kq_cursor cursor = kq_cursor_of(text);
    while (!kq_cursor_at_end(&cursor)) {
        size_t row = 0;
        while (row < KQ_COUNT(rows) && !kq_cursor_take_literal(&cursor, rows[row].escape)) {
            row++;
        }
        kq_buffer_append_byte(out, row < KQ_COUNT(rows) ? rows[row].byte : (char)kq_cursor_take(&cursor));
    }
}

void kq_form_trimmed(struct kq_slice text, struct kq_buffer *out)
{
    kq_buffer_append(out, kq_slice_trim(text));
}

void kq_form_without_space(struct kq_slice text, struct kq_buffer *out)
{
    replace(text, " \t\r\n", (const char *const[]){"", "", "", ""}, out);
}

void kq_form_space_behind(struct kq_slice text, struct kq_buffer *out)
{
    kq_buffer_append(out, text);
    kq_buffer_append_byte(out, ' ');
}

void kq_form_line_end(struct kq_slice text, struct kq_buffer *out)
{
    kq_buffer_append(out, text);
    kq_buffer_append_byte(out, '\n');
}

void kq_form_windows_line_end(struct kq_slice text, struct kq_buffer *out)
{
    kq_buffer_append(out, text);
    kq_buffer_append(out, KQ_SLICE("\r\n"));
}

void kq_form_byte_order_mark(struct kq_slice text, struct kq_buffer *out)
{
    kq_buffer_append(out, KQ_SLICE("\xEF\xBB\xBF"));
    kq_buffer_append(out, text);
}

void kq_form_unix_lines(struct kq_slice text, struct kq_buffer *out)
{
    replace(text, "\r", (const char *const[]){""}, out);
}

void kq_form_windows_lines(struct kq_slice text, struct kq_buffer *out)
{
    replace(text, "\n", (const char *const[]){"\r\n"}, out);
}

void kq_form_lower(struct kq_slice text, struct kq_buffer *out)
{
    for (size_t i = 0; i < text.size; i++) {
        bool is_upper = text.data[i] >= 'A' && text.data[i] <= 'Z';
        kq_buffer_append_byte(out, is_upper ? (char)(text.data[i] + 32) : text.data[i]);
    }
}

void kq_form_upper(struct kq_slice text, struct kq_buffer *out)
{
    for (size_t i = 0; i < text.size; i++) {
        bool is_lower = text.data[i] >= 'a' && text.data[i] <= 'z';
        kq_buffer_append_byte(out, is_lower ? (char)(text.data[i] - 32) : text.data[i]);
    }
}

void kq_form_slashes_added(struct kq_slice text, struct kq_buffer *out)
{
    replace(text, "\"'\\", (const char *const[]){"\\\"", "\\'", "\\\\"}, out);
}

void kq_form_slashes_stripped(struct kq_slice text, struct kq_buffer *out)
{
    for (size_t i = 0; i < text.size; i++) {
        i += text.data[i] == '\\' && i + 1 < text.size ? 1 : 0;
        kq_buffer_append_byte(out, text.data[i]);
    }
}

void kq_form_json_string(struct kq_slice text, struct kq_buffer *out)
{
    if (kq_utf8_is_valid(text)) {
        kq_json_append_string(out, text);
    }
}
