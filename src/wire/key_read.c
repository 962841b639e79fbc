/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "wire/key_object.h"
#include "wire/key_shape.h"
#include "wire/key_text.h"
#include "wire/signature.h"

enum wanted {
    WANTED_PUBLIC,
    WANTED_PRIVATE,
};

typedef EVP_PKEY *decode_function(const unsigned char **at, long size);

static EVP_PKEY *decode_public(const unsigned char **at, long size)
{
    return d2i_PUBKEY(NULL, at, size);
}

static EVP_PKEY *decode_rsa_public(const unsigned char **at, long size)
{
    return d2i_PublicKey(EVP_PKEY_RSA, NULL, at, size);
}

static EVP_PKEY *decode_certificate(const unsigned char **at, long size)
{
    X509 *certificate = d2i_X509(NULL, at, size);
    EVP_PKEY *pkey = certificate == NULL ? NULL : X509_get_pubkey(certificate);
    X509_free(certificate);
    return pkey;
}

static EVP_PKEY *decode_private(const unsigned char **at, long size)
{
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, at, size);
    EVP_PKEY *pkey = info == NULL ? NULL : EVP_PKCS82PKEY(info);
    PKCS8_PRIV_KEY_INFO_free(info);
    return pkey;
}

static EVP_PKEY *decode_rsa_private(const unsigned char **at, long size)
{
    return d2i_PrivateKey(EVP_PKEY_RSA, NULL, at, size);
}

/* For each kind: how a key is got from it where one of that sort is wanted; NULL: not at all. */
struct decoders {
    decode_function *as_public;
    decode_function *as_private;
};

static struct decoders decoders_of(enum kq_key_kind kind)
{
    switch (kind) {
    case KQ_KEY_KIND_PUBLIC:
        return (struct decoders){.as_public = decode_public};
    case KQ_KEY_KIND_RSA_PUBLIC:
        return (struct decoders){.as_public = decode_rsa_public};
    case KQ_KEY_KIND_CERTIFICATE:
        return (struct decoders){.as_public = decode_certificate};
    case KQ_KEY_KIND_PRIVATE:
        return (struct decoders){.as_private = decode_private};
    case KQ_KEY_KIND_RSA_PRIVATE:
        return (struct decoders){.as_private = decode_rsa_private};
    default:
        return (struct decoders){NULL, NULL};
    }
}

static struct kq_result refuse(enum kq_key_kind kind, enum wanted wanted, struct kq_error *error)
{
    struct decoders decoders = decoders_of(kind);
    bool is_other_half = (wanted == WANTED_PUBLIC ? decoders.as_private : decoders.as_public) != NULL;
    if (!is_other_half) {
        return kq_fail(error, KQ_E_BAD_KEY, "this is %s", kq_key_kind_text(kind));
    }
    return kq_fail(error, KQ_E_BAD_KEY, "this is %s; %s is wanted here", kq_key_kind_text(kind),
                   wanted == WANTED_PUBLIC ? "a public key" : "a private key");
}

/* The first block of the wanted sort, and how it is decoded; NULL where the text is refused. A private key in
 * what should be public is a reason to, wherever it stands. */
static decode_function *choose(const struct kq_key_text *text, enum wanted wanted, struct kq_slice *der,
                               struct kq_error *error)
{
    decode_function *decode = NULL;
    for (size_t i = 0; i < text->count; i++) {
        enum kq_key_kind kind = kq_key_kind_of(text->blocks[i]);
        if (wanted == WANTED_PUBLIC && kq_key_kind_is_private(kind)) {
            KQ_IGNORE(refuse(kind, wanted, error));
            return NULL;
        }
        struct decoders decoders = decoders_of(kind);
        decode_function *usable = wanted == WANTED_PUBLIC ? decoders.as_public : decoders.as_private;
        if (usable != NULL && decode == NULL) {
            *der = text->blocks[i];
            decode = usable;
        }
    }
    if (decode == NULL) {
        KQ_IGNORE(refuse(kq_key_kind_of(text->blocks[0]), wanted, error));
    }
    return decode;
}

/* An even exponent, or 1, makes no key. */
static bool has_sound_exponent(const EVP_PKEY *pkey)
{
    BIGNUM *exponent = NULL;
    bool is_sound = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
                    BN_is_odd(exponent) && !BN_is_one(exponent);
    BN_free(exponent);
    return is_sound;
}

