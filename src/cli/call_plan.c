/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_plan.h"

#include <stdio.h>

#include "base/time.h"
#include "cli/call_fields.h"
#include "cli/keys.h"
#include "cli/shown.h"
#include "client/client_time.h"
#include "wire/json.h"

static struct kq_result make_biz(struct kq_invocation *invocation, struct kq_call_plan *plan,
                                 struct kq_error *error)
{
    const struct kq_method *method = kq_method_find(plan->method);
    if (method == NULL || invocation->field_count == 0) {
        return KQ_OK; /* as it was written: it may be what is to be refused */
    }
    struct kq_buffer biz KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_call_fields_write(method, plan->biz, invocation->fields, invocation->field_count,
                                &invocation->arena, &biz, error));
    plan->biz = kq_arena_copy(&invocation->arena, kq_buffer_slice(&biz));
    KQ_ENSURE_MEMORY(plan->biz.data != NULL, error);
    return KQ_OK;
}

static struct kq_result read_kinds(const struct kq_call_plan *plan, enum kq_charset *charset,
                                   enum kq_sign_type *sign_type, struct kq_error *error)
{
    KQ_ENSURE(kq_charset_parse(plan->charset, charset, error).ok, error, KQ_E_USAGE,
              "the charset must be utf-8, gbk or gb2312, not %s", plan->charset.data);
    KQ_ENSURE(kq_sign_type_parse(plan->sign_type, sign_type), error, KQ_E_USAGE,
              "the sign type must be RSA2 or RSA, not %s", plan->sign_type.data);
    return KQ_OK;
}

static struct kq_result check(const struct kq_call_plan *plan, struct kq_error *error)
{
    enum kq_charset charset = KQ_CHARSET_UTF8;
    enum kq_sign_type sign_type = KQ_SIGN_RSA2;
    struct kq_slice url = plan->gateway;
    KQ_ENSURE(kq_slice_starts_with(url, KQ_SLICE("http://")) ||
                  kq_slice_starts_with(url, KQ_SLICE("https://")),
              error, KQ_E_USAGE, "the gateway's URL must begin with http:// or https://: %s", url.data);
    KQ_ENSURE(kq_slice_find(url, '?') == url.size && kq_slice_find(url, '#') == url.size, error, KQ_E_USAGE,
              "the gateway's URL must end before its query: %s", url.data);
    return read_kinds(plan, &charset, &sign_type, error);
}

struct kq_result kq_call_plan_make(struct kq_invocation *invocation, struct kq_call_plan *plan,
                                   struct kq_error *error)
{
    *plan = (struct kq_call_plan){
        .gateway = kq_flag_text(invocation, "gateway"),
        .app_id = kq_flag_text(invocation, "app-id"),
        .private_key = kq_flag_text(invocation, "private-key"),
        .gateway_public_key = kq_flag_text(invocation, "gateway-public-key"),
        .charset = kq_flag_text(invocation, "charset"),
        .sign_type = kq_flag_text(invocation, "sign-type"),
        .app_auth_token = kq_flag_text(invocation, "app-auth-token"),
        .timestamp = kq_flag_text(invocation, "timestamp"),
        .method = invocation->operand,
        .biz = kq_flag_text(invocation, "biz"),
    };
    KQ_TRY(check(plan, error));
    return make_biz(invocation, plan, error);
}

struct kq_result kq_call_plan_sign(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                   struct kq_signed_request *request, struct kq_error *error)
{
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    struct kq_request_settings settings = {
        .gateway_url = plan->gateway,
        .app_id = plan->app_id,
        .app_auth_token = plan->app_auth_token,
    };
    char now[KQ_TIME_TEXT_SIZE];
    kq_time_format(kq_client_machine_now_s(NULL), now);
    const struct kq_request_call call = {
        .method = plan->method,
        .biz_content = plan->biz,
        .timestamp = plan->timestamp.size > 0 ? plan->timestamp : kq_slice_of(now),
    };
    KQ_TRY(read_kinds(plan, &settings.charset, &settings.sign_type, error));
    KQ_TRY(kq_load_private_key(plan->private_key.data, &key, error));
    return kq_request_make(&settings, key, &call, &invocation->arena, request, error);
}

static void append_shown(struct kq_buffer *text, const char *heading, struct kq_slice bytes)
{
    kq_buffer_print(text, "%s:\n  ", heading);
    kq_append_shown(text, bytes, true);
    kq_buffer_append_byte(text, '\n');
}

static void append_member(struct kq_buffer *text, const char *name, struct kq_slice bytes)
{
    kq_json_append_name(text, name);
    kq_json_append_string(text, bytes);
}

struct kq_result kq_call_plan_show(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                   struct kq_error *error)
{
    struct kq_signed_request request = {0};
    enum kq_charset charset = KQ_CHARSET_UTF8;
    struct kq_slice signed_text = KQ_SLICE_EMPTY;
    KQ_TRY(kq_call_plan_sign(invocation, plan, &request, error));
    KQ_TRY(kq_charset_parse(plan->charset, &charset, error));
    KQ_TRY(kq_charset_decode(charset, request.string_to_sign, &invocation->arena, &signed_text, error));
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    if (invocation->json) {
        kq_buffer_append_byte(&text, '{');
        append_member(&text, "string_to_sign", signed_text);
        append_member(&text, "url", request.url);
        append_member(&text, "body", request.body);
        kq_buffer_append(&text, KQ_SLICE("}\n"));
    } else {
        append_shown(&text, "String to sign (all parameters but sign, sorted by name)", signed_text);
        append_shown(&text, "POST", request.url);
        append_shown(&text, "Request body", request.body);
    }
    KQ_ENSURE_MEMORY(!text.failed, error);
    printf("%.*s", KQ_SLICE_PRINT(kq_buffer_slice(&text)));
    return KQ_OK;
}
