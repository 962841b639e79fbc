/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/signature.h"

#include <openssl/err.h>

#include "wire/charset.h"
#include "wire_support.h"

static void free_public(struct kq_public_key **key)
{
    kq_public_key_free(*key);
}

static void free_private(struct kq_private_key **key)
{
    kq_private_key_free(*key);
}

#define PUBLIC_KEY KQ_CLEANUP(free_public) struct kq_public_key
#define PRIVATE_KEY KQ_CLEANUP(free_private) struct kq_private_key

static const unsigned key_bits[] = {1024, 1536, 2048, 3072, 4096};
static const char *const sign_type_files[] = {[KQ_SIGN_RSA2] = "rsa2", [KQ_SIGN_RSA] = "rsa"};
static const char *const golden_requests[] = {"send_utf8", "send_gbk", "list_gb2312", "wallet_odd_values"};

static void load_keys(unsigned bits, struct kq_private_key **private_key, struct kq_public_key **public_key)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_slice der;
    assert_ok(kq_private_key_load(golden(&arena, "keys/app_%u.pem", bits), private_key, &error), &error);
    assert_ok(kq_private_key_export_public(*private_key, &arena, &der, &error), &error);
    assert_ok(kq_public_key_load_der(der, public_key, &error), &error);
}

static struct kq_slice string_to_sign(struct kq_params *params)
{
    struct kq_error error = {0};
    struct kq_slice text;
    assert_ok(kq_string_to_sign(params, &text, &error), &error);
    return text;
}

static void test_golden_strings_to_sign(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(golden_requests); i++) {
        ARENA arena = {0};
        struct kq_error error = {0};
        struct kq_params params;
        kq_params_init(&params, &arena);
        assert_ok(kq_form_decode(golden(&arena, "requests/%s/query", golden_requests[i]), &params, &error),
                  &error);
        assert_ok(kq_form_decode(golden(&arena, "requests/%s/body", golden_requests[i]), &params, &error),
                  &error);
        assert_slice(string_to_sign(&params),
                     golden(&arena, "requests/%s/string_to_sign", golden_requests[i]));
    }
}

static void decode(struct kq_params *params, struct kq_arena *arena, const char *form)
{
    struct kq_error error = {0};
    kq_params_init(params, arena);
    assert_ok(kq_form_decode(kq_slice_of(form), params, &error), &error);
}

static void test_string_to_sign_rules(void **state)
{
    (void)state;
    static const char *const forms[][2] = {
        {"", ""},
        {"sign=x", ""},
        {"b=2&a=1", "a=1&b=2"},
        {"a=1&sign=x&b=&c=3", "a=1&c=3"},
        {"sign_type=RSA2&sign=x&signs=y&Sign=z", "Sign=z&sign_type=RSA2&signs=y"},
        {"ab=1&a=2&a_b=3&aB=4&A=5", "A=5&a=2&aB=4&a_b=3&ab=1"},
        {"a=1&b=2&a=1", "a=1&b=2"},
        {"a=%26%3D+%2B&b=%E4%BC%98", "a=&= +&b=优"},
        {"%C5=1&z=2", "z=2&\xC5=1"},
        {"=x&a=1", "a=1"},
        {"a=+", "a= "},
    };
    for (size_t i = 0; i < KQ_COUNT(forms); i++) {
        ARENA arena = {0};
        struct kq_params params;
        decode(&params, &arena, forms[i][0]);
        assert_slice(string_to_sign(&params), kq_slice_of(forms[i][1]));
    }
}

static void test_notification_string_to_sign(void **state)
{
    ARENA arena = {0};
    struct kq_params params;
    struct kq_slice text;
    struct kq_error error = {0};
    (void)state;
    decode(&params, &arena, "sign=s&sign_type=RSA2&notify_type=voucher_use&app_id=&amount=9.99&signer=x");
    assert_ok(kq_notification_string_to_sign(&params, &text, &error), &error);
    assert_text(text, "amount=9.99&notify_type=voucher_use&signer=x");
    assert_text(string_to_sign(&params), "amount=9.99&notify_type=voucher_use&sign_type=RSA2&signer=x");
}