static struct kq_result check(const EVP_PKEY *pkey, struct kq_error *error)
{
    const char *name = EVP_PKEY_get0_type_name(pkey);
    KQ_ENSURE(EVP_PKEY_is_a(pkey, "RSA"), error, KQ_E_BAD_KEY,
              "this is a key of type %s; the protocol has RSA keys only", name == NULL ? "unknown" : name);
    int bits = EVP_PKEY_get_bits(pkey);
    KQ_ENSURE(bits >= KQ_KEY_MIN_BITS && bits <= KQ_KEY_MAX_BITS, error, KQ_E_BAD_KEY,
              "this key has %d bits; %d to %d are supported", bits, KQ_KEY_MIN_BITS, KQ_KEY_MAX_BITS);
    if (!has_sound_exponent(pkey)) {
        return kq_openssl_fail(error, KQ_E_BAD_KEY, "this key's exponent is unsound");
    }
    return KQ_OK;
}

/* Decodes all of `der`. OpenSSL's error queue is empty afterwards. */
static struct kq_result decode_checked(struct kq_slice der, decode_function *decode, EVP_PKEY **pkey,
                                       struct kq_error *error)
{
    const unsigned char *at = (const unsigned char *)der.data;
    const unsigned char *end = at + der.size;
    ERR_clear_error();
    *pkey = decode(&at, (long)der.size);
    if (*pkey == NULL || at != end) {
        EVP_PKEY_free(*pkey);
        return kq_openssl_fail(error, KQ_E_BAD_KEY, "this key is damaged: its parts cannot be read");
    }
    ERR_clear_error();
    if (!check(*pkey, error).ok) {
        EVP_PKEY_free(*pkey);
        return KQ_FAILED;
    }
    return KQ_OK;
}

static struct kq_result load(struct kq_slice text, enum wanted wanted, EVP_PKEY **pkey,
                             struct kq_error *error)
{
    KQ_KEY_TEXT_CLEANUP struct kq_key_text read = {0};
    KQ_TRY(kq_key_text_read(text, &read, error));
    struct kq_slice der = KQ_SLICE_EMPTY;
    decode_function *decode = choose(&read, wanted, &der, error);
    return decode == NULL ? KQ_FAILED : decode_checked(der, decode, pkey, error);
}

static void free_context(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

/* Could this modulus be the product of two large primes? A wrong character in a pasted key shows here. Takes
 * some milliseconds, so that only keys that people hand in are looked at. */
static struct kq_result check_modulus(EVP_PKEY *pkey, struct kq_error *error)
{
    KQ_CLEANUP(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    if (context == NULL || EVP_PKEY_public_check(context) != 1) {
        return kq_openssl_fail(error, KQ_E_BAD_KEY, "this key is damaged: its numbers make no RSA key");
    }
    return KQ_OK;
}

struct kq_result kq_public_key_load(struct kq_slice text, struct kq_public_key **key, struct kq_error *error)
{
    EVP_PKEY *pkey = NULL;
    KQ_TRY(load(text, WANTED_PUBLIC, &pkey, error));
    if (!check_modulus(pkey, error).ok) {
        EVP_PKEY_free(pkey);
        return KQ_FAILED;
    }
    return kq_public_key_wrap(pkey, key, error);
}

struct kq_result kq_public_key_load_der(struct kq_slice der, struct kq_public_key **key,
                                        struct kq_error *error)
{
    EVP_PKEY *pkey = NULL;
    KQ_TRY(decode_checked(der, decode_public, &pkey, error));
    return kq_public_key_wrap(pkey, key, error);
}

static void free_public(struct kq_public_key **key)
{
    kq_public_key_free(*key);
}

/* A key whose parts do not belong together would sign what nobody can verify: it signs once, for itself. */
static struct kq_result try_out(const struct kq_private_key *key, struct kq_error *error)
{
    static const struct kq_slice sample = {.data = "kaquan", .size = 6};
    KQ_CLEANUP(free_public) struct kq_public_key *own = NULL;
    KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer signature = {0};
    (void)EVP_PKEY_up_ref(key->pkey);
    KQ_TRY(kq_public_key_wrap(key->pkey, &own, error));
    struct kq_error inner = {0};
    if (!kq_sign(key, KQ_SIGN_RSA2, sample, &signature, &inner).ok ||
        !kq_verify(own, KQ_SIGN_RSA2, sample, kq_buffer_slice(&signature), &arena, &inner).ok) {
        KQ_ENSURE(inner.code == KQ_E_NO_MEMORY, error, KQ_E_BAD_KEY,
                  "this key is damaged: its parts do not belong together");
        return kq_fail(error, inner.code, "%s", inner.detail);
    }
    return KQ_OK;
}

struct kq_result kq_private_key_load(struct kq_slice text, struct kq_private_key **key,
                                     struct kq_error *error)
{
    EVP_PKEY *pkey = NULL;
    struct kq_private_key *made = NULL;
    KQ_TRY(load(text, WANTED_PRIVATE, &pkey, error));
    KQ_TRY(kq_private_key_wrap(pkey, &made, error));
    if (!try_out(made, error).ok) {
        kq_private_key_free(made);
        return KQ_FAILED;
    }
    *key = made;
    return KQ_OK;
}
