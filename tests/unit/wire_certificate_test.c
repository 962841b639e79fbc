/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/certificate.h"

#include "wire/base64.h"
#include "wire/key.h"
#include "wire_support.h"

/* The numbers are those that the official Java library computes for these files. */
struct sn_row {
    const char *file;
    const char *sn;
};

static const struct sn_row sn_rows[] = {
    {"plain.pem", "ca85b3d5c2ffb81f3a82bd22326a2cf8"},
    {"odd.pem", "78979ef1862d334160368e38779a4cd3"},
    {"several.pem", "14a2337258edae8c079cd41973466693"},
    {"types.pem", "8999e6b2a466afe539e9a17d4bd264d5"},
};

#define ROOTS_SN                                                                                             \
    "440c50ec84cb31fc470ac7118068e0f8_"                                                                      \
    "380709b544fd31c948392f75cbb7bb33"
#define FIRST_OF_2026_S 1767225600

static void test_sn(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(sn_rows); i++) {
        ARENA arena = {0};
        struct kq_error error = {0};
        struct kq_certificate_facts facts;
        struct kq_slice text = golden(&arena, "certificates/%s", sn_rows[i].file);
        assert_ok(kq_certificate_read(text, &facts, &error), &error);
        assert_string_equal(facts.sn, sn_rows[i].sn);
        assert_no_openssl_error();
    }
}

static void test_validity(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_certificate_facts facts;
    assert_ok(kq_certificate_read(golden(&arena, "certificates/plain.pem"), &facts, &error), &error);
    assert_int_equal(facts.not_before_s, FIRST_OF_2026_S + 1);
    assert_int_equal(facts.not_after_s, 2713910400); /* a generalised time: after 2049 */
}

/* The same certificate as DER, as base64 alone, behind other blocks, and written again. */
static void test_forms(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER base64 = {0};
    BUFFER pem = {0};
    BUFFER behind = {0};
    struct kq_error error = {0};
    struct kq_slice der;
    struct kq_slice text = golden(&arena, "certificates/plain.pem");
    assert_ok(kq_certificate_read_der(text, &arena, &der, &error), &error);
    kq_base64_encode(der, &base64);
    kq_certificate_write_pem(der, &pem);
    assert_slice(kq_buffer_slice(&pem), text);
    kq_buffer_append(&behind, golden(&arena, "keys/public.pem"));
    kq_buffer_append(&behind, text);
    kq_buffer_append(&behind, golden(&arena, "certificates/odd.pem"));
    struct kq_slice forms[] = {der, kq_buffer_slice(&base64), kq_buffer_slice(&behind)};
    for (size_t i = 0; i < KQ_COUNT(forms); i++) {
        struct kq_certificate_facts facts;
        struct kq_slice again;
        assert_ok(kq_certificate_read(forms[i], &facts, &error), &error);
        assert_string_equal(facts.sn, sn_rows[0].sn);
        assert_ok(kq_certificate_read_der(forms[i], &arena, &again, &error), &error);
        assert_slice(again, der);
    }
}

struct refused_row {
    const char *file;
    const char *detail;
};

static const struct refused_row refused_rows[] = {
    {"keys/public.pem", "this is a public key; a certificate is wanted here"},
    {"keys/app_2048.pem", "this is a private key; a certificate is wanted here"},
    {"keys/certificate_then_private.pem", "this is a private key; a certificate is wanted here"},
    {"keys/request.pem", "this is a certificate request (CSR), not yet a certificate"},
    {"keys/pkcs7.pem", "this is a PKCS#7 file"},
    {"keys/public_utf16.pem", "UTF-16"},
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(refused_rows); i++) {
        ARENA arena = {0};
        BUFFER sn = {0};
        struct kq_error error = {0};
        struct kq_certificate_facts facts;
        struct kq_slice der;
        struct kq_slice text = golden(&arena, "%s", refused_rows[i].file);
        assert_failed(kq_certificate_read(text, &facts, &error), &error, KQ_E_BAD_KEY);
        assert_detail_contains(&error, refused_rows[i].detail);
        assert_failed(kq_certificate_read_der(text, &arena, &der, &error), &error, KQ_E_BAD_KEY);
        assert_failed(kq_root_certificates_sn(text, &sn, &error), &error, KQ_E_BAD_KEY);
        assert_int_equal(sn.size, 0);
        assert_no_openssl_error();
    }
}

/* Whatever byte is missing or another: no crash, and a reason. */
static void test_damaged(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_certificate_facts facts;
    struct kq_slice der;
    assert_ok(kq_certificate_read_der(golden(&arena, "certificates/odd.pem"), &arena, &der, &error), &error);
    for (size_t size = 0; size < der.size; size++) {
        struct kq_slice cut_off = {.data = der.data, .size = size};
        assert_failed(kq_certificate_read(cut_off, &facts, &error), &error, KQ_E_BAD_KEY);
        assert_int_not_equal(error.detail[0], '\0');
    }
    for (size_t at = 0; at < der.size; at++) {
        struct kq_slice changed = kq_arena_copy(&arena, der);
        ((char *)(uintptr_t)changed.data)[at] ^= 0x55;
        if (!kq_certificate_read(changed, &facts, &error).ok) {
            assert_int_equal(error.code, KQ_E_BAD_KEY);
        }
        assert_no_openssl_error();
    }
}

/* Of three the second is signed with ECDSA and does not count. */
static void test_roots(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER sn = {0};
    struct kq_error error = {0};
    assert_ok(kq_root_certificates_sn(golden(&arena, "certificates/roots.pem"), &sn, &error), &error);
    assert_text(kq_buffer_slice(&sn), ROOTS_SN);
}

static void test_roots_without_rsa(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER sn = {0};
    struct kq_error error = {0};
    assert_failed(kq_root_certificates_sn(golden(&arena, "certificates/roots_elliptic.pem"), &sn, &error),
                  &error, KQ_E_BAD_KEY);
    assert_detail_contains(&error, "none of these certificates is signed with RSA");
    assert_int_equal(sn.size, 0);
}

static struct kq_result read_all(void *context, struct kq_error *error)
{
    const struct kq_slice *text = context;
    ARENA arena = {0};
    BUFFER sn = {0};
    BUFFER pem = {0};
    struct kq_certificate_facts facts;
    struct kq_slice der;
    KQ_TRY(kq_certificate_read(*text, &facts, error));
    KQ_TRY(kq_certificate_read_der(*text, &arena, &der, error));
    KQ_TRY(kq_root_certificates_sn(*text, &sn, error));
    kq_certificate_write_pem(der, &pem);
    KQ_ENSURE_MEMORY(!pem.failed, error);
    return KQ_OK;
}

static void test_each_allocation_fails(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_slice text = golden(&arena, "certificates/roots.pem");
    fail_each_allocation(read_all, &text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sn),
        cmocka_unit_test(test_validity),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_roots_without_rsa),
        cmocka_unit_test(test_each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
