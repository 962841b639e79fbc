/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/key.h"

#include <stdio.h>

#include "base/memory.h"
#include "wire/base64.h"
#include "wire/signature.h"
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

/* The same key in all these clothes. */
static const char *const public_files[] = {
    "public.pem",
    "public.der",
    "public_pkcs1.pem",
    "public_pkcs1.der",
    "public_base64.txt",
    "public_base64_lines.txt",
    "public_crlf_bom.pem",
    "public_one_line.pem",
    "public_spaces.pem",
    "public_text_around.pem",
    "public_mislabelled.pem",
    "certificate.pem",
    "certificate.der",
};
static const char *const private_files[] = {
    "app_2048.pem",
    "private_pkcs1.pem",
    "private_pkcs8.der",
    "private_pkcs1.der",
    "private_base64.txt",
    "private_base64_lines.txt",
    "private_crlf_bom.pem",
    "private_one_line.pem",
    "private_spaces.pem",
    "private_text_around.pem",
    "private_mislabelled.pem",
    "certificate_then_private.pem",
};

static void test_public_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(public_files); i++) {
        ARENA arena = {0};
        struct kq_error error = {0};
        PUBLIC_KEY *key = NULL;
        struct kq_slice der;
        print_message("# %s\n", public_files[i]);
        assert_ok(kq_public_key_load(golden(&arena, "keys/%s", public_files[i]), &key, &error), &error);
        assert_int_equal(kq_public_key_bits(key), 2048);
        assert_ok(kq_public_key_export(key, &arena, &der, &error), &error);
        assert_slice(der, golden(&arena, "keys/public.der"));
        assert_no_openssl_error();
    }
}

static void test_private_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(private_files); i++) {
        ARENA arena = {0};
        struct kq_error error = {0};
        PRIVATE_KEY *key = NULL;
        struct kq_slice der;
        print_message("# %s\n", private_files[i]);
        assert_ok(kq_private_key_load(golden(&arena, "keys/%s", private_files[i]), &key, &error), &error);
        assert_ok(kq_private_key_export_public(key, &arena, &der, &error), &error);
        assert_slice(der, golden(&arena, "keys/public.der"));
        assert_no_openssl_error();
    }
}

struct refusal {
    const char *file;
    const char *detail;
};

static const struct refusal public_refusals[] = {
    {"app_2048.pem", "this is a private key; a public key is wanted here"},
    {"private_pkcs1.pem", "this is a private key; a public key is wanted here"},
    {"private_pkcs8.der", "this is a private key; a public key is wanted here"},
    {"private_base64.txt", "this is a private key; a public key is wanted here"},
    {"certificate_then_private.pem", "this is a private key; a public key is wanted here"},
    {"encrypted.pem", "an encrypted private key"},
    {"ec_private.pem", "this is a private key"},
    {"ec_private_sec1.pem", "an EC private key"},
    {"dsa_private.pem", "a DSA private key"},
    {"ec_public.pem", "a key of type EC"},
    {"ed25519_public.pem", "a key of type ED25519"},
    {"pss_public.pem", "a key of type RSA-PSS"},
    {"small_public.pem", "1016 bits; 1024 to 4096"},
    {"large_public.pem", "4104 bits; 1024 to 4096"},
    {"request.pem", "a certificate request (CSR)"},
    {"pkcs7.pem", "a PKCS#7 file"},
    {"pkcs12.p12", "a PKCS#12 file"},
    {"openssh_public", "OpenSSH"},
    {"openssh_private", "OpenSSH"},
    {"public_utf16.pem", "UTF-16"},
    {"public_cut_off.pem", "cut off"},
    {"public_cut_off.txt", "cut off"},
    {"public_cut_off.der", "cut off"},
};

static const struct refusal private_refusals[] = {
    {"public.pem", "this is a public key; a private key is wanted here"},
    {"public.der", "this is a public key; a private key is wanted here"},
    {"public_pkcs1.pem", "this is a public key; a private key is wanted here"},
    {"public_base64.txt", "this is a public key; a private key is wanted here"},
    {"certificate.pem", "this is a certificate; a private key is wanted here"},
    {"request.pem", "a certificate request (CSR)"},
    {"encrypted.pem", "an encrypted private key"},
    {"encrypted_pkcs1.pem", "an encrypted private key"},
    {"ec_private.pem", "a key of type EC"},
    {"ec_private_sec1.pem", "an EC private key"},
    {"dsa_private.pem", "a DSA private key"},
    {"pss_private.pem", "a key of type RSA-PSS"},
    {"small_private.pem", "1016 bits; 1024 to 4096"},
    {"pkcs12.p12", "a PKCS#12 file"},
    {"pkcs7.pem", "a PKCS#7 file"},
    {"openssh_private", "OpenSSH"},
    {"private_utf16.pem", "UTF-16"},
    {"private_cut_off.pem", "cut off"},
    {"private_cut_off.txt", "cut off"},
    {"private_cut_off.der", "cut off"},
};

