/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/keys.h"
#include "cli/locale.h"
#include "cli/request_input.h"
#include "cli/shown.h"
#include "doctor/examine.h"
#include "wire/json.h"
#include "wire/openapi_v3.h"
#include "wire/signature.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_REQUEST_FILE,
    {.name = "private-key",
     .kind = KQ_FLAG_TEXT,
     .value = "FILE",
     .text = "also sign with this key, and show the finished URL and body, or authorization header"},
    {.name = "gateway",
     .kind = KQ_FLAG_TEXT,
     .value = "URL",
     .text = "the gateway in the finished URL",
     .fallback = "http://127.0.0.1:8080/gateway.do"},
};

/* All that is shown. */
struct signing {
    struct kq_sent_request request;
    struct kq_buffer input;
    struct kq_slice string_to_sign;
    struct kq_buffer sign; /* empty: no key was given */
    struct kq_buffer url;
    struct kq_buffer body;
    struct kq_buffer authorization; /* of OpenAPI v3, instead of those two */
};

static void free_signing(struct signing *signing)
{
    kq_buffer_free(&signing->input);
    kq_buffer_free(&signing->sign);
    kq_buffer_free(&signing->url);
    kq_buffer_free(&signing->body);
    kq_buffer_free(&signing->authorization);
}

/* The newer protocol has one algorithm; what else is to be signed must be there already. */
static struct kq_result choose_sign_type(const struct kq_sent_request *request, enum kq_sign_type *sign_type,
                                         struct kq_error *error)
{
    struct kq_slice named = kq_request_find(request, KQ_SLICE("sign_type"));
    *sign_type = KQ_SIGN_RSA2;
    if (request->is_v3) {
        KQ_ENSURE(request->v3.list.size > 0, error, KQ_E_BAD_INPUT,
                  "the request has no list to sign: add `authorization: ALIPAY-SHA256withRSA "
                  "app_id=…,nonce=…,timestamp=…` to it");
        return KQ_OK;
    }
    KQ_ENSURE(kq_sign_type_parse(named, sign_type), error, KQ_E_BAD_INPUT, "%s",
              named.size == 0 ? "the request has no sign_type: add sign_type=RSA2 to it, which is signed too"
                              : "sign_type is RSA2 or RSA");
    return KQ_OK;
}

static struct kq_result sign(struct kq_invocation *invocation, struct signing *signing,
                             struct kq_error *error)
{
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    enum kq_sign_type sign_type;
    KQ_TRY(choose_sign_type(&signing->request, &sign_type, error));
    KQ_TRY(kq_load_private_key(kq_flag_text(invocation, "private-key").data, &key, error));
    return kq_sign(key, sign_type, signing->string_to_sign, &signing->sign, error);
}

static void append_param(struct kq_buffer *form, struct kq_slice name, struct kq_slice value, char separator)
{
    if (form->size > 0) {
        kq_buffer_append_byte(form, separator);
    }
    kq_form_encode(name, form);
    kq_buffer_append_byte(form, '=');
    kq_form_encode(value, form);
}

static struct kq_result finish_v3(struct signing *signing, struct kq_error *error)
{
    kq_buffer_append(&signing->authorization, KQ_SLICE(KQ_V3_SCHEME " "));
    kq_buffer_append(&signing->authorization, signing->request.v3.list);
    kq_buffer_append(&signing->authorization, KQ_SLICE(",sign="));
    kq_buffer_append(&signing->authorization, kq_buffer_slice(&signing->sign));
    KQ_ENSURE_MEMORY(!signing->authorization.failed, error);
    return KQ_OK;
}

/* As the official libraries send it: biz_content in the body, all else in the query. */
static struct kq_result finish(struct kq_invocation *invocation, struct signing *signing,
                               struct kq_error *error)
{
    struct kq_buffer query KQ_CLEANUP(kq_buffer_free) = {0};
    if (signing->request.is_v3) {
        return finish_v3(signing, error);
    }
    for (size_t i = 0; i < signing->request.count; i++) {
        const struct kq_sent_param *param = &signing->request.items[i];
        bool is_body = kq_slice_equal(param->name, KQ_SLICE("biz_content"));
        if (param->value.size > 0 && !kq_slice_equal(param->name, KQ_SLICE("sign"))) {
            append_param(is_body ? &signing->body : &query, param->name, param->value, '&');
        }
    }
    append_param(&query, KQ_SLICE("sign"), kq_buffer_slice(&signing->sign), '&');
    kq_buffer_append(&signing->url, kq_flag_text(invocation, "gateway"));
    kq_buffer_append_byte(&signing->url, '?');
    kq_buffer_append(&signing->url, kq_buffer_slice(&query));
    KQ_ENSURE_MEMORY(!query.failed && !signing->url.failed && !signing->body.failed, error);
    return KQ_OK;
}

