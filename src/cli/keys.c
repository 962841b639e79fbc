/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys.h"

#include <stdio.h>

#include "base/buffer.h"
#include "cli/data.h"
#include "cli/file.h"
#include "wire/signature.h"

void kq_public_key_cleanup(struct kq_public_key **key)
{
    kq_public_key_free(*key);
}

void kq_private_key_cleanup(struct kq_private_key **key)
{
    kq_private_key_free(*key);
}

struct kq_result kq_load_private_key(const char *path, struct kq_private_key **key, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_file_read(path, KQ_KEY_FILE_MAX_BYTES, &text, error));
    if (!kq_private_key_load(kq_buffer_slice(&text), key, error).ok) {
        return kq_fail_in(error, "%s", path);
    }
    return KQ_OK;
}

/* It may turn out to be a private key: wiped in any case. */
struct kq_result kq_load_public_key(const char *path, struct kq_public_key **key, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_file_read(path, KQ_KEY_FILE_MAX_BYTES, &text, error));
    if (!kq_public_key_load(kq_buffer_slice(&text), key, error).ok) {
        return kq_fail_in(error, "%s", path);
    }
    return KQ_OK;
}

static struct kq_result load_public_der(const char *path, struct kq_arena *arena, struct kq_slice *der,
                                        struct kq_error *error)
{
    struct kq_public_key *key KQ_CLEANUP(kq_public_key_cleanup) = NULL;
    *der = KQ_SLICE_EMPTY;
    KQ_TRY(kq_load_public_key(path, &key, error));
    return kq_public_key_export(key, arena, der, error);
}

struct kq_result kq_load_application_key(const char *path, const char *directory, struct kq_arena *arena,
                                         struct kq_slice *der, struct kq_error *error)
{
    KQ_TRY(load_public_der(path, arena, der, error));
    struct kq_slice gateway_path = kq_data_path(directory, KQ_PUBLIC_KEY_FILE_NAME, arena);
    KQ_ENSURE_MEMORY(gateway_path.data != NULL, error);
    struct kq_slice gateway_der;
    KQ_TRY(load_public_der(gateway_path.data, arena, &gateway_der, error));
    KQ_ENSURE(!kq_slice_equal(*der, gateway_der), error, KQ_E_BAD_KEY,
              "%s is the gateway's own public key; an application's is wanted here: "
              "the counterpart of the private key that it signs with",
              path);
    return KQ_OK;
}

struct kq_result kq_key_fingerprint(struct kq_slice der, char text[KQ_FINGERPRINT_TEXT_SIZE],
                                    struct kq_error *error)
{
    unsigned char digest[32];
    KQ_TRY(kq_sha256(der, digest, error));
    for (size_t i = 0; i < sizeof(digest); i++) {
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
    return KQ_OK;
}
