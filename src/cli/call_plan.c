/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_plan.h"

#include <stdio.h>

#include <string.h>

#include "base/time.h"
#include "cli/call_fields.h"
#include "cli/call_trace.h"
#include "cli/file.h"
#include "cli/keys.h"
#include "cli/shown.h"
#include "client/client_time.h"
#include "wire/certificate.h"
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

static struct kq_result read_charset(struct kq_slice name, enum kq_charset *charset, struct kq_error *error)
{
    KQ_ENSURE(kq_charset_parse(name, charset, error).ok, error, KQ_E_USAGE,
              "the charset must be utf-8, gbk or gb2312, not %.*s", KQ_SLICE_PRINT(name));
    return KQ_OK;
}

static struct kq_result read_sign_type(struct kq_slice name, enum kq_sign_type *sign_type,
                                       struct kq_error *error)
{
    KQ_ENSURE(kq_sign_type_parse(name, sign_type), error, KQ_E_USAGE,
              "the sign type must be RSA2 or RSA, not %.*s", KQ_SLICE_PRINT(name));
    return KQ_OK;
}

static struct kq_result check_gateway(struct kq_slice url, struct kq_error *error)
{
    KQ_ENSURE(kq_slice_starts_with(url, KQ_SLICE("http://")) ||
                  kq_slice_starts_with(url, KQ_SLICE("https://")),
              error, KQ_E_USAGE, "the gateway's URL must begin with http:// or https://: %s", url.data);
    KQ_ENSURE(kq_slice_find(url, '?') == url.size && kq_slice_find(url, '#') == url.size, error, KQ_E_USAGE,
              "the gateway's URL must end before its query: %s", url.data);
    return KQ_OK;
}

static bool is_v3(struct kq_slice protocol)
{
    return kq_slice_equal(protocol, KQ_SLICE("v3"));
}

struct kq_result kq_call_setting_check(const char *flag, struct kq_slice value, struct kq_error *error)
{
    enum kq_charset charset = KQ_CHARSET_UTF8;
    enum kq_sign_type sign_type = KQ_SIGN_RSA2;
    struct kq_slice name = kq_slice_of(flag);
    if (kq_slice_equal(name, KQ_SLICE("gateway"))) {
        return check_gateway(value, error);
    }
    if (kq_slice_equal(name, KQ_SLICE("charset"))) {
        return read_charset(value, &charset, error);
    }
    if (kq_slice_equal(name, KQ_SLICE("sign-type"))) {
        return read_sign_type(value, &sign_type, error);
    }
    bool is_protocol = kq_slice_equal(name, KQ_SLICE("protocol"));
    KQ_ENSURE(!is_protocol || is_v3(value) || kq_slice_equal(value, KQ_SLICE("form")), error, KQ_E_USAGE,
              "the protocol must be form or v3, not %.*s", KQ_SLICE_PRINT(value));
    return KQ_OK;
}

static const struct kq_value *value_of(const struct kq_invocation *invocation, const char *flag)
{
    return &invocation->values[kq_command_flag_index(invocation->command, kq_slice_of(flag))];
}

/* Refusals say where the value stands that a file or a variable has. */
static struct kq_result check_settings(const struct kq_invocation *invocation, struct kq_error *error)
{
    static const char *const names[] = {"protocol", "gateway", "charset", "sign-type"};
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        const struct kq_value *value = value_of(invocation, names[i]);
        if (!kq_call_setting_check(names[i], value->text, error).ok) {
            return value->place == NULL ? KQ_FAILED : kq_fail_in(error, "%s", value->place);
        }
    }
    return KQ_OK;
}

