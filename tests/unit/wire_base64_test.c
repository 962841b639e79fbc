/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/base64.h"

#include "wire_support.h"

struct vector {
    struct kq_slice bytes;
    struct kq_slice text;
};

/* RFC 4648, section 10, and the two characters that it does not show. */
static const struct vector vectors[] = {
    {{"", 0}, {"", 0}},
    {{"f", 1}, {"Zg==", 4}},
    {{"fo", 2}, {"Zm8=", 4}},
    {{"foo", 3}, {"Zm9v", 4}},
    {{"foob", 4}, {"Zm9vYg==", 8}},
    {{"fooba", 5}, {"Zm9vYmE=", 8}},
    {{"foobar", 6}, {"Zm9vYmFy", 8}},
    {{"\xFB\xFF\xFE", 3}, {"+//+", 4}},
    {{"\0\0\0\0", 4}, {"AAAAAA==", 8}},
};

static void test_encodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(vectors); i++) {
        BUFFER text = {0};
        kq_base64_encode(vectors[i].bytes, &text);
        assert_false(text.failed);
        assert_slice(kq_buffer_slice(&text), vectors[i].text);
    }
}

static void test_appends(void **state)
{
    (void)state;
    BUFFER text = {0};
    kq_buffer_append(&text, KQ_SLICE("sign="));
    kq_base64_encode(KQ_SLICE("foo"), &text);
    assert_text(kq_buffer_slice(&text), "sign=Zm9v");
}

static void assert_decodes(struct kq_slice text, struct kq_slice expected)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_slice bytes;
    assert_ok(kq_base64_decode(text, &arena, &bytes, &error), &error);
    assert_slice(bytes, expected);
}

static void test_decodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(vectors); i++) {
        assert_decodes(vectors[i].text, vectors[i].bytes);
    }
}

static void test_padding_may_be_missing(void **state)
{
    (void)state;
    assert_decodes(KQ_SLICE("Zg"), KQ_SLICE("f"));
    assert_decodes(KQ_SLICE("Zm8"), KQ_SLICE("fo"));
    assert_decodes(KQ_SLICE("Zm9vYg"), KQ_SLICE("foob"));
}

static void test_white_space_is_skipped(void **state)
{
    (void)state;
    assert_decodes(KQ_SLICE(" Z m\t9v\r\nYg\n=\r\n= "), KQ_SLICE("foob"));
    assert_decodes(KQ_SLICE(" \r\n"), KQ_SLICE(""));
}

static void assert_refused(struct kq_slice text)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_slice bytes;
    assert_failed(kq_base64_decode(text, &arena, &bytes, &error), &error, KQ_E_BAD_INPUT);
}

static void test_anything_else_is_refused(void **state)
{
    (void)state;
    static const struct kq_slice bad[] = {
        {"Z", 1},      {"Zm9vY", 5},    {"Zg=", 3},    {"Zg===", 5},        {"=", 1},
        {"Zm9v=", 5},  {"Zm9v====", 8}, {"Zg==Zg", 6}, {"Zm-v", 4},         {"Zm_v", 4},
        {"Zm9v\0", 5}, {"Zm9\x80", 4},  {"Zm9v!", 5},  {"Zg==!", 5},        {"Zh==", 4},
        {"Zm9=", 4},   {"Zm9", 3},      {"====", 4},   {"\xEF\xBC\xA1", 3}, {"%5A", 3},
    };
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        assert_refused(bad[i]);
    }
}

/* Four characters are looked at together: something else at every place of some of them. */
static void test_every_place_of_the_groups(void **state)
{
    (void)state;
    static const struct kq_slice plain = {.data = "Zm9vYmFyZm9vYmFyZm9v", .size = 20};
    for (size_t at = 0; at <= plain.size; at++) {
        char text[21];
        memcpy(text, plain.data, at);
        memcpy(text + at + 1, plain.data + at, plain.size - at);
        const struct kq_slice longer = {.data = text, .size = sizeof(text)};
        text[at] = '\n';
        assert_decodes(longer, KQ_SLICE("foobarfoobarfoo"));
        for (unsigned byte = 0; byte < 256; byte++) {
            bool is_good = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= 'a' && byte <= 'z') || byte == '+' || byte == '/' || byte == ' ' ||
                           byte == '\t' || byte == '\r' || byte == '\n';
            text[at] = (char)byte;
            if (!is_good) {
                assert_refused(longer);
            }
        }
    }
}

/* Every byte at every place of a group, there and back. */
static void test_goes_there_and_back(void **state)
{
    (void)state;
    char bytes[259];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)(i * 7);
    }
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        struct kq_slice slice = {.data = bytes, .size = size};
        BUFFER text = {0};
        kq_base64_encode(slice, &text);
        assert_decodes(kq_buffer_slice(&text), slice);
    }
}

static struct kq_result decode_and_encode(void *context, struct kq_error *error)
{
    (void)context;
    ARENA arena = {0};
    BUFFER text = {0};
    struct kq_slice bytes;
    KQ_TRY(kq_base64_decode(KQ_SLICE("Zm9vYmFy"), &arena, &bytes, error));
    kq_base64_encode(bytes, &text);
    KQ_ENSURE_MEMORY(!text.failed, error);
    return KQ_OK;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(decode_and_encode, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodes),
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_decodes),
        cmocka_unit_test(test_padding_may_be_missing),
        cmocka_unit_test(test_white_space_is_skipped),
        cmocka_unit_test(test_anything_else_is_refused),
        cmocka_unit_test(test_every_place_of_the_groups),
        cmocka_unit_test(test_goes_there_and_back),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
