/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/certificate_issue.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "wire/certificate.h"
#include "wire/key_object.h"
#include "wire/key_shape.h"
#include "wire/key_text.h"

/* Whose certificates they are, before the common name: as the platform's are called. */
#define COUNTRY "CN"
#define ORGANIZATION "Kaquan"

static void free_certificate(X509 **certificate)
{
    X509_free(*certificate);
}

static void free_request(X509_REQ **request)
{
    X509_REQ_free(*request);
}

static void free_pkey(EVP_PKEY **pkey)
{
    EVP_PKEY_free(*pkey);
}

static void free_number(BIGNUM **number)
{
    BN_free(*number);
}

static struct kq_result cannot_make(struct kq_error *error)
{
    return kq_openssl_fail(error, KQ_E_CRYPTO, "the certificate cannot be made");
}

static bool set_serial(X509 *certificate, const unsigned char serial[KQ_CERTIFICATE_SERIAL_BYTES])
{
    KQ_CLEANUP(free_number) BIGNUM *number = BN_bin2bn(serial, KQ_CERTIFICATE_SERIAL_BYTES, NULL);
    return number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
}

static bool add_name(X509_NAME *name, const char *attribute, struct kq_slice value)
{
    return X509_NAME_add_entry_by_txt(name, attribute, MBSTRING_UTF8, (const unsigned char *)value.data,
                                      (int)value.size, -1, 0) == 1;
}

static bool set_subject(X509 *certificate, struct kq_slice common_name)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    return add_name(name, "C", KQ_SLICE(COUNTRY)) && add_name(name, "O", KQ_SLICE(ORGANIZATION)) &&
           add_name(name, "CN", common_name);
}

static bool set_validity(X509 *certificate, const struct kq_certificate_order *order)
{
    return ASN1_TIME_set(X509_getm_notBefore(certificate), order->not_before_s) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), order->not_after_s) != NULL;
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    bool is_added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}

static bool add_extensions(X509 *certificate, bool is_authority)
{
    return add_extension(certificate, NID_basic_constraints,
                         is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
           add_extension(certificate, NID_key_usage,
                         is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
}

static bool set_public_key(X509 *certificate, struct kq_slice der)
{
    const unsigned char *at = (const unsigned char *)der.data;
    KQ_CLEANUP(free_pkey) EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)der.size);
    return pkey != NULL && X509_set_pubkey(certificate, pkey) == 1;
}

/* The issuer's certificate names it; its own key signs. */
static struct kq_result set_issuer(X509 *certificate, const struct kq_certificate_order *order,
                                   struct kq_error *error)
{
    if (order->issuer.size == 0) {
        return X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1
                   ? KQ_OK
                   : cannot_make(error);
    }
    const unsigned char *at = (const unsigned char *)order->issuer.data;
    KQ_CLEANUP(free_certificate) X509 *issuer = d2i_X509(NULL, &at, (long)order->issuer.size);
    if (issuer == NULL) {
        return kq_openssl_fail(error, KQ_E_BAD_KEY, "the issuer's certificate cannot be read");
    }
    if (X509_check_private_key(issuer, order->issuer_key->pkey) != 1) {
        return kq_openssl_fail(error, KQ_E_BAD_KEY,
                               "the issuer's certificate is not that of its private key");
    }
    return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 ? KQ_OK : cannot_make(error);
}

static struct kq_result fill(X509 *certificate, const struct kq_certificate_order *order,
                             struct kq_error *error)
{
    bool is_filled = X509_set_version(certificate, X509_VERSION_3) == 1 &&
                     set_serial(certificate, order->serial) && set_subject(certificate, order->common_name) &&
                     set_validity(certificate, order) && set_public_key(certificate, order->public_key) &&
                     add_extensions(certificate, order->is_authority);
    if (!is_filled) {
        return cannot_make(error);
    }
    KQ_TRY(set_issuer(certificate, order, error));
    return X509_sign(certificate, order->issuer_key->pkey, EVP_sha256()) > 0 ? KQ_OK : cannot_make(error);
}

struct kq_result kq_certificate_issue(const struct kq_certificate_order *order, struct kq_buffer *pem,
                                      struct kq_error *error)
{
    KQ_ENSURE(order->common_name.size > 0 && order->common_name.size <= KQ_CERTIFICATE_NAME_MAX_CHARS, error,
              KQ_E_BAD_INPUT, "a certificate's name has 1 to %d characters", KQ_CERTIFICATE_NAME_MAX_CHARS);
    ERR_clear_error();
    KQ_CLEANUP(free_certificate) X509 *certificate = X509_new();
    if (certificate == NULL) {
        return cannot_make(error);
    }
    KQ_TRY(fill(certificate, order, error));
    unsigned char *der = NULL;
    int size = i2d_X509(certificate, &der);
    if (size <= 0) {
        return cannot_make(error);
    }
    ERR_clear_error();
    kq_certificate_write_pem((struct kq_slice){.data = (const char *)der, .size = (size_t)size}, pem);
    OPENSSL_free(der);
    KQ_ENSURE_MEMORY(!pem->failed, error);
    return KQ_OK;
}

static struct kq_result read_request(struct kq_slice der, struct kq_arena *arena, struct kq_slice *public_key,
                                     struct kq_error *error)
{
    const unsigned char *at = (const unsigned char *)der.data;
    ERR_clear_error();
    KQ_CLEANUP(free_request) X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)der.size);
    EVP_PKEY *pkey = request == NULL ? NULL : X509_REQ_get0_pubkey(request);
    if (pkey == NULL || X509_REQ_verify(request, pkey) != 1) {
        return kq_openssl_fail(error, KQ_E_BAD_KEY, "this certificate request (CSR) is damaged");
    }
    unsigned char *bytes = NULL;
    int size = i2d_PUBKEY(pkey, &bytes);
    if (size <= 0) {
        return kq_openssl_fail(error, KQ_E_BAD_KEY, "this certificate request's key cannot be read");
    }
    ERR_clear_error();
    *public_key = kq_arena_copy(arena, (struct kq_slice){.data = (const char *)bytes, .size = (size_t)size});
    OPENSSL_free(bytes);
    KQ_ENSURE_MEMORY(public_key->data, error);
    return KQ_OK;
}

struct kq_result kq_certificate_request_read(struct kq_slice text, struct kq_arena *arena,
                                             struct kq_slice *public_key, struct kq_error *error)
{
    KQ_KEY_TEXT_CLEANUP struct kq_key_text read = {0};
    KQ_TRY(kq_key_text_read(text, &read, error));
    enum kq_key_kind kind = kq_key_kind_of(read.blocks[0]);
    KQ_ENSURE(kind == KQ_KEY_KIND_REQUEST, error, KQ_E_BAD_KEY,
              "this is %s; a certificate request (CSR) is wanted here", kq_key_kind_text(kind));
    KQ_TRY(read_request(read.blocks[0], arena, public_key, error));
    /* Of the sort, size and soundness that the protocol wants. */
    struct kq_public_key *key = NULL;
    KQ_TRY(kq_public_key_load(*public_key, &key, error));
    kq_public_key_free(key);
    return KQ_OK;
}
