/* SPDX-License-Identifier: Apache-2.0 */
#include "server/gateway_checks.h"

#include <assert.h>
#include <inttypes.h>

#include "base/time.h"
#include "wire/signature.h"

#define VERSION "1.0"

/* All of these are ASCII where they are valid, so their size in bytes is their length in characters. */
static struct kq_slice find(const struct kq_call *call, struct kq_slice name)
{
    return kq_params_find(&call->params, name);
}

bool kq_content_type_is(struct kq_slice content_type, const char *type)
{
    struct kq_slice media = {content_type.data, kq_slice_find(content_type, ';')};
    return kq_slice_equal_ignoring_case(kq_slice_trim(media), kq_slice_of(type));
}

static bool is_multipart(struct kq_slice content_type)
{
    return kq_content_type_is(content_type, "multipart/form-data");
}

static bool is_form(struct kq_slice content_type)
{
    return kq_content_type_is(content_type, "") ||
           kq_content_type_is(content_type, "application/x-www-form-urlencoded");
}

/* Those that change what a call does: none of them may hide in another one's value. */
static const char *const effective_names[] = {"alipay_root_cert_sn",
                                              "app_auth_token",
                                              "app_cert_sn",
                                              "app_id",
                                              "biz_content",
                                              "charset",
                                              "encrypt_type",
                                              "format",
                                              "method",
                                              "sign_type",
                                              "timestamp",
                                              "version",
                                              NULL};

/* Parameters of the query and of the body together. A body of another type has no parameters. */
static struct kq_result read_parameters(struct kq_call *call, struct kq_error *error)
{
    kq_params_init(&call->params, &call->arena);
    KQ_TRY(kq_form_decode(call->query, &call->params, error));
    if (call->is_post && is_multipart(call->content_type)) {
        return kq_multipart_decode(call->content_type, call->body, &call->params, error);
    }
    if (call->is_post && is_form(call->content_type)) {
        return kq_form_decode(call->body, &call->params, error);
    }
    return KQ_OK;
}

/* The charset decides what every other byte means: it comes first. Where it is unknown the answer is in
 * UTF-8, where bytes are not in it the answer still is. */
static struct kq_result check_charset(struct kq_call *call, struct kq_slice *biz_content,
                                      struct kq_error *error)
{
    enum kq_charset charset = KQ_CHARSET_UTF8;
    KQ_TRY(kq_charset_parse(find(call, KQ_SLICE("charset")), &charset, error));
    call->charset = charset;
    *biz_content = KQ_SLICE_EMPTY;
    bool seen = false;
    for (size_t i = 0; i < call->params.count; i++) {
        const struct kq_param *param = &call->params.items[i];
        struct kq_slice decoded;
        KQ_TRY(kq_charset_decode(charset, param->name, &call->arena, &decoded, error));
        KQ_TRY(kq_charset_decode(charset, param->value, &call->arena, &decoded, error));
        if (!seen && kq_slice_equal(param->name, KQ_SLICE("biz_content"))) {
            *biz_content = decoded;
            seen = true;
        }
    }
    return KQ_OK;
}

static struct kq_result check_method(struct kq_call *call, struct kq_error *error)
{
    struct kq_slice name = find(call, KQ_SLICE("method"));
    KQ_ENSURE(name.size > 0, error, KQ_E_MISSING_METHOD, "%s", "");
    KQ_ENSURE(call->method != NULL, error, KQ_E_INVALID_METHOD, "%s", "");
    return KQ_OK;
}

