/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <openssl/err.h>

#include "wire/key.h"

static void check_public(struct kq_slice text, struct kq_arena *arena)
{
    struct kq_public_key *key = NULL;
    struct kq_public_key *again = NULL;
    struct kq_error error = {0};
    struct kq_slice der;
    if (!kq_public_key_load(text, &key, &error).ok) {
        FUZZ_CHECK(error.code == KQ_E_BAD_KEY && error.detail[0] != '\0');
        return;
    }
    FUZZ_CHECK(kq_public_key_export(key, arena, &der, NULL).ok);
    FUZZ_CHECK(kq_public_key_load_der(der, &again, NULL).ok);
    FUZZ_CHECK(kq_public_key_bits(again) >= KQ_KEY_MIN_BITS && kq_public_key_bits(again) <= KQ_KEY_MAX_BITS);
    kq_public_key_free(key);
    kq_public_key_free(again);
}

static void check_private(struct kq_slice text, struct kq_arena *arena)
{
    struct kq_private_key *key = NULL;
    struct kq_error error = {0};
    struct kq_slice der;
    if (!kq_private_key_load(text, &key, &error).ok) {
        FUZZ_CHECK(error.code == KQ_E_BAD_KEY && error.detail[0] != '\0');
        return;
    }
    FUZZ_CHECK(kq_private_key_export_public(key, arena, &der, NULL).ok);
    kq_private_key_free(key);
}

/* A text is a key or has a reason why not; OpenSSL's error queue stays empty. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_arena arena = {0};
    struct kq_slice text = fuzz_input(data, size);
    struct kq_public_key *key = NULL;
    check_public(text, &arena);
    check_private(text, &arena);
    if (kq_public_key_load_der(text, &key, NULL).ok) {
        kq_public_key_free(key);
    }
    FUZZ_CHECK(ERR_peek_error() == 0);
    kq_arena_free(&arena);
    return 0;
}
