/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/content_cipher.h"

#include "wire_support.h"

#define CONTENT_KEY KQ_CLEANUP(kq_content_key_cleanup) struct kq_content_key

#define KEY_16 "AAECAwQFBgcICQoLDA0ODw=="
#define KEY_24 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define KEY_32 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define JSON "{\"template_id\":\"\xE5\xAE\xBD\"}"

/* Made with Python's cryptography. */
struct vector {
    const char *key;
    const char *plain;
    const char *base64;
};

static const struct vector vectors[] = {
    {KEY_16, JSON, "VomWFnccWdTifs3xukzHrAelqiBmbaJ19CJbansmE6g="},
    {KEY_16, "", "lU9k8uTobp7ugtICFmhImQ=="},
    {KEY_16, "0123456789abcdef", "KBVnqy9M8Nc9MZgiW4uDk44NT+KGlmukev6rA40uOsw="},
    {KEY_24, JSON, "8+OapkULABK3VKm2RoEY2a8dd9z41kC9biD1gEK+WOk="},
    {KEY_24, "", "P+coar3l8DlD1XdwICWWJg=="},
    {KEY_24, "0123456789abcdef", "0qcNU9GEk8Vg5aHVBdLiPEFhy2EGdacvPn/bFBJbBH4="},
    {KEY_32, JSON, "1rFLIQrDcfjmo4juSf6jMdhNYNAIZBxsZTED1tdwToE="},
    {KEY_32, "", "nzt1BJJvi9NuMRjpA6TNSg=="},
    {KEY_32, "0123456789abcdef", "2MlXWOM1PlMPpSvRDnO5hk9rowIiB0xNR3w/KU8SqC8="},
};

static struct kq_content_key *load(const char *base64)
{
    struct kq_content_key *key = NULL;
    struct kq_error error = {0};
    assert_ok(kq_content_key_load(kq_slice_of(base64), &key, &error), &error);
    return key;
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(vectors); i++) {
        BUFFER made = {0};
        BUFFER back = {0};
        struct kq_error error = {0};
        CONTENT_KEY *key = load(vectors[i].key);
        struct kq_slice plain = kq_slice_of(vectors[i].plain);
        struct kq_slice base64 = kq_slice_of(vectors[i].base64);
        assert_ok(kq_content_encrypt(key, plain, &made, &error), &error);
        assert_slice(kq_buffer_slice(&made), base64);
        assert_ok(kq_content_decrypt(key, base64, &back, &error), &error);
        assert_slice(kq_buffer_slice(&back), plain);
        assert_no_openssl_error();
    }
}

/* Behind what a buffer has already, and with the line ends that some encoders of base64 put in. */
static void test_appends(void **state)
{
    (void)state;
    BUFFER text = {0};
    struct kq_error error = {0};
    CONTENT_KEY *key = load("  " KEY_16 "\r\n");
    kq_buffer_append(&text, KQ_SLICE("before "));
    assert_ok(kq_content_decrypt(key, KQ_SLICE("VomWFnccWdTifs3x\r\nukzHrAelqiBmbaJ19CJbansmE6g=\r\n"), &text,
                                 &error),
              &error);
    assert_text(kq_buffer_slice(&text), "before " JSON);
}

/* Every length around a block's: what is encrypted comes back. */
static void test_lengths(void **state)
{
    (void)state;
    static const char bytes[100] = "\0\1\2\3";
    CONTENT_KEY *key = load(KEY_32);
    for (size_t size = 0; size < sizeof(bytes); size++) {
        BUFFER made = {0};
        BUFFER back = {0};
        struct kq_error error = {0};
        struct kq_slice plain = {.data = bytes, .size = size};
        assert_ok(kq_content_encrypt(key, plain, &made, &error), &error);
        assert_ok(kq_content_decrypt(key, kq_buffer_slice(&made), &back, &error), &error);
        assert_slice(kq_buffer_slice(&back), plain);
    }
}

static void test_bad_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {"",
                                       "AAAA",
                                       "not base64!",
                                       "AAECAwQFBgcICQoLDA0ODw8=",
                                       "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAAA=",
                                       "AAECAwQFBgcICQoLDA0O"};
    for (size_t i = 0; i < KQ_COUNT(keys); i++) {
        struct kq_content_key *key = NULL;
        struct kq_error error = {0};
        assert_failed(kq_content_key_load(kq_slice_of(keys[i]), &key, &error), &error, KQ_E_BAD_KEY);
        assert_detail_contains(&error, "a content key");
        assert_null(key);
    }
}

/* No base64, no blocks, half a block, padding of 0, of 17, of unlike bytes, and another key's. */
static void test_bad_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "****",
                                        "VomWFnccWdTifs3xukzH",
                                        "K+KcP0zP09ffVA8lV4nqoA==",
                                        "/apsj8ZTtCktDJ3dJA2H+A==",
                                        "kEHRYnLbRuSZJ/bASXJGlg==",
                                        "1rFLIQrDcfjmo4juSf6jMdhNYNAIZBxsZTED1tdwToE="};
    CONTENT_KEY *key = load(KEY_16);
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        BUFFER plain = {0};
        struct kq_error error = {0};
        assert_failed(kq_content_decrypt(key, kq_slice_of(texts[i]), &plain, &error), &error, KQ_E_BAD_INPUT);
        assert_int_equal(plain.size, 0);
        assert_no_openssl_error();
    }
}

static void test_too_long(void **state)
{
    (void)state;
    BUFFER made = {0};
    struct kq_error error = {0};
    CONTENT_KEY *key = load(KEY_16);
    struct kq_slice endless = {.data = KEY_16, .size = (size_t)1 << 30};
    assert_failed(kq_content_encrypt(key, endless, &made, &error), &error, KQ_E_BAD_INPUT);
}

static struct kq_result there_and_back(void *context, struct kq_error *error)
{
    (void)context;
    CONTENT_KEY *key = NULL;
    BUFFER made = {0};
    BUFFER back = {0};
    KQ_TRY(kq_content_key_load(KQ_SLICE(KEY_16), &key, error));
    KQ_TRY(kq_content_encrypt(key, KQ_SLICE(JSON), &made, error));
    KQ_TRY(kq_content_decrypt(key, kq_buffer_slice(&made), &back, error));
    assert_text(kq_buffer_slice(&back), JSON);
    return KQ_OK;
}

static void test_each_allocation_fails(void **state)
{
    (void)state;
    fail_each_allocation(there_and_back, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_bad_keys),
        cmocka_unit_test(test_bad_texts),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