/* Most often a variable of a script that is not set: without it the call would be another one. */
static struct kq_result check_empty(const struct kq_invocation *invocation, struct kq_error *error)
{
    const struct kq_value *biz = value_of(invocation, "biz");
    const struct kq_value *key = value_of(invocation, "content-key");
    KQ_ENSURE(biz->level != KQ_VALUE_COMMAND_LINE || biz->text.size > 0, error, KQ_E_USAGE,
              "--biz is empty: leave it out where the method has no fields, or give {}");
    KQ_ENSURE(key->level != KQ_VALUE_COMMAND_LINE || key->text.size > 0, error, KQ_E_USAGE,
              "--content-key is empty: leave it out of a call that is not encrypted");
    return KQ_OK;
}

static struct kq_result check_secret(const struct kq_invocation *invocation, const char *flag,
                                     struct kq_error *error)
{
    const struct kq_value *value = value_of(invocation, flag);
    if (value->text.size == 0 || kq_key_file_check(value->text.data, error).ok) {
        return KQ_OK;
    }
    return kq_fail_in(error, "--%s", flag);
}

/* One of the two ways to know the gateway, and all of it. */
static struct kq_result check_trust(const struct kq_call_plan *plan, struct kq_error *error)
{
    size_t certificates = (size_t)(plan->app_certificate.size > 0) +
                          (size_t)(plan->gateway_certificate.size > 0) +
                          (size_t)(plan->root_certificates.size > 0);
    KQ_ENSURE(certificates > 0 || plan->gateway_public_key.size > 0, error, KQ_E_USAGE,
              "give --gateway-public-key FILE, or --app-certificate, --gateway-certificate and "
              "--root-certificates");
    KQ_ENSURE(certificates == 0 || certificates == 3, error, KQ_E_USAGE,
              "--app-certificate, --gateway-certificate and --root-certificates go together");
    KQ_ENSURE(certificates == 0 || plan->gateway_public_key.size == 0, error, KQ_E_USAGE,
              "--gateway-public-key has no place beside certificates: the gateway's certificate has the key");
    return KQ_OK;
}

static enum kq_value_level level_of(const struct kq_invocation *invocation, const char *name)
{
    const struct kq_value *value = value_of(invocation, name);
    return value->text.size == 0 ? KQ_VALUE_FALLBACK : value->level;
}

/* One way to know the gateway puts out the other where that was said further from the call: certificates of
 * the line, say, the key of a profile. */
static struct kq_result choose_trust(const struct kq_invocation *invocation, struct kq_call_plan *plan,
                                     struct kq_error *error)
{
    static const char *const names[] = {"app-certificate", "gateway-certificate", "root-certificates"};
    enum kq_value_level key = level_of(invocation, "gateway-public-key");
    enum kq_value_level certified = KQ_VALUE_FALLBACK;
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        enum kq_value_level level = level_of(invocation, names[i]);
        certified = level < certified ? level : certified;
    }
    KQ_ENSURE(key != certified || key != KQ_VALUE_PROFILE, error, KQ_E_USAGE,
              "the profile has gateway_public_key beside certificates, which have the key: "
              "`kaquan profile set NAME --gateway-public-key ''` takes it out");
    if (key < certified) {
        plan->app_certificate = KQ_SLICE_EMPTY;
        plan->gateway_certificate = KQ_SLICE_EMPTY;
        plan->root_certificates = KQ_SLICE_EMPTY;
    } else if (certified < key) {
        plan->gateway_public_key = KQ_SLICE_EMPTY;
    }
    return KQ_OK;
}

/* The same profile may serve both protocols. */
static struct kq_result take_v3(struct kq_invocation *invocation, struct kq_call_plan *plan,
                                struct kq_error *error)
{
    static const struct kq_slice path = KQ_SLICE("/gateway.do");
    struct kq_slice base = plan->gateway;
    KQ_ENSURE(kq_slice_equal_ignoring_case(plan->charset, KQ_SLICE("utf-8")), error, KQ_E_USAGE,
              "OpenAPI v3 is in utf-8 only");
    KQ_ENSURE(kq_slice_equal(plan->sign_type, KQ_SLICE("RSA2")), error, KQ_E_USAGE,
              "OpenAPI v3 has RSA2 only");
    if (base.size > path.size && memcmp(base.data + base.size - path.size, path.data, path.size) == 0) {
        base.size -= path.size;
    }
    while (base.size > 0 && base.data[base.size - 1] == '/') {
        base.size--;
    }
    plan->gateway = kq_arena_copy(&invocation->arena, base);
    KQ_ENSURE_MEMORY(plan->gateway.data != NULL, error);
    return KQ_OK;
}

