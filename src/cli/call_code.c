/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_code.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "base/time.h"
#include "cli/call_code_keys.h"
#include "wire/json.h"
#include "wire/openapi_v3.h"

/* What stands in a template for a text of the call. */
struct part {
    const char *name;
    struct kq_slice text;
};

#define PARTS_MAX 32

struct parts {
    struct part items[PARTS_MAX];
    size_t count;
};

static void add_part(struct parts *parts, const char *name, struct kq_slice text)
{
    parts->items[parts->count++] = (struct part){.name = name, .text = text};
}

static struct kq_slice part_of(const struct parts *parts, struct kq_slice name)
{
    for (size_t i = 0; i < parts->count; i++) {
        if (kq_slice_equal(kq_slice_of(parts->items[i].name), name)) {
            return parts->items[i].text;
        }
    }
    return KQ_SLICE_EMPTY;
}

static void append_line(struct kq_buffer *code, const struct kq_code_form *form, const struct parts *parts,
                        struct kq_slice line)
{
    struct kq_cursor cursor = kq_cursor_of(line);
    struct kq_slice before;
    struct kq_slice name;
    while (kq_cursor_take_until(&cursor, KQ_SLICE("{{"), &before)) {
        kq_buffer_append(code, before);
        if (!kq_cursor_take_until(&cursor, KQ_SLICE("}}"), &name)) {
            break;
        }
        if (name.size > 0 && name.data[0] == '=') {
            name = (struct kq_slice){.data = name.data + 1, .size = name.size - 1};
            kq_buffer_append(code, part_of(parts, name));
        } else {
            form->append_literal(code, part_of(parts, name));
        }
    }
    kq_buffer_append(code, kq_cursor_take_rest(&cursor));
    kq_buffer_append_byte(code, '\n');
}

/* Takes what a line begins with; false: it is not to be there. */
static bool take_conditions(const struct parts *parts, struct kq_slice *line)
{
    struct kq_cursor start = kq_cursor_of(*line);
    bool wanted = true;
    for (;;) {
        struct kq_slice name = KQ_SLICE_EMPTY;
        bool if_there = kq_cursor_take_literal(&start, KQ_SLICE("{{?"));
        if (!if_there && !kq_cursor_take_literal(&start, KQ_SLICE("{{!"))) {
            *line = kq_cursor_take_rest(&start);
            return wanted;
        }
        bool ended = kq_cursor_take_until(&start, KQ_SLICE("}}"), &name);
        wanted = wanted && ended && (part_of(parts, name).size > 0) == if_there;
    }
}

static void append_template(struct kq_buffer *code, const struct kq_code_form *form,
                            const struct parts *parts)
{
    bool is_v3 = part_of(parts, KQ_SLICE("v3")).size > 0;
    struct kq_cursor cursor = kq_cursor_of(kq_slice_of(is_v3 ? form->v3_template : form->template));
    struct kq_slice line;
    while (kq_cursor_take_part(&cursor, '\n', &line)) {
        if (take_conditions(parts, &line)) {
            append_line(code, form, parts, line);
        }
    }
}

/* alipay.marketing.voucher.send: AlipayMarketingVoucherSend. */
static struct kq_result type_name(struct kq_arena *arena, struct kq_slice method, struct kq_slice *type,
                                  struct kq_error *error)
{
    struct kq_buffer name KQ_CLEANUP(kq_buffer_free) = {0};
    bool begins = true;
    for (size_t i = 0; i < method.size; i++) {
        bool is_letter = isalnum((unsigned char)method.data[i]) != 0;
        if (is_letter) {
            kq_buffer_append_byte(&name,
                                  begins ? (char)toupper((unsigned char)method.data[i]) : method.data[i]);
        }
        begins = !is_letter;
    }
    KQ_ENSURE_MEMORY(!name.failed, error);
    *type = kq_arena_copy(arena, kq_buffer_slice(&name));
    KQ_ENSURE_MEMORY(type->data != NULL, error);
    return KQ_OK;
}

/* http://host:port/path in its parts; host and port as they stand in it. */
static void split_url(struct kq_slice url, struct kq_slice *authority, struct kq_slice *path)
{
    struct kq_cursor cursor = kq_cursor_of(url);
    struct kq_slice scheme;
    KQ_IGNORE((struct kq_result){kq_cursor_take_until(&cursor, KQ_SLICE("://"), &scheme)});
    struct kq_slice rest = kq_cursor_take_rest(&cursor);
    size_t slash = kq_slice_find(rest, '/');
    *authority = (struct kq_slice){.data = rest.data, .size = slash};
    *path = (struct kq_slice){.data = rest.data + slash, .size = rest.size - slash};
}

static struct kq_result collect_modes(struct kq_arena *arena, const struct kq_call_plan *plan,
                                      struct parts *parts, struct kq_error *error)
{
    struct kq_call_numbers numbers;
    KQ_TRY(kq_call_plan_numbers(plan, arena, &numbers, error));
    add_part(parts, "app_certificate", plan->app_certificate);
    add_part(parts, "gateway_certificate", plan->gateway_certificate);
    add_part(parts, "root_certificates", plan->root_certificates);
    add_part(parts, "app_cert_sn", numbers.app_cert_sn);
    add_part(parts, "root_cert_sn", numbers.root_cert_sn);
    add_part(parts, "content_key", plan->content_key);
    return KQ_OK;
}

