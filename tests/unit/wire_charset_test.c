/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/charset.h"

#include "wire_support.h"

#define GBK_LEAD_FIRST 0x81
#define GBK_LEAD_LAST 0xFE
#define GBK_TRAIL_FIRST 0x40
#define GBK_TRAIL_LAST 0xFE

/* Pairs of Java's GBK, and how many of them are written as themselves: code page 936's but for the circled
 * plus. */
#define PAIR_COUNT 23940
#define PLAIN_PAIR_COUNT (21791 - 1)

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum kq_charset charset;
    } names[] = {
        {"utf-8", KQ_CHARSET_UTF8},    {"UTF-8", KQ_CHARSET_UTF8}, {"", KQ_CHARSET_UTF8},
        {"gbk", KQ_CHARSET_GBK},       {"GBK", KQ_CHARSET_GBK},    {"gB2312", KQ_CHARSET_GB2312},
        {"GB2312", KQ_CHARSET_GB2312},
    };
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        struct kq_error error = {0};
        enum kq_charset charset;
        assert_ok(kq_charset_parse(kq_slice_of(names[i].text), &charset, &error), &error);
        assert_int_equal(charset, names[i].charset);
    }
    assert_string_equal(kq_charset_name(KQ_CHARSET_UTF8), "utf-8");
    assert_string_equal(kq_charset_name(KQ_CHARSET_GBK), "gbk");
    assert_string_equal(kq_charset_name(KQ_CHARSET_GB2312), "gb2312");
}

static void test_unknown_names(void **state)
{
    (void)state;
    static const struct kq_slice names[] = {{"utf-16", 6}, {"utf8", 4},  {"gb18030", 7},
                                            {"utf-8 ", 6}, {"gbk\0", 4}, {" ", 1}};
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        struct kq_error error = {0};
        enum kq_charset charset;
        assert_failed(kq_charset_parse(names[i], &charset, &error), &error, KQ_E_INVALID_CHARSET);
    }
}

static void assert_decodes(enum kq_charset charset, struct kq_slice bytes, struct kq_slice expected)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_slice utf8;
    assert_ok(kq_charset_decode(charset, bytes, &arena, &utf8, &error), &error);
    assert_slice(utf8, expected);
}

static void assert_invalid(enum kq_charset charset, struct kq_slice bytes)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_slice utf8;
    assert_failed(kq_charset_decode(charset, bytes, &arena, &utf8, &error), &error, KQ_E_INVALID_CHARSET);
}

static void test_decode(void **state)
{
    (void)state;
    assert_decodes(KQ_CHARSET_UTF8, KQ_SLICE("优酷3个月 €😀"), KQ_SLICE("优酷3个月 €😀"));
    assert_decodes(KQ_CHARSET_GBK,
                   KQ_SLICE("\xD3\xC5\xBF\xE1"
                            "3\xB8\xF6\xD4\xC2"),
                   KQ_SLICE("优酷3个月"));
    assert_decodes(KQ_CHARSET_GB2312, KQ_SLICE("\xD3\xC5\xBF\xE1"), KQ_SLICE("优酷"));
    /* gb2312 is read as its superset: second bytes that are ASCII */
    assert_decodes(KQ_CHARSET_GB2312, KQ_SLICE("\x81\x5C\x81\x40\xA1\xA4\xA1\xAA"), KQ_SLICE("乗丂·—"));
    assert_decodes(KQ_CHARSET_GBK, KQ_SLICE(""), KQ_SLICE(""));
    assert_decodes(KQ_CHARSET_UTF8, KQ_SLICE(""), KQ_SLICE(""));
}

static void test_what_need_not_change_is_borrowed(void **state)
{
    (void)state;
    static const char ascii[] = "{\"a\":1}\x7F\x01";
    struct kq_slice bytes = KQ_SLICE(ascii);
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_slice utf8;
    assert_ok(kq_charset_decode(KQ_CHARSET_GBK, bytes, &arena, &utf8, &error), &error);
    assert_ptr_equal(utf8.data, ascii);
    assert_ok(kq_charset_decode(KQ_CHARSET_UTF8, bytes, &arena, &utf8, &error), &error);
    assert_ptr_equal(utf8.data, ascii);
    assert_int_equal(arena.used_bytes, 0);
}