static void assert_public_refused(struct kq_slice text, const char *detail)
{
    struct kq_error error = {0};
    struct kq_public_key *key = NULL;
    assert_failed(kq_public_key_load(text, &key, &error), &error, KQ_E_BAD_KEY);
    assert_detail_contains(&error, detail);
    assert_no_openssl_error();
}

static void assert_private_refused(struct kq_slice text, const char *detail)
{
    struct kq_error error = {0};
    struct kq_private_key *key = NULL;
    assert_failed(kq_private_key_load(text, &key, &error), &error, KQ_E_BAD_KEY);
    assert_detail_contains(&error, detail);
    assert_no_openssl_error();
}

static void test_public_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(public_refusals); i++) {
        ARENA arena = {0};
        print_message("# %s\n", public_refusals[i].file);
        assert_public_refused(golden(&arena, "keys/%s", public_refusals[i].file), public_refusals[i].detail);
    }
}

static void test_private_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(private_refusals); i++) {
        ARENA arena = {0};
        print_message("# %s\n", private_refusals[i].file);
        assert_private_refused(golden(&arena, "keys/%s", private_refusals[i].file),
                               private_refusals[i].detail);
    }
}

static void test_texts_without_a_key(void **state)
{
    (void)state;
    static const struct refusal texts[] = {
        {"", "empty"},
        {" \r\n\t", "empty"},
        {"\xEF\xBB\xBF\n", "empty"},
        {"hello, world", "neither PEM nor base64 nor DER"},
        {"helloworld==", "neither PEM"},
        {"aGVsbG8=", "nothing that is known as a key"},
        {"MAA=", "nothing that is known as a key"},
        {"-----BEGIN PUBLIC KEY-----", "cut off"},
        {"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", "empty"},
        {"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END RSA PUBLIC KEY-----", "END line does not match"},
        {"-----BEGIN PUBLIC KEY-----\nMA!A\n-----END PUBLIC KEY-----", "neither PEM nor base64"},
        {"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----",
         "nothing that is known"},
    };
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        assert_public_refused(kq_slice_of(texts[i].file), texts[i].detail);
        assert_private_refused(kq_slice_of(texts[i].file), texts[i].detail);
    }
}

static void test_long_texts(void **state)
{
    (void)state;
    BUFFER text = {0};
    for (int i = 0; i < 7000; i++) {
        kq_buffer_append(&text, KQ_SLICE("0123456789"));
    }
    assert_public_refused(kq_buffer_slice(&text), "too long to be a key");
    kq_buffer_clear(&text);
    for (int i = 0; i < 17; i++) {
        kq_buffer_append(&text, KQ_SLICE("-----BEGIN X-----\nMAA=\n-----END X-----\n"));
    }
    assert_public_refused(kq_buffer_slice(&text), "more than 16");
}

static void test_something_behind_the_key(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER der = {0};
    kq_buffer_append(&der, golden(&arena, "keys/public.der"));
    kq_buffer_append(&der, KQ_SLICE("x"));
    assert_public_refused(kq_buffer_slice(&der), "other bytes behind it");
}

/* Whatever is cut off or changed, there is an answer: never a crash, a leak or a message left in OpenSSL's
 * queue. */
static void test_every_beginning_is_refused(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_slice public_der = golden(&arena, "keys/public.der");
    struct kq_slice private_der = golden(&arena, "keys/private_pkcs8.der");
    for (size_t size = 0; size < public_der.size; size++) {
        assert_public_refused((struct kq_slice){.data = public_der.data, .size = size}, "");
    }
    for (size_t size = 0; size < private_der.size; size++) {
        assert_private_refused((struct kq_slice){.data = private_der.data, .size = size}, "");
    }
}

/* One wrong byte in the modulus or the exponent makes a key that nobody has the other half of. */
static void test_a_changed_private_key(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_slice der = golden(&arena, "keys/private_pkcs1.der");
    char *changed = kq_arena_allocate(&arena, der.size);
    memcpy(changed, der.data, der.size);
    changed[100] = (char)(changed[100] ^ 1); /* in the modulus */
    assert_private_refused((struct kq_slice){.data = changed, .size = der.size}, "damaged");
}

static void test_a_changed_public_key(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_slice der = golden(&arena, "keys/public.der");
    char *changed = kq_arena_allocate(&arena, der.size);
    memcpy(changed, der.data, der.size);
    changed[der.size - 6] = (char)(changed[der.size - 6] ^ 1); /* the modulus' last byte: it becomes even */
    assert_public_refused((struct kq_slice){.data = changed, .size = der.size}, "damaged");
    memcpy(changed, der.data, der.size);
    changed[der.size - 1] = (char)(changed[der.size - 1] ^ 1); /* the exponent: 65536 */
    assert_public_refused((struct kq_slice){.data = changed, .size = der.size}, "exponent");
}

