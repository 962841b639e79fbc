/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/catalogue.h"
#include "base/memory.h"

/* The methods about one voucher: what a request becomes, and what a done operation is answered with. */

#define NOW_S INT64_C(1483200001) /* 2017-01-01 00:00:01 in Beijing */
#define KEY                                                                                                  \
    "\"voucher_id\":\"20160906000730020020002U8CBS\",\"user_id\":\"2088302001456115\",\"out_biz_no\":\"o-1\""

static const struct kq_caller caller = {
    .app_id = {.data = "2014072300007148", .size = 16},
    .pid = {.data = "2088102146225135", .size = 16},
    .now_s = NOW_S,
};

static const struct kq_method *const changes[] = {
    &kq_method_marketing_exchangevoucher_use,
    &kq_method_marketing_voucher_exchangevoucher_refund,
    &kq_method_marketing_voucher_delete,
    &kq_method_marketing_voucher_delay,
};

struct call {
    struct kq_arena arena;
    struct kq_operation operation;
    struct kq_error error;
};

static bool prepare(struct call *call, const struct kq_method *method, const char *json)
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

static void assert_refused(const struct kq_method *method, const char *json, const char *detail)
{
    struct call call;
    assert_false(prepare(&call, method, json));
    assert_int_equal(call.error.code, KQ_E_INVALID_PARAMETER);
    assert_string_equal(call.error.detail, detail);
    kq_arena_free(&call.arena);
}

static void assert_text(struct kq_slice text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.size);
}

static void each_change_has_its_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(changes); i++) {
        struct call call;
        assert_true(prepare(&call, changes[i], "{" KEY ",\"expired_time\":\"2017-02-01 00:00:01\"}"));
        assert_int_equal(call.operation.kind, KQ_OP_VOUCHER_CHANGE);
        const struct kq_voucher_change_request *request = &call.operation.voucher_change.request;
        assert_int_equal(request->kind, i);
        assert_text(request->pid, "2088102146225135");
        assert_text(request->voucher_id, "20160906000730020020002U8CBS");
        assert_text(request->user_id, "2088302001456115");
        assert_text(request->out_biz_no, "o-1");
        kq_arena_free(&call.arena);
        assert_refused(changes[i], "{}", "voucher_id不能为空");
        assert_refused(changes[i], "{\"voucher_id\":\"12345678901234567890123456789\"}",
                       "voucher_id长度不能超过28个字符");
        assert_refused(changes[i], "{\"voucher_id\":\"v\",\"user_id\":\"12345678901234567\"}",
                       "user_id长度不能超过16个字符");
        assert_refused(changes[i], "{\"voucher_id\":\"v\",\"user_id\":\"u\"}", "out_biz_no不能为空");
    }
}

static void a_use_checks_rules_unless_it_is_told_not_to(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool checks;
    } rows[] = {
        {"{" KEY "}", true},
        {"{" KEY ",\"need_rule_check\":true}", true},
        {"{" KEY ",\"need_rule_check\":\"true\"}", true},
        {"{" KEY ",\"need_rule_check\":null}", true},
        {"{" KEY ",\"need_rule_check\":false}", false},
        {"{" KEY ",\"need_rule_check\":\"false\"}", false},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct call call;
        assert_true(prepare(&call, &kq_method_marketing_exchangevoucher_use, rows[i].json));
        assert_int_equal(call.operation.voucher_change.request.checks_rules, rows[i].checks);
        kq_arena_free(&call.arena);
    }
}

static void a_context_says_what_a_use_is_for(void **state)
{
    (void)state;
    struct call call;
    assert_true(prepare(&call, &kq_method_marketing_exchangevoucher_use,
                        "{" KEY ",\"biz_context\":\"{\\\"amount\\\":3.5,\\\"order_amount\\\":\\\"0\\\","
                        "\\\"shop_id\\\":\\\"s\\\",\\\"more\\\":1}\"}"));
    const struct kq_voucher_change_request *request = &call.operation.voucher_change.request;
    assert_true(request->has_amount);
    assert_int_equal(request->amount_fen, 350);
    assert_true(request->has_order_amount);
    assert_int_equal(request->order_amount_fen, 0);
    assert_text(request->shop_id, "s");
    kq_arena_free(&call.arena);
    assert_true(prepare(&call, &kq_method_marketing_exchangevoucher_use, "{" KEY ",\"biz_context\":\"{}\"}"));
    assert_false(call.operation.voucher_change.request.has_amount);
    assert_false(call.operation.voucher_change.request.has_order_amount);
    kq_arena_free(&call.arena);
}

