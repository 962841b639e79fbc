/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/opened_signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/cursor.h"
#include "wire/key_object.h"

#define BLOCK_MAX_BYTES (KQ_KEY_MAX_BITS / 8)
#define PADDING_MIN_BYTES 8 /* RFC 8017, section 9.2 */
#define PSS_TRAILER 0xBC    /* section 9.1 */

/* DER of DigestInfo up to the digest itself (RFC 8017, section 9.2, note 1). */
static const struct digest_row {
    const char *name;
    const char *fetched_as;
    size_t size;
    struct kq_slice prefix;
    struct kq_slice bare_prefix; /* without the NULL parameters, which some leave out */
} digest_rows[KQ_DIGEST_KIND_COUNT] = {
    [KQ_DIGEST_SHA256] = {"SHA-256", "SHA2-256", 32,
                          KQ_SLICE("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00"
                                   "\x04\x20"),
                          KQ_SLICE("\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20")},
    [KQ_DIGEST_SHA1] = {"SHA-1", "SHA1", 20,
                        KQ_SLICE("\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"),
                        KQ_SLICE("\x30\x1f\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a\x04\x14")},
    [KQ_DIGEST_MD5] = {"MD5", "MD5", 16,
                       KQ_SLICE("\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10"),
                       KQ_SLICE("\x30\x1e\x30\x0a\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x04\x10")},
    [KQ_DIGEST_SHA224] = {"SHA-224", "SHA2-224", 28,
                          KQ_SLICE("\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00"
                                   "\x04\x1c"),
                          KQ_SLICE("\x30\x2b\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x04\x1c")},
    [KQ_DIGEST_SHA384] = {"SHA-384", "SHA2-384", 48,
                          KQ_SLICE("\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00"
                                   "\x04\x30"),
                          KQ_SLICE("\x30\x3f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x04\x30")},
    [KQ_DIGEST_SHA512] = {"SHA-512", "SHA2-512", 64,
                          KQ_SLICE("\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00"
                                   "\x04\x40"),
                          KQ_SLICE("\x30\x4f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x04\x40")},
};

size_t kq_digest_size(enum kq_digest_kind kind)
{
    return digest_rows[kind].size;
}

const char *kq_digest_name(enum kq_digest_kind kind)
{
    return digest_rows[kind].name;
}

struct kq_result kq_digest_make(enum kq_digest_kind kind, struct kq_slice text,
                                unsigned char digest[KQ_DIGEST_MAX_BYTES], struct kq_error *error)
{
    size_t size = 0;
    ERR_clear_error();
    if (EVP_Q_digest(NULL, digest_rows[kind].fetched_as, NULL, text.size == 0 ? "" : text.data, text.size,
                     digest, &size) != 1) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "this system's OpenSSL does not allow this digest");
    }
    return KQ_OK;
}

static void free_context(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

/* The signature to the power of the public exponent, into `block`; *size 0: not possible under this key. */
static struct kq_result raise(const struct kq_public_key *key, struct kq_slice signature,
                              unsigned char block[BLOCK_MAX_BYTES], size_t *size, struct kq_error *error)
{
    *size = 0;
    if (signature.size == 0 || signature.size != (size_t)EVP_PKEY_get_size(key->pkey)) {
        return KQ_OK;
    }
    ERR_clear_error();
    KQ_CLEANUP(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    if (context == NULL || EVP_PKEY_verify_recover_init(context) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) != 1) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "this OpenSSL does not open signatures");
    }
    size_t room = BLOCK_MAX_BYTES;
    if (EVP_PKEY_verify_recover(context, block, &room, (const unsigned char *)signature.data,
                                signature.size) == 1) {
        *size = room;
        return KQ_OK;
    }
    /* A number as large as the modulus or larger is no signature; a lack of memory is a failure. */
    struct kq_error inner = {0};
    KQ_IGNORE(kq_openssl_fail(&inner, KQ_E_BAD_INPUT, ""));
    KQ_ENSURE(inner.code == KQ_E_BAD_INPUT, error, inner.code, "%s", "");
    return KQ_OK;
}

/* 00 01 FF … FF 00 and what is behind it. */
static bool take_padding(struct kq_cursor *cursor)
{
    size_t filling = 0;
    if (!kq_cursor_take_literal(cursor, KQ_SLICE("\x00\x01"))) {
        return false;
    }
    while (kq_cursor_peek(cursor) == 0xFF) {
        (void)kq_cursor_take(cursor);
        filling++;
    }
    return filling >= PADDING_MIN_BYTES && kq_cursor_take(cursor) == 0;
}

/* The rest of the cursor is exactly such a DigestInfo? */
static bool take_digest(struct kq_cursor *cursor, const struct digest_row *row)
{
    return (kq_cursor_take_literal(cursor, row->prefix) ||
            kq_cursor_take_literal(cursor, row->bare_prefix)) &&
           kq_cursor_left(cursor) == row->size;
}

struct kq_result kq_signature_open(const struct kq_public_key *key, struct kq_slice signature,
                                   struct kq_arena *arena, struct kq_opened_signature *opened,
                                   struct kq_error *error)
{
    unsigned char block[BLOCK_MAX_BYTES];
    size_t size = 0;
    *opened = (struct kq_opened_signature){.kind = KQ_OPENED_NOT};
    KQ_TRY(raise(key, signature, block, &size, error));
    struct kq_cursor cursor = kq_cursor_of((struct kq_slice){.data = (const char *)block, .size = size});
    if (!take_padding(&cursor)) {
        opened->kind = size > 0 && block[size - 1] == PSS_TRAILER ? KQ_OPENED_PSS : KQ_OPENED_NOT;
        return KQ_OK;
    }
    opened->kind = KQ_OPENED_BYTES;
    for (unsigned kind = 0; kind < KQ_DIGEST_KIND_COUNT && opened->kind == KQ_OPENED_BYTES; kind++) {
        struct kq_cursor attempt = cursor;
        if (take_digest(&attempt, &digest_rows[kind])) {
            opened->kind = KQ_OPENED_DIGEST;
            opened->digest_kind = (enum kq_digest_kind)kind;
            cursor = attempt;
        }
    }
    opened->bytes = kq_arena_copy(arena, kq_cursor_take_rest(&cursor));
    KQ_ENSURE_MEMORY(opened->bytes.data, error);
    return KQ_OK;
}

static void free_digest(EVP_MD **digest)
{
    EVP_MD_free(*digest);
}

struct kq_result kq_verify_pss(const struct kq_public_key *key, enum kq_digest_kind digest_kind,
                               struct kq_slice text, struct kq_slice signature, bool *verifies,
                               struct kq_error *error)
{
    unsigned char bytes[KQ_DIGEST_MAX_BYTES];
    const struct digest_row *row = &digest_rows[digest_kind];
    KQ_TRY(kq_digest_make(digest_kind, text, bytes, error));
    KQ_CLEANUP(free_digest) EVP_MD *digest = EVP_MD_fetch(NULL, row->fetched_as, NULL);
    KQ_CLEANUP(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    if (digest == NULL || context == NULL || EVP_PKEY_verify_init(context) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context, digest) != 1 ||
        EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_AUTO) != 1) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "this OpenSSL does not verify RSASSA-PSS");
    }
    *verifies = EVP_PKEY_verify(context, (const unsigned char *)signature.data, signature.size, bytes,
                                row->size) == 1;
    ERR_clear_error();
    return KQ_OK;
}
