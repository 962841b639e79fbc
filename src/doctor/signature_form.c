/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/signature_form.h"

#include "base/buffer.h"
#include "wire/base64.h"

static void standard_alphabet(struct kq_slice text, struct kq_buffer *out)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        kq_buffer_append_byte(out, byte == '-' ? '+' : byte == '_' ? '/' : byte);
    }
}

/* Spaces inside were plus signs; at the ends they are what they are. */
static void pluses(struct kq_slice text, struct kq_buffer *out)
{
    kq_form_plus_for_space(kq_slice_trim(text), out);
}

/* As base64 ends. */
static void padded(struct kq_slice text, struct kq_buffer *out)
{
    text = kq_slice_trim(text);
    kq_buffer_append(out, text);
    for (size_t size = text.size; size % 4 != 0; size++) {
        kq_buffer_append_byte(out, '=');
    }
}

static void percent_decoded_twice(struct kq_slice text, struct kq_buffer *out)
{
    struct kq_buffer once KQ_CLEANUP(kq_buffer_free) = {0};
    kq_form_percent_only_decoded(text, &once);
    kq_form_percent_only_decoded(kq_buffer_slice(&once), out);
    out->failed = out->failed || once.failed;
}

/* Quotes around it, `\n` and `\/` as JSON or a properties file writes them. */
static void without_escapes(struct kq_slice text, struct kq_buffer *out)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        if (byte == '\\') {
            i += i + 1 < text.size && (text.data[i + 1] == 'n' || text.data[i + 1] == 'r') ? 1 : 0;
        } else if (byte != '"' && byte != '\'') {
            kq_buffer_append_byte(out, byte);
        }
    }
}

static int hex_value(char byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    int letter = byte | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* b'…', as Python prints bytes. */
static void without_prefix(struct kq_slice text, struct kq_buffer *out)
{
    text = kq_slice_trim(text);
    bool is_bytes = text.size > 3 && text.data[0] == 'b' && (text.data[1] == '\'' || text.data[1] == '"') &&
                    text.data[text.size - 1] == text.data[1];
    kq_buffer_append(out, is_bytes ? (struct kq_slice){text.data + 2, text.size - 3} : text);
}

/* Hex digits, as base64. Nothing where it is not all hex. */
static void from_hex(struct kq_slice text, struct kq_buffer *out)
{
    struct kq_buffer bytes KQ_CLEANUP(kq_buffer_free) = {0};
    text = kq_slice_trim(text);
    bool is_hex = text.size % 2 == 0;
    for (size_t i = 0; i + 1 < text.size && is_hex; i += 2) {
        is_hex = hex_value(text.data[i]) >= 0 && hex_value(text.data[i + 1]) >= 0;
        unsigned high = is_hex ? (unsigned)hex_value(text.data[i]) : 0;
        unsigned low = is_hex ? (unsigned)hex_value(text.data[i + 1]) : 0;
        kq_buffer_append_byte(&bytes, (char)(high << 4 | low));
    }
    if (is_hex) {
        kq_base64_encode(kq_buffer_slice(&bytes), out);
    }
    out->failed = out->failed || bytes.failed;
}

static void decoded(struct kq_slice text, struct kq_buffer *out)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_error error = {0};
    struct kq_slice bytes;
    if (kq_base64_decode(text, &arena, &bytes, &error).ok) {
        kq_buffer_append(out, bytes);
    }
    out->failed = out->failed || error.code == KQ_E_NO_MEMORY;
}

static void hex_decoded(struct kq_slice text, struct kq_buffer *out)
{
    struct kq_buffer once KQ_CLEANUP(kq_buffer_free) = {0};
    decoded(text, &once);
    from_hex(kq_buffer_slice(&once), out);
    out->failed = out->failed || once.failed;
}

static const struct form_row {
    struct kq_advice advice;
    kq_value_form *form; /* NULL: of the first, which changes nothing */
} forms[] = {
    {{NULL, NULL, NULL}, NULL},
    {{"sign-plus-became-space",
      "Percent-encode sign when you send it (+ as %2B): its plus signs arrived as spaces",
      "发送时对 sign 做 URL 编码（+ 编码成 %2B）：收到的 sign 里加号变成了空格"},
     pluses},
    {{"sign-without-padding",
      "Send the whole sign, up to the = at its end: that is missing (a column that is too short?)",
      "发送完整的 sign，包括末尾的 =：现在缺少（字段太短被截断？）"},
     padded},
    {{"sign-encoded-twice", "Percent-encode sign once (in OpenAPI v3 not at all): it arrived still encoded",
      "sign 只做一次 URL 编码（OpenAPI v3 中不编码）：收到的 sign 解码后仍是编码形式"},
     kq_form_percent_only_decoded},
    {{"sign-encoded-twice", "Percent-encode sign once (in OpenAPI v3 not at all): it arrived still encoded",
      "sign 只做一次 URL 编码（OpenAPI v3 中不编码）：收到的 sign 解码后仍是编码形式"},
     percent_decoded_twice},
    {{"sign-base64url", "Write sign in the usual alphabet of base64, with + and /: it has - and _",
      "sign 用标准 base64 字母表（+ 和 /）：现在用的是 URL 安全字母表（- 和 _）"},
     standard_alphabet},
    {{"sign-hex", "Write sign in base64: it is in hex", "sign 用 base64 编码：现在是十六进制"}, from_hex},
    {{"sign-base64-twice", "Write sign in base64 once: it was encoded twice",
      "sign 只做一次 base64 编码：现在编码了两次"},
     decoded},
    {{"sign-base64-of-hex", "Write the signature's bytes in base64: sign is the base64 of their hex digits",
      "sign 应是签名字节的 base64：现在是十六进制文本的 base64"},
     hex_decoded},
    {{"sign-escaped", "Send sign without quotes and escapes (\\n, \\/)", "sign 不要带引号和转义（\\n、\\/）"},
     without_escapes},
    {{"sign-printed-bytes", "Send sign as text: it is how Python prints bytes, b'…' (decode them first)",
      "sign 应作为文本发送：现在是 Python 打印的字节串 b'…'（先 decode）"},
     without_prefix},
    {{"sign-html-escaped", "Send sign without HTML escapes", "sign 不要做 HTML 转义"},
     kq_form_html_unescaped},
};
const size_t kq_signature_form_count = KQ_COUNT(forms);

struct kq_result kq_signature_read(struct kq_slice text, size_t form, struct kq_arena *arena,
                                   struct kq_slice *bytes, const struct kq_advice **advice,
                                   struct kq_error *error)
{
    struct kq_buffer mended KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_error inner = {0};
    *bytes = KQ_SLICE_EMPTY;
    const struct form_row *row = &forms[form];
    *advice = row->form == NULL ? NULL : &row->advice;
    if (row->form != NULL) {
        row->form(text, &mended);
        KQ_ENSURE_MEMORY(!mended.failed, error);
        if (kq_slice_equal(kq_buffer_slice(&mended), text)) {
            return KQ_OK;
        }
        text = kq_buffer_slice(&mended);
    }
    if (!kq_base64_decode(text, arena, bytes, &inner).ok) {
        KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
        *bytes = KQ_SLICE_EMPTY;
    }
    return KQ_OK;
}
