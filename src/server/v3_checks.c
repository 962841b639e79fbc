/* SPDX-License-Identifier: Apache-2.0 */
#include "server/v3_checks.h"

#include "base/cursor.h"
#include "wire/json.h"
#include "wire/openapi_v3.h"

#define QUERY_SUFFIX ".query"
#define JSON_TYPE "application/json"
#define FORM_TYPE "multipart/form-data"
#define ENCRYPTED_TYPE "text/plain"

/* The part of a form that has the request's JSON; the others are files. */
#define FORM_JSON_PART "data"

bool kq_v3_allows_get(const struct kq_method *method)
{
    struct kq_slice name = kq_slice_of(method->name);
    size_t suffix = sizeof(QUERY_SUFFIX) - 1;
    return name.size > suffix && memcmp(name.data + name.size - suffix, QUERY_SUFFIX, suffix) == 0;
}

static const struct kq_method *method_of(struct kq_slice path)
{
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        if (kq_v3_path_is_of(path, kq_slice_of(kq_catalogue[i]->name))) {
            return kq_catalogue[i];
        }
    }
    return NULL;
}

static struct kq_result check_method(struct kq_call *call, struct kq_error *error)
{
    call->method = method_of(call->v3.path);
    KQ_ENSURE(call->method != NULL, error, KQ_E_INVALID_METHOD, "%s", "");
    KQ_ENSURE(call->is_post || kq_v3_allows_get(call->method), error, KQ_E_INVALID_HTTP_METHOD, "%s", "");
    return KQ_OK;
}

static struct kq_result check_timestamp(const struct kq_check_context *context,
                                        const struct kq_v3_authorization *authorization,
                                        struct kq_error *error)
{
    KQ_ENSURE(authorization->timestamp_ms_text.size > 0, error, KQ_E_MISSING_TIMESTAMP, "%s", "");
    KQ_ENSURE(authorization->timestamp_ms >= 0, error, KQ_E_INVALID_TIMESTAMP, "%s", "");
    int64_t away_ms = authorization->timestamp_ms - context->wall_ms;
    away_ms = away_ms < 0 ? -away_ms : away_ms;
    KQ_ENSURE(context->clock_skew_s == 0 || away_ms <= context->clock_skew_s * 1000, error,
              KQ_E_INVALID_TIMESTAMP, "%s", "");
    return KQ_OK;
}

/* The body as it was sent; of a form, its JSON part. A GET has none. */
static struct kq_result find_body(struct kq_call *call, struct kq_slice *body, struct kq_error *error)
{
    *body = KQ_SLICE_EMPTY;
    kq_params_init(&call->params, &call->arena);
    if (call->is_post && kq_content_type_is(call->content_type, FORM_TYPE)) {
        KQ_TRY(kq_multipart_decode(call->content_type, call->body, &call->params, error));
        KQ_TRY(kq_params_check_duplicates(&call->params, error));
        *body = kq_params_find(&call->params, KQ_SLICE(FORM_JSON_PART));
    } else if (call->is_post) {
        *body = call->body;
    }
    return KQ_OK;
}

/* What was made in call->response, which nobody needs yet and which keeps its memory. */
static struct kq_result take_made(struct kq_call *call, struct kq_slice *text, struct kq_error *error)
{
    KQ_ENSURE_MEMORY(!call->response.failed, error);
    *text = kq_arena_copy(&call->arena, kq_buffer_slice(&call->response));
    KQ_ENSURE_MEMORY(text->data != NULL, error);
    return KQ_OK;
}

/* Valid as a whole is valid in each part: the body begins and ends at a line's end. */
static struct kq_result make_string_to_sign(struct kq_call *call,
                                            const struct kq_v3_authorization *authorization,
                                            struct kq_slice body, struct kq_error *error)
{
    const struct kq_v3_request request = {
        .authorization_list = authorization->signed_list,
        .http_method = call->is_post ? KQ_SLICE("POST") : KQ_SLICE("GET"),
        .path_with_query = call->v3.target,
        .body = body,
        .app_auth_token = call->v3.app_auth_token,
    };
    kq_buffer_clear(&call->response);
    kq_v3_request_string_to_sign(&request, &call->response);
    KQ_TRY(take_made(call, &call->string_to_sign, error));
    KQ_ENSURE(kq_utf8_is_valid(call->string_to_sign), error, KQ_E_INVALID_CHARSET, "%s", "");
    return KQ_OK;
}

static struct kq_result check_nonce(const struct kq_check_context *context, const struct kq_call *call,
                                    const struct kq_v3_authorization *authorization, struct kq_error *error)
{
    if (context->nonces == NULL) {
        return KQ_OK;
    }
    const struct kq_nonce_use use = {
        .app_id = call->app_id,
        .nonce = authorization->nonce,
        .timestamp_ms = authorization->timestamp_ms,
        .now_ms = context->wall_ms,
        .clock_skew_ms = context->clock_skew_s * 1000,
    };
    return kq_nonces_take(context->nonces, context->digester, &use, error);
}

static struct kq_slice unquoted(struct kq_slice text)
{
    bool is_quoted = text.size >= 2 && text.data[0] == '"' && text.data[text.size - 1] == '"';
    return is_quoted ? (struct kq_slice){.data = text.data + 1, .size = text.size - 2} : text;
}

