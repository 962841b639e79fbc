/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "client/request.h"
#include "wire/openapi_v3.h"
#include "wire/signature.h"

/* What is signed, and put together from it. */
struct draft {
    const struct kq_request_settings *settings;
    const struct kq_request_call *call;
    struct kq_arena *arena;
    struct kq_slice path;
    struct kq_slice list;
    struct kq_slice sign;
};

static struct kq_result keep(struct kq_arena *arena, const struct kq_buffer *buffer, struct kq_slice *kept,
                             struct kq_error *error)
{
    KQ_ENSURE_MEMORY(!buffer->failed, error);
    *kept = kq_arena_copy(arena, kq_buffer_slice(buffer));
    KQ_ENSURE_MEMORY(kept->data != NULL, error);
    return KQ_OK;
}

static bool is_of_a_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '.' || byte == '_';
}

static struct kq_result check_method(struct kq_slice method, struct kq_error *error)
{
    for (size_t i = 0; i < method.size; i++) {
        KQ_ENSURE(is_of_a_name(method.data[i]), error, KQ_E_USAGE,
                  "a method's name has letters, digits, dots and underscores only");
    }
    return KQ_OK;
}

/* The base's own path comes before the method's: the gateway sees both. */
static struct kq_slice path_of_base(struct kq_slice base)
{
    size_t at = kq_slice_find(base, ':') + 3;
    while (at < base.size && base.data[at] != '/') {
        at++;
    }
    return at < base.size ? (struct kq_slice){.data = base.data + at, .size = base.size - at}
                          : KQ_SLICE_EMPTY;
}

static struct kq_result make_path(struct draft *draft, struct kq_signed_request *request,
                                  struct kq_error *error)
{
    struct kq_buffer path KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer url KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(check_method(draft->call->method, error));
    kq_buffer_append(&path, path_of_base(draft->settings->gateway_url));
    kq_v3_path_append(draft->call->method, &path);
    kq_buffer_append(&url, draft->settings->gateway_url);
    kq_v3_path_append(draft->call->method, &url);
    KQ_TRY(keep(draft->arena, &path, &draft->path, error));
    return keep(draft->arena, &url, &request->url, error);
}

static struct kq_result make_body(const struct draft *draft, struct kq_slice *body, struct kq_error *error)
{
    struct kq_buffer bytes KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_slice biz_content =
        draft->call->biz_content.size > 0 ? draft->call->biz_content : KQ_SLICE("{}");
    KQ_ENSURE(kq_utf8_is_valid(biz_content), error, KQ_E_BAD_INPUT, "biz_content: this is not UTF-8");
    if (draft->settings->content_key == NULL) {
        kq_buffer_append(&bytes, biz_content);
    } else {
        KQ_TRY(kq_content_encrypt(draft->settings->content_key, biz_content, &bytes, error));
    }
    return keep(draft->arena, &bytes, body, error);
}

static struct kq_result add(struct kq_params *params, const char *name, struct kq_slice value,
                            struct kq_error *error)
{
    return value.size == 0 ? KQ_OK : kq_params_add(params, kq_slice_of(name), value, error);
}

/* The list of the Authorization header. */
static struct kq_result make_list(struct draft *draft, struct kq_params *params, struct kq_error *error)
{
    struct kq_buffer list KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_slice timestamp = kq_arena_print(draft->arena, "%" PRId64, draft->call->timestamp_ms);
    KQ_ENSURE_MEMORY(timestamp.data != NULL, error);
    KQ_TRY(add(params, "app_id", draft->settings->app_id, error));
    KQ_TRY(add(params, "app_cert_sn", draft->settings->app_cert_sn, error));
    KQ_TRY(add(params, "nonce", draft->call->nonce, error));
    KQ_TRY(add(params, "timestamp", timestamp, error));
    for (size_t i = 0; i < params->count; i++) {
        kq_buffer_print(&list, "%s%.*s=%.*s", i == 0 ? "" : ",", KQ_SLICE_PRINT(params->items[i].name),
                        KQ_SLICE_PRINT(params->items[i].value));
    }
    return keep(draft->arena, &list, &draft->list, error);
}

static struct kq_result make_signature(struct draft *draft, const struct kq_private_key *private_key,
                                       struct kq_signed_request *request, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer signature KQ_CLEANUP(kq_buffer_free) = {0};
    const struct kq_v3_request v3 = {
        .authorization_list = draft->list,
        .http_method = KQ_SLICE("POST"),
        .path_with_query = draft->path,
        .body = request->body,
        .app_auth_token = draft->settings->app_auth_token,
    };
    kq_v3_request_string_to_sign(&v3, &text);
    KQ_TRY(keep(draft->arena, &text, &request->string_to_sign, error));
    KQ_TRY(kq_sign(private_key, KQ_SIGN_RSA2, request->string_to_sign, &signature, error));
    return keep(draft->arena, &signature, &draft->sign, error);
}

/* One whose value is empty is not sent. */
static struct kq_result add_header(struct draft *draft, const char *name, struct kq_slice value,
                                   struct kq_signed_request *request, struct kq_error *error)
{
    size_t count = 0;
    while (request->headers[count] != NULL) {
        count++;
    }
    if (value.size > 0) {
        request->headers[count] = kq_arena_print(draft->arena, "%s: %.*s", name, KQ_SLICE_PRINT(value)).data;
        KQ_ENSURE_MEMORY(request->headers[count] != NULL, error);
        request->headers[count + 1] = NULL;
    }
    return add(&request->params, name, value, error);
}

static struct kq_result add_headers(struct draft *draft, struct kq_signed_request *request,
                                    struct kq_error *error)
{
    const struct kq_request_settings *settings = draft->settings;
    request->headers[0] = kq_arena_print(draft->arena, "Authorization: " KQ_V3_SCHEME " %.*s,sign=%.*s",
                                         KQ_SLICE_PRINT(draft->list), KQ_SLICE_PRINT(draft->sign))
                              .data;
    KQ_ENSURE_MEMORY(request->headers[0] != NULL, error);
    request->headers[1] = NULL;
    KQ_TRY(add_header(draft, KQ_V3_HEADER_APP_AUTH_TOKEN, settings->app_auth_token, request, error));
    KQ_TRY(add_header(draft, KQ_V3_HEADER_ROOT_CERT_SN, settings->root_cert_sn, request, error));
    KQ_TRY(add_header(draft, KQ_V3_HEADER_ENCRYPT_TYPE,
                      settings->content_key == NULL ? KQ_SLICE_EMPTY : KQ_SLICE("AES"), request, error));
    return add(&request->params, "sign", draft->sign, error);
}

struct kq_result kq_v3_request_make(const struct kq_request_settings *settings,
                                    const struct kq_private_key *private_key,
                                    const struct kq_request_call *call, struct kq_arena *arena,
                                    struct kq_signed_request *request, struct kq_error *error)
{
    struct draft draft = {.settings = settings, .call = call, .arena = arena};
    kq_params_init(&request->params, arena);
    KQ_TRY(make_path(&draft, request, error));
    KQ_TRY(make_body(&draft, &request->body, error));
    KQ_TRY(make_list(&draft, &request->params, error));
    KQ_TRY(make_signature(&draft, private_key, request, error));
    return add_headers(&draft, request, error);
}
