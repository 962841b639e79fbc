/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/charset.h"

#include "wire/charset_gbk.h"
#include "wire/charset_utf8.h"

struct charset_name {
    struct kq_slice name;
    enum kq_charset charset;
};

/* First, in the enum's order, the names that answers carry. */
static const struct charset_name charset_names[] = {
    {{.data = "utf-8", .size = 5}, KQ_CHARSET_UTF8},
    {{.data = "gbk", .size = 3}, KQ_CHARSET_GBK},
    {{.data = "gb2312", .size = 6}, KQ_CHARSET_GB2312},
    {{.data = "", .size = 0}, KQ_CHARSET_UTF8},
};

struct kq_result kq_charset_parse(struct kq_slice text, enum kq_charset *charset, struct kq_error *error)
{
    for (size_t i = 0; i < KQ_COUNT(charset_names); i++) {
        if (kq_slice_equal_ignoring_case(text, charset_names[i].name)) {
            *charset = charset_names[i].charset;
            return KQ_OK;
        }
    }
    return kq_fail(error, KQ_E_INVALID_CHARSET, "支持utf-8、gbk、gb2312");
}

const char *kq_charset_name(enum kq_charset charset)
{
    return charset_names[charset].name.data;
}

static struct kq_result refuse_utf8(size_t at, struct kq_error *error)
{
    return kq_fail(error, KQ_E_INVALID_CHARSET, "第%zu个字节起不是UTF-8编码", at + 1);
}

struct kq_result kq_charset_decode(enum kq_charset charset, struct kq_slice bytes, struct kq_arena *arena,
                                   struct kq_slice *utf8, struct kq_error *error)
{
    size_t nul = kq_slice_find(bytes, '\0');
    KQ_ENSURE(nul == bytes.size, error, KQ_E_INVALID_CHARSET, "第%zu个字节是空字符", nul + 1);
    if (charset != KQ_CHARSET_UTF8 && kq_ascii_prefix(bytes) != bytes.size) {
        return kq_gbk_decode(bytes, arena, utf8, error);
    }
    size_t valid = kq_utf8_prefix(bytes);
    if (valid != bytes.size) {
        return refuse_utf8(valid, error);
    }
    *utf8 = bytes;
    return KQ_OK;
}

static struct kq_result append(struct kq_slice bytes, struct kq_buffer *out, struct kq_error *error)
{
    kq_buffer_append(out, bytes);
    KQ_ENSURE_MEMORY(!out->failed, error);
    return KQ_OK;
}

/* RFC 8259, section 7. */
static struct kq_result append_json_escape(uint32_t point, struct kq_buffer *out, struct kq_error *error)
{
    (void)error; /* the buffer remembers a failure */
    if (point >= 0x10000) {
        kq_buffer_print(out, "\\u%04x", (unsigned)(0xD800 + ((point - 0x10000) >> 10)));
        point = 0xDC00 + ((point - 0x10000) & 0x3FF);
    }
    kq_buffer_print(out, "\\u%04x", (unsigned)point);
    return KQ_OK;
}

struct kq_result kq_charset_encode_json(enum kq_charset charset, struct kq_slice json, struct kq_buffer *out,
                                        struct kq_error *error)
{
    size_t valid = kq_utf8_prefix(json);
    if (valid != json.size) {
        return refuse_utf8(valid, error);
    }
    if (charset == KQ_CHARSET_UTF8) {
        return append(json, out, error);
    }
    return kq_gbk_encode(KQ_GBK_COMMON, json, append_json_escape, out, error);
}

static struct kq_result refuse_character(uint32_t point, struct kq_buffer *out, struct kq_error *error)
{
    (void)out;
    return kq_fail(error, KQ_E_BAD_INPUT, "the character U+%04X does not exist in GBK", (unsigned)point);
}

struct kq_result kq_charset_encode_text(enum kq_charset charset, struct kq_slice utf8, struct kq_buffer *out,
                                        struct kq_error *error)
{
    KQ_ENSURE(kq_utf8_is_valid(utf8), error, KQ_E_BAD_INPUT, "not UTF-8");
    if (charset == KQ_CHARSET_UTF8) {
        return append(utf8, out, error);
    }
    return kq_gbk_encode(KQ_GBK_FULL, utf8, refuse_character, out, error);
}