struct kq_result kq_call_plan_make(struct kq_invocation *invocation, struct kq_call_plan *plan,
                                   struct kq_error *error)
{
    *plan = (struct kq_call_plan){
        .gateway = kq_flag_text(invocation, "gateway"),
        .app_id = kq_flag_text(invocation, "app-id"),
        .private_key = kq_flag_text(invocation, "private-key"),
        .gateway_public_key = kq_flag_text(invocation, "gateway-public-key"),
        .app_certificate = kq_flag_text(invocation, "app-certificate"),
        .gateway_certificate = kq_flag_text(invocation, "gateway-certificate"),
        .root_certificates = kq_flag_text(invocation, "root-certificates"),
        .content_key = kq_flag_text(invocation, "content-key"),
        .charset = kq_flag_text(invocation, "charset"),
        .sign_type = kq_flag_text(invocation, "sign-type"),
        .app_auth_token = kq_flag_text(invocation, "app-auth-token"),
        .timestamp = kq_flag_text(invocation, "timestamp"),
        .method = invocation->operand,
        .biz = kq_flag_text(invocation, "biz"),
    };
    plan->is_v3 = is_v3(kq_flag_text(invocation, "protocol"));
    KQ_TRY(check_empty(invocation, error));
    KQ_TRY(check_settings(invocation, error));
    KQ_TRY(choose_trust(invocation, plan, error));
    KQ_TRY(check_trust(plan, error));
    KQ_TRY(check_secret(invocation, "private-key", error));
    KQ_TRY(check_secret(invocation, "content-key", error));
    if (plan->is_v3) {
        KQ_TRY(take_v3(invocation, plan, error));
    }
    return make_biz(invocation, plan, error);
}

struct kq_result kq_call_plan_numbers(const struct kq_call_plan *plan, struct kq_arena *arena,
                                      struct kq_call_numbers *numbers, struct kq_error *error)
{
    struct kq_buffer certificate KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer roots KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer root_sn KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_certificate_facts facts;
    *numbers = (struct kq_call_numbers){.app_cert_sn = KQ_SLICE_EMPTY, .root_cert_sn = KQ_SLICE_EMPTY};
    if (plan->app_certificate.size == 0) {
        return KQ_OK;
    }
    KQ_TRY(kq_file_read(plan->app_certificate.data, KQ_KEY_FILE_MAX_BYTES, &certificate, error));
    KQ_TRY(kq_file_read(plan->root_certificates.data, KQ_KEY_FILE_MAX_BYTES, &roots, error));
    if (!kq_certificate_read(kq_buffer_slice(&certificate), &facts, error).ok) {
        return kq_fail_in(error, "%s", plan->app_certificate.data);
    }
    if (!kq_root_certificates_sn(kq_buffer_slice(&roots), &root_sn, error).ok) {
        return kq_fail_in(error, "%s", plan->root_certificates.data);
    }
    numbers->app_cert_sn = kq_arena_copy(arena, kq_slice_of(facts.sn));
    numbers->root_cert_sn = kq_arena_copy(arena, kq_buffer_slice(&root_sn));
    KQ_ENSURE_MEMORY(numbers->app_cert_sn.data != NULL && numbers->root_cert_sn.data != NULL, error);
    return KQ_OK;
}

struct kq_result kq_call_plan_load_content_key(const struct kq_call_plan *plan, struct kq_content_key **key,
                                               struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    if (plan->content_key.size == 0) {
        return KQ_OK;
    }
    KQ_TRY(kq_file_read(plan->content_key.data, KQ_KEY_FILE_MAX_BYTES, &text, error));
    if (!kq_content_key_load(kq_buffer_slice(&text), key, error).ok) {
        return kq_fail_in(error, "%s", plan->content_key.data);
    }
    return KQ_OK;
}

