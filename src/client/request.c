/* SPDX-License-Identifier: Apache-2.0 */
#include "client/request.h"

#include "wire/signature.h"

static const struct kq_slice biz_content_name = {.data = "biz_content", .size = 11};

/* An empty value is not sent: it would count as none, and not be signed. */
static struct kq_result add(struct kq_params *params, enum kq_charset charset, const char *name,
                            struct kq_slice utf8, struct kq_error *error)
{
    if (utf8.size == 0) {
        return KQ_OK;
    }
    struct kq_buffer encoded KQ_CLEANUP(kq_buffer_free) = {0};
    if (!kq_charset_encode_text(charset, utf8, &encoded, error).ok) {
        return kq_fail_in(error, "%s", name);
    }
    struct kq_slice value = kq_arena_copy(params->arena, kq_buffer_slice(&encoded));
    KQ_ENSURE_MEMORY(value.data != NULL, error);
    return kq_params_add(params, kq_slice_of(name), value, error);
}

/* Encrypted as it would have been sent: in the charset. */
static struct kq_result add_content(const struct kq_request_settings *settings, struct kq_slice biz_content,
                                    struct kq_params *params, struct kq_error *error)
{
    if (settings->content_key == NULL || biz_content.size == 0) {
        return add(params, settings->charset, biz_content_name.data, biz_content, error);
    }
    struct kq_buffer plain KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    struct kq_buffer base64 KQ_CLEANUP(kq_buffer_free) = {0};
    if (!kq_charset_encode_text(settings->charset, biz_content, &plain, error).ok) {
        return kq_fail_in(error, "%s", biz_content_name.data);
    }
    KQ_TRY(kq_content_encrypt(settings->content_key, kq_buffer_slice(&plain), &base64, error));
    return add(params, KQ_CHARSET_UTF8, biz_content_name.data, kq_buffer_slice(&base64), error);
}

static struct kq_result add_all(const struct kq_request_settings *settings,
                                const struct kq_request_call *call, struct kq_params *params,
                                struct kq_error *error)
{
    enum kq_charset charset = settings->charset;
    const struct {
        const char *name;
        struct kq_slice value;
    } rows[] = {
        {"app_id", settings->app_id},
        {"method", call->method},
        {"format", KQ_SLICE("JSON")},
        {"charset", kq_slice_of(kq_charset_name(charset))},
        {"sign_type", kq_slice_of(kq_sign_type_name(settings->sign_type))},
        {"timestamp", call->timestamp},
        {"version", KQ_SLICE("1.0")},
        {"app_auth_token", settings->app_auth_token},
        {"app_cert_sn", settings->app_cert_sn},
        {"alipay_root_cert_sn", settings->root_cert_sn},
        {"encrypt_type", settings->content_key == NULL ? KQ_SLICE_EMPTY : KQ_SLICE("AES")},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        KQ_TRY(add(params, charset, rows[i].name, rows[i].value, error));
    }
    return add_content(settings, call->biz_content, params, error);
}

static struct kq_result add_signature(const struct kq_request_settings *settings,
                                      const struct kq_private_key *key, struct kq_signed_request *request,
                                      struct kq_error *error)
{
    KQ_TRY(kq_string_to_sign(&request->params, &request->string_to_sign, error));
    struct kq_buffer signature KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_sign(key, settings->sign_type, request->string_to_sign, &signature, error));
    return add(&request->params, KQ_CHARSET_UTF8, "sign", kq_buffer_slice(&signature), error);
}

static void append_pair(struct kq_buffer *form, const struct kq_param *param)
{
    kq_buffer_append(form, param->name);
    kq_buffer_append_byte(form, '=');
    kq_form_encode(param->value, form);
}

/* The public parameters go into the query, biz_content into the body. */
static struct kq_result write_form(struct kq_slice gateway_url, struct kq_signed_request *request,
                                   struct kq_error *error)
{
    struct kq_buffer url KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer body KQ_CLEANUP(kq_buffer_free) = {0};
    kq_buffer_append(&url, gateway_url);
    char separator = '?';
    for (size_t i = 0; i < request->params.count; i++) {
        const struct kq_param *param = &request->params.items[i];
        if (kq_slice_equal(param->name, biz_content_name)) {
            append_pair(&body, param);
            continue;
        }
        kq_buffer_append_byte(&url, separator);
        append_pair(&url, param);
        separator = '&';
    }
    KQ_ENSURE_MEMORY(!url.failed && !body.failed, error);
    request->url = kq_arena_copy(request->params.arena, kq_buffer_slice(&url));
    request->body = kq_arena_copy(request->params.arena, kq_buffer_slice(&body));
    KQ_ENSURE_MEMORY(request->url.data != NULL && request->body.data != NULL, error);
    return KQ_OK;
}

struct kq_result kq_request_make(const struct kq_request_settings *settings,
                                 const struct kq_private_key *private_key, const struct kq_request_call *call,
                                 struct kq_arena *arena, struct kq_signed_request *request,
                                 struct kq_error *error)
{
    kq_params_init(&request->params, arena);
    request->headers[0] = NULL;
    KQ_TRY(add_all(settings, call, &request->params, error));
    KQ_TRY(add_signature(settings, private_key, request, error));
    return write_form(settings->gateway_url, request, error);
}