static struct kq_result print_json(const struct signing *signing, struct kq_error *error)
{
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    kq_buffer_append_byte(&json, '{');
    kq_json_append_name(&json, "read_as");
    kq_json_append_string(&json, kq_slice_of(kq_request_form_name(signing->request.form)));
    KQ_TRY(
        kq_request_append_json(&signing->request, "string_to_sign", signing->string_to_sign, &json, error));
    if (signing->sign.size > 0) {
        kq_json_append_name(&json, "sign");
        kq_json_append_string(&json, kq_buffer_slice(&signing->sign));
    }
    if (signing->authorization.size > 0) {
        KQ_TRY(kq_request_append_json(&signing->request, "authorization",
                                      kq_buffer_slice(&signing->authorization), &json, error));
    } else if (signing->sign.size > 0) {
        kq_json_append_name(&json, "url");
        kq_json_append_string(&json, kq_buffer_slice(&signing->url));
        kq_json_append_name(&json, "body");
        kq_json_append_string(&json, kq_buffer_slice(&signing->body));
    }
    kq_buffer_append(&json, KQ_SLICE("}\n"));
    KQ_ENSURE_MEMORY(!json.failed, error);
    kq_print_json(stdout, kq_buffer_slice(&json));
    return KQ_OK;
}

static struct kq_result print(const struct signing *signing, struct kq_error *error)
{
    const struct kq_sent_request *request = &signing->request;
    kq_request_print_form(request);
    puts(kq_text(".", "。"));
    KQ_TRY(kq_request_print(request, kq_request_heading(request), signing->string_to_sign, error));
    if (signing->sign.size == 0) {
        return KQ_OK;
    }
    KQ_TRY(kq_request_print(request, "sign", kq_buffer_slice(&signing->sign), error));
    if (request->is_v3) {
        return kq_request_print(request, "authorization", kq_buffer_slice(&signing->authorization), error);
    }
    KQ_TRY(kq_request_print(request, "URL", kq_buffer_slice(&signing->url), error));
    return kq_request_print(
        request,
        kq_text("Body (application/x-www-form-urlencoded)", "请求体（application/x-www-form-urlencoded）"),
        kq_buffer_slice(&signing->body), error);
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct signing signing KQ_CLEANUP(free_signing) = {0};
    KQ_TRY(kq_request_input_read(invocation, &signing.input, &signing.request, error));
    KQ_ENSURE(!signing.request.is_answer, error, KQ_E_BAD_INPUT,
              "this is an answer of the gateway, which the gateway signs: give the request (`kaquan verify` "
              "verifies answers)");
    struct kq_slice twice = kq_request_find_twice(&signing.request);
    KQ_ENSURE(twice.size == 0, error, KQ_E_BAD_INPUT,
              "the request has %.*s twice, with different values, which the gateway refuses: leave one of "
              "them out",
              KQ_SLICE_PRINT(twice));
    KQ_TRY(kq_request_string_to_sign(&signing.request, &signing.string_to_sign, error));
    if (kq_flag_is_given(invocation, "private-key")) {
        KQ_TRY(sign(invocation, &signing, error));
        KQ_TRY(finish(invocation, &signing, error));
    }
    return invocation->json ? print_json(&signing, error) : print(&signing, error);
}

const struct kq_command kq_command_sign = {
    .name = "sign",
    .text = "show what a request's signature is over, and sign it",
    .example = "kaquan sign --private-key app_private_key.pem --file request.json",
    .more_examples =
        (const char *const[]){
            "kaquan sign 'app_id=2014072300007148&method=alipay.user.pass.grouplist.query&sign_type=RSA2'",
            "pbpaste | kaquan sign        (a URL, a form, an HTTP request, a curl command, a HAR entry,\n"
            "                              a log line, name=value lines, a JSON object, a printed map)",
            NULL},
    .operand = "REQUEST",
    .operand_optional = true,
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