/* The order in which parameters come does not matter, and the parameters stay as they are. */
static void test_string_to_sign_changes_nothing(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_params params;
    decode(&params, &arena, "c=3&a=1&b=2");
    assert_text(string_to_sign(&params), "a=1&b=2&c=3");
    assert_text(params.items[0].name, "c");
    assert_text(params.items[2].name, "b");
    assert_text(string_to_sign(&params), "a=1&b=2&c=3");
}

static void test_golden_signatures(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_slice text = golden(&arena, "requests/send_utf8/string_to_sign");
    for (size_t i = 0; i < KQ_COUNT(key_bits); i++) {
        PRIVATE_KEY *private_key = NULL;
        PUBLIC_KEY *public_key = NULL;
        load_keys(key_bits[i], &private_key, &public_key);
        for (int sign_type = 0; sign_type < KQ_SIGN_TYPE_COUNT; sign_type++) {
            BUFFER made = {0};
            struct kq_error error = {0};
            struct kq_slice expected =
                golden(&arena, "signatures/%u.%s", key_bits[i], sign_type_files[sign_type]);
            assert_ok(kq_sign(private_key, (enum kq_sign_type)sign_type, text, &made, &error), &error);
            assert_slice(kq_buffer_slice(&made), expected);
            assert_true(made.size <= KQ_SIGNATURE_TEXT_MAX);
            assert_ok(kq_verify(public_key, (enum kq_sign_type)sign_type, text, expected, &arena, &error),
                      &error);
            assert_no_openssl_error();
        }
    }
}

static void test_golden_requests_verify(void **state)
{
    (void)state;
    PRIVATE_KEY *private_key = NULL;
    PUBLIC_KEY *public_key = NULL;
    load_keys(2048, &private_key, &public_key);
    for (size_t i = 0; i < KQ_COUNT(golden_requests); i++) {
        for (int sign_type = 0; sign_type < KQ_SIGN_TYPE_COUNT; sign_type++) {
            ARENA arena = {0};
            struct kq_error error = {0};
            struct kq_slice text = golden(&arena, "requests/%s/string_to_sign", golden_requests[i]);
            struct kq_slice signature =
                golden(&arena, "requests/%s/%s.sign", golden_requests[i], sign_type_files[sign_type]);
            assert_ok(kq_verify(public_key, (enum kq_sign_type)sign_type, text, signature, &arena, &error),
                      &error);
        }
    }
}

/* From the response in UTF-8 to the bytes that are signed, and to the signature. */
static void test_golden_answers(void **state)
{
    (void)state;
    static const char *const names[] = {"send", "list_empty", "wallet_utf8", "wallet_gbk", "unknown_method"};
    PRIVATE_KEY *private_key = NULL;
    PUBLIC_KEY *public_key = NULL;
    load_keys(2048, &private_key, &public_key);
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        ARENA arena = {0};
        BUFFER response = {0};
        BUFFER signature = {0};
        struct kq_error error = {0};
        enum kq_charset charset;
        enum kq_sign_type sign_type;
        assert_ok(kq_charset_parse(golden(&arena, "answers/%s/charset", names[i]), &charset, &error), &error);
        assert_true(kq_sign_type_parse(golden(&arena, "answers/%s/sign_type", names[i]), &sign_type));
        assert_ok(kq_charset_encode_json(charset, golden(&arena, "answers/%s/utf8.json", names[i]), &response,
                                         &error),
                  &error);
        assert_slice(kq_buffer_slice(&response), golden(&arena, "answers/%s/response", names[i]));
        assert_ok(kq_sign(private_key, sign_type, kq_buffer_slice(&response), &signature, &error), &error);
        struct kq_slice answer = golden(&arena, "answers/%s/answer", names[i]);
        assert_true(answer.size > signature.size + 2);
        assert_slice(
            (struct kq_slice){.data = answer.data + answer.size - signature.size - 2, .size = signature.size},
            kq_buffer_slice(&signature));
    }
}

