/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/certificate.h"

#include <time.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "wire/base64.h"
#include "wire/certificate_name.h"
#include "wire/key_object.h"
#include "wire/key_shape.h"
#include "wire/key_text.h"

#define MD5_BYTES 16

/* PKCS#1's signature algorithms: RSA with whatever digest. */
#define RSA_SIGNATURE_OID KQ_SLICE("1.2.840.113549.1.1")
#define OID_TEXT_SIZE 128

#define PEM_LINE_CHARS 64

static void free_certificate(X509 **certificate)
{
    X509_free(*certificate);
}

#define CERTIFICATE KQ_CLEANUP(free_certificate) X509

static struct kq_result decode(struct kq_slice der, X509 **certificate, struct kq_error *error)
{
    const unsigned char *at = (const unsigned char *)der.data;
    const unsigned char *end = at + der.size;
    ERR_clear_error();
    *certificate = d2i_X509(NULL, &at, (long)der.size);
    if (*certificate == NULL || at != end) {
        return kq_openssl_fail(error, KQ_E_BAD_KEY, "this certificate is damaged: its parts cannot be read");
    }
    ERR_clear_error();
    return KQ_OK;
}

/* BAD_KEY where a block is private, or none is a certificate. `first` is the first that is one. */
static struct kq_result check_blocks(const struct kq_key_text *text, struct kq_slice *first,
                                     struct kq_error *error)
{
    *first = KQ_SLICE_EMPTY;
    for (size_t i = 0; i < text->count; i++) {
        enum kq_key_kind kind = kq_key_kind_of(text->blocks[i]);
        KQ_ENSURE(!kq_key_kind_is_private(kind), error, KQ_E_BAD_KEY,
                  "this is %s; a certificate is wanted here", kq_key_kind_text(kind));
        if (kind == KQ_KEY_KIND_CERTIFICATE && first->size == 0) {
            *first = text->blocks[i];
        }
    }
    KQ_ENSURE(first->size > 0, error, KQ_E_BAD_KEY, "this is %s; a certificate is wanted here",
              kq_key_kind_text(kq_key_kind_of(text->blocks[0])));
    return KQ_OK;
}

/* Appends the number in decimal. */
static struct kq_result print_number(const ASN1_INTEGER *number, struct kq_buffer *text,
                                     struct kq_error *error)
{
    BIGNUM *value = ASN1_INTEGER_to_BN(number, NULL);
    char *decimal = value == NULL ? NULL : BN_bn2dec(value);
    BN_free(value);
    if (decimal == NULL) {
        return kq_openssl_fail(error, KQ_E_BAD_KEY, "this certificate's serial number cannot be read");
    }
    kq_buffer_append(text, kq_slice_of(decimal));
    OPENSSL_free(decimal);
    return KQ_OK;
}

static struct kq_result md5_hex(struct kq_slice text, char hex[KQ_CERTIFICATE_SN_CHARS + 1],
                                struct kq_error *error)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[MD5_BYTES];
    size_t size = 0;
    if (EVP_Q_digest(NULL, "MD5", NULL, text.data, text.size, digest, &size) != 1 || size != MD5_BYTES) {
        return kq_openssl_fail(error, KQ_E_CRYPTO,
                               "this system's OpenSSL has no MD5, which certificate serial numbers are");
    }
    for (size_t i = 0; i < MD5_BYTES; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[KQ_CERTIFICATE_SN_CHARS] = '\0';
    return KQ_OK;
}

static struct kq_result make_sn(const X509 *certificate, char sn[KQ_CERTIFICATE_SN_CHARS + 1],
                                struct kq_error *error)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer text = {0};
    KQ_TRY(kq_certificate_name_print(X509_get_issuer_name(certificate), &text, error));
    KQ_TRY(print_number(X509_get0_serialNumber(certificate), &text, error));
    KQ_ENSURE_MEMORY(!text.failed, error);
    return md5_hex(kq_buffer_slice(&text), sn, error);
}

static struct kq_result read_time(const ASN1_TIME *time, int64_t *seconds, struct kq_error *error)
{
    struct tm fields = {0};
    if (ASN1_TIME_to_tm(time, &fields) != 1) {
        return kq_openssl_fail(error, KQ_E_BAD_KEY, "this certificate's validity cannot be read");
    }
    *seconds = timegm(&fields);
    return KQ_OK;
}

