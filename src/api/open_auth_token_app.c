/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "api/catalogue.h"
#include "wire/signature.h"

/* alipay.open.auth.token.app: exchanges a merchant's code, or a refresh token, for an app_auth_token and a
 * new refresh token (spec/vouchers.md, "Neighbouring methods"). Either serves once, and the answer holds
 * secrets of which only digests are kept: so a repeated call is refused, not answered again. */

struct request {
    struct kq_slice grant_type;
    struct kq_slice code;
    struct kq_slice refresh_token;
};

static const struct kq_field request_items[] = {
    {
        .name = "grant_type",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 20,
        .offset = offsetof(struct request, grant_type),
        .example = "authorization_code",
        .text = "authorization_code: exchanges a code; refresh_token: replaces an app_auth_token",
        .text_zh = "authorization_code：用授权码换取令牌；refresh_token：刷新令牌",
    },
    {
        .name = "code",
        .type = KQ_FIELD_STRING,
        .max_chars = 40,
        .offset = offsetof(struct request, code),
        .example = "1cc19911172e4f8aaa509c8fb5d12f56",
        .text = "the code, required with authorization_code",
        .text_zh = "应用授权码，grant_type为authorization_code时必填",
    },
    {
        .name = "refresh_token",
        .type = KQ_FIELD_STRING,
        .max_chars = 40,
        .offset = offsetof(struct request, refresh_token),
        .example = "201509BBdcba1e3347de4e75ba3fed2c9abebE36",
        .text = "the app_refresh_token of an earlier answer, required with refresh_token",
        .text_zh = "上次返回的app_refresh_token，grant_type为refresh_token时必填",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

/* The members of the answer and of each of its tokens. */
struct token {
    struct kq_slice app_auth_token;
    struct kq_slice app_refresh_token;
    struct kq_slice auth_app_id;
    struct kq_slice expires_in;
    struct kq_slice re_expires_in;
    struct kq_slice user_id;
};

struct answer {
    struct token token; /* first: its fields are the base */
    struct kq_list tokens;
};

static const struct kq_field token_items[] = {
    {
        .name = "app_auth_token",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 40,
        .offset = offsetof(struct token, app_auth_token),
        .example = "201509BBeff9351ad1874306903e96b91d248A36",
        .text = "what lets the application act for the merchant",
        .text_zh = "应用授权令牌",
    },
    {
        .name = "app_refresh_token",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 40,
        .offset = offsetof(struct token, app_refresh_token),
        .example = "201509BBdcba1e3347de4e75ba3fed2c9abebE36",
        .text = "replaces it once",
        .text_zh = "刷新令牌",
    },
    {
        .name = "auth_app_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 20,
        .offset = offsetof(struct token, auth_app_id),
        .example = "2013111800001989",
        .text = "an application of the merchant's own, or its pid where it has none",
        .text_zh = "授权商户的应用ID，没有应用时为商户PID",
    },
    {
        .name = "expires_in",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct token, expires_in),
        .example = "31536000",
        .text = "how long the token holds, in seconds",
        .text_zh = "应用授权令牌的有效时间，单位秒",
    },
    {
        .name = "re_expires_in",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct token, re_expires_in),
        .example = "32140800",
        .text = "how long the refresh token holds, in seconds",
        .text_zh = "刷新令牌的有效时间，单位秒",
    },
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct token, user_id),
        .example = "2088102146225135",
        .text = "the merchant's pid",
        .text_zh = "授权商户的PID",
    },
};

static const struct kq_fields token_fields = {
    .items = token_items,
    .count = KQ_COUNT(token_items),
    .struct_bytes = sizeof(struct token),
};

static const struct kq_field answer_items[] = {
    {
        .name = "tokens",
        .type = KQ_FIELD_OBJECT_LIST,
        .required = true,
        .offset = offsetof(struct answer, tokens),
        .members = &token_fields,
        .text = "the same as a list, always of one: a code is for one merchant's grant",
        .text_zh = "授权令牌列表，固定为一项，内容同上",
    },
};

static const struct kq_fields answer_fields = {
    .base = &token_fields,
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {
    KQ_E_GRANT_TYPE_INVALID,
    KQ_E_AUTH_CODE_INVALID,
    KQ_E_REFRESH_TOKEN_INVALID,
    KQ_E_REFRESH_TOKEN_EXPIRED,
    KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

/* What the grant type asks for must be there; the other one is not looked at. */
static struct kq_result find_secret(const struct request *request, enum kq_exchange_kind kind,
                                    struct kq_slice *secret, struct kq_error *error)
{
    bool is_code = kind == KQ_EXCHANGE_AUTH_CODE;
    *secret = is_code ? request->code : request->refresh_token;
    KQ_ENSURE(secret->size > 0, error, KQ_E_INVALID_PARAMETER, "%s不能为空",
              is_code ? "code" : "refresh_token");
    return KQ_OK;
}

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    bool is_code = kq_slice_equal(request->grant_type, KQ_SLICE("authorization_code"));
    bool is_refresh = kq_slice_equal(request->grant_type, KQ_SLICE("refresh_token"));
    KQ_ENSURE(is_code || is_refresh, error, KQ_E_GRANT_TYPE_INVALID, "%s", "");
    enum kq_exchange_kind kind = is_code ? KQ_EXCHANGE_AUTH_CODE : KQ_EXCHANGE_REFRESH_TOKEN;
    struct kq_slice secret;
    KQ_TRY(find_secret(request, kind, &secret, error));
    unsigned char *digest = kq_arena_allocate(operation->arena, KQ_TOKEN_DIGEST_BYTES);
    KQ_ENSURE_MEMORY(digest != NULL, error);
    KQ_TRY(kq_sha256(secret, digest, error));
    operation->kind = KQ_OP_GRANT_EXCHANGE;
    operation->grant_exchange = (struct kq_op_grant_exchange){
        .app_id = caller->app_id,
        .kind = kind,
        .secret_digest = {.data = (const char *)digest, .size = KQ_TOKEN_DIGEST_BYTES},
    };
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    struct answer *answer = typed_answer;
    const struct kq_op_grant_exchange *exchange = &operation->grant_exchange;
    const struct kq_grant *grant = &exchange->grant;
    answer->token = (struct token){
        .app_auth_token = kq_slice_of(exchange->app_auth_token),
        .app_refresh_token = kq_slice_of(exchange->refresh_token),
        .auth_app_id = exchange->auth_app_id,
        .expires_in = kq_arena_print(operation->arena, "%" PRId64, grant->expires_s - grant->created_s),
        .re_expires_in =
            kq_arena_print(operation->arena, "%" PRId64, exchange->refresh_expires_s - grant->created_s),
        .user_id = grant->pid,
    };
    answer->tokens = (struct kq_list){.present = true, .items = &answer->token, .count = 1};
    KQ_ENSURE_MEMORY(answer->token.expires_in.data != NULL && answer->token.re_expires_in.data != NULL,
                     error);
    return KQ_OK;
}

const struct kq_method kq_method_open_auth_token_app = {
    .name = "alipay.open.auth.token.app",
    .text = "exchange a code or a refresh token for an app_auth_token",
    .text_zh = "换取应用授权令牌",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