static void assert_invalid(const struct kq_public_key *key, enum kq_sign_type sign_type, struct kq_slice text,
                           struct kq_slice signature)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    assert_failed(kq_verify(key, sign_type, text, signature, &arena, &error), &error, KQ_E_INVALID_SIGNATURE);
    assert_no_openssl_error();
}

static void test_what_does_not_verify(void **state)
{
    (void)state;
    ARENA arena = {0};
    PRIVATE_KEY *private_key = NULL;
    PUBLIC_KEY *public_key = NULL;
    load_keys(2048, &private_key, &public_key);
    struct kq_slice text = golden(&arena, "requests/send_utf8/string_to_sign");
    struct kq_slice good = golden(&arena, "signatures/2048.rsa2");
    assert_invalid(public_key, KQ_SIGN_RSA2, KQ_SLICE("other"), good);
    assert_invalid(public_key, KQ_SIGN_RSA2, KQ_SLICE(""), good);
    assert_invalid(public_key, KQ_SIGN_RSA, text, good);
    assert_invalid(public_key, KQ_SIGN_RSA2, text, golden(&arena, "signatures/2048.rsa"));
    assert_invalid(public_key, KQ_SIGN_RSA2, text, golden(&arena, "signatures/1024.rsa2"));
    assert_invalid(public_key, KQ_SIGN_RSA2, text, golden(&arena, "signatures/4096.rsa2"));
    assert_invalid(public_key, KQ_SIGN_RSA2, text, KQ_SLICE(""));
    assert_invalid(public_key, KQ_SIGN_RSA2, text, KQ_SLICE("AAAA"));
    assert_invalid(public_key, KQ_SIGN_RSA2, text, KQ_SLICE("not base64!"));
    assert_invalid(public_key, KQ_SIGN_RSA2, text,
                   (struct kq_slice){.data = good.data, .size = good.size - 8});
}

/* A bad signature leaves nothing behind that a good one would stumble over, and what others left in the queue
 * is no reason to refuse. */
static void test_good_after_bad(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    PRIVATE_KEY *private_key = NULL;
    PUBLIC_KEY *public_key = NULL;
    load_keys(1024, &private_key, &public_key);
    struct kq_slice text = golden(&arena, "requests/send_utf8/string_to_sign");
    struct kq_slice good = golden(&arena, "signatures/1024.rsa2");
    for (int i = 0; i < 10; i++) {
        assert_invalid(public_key, KQ_SIGN_RSA2, KQ_SLICE("other"), good);
        ERR_raise(ERR_LIB_RSA, ERR_R_MALLOC_FAILURE);
        assert_ok(kq_verify(public_key, KQ_SIGN_RSA2, text, good, &arena, &error), &error);
        assert_no_openssl_error();
        ERR_raise(ERR_LIB_RSA, ERR_R_MALLOC_FAILURE);
        assert_invalid(public_key, KQ_SIGN_RSA2, KQ_SLICE("other"), good);
    }
}

/* Any single changed byte. */
static void test_every_changed_byte(void **state)
{
    (void)state;
    ARENA arena = {0};
    PRIVATE_KEY *private_key = NULL;
    PUBLIC_KEY *public_key = NULL;
    load_keys(1024, &private_key, &public_key);
    struct kq_slice text = golden(&arena, "requests/send_utf8/string_to_sign");
    struct kq_slice good = golden(&arena, "signatures/1024.rsa2");
    char *changed = kq_arena_allocate(&arena, text.size);
    for (size_t i = 0; i < text.size; i++) {
        memcpy(changed, text.data, text.size);
        changed[i] = (char)(changed[i] ^ 0x20);
        assert_invalid(public_key, KQ_SIGN_RSA2, (struct kq_slice){.data = changed, .size = text.size}, good);
    }
    for (size_t i = 0; i < good.size; i++) {
        memcpy(changed, good.data, good.size);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_invalid(public_key, KQ_SIGN_RSA2, text, (struct kq_slice){.data = changed, .size = good.size});
    }
}

