/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/catalogue.h"
#include "base/memory.h"
#include "wire/charset.h"

static const struct kq_method *const method = &kq_method_marketing_voucher_batchsend;

static const struct kq_caller caller = {
    .app_id = {.data = "2014072300007148", .size = 16},
    .pid = {.data = "2088102146225135", .size = 16},
    .now_s = 1473134400,
};

#define REQUEST                                                                                              \
    "{\"template_id\":\"20140601000730010040000000EB\",\"out_biz_no\":\"batch-1\",\"memo\":\"优酷\","      \
    "\"vouchers\":[{\"user_id\":\"2088302001456115\"},{\"user_id\":\"2088302001456116\"}]}"

/* From a request's text to its operation, as the gateway goes. */
struct call {
    struct kq_arena arena;
    struct kq_operation operation;
    struct kq_error error;
};

static bool prepare(struct call *call, const char *json)
{
    *call = (struct call){.operation = {.kind = KQ_OPERATION_KIND_COUNT}};
    call->operation.arena = &call->arena;
    void *request = kq_arena_allocate(&call->arena, method->request->struct_bytes);
    return request != NULL &&
           kq_fields_read(method->request, method->rules, method->rule_count, kq_slice_of(json),
                          method->parameter_error, &call->arena, request, &call->error)
               .ok &&
           method->prepare(&caller, request, &call->operation, &call->error).ok;
}

static void assert_refused(const char *json, const char *detail)
{
    struct call call;
    assert_false(prepare(&call, json));
    assert_string_equal(call.error.detail, detail);
    assert_int_equal(call.error.code, KQ_E_INVALID_PARAMETER);
    kq_arena_free(&call.arena);
}

static void assert_text(struct kq_slice text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.size);
}

static void each_recipient_becomes_an_item(void **state)
{
    (void)state;
    static const char *const user_ids[] = {"2088302001456115", "2088302001456116"};
    struct call call;
    assert_true(prepare(&call, REQUEST));
    assert_int_equal(call.operation.kind, KQ_OP_ISSUE_MANY);
    assert_int_equal(call.operation.issue_many.count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct kq_issue_request *request = &call.operation.issue_many.items[i].request;
        assert_text(request->pid, "2088102146225135");
        assert_text(request->template_id, "20140601000730010040000000EB");
        assert_int_equal(request->recipient.kind, KQ_RECIPIENT_USER_ID);
        assert_text(request->recipient.value, user_ids[i]);
        assert_text(request->memo, "优酷");
        assert_false(request->has_amount);
    }
    kq_arena_free(&call.arena);
}

/* What stands in stores already: a key that changed would issue every old batch's vouchers again. Its middle
 * is `printf batch-1 | openssl dgst -sha256 -binary | head -c 30 | base64`. */
static void a_recipients_key_never_changes(void **state)
{
    (void)state;
    struct call call;
    assert_true(prepare(&call, REQUEST));
    assert_text(call.operation.issue_many.items[0].request.out_biz_no,
                "batch:j1gVRlMDygo7cAwHBo7z7wv29NimzWC/ciDNPTPn:2088302001456115");
    assert_text(call.operation.issue_many.items[1].request.out_biz_no,
                "batch:j1gVRlMDygo7cAwHBo7z7wv29NimzWC/ciDNPTPn:2088302001456116");
    kq_arena_free(&call.arena);
}

static void the_longest_key_fits(void **state)
{
    (void)state;
    char json[1024];
    char batch[64 * 3 + 1] = "";
    char user[16 * 3 + 1] = "";
    for (size_t i = 0; i < 64; i++) {
        memcpy(batch + 3 * i, "券", 3);
        memcpy(user + 3 * (i % 16), "券", 3);
    }
    snprintf(json, sizeof(json),
             "{\"template_id\":\"t\",\"out_biz_no\":\"%s\",\"vouchers\":[{\"user_id\":\"%s\"}]}", batch,
             user);
    struct call call;
    assert_true(prepare(&call, json));
    assert_int_equal(kq_utf8_count(call.operation.issue_many.items[0].request.out_biz_no), 63);
    kq_arena_free(&call.arena);
}

static void a_list_of_recipients_is_needed(void **state)
{
    (void)state;
    assert_refused("{\"template_id\":\"t\",\"out_biz_no\":\"o\"}", "vouchers不能为空");
    assert_refused("{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"vouchers\":null}", "vouchers不能为空");
    assert_refused("{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"vouchers\":[]}", "vouchers不能少于1项");
    assert_refused("{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"vouchers\":{}}", "vouchers格式不正确");
    assert_refused("{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"vouchers\":[\"u\"]}", "vouchers格式不正确");
    assert_refused("{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"vouchers\":[{}]}", "user_id不能为空");
}

static void a_thousand_recipients_and_no_more(void **state)
{
    (void)state;
    static char json[32 * 1024];
    for (size_t count = 1000; count <= 1001; count++) {
        size_t size = (size_t)snprintf(json, sizeof(json),
                                       "{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"vouchers\":[");
        for (size_t i = 0; i < count; i++) {
            size += (size_t)snprintf(json + size, sizeof(json) - size, "%s{\"user_id\":\"%zu\"}",
                                     i == 0 ? "" : ",", i);
        }
        snprintf(json + size, sizeof(json) - size, "]}");
        struct call call;
        bool ok = prepare(&call, json);
        assert_int_equal(ok, count == 1000);
        assert_string_equal(call.error.detail, ok ? "" : "vouchers不能多于1000项");
        kq_arena_free(&call.arena);
    }
}

