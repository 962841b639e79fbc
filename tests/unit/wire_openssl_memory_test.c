/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/crypto.h>
#include <stdlib.h>

#include "base/memory.h"
#include "wire/certificate.h"
#include "wire/certificate_issue.h"
#include "wire/content_cipher.h"
#include "wire/digest.h"
#include "wire/key.h"
#include "wire/signature.h"
#include "wire_support.h"

/* OpenSSL's own allocations fail, one after the other. It does not always say that it was for want of memory,
 * so more codes than NO_MEMORY are right; a crash, a leak, a wrong signature or a good one called invalid are
 * not. */

static void *allocate(size_t size_bytes, const char *file, int line)
{
    (void)file;
    (void)line;
    return kq_memory_allocate(size_bytes);
}

static void *resize(void *block, size_t size_bytes, const char *file, int line)
{
    (void)file;
    (void)line;
    void *turn = kq_memory_allocate(1); /* Counts, and fails when it is its turn. */
    if (turn == NULL) {
        return NULL;
    }
    kq_memory_free(turn);
    return realloc(block, size_bytes == 0 ? 1 : size_bytes);
}

static void release(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    kq_memory_free(block);
}

#define TEXT KQ_SLICE("app_id=1")

/* Key files take thousands of allocations each, with a signature to try them out: every eleventh is enough of
 * them. */
#define LOAD_STRIDE 11

struct scene {
    struct kq_arena arena;
    struct kq_slice private_text;
    struct kq_slice public_der;
    struct kq_slice certificate_text;
    struct kq_slice request_text;
    struct kq_private_key *private_key;
    struct kq_public_key *public_key;
    struct kq_buffer signature;
};

static int set_up(void **state)
{
    static struct scene scene;
    struct kq_error error = {0};
    scene = (struct scene){0};
    scene.private_text = golden(&scene.arena, "keys/app_1024.pem");
    scene.certificate_text = golden(&scene.arena, "certificates/odd.pem");
    scene.request_text = golden(&scene.arena, "keys/request.pem");
    assert_ok(kq_private_key_load(scene.private_text, &scene.private_key, &error), &error);
    assert_ok(kq_private_key_export_public(scene.private_key, &scene.arena, &scene.public_der, &error),
              &error);
    assert_ok(kq_public_key_load_der(scene.public_der, &scene.public_key, &error), &error);
    assert_ok(kq_sign(scene.private_key, KQ_SIGN_RSA2, TEXT, &scene.signature, &error), &error);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    kq_public_key_free(scene->public_key);
    kq_private_key_free(scene->private_key);
    kq_buffer_free(&scene->signature);
    kq_arena_free(&scene->arena);
    return 0;
}

typedef struct kq_result step_function(struct scene *scene, struct kq_error *error);

/* `accepted` is a code that this step may fail with besides NO_MEMORY and CRYPTO. */
static void fail_each(struct scene *scene, step_function *step, unsigned long stride,
                      enum kq_error_code accepted)
{
    bool has_failed = true;
    for (unsigned long n = 1; has_failed; n += stride) {
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        struct kq_result result = step(scene, &error);
        has_failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        if (!has_failed) {
            assert_ok(result, &error);
        } else if (!result.ok && error.code != KQ_E_NO_MEMORY && error.code != KQ_E_CRYPTO &&
                   error.code != accepted) {
            fail_msg("allocation %lu: %s", n, kq_error_name(error.code));
        }
        assert_no_openssl_error();
    }
}

static struct kq_result sign(struct scene *scene, struct kq_error *error)
{
    BUFFER made = {0};
    KQ_TRY(kq_sign(scene->private_key, KQ_SIGN_RSA2, TEXT, &made, error));
    assert_slice(kq_buffer_slice(&made), kq_buffer_slice(&scene->signature));
    return KQ_OK;
}

static void test_sign(void **state)
{
    fail_each(*state, sign, 1, KQ_E_NO_MEMORY);
}

static struct kq_result verify(struct scene *scene, struct kq_error *error)
{
    ARENA arena = {0};
    return kq_verify(scene->public_key, KQ_SIGN_RSA2, TEXT, kq_buffer_slice(&scene->signature), &arena,
                     error);
}

static void test_verify(void **state)
{
    fail_each(*state, verify, 1, KQ_E_NO_MEMORY);
}

/* Whatever fails on the way, another text never verifies. */
static struct kq_result verify_another(struct scene *scene, struct kq_error *error)
{
    ARENA arena = {0};
    struct kq_result result = kq_verify(scene->public_key, KQ_SIGN_RSA2, KQ_SLICE("other"),
                                        kq_buffer_slice(&scene->signature), &arena, error);
    assert_false(result.ok);
    return error->code == KQ_E_INVALID_SIGNATURE ? KQ_OK : KQ_FAILED;
}

static void test_verify_another(void **state)
{
    fail_each(*state, verify_another, 1, KQ_E_NO_MEMORY);
}

