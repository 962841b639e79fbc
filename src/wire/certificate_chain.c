/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "wire/certificate.h"
#include "wire/key_object.h"
#include "wire/key_shape.h"
#include "wire/key_text.h"

/* What OpenSSL builds a chain from. Zeroed: nothing. */
struct chain {
    X509_STORE *roots;       /* owned */
    STACK_OF(X509) * others; /* owned, as are they; the first is the one in question */
    X509_STORE_CTX *context; /* owned */
};

static void free_chain(struct chain *chain)
{
    X509_STORE_CTX_free(chain->context);
    sk_X509_pop_free(chain->others, X509_free);
    X509_STORE_free(chain->roots);
}

static struct kq_result out_of_memory(struct kq_error *error)
{
    ERR_clear_error();
    return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
}

typedef bool add_function(struct chain *chain, X509 *certificate);

static bool add_root(struct chain *chain, X509 *certificate)
{
    bool done = X509_STORE_add_cert(chain->roots, certificate) == 1;
    X509_free(certificate);
    return done;
}

static bool add_other(struct chain *chain, X509 *certificate)
{
    bool done = sk_X509_push(chain->others, certificate) > 0;
    if (!done) {
        X509_free(certificate);
    }
    return done;
}

/* Every certificate of a text. */
static struct kq_result add_all(struct kq_slice text, add_function *add, struct chain *chain,
                                struct kq_error *error)
{
    KQ_KEY_TEXT_CLEANUP struct kq_key_text read = {0};
    KQ_TRY(kq_key_text_read(text, &read, error));
    for (size_t i = 0; i < read.count; i++) {
        if (kq_key_kind_of(read.blocks[i]) != KQ_KEY_KIND_CERTIFICATE) {
            continue;
        }
        const unsigned char *at = (const unsigned char *)read.blocks[i].data;
        X509 *certificate = d2i_X509(NULL, &at, (long)read.blocks[i].size);
        if (certificate == NULL) {
            return kq_openssl_fail(error, KQ_E_BAD_KEY,
                                   "this certificate is damaged: its parts cannot be read");
        }
        if (!add(chain, certificate)) {
            return out_of_memory(error);
        }
    }
    return KQ_OK;
}

static struct kq_result check(struct chain *chain, int64_t now_s, struct kq_error *error)
{
    KQ_ENSURE(sk_X509_num(chain->others) > 0, error, KQ_E_BAD_KEY, "there is no certificate in this");
    if (X509_STORE_CTX_init(chain->context, chain->roots, sk_X509_value(chain->others, 0), chain->others) !=
        1) {
        return out_of_memory(error);
    }
    X509_STORE_CTX_set_time(chain->context, 0, (time_t)now_s);
    int verified = X509_verify_cert(chain->context);
    int reason = X509_STORE_CTX_get_error(chain->context);
    ERR_clear_error();
    KQ_ENSURE_MEMORY(verified == 1 || reason != X509_V_ERR_OUT_OF_MEM, error);
    KQ_ENSURE(verified == 1, error, KQ_E_BAD_KEY, "none of the root certificates vouches for it: %s",
              X509_verify_cert_error_string(reason));
    return KQ_OK;
}

struct kq_result kq_certificate_check_issuer(struct kq_slice text, struct kq_slice roots, int64_t now_s,
                                             struct kq_error *error)
{
    struct chain chain KQ_CLEANUP(free_chain) = {
        .roots = X509_STORE_new(),
        .others = sk_X509_new_null(),
        .context = X509_STORE_CTX_new(),
    };
    if (chain.roots == NULL || chain.others == NULL || chain.context == NULL) {
        return out_of_memory(error);
    }
    KQ_TRY(add_all(roots, add_root, &chain, error));
    KQ_TRY(add_all(text, add_other, &chain, error));
    return check(&chain, now_s, error);
}