static struct kq_issue_item issued(void)
{
    return (struct kq_issue_item){
        .request = {.recipient = {.value = KQ_SLICE("2088302001456115")}},
        .result = {.voucher = {.voucher_id = KQ_SLICE("20160906000730020020002U8CBS"),
                               .user_id = KQ_SLICE("2088302001456115"),
                               .amount_fen = 999,
                               .issued_s = 1483200001,
                               .active_s = 1483200002,
                               .expires_s = 1483200003}},
    };
}

static struct kq_issue_item refused(const struct kq_error *refusal)
{
    return (struct kq_issue_item){.request = {.recipient = {.value = KQ_SLICE("2088302001456116")}},
                                  .refusal = refusal};
}

static bool finish(struct kq_issue_item *items, size_t count, struct kq_buffer *text, struct kq_error *error)
{
    struct kq_arena arena = {0};
    struct kq_operation operation = {
        .kind = KQ_OP_ISSUE_MANY, .arena = &arena, .issue_many = {.items = items, .count = count}};
    void *answer = kq_arena_allocate(&arena, method->answer->struct_bytes);
    assert_non_null(answer);
    bool ok = method->finish(&caller, &operation, answer, error).ok;
    if (ok) {
        kq_fields_append(method->answer, answer, text);
    }
    kq_arena_free(&arena);
    return ok;
}

static void an_answer_is_made_byte_for_byte(void **state)
{
    (void)state;
    const struct kq_error refusals[] = {{.code = KQ_E_USER_NOT_EXIST}, {.code = KQ_E_TEMPLATE_EXPIRED}};
    struct kq_issue_item items[] = {issued(), refused(&refusals[0]), refused(&refusals[1])};
    struct kq_buffer text = {0};
    struct kq_error error = {0};
    assert_true(finish(items, KQ_COUNT(items), &text, &error));
    assert_string_equal(
        text.data,
        "\"vouchers\":[{\"user_id\":\"2088302001456115\",\"voucher_id\":\"20160906000730020020002U8CBS\","
        "\"total_amount\":\"9.99\",\"gmt_create\":\"2017-01-01 00:00:01\","
        "\"gmt_active\":\"2017-01-01 00:00:02\",\"gmt_expired\":\"2017-01-01 00:00:03\"},"
        "{\"user_id\":\"2088302001456116\",\"code\":\"USER_NOT_EXIST\",\"sub_msg\":\"用户不存在\"},"
        "{\"user_id\":\"2088302001456116\",\"code\":\"TEMPLATE_EXPIRED\",\"sub_msg\":\"模板过期\"}]");
    kq_buffer_free(&text);
}

/* Where everybody is refused for the template's sake, the call is. */
static void the_templates_refusal_is_the_calls(void **state)
{
    (void)state;
    static const enum kq_error_code codes[] = {KQ_E_TEMPLATE_NOT_EXIST, KQ_E_TEMPLATE_STATUS_NOT_MATCH,
                                               KQ_E_TEMPLATE_EXPIRED, KQ_E_INVALID_PARAMETER};
    for (size_t i = 0; i < KQ_COUNT(codes); i++) {
        const struct kq_error refusal = {.code = codes[i], .detail = "detail"};
        struct kq_issue_item items[] = {refused(&refusal), refused(&refusal)};
        struct kq_error error = {0};
        assert_false(finish(items, KQ_COUNT(items), NULL, &error));
        assert_int_equal(error.code, codes[i]);
        assert_string_equal(error.detail, "detail");
    }
}

static void the_recipients_refusals_are_not_the_calls(void **state)
{
    (void)state;
    static const enum kq_error_code codes[] = {KQ_E_USER_NOT_EXIST, KQ_E_USER_STATUS_ERROR,
                                               KQ_E_TEMPLATE_STOCK_NOT_ENOUGH, KQ_E_USER_LIMIT_EXCEEDED};
    for (size_t i = 0; i < KQ_COUNT(codes); i++) {
        const struct kq_error refusal = {.code = codes[i], .detail = "detail"};
        struct kq_issue_item items[] = {refused(&refusal), refused(&refusal)};
        struct kq_buffer text = {0};
        struct kq_error error = {0};
        assert_true(finish(items, KQ_COUNT(items), &text, &error));
        assert_non_null(strstr(text.data, kq_error_name(codes[i])));
        kq_buffer_free(&text);
    }
}

static void preparing_survives_no_memory(void **state)
{
    (void)state;
    unsigned failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        struct call call;
        kq_memory_fail_at(n);
        bool ok = prepare(&call, REQUEST);
        failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        assert_int_equal(ok, !failed);
        failures += failed;
        kq_arena_free(&call.arena);
    }
    assert_true(failures >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_recipient_becomes_an_item),
        cmocka_unit_test(a_recipients_key_never_changes),
        cmocka_unit_test(the_longest_key_fits),
        cmocka_unit_test(a_list_of_recipients_is_needed),
        cmocka_unit_test(a_thousand_recipients_and_no_more),
        cmocka_unit_test(an_answer_is_made_byte_for_byte),
        cmocka_unit_test(the_templates_refusal_is_the_calls),
        cmocka_unit_test(the_recipients_refusals_are_not_the_calls),
        cmocka_unit_test(preparing_survives_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