/* Windows writes the euro sign as 0x80, Java as 0xA2E3. */
static void test_both_euro_signs_are_read(void **state)
{
    (void)state;
    assert_decodes(KQ_CHARSET_GBK, KQ_SLICE("\x80"), KQ_SLICE("€"));
    assert_decodes(KQ_CHARSET_GBK, KQ_SLICE("\xA2\xE3"), KQ_SLICE("€"));
    assert_decodes(KQ_CHARSET_GBK, KQ_SLICE("a\x80\x80\xD3\xC5\x80z"), KQ_SLICE("a€€优€z"));
}

static void test_invalid_gbk(void **state)
{
    (void)state;
    static const struct kq_slice bad[] = {
        {"\xD3", 1},
        {"a\xD3", 2},
        {"\xD3\xC5\xBF", 3},
        {"\xFF", 1},
        {"\xFF\xA1", 2},
        {"\xD3\x3F", 2},
        {"\xD3\"", 2},
        {"\xD3\x7F", 2},
        {"\xD3\xFF", 2},
        {"\xD3\x80"
         "\x80\xFF",
         4},
        {"\x81\x30\x81\x30", 4},
        {"\x84\x31\xA4\x37", 4},
        {"\xFF\x80", 2},
        {"\x80\xFF", 2},
    };
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        assert_invalid(KQ_CHARSET_GBK, bad[i]);
        assert_invalid(KQ_CHARSET_GB2312, bad[i]);
    }
}

static const struct kq_slice bad_utf8[] = {
    {"\x80", 1},
    {"\xBF", 1},
    {"\xC0\x80", 2},
    {"\xC1\xBF", 2},
    {"\xC2", 1},
    {"\xC2\x41", 2},
    {"\xE0\x9F\xBF", 3},
    {"\xE4\xBC", 2},
    {"\xE4\xBC\x41", 3},
    {"\xED\xA0\x80", 3},
    {"\xED\xBF\xBF", 3},
    {"\xF0\x8F\xBF\xBF", 4},
    {"\xF0\x9F\x98", 3},
    {"\xF4\x90\x80\x80", 4},
    {"\xF5\x80\x80\x80", 4},
    {"\xFE", 1},
    {"\xFF", 1},
    {"\xD3\xC5", 2},
    {"0123456789\x80", 11},
    {"01234567\xE4\xBC", 10},
};

static void test_invalid_utf8(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(bad_utf8); i++) {
        assert_false(kq_utf8_is_valid(bad_utf8[i]));
        assert_invalid(KQ_CHARSET_UTF8, bad_utf8[i]);
    }
}

static void test_valid_utf8(void **state)
{
    (void)state;
    static const char *const good[] = {
        "",
        "a",
        "\x7F",
        "\xC2\x80",
        "\xDF\xBF",
        "\xE0\xA0\x80",
        "\xED\x9F\xBF",
        "\xEE\x80\x80",
        "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF",
        "01234567优89",
    };
    for (size_t i = 0; i < KQ_COUNT(good); i++) {
        assert_true(kq_utf8_is_valid(kq_slice_of(good[i])));
    }
    assert_int_equal(kq_utf8_count(KQ_SLICE("优酷3个月 €😀é")), 9);
    assert_int_equal(kq_utf8_count(KQ_SLICE("")), 0);
}

/* Eight bytes are looked at together: one that is not ASCII at every place of some of them. */
static void test_every_place_of_a_text(void **state)
{
    (void)state;
    for (size_t at = 0; at < 40; at++) {
        char text[42];
        memset(text, '~', sizeof(text));
        const struct kq_slice slice = {.data = text, .size = sizeof(text)};
        assert_true(kq_utf8_is_valid(slice));
        text[at] = '\xC3';
        assert_false(kq_utf8_is_valid(slice));
        text[at + 1] = '\xA9';
        assert_true(kq_utf8_is_valid(slice));
        text[at + 2] = '\xA9';
        assert_false(kq_utf8_is_valid(slice));
    }
}

/* U+0000 is in every charset but in no text of the protocol. */
static void test_nul_is_refused(void **state)
{
    (void)state;
    assert_invalid(KQ_CHARSET_UTF8, KQ_SLICE("a\0b"));
    assert_invalid(KQ_CHARSET_GBK, KQ_SLICE("\0"));
    assert_invalid(KQ_CHARSET_GBK, KQ_SLICE("\xD3\xC5\0"));
}