struct kq_result kq_check_application(const struct kq_check_context *context, struct kq_call *call,
                                      struct kq_slice app_cert_sn, const struct kq_application **application,
                                      struct kq_error *error)
{
    struct kq_slice app_id = call->app_id;
    KQ_ENSURE(app_id.size > 0, error, KQ_E_MISSING_APP_ID, "%s", "");
    KQ_ENSURE(app_id.size <= KQ_APP_ID_MAX_CHARS, error, KQ_E_INVALID_APP_ID, "%s", "");
    KQ_TRY(kq_application_cache_get(context->applications, context->reader, app_id, application, error));
    KQ_ENSURE(*application != NULL, error, KQ_E_INVALID_APP_ID, "%s", "");
    if (kq_application_is_in_certificate_mode(*application, app_cert_sn)) {
        call->answer_cert_sn = context->certificates->sn;
    }
    return KQ_OK;
}

static struct kq_result check_sign_type(struct kq_call *call, enum kq_sign_type *sign_type,
                                        struct kq_error *error)
{
    struct kq_slice text = find(call, KQ_SLICE("sign_type"));
    KQ_ENSURE(text.size > 0, error, KQ_E_MISSING_SIGN_TYPE, "%s", "");
    KQ_ENSURE(kq_sign_type_parse(text, sign_type), error, KQ_E_INVALID_SIGN_TYPE, "%s", "");
    return KQ_OK;
}

static struct kq_result check_timestamp(const struct kq_check_context *context, struct kq_call *call,
                                        struct kq_error *error)
{
    struct kq_slice text = find(call, KQ_SLICE("timestamp"));
    KQ_ENSURE(text.size > 0, error, KQ_E_MISSING_TIMESTAMP, "%s", "");
    int64_t timestamp_s = 0;
    KQ_ENSURE(kq_time_parse(text, &timestamp_s, NULL).ok, error, KQ_E_INVALID_TIMESTAMP, "%s", "");
    int64_t away_s =
        timestamp_s > context->wall_s ? timestamp_s - context->wall_s : context->wall_s - timestamp_s;
    KQ_ENSURE(context->clock_skew_s == 0 || away_s <= context->clock_skew_s, error, KQ_E_INVALID_TIMESTAMP,
              "%s", "");
    return KQ_OK;
}

static struct kq_result check_version_and_format(struct kq_call *call, struct kq_error *error)
{
    struct kq_slice version = find(call, KQ_SLICE("version"));
    bool may_lack_it = version.size == 0 && call->method->may_lack_version;
    KQ_ENSURE(version.size > 0 || may_lack_it, error, KQ_E_MISSING_VERSION, "%s", "");
    KQ_ENSURE(may_lack_it || kq_slice_equal(version, KQ_SLICE(VERSION)), error,
              KQ_E_INVALID_PARAMETER_GATEWAY, "version取值只能为" VERSION);
    struct kq_slice format = find(call, KQ_SLICE("format"));
    KQ_ENSURE(format.size == 0 || kq_slice_equal_ignoring_case(format, KQ_SLICE("JSON")), error,
              KQ_E_INVALID_FORMAT, "%s", "");
    return KQ_OK;
}

static struct kq_result verify_anew(const struct kq_check_context *context, struct kq_call *call,
                                    struct kq_slice key_der, enum kq_sign_type sign_type,
                                    struct kq_slice signature, struct kq_error *error)
{
    const struct kq_public_key *key = NULL;
    KQ_TRY(kq_key_cache_get(context->keys, key_der, &key, error));
    kq_metrics_add(context->metrics, KQ_COUNTER_VERIFICATIONS, 1);
    return kq_verify(key, sign_type, call->string_to_sign, signature, &call->arena, error);
}

/* Whether the key verifies the call's signature. What has been verified once need not be worked out again; in
 * the newer protocol nothing comes a second time, so there it is not remembered. */
