/* SPDX-License-Identifier: Apache-2.0 */
#include "server/gateway_modes.h"

#include "wire/base64.h"
#include "wire/charset.h"
#include "wire/content_cipher.h"

#define ENCRYPT_TYPE_AES "AES"
#define AES_BLOCK_BYTES 16

/* A key, and the certificate that it was registered with or none. */
struct registered_key {
    struct kq_slice key;
    const struct kq_application_certificate *certificate;
};

static bool has_certificate(const struct registered_key *registered)
{
    return registered->certificate->der.size > 0;
}

static void add_candidate(struct kq_candidates *candidates, struct kq_slice key,
                          const struct kq_application_certificate *certificate)
{
    candidates->items[candidates->count++] = (struct kq_candidate){.key = key, .certificate = certificate};
}

static void choose_bare_keys(const struct registered_key registered[KQ_CANDIDATES_MAX],
                             struct kq_candidates *candidates)
{
    for (size_t i = 0; i < KQ_CANDIDATES_MAX; i++) {
        if (registered[i].key.size > 0 && !has_certificate(&registered[i])) {
            add_candidate(candidates, registered[i].key, NULL);
        }
    }
}

static void choose_named_keys(const struct registered_key registered[KQ_CANDIDATES_MAX], struct kq_slice sn,
                              struct kq_candidates *candidates)
{
    for (size_t i = 0; i < KQ_CANDIDATES_MAX; i++) {
        const struct kq_application_certificate *certificate = registered[i].certificate;
        if (has_certificate(&registered[i]) && kq_slice_equal(certificate->sn, sn)) {
            add_candidate(candidates, registered[i].key, certificate);
        }
    }
}

static struct kq_result check_claim(const struct kq_gateway_certificates *certificates,
                                    const struct registered_key registered[KQ_CANDIDATES_MAX],
                                    const struct kq_certificate_claim *claim,
                                    struct kq_candidates *candidates, struct kq_error *error)
{
    KQ_ENSURE(claim->app_cert_sn.size > 0, error, KQ_E_MISSING_APP_CERT_SN, "%s", "");
    bool names_root = claim->root_cert_sn.size > 0;
    KQ_ENSURE(names_root || claim->may_lack_root, error, KQ_E_MISSING_ROOT_CERT_SN, "%s", "");
    choose_named_keys(registered, claim->app_cert_sn, candidates);
    KQ_ENSURE(candidates->count > 0, error, KQ_E_INVALID_PARAMETER_GATEWAY,
              "app_cert_sn与应用登记的公钥证书不符");
    KQ_ENSURE(certificates->sn.size > 0 && certificates->roots_sn.size > 0, error,
              KQ_E_INVALID_PARAMETER_GATEWAY, "网关没有证书，不支持公钥证书方式");
    KQ_ENSURE(!names_root || kq_slice_equal(claim->root_cert_sn, certificates->roots_sn), error,
              KQ_E_INVALID_PARAMETER_GATEWAY, "alipay_root_cert_sn与网关的根证书不符");
    return KQ_OK;
}

struct kq_result kq_choose_keys(const struct kq_gateway_certificates *certificates,
                                const struct kq_application *application, enum kq_sign_type sign_type,
                                const struct kq_certificate_claim *claim, struct kq_candidates *candidates,
                                struct kq_error *error)
{
    const struct kq_application_keys *keys = &application->keys[sign_type];
    const struct registered_key registered[KQ_CANDIDATES_MAX] = {
        {keys->current, &keys->current_certificate},
        {keys->next, &keys->next_certificate},
    };
    *candidates = (struct kq_candidates){0};
    KQ_ENSURE(keys->current.size > 0 || keys->next.size > 0, error, KQ_E_NO_KEY_CONFIGURED, "%s", "");
    if (!kq_application_is_in_certificate_mode(application, claim->app_cert_sn)) {
        choose_bare_keys(registered, candidates);
    }
    return candidates->count > 0 ? KQ_OK : check_claim(certificates, registered, claim, candidates, error);
}

struct kq_result kq_check_validity(const struct kq_candidate *candidate, int64_t business_s,
                                   struct kq_error *error)
{
    const struct kq_application_certificate *certificate = candidate->certificate;
    if (certificate == NULL) {
        return KQ_OK;
    }
    KQ_ENSURE(business_s <= certificate->not_after_s, error, KQ_E_APP_CERT_EXPIRED, "%s", "");
    KQ_ENSURE(business_s >= certificate->not_before_s, error, KQ_E_INVALID_PARAMETER_GATEWAY,
              "app_cert_sn对应的证书尚未生效");
    return KQ_OK;
}

/* Base64 of whole blocks, which no JSON is. */
static bool looks_encrypted(struct kq_slice text, struct kq_arena *arena)
{
    struct kq_slice bytes;
    return text.size > 0 && kq_base64_decode(text, arena, &bytes, NULL).ok && bytes.size > 0 &&
           bytes.size % AES_BLOCK_BYTES == 0;
}

/* The plain bytes are in the call's charset. */
static struct kq_result decrypt(struct kq_slice key_bytes, struct kq_call *call, struct kq_slice *biz_content,
                                struct kq_error *error)
{
    struct kq_content_key *key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    struct kq_buffer plain KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    struct kq_error inner = {0};
    KQ_TRY(kq_content_key_load_bytes(key_bytes, &key, error));
    if (!kq_content_decrypt(key, *biz_content, &plain, &inner).ok) {
        KQ_ENSURE(inner.code == KQ_E_BAD_INPUT, error, inner.code, "%s", inner.detail);
        return kq_fail(error, KQ_E_DECRYPTION_FAILED, "%s", "");
    }
    struct kq_slice kept = kq_arena_copy(&call->arena, kq_buffer_slice(&plain));
    KQ_ENSURE_MEMORY(kept.data, error);
    if (!kq_charset_decode(call->charset, kept, &call->arena, biz_content, &inner).ok) {
        KQ_ENSURE(inner.code == KQ_E_INVALID_CHARSET, error, inner.code, "%s", inner.detail);
        return kq_fail(error, KQ_E_DECRYPTION_FAILED, "%s", "");
    }
    return KQ_OK;
}

struct kq_result kq_decrypt_content(struct kq_call *call, const struct kq_application *application,
                                    struct kq_slice encrypt_type, struct kq_slice *biz_content,
                                    struct kq_error *error)
{
    bool can_encrypt = application->content_key.size > 0;
    if (encrypt_type.size == 0) {
        KQ_ENSURE(!can_encrypt || !looks_encrypted(*biz_content, &call->arena), error,
                  KQ_E_MISSING_ENCRYPT_TYPE, "%s", "");
        return KQ_OK;
    }
    KQ_ENSURE(kq_slice_equal(encrypt_type, KQ_SLICE(ENCRYPT_TYPE_AES)), error, KQ_E_INVALID_ENCRYPT_TYPE,
              "%s", "");
    KQ_ENSURE(can_encrypt, error, KQ_E_NO_ENCRYPT_KEY, "%s", "");
    /* The application may be gone from the cache when the answer is made. */
    struct kq_slice key = kq_arena_copy(&call->arena, application->content_key);
    KQ_ENSURE_MEMORY(key.data, error);
    if (biz_content->size > 0) {
        KQ_TRY(decrypt(key, call, biz_content, error));
    }
    call->content_key = key;
    return KQ_OK;
}
