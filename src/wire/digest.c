/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/digest.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/memory.h"
#include "wire/key_object.h"

struct kq_digester {
    EVP_MD *sha256;      /* owned */
    EVP_MD_CTX *context; /* owned */
};

struct kq_result kq_digester_open(struct kq_digester **digester, struct kq_error *error)
{
    *digester = NULL;
    struct kq_digester *made = kq_memory_allocate(sizeof(*made));
    KQ_ENSURE_MEMORY(made != NULL, error);
    ERR_clear_error();
    made->sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    made->context = EVP_MD_CTX_new();
    if (made->sha256 == NULL || made->context == NULL) {
        kq_digester_close(made);
        return kq_openssl_fail(error, KQ_E_CRYPTO, "this system's OpenSSL has no SHA-256");
    }
    *digester = made;
    return KQ_OK;
}

void kq_digester_close(struct kq_digester *digester)
{
    if (digester != NULL) {
        EVP_MD_CTX_free(digester->context);
        EVP_MD_free(digester->sha256);
        kq_memory_free(digester);
    }
}

struct kq_result kq_digester_sha256(struct kq_digester *digester, const struct kq_slice *parts, size_t count,
                                    unsigned char digest[KQ_SHA256_BYTES], struct kq_error *error)
{
    bool is_good = EVP_DigestInit_ex2(digester->context, digester->sha256, NULL) == 1;
    for (size_t i = 0; is_good && i < count; i++) {
        is_good = EVP_DigestUpdate(digester->context, parts[i].data, parts[i].size) == 1;
    }
    if (!is_good || EVP_DigestFinal_ex(digester->context, digest, NULL) != 1) {
        return kq_openssl_fail(error, KQ_E_CRYPTO, "no digest could be made");
    }
    return KQ_OK;
}