static struct kq_result verify(const struct kq_check_context *context, struct kq_call *call,
                               struct kq_slice key_der, enum kq_sign_type sign_type,
                               struct kq_slice signature, struct kq_error *error)
{
    if (kq_call_is_v3(call)) {
        return verify_anew(context, call, key_der, sign_type, signature, error);
    }
    unsigned char digest[KQ_SHA256_BYTES];
    const struct kq_memo_verification verification = {
        .key = key_der,
        .sign_type = sign_type,
        .string_to_sign = call->string_to_sign,
        .signature = signature,
    };
    KQ_TRY(kq_memo_verification_digest(context->memo, &verification, digest, error));
    if (kq_memo_has_verified(context->memo, digest)) {
        return KQ_OK;
    }
    KQ_TRY(verify_anew(context, call, key_der, sign_type, signature, error));
    kq_memo_put_verified(context->memo, digest);
    return KQ_OK;
}

struct kq_result kq_check_signature(const struct kq_check_context *context, struct kq_call *call,
                                    enum kq_sign_type sign_type, const struct kq_candidates *candidates,
                                    struct kq_slice signature, struct kq_error *error)
{
    KQ_ENSURE(signature.size <= KQ_SIGNATURE_TEXT_MAX, error, KQ_E_INVALID_SIGNATURE, "%s", "");
    struct kq_error untimely = {0}; /* of one that has verified */
    for (size_t i = 0; i < candidates->count; i++) {
        const struct kq_candidate *candidate = &candidates->items[i];
        if (!verify(context, call, candidate->key, sign_type, signature, error).ok) {
            KQ_ENSURE(error->code == KQ_E_INVALID_SIGNATURE, error, error->code, "%s", "");
        } else if (kq_check_validity(candidate, context->business_s, &untimely).ok) {
            call->verified = true;
            *error = (struct kq_error){0}; /* what the first key of a rotation may have left */
            return KQ_OK;
        }
    }
    if (untimely.code != KQ_E_NONE) {
        *error = untimely;
    }
    return KQ_FAILED;
}

static struct kq_result choose_keys(const struct kq_check_context *context, const struct kq_call *call,
                                    const struct kq_application *application, enum kq_sign_type sign_type,
                                    struct kq_candidates *candidates, struct kq_error *error)
{
    const struct kq_certificate_claim claim = {
        .app_cert_sn = find(call, KQ_SLICE("app_cert_sn")),
        .root_cert_sn = find(call, KQ_SLICE("alipay_root_cert_sn")),
    };
    return kq_choose_keys(context->certificates, application, sign_type, &claim, candidates, error);
}

static struct kq_result check_signature(const struct kq_check_context *context, struct kq_call *call,
                                        const struct kq_application *application, enum kq_sign_type sign_type,
                                        struct kq_error *error)
{
    struct kq_candidates candidates;
    KQ_TRY(choose_keys(context, call, application, sign_type, &candidates, error));
    KQ_TRY(kq_string_to_sign(&call->params, &call->string_to_sign, error));
    return kq_check_signature(context, call, sign_type, &candidates, find(call, KQ_SLICE("sign")), error);
}

struct kq_result kq_check_state(const struct kq_application *application, struct kq_error *error)
{
    KQ_ENSURE(application->state == KQ_APPLICATION_ACTIVE, error, KQ_E_APP_NOT_PERMITTED, "%s", "");
    return KQ_OK;
}

static struct kq_result check_application_permission(const struct kq_application *application,
                                                     const struct kq_method *method, struct kq_error *error)
{
    bool may = method->allowed_by_default;
    for (size_t i = 0; i < application->permission_count && !may; i++) {
        may = kq_slice_equal(application->permissions[i], kq_slice_of(method->name));
    }
    bool has_own_code = method->permission_error != KQ_E_NONE;
    KQ_ENSURE(may, error, has_own_code ? method->permission_error : KQ_E_APP_NOT_PERMITTED, "%s", "");
    return KQ_OK;
}