/* `base`: the path of the gateway's URL, which is signed too. */
static struct kq_result collect_v3(struct kq_arena *arena, const struct kq_call_plan *plan,
                                   struct kq_slice base, struct parts *parts, struct kq_error *error)
{
    struct kq_buffer path KQ_CLEANUP(kq_buffer_free) = {0};
    int64_t time_s = 0;
    kq_v3_path_append(plan->method, &path);
    KQ_ENSURE_MEMORY(!path.failed, error);
    struct kq_slice method_path = kq_arena_copy(arena, kq_buffer_slice(&path));
    struct kq_slice signed_path =
        kq_arena_print(arena, "%.*s%.*s", KQ_SLICE_PRINT(base), KQ_SLICE_PRINT(method_path));
    struct kq_slice url =
        kq_arena_print(arena, "%.*s%.*s", KQ_SLICE_PRINT(plan->gateway), KQ_SLICE_PRINT(method_path));
    struct kq_slice timestamp_ms = KQ_SLICE_EMPTY;
    if (plan->timestamp.size > 0) {
        if (!kq_time_parse(plan->timestamp, &time_s, error).ok) {
            return kq_fail_in(error, "timestamp");
        }
        timestamp_ms = kq_arena_print(arena, "%" PRId64 "000", time_s);
        KQ_ENSURE_MEMORY(timestamp_ms.data != NULL, error);
    }
    KQ_ENSURE_MEMORY(method_path.data != NULL && signed_path.data != NULL && url.data != NULL, error);
    add_part(parts, "v3", plan->gateway);
    add_part(parts, "v3_method_path", method_path);
    add_part(parts, "v3_path", signed_path);
    add_part(parts, "v3_url", url);
    add_part(parts, "timestamp_ms", timestamp_ms);
    return KQ_OK;
}

/* The library's own type for this method has an attribute that is a keyword since Python 3.7. */
#define UNTYPED_IN_PYTHON "alipay.marketing.voucher.batchsend"

static struct kq_result collect(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                struct parts *parts, struct kq_error *error)
{
    struct kq_slice authority;
    struct kq_slice path;
    struct kq_slice type;
    split_url(plan->gateway, &authority, &path);
    KQ_TRY(type_name(&invocation->arena, plan->method, &type, error));
    bool has_port = kq_slice_find(authority, ':') < authority.size;
    add_part(parts, "gateway", plan->gateway);
    add_part(parts, "app_id", plan->app_id);
    add_part(parts, "private_key", plan->private_key);
    add_part(parts, "gateway_public_key", plan->gateway_public_key);
    add_part(parts, "charset", plan->charset);
    add_part(parts, "sign_type", plan->sign_type);
    add_part(parts, "app_auth_token", plan->app_auth_token);
    add_part(parts, "timestamp", plan->timestamp);
    add_part(parts, "method", plan->method);
    add_part(parts, "biz", plan->biz);
    add_part(parts, "type", type);
    add_part(parts, "port", has_port ? authority : KQ_SLICE_EMPTY);
    add_part(parts, "biz_json", plan->biz.size > 0 ? plan->biz : KQ_SLICE("{}"));
    add_part(parts, "digest",
             kq_slice_equal(plan->sign_type, KQ_SLICE("RSA")) ? KQ_SLICE("sha1") : KQ_SLICE("sha256"));
    add_part(parts, "not_utf8",
             kq_slice_equal_ignoring_case(plan->charset, KQ_SLICE("utf-8")) ? KQ_SLICE_EMPTY : plan->charset);
    add_part(parts, "untyped",
             kq_slice_equal(plan->method, KQ_SLICE(UNTYPED_IN_PYTHON)) ? type : KQ_SLICE_EMPTY);
    KQ_TRY(collect_modes(&invocation->arena, plan, parts, error));
    return plan->is_v3 ? collect_v3(&invocation->arena, plan, path, parts, error) : KQ_OK;
}

/* It stands in remarks and in names of types, where nothing could be quoted. */
static struct kq_result check_method(struct kq_slice method, struct kq_error *error)
{
    for (size_t i = 0; i < method.size; i++) {
        char byte = method.data[i];
        KQ_ENSURE(isalnum((unsigned char)byte) || byte == '.' || byte == '_', error, KQ_E_USAGE,
                  "a method's name has letters, digits, dots and underscores only");
    }
    return KQ_OK;
}