static void a_context_out_of_form_is_refused(void **state)
{
    (void)state;
    const struct kq_method *use = &kq_method_marketing_exchangevoucher_use;
    assert_refused(use, "{" KEY ",\"biz_context\":\"x\"}", "biz_context不是合法的JSON对象");
    assert_refused(use, "{" KEY ",\"biz_context\":\"[]\"}", "biz_context不是合法的JSON对象");
    assert_refused(use, "{" KEY ",\"biz_context\":{}}", "biz_context格式不正确");
    assert_refused(use, "{" KEY ",\"biz_context\":\"{\\\"amount\\\":0}\"}", "amount不能小于0.01");
    assert_refused(use, "{" KEY ",\"biz_context\":\"{\\\"amount\\\":\\\"x\\\"}\"}", "amount格式不正确");
    assert_refused(&kq_method_marketing_voucher_exchangevoucher_refund,
                   "{" KEY ",\"biz_context\":\"{\\\"use_out_biz_no\\\":1}\"}", "use_out_biz_no格式不正确");
}

static void a_refund_names_its_use(void **state)
{
    (void)state;
    struct call call;
    assert_true(prepare(&call, &kq_method_marketing_voucher_exchangevoucher_refund,
                        "{" KEY ",\"biz_context\":\"{\\\"use_out_biz_no\\\":\\\"u\\\"}\"}"));
    assert_text(call.operation.voucher_change.request.use_biz_no, "u");
    kq_arena_free(&call.arena);
}

static void a_delay_needs_its_time(void **state)
{
    (void)state;
    struct call call;
    const struct kq_method *delay = &kq_method_marketing_voucher_delay;
    assert_true(prepare(&call, delay, "{" KEY ",\"expired_time\":\"2017-01-01 00:00:01\"}"));
    assert_int_equal(call.operation.voucher_change.request.expires_s, NOW_S);
    kq_arena_free(&call.arena);
    assert_refused(delay, "{" KEY "}", "expired_time不能为空");
    assert_refused(delay, "{" KEY ",\"expired_time\":\"2017-01-01\"}", "expired_time格式不正确");
}

static struct kq_voucher a_voucher(void)
{
    return (struct kq_voucher){.voucher_id = KQ_SLICE("20160906000730020020002U8CBS"),
                               .template_id = KQ_SLICE("20140601000730010040000000EB"),
                               .user_id = KQ_SLICE("2088302001456115"),
                               .amount_fen = 1000,
                               .balance_fen = 650,
                               .issued_s = NOW_S - 10,
                               .active_s = NOW_S - 5,
                               .expires_s = NOW_S + 10};
}

static struct kq_template a_template(void)
{
    return (struct kq_template){.pid = caller.pid,
                                .description = KQ_SLICE("不找零\n\"每单\"一张"),
                                .extension_info = KQ_SLICE("{\"a\":1}")};
}

#define SHOWN                                                                                                \
    "\"voucher_id\":\"20160906000730020020002U8CBS\",\"template_id\":\"20140601000730010040000000EB\","      \
    "\"name\":\"10元代金券\",\"status\":\"USING\",\"total_amount\":\"10.00\","                           \
    "\"available_amount\":\"6.50\",\"gmt_create\":\"2016-12-31 23:59:51\","                                  \
    "\"gmt_active\":\"2016-12-31 23:59:56\",\"gmt_expired\":\"2017-01-01 00:00:11\","                        \
    "\"voucher_description\":\"[\\\"不找零\\\",\\\"\\\\\\\"每单\\\\\\\"一张\\\"]\","                  \
    "\"extend_info\":\"{\\\"a\\\":1}\""

static bool finish(struct call *call, const struct kq_method *method, struct kq_buffer *json)
{
    call->operation.arena = &call->arena;
    void *answer = kq_arena_allocate(&call->arena, method->answer->struct_bytes);
    if (answer == NULL) {
        call->error.code = KQ_E_NO_MEMORY;
        return false;
    }
    if (!method->finish(&caller, &call->operation, answer, &call->error).ok) {
        return false;
    }
    kq_fields_append(method->answer, answer, json);
    return true;
}

static void assert_answer(struct call *call, const struct kq_method *method, const char *wanted)
{
    struct kq_buffer json = {0};
    assert_true(finish(call, method, &json));
    assert_string_equal(json.data, wanted);
    kq_buffer_free(&json);
    kq_arena_free(&call->arena);
}

static struct call done_change(void)
{
    struct call call = {.operation = {.kind = KQ_OP_VOUCHER_CHANGE}};
    call.operation.voucher_change.voucher = a_voucher();
    call.operation.voucher_change.template = a_template();
    call.operation.voucher_change.result.event.amount_fen = 350;
    return call;
}