static void test_sign_appends(void **state)
{
    (void)state;
    BUFFER made = {0};
    struct kq_error error = {0};
    PRIVATE_KEY *private_key = NULL;
    PUBLIC_KEY *public_key = NULL;
    load_keys(1024, &private_key, &public_key);
    kq_buffer_append(&made, KQ_SLICE("sign="));
    assert_ok(kq_sign(private_key, KQ_SIGN_RSA, KQ_SLICE(""), &made, &error), &error);
    assert_int_equal(made.size, 5 + 172);
    assert_memory_equal(made.data, "sign=", 5);
}

static void test_sign_type_names(void **state)
{
    (void)state;
    enum kq_sign_type sign_type = KQ_SIGN_TYPE_COUNT;
    assert_true(kq_sign_type_parse(KQ_SLICE("RSA2"), &sign_type));
    assert_int_equal(sign_type, KQ_SIGN_RSA2);
    assert_true(kq_sign_type_parse(KQ_SLICE("RSA"), &sign_type));
    assert_int_equal(sign_type, KQ_SIGN_RSA);
    assert_string_equal(kq_sign_type_name(KQ_SIGN_RSA2), "RSA2");
    assert_string_equal(kq_sign_type_name(KQ_SIGN_RSA), "RSA");
    static const struct kq_slice others[] = {{"", 0},     {"rsa2", 4}, {"RSA2 ", 5},
                                             {"RSA3", 4}, {"RS", 2},   {"RSA\0", 4}};
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        assert_false(kq_sign_type_parse(others[i], &sign_type));
    }
}

/* FIPS 180-4's own examples. */
static void test_sha256(void **state)
{
    (void)state;
    static const unsigned char empty[32] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                                            0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                                            0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
    static const unsigned char abc[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                          0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                          0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    unsigned char digest[32];
    struct kq_error error = {0};
    assert_ok(kq_sha256(KQ_SLICE_EMPTY, digest, &error), &error);
    assert_memory_equal(digest, empty, sizeof(empty));
    assert_ok(kq_sha256(KQ_SLICE("abc"), digest, &error), &error);
    assert_memory_equal(digest, abc, sizeof(abc));
}

struct keys {
    struct kq_private_key *private_key;
    struct kq_public_key *public_key;
};

static struct kq_result sign_and_verify(void *context, struct kq_error *error)
{
    struct keys *keys = context;
    ARENA arena = {0};
    BUFFER signature = {0};
    struct kq_params params;
    struct kq_slice text;
    kq_params_init(&params, &arena);
    KQ_TRY(kq_form_decode(KQ_SLICE("b=2&a=%31"), &params, error));
    KQ_TRY(kq_string_to_sign(&params, &text, error));
    KQ_TRY(kq_sign(keys->private_key, KQ_SIGN_RSA2, text, &signature, error));
    return kq_verify(keys->public_key, KQ_SIGN_RSA2, text, kq_buffer_slice(&signature), &arena, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    PRIVATE_KEY *private_key = NULL;
    PUBLIC_KEY *public_key = NULL;
    load_keys(1024, &private_key, &public_key);
    struct keys keys = {.private_key = private_key, .public_key = public_key};
    fail_each_allocation(sign_and_verify, &keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_strings_to_sign),
        cmocka_unit_test(test_string_to_sign_rules),
        cmocka_unit_test(test_notification_string_to_sign),
        cmocka_unit_test(test_string_to_sign_changes_nothing),
        cmocka_unit_test(test_golden_signatures),
        cmocka_unit_test(test_golden_requests_verify),
        cmocka_unit_test(test_golden_answers),
        cmocka_unit_test(test_what_does_not_verify),
        cmocka_unit_test(test_good_after_bad),
        cmocka_unit_test(test_every_changed_byte),
        cmocka_unit_test(test_sign_appends),
        cmocka_unit_test(test_sign_type_names),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