static void test_details_name_the_place(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_slice utf8;
    assert_failed(kq_charset_decode(KQ_CHARSET_GBK, KQ_SLICE("a\x80\xD3\xC5\xFF"), &arena, &utf8, &error),
                  &error, KQ_E_INVALID_CHARSET);
    assert_detail_contains(&error, "第5个字节");
    assert_failed(kq_charset_decode(KQ_CHARSET_UTF8, KQ_SLICE("优\xD3\xC5"), &arena, &utf8, &error), &error,
                  KQ_E_INVALID_CHARSET);
    assert_detail_contains(&error, "第4个字节");
}

static void assert_encodes(enum kq_charset charset, struct kq_slice json, struct kq_slice expected)
{
    BUFFER out = {0};
    struct kq_error error = {0};
    kq_buffer_append(&out, KQ_SLICE("-"));
    assert_ok(kq_charset_encode_json(charset, json, &out, &error), &error);
    assert_true(out.size > 0 && out.data[0] == '-');
    assert_slice((struct kq_slice){.data = out.data + 1, .size = out.size - 1}, expected);
}

static void test_encode_json(void **state)
{
    (void)state;
    assert_encodes(KQ_CHARSET_UTF8, KQ_SLICE("{\"a\":\"优€😀\"}"), KQ_SLICE("{\"a\":\"优€😀\"}"));
    assert_encodes(KQ_CHARSET_GBK, KQ_SLICE("{\"a\":\"优酷\"}"), KQ_SLICE("{\"a\":\"\xD3\xC5\xBF\xE1\"}"));
    assert_encodes(KQ_CHARSET_GB2312, KQ_SLICE("\"乗\""), KQ_SLICE("\"\x81\x5C\""));
    assert_encodes(KQ_CHARSET_GBK, KQ_SLICE(""), KQ_SLICE(""));
}

static void test_what_gbk_lacks_is_escaped(void **state)
{
    (void)state;
    assert_encodes(KQ_CHARSET_GBK, KQ_SLICE("\"é😀é优\""),
                   KQ_SLICE("\"\xA8\xA6\\ud83d\\ude00\xA8\xA6\xD3\xC5\""));
    assert_encodes(KQ_CHARSET_GBK, KQ_SLICE("\"ñ\xEE\x80\x80\""), KQ_SLICE("\"\\u00f1\\ue000\""));
    /* what implementations write differently */
    assert_encodes(KQ_CHARSET_GBK, KQ_SLICE("\"€⊕\""), KQ_SLICE("\"\\u20ac\\u2295\""));
}

static void test_encoding_what_is_not_utf8(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(bad_utf8); i++) {
        BUFFER out = {0};
        struct kq_error error = {0};
        assert_failed(kq_charset_encode_json(KQ_CHARSET_UTF8, bad_utf8[i], &out, &error), &error,
                      KQ_E_INVALID_CHARSET);
        assert_failed(kq_charset_encode_json(KQ_CHARSET_GBK, bad_utf8[i], &out, &error), &error,
                      KQ_E_INVALID_CHARSET);
        assert_failed(kq_charset_encode_text(KQ_CHARSET_GBK, bad_utf8[i], &out, &error), &error,
                      KQ_E_BAD_INPUT);
    }
}

static void test_encode_text(void **state)
{
    (void)state;
    BUFFER out = {0};
    struct kq_error error = {0};
    assert_ok(kq_charset_encode_text(KQ_CHARSET_GBK, KQ_SLICE("a优€"), &out, &error), &error);
    assert_text(kq_buffer_slice(&out), "a\xD3\xC5\xA2\xE3");
    kq_buffer_clear(&out);
    assert_ok(kq_charset_encode_text(KQ_CHARSET_UTF8, KQ_SLICE("a优😀"), &out, &error), &error);
    assert_text(kq_buffer_slice(&out), "a优😀");
    assert_failed(kq_charset_encode_text(KQ_CHARSET_GBK, KQ_SLICE("a😀"), &out, &error), &error,
                  KQ_E_BAD_INPUT);
    assert_detail_contains(&error, "U+1F600");
}

/* Of the pairs with this first byte: how many are written as themselves. Each goes there and back, in a
 * request as the same bytes, in an answer as the same bytes or as the escape of what it stands for. */