static void test_load_der(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    PUBLIC_KEY *key = NULL;
    assert_ok(kq_public_key_load_der(golden(&arena, "keys/public.der"), &key, &error), &error);
    assert_int_equal(kq_public_key_bits(key), 2048);
    static const char *const others[] = {"public.pem", "public_pkcs1.der", "private_pkcs8.der",
                                         "public_cut_off.der"};
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        struct kq_public_key *none = NULL;
        assert_failed(kq_public_key_load_der(golden(&arena, "keys/%s", others[i]), &none, &error), &error,
                      KQ_E_BAD_KEY);
        assert_no_openssl_error();
    }
    struct kq_public_key *none = NULL;
    assert_failed(kq_public_key_load_der(KQ_SLICE_EMPTY, &none, &error), &error, KQ_E_BAD_KEY);
}

static void test_write_pem(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER private_pem = {0};
    BUFFER public_pem = {0};
    struct kq_error error = {0};
    PRIVATE_KEY *key = NULL;
    assert_ok(kq_private_key_load(golden(&arena, "keys/private_pkcs1.pem"), &key, &error), &error);
    assert_ok(kq_private_key_write_pem(key, &private_pem, &error), &error);
    assert_slice(kq_buffer_slice(&private_pem), golden(&arena, "keys/app_2048.pem"));
    assert_ok(kq_private_key_write_public_pem(key, &public_pem, &error), &error);
    assert_slice(kq_buffer_slice(&public_pem), golden(&arena, "keys/public.pem"));
}

static void test_generate(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER pem = {0};
    struct kq_error error = {0};
    PRIVATE_KEY *key = NULL;
    PRIVATE_KEY *again = NULL;
    PUBLIC_KEY *public_key = NULL;
    struct kq_slice der;
    assert_ok(kq_private_key_generate(1024, &key, &error), &error);
    assert_ok(kq_private_key_export_public(key, &arena, &der, &error), &error);
    assert_ok(kq_public_key_load_der(der, &public_key, &error), &error);
    assert_int_equal(kq_public_key_bits(public_key), 1024);
    assert_ok(kq_private_key_write_pem(key, &pem, &error), &error);
    assert_ok(kq_private_key_load(kq_buffer_slice(&pem), &again, &error), &error);
}

static void test_generate_refuses_odd_sizes(void **state)
{
    (void)state;
    static const unsigned sizes[] = {0, 512, 1023, 4097, 65536};
    for (size_t i = 0; i < KQ_COUNT(sizes); i++) {
        struct kq_error error = {0};
        struct kq_private_key *key = NULL;
        assert_failed(kq_private_key_generate(sizes[i], &key, &error), &error, KQ_E_BAD_KEY);
    }
}

static void test_a_copy_outlives_the_original(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER one = {0};
    BUFFER two = {0};
    struct kq_error error = {0};
    struct kq_private_key *key = NULL;
    PRIVATE_KEY *copy = NULL;
    assert_ok(kq_private_key_load(golden(&arena, "keys/app_1024.pem"), &key, &error), &error);
    assert_ok(kq_private_key_copy(key, &copy, &error), &error);
    assert_ok(kq_sign(key, KQ_SIGN_RSA2, KQ_SLICE("a"), &one, &error), &error);
    kq_private_key_free(key);
    assert_ok(kq_sign(copy, KQ_SIGN_RSA2, KQ_SLICE("a"), &two, &error), &error);
    assert_slice(kq_buffer_slice(&two), kq_buffer_slice(&one));
}

static void test_free_of_nothing(void **state)
{
    (void)state;
    kq_public_key_free(NULL);
    kq_private_key_free(NULL);
}

static struct kq_result use_keys(void *context, struct kq_error *error)
{
    struct kq_slice *text = context;
    ARENA arena = {0};
    BUFFER pem = {0};
    PRIVATE_KEY *key = NULL;
    PRIVATE_KEY *copy = NULL;
    PUBLIC_KEY *public_key = NULL;
    PUBLIC_KEY *from_pem = NULL;
    struct kq_slice der;
    KQ_TRY(kq_private_key_load(*text, &key, error));
    KQ_TRY(kq_private_key_copy(key, &copy, error));
    KQ_TRY(kq_private_key_export_public(copy, &arena, &der, error));
    KQ_TRY(kq_public_key_load_der(der, &public_key, error));
    KQ_TRY(kq_private_key_write_pem(key, &pem, error));
    kq_buffer_clear(&pem);
    KQ_TRY(kq_private_key_write_public_pem(key, &pem, error));
    return kq_public_key_load(kq_buffer_slice(&pem), &from_pem, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_slice text = golden(&arena, "keys/app_1024.pem");
    fail_each_allocation(use_keys, &text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_public_forms),
        cmocka_unit_test(test_private_forms),
        cmocka_unit_test(test_public_refusals),
        cmocka_unit_test(test_private_refusals),
        cmocka_unit_test(test_texts_without_a_key),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_something_behind_the_key),
        cmocka_unit_test(test_every_beginning_is_refused),
        cmocka_unit_test(test_a_changed_private_key),
        cmocka_unit_test(test_a_changed_public_key),
        cmocka_unit_test(test_load_der),
        cmocka_unit_test(test_write_pem),
        cmocka_unit_test(test_generate),
        cmocka_unit_test(test_generate_refuses_odd_sizes),
        cmocka_unit_test(test_a_copy_outlives_the_original),
        cmocka_unit_test(test_free_of_nothing),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
