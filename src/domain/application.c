/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/application.h"

#include "domain/text.h"
#include "domain/user.h"

const char *kq_application_state_name(enum kq_application_state state)
{
    static const char *const names[] = {
        [KQ_APPLICATION_ACTIVE] = "active",
        [KQ_APPLICATION_DISABLED] = "disabled",
    };
    return names[state];
}

bool kq_application_same_certificate(const struct kq_application_certificate *a,
                                     const struct kq_application_certificate *b)
{
    return kq_slice_equal(a->der, b->der);
}

/* `is_all`: so far, for the question about all keys. */
static bool has_sn(struct kq_slice key, const struct kq_application_certificate *certificate,
                   struct kq_slice sn, bool *is_all)
{
    bool has_certificate = certificate->der.size > 0;
    *is_all = *is_all && (key.size == 0 || has_certificate);
    return has_certificate && sn.size > 0 && kq_slice_equal(certificate->sn, sn);
}

bool kq_application_is_in_certificate_mode(const struct kq_application *application, struct kq_slice sn)
{
    bool has_key = false;
    bool is_all = true;
    bool is_named = false;
    for (size_t i = 0; i < KQ_SIGN_TYPE_COUNT; i++) {
        const struct kq_application_keys *keys = &application->keys[i];
        has_key = has_key || keys->current.size > 0 || keys->next.size > 0;
        is_named = has_sn(keys->current, &keys->current_certificate, sn, &is_all) || is_named;
        is_named = has_sn(keys->next, &keys->next_certificate, sn, &is_all) || is_named;
    }
    return is_named || (has_key && is_all);
}

int64_t kq_application_limit(const struct kq_application *application, struct kq_slice method)
{
    for (size_t i = 0; i < application->limit_count; i++) {
        if (kq_slice_equal(application->limits[i].method, method)) {
            return application->limits[i].per_second;
        }
    }
    return 0;
}

static bool same_keys(const struct kq_application *a, const struct kq_application *b)
{
    for (size_t i = 0; i < KQ_SIGN_TYPE_COUNT; i++) {
        const struct kq_application_keys *mine = &a->keys[i];
        const struct kq_application_keys *other = &b->keys[i];
        if (!kq_slice_equal(mine->current, other->current) || !kq_slice_equal(mine->next, other->next) ||
            !kq_application_same_certificate(&mine->current_certificate, &other->current_certificate) ||
            !kq_application_same_certificate(&mine->next_certificate, &other->next_certificate)) {
            return false;
        }
    }
    return true;
}

struct kq_result kq_application_decide_create(const struct kq_application *application,
                                              const struct kq_application *same_id, bool *created,
                                              struct kq_error *error)
{
    KQ_TRY(kq_text_check_id("app id", application->app_id, KQ_APP_ID_MAX_CHARS, error));
    KQ_TRY(kq_party_id_check("pid", application->pid, error));
    KQ_TRY(kq_text_check("application name", application->name, 0, KQ_NAME_MAX_CHARS, error));
    KQ_TRY(kq_text_check_ids("permission", application->permissions, application->permission_count,
                             KQ_PERMISSIONS_MAX, KQ_METHOD_MAX_CHARS, error));
    *created = same_id == NULL;
    if (*created) {
        return KQ_OK;
    }
    KQ_ENSURE(kq_slice_equal(application->pid, same_id->pid), error, KQ_E_CONFLICT,
              "the application exists and belongs to merchant %.*s", KQ_SLICE_PRINT(same_id->pid));
    KQ_ENSURE(kq_slice_equal(application->name, same_id->name), error, KQ_E_CONFLICT,
              "the application exists with another name");
    KQ_ENSURE(same_keys(application, same_id), error, KQ_E_CONFLICT,
              "the application exists with other keys");
    KQ_ENSURE(kq_text_same_set(application->permissions, application->permission_count, same_id->permissions,
                               same_id->permission_count),
              error, KQ_E_CONFLICT, "the application exists with other permissions");
    KQ_ENSURE(application->state == same_id->state, error, KQ_E_CONFLICT, "the application exists and is %s",
              kq_application_state_name(same_id->state));
    return KQ_OK;
}

static bool covers(const struct kq_grant *grant, struct kq_slice method)
{
    for (size_t i = 0; i < grant->method_count; i++) {
        if (kq_slice_equal(grant->methods[i], method)) {
            return true;
        }
    }
    return grant->method_count == 0;
}

struct kq_result kq_grant_check(const struct kq_grant *grant, struct kq_slice app_id, struct kq_slice method,
                                int64_t now_s, struct kq_error *error)
{
    KQ_ENSURE(grant != NULL && kq_slice_equal(grant->app_id, app_id), error, KQ_E_INVALID_TOKEN, "%s", "");
    KQ_ENSURE(now_s < grant->expires_s, error, KQ_E_TOKEN_EXPIRED, "%s", "");
    KQ_ENSURE(covers(grant, method), error, KQ_E_TOKEN_NO_API, "%s", "");
    return KQ_OK;
}

static bool is_city_code(struct kq_slice text)
{
    return text.size == KQ_CITY_CODE_DIGITS && kq_slice_is_digits(text);
}

struct kq_result kq_shop_decide_create(const struct kq_shop *shop, const struct kq_shop *same_id,
                                       bool *created, struct kq_error *error)
{
    KQ_TRY(kq_text_check_id("shop id", shop->shop_id, KQ_SHOP_ID_MAX_CHARS, error));
    KQ_TRY(kq_party_id_check("pid", shop->pid, error));
    KQ_TRY(kq_text_check("shop name", shop->name, 0, KQ_NAME_MAX_CHARS, error));
    KQ_ENSURE(is_city_code(shop->city_code), error, KQ_E_BAD_INPUT,
              "city code is not the %d digits of GB/T 2260", KQ_CITY_CODE_DIGITS);
    *created = same_id == NULL;
    if (*created) {
        return KQ_OK;
    }
    KQ_ENSURE(kq_slice_equal(shop->pid, same_id->pid), error, KQ_E_CONFLICT,
              "the shop exists and belongs to merchant %.*s", KQ_SLICE_PRINT(same_id->pid));
    KQ_ENSURE(kq_slice_equal(shop->name, same_id->name), error, KQ_E_CONFLICT,
              "the shop exists with another name");
    KQ_ENSURE(kq_slice_equal(shop->city_code, same_id->city_code), error, KQ_E_CONFLICT,
              "the shop exists in another city");
    return KQ_OK;
}

struct kq_result kq_merchant_decide_create(const struct kq_merchant *merchant,
                                           const struct kq_merchant *same_id, bool *created,
                                           struct kq_error *error)
{
    KQ_TRY(kq_party_id_check("pid", merchant->pid, error));
    KQ_TRY(kq_text_check("merchant name", merchant->name, 0, KQ_NAME_MAX_CHARS, error));
    bool names_it = same_id != NULL && same_id->name.size == 0 && merchant->name.size > 0;
    *created = same_id == NULL || names_it;
    KQ_ENSURE(*created || merchant->name.size == 0 || kq_slice_equal(merchant->name, same_id->name), error,
              KQ_E_CONFLICT, "the merchant exists with another name");
    return KQ_OK;
}
