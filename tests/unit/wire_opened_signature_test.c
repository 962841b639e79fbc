/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/opened_signature.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "wire/base64.h"
#include "wire/key_object.h"
#include "wire/signature.h"
#include "wire_support.h"

#define TEXT KQ_SLICE("app_id=1&method=m")

struct scene {
    struct kq_arena arena;
    struct kq_private_key *private_key;
    struct kq_public_key *public_key;
    struct kq_public_key *other_key;
};

static void load_public(struct kq_arena *arena, const char *path, struct kq_public_key **key)
{
    struct kq_error error = {0};
    struct kq_private_key *private_key = NULL;
    struct kq_slice der;
    assert_ok(kq_private_key_load(golden(arena, "%s", path), &private_key, &error), &error);
    assert_ok(kq_private_key_export_public(private_key, arena, &der, &error), &error);
    assert_ok(kq_public_key_load_der(der, key, &error), &error);
    kq_private_key_free(private_key);
}

static int set_up(void **state)
{
    static struct scene scene;
    struct kq_error error = {0};
    scene = (struct scene){0};
    assert_ok(kq_private_key_load(golden(&scene.arena, "keys/app_2048.pem"), &scene.private_key, &error),
              &error);
    load_public(&scene.arena, "keys/app_2048.pem", &scene.public_key);
    load_public(&scene.arena, "keys/app_1024.pem", &scene.other_key);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    kq_public_key_free(scene->public_key);
    kq_public_key_free(scene->other_key);
    kq_private_key_free(scene->private_key);
    kq_arena_free(&scene->arena);
    return 0;
}

static struct kq_slice signature_of(struct scene *scene, enum kq_sign_type sign_type)
{
    BUFFER text = {0};
    struct kq_error error = {0};
    struct kq_slice bytes;
    assert_ok(kq_sign(scene->private_key, sign_type, TEXT, &text, &error), &error);
    assert_ok(kq_base64_decode(kq_buffer_slice(&text), &scene->arena, &bytes, &error), &error);
    return bytes;
}

static struct kq_opened_signature opened(struct scene *scene, const struct kq_public_key *key,
                                         struct kq_slice signature)
{
    struct kq_error error = {0};
    struct kq_opened_signature result;
    assert_ok(kq_signature_open(key, signature, &scene->arena, &result, &error), &error);
    assert_no_openssl_error();
    return result;
}

static void assert_digest(const struct kq_opened_signature *result, enum kq_digest_kind kind)
{
    unsigned char digest[KQ_DIGEST_MAX_BYTES];
    struct kq_error error = {0};
    assert_int_equal(result->kind, KQ_OPENED_DIGEST);
    assert_int_equal(result->digest_kind, kind);
    assert_ok(kq_digest_make(kind, TEXT, digest, &error), &error);
    assert_slice(result->bytes, (struct kq_slice){(const char *)digest, kq_digest_size(kind)});
}

static void test_the_right_key_gives_the_digest(void **state)
{
    struct kq_opened_signature result =
        opened(*state, ((struct scene *)*state)->public_key, signature_of(*state, KQ_SIGN_RSA2));
    assert_digest(&result, KQ_DIGEST_SHA256);
    result = opened(*state, ((struct scene *)*state)->public_key, signature_of(*state, KQ_SIGN_RSA));
    assert_digest(&result, KQ_DIGEST_SHA1);
}

static void test_another_key_and_broken_bytes_give_nothing(void **state)
{
    struct scene *scene = *state;
    struct kq_slice signature = signature_of(scene, KQ_SIGN_RSA2);
    assert_int_equal(opened(scene, scene->other_key, signature).kind, KQ_OPENED_NOT);
    char broken[256];
    memcpy(broken, signature.data, sizeof(broken));
    broken[100] ^= 1;
    struct kq_slice changed = {broken, sizeof(broken)};
    enum kq_opened_kind kind = opened(scene, scene->public_key, changed).kind;
    assert_true(kind == KQ_OPENED_NOT || kind == KQ_OPENED_PSS);
    changed.size--;
    assert_int_equal(opened(scene, scene->public_key, changed).kind, KQ_OPENED_NOT);
    assert_int_equal(opened(scene, scene->public_key, KQ_SLICE_EMPTY).kind, KQ_OPENED_NOT);
    memset(broken, 0xFF, sizeof(broken)); /* not below the modulus */
    changed.size = sizeof(broken);
    assert_int_equal(opened(scene, scene->public_key, changed).kind, KQ_OPENED_NOT);
}