/* A grant makes the call one of the merchant that gave it. */
static struct kq_result check_grant(const struct kq_check_context *context, struct kq_call *call,
                                    struct kq_slice token, struct kq_error *error)
{
    KQ_ENSURE(token.size <= KQ_APP_AUTH_TOKEN_CHARS, error, KQ_E_INVALID_TOKEN, "%s", "");
    struct kq_operation get = {.kind = KQ_OP_GRANT_GET, .arena = &call->arena};
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    KQ_TRY(kq_sha256(token, digest, error));
    get.grant_get.token_digest = (struct kq_slice){(const char *)digest, sizeof(digest)};
    kq_reader_read(context->reader, &get);
    if (get.error.code != KQ_E_NONE) {
        *error = get.error;
        return KQ_FAILED;
    }
    KQ_ENSURE(get.grant_get.found, error, KQ_E_INVALID_TOKEN, "%s", "");
    const struct kq_grant *grant = &get.grant_get.grant;
    KQ_TRY(kq_grant_check(grant, call->app_id, kq_slice_of(call->method->name), context->business_s, error));
    call->caller.pid = grant->pid;
    return KQ_OK;
}

struct kq_result kq_check_permission(const struct kq_check_context *context, struct kq_call *call,
                                     const struct kq_application *application, struct kq_slice token,
                                     struct kq_error *error)
{
    /* The application may be gone from the cache when the store is done with the call. */
    call->caller = (struct kq_caller){
        .app_id = call->app_id,
        .pid = kq_arena_copy(&call->arena, application->pid),
        .now_s = context->business_s,
        .gateway_cert_sn = context->certificates->sn,
        .gateway_certificate = context->certificates->pem,
    };
    KQ_ENSURE_MEMORY(call->caller.pid.data, error);
    KQ_TRY(check_application_permission(application, call->method, error));
    return token.size == 0 ? KQ_OK : check_grant(context, call, token, error);
}

struct kq_result kq_check_limits(const struct kq_check_context *context, const struct kq_call *call,
                                 const struct kq_application *application, struct kq_error *error)
{
    if (context->limits == NULL) {
        return KQ_OK;
    }
    return kq_rate_limits_take(context->limits, application, kq_slice_of(call->method->name),
                               context->monotonic_us, error);
}

struct kq_result kq_gateway_check_call(const struct kq_check_context *context, struct kq_call *call,
                                       struct kq_slice *biz_content, struct kq_error *error)
{
    const struct kq_application *application = NULL;
    enum kq_sign_type sign_type = KQ_SIGN_RSA2;

    struct kq_result read = read_parameters(call, error);
    /* Whatever fails from here on is answered in the method's name and signed as wanted, if these can be
     * told. */
    call->method = kq_method_find(find(call, KQ_SLICE("method")));
    call->app_id = find(call, KQ_SLICE("app_id"));
    if (kq_sign_type_parse(find(call, KQ_SLICE("sign_type")), &sign_type)) {
        call->answer_sign_type = sign_type;
    }
    KQ_TRY(read);
    KQ_TRY(check_charset(call, biz_content, error));
    KQ_TRY(kq_params_check_duplicates(&call->params, error));
    KQ_TRY(kq_params_check_boundaries(&call->params, effective_names, error));
    KQ_TRY(check_method(call, error));
    KQ_TRY(kq_check_application(context, call, find(call, KQ_SLICE("app_cert_sn")), &application, error));
    assert(application != NULL);
    KQ_TRY(check_sign_type(call, &sign_type, error));
    KQ_ENSURE(find(call, KQ_SLICE("sign")).size > 0, error, KQ_E_MISSING_SIGNATURE, "%s", "");
    KQ_TRY(check_timestamp(context, call, error));
    KQ_TRY(check_version_and_format(call, error));
    KQ_TRY(check_signature(context, call, application, sign_type, error));
    call->is_fresh = true; /* copies are not told apart here: they cost no signature that is not remembered */
    KQ_TRY(kq_check_state(application, error));
    KQ_TRY(kq_check_permission(context, call, application, find(call, KQ_SLICE("app_auth_token")), error));
    KQ_TRY(kq_check_limits(context, call, application, error));
    return kq_decrypt_content(call, application, find(call, KQ_SLICE("encrypt_type")), biz_content, error);
}
