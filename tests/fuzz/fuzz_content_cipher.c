/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <openssl/err.h>

#include "wire/content_cipher.h"

/* The key's length in bytes, by the first byte of the input. */
static struct kq_content_key *choose_key(struct kq_slice *input)
{
    static const char bytes[KQ_CONTENT_KEY_MAX_BYTES] = "a key that everybody knows, too";
    static const size_t sizes[] = {16, 24, 32};
    struct kq_slice chosen = {.data = bytes, .size = sizes[fuzz_take_choice(input) % 3]};
    struct kq_content_key *key = NULL;
    FUZZ_CHECK(kq_content_key_load_bytes(chosen, &key, NULL).ok);
    return key;
}

/* What decrypts gives the same when it is encrypted and decrypted again; any text comes back from there. */
static void check_back(const struct kq_content_key *key, struct kq_slice plain)
{
    struct kq_buffer base64 = {0};
    struct kq_buffer back = {0};
    FUZZ_CHECK(kq_content_encrypt(key, plain, &base64, NULL).ok);
    FUZZ_CHECK(kq_content_decrypt(key, kq_buffer_slice(&base64), &back, NULL).ok);
    FUZZ_CHECK(kq_slice_equal(kq_buffer_slice(&back), plain));
    kq_buffer_free(&base64);
    kq_buffer_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_slice input = fuzz_input(data, size);
    struct kq_content_key *key = choose_key(&input);
    struct kq_content_key *other = NULL;
    struct kq_buffer plain = {0};
    struct kq_error error = {0};
    if (kq_content_decrypt(key, input, &plain, &error).ok) {
        check_back(key, kq_buffer_slice(&plain));
    } else {
        FUZZ_CHECK(error.code == KQ_E_BAD_INPUT && plain.size == 0);
    }
    check_back(key, input);
    if (kq_content_key_load(input, &other, &error).ok) {
        check_back(other, input);
        kq_content_key_free(other);
    } else {
        FUZZ_CHECK(error.code == KQ_E_BAD_KEY);
    }
    FUZZ_CHECK(ERR_peek_error() == 0);
    kq_content_key_free(key);
    kq_buffer_free(&plain);
    return 0;
}