/* What other programs make with the same key. */
static struct kq_slice sign_with(struct scene *scene, int padding, const EVP_MD *md, struct kq_slice bytes)
{
    unsigned char signature[512];
    size_t size = sizeof(signature);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, scene->private_key->pkey, NULL);
    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, padding), 1);
    if (md != NULL) {
        assert_int_equal(EVP_PKEY_CTX_set_signature_md(context, md), 1);
    }
    assert_int_equal(EVP_PKEY_sign(context, signature, &size, (const unsigned char *)bytes.data, bytes.size),
                     1);
    EVP_PKEY_CTX_free(context);
    return kq_arena_copy(&scene->arena, (struct kq_slice){(const char *)signature, size});
}

static void test_what_is_no_digest_comes_out_as_it_is(void **state)
{
    struct scene *scene = *state;
    struct kq_opened_signature result =
        opened(scene, scene->public_key, sign_with(scene, RSA_PKCS1_PADDING, NULL, TEXT));
    assert_int_equal(result.kind, KQ_OPENED_BYTES);
    assert_slice(result.bytes, TEXT);
}

static void test_other_digests_are_told(void **state)
{
    struct scene *scene = *state;
    static const enum kq_digest_kind kinds[] = {KQ_DIGEST_MD5, KQ_DIGEST_SHA224, KQ_DIGEST_SHA384,
                                                KQ_DIGEST_SHA512};
    const EVP_MD *const mds[] = {EVP_md5(), EVP_sha224(), EVP_sha384(), EVP_sha512()};
    for (size_t i = 0; i < KQ_COUNT(kinds); i++) {
        unsigned char digest[KQ_DIGEST_MAX_BYTES];
        struct kq_error error = {0};
        assert_ok(kq_digest_make(kinds[i], TEXT, digest, &error), &error);
        struct kq_slice bytes = {(const char *)digest, kq_digest_size(kinds[i])};
        struct kq_opened_signature result =
            opened(scene, scene->public_key, sign_with(scene, RSA_PKCS1_PADDING, mds[i], bytes));
        assert_digest(&result, kinds[i]);
    }
}

static void test_pss_is_recognised_and_verified(void **state)
{
    struct scene *scene = *state;
    unsigned char digest[KQ_DIGEST_MAX_BYTES];
    struct kq_error error = {0};
    bool verifies = false;
    assert_ok(kq_digest_make(KQ_DIGEST_SHA256, TEXT, digest, &error), &error);
    struct kq_slice signature =
        sign_with(scene, RSA_PKCS1_PSS_PADDING, EVP_sha256(), (struct kq_slice){(const char *)digest, 32});
    assert_int_equal(opened(scene, scene->public_key, signature).kind, KQ_OPENED_PSS);
    assert_ok(kq_verify_pss(scene->public_key, KQ_DIGEST_SHA256, TEXT, signature, &verifies, &error), &error);
    assert_true(verifies);
    assert_ok(
        kq_verify_pss(scene->public_key, KQ_DIGEST_SHA256, KQ_SLICE("other"), signature, &verifies, &error),
        &error);
    assert_false(verifies);
    assert_no_openssl_error();
}

struct opening {
    struct scene *scene;
    struct kq_slice signature;
};

static struct kq_result open_once(void *context, struct kq_error *error)
{
    const struct opening *opening = context;
    ARENA arena = {0};
    struct kq_opened_signature result;
    return kq_signature_open(opening->scene->public_key, opening->signature, &arena, &result, error);
}

static void test_opening_without_memory(void **state)
{
    struct opening opening = {.scene = *state, .signature = signature_of(*state, KQ_SIGN_RSA2)};
    fail_each_allocation(open_once, &opening);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_right_key_gives_the_digest),
        cmocka_unit_test(test_another_key_and_broken_bytes_give_nothing),
        cmocka_unit_test(test_what_is_no_digest_comes_out_as_it_is),
        cmocka_unit_test(test_other_digests_are_told),
        cmocka_unit_test(test_pss_is_recognised_and_verified),
        cmocka_unit_test(test_opening_without_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
