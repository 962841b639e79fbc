/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/time.h"
#include "cli/data.h"
#include "cli/file.h"
#include "wire/certificate.h"
#include "wire/content_cipher.h"
#include "wire/signature.h"

/* Shorter than any key in base64. */
#define PADDED_MIN_CHARS 16

void kq_public_key_cleanup(struct kq_public_key **key)
{
    kq_public_key_free(*key);
}

void kq_private_key_cleanup(struct kq_private_key **key)
{
    kq_private_key_free(*key);
}

struct kq_result kq_key_file_check(const char *path, struct kq_error *error)
{
    struct kq_content_key *content_key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    struct kq_private_key *private_key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    struct kq_slice text = kq_slice_of(path);
    struct kq_error cause = {0};
    if (text.size == 0 || kq_slice_equal(text, KQ_SLICE("-")) || kq_file_exists(path)) {
        return KQ_OK;
    }
    /* Padding is the end of base64, also of a key that was cut or mistyped, and of no file's name. */
    bool is_padded = text.size > PADDED_MIN_CHARS && text.data[text.size - 1] == '=';
    bool is_key = is_padded || strstr(path, "PRIVATE KEY") != NULL ||
                  kq_content_key_load(text, &content_key, &cause).ok ||
                  kq_private_key_load(text, &private_key, &cause).ok;
    KQ_ENSURE(cause.code != KQ_E_NO_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
    KQ_ENSURE(
        !is_key, error, KQ_E_USAGE,
        "a file is wanted here, and this looks like the key itself: write it into a file, and name that");
    return KQ_OK;
}

struct kq_result kq_load_private_key(const char *path, struct kq_private_key **key, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_key_file_check(path, error));
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

static struct kq_result public_der_of(const char *path, struct kq_slice text, struct kq_arena *arena,
                                      struct kq_slice *der, struct kq_error *error)
{
    struct kq_public_key *key KQ_CLEANUP(kq_public_key_cleanup) = NULL;
    if (!kq_public_key_load(text, &key, error).ok) {
        return kq_fail_in(error, "%s", path);
    }
    return kq_public_key_export(key, arena, der, error);
}

static struct kq_result load_public_der(const char *path, struct kq_arena *arena, struct kq_slice *der,
                                        struct kq_error *error)
{
    struct kq_public_key *key KQ_CLEANUP(kq_public_key_cleanup) = NULL;
    *der = KQ_SLICE_EMPTY;
    KQ_TRY(kq_load_public_key(path, &key, error));
    return kq_public_key_export(key, arena, der, error);
}

static struct kq_result check_not_gateways(const char *path, const char *directory, struct kq_arena *arena,
                                           struct kq_slice der, struct kq_error *error)
{
    struct kq_slice gateway_path = kq_data_path(directory, KQ_PUBLIC_KEY_FILE_NAME, arena);
    KQ_ENSURE_MEMORY(gateway_path.data != NULL, error);
    struct kq_slice gateway_der;
    KQ_TRY(load_public_der(gateway_path.data, arena, &gateway_der, error));
    KQ_ENSURE(!kq_slice_equal(der, gateway_der), error, KQ_E_BAD_KEY,
              "%s is the gateway's own public key; an application's is wanted here: "
              "the counterpart of the private key that it signs with",
              path);
    return KQ_OK;
}

struct kq_result kq_load_application_key(const char *path, const char *directory, struct kq_arena *arena,
                                         struct kq_slice *der, struct kq_error *error)
{
    KQ_TRY(load_public_der(path, arena, der, error));
    return check_not_gateways(path, directory, arena, *der, error);
}

static struct kq_result check_validity(const char *path, const struct kq_certificate_facts *facts,
                                       int64_t now_s, struct kq_error *error)
{
    char text[KQ_TIME_TEXT_SIZE];
    kq_time_format(now_s > facts->not_after_s ? facts->not_after_s : facts->not_before_s, text);
    KQ_ENSURE(now_s <= facts->not_after_s, error, KQ_E_BAD_KEY, "%s: the certificate expired on %s", path,
              text);
    KQ_ENSURE(now_s >= facts->not_before_s, error, KQ_E_BAD_KEY, "%s: the certificate is not valid before %s",
              path, text);
    return KQ_OK;
}

static struct kq_result read_certificate(const char *path, struct kq_slice text, int64_t now_s,
                                         struct kq_arena *arena,
                                         struct kq_application_certificate *certificate,
                                         struct kq_error *error)
{
    struct kq_certificate_facts facts;
    if (!kq_certificate_read(text, &facts, error).ok ||
        !kq_certificate_read_der(text, arena, &certificate->der, error).ok) {
        return kq_fail_in(error, "%s", path);
    }
    KQ_TRY(check_validity(path, &facts, now_s, error));
    certificate->sn = kq_arena_copy(arena, kq_slice_of(facts.sn));
    KQ_ENSURE_MEMORY(certificate->sn.data, error);
    certificate->not_before_s = facts.not_before_s;
    certificate->not_after_s = facts.not_after_s;
    return KQ_OK;
}

struct kq_result kq_load_application_certificate(const char *path, const char *directory, int64_t now_s,
                                                 struct kq_arena *arena, struct kq_slice *public_key,
                                                 struct kq_application_certificate *certificate,
                                                 struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_file_read(path, KQ_KEY_FILE_MAX_BYTES, &text, error));
    KQ_TRY(read_certificate(path, kq_buffer_slice(&text), now_s, arena, certificate, error));
    KQ_TRY(public_der_of(path, certificate->der, arena, public_key, error));
    return check_not_gateways(path, directory, arena, *public_key, error);
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
