/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/application_change.h"

#include "domain/text.h"
#include "domain/user.h"

struct kq_result kq_application_decide_rotate(const struct kq_application *application,
                                              struct kq_slice public_key,
                                              const struct kq_application_certificate *certificate,
                                              bool keep_current, struct kq_application_keys *keys,
                                              bool *changed, struct kq_error *error)
{
    KQ_ENSURE(application != NULL, error, KQ_E_NOT_FOUND, "there is no such application");
    struct kq_application_keys before = *keys;
    if (public_key.size == 0) {
        KQ_ENSURE(keys->next.size > 0, error, KQ_E_ILLEGAL_STATE,
                  "no key of this sign type is being phased in");
        *keys = (struct kq_application_keys){.current = before.next,
                                             .current_certificate = before.next_certificate};
    } else if (!keep_current || before.current.size == 0) {
        *keys = (struct kq_application_keys){.current = public_key, .current_certificate = *certificate};
    } else if (!kq_slice_equal(public_key, before.current) ||
               !kq_application_same_certificate(certificate, &before.current_certificate)) {
        keys->next = public_key;
        keys->next_certificate = *certificate;
    }
    *changed = !kq_slice_equal(keys->current, before.current) || !kq_slice_equal(keys->next, before.next) ||
               !kq_application_same_certificate(&keys->current_certificate, &before.current_certificate) ||
               !kq_application_same_certificate(&keys->next_certificate, &before.next_certificate);
    return KQ_OK;
}

struct kq_result kq_application_decide_content_key(const struct kq_application *application,
                                                   struct kq_slice content_key, bool replace, bool *changed,
                                                   struct kq_error *error)
{
    KQ_ENSURE(application != NULL, error, KQ_E_NOT_FOUND, "there is no such application");
    size_t size = content_key.size;
    KQ_ENSURE(size == 0 || size == 16 || size == 24 || size == 32, error, KQ_E_BAD_INPUT,
              "a content key has 16, 24 or 32 bytes");
    *changed = !kq_slice_equal(content_key, application->content_key);
    KQ_ENSURE(!*changed || replace || size == 0 || application->content_key.size == 0, error, KQ_E_CONFLICT,
              "the application has another content key");
    return KQ_OK;
}

struct kq_result kq_application_decide_permit(const struct kq_application *application,
                                              struct kq_slice method, bool revoke, bool *changed,
                                              struct kq_error *error)
{
    KQ_ENSURE(application != NULL, error, KQ_E_NOT_FOUND, "there is no such application");
    KQ_TRY(kq_text_check_id("method", method, KQ_METHOD_MAX_CHARS, error));
    bool permitted = false;
    for (size_t i = 0; i < application->permission_count && !permitted; i++) {
        permitted = kq_slice_equal(application->permissions[i], method);
    }
    *changed = permitted == revoke;
    KQ_ENSURE(!*changed || revoke || application->permission_count < KQ_PERMISSIONS_MAX, error,
              KQ_E_BAD_INPUT, "an application has at most %d permissions", KQ_PERMISSIONS_MAX);
    return KQ_OK;
}

struct kq_result kq_application_decide_limit(const struct kq_application *application, struct kq_slice method,
                                             int64_t per_second, bool *changed, struct kq_error *error)
{
    KQ_ENSURE(application != NULL, error, KQ_E_NOT_FOUND, "there is no such application");
    if (method.size > 0) {
        KQ_TRY(kq_text_check_id("method", method, KQ_METHOD_MAX_CHARS, error));
    }
    KQ_ENSURE(per_second >= 0 && per_second <= KQ_CALLS_PER_SECOND_MAX, error, KQ_E_BAD_INPUT,
              "a limit is from 1 to %d calls a second, or 0 for none", KQ_CALLS_PER_SECOND_MAX);
    int64_t before = kq_application_limit(application, method);
    *changed = per_second != before;
    bool is_one_more = per_second > 0 && before == 0;
    KQ_ENSURE(!is_one_more || application->limit_count < KQ_LIMITS_MAX, error, KQ_E_BAD_INPUT,
              "an application has at most %d limits", KQ_LIMITS_MAX);
    return KQ_OK;
}

struct kq_result kq_application_decide_set_state(const struct kq_application *application,
                                                 enum kq_application_state state, bool *changed,
                                                 struct kq_error *error)
{
    KQ_ENSURE(application != NULL, error, KQ_E_NOT_FOUND, "there is no such application");
    *changed = application->state != state;
    return KQ_OK;
}

struct kq_result kq_grant_decide_create(const struct kq_grant *grant,
                                        const struct kq_application *application,
                                        const struct kq_grant *same_token, bool *created,
                                        struct kq_error *error)
{
    KQ_ENSURE(grant->token_digest.size == KQ_TOKEN_DIGEST_BYTES, error, KQ_E_BAD_INPUT,
              "a token's digest has %d bytes", KQ_TOKEN_DIGEST_BYTES);
    KQ_TRY(kq_party_id_check("pid", grant->pid, error));
    KQ_TRY(kq_text_check_ids("method", grant->methods, grant->method_count, KQ_PERMISSIONS_MAX,
                             KQ_METHOD_MAX_CHARS, error));
    KQ_ENSURE(application != NULL, error, KQ_E_NOT_FOUND, "there is no application %.*s",
              KQ_SLICE_PRINT(grant->app_id));
    *created = same_token == NULL;
    bool is_same = *created || (kq_slice_equal(grant->app_id, same_token->app_id) &&
                                kq_slice_equal(grant->pid, same_token->pid) &&
                                grant->expires_s == same_token->expires_s &&
                                kq_text_same_set(grant->methods, grant->method_count, same_token->methods,
                                                 same_token->method_count));
    KQ_ENSURE(is_same, error, KQ_E_CONFLICT, "the token belongs to another grant");
    return KQ_OK;
}