static struct kq_result stamp(const struct kq_call_plan *plan, struct kq_arena *arena,
                              struct kq_request_call *call, struct kq_error *error)
{
    char now[KQ_TIME_TEXT_SIZE];
    char nonce[KQ_CLIENT_NONCE_SIZE];
    int64_t time_s = kq_client_machine_now_s(NULL);
    kq_time_format(time_s, now);
    call->timestamp = plan->timestamp.size > 0 ? plan->timestamp : kq_arena_copy(arena, kq_slice_of(now));
    KQ_ENSURE_MEMORY(call->timestamp.data != NULL, error);
    if (!plan->is_v3) {
        return KQ_OK; /* a time that is none is sent as it is */
    }
    if (!kq_time_parse(call->timestamp, &time_s, error).ok) {
        return kq_fail_in(error, "timestamp");
    }
    call->timestamp_ms = time_s * 1000;
    KQ_TRY(kq_client_make_nonce(nonce, error));
    call->nonce = kq_arena_copy(arena, kq_slice_of(nonce));
    KQ_ENSURE_MEMORY(call->nonce.data != NULL, error);
    return KQ_OK;
}

struct kq_result kq_call_plan_sign(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                   struct kq_signed_request *request, struct kq_error *error)
{
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    struct kq_content_key *content_key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    struct kq_call_numbers numbers;
    struct kq_request_call call = {.method = plan->method, .biz_content = plan->biz};
    KQ_TRY(kq_call_plan_numbers(plan, &invocation->arena, &numbers, error));
    KQ_TRY(kq_call_plan_load_content_key(plan, &content_key, error));
    struct kq_request_settings settings = {
        .gateway_url = plan->gateway,
        .app_id = plan->app_id,
        .app_auth_token = plan->app_auth_token,
        .app_cert_sn = numbers.app_cert_sn,
        .root_cert_sn = numbers.root_cert_sn,
        .content_key = content_key,
    };
    KQ_TRY(stamp(plan, &invocation->arena, &call, error));
    KQ_TRY(read_charset(plan->charset, &settings.charset, error));
    KQ_TRY(read_sign_type(plan->sign_type, &settings.sign_type, error));
    KQ_TRY(kq_load_private_key(plan->private_key.data, &key, error));
    return plan->is_v3 ? kq_v3_request_make(&settings, key, &call, &invocation->arena, request, error)
                       : kq_request_make(&settings, key, &call, &invocation->arena, request, error);
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

/* OpenAPI v3 alone has any. */
static void append_headers(struct kq_buffer *text, const struct kq_signed_request *request)
{
    if (request->headers[0] == NULL) {
        return;
    }
    kq_json_append_name(text, "headers");
    kq_buffer_append_byte(text, '[');
    for (size_t i = 0; request->headers[i] != NULL; i++) {
        kq_json_append_separator(text);
        kq_json_append_string(text, kq_slice_of(request->headers[i]));
    }
    kq_buffer_append_byte(text, ']');
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
        append_headers(&text, &request);
        append_member(&text, "body", request.body);
        kq_buffer_append(&text, KQ_SLICE("}\n"));
    } else {
        append_shown(&text, plan->is_v3 ? KQ_CALL_SIGNED_IN_V3 : KQ_CALL_SIGNED, signed_text);
        append_shown(&text, "POST", request.url);
        for (size_t i = 0; request.headers[i] != NULL; i++) {
            append_shown(&text, "Header", kq_slice_of(request.headers[i]));
        }
        append_shown(&text, "Request body", request.body);
    }
    KQ_ENSURE_MEMORY(!text.failed, error);
    if (invocation->json) {
        kq_print_json(stdout, kq_buffer_slice(&text));
    } else {
        printf("%.*s", KQ_SLICE_PRINT(kq_buffer_slice(&text)));
    }
    return KQ_OK;
}