static struct kq_result open_and_digest(struct scene *scene, struct kq_error *error)
{
    (void)scene;
    struct kq_digester *digester = NULL;
    unsigned char digest[KQ_SHA256_BYTES];
    KQ_TRY(kq_digester_open(&digester, error));
    struct kq_result result = kq_digester_sha256(digester, &TEXT, 1, digest, error);
    kq_digester_close(digester);
    return result;
}

static void test_digester(void **state)
{
    fail_each(*state, open_and_digest, 1, KQ_E_NO_MEMORY);
}

static struct kq_result copy(struct scene *scene, struct kq_error *error)
{
    struct kq_private_key *key = NULL;
    KQ_TRY(kq_private_key_copy(scene->private_key, &key, error));
    struct kq_result result = KQ_OK;
    BUFFER made = {0};
    if (kq_memory_has_failed() == 0) {
        result = kq_sign(key, KQ_SIGN_RSA, TEXT, &made, error);
    }
    kq_private_key_free(key);
    return result;
}

static void test_copy(void **state)
{
    fail_each(*state, copy, 1, KQ_E_NO_MEMORY);
}

static struct kq_result load_private(struct scene *scene, struct kq_error *error)
{
    struct kq_private_key *key = NULL;
    struct kq_result result = kq_private_key_load(scene->private_text, &key, error);
    kq_private_key_free(key);
    return result;
}

static void test_load_private(void **state)
{
    fail_each(*state, load_private, LOAD_STRIDE, KQ_E_BAD_KEY);
}

static struct kq_result load_public(struct scene *scene, struct kq_error *error)
{
    struct kq_public_key *key = NULL;
    struct kq_result result = kq_public_key_load(scene->public_der, &key, error);
    kq_public_key_free(key);
    return result;
}

static void test_load_public(void **state)
{
    fail_each(*state, load_public, LOAD_STRIDE, KQ_E_BAD_KEY);
}

static struct kq_result write_keys(struct scene *scene, struct kq_error *error)
{
    BUFFER pem = {0};
    KQ_TRY(kq_private_key_write_pem(scene->private_key, &pem, error));
    KQ_TRY(kq_private_key_write_public_pem(scene->private_key, &pem, error));
    assert_memory_equal(pem.data, scene->private_text.data, scene->private_text.size);
    return KQ_OK;
}

static void test_write(void **state)
{
    fail_each(*state, write_keys, LOAD_STRIDE, KQ_E_NO_MEMORY);
}

static struct kq_result read_certificate(struct scene *scene, struct kq_error *error)
{
    BUFFER sn = {0};
    struct kq_certificate_facts facts;
    KQ_TRY(kq_certificate_read(scene->certificate_text, &facts, error));
    assert_string_equal(facts.sn, "78979ef1862d334160368e38779a4cd3");
    return kq_root_certificates_sn(scene->certificate_text, &sn, error);
}

static void test_certificate(void **state)
{
    fail_each(*state, read_certificate, 1, KQ_E_BAD_KEY);
}

/* Nothing is issued here: where X509_sign runs out of memory, OpenSSL 3.0 frees a part of the certificate
 * that is no block of its own. Only a command does that, and it ends then. */

static struct kq_result read_request(struct scene *scene, struct kq_error *error)
{
    ARENA arena = {0};
    struct kq_slice public_key;
    return kq_certificate_request_read(scene->request_text, &arena, &public_key, error);
}

static void test_request(void **state)
{
    fail_each(*state, read_request, LOAD_STRIDE, KQ_E_BAD_KEY);
}

static struct kq_result encrypt_and_decrypt(struct scene *scene, struct kq_error *error)
{
    (void)scene;
    struct kq_content_key *key = NULL;
    BUFFER made = {0};
    BUFFER back = {0};
    KQ_TRY(kq_content_key_load(KQ_SLICE("AAECAwQFBgcICQoLDA0ODw=="), &key, error));
    struct kq_result result = kq_content_encrypt(key, TEXT, &made, error);
    if (result.ok) {
        result = kq_content_decrypt(key, kq_buffer_slice(&made), &back, error);
    }
    if (result.ok) {
        assert_slice(kq_buffer_slice(&back), TEXT);
    }
    kq_content_key_free(key);
    return result;
}

static void test_content(void **state)
{
    fail_each(*state, encrypt_and_decrypt, 1, KQ_E_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign),           cmocka_unit_test(test_verify),
        cmocka_unit_test(test_verify_another), cmocka_unit_test(test_copy),
        cmocka_unit_test(test_load_private),   cmocka_unit_test(test_load_public),
        cmocka_unit_test(test_write),          cmocka_unit_test(test_digester),
        cmocka_unit_test(test_certificate),    cmocka_unit_test(test_content),
        cmocka_unit_test(test_request),
    };
    if (CRYPTO_set_mem_functions(allocate, resize, release) != 1) {
        return 1;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