/* UTF-8 is the only charset: whoever declares another means other characters than would be read. */
static struct kq_result check_content_type(struct kq_slice content_type, bool is_encrypted,
                                           struct kq_error *error)
{
    KQ_ENSURE(content_type.size == 0 || kq_content_type_is(content_type, JSON_TYPE) ||
                  kq_content_type_is(content_type, FORM_TYPE) ||
                  (is_encrypted && kq_content_type_is(content_type, ENCRYPTED_TYPE)),
              error, KQ_E_INVALID_CONTENT_TYPE, "%s", "");
    struct kq_cursor cursor = kq_cursor_of(content_type);
    struct kq_slice part;
    while (kq_cursor_take_part(&cursor, ';', &part)) {
        struct kq_cursor inner = kq_cursor_of(part);
        struct kq_slice name;
        if (kq_cursor_take_until(&inner, KQ_SLICE("="), &name) &&
            kq_slice_equal_ignoring_case(kq_slice_trim(name), KQ_SLICE("charset"))) {
            struct kq_slice charset = unquoted(kq_slice_trim(kq_cursor_take_rest(&inner)));
            KQ_ENSURE(kq_slice_equal_ignoring_case(charset, KQ_SLICE("utf-8")) ||
                          kq_slice_equal_ignoring_case(charset, KQ_SLICE("utf8")),
                      error, KQ_E_INVALID_CHARSET, "%s", "");
        }
    }
    return KQ_OK;
}

static bool was_before(const struct kq_params *params, size_t index)
{
    return kq_params_find(params, params->items[index].name).data != params->items[index].value.data;
}

/* `?a=1&b=2` as {"a":"1","b":"2"}: numbers and booleans may be strings everywhere, and no query has lists. */
static struct kq_result json_of_query(struct kq_call *call, struct kq_slice *json, struct kq_error *error)
{
    KQ_TRY(kq_form_decode(call->query, &call->params, error));
    KQ_TRY(kq_params_check_duplicates(&call->params, error));
    struct kq_buffer *text = &call->response;
    kq_buffer_clear(text);
    kq_buffer_append_byte(text, '{');
    for (size_t i = 0; i < call->params.count; i++) {
        const struct kq_param *param = &call->params.items[i];
        KQ_ENSURE(kq_utf8_is_valid(param->name) && kq_utf8_is_valid(param->value), error,
                  KQ_E_INVALID_CHARSET, "%s", "");
        if (!was_before(&call->params, i)) {
            kq_json_append_separator(text);
            kq_json_append_string(text, param->name);
            kq_buffer_append_byte(text, ':');
            kq_json_append_string(text, param->value);
        }
    }
    kq_buffer_append_byte(text, '}');
    return take_made(call, json, error);
}

static struct kq_result read_json(struct kq_call *call, struct kq_slice body, struct kq_slice *json,
                                  struct kq_error *error)
{
    if (!call->is_post) {
        return json_of_query(call, json, error);
    }
    KQ_TRY(check_content_type(call->content_type, call->content_key.size > 0, error));
    *json = body;
    return KQ_OK;
}

static struct kq_result check_signature(const struct kq_check_context *context, struct kq_call *call,
                                        const struct kq_application *application,
                                        const struct kq_v3_authorization *authorization, struct kq_slice body,
                                        struct kq_error *error)
{
    const struct kq_certificate_claim claim = {
        .app_cert_sn = authorization->app_cert_sn,
        .root_cert_sn = call->v3.root_cert_sn,
        .may_lack_root = true,
    };
    struct kq_candidates candidates;
    KQ_TRY(kq_choose_keys(context->certificates, application, KQ_SIGN_RSA2, &claim, &candidates, error));
    KQ_TRY(make_string_to_sign(call, authorization, body, error));
    return kq_check_signature(context, call, KQ_SIGN_RSA2, &candidates, authorization->sign, error);
}

struct kq_result kq_v3_check_call(const struct kq_check_context *context, struct kq_call *call,
                                  struct kq_slice *json, struct kq_error *error)
{
    const struct kq_application *application = NULL;
    struct kq_v3_authorization authorization;
    struct kq_slice body;
    KQ_TRY(check_method(call, error));
    struct kq_result read = kq_v3_authorization_read(call->v3.authorization, &authorization, error);
    call->app_id = authorization.app_id;
    KQ_TRY(read);
    KQ_TRY(kq_check_application(context, call, authorization.app_cert_sn, &application, error));
    KQ_ENSURE(authorization.sign.size > 0, error, KQ_E_MISSING_SIGNATURE, "%s", "");
    KQ_TRY(check_timestamp(context, &authorization, error));
    KQ_ENSURE(authorization.nonce.size > 0, error, KQ_E_INVALID_PARAMETER_GATEWAY, "authorization缺少nonce");
    KQ_TRY(find_body(call, &body, error));
    KQ_TRY(check_signature(context, call, application, &authorization, body, error));
    KQ_TRY(kq_check_state(application, error));
    KQ_TRY(check_nonce(context, call, &authorization, error));
    call->is_fresh = true;
    KQ_TRY(kq_check_permission(context, call, application, call->v3.app_auth_token, error));
    KQ_TRY(kq_check_limits(context, call, application, error));
    /* A GET has no body that could be encrypted; its answer is, where a header asks for it that is not
     * signed: the official Java library sends it. */
    KQ_TRY(kq_decrypt_content(call, application, call->v3.encrypt_type, &body, error));
    return read_json(call, body, json, error);
}
