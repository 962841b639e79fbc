/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/signature.h"

#include <stdint.h>

#include <openssl/err.h>

#include "wire/base64.h"
#include "wire/key_object.h"

#define SIGNATURE_MAX_BYTES ((size_t)KQ_KEY_MAX_BITS / 8)

/* Puts it among the `count` that are sorted by name; behind others of its name. */
static void insert(const struct kq_param **sorted, size_t count, const struct kq_param *param)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (kq_slice_compare(sorted[middle]->name, param->name) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    memmove(&sorted[low + 1], &sorted[low], (count - low) * sizeof(sorted[0]));
    sorted[low] = param;
}

/* Of a request or of a notification. */
typedef bool left_out_function(struct kq_slice name);

static bool is_left_out_of_request(struct kq_slice name)
{
    return kq_slice_equal(name, KQ_SLICE("sign"));
}

static bool is_left_out_of_notification(struct kq_slice name)
{
    return is_left_out_of_request(name) || kq_slice_equal(name, KQ_SLICE("sign_type"));
}

static bool is_signed(const struct kq_param *param, const struct kq_param *previous,
                      left_out_function *is_left_out)
{
    return param->name.size > 0 && param->value.size > 0 && !is_left_out(param->name) &&
           (previous == NULL || !kq_slice_equal(param->name, previous->name));
}

/* Keeps those that are signed, in place; gives their number. */
static size_t keep_signed(const struct kq_param **sorted, size_t count, left_out_function *is_left_out)
{
    size_t kept = 0;
    const struct kq_param *previous = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct kq_param *param = sorted[i];
        if (is_signed(param, previous, is_left_out)) {
            sorted[kept++] = param;
        }
        previous = param;
    }
    return kept;
}

static char *copy_bytes(char *at, struct kq_slice bytes)
{
    memcpy(at, bytes.data, bytes.size);
    return at + bytes.size;
}

static struct kq_result join(const struct kq_param *const *params, size_t count, struct kq_arena *arena,
                             struct kq_slice *text, struct kq_error *error)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += params[i]->name.size + params[i]->value.size + 2; /* = and & */
    }
    char *room = kq_arena_allocate(arena, size);
    KQ_ENSURE_MEMORY(room, error);
    char *at = room;
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            *at++ = '&';
        }
        at = copy_bytes(at, params[i]->name);
        *at++ = '=';
        at = copy_bytes(at, params[i]->value);
    }
    *text = (struct kq_slice){.data = room, .size = (size_t)(at - room)};
    return KQ_OK;
}

static struct kq_result make_string(const struct kq_params *params, left_out_function *is_left_out,
                                    struct kq_slice *text, struct kq_error *error)
{
    const struct kq_param **sorted = kq_arena_allocate_array(params->arena, params->count, sizeof(*sorted));
    KQ_ENSURE_MEMORY(sorted, error);
    for (size_t i = 0; i < params->count; i++) {
        insert(sorted, i, &params->items[i]);
    }
    return join(sorted, keep_signed(sorted, params->count, is_left_out), params->arena, text, error);
}

struct kq_result kq_string_to_sign(const struct kq_params *params, struct kq_slice *text,
                                   struct kq_error *error)
{
    return make_string(params, is_left_out_of_request, text, error);
}

struct kq_result kq_notification_string_to_sign(const struct kq_params *params, struct kq_slice *text,
                                                struct kq_error *error)
{
    return make_string(params, is_left_out_of_notification, text, error);
}

struct digest {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size;
};

/* Starts with an empty error queue, so that what stands in it afterwards is of this work. */
static struct kq_result make_digest(const struct kq_key_operation *operation, struct kq_slice bytes,
                                    struct digest *digest, struct kq_error *error)
{
    KQ_ENSURE(operation->context != NULL, error, KQ_E_CRYPTO,
              "this system's OpenSSL does not allow this sign_type");
    ERR_clear_error();
    if (EVP_DigestInit_ex2(operation->digest_context, operation->digest, NULL) != 1 ||
        EVP_DigestUpdate(operation->digest_context, bytes.data, bytes.size) != 1 ||
        EVP_DigestFinal_ex(operation->digest_context, digest->bytes, &digest->size) != 1) {
        return kq_openssl_fail(error, KQ_E_NO_MEMORY,
                               ""); /* nothing else can go wrong, and this tells of nothing */
    }
    return KQ_OK;
}

struct kq_result kq_sign(const struct kq_private_key *key, enum kq_sign_type sign_type, struct kq_slice bytes,
                         struct kq_buffer *signature_text, struct kq_error *error)
{
    const struct kq_key_operation *operation = &key->sign[sign_type];
    struct digest digest = {0};
    KQ_TRY(make_digest(operation, bytes, &digest, error));
    unsigned char signature[SIGNATURE_MAX_BYTES];
    size_t size = sizeof(signature);
    if (EVP_PKEY_sign(operation->context, signature, &size, digest.bytes, digest.size) != 1) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "no signature could be made");
    }
    ERR_clear_error();
    kq_base64_encode((struct kq_slice){.data = (const char *)signature, .size = size}, signature_text);
    KQ_ENSURE_MEMORY(!signature_text->failed, error);
    return KQ_OK;
}

struct kq_result kq_verify(const struct kq_public_key *key, enum kq_sign_type sign_type,
                           struct kq_slice bytes, struct kq_slice signature_text, struct kq_arena *arena,
                           struct kq_error *error)
{
    const struct kq_key_operation *operation = &key->verify[sign_type];
    struct digest digest = {0};
    KQ_TRY(make_digest(operation, bytes, &digest, error));
    struct kq_slice signature;
    struct kq_error inner = {0};
    if (!kq_base64_decode(signature_text, arena, &signature, &inner).ok) {
        return kq_fail(error, inner.code == KQ_E_BAD_INPUT ? KQ_E_INVALID_SIGNATURE : inner.code, "%s", "");
    }
    if (EVP_PKEY_verify(operation->context, (const unsigned char *)signature.data, signature.size,
                        digest.bytes, digest.size) != 1) {
        return kq_openssl_fail(error, KQ_E_INVALID_SIGNATURE, "");
    }
    ERR_clear_error();
    return KQ_OK;
}

struct kq_result kq_sha256(struct kq_slice bytes, unsigned char digest[32], struct kq_error *error)
{
    ERR_clear_error();
    if (EVP_Digest(bytes.data, bytes.size, digest, NULL, EVP_sha256(), NULL) != 1) {
        return kq_openssl_fail(error, KQ_E_NO_MEMORY, "");
    }
    return KQ_OK;
}
