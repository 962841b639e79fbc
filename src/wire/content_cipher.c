/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/content_cipher.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/memory.h"
#include "wire/base64.h"
#include "wire/key_object.h"

#define BLOCK_BYTES 16

/* OpenSSL counts in int. */
#define TEXT_MAX_BYTES ((size_t)1 << 30)

struct kq_content_key {
    EVP_CIPHER *cipher; /* owned */
    size_t size;
    unsigned char bytes[KQ_CONTENT_KEY_MAX_BYTES];
};

static const unsigned char zero_vector[BLOCK_BYTES] = {0};

static const char *cipher_name(size_t key_bytes)
{
    switch (key_bytes) {
    case 16:
        return "AES-128-CBC";
    case 24:
        return "AES-192-CBC";
    case 32:
        return "AES-256-CBC";
    default:
        return NULL;
    }
}

struct kq_result kq_content_key_load_bytes(struct kq_slice bytes, struct kq_content_key **key,
                                           struct kq_error *error)
{
    const char *name = cipher_name(bytes.size);
    KQ_ENSURE(name != NULL, error, KQ_E_BAD_KEY,
              "a content key has 16, 24 or 32 bytes, written in base64; this one has %zu", bytes.size);
    struct kq_content_key *made = kq_memory_allocate(sizeof(*made));
    KQ_ENSURE_MEMORY(made != NULL, error);
    memcpy(made->bytes, bytes.data, bytes.size);
    made->size = bytes.size;
    ERR_clear_error();
    made->cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    if (made->cipher == NULL) {
        kq_content_key_free(made);
        return kq_openssl_fail(error, KQ_E_CRYPTO, "this system's OpenSSL has no AES");
    }
    *key = made;
    return KQ_OK;
}

struct kq_result kq_content_key_load(struct kq_slice base64, struct kq_content_key **key,
                                     struct kq_error *error)
{
    KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
    struct kq_slice bytes;
    struct kq_error inner = {0};
    if (!kq_base64_decode(base64, &arena, &bytes, &inner).ok) {
        KQ_ENSURE(inner.code != KQ_E_BAD_INPUT, error, KQ_E_BAD_KEY,
                  "a content key is base64, as the platform's console shows it; this is not");
        return kq_fail(error, inner.code, "%s", inner.detail);
    }
    return kq_content_key_load_bytes(bytes, key, error);
}

void kq_content_key_free(struct kq_content_key *key)
{
    if (key != NULL) {
        EVP_CIPHER_free(key->cipher);
        kq_memory_wipe(key, sizeof(*key));
        kq_memory_free(key);
    }
}

void kq_content_key_cleanup(struct kq_content_key **key)
{
    kq_content_key_free(*key);
}

struct kq_slice kq_content_key_bytes(const struct kq_content_key *key)
{
    return (struct kq_slice){.data = (const char *)key->bytes, .size = key->size};
}

static void free_context(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context);
}

#define CONTEXT KQ_CLEANUP(free_context) EVP_CIPHER_CTX

/* Into `output`, which has room for a block more than `input`. False where OpenSSL would not; that says
 * nothing yet of whose fault it is. */
static bool run(EVP_CIPHER_CTX *context, struct kq_slice input, unsigned char *output, size_t *size)
{
    int first = 0;
    int last = 0;
    if (EVP_CipherUpdate(context, output, &first, (const unsigned char *)input.data, (int)input.size) != 1 ||
        EVP_CipherFinal_ex(context, output + first, &last) != 1) {
        return false;
    }
    *size = (size_t)first + (size_t)last;
    return true;
}

static struct kq_result begin(const struct kq_content_key *key, bool is_encrypting, EVP_CIPHER_CTX **context,
                              struct kq_error *error)
{
    ERR_clear_error();
    *context = EVP_CIPHER_CTX_new();
    if (*context == NULL || EVP_CipherInit_ex2(*context, key->cipher, key->bytes, zero_vector,
                                               is_encrypting ? 1 : 0, NULL) != 1) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "the content's cipher cannot be set up");
    }
    return KQ_OK;
}

struct kq_result kq_content_encrypt(const struct kq_content_key *key, struct kq_slice plain,
                                    struct kq_buffer *base64, struct kq_error *error)
{
    KQ_ENSURE(plain.size < TEXT_MAX_BYTES, error, KQ_E_BAD_INPUT, "too long to be encrypted");
    KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
    unsigned char *output = kq_arena_allocate(&arena, plain.size + BLOCK_BYTES);
    KQ_ENSURE_MEMORY(output, error);
    CONTEXT *context = NULL;
    size_t size = 0;
    KQ_TRY(begin(key, true, &context, error));
    if (!run(context, plain, output, &size)) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "the content cannot be encrypted");
    }
    kq_base64_encode((struct kq_slice){.data = (const char *)output, .size = size}, base64);
    KQ_ENSURE_MEMORY(!base64->failed, error);
    return KQ_OK;
}

struct kq_result kq_content_decrypt(const struct kq_content_key *key, struct kq_slice base64,
                                    struct kq_buffer *plain, struct kq_error *error)
{
    KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
    struct kq_slice input;
    KQ_TRY(kq_base64_decode(base64, &arena, &input, error));
    KQ_ENSURE(input.size > 0 && input.size % BLOCK_BYTES == 0 && input.size < TEXT_MAX_BYTES, error,
              KQ_E_BAD_INPUT, "encrypted content is whole blocks of %d bytes", BLOCK_BYTES);
    unsigned char *output = kq_arena_allocate(&arena, input.size + BLOCK_BYTES);
    KQ_ENSURE_MEMORY(output, error);
    CONTEXT *context = NULL;
    size_t size = 0;
    KQ_TRY(begin(key, false, &context, error));
    if (!run(context, input, output, &size)) {
        return kq_openssl_fail(error, KQ_E_BAD_INPUT, "encrypted with another key, or changed");
    }
    kq_buffer_append(plain, (struct kq_slice){.data = (const char *)output, .size = size});
    KQ_ENSURE_MEMORY(!plain->failed, error);
    return KQ_OK;
}