static size_t check_pairs_of(int lead)
{
    size_t plain = 0;
    for (int trail = GBK_TRAIL_FIRST; trail <= GBK_TRAIL_LAST; trail++) {
        char pair[] = {(char)lead, (char)trail};
        struct kq_slice bytes = {.data = pair, .size = sizeof(pair)};
        if (trail == 0x7F) {
            assert_invalid(KQ_CHARSET_GBK, bytes);
            continue;
        }
        ARENA arena = {0};
        BUFFER text = {0};
        BUFFER json = {0};
        struct kq_error error = {0};
        struct kq_slice utf8;
        assert_ok(kq_charset_decode(KQ_CHARSET_GBK, bytes, &arena, &utf8, &error), &error);
        assert_int_equal(kq_utf8_count(utf8), 1);
        assert_ok(kq_charset_encode_text(KQ_CHARSET_GBK, utf8, &text, &error), &error);
        assert_slice(kq_buffer_slice(&text), bytes);
        assert_ok(kq_charset_encode_json(KQ_CHARSET_GBK, utf8, &json, &error), &error);
        if (json.size == 2) {
            assert_slice(kq_buffer_slice(&json), bytes);
            plain++;
        } else {
            assert_true(json.size == 6 || json.size == 12);
            assert_true(json.data[0] == '\\' && json.data[1] == 'u');
        }
    }
    return plain;
}

static void test_every_pair_goes_there_and_back(void **state)
{
    (void)state;
    _Static_assert((GBK_LEAD_LAST - GBK_LEAD_FIRST + 1) * (GBK_TRAIL_LAST - GBK_TRAIL_FIRST) == PAIR_COUNT,
                   "the pairs that Java has");
    size_t plain = 0;
    for (int lead = GBK_LEAD_FIRST; lead <= GBK_LEAD_LAST; lead++) {
        plain += check_pairs_of(lead);
    }
    assert_int_equal(plain, PLAIN_PAIR_COUNT);
}

/* GB2312's own characters, the ones in daily use, are never escaped: rows 1 to 9 and 16 to 87, as far as they
 * are filled. */
static void test_hanzi_are_plain(void **state)
{
    (void)state;
    for (int lead = 0xB0; lead <= 0xF7; lead++) {
        for (int trail = 0xA1; trail <= (lead == 0xD7 ? 0xF9 : 0xFE); trail++) {
            char pair[] = {(char)lead, (char)trail};
            ARENA arena = {0};
            BUFFER json = {0};
            struct kq_error error = {0};
            struct kq_slice utf8;
            assert_ok(kq_charset_decode(KQ_CHARSET_GB2312, (struct kq_slice){.data = pair, .size = 2}, &arena,
                                        &utf8, &error),
                      &error);
            assert_ok(kq_charset_encode_json(KQ_CHARSET_GB2312, utf8, &json, &error), &error);
            assert_slice(kq_buffer_slice(&json), (struct kq_slice){.data = pair, .size = 2});
        }
    }
}

static struct kq_result there_and_back(void *context, struct kq_error *error)
{
    (void)context;
    ARENA arena = {0};
    BUFFER out = {0};
    BUFFER text = {0};
    struct kq_slice utf8;
    KQ_TRY(kq_charset_decode(KQ_CHARSET_GBK, KQ_SLICE("\xD3\xC5\x80"), &arena, &utf8, error));
    for (int i = 0; i < 100; i++) {
        KQ_TRY(kq_charset_encode_json(KQ_CHARSET_GBK, utf8, &out, error));
        KQ_TRY(kq_charset_encode_json(KQ_CHARSET_UTF8, utf8, &out, error));
    }
    return kq_charset_encode_text(KQ_CHARSET_GBK, utf8, &text, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(there_and_back, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_unknown_names),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_what_need_not_change_is_borrowed),
        cmocka_unit_test(test_both_euro_signs_are_read),
        cmocka_unit_test(test_invalid_gbk),
        cmocka_unit_test(test_invalid_utf8),
        cmocka_unit_test(test_valid_utf8),
        cmocka_unit_test(test_every_place_of_a_text),
        cmocka_unit_test(test_nul_is_refused),
        cmocka_unit_test(test_details_name_the_place),
        cmocka_unit_test(test_encode_json),
        cmocka_unit_test(test_what_gbk_lacks_is_escaped),
        cmocka_unit_test(test_encoding_what_is_not_utf8),
        cmocka_unit_test(test_encode_text),
        cmocka_unit_test(test_every_pair_goes_there_and_back),
        cmocka_unit_test(test_hanzi_are_plain),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