/* Printed as what it is not, it would be another call. */
static struct kq_result check_biz(const struct kq_code_form *form, const struct kq_call_plan *plan,
                                  struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    const struct kq_json *biz = NULL;
    KQ_ENSURE((form->limits & KQ_CODE_SHORT_BIZ) == 0 || plan->biz.size <= KQ_CODE_BIZ_MAX_BYTES, error,
              KQ_E_USAGE,
              "what --%s prints takes fields of %zu bytes in all: that of --php, --c and --http takes more",
              form->flag, KQ_CODE_BIZ_MAX_BYTES);
    unsigned wanted = plan->is_v3 ? KQ_CODE_OBJECT | KQ_CODE_OBJECT_IN_V3 : KQ_CODE_OBJECT;
    if ((form->limits & wanted) == 0 || plan->biz.size == 0) {
        return KQ_OK;
    }
    struct kq_result read = kq_json_read(plan->biz, &arena, &biz, error);
    KQ_ENSURE(read.ok && biz->kind == KQ_JSON_OBJECT, error, KQ_E_USAGE,
              "the library of --%s takes the fields as an object: --biz is no JSON object", form->flag);
    return KQ_OK;
}

static struct kq_result check(const struct kq_code_form *form, const struct kq_call_plan *plan,
                              struct kq_error *error)
{
    KQ_TRY(check_method(plan->method, error));
    bool keys_only = !plan->is_v3 && plan->app_certificate.size == 0 && plan->content_key.size == 0;
    KQ_ENSURE(
        (form->limits & KQ_CODE_KEYS_ONLY) == 0 || keys_only, error, KQ_E_USAGE,
        "what --%s prints knows neither certificates nor encryption nor OpenAPI v3: that of every other "
        "form does",
        form->flag);
    KQ_ENSURE((form->limits & KQ_CODE_NO_TIMESTAMP) == 0 || plan->timestamp.size == 0, error, KQ_E_USAGE,
              "the library of --%s makes the time stamp itself: --timestamp goes with --c, --curl, --http "
              "and --php",
              form->flag);
    KQ_ENSURE((form->limits & KQ_CODE_UTF8_ONLY) == 0 ||
                  kq_slice_equal_ignoring_case(plan->charset, KQ_SLICE("utf-8")),
              error, KQ_E_USAGE, "the library of --%s speaks utf-8 only, not %s", form->flag,
              plan->charset.data);
    KQ_TRY(check_biz(form, plan, error));
    return kq_code_check_files(form, plan, error);
}

static struct kq_result append_http(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                    struct kq_buffer *code, struct kq_error *error)
{
    struct kq_signed_request request = {0};
    struct kq_slice authority;
    struct kq_slice path;
    KQ_TRY(kq_call_plan_sign(invocation, plan, &request, error));
    split_url(request.url, &authority, &path);
    size_t query = kq_slice_find(authority, '?');
    if (query < authority.size) { /* a gateway that is a host alone */
        path = (struct kq_slice){.data = authority.data + query, .size = authority.size - query};
        authority.size = query;
    }
    kq_buffer_print(code, "POST %s%.*s HTTP/1.1\r\nHost: %.*s\r\n",
                    path.size > 0 && path.data[0] == '/' ? "" : "/", KQ_SLICE_PRINT(path),
                    KQ_SLICE_PRINT(authority));
    for (size_t i = 0; request.headers[i] != NULL; i++) {
        kq_buffer_print(code, "%s\r\n", request.headers[i]);
    }
    if (plan->is_v3) {
        kq_buffer_print(code, "Content-Type: %s\r\n",
                        plan->content_key.size == 0 ? "application/json" : "text/plain");
    } else {
        kq_buffer_print(code, "Content-Type: application/x-www-form-urlencoded;charset=%s\r\n",
                        plan->charset.data);
    }
    kq_buffer_print(code, "Content-Length: %zu\r\nConnection: close\r\n\r\n", request.body.size);
    kq_buffer_append(code, request.body);
    return KQ_OK;
}

static const struct kq_code_form *wanted_form(const struct kq_invocation *invocation, size_t *count)
{
    const struct kq_code_form *wanted = NULL;
    *count = kq_flag_switch(invocation, "http") ? 1 : 0;
    for (size_t i = 0; i < kq_code_form_count; i++) {
        if (kq_flag_switch(invocation, kq_code_forms[i].flag)) {
            wanted = &kq_code_forms[i];
            (*count)++;
        }
    }
    return wanted;
}

bool kq_call_code_is_wanted(const struct kq_invocation *invocation)
{
    size_t count = 0;
    return wanted_form(invocation, &count) != NULL || count > 0;
}

struct kq_result kq_call_code_print(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                    struct kq_error *error)
{
    struct kq_buffer code KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    size_t count = 0;
    const struct kq_code_form *form = wanted_form(invocation, &count);
    KQ_ENSURE(count == 1, error, KQ_E_USAGE, "one of --curl, --http, --java, … at a time");
    if (form == NULL) {
        KQ_TRY(append_http(invocation, plan, &code, error));
    } else {
        struct parts parts = {.count = 0};
        KQ_TRY(check(form, plan, error));
        KQ_TRY(collect(invocation, plan, &parts, error));
        append_template(&code, form, &parts);
    }
    KQ_ENSURE_MEMORY(!code.failed, error);
    fwrite(code.data, 1, code.size, stdout);
    return KQ_OK;
}