static void a_change_is_answered_in_its_methods_shape(void **state)
{
    (void)state;
    struct call call = done_change();
    assert_answer(&call, &kq_method_marketing_exchangevoucher_use,
                  "\"voucher_id\":\"20160906000730020020002U8CBS\"");
    call = done_change();
    assert_answer(&call, &kq_method_marketing_voucher_delete,
                  "\"voucher_id\":\"20160906000730020020002U8CBS\",\"amount\":\"3.50\"");
    call = done_change();
    assert_answer(&call, &kq_method_marketing_voucher_exchangevoucher_refund, "\"voucher\":{" SHOWN "}");
    call = done_change();
    assert_answer(&call, &kq_method_marketing_voucher_delay,
                  "\"voucher_id\":\"20160906000730020020002U8CBS\",\"voucher\":{" SHOWN "}");
}

static struct call done_get(struct kq_voucher_bill *bills, size_t count)
{
    struct call call = {.operation = {.kind = KQ_OP_VOUCHER_GET}};
    struct kq_op_voucher_get *get = &call.operation.voucher_get;
    get->found = true;
    get->voucher = a_voucher();
    get->template = a_template();
    get->bills = bills;
    get->bill_count = count;
    return call;
}

static void a_query_shows_the_voucher_and_its_bills(void **state)
{
    (void)state;
    struct kq_voucher_bill bills[] = {
        {.event = {.kind = KQ_CHANGE_USE,
                   .out_biz_no = KQ_SLICE("u-1"),
                   .amount_fen = 350,
                   .made_s = NOW_S,
                   .pid = caller.pid,
                   .refund_number = 7},
         .merchant_name = KQ_SLICE("优酷")},
        {.event = {.kind = KQ_CHANGE_REFUND,
                   .out_biz_no = KQ_SLICE("r-1"),
                   .amount_fen = 350,
                   .made_s = NOW_S + 1,
                   .pid = caller.pid,
                   .refund_number = KQ_EVENT_NONE}},
    };
    struct call call = done_get(bills, KQ_COUNT(bills));
    assert_answer(&call, &kq_method_marketing_voucher_query,
                  SHOWN
                  ",\"user_id\":\"2088302001456115\",\"bill_details\":["
                  "{\"trade_no\":\"u-1\",\"biz_type\":\"USE\",\"amount\":\"3.50\",\"status\":\"REFUNDED\","
                  "\"partner_id\":\"2088102146225135\",\"partner_name\":\"优酷\","
                  "\"gmt_create\":\"2017-01-01 00:00:01\"},"
                  "{\"trade_no\":\"r-1\",\"biz_type\":\"REFUND\",\"amount\":\"3.50\",\"status\":\"SUCCESS\","
                  "\"partner_id\":\"2088102146225135\",\"gmt_create\":\"2017-01-01 00:00:02\"}]");
    call = done_get(NULL, 0);
    assert_answer(&call, &kq_method_marketing_voucher_query,
                  SHOWN ",\"user_id\":\"2088302001456115\",\"bill_details\":[]");
}

static void a_query_is_for_whom_it_concerns(void **state)
{
    (void)state;
    struct kq_buffer json = {0};
    struct call call = done_get(NULL, 0);
    call.operation.voucher_get.template.pid = KQ_SLICE("2088102146225136");
    assert_false(finish(&call, &kq_method_marketing_voucher_query, &json));
    assert_int_equal(call.error.code, KQ_E_VOUCHER_NOT_EXIST);
    kq_arena_free(&call.arena);
    call = done_get(NULL, 0);
    call.operation.voucher_get.found = false;
    assert_false(finish(&call, &kq_method_marketing_voucher_query, &json));
    assert_int_equal(call.error.code, KQ_E_VOUCHER_NOT_EXIST);
    kq_arena_free(&call.arena);
    kq_buffer_free(&json);
}

static void each_allocation_that_fails_fails_the_answer(void **state)
{
    (void)state;
    bool done = false;
    for (unsigned long n = 1; !done; n++) {
        struct call call = done_get(NULL, 0);
        struct kq_buffer json = {0};
        kq_memory_fail_at(n);
        done = finish(&call, &kq_method_marketing_voucher_query, &json) && !json.failed;
        kq_memory_fail_at(0);
        assert_true(done || json.failed || call.error.code == KQ_E_NO_MEMORY);
        kq_buffer_free(&json);
        kq_arena_free(&call.arena);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_has_its_key),
        cmocka_unit_test(a_use_checks_rules_unless_it_is_told_not_to),
        cmocka_unit_test(a_context_says_what_a_use_is_for),
        cmocka_unit_test(a_context_out_of_form_is_refused),
        cmocka_unit_test(a_refund_names_its_use),
        cmocka_unit_test(a_delay_needs_its_time),
        cmocka_unit_test(a_change_is_answered_in_its_methods_shape),
        cmocka_unit_test(a_query_shows_the_voucher_and_its_bills),
        cmocka_unit_test(a_query_is_for_whom_it_concerns),
        cmocka_unit_test(each_allocation_that_fails_fails_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