/* What both readers begin with. */
static struct kq_result read_first(struct kq_slice text, struct kq_key_text *read, struct kq_slice *der,
                                   X509 **certificate, struct kq_error *error)
{
    KQ_TRY(kq_key_text_read(text, read, error));
    KQ_TRY(check_blocks(read, der, error));
    return decode(*der, certificate, error);
}

struct kq_result kq_certificate_read(struct kq_slice text, struct kq_certificate_facts *facts,
                                     struct kq_error *error)
{
    KQ_KEY_TEXT_CLEANUP struct kq_key_text read = {0};
    CERTIFICATE *certificate = NULL;
    struct kq_slice der;
    KQ_TRY(read_first(text, &read, &der, &certificate, error));
    KQ_TRY(read_time(X509_get0_notBefore(certificate), &facts->not_before_s, error));
    KQ_TRY(read_time(X509_get0_notAfter(certificate), &facts->not_after_s, error));
    return make_sn(certificate, facts->sn, error);
}

struct kq_result kq_certificate_read_der(struct kq_slice text, struct kq_arena *arena, struct kq_slice *der,
                                         struct kq_error *error)
{
    KQ_KEY_TEXT_CLEANUP struct kq_key_text read = {0};
    CERTIFICATE *certificate = NULL;
    struct kq_slice first;
    KQ_TRY(read_first(text, &read, &first, &certificate, error));
    *der = kq_arena_copy(arena, first);
    KQ_ENSURE_MEMORY(der->data, error);
    return KQ_OK;
}

void kq_certificate_write_pem(struct kq_slice der, struct kq_buffer *pem)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer base64 = {0};
    kq_base64_encode(der, &base64);
    pem->failed = pem->failed || base64.failed;
    kq_buffer_append(pem, KQ_SLICE("-----BEGIN CERTIFICATE-----\n"));
    for (size_t at = 0; at < base64.size; at += PEM_LINE_CHARS) {
        size_t left = base64.size - at;
        size_t size = left < PEM_LINE_CHARS ? left : PEM_LINE_CHARS;
        kq_buffer_append(pem, (struct kq_slice){.data = base64.data + at, .size = size});
        kq_buffer_append_byte(pem, '\n');
    }
    kq_buffer_append(pem, KQ_SLICE("-----END CERTIFICATE-----\n"));
}

static bool is_signed_with_rsa(const X509 *certificate)
{
    const X509_ALGOR *algorithm = NULL;
    const ASN1_OBJECT *object = NULL;
    char oid[OID_TEXT_SIZE] = "";
    X509_get0_signature(NULL, &algorithm, certificate);
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    (void)OBJ_obj2txt(oid, sizeof(oid), object, 1);
    return kq_slice_starts_with(kq_slice_of(oid), RSA_SIGNATURE_OID);
}

/* Appends one certificate's where it counts. */
static struct kq_result add_root(struct kq_slice der, struct kq_buffer *joined, struct kq_error *error)
{
    CERTIFICATE *certificate = NULL;
    char sn[KQ_CERTIFICATE_SN_CHARS + 1];
    KQ_TRY(decode(der, &certificate, error));
    if (!is_signed_with_rsa(certificate)) {
        return KQ_OK;
    }
    KQ_TRY(make_sn(certificate, sn, error));
    if (joined->size > 0) {
        kq_buffer_append_byte(joined, '_');
    }
    kq_buffer_append(joined, kq_slice_of(sn));
    return KQ_OK;
}

struct kq_result kq_root_certificates_sn(struct kq_slice text, struct kq_buffer *sn, struct kq_error *error)
{
    KQ_KEY_TEXT_CLEANUP struct kq_key_text read = {0};
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer joined = {0};
    struct kq_slice first;
    KQ_TRY(kq_key_text_read(text, &read, error));
    KQ_TRY(check_blocks(&read, &first, error));
    for (size_t i = 0; i < read.count; i++) {
        if (kq_key_kind_of(read.blocks[i]) == KQ_KEY_KIND_CERTIFICATE) {
            KQ_TRY(add_root(read.blocks[i], &joined, error));
        }
    }
    KQ_ENSURE_MEMORY(!joined.failed, error);
    KQ_ENSURE(joined.size > 0, error, KQ_E_BAD_KEY, "none of these certificates is signed with RSA");
    kq_buffer_append(sn, kq_buffer_slice(&joined));
    KQ_ENSURE_MEMORY(!sn->failed, error);
    return KQ_OK;
}
