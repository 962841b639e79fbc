/* SPDX-License-Identifier: Apache-2.0 */
#include "client/request.h"

#include <string.h>

#include "wire/signature.h"

static const struct kq_slice biz_content_name = {.data = "biz_content", .size = 11};

/* A copy in the arena. UTF-8, which nearly all send, is only looked at. */
static struct kq_result encode(enum kq_charset charset, struct kq_slice utf8, struct kq_arena *arena,
                               struct kq_slice *value, struct kq_error *error)
{
    struct kq_buffer encoded KQ_CLEANUP(kq_buffer_free) = {0};
    if (charset == KQ_CHARSET_UTF8) {
        KQ_ENSURE(kq_utf8_is_valid(utf8), error, KQ_E_BAD_INPUT, "not UTF-8");
    } else {
        KQ_TRY(kq_charset_encode_text(charset, utf8, &encoded, error));
    }
    *value = kq_arena_copy(arena, charset == KQ_CHARSET_UTF8 ? utf8 : kq_buffer_slice(&encoded));
    KQ_ENSURE_MEMORY(value->data != NULL, error);
    return KQ_OK;
}

/* An empty value is not sent: it would count as none, and not be signed. */
static struct kq_result add(struct kq_params *params, enum kq_charset charset, const char *name,
                            struct kq_slice utf8, struct kq_error *error)
{
    struct kq_slice value = KQ_SLICE_EMPTY;
    if (utf8.size == 0) {
        return KQ_OK;
    }
    if (!encode(charset, utf8, params->arena, &value, error).ok) {
        return kq_fail_in(error, "%s", name);
    }
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

static size_t pair_size(const struct kq_param *param)
{
    return param->name.size + 1 + kq_form_encoded_size(param->value);
}

static char *write_bytes(struct kq_slice bytes, char *at)
{
    memcpy(at, bytes.data, bytes.size);
    return at + bytes.size;
}

static char *write_pair(const struct kq_param *param, char *at)
{
    at = write_bytes(param->name, at);
    *at++ = '=';
    return kq_form_encode_at(param->value, at);
}

static bool is_body(const struct kq_param *param)
{
    return kq_slice_equal(param->name, biz_content_name);
}

/* The public parameters go into the query, biz_content into the body. */
static struct kq_result write_form(struct kq_slice gateway_url, struct kq_signed_request *request,
                                   struct kq_error *error)
{
    const struct kq_params *params = &request->params;
    size_t url_size = gateway_url.size;
    size_t body_size = 0;
    for (size_t i = 0; i < params->count; i++) {
        bool body = is_body(&params->items[i]);
        body_size += body ? pair_size(&params->items[i]) : 0;
        url_size += body ? 0 : 1 + pair_size(&params->items[i]);
    }
    char *url = kq_arena_allocate(params->arena, url_size + 1);
    char *body = kq_arena_allocate(params->arena, body_size + 1);
    KQ_ENSURE_MEMORY(url != NULL && body != NULL, error);
    request->url = (struct kq_slice){.data = url, .size = url_size};
    request->body = (struct kq_slice){.data = body, .size = body_size};
    url = write_bytes(gateway_url, url);
    char separator = '?';
    for (size_t i = 0; i < params->count; i++) {
        if (is_body(&params->items[i])) {
            body = write_pair(&params->items[i], body);
        } else {
            *url++ = separator;
            url = write_pair(&params->items[i], url);
            separator = '&';
        }
    }
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
