/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/memory.h"
#include "wire/key_object.h"

static const char *const digest_names[KQ_SIGN_TYPE_COUNT] = {
    [KQ_SIGN_RSA2] = "SHA2-256",
    [KQ_SIGN_RSA] = "SHA1",
};

struct kq_result kq_openssl_fail(struct kq_error *error, enum kq_error_code code, const char *detail)
{
    bool is_out_of_memory = false;
    for (unsigned long packed = ERR_get_error(); packed != 0; packed = ERR_get_error()) {
        is_out_of_memory = is_out_of_memory || ERR_GET_REASON(packed) == ERR_R_MALLOC_FAILURE;
    }
    return kq_fail(error, is_out_of_memory ? KQ_E_NO_MEMORY : code, "%s", is_out_of_memory ? "" : detail);
}

static void free_operations(struct kq_key_operation operations[KQ_SIGN_TYPE_COUNT])
{
    for (int i = 0; i < KQ_SIGN_TYPE_COUNT; i++) {
        EVP_PKEY_CTX_free(operations[i].context);
        EVP_MD_CTX_free(operations[i].digest_context);
        EVP_MD_free(operations[i].digest);
    }
}

typedef int init_function(EVP_PKEY_CTX *context);

/* False where this OpenSSL cannot or, by its system's policy, may not. */
static bool prepare(EVP_PKEY *pkey, enum kq_sign_type sign_type, init_function *init,
                    struct kq_key_operation *operation)
{
    operation->digest = EVP_MD_fetch(NULL, digest_names[sign_type], NULL);
    operation->digest_context = EVP_MD_CTX_new();
    operation->context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    return operation->digest != NULL && operation->digest_context != NULL && operation->context != NULL &&
           init(operation->context) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(operation->context, RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(operation->context, operation->digest) == 1;
}

/* RSA2 must work; without RSA, calls that want it fail later, as one. */
static struct kq_result prepare_all(EVP_PKEY *pkey, init_function *init,
                                    struct kq_key_operation operations[KQ_SIGN_TYPE_COUNT],
                                    struct kq_error *error)
{
    for (int i = 0; i < KQ_SIGN_TYPE_COUNT; i++) {
        if (prepare(pkey, (enum kq_sign_type)i, init, &operations[i])) {
            continue;
        }
        struct kq_error failure = {0};
        KQ_IGNORE(kq_openssl_fail(&failure, KQ_E_CRYPTO, "this OpenSSL does not sign and verify with RSA"));
        EVP_PKEY_CTX_free(operations[i].context);
        operations[i].context = NULL;
        if (i == KQ_SIGN_RSA2 || failure.code == KQ_E_NO_MEMORY) {
            return kq_fail(error, failure.code, "%s", failure.detail);
        }
    }
    ERR_clear_error(); /* what went wrong on the way to a success */
    return KQ_OK;
}

struct kq_result kq_public_key_wrap(EVP_PKEY *pkey, struct kq_public_key **key, struct kq_error *error)
{
    struct kq_public_key *made = kq_memory_allocate(sizeof(*made));
    if (made == NULL) {
        EVP_PKEY_free(pkey);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    made->pkey = pkey;
    if (!prepare_all(pkey, EVP_PKEY_verify_init, made->verify, error).ok) {
        kq_public_key_free(made);
        return KQ_FAILED;
    }
    *key = made;
    return KQ_OK;
}

struct kq_result kq_private_key_wrap(EVP_PKEY *pkey, struct kq_private_key **key, struct kq_error *error)
{
    struct kq_private_key *made = kq_memory_allocate(sizeof(*made));
    if (made == NULL) {
        EVP_PKEY_free(pkey);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    made->pkey = pkey;
    if (!prepare_all(pkey, EVP_PKEY_sign_init, made->sign, error).ok) {
        kq_private_key_free(made);
        return KQ_FAILED;
    }
    *key = made;
    return KQ_OK;
}

void kq_public_key_free(struct kq_public_key *key)
{
    if (key != NULL) {
        free_operations(key->verify);
        EVP_PKEY_free(key->pkey);
        kq_memory_free(key);
    }
}

void kq_private_key_free(struct kq_private_key *key)
{
    if (key != NULL) {
        free_operations(key->sign);
        EVP_PKEY_free(key->pkey);
        kq_memory_free(key);
    }
}

struct kq_result kq_private_key_copy(const struct kq_private_key *key, struct kq_private_key **copy,
                                     struct kq_error *error)
{
    EVP_PKEY *pkey = EVP_PKEY_dup(key->pkey);
    if (pkey == NULL) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "the key cannot be copied");
    }
    return kq_private_key_wrap(pkey, copy, error);
}

static struct kq_result export_public(EVP_PKEY *pkey, struct kq_arena *arena, struct kq_slice *der,
                                      struct kq_error *error)
{
    unsigned char *bytes = NULL;
    int size = i2d_PUBKEY(pkey, &bytes);
    if (size <= 0) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "the public key cannot be written");
    }
    ERR_clear_error();
    *der = kq_arena_copy(arena, (struct kq_slice){.data = (const char *)bytes, .size = (size_t)size});
    OPENSSL_free(bytes);
    KQ_ENSURE_MEMORY(der->data, error);
    return KQ_OK;
}

struct kq_result kq_public_key_export(const struct kq_public_key *key, struct kq_arena *arena,
                                      struct kq_slice *der, struct kq_error *error)
{
    return export_public(key->pkey, arena, der, error);
}

struct kq_result kq_private_key_export_public(const struct kq_private_key *key, struct kq_arena *arena,
                                              struct kq_slice *der, struct kq_error *error)
{
    return export_public(key->pkey, arena, der, error);
}

static void free_bio(BIO **bio)
{
    BIO_free(*bio);
}

/* OpenSSL wipes the memory of such a BIO when it is freed. */
static struct kq_result take_text(BIO *bio, struct kq_buffer *text, struct kq_error *error)
{
    ERR_clear_error();
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);
    kq_buffer_append(text, (struct kq_slice){.data = data, .size = size < 0 ? 0 : (size_t)size});
    KQ_ENSURE_MEMORY(!text->failed, error);
    return KQ_OK;
}

struct kq_result kq_private_key_write_pem(const struct kq_private_key *key, struct kq_buffer *pem,
                                          struct kq_error *error)
{
    KQ_CLEANUP(free_bio) BIO *bio = BIO_new(BIO_s_secmem());
    if (bio == NULL || PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "the private key cannot be written");
    }
    return take_text(bio, pem, error);
}

struct kq_result kq_private_key_write_public_pem(const struct kq_private_key *key, struct kq_buffer *pem,
                                                 struct kq_error *error)
{
    KQ_CLEANUP(free_bio) BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL || PEM_write_bio_PUBKEY(bio, key->pkey) != 1) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "the public key cannot be written");
    }
    return take_text(bio, pem, error);
}

struct kq_result kq_private_key_generate(unsigned bits, struct kq_private_key **key, struct kq_error *error)
{
    KQ_ENSURE(bits >= KQ_KEY_MIN_BITS && bits <= KQ_KEY_MAX_BITS, error, KQ_E_BAD_KEY,
              "a key has %d to %d bits, not %u", KQ_KEY_MIN_BITS, KQ_KEY_MAX_BITS, bits);
    EVP_PKEY *pkey = EVP_RSA_gen(bits);
    if (pkey == NULL) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "no key could be made");
    }
    return kq_private_key_wrap(pkey, key, error);
}

unsigned kq_public_key_bits(const struct kq_public_key *key)
{
    return (unsigned)EVP_PKEY_get_bits(key->pkey);
}
