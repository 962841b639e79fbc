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
#include "base/time.h"

/* The template methods, from a request's text to its operation and from a done operation to the answer. */

#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing */

static const struct kq_caller caller = {
    .app_id = {.data = "2014072300007148", .size = 16},
    .pid = {.data = "2088102146225135", .size = 16},
    .now_s = NOW_S,
};

#define DAY "{\\\"type\\\":\\\"RELATIVE\\\",\\\"duration\\\":1,\\\"unit\\\":\\\"DAY\\\"}"

#define COMMON                                                                                               \
    "\"brand_name\":\"优酷\",\"publish_start_time\":\"2016-09-01 00:00:00\","                              \
    "\"publish_end_time\":\"2016-10-01 00:00:00\",\"out_biz_no\":\"order-1\","                               \
    "\"voucher_valid_period\":\"" DAY "\","                                                                  \
    "\"voucher_description\":\"[\\\"一\\\",\\\"二\\\"]\""
#define FIXED                                                                                                \
    "{\"voucher_type\":\"CASHLESS_FIX_VOUCHER\"," COMMON ",\"voucher_quantity\":100,\"amount\":10,"          \
    "\"floor_amount\":\"100\",\"rule_conf\":\"{\\\"PID\\\":\\\"2088512417841101\\\"}\""

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
    if (request == NULL) {
        return kq_fail(&call->error, KQ_E_NO_MEMORY, "%s", "").ok;
    }
    return kq_fields_read(method->request, method->rules, method->rule_count, kq_slice_of(json),
                          method->parameter_error, &call->arena, request, &call->error)
               .ok &&
           method->prepare(&caller, request, &call->operation, &call->error).ok;
}

static void assert_prepared(struct call *call, const struct kq_method *method, const char *json)
{
    bool ok = prepare(call, method, json);
    assert_string_equal(call->error.detail, "");
    assert_true(ok);
}

static void assert_refused(const struct kq_method *method, const char *json, const char *detail)
{
    struct call call;
    assert_false(prepare(&call, method, json));
    assert_string_equal(call.error.detail, detail);
    assert_int_equal(call.error.code, KQ_E_INVALID_PARAMETER);
    kq_arena_free(&call.arena);
}

static void assert_text(struct kq_slice text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.size);
}

static void assert_answer(const struct kq_method *method, const struct kq_operation *operation,
                          const char *wanted)
{
    struct kq_error error = {0};
    void *answer = kq_arena_allocate(operation->arena, method->answer->struct_bytes);
    struct kq_buffer buffer = {0};
    assert_true(method->finish(&caller, operation, answer, &error).ok);
    kq_buffer_append_byte(&buffer, '{');
    kq_fields_append(method->answer, answer, &buffer);
    kq_buffer_append_byte(&buffer, '}');
    assert_string_equal(buffer.data, wanted);
    kq_buffer_free(&buffer);
}

static const struct kq_method *const create = &kq_method_marketing_cashlessvoucher_template_create;

static void a_create_becomes_a_template(void **state)
{
    (void)state;
    struct call call;
    assert_prepared(&call, create, FIXED ",\"notify_uri\":\"http://example.com\"}");
    assert_int_equal(call.operation.kind, KQ_OP_TEMPLATE_CREATE);
    const struct kq_op_template_create *made = &call.operation.template_create;
    const struct kq_template *template = &made->template;
    assert_text(made->out_biz_no, "order-1");
    assert_int_equal(made->request_digest.size, 32);
    assert_false(made->as_draft);
    assert_text(template->pid, "2088102146225135");
    assert_text(template->app_id, "2014072300007148");
    assert_int_equal(template->kind, KQ_TEMPLATE_CASHLESS_FIX);
    assert_text(template->brand_name, "优酷");
    assert_text(template->name, "");
    assert_int_equal(template->amount_fen, 1000);
    assert_int_equal(template->floor_amount_fen, 10000);
    assert_int_equal(template->quantity, 100);
    assert_int_equal(template->total_amount_fen, KQ_UNLIMITED);
    assert_int_equal(template->publish_end_s - template->publish_start_s, 30 * KQ_SECONDS_PER_DAY);
    assert_int_equal(template->valid_period.unit, KQ_UNIT_DAY);
    assert_int_equal(template->limit_per_user, KQ_UNLIMITED);
    assert_int_equal(template->limit_per_user_day, KQ_UNLIMITED);
    assert_text(template->description, "一\n二");
    assert_text(template->rule_pids, "2088512417841101");
    assert_text(template->notify_uri, "http://example.com");
    kq_arena_free(&call.arena);
}

/* What a request's digest is; in `text`, for comparison. */
static void digest_of(const struct kq_method *method, const char *json, char text[32])
{
    struct call call;
    assert_prepared(&call, method, json);
    memcpy(text, call.operation.template_create.request_digest.data, 32);
    kq_arena_free(&call.arena);
}

static void a_digest_is_of_what_is_asked_not_of_how(void **state)
{
    (void)state;
    char first[32];
    char second[32];
    digest_of(create, FIXED "}", first);
    digest_of(create, FIXED ",\"notify_uri\":null,\"extension_info\":\"\",\"unknown\":1}", second);
    assert_memory_equal(first, second, 32);
    digest_of(create, FIXED ",\"notify_uri\":\"http://a\"}", second);
    assert_memory_not_equal(first, second, 32);
}

static void a_digest_is_of_one_method(void **state)
{
    (void)state;
    char cashless[32];
    char exchange[32];
    static const char rest[] = COMMON ",\"voucher_quantity\":1,\"voucher_name\":\"x\"}";
    char json[1024];
    snprintf(json, sizeof(json), "{\"voucher_type\":\"EXCHANGE_VOUCHER\",%s", rest);
    digest_of(&kq_method_marketing_exchangevoucher_template_create, json, exchange);
    snprintf(json, sizeof(json), "{\"voucher_type\":\"CASHLESS_FIX_VOUCHER\",\"amount\":1,%s", rest);
    digest_of(create, json, cashless);
    assert_memory_not_equal(cashless, exchange, 32);
}

static void each_kind_has_what_it_needs(void **state)
{
    (void)state;
    assert_refused(create, "{\"voucher_type\":\"CASHLESS_FIX_VOUCHER\"," COMMON ",\"voucher_quantity\":1}",
                   "amount不能为空");
    assert_refused(create, "{\"voucher_type\":\"CASHLESS_FIX_VOUCHER\"," COMMON ",\"amount\":1}",
                   "voucher_quantity和total_amount不能同时为空");
    assert_refused(create, "{\"voucher_type\":\"CASHLESS_RANDOM_VOUCHER\"," COMMON "}",
                   "total_amount不能为空");
    assert_refused(
        create, "{\"voucher_type\":\"CASHLESS_RANDOM_VOUCHER\"," COMMON ",\"total_amount\":9,\"amount\":1}",
        "voucher_type为CASHLESS_RANDOM_VOUCHER时不能填写amount");
    assert_refused(create, "{\"voucher_type\":\"FIX_VOUCHER\"," COMMON "}",
                   "voucher_type取值只能为CASHLESS_FIX_VOUCHER、CASHLESS_RANDOM_VOUCHER");
}

static void a_term_that_breaks_its_rule_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *member;
        const char *detail;
    } rows[] = {
        {"\"voucher_available_time\":\"x\"", "voucher_available_time格式不正确"},
        {"\"notify_uri\":\"example.com\"", "notify_uri格式不正确"},
        {"\"extension_info\":\"[]\"", "extension_info格式不正确"},
        {"\"extension_info\":\"x\"", "extension_info格式不正确"},
        {"\"total_amount\":10000000.01", "total_amount不能大于10000000.00"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        char json[2048];
        snprintf(json, sizeof(json), FIXED ",%s}", rows[i].member);
        assert_refused(create, json, rows[i].detail);
    }
}

#define PAGE_TOKEN "1cc19911172e4f8aaa509c8fb5d12f56"

static void a_created_template_is_answered(void **state)
{
    (void)state;
    struct kq_arena arena = {0};
    struct kq_operation operation = {.kind = KQ_OP_TEMPLATE_CREATE, .arena = &arena};
    operation.template_create.template = (struct kq_template){
        .template_id = KQ_SLICE("20160906000730010020002U8C35"),
        .fund_order_no = KQ_SLICE("20160906000730050020002U8D35"),
    };
    assert_answer(create, &operation, "{\"template_id\":\"20160906000730010020002U8C35\"}");
    assert_answer(&kq_method_marketing_exchangevoucher_template_create, &operation,
                  "{\"template_id\":\"20160906000730010020002U8C35\"}");
    assert_answer(&kq_method_marketing_cashvoucher_template_create, &operation,
                  "{\"template_id\":\"20160906000730010020002U8C35\","
                  "\"fund_order_no\":\"20160906000730050020002U8D35\"}");
    memcpy(operation.template_create.page_token, PAGE_TOKEN, sizeof(PAGE_TOKEN));
    assert_answer(&kq_method_marketing_cashvoucher_template_create, &operation,
                  "{\"template_id\":\"20160906000730010020002U8C35\","
                  "\"confirm_uri\":\"/confirm/funding?token=" PAGE_TOKEN "\","
                  "\"fund_order_no\":\"20160906000730050020002U8D35\"}");
    kq_arena_free(&arena);
}

static void a_modify_becomes_a_change(void **state)
{
    (void)state;
    struct call call;
    assert_prepared(
        &call, &kq_method_marketing_cashvoucher_template_modify,
        "{\"template_id\":\"t\",\"out_biz_no\":\"1\",\"publish_start_time\":\"2016-09-06 12:00:00\","
        "\"voucher_valid_period\":\"{\\\"type\\\":\\\"RELATIVE\\\",\\\"duration\\\":1,"
        "\\\"unit\\\":\\\"HOUR\\\"}\",\"slogan\":\"开业\"}");
    assert_int_equal(call.operation.kind, KQ_OP_TEMPLATE_CHANGE);
    const struct kq_template_change *change = &call.operation.template_change.change;
    assert_text(change->pid, "2088102146225135");
    assert_text(change->template_id, "t");
    assert_text(change->out_biz_no, "1");
    assert_true(change->of_cash_backed);
    assert_true(change->has_publish_start);
    assert_int_equal(change->publish_start_s, NOW_S);
    assert_false(change->has_publish_end);
    assert_true(change->has_valid_period);
    assert_int_equal(change->valid_period.unit, KQ_UNIT_HOUR);
    assert_text(change->slogan, "开业");
    kq_arena_free(&call.arena);
    assert_prepared(&call, &kq_method_marketing_cashlessvoucher_template_modify,
                    "{\"template_id\":\"t\",\"out_biz_no\":\"1\","
                    "\"rule_conf\":\"{\\\"PID\\\":\\\"2088512417841101\\\",\\\"STORE\\\":\\\"1\\\"}\"}");
    change = &call.operation.template_change.change;
    assert_false(change->of_cash_backed);
    assert_false(change->has_valid_period);
    assert_text(change->added.pids, "2088512417841101");
    assert_text(change->added.shops, "1");
    kq_arena_free(&call.arena);
}

static void a_modify_changes_something(void **state)
{
    (void)state;
    assert_refused(&kq_method_marketing_cashlessvoucher_template_modify,
                   "{\"template_id\":\"t\",\"out_biz_no\":\"1\",\"slogan\":\"x\"}",
                   "publish_end_time、rule_conf不能同时为空");
    assert_refused(&kq_method_marketing_cashvoucher_template_modify,
                   "{\"template_id\":\"t\",\"out_biz_no\":\"1\",\"rule_conf\":\"x\"}",
                   "publish_start_time、publish_end_time、voucher_valid_period、slogan不能同时为空");
}

static void a_delete_is_the_callers(void **state)
{
    (void)state;
    struct call call;
    assert_prepared(&call, &kq_method_marketing_voucher_template_delete, "{\"template_id\":\"t\"}");
    assert_int_equal(call.operation.kind, KQ_OP_TEMPLATE_MOVE);
    assert_text(call.operation.template_move.pid, "2088102146225135");
    assert_int_equal(call.operation.template_move.to, KQ_TEMPLATE_DELETED);
    assert_answer(&kq_method_marketing_voucher_template_delete, &call.operation, "{}");
    kq_arena_free(&call.arena);
}

static struct kq_template shown_template(void)
{
    return (struct kq_template){
        .template_id = KQ_SLICE("20160906000730010020002U8C35"),
        .pid = caller.pid,
        .kind = KQ_TEMPLATE_CASHLESS_FIX,
        .state = KQ_TEMPLATE_EFFECTIVE,
        .amount_fen = 1000,
        .quantity = 100,
        .total_amount_fen = KQ_UNLIMITED,
        .publish_start_s = NOW_S,
        .publish_end_s = NOW_S + 1,
        .valid_period = {.type = KQ_PERIOD_RELATIVE, .duration = 1, .unit = KQ_UNIT_DAY},
        .description = KQ_SLICE("一\n二"),
        .created_s = NOW_S,
        .issued_count = 4,
        .issued_amount_fen = 4000,
        .used_count = 1,
        .used_amount_fen = 1250,
        .recycled_count = 1,
        .recycled_amount_fen = 1000,
    };
}

static void a_detail_is_made_byte_for_byte(void **state)
{
    (void)state;
    struct kq_arena arena = {0};
    struct kq_operation operation = {.kind = KQ_OP_TEMPLATE_GET, .arena = &arena};
    operation.template_get.found = true;
    operation.template_get.template = shown_template();
    operation.template_get.expired = (struct kq_expired){.count = 1, .amount_fen = 750};
    assert_answer(
        &kq_method_marketing_voucher_templatedetail_query, &operation,
        "{\"template_id\":\"20160906000730010020002U8C35\",\"voucher_name\":\"10元代金券\","
        "\"voucher_type\":\"CASHLESS_FIX_VOUCHER\",\"status\":\"S\",\"amount\":\"10.00\","
        "\"floor_amount\":\"0.00\",\"total_amount\":\"1000.00\",\"voucher_quantity\":100,"
        "\"publish_count\":4,\"publish_amount\":\"40.00\",\"used_count\":1,\"used_amount\":\"12.50\","
        "\"recycle_count\":2,\"recycle_amount\":\"17.50\",\"publish_start_time\":\"2016-09-06 12:00:00\","
        "\"publish_end_time\":\"2016-09-06 12:00:01\","
        "\"voucher_valid_period\":\"" DAY "\","
        "\"voucher_description\":\"[\\\"一\\\",\\\"二\\\"]\"}");
    kq_arena_free(&arena);
}

static void a_detail_is_its_merchants(void **state)
{
    (void)state;
    struct kq_arena arena = {0};
    struct kq_operation operation = {.kind = KQ_OP_TEMPLATE_GET, .arena = &arena};
    struct kq_error error = {0};
    const struct kq_method *detail = &kq_method_marketing_voucher_templatedetail_query;
    void *answer = kq_arena_allocate(&arena, detail->answer->struct_bytes);
    assert_false(detail->finish(&caller, &operation, answer, &error).ok);
    assert_int_equal(error.code, KQ_E_TEMPLATE_NOT_EXIST);
    operation.template_get.found = true;
    operation.template_get.template = shown_template();
    operation.template_get.template.pid = KQ_SLICE("2088102146225136");
    assert_false(detail->finish(&caller, &operation, answer, &error).ok);
    assert_int_equal(error.code, KQ_E_TEMPLATE_NOT_EXIST);
    kq_arena_free(&arena);
}

static void a_page_is_made_byte_for_byte(void **state)
{
    (void)state;
    struct kq_arena arena = {0};
    struct kq_template template = shown_template();
    template.state = KQ_TEMPLATE_DRAFT;
    struct kq_operation operation = {.kind = KQ_OP_TEMPLATE_PAGE, .arena = &arena};
    operation.template_page = (struct kq_op_template_page){
        .page_number = 2, .page_size = 3, .total_count = 4, .items = &template, .count = 1};
    assert_answer(&kq_method_marketing_voucher_templatelist_query, &operation,
                  "{\"current_page\":2,\"items_per_page\":3,\"total_items\":4,\"total_pages\":2,"
                  "\"voucher_templates\":[{\"template_id\":\"20160906000730010020002U8C35\","
                  "\"voucher_name\":\"10元代金券\",\"status\":\"I\",\"create_time\":\"2016-09-06 12:00:00\","
                  "\"publish_start_time\":\"2016-09-06 12:00:00\","
                  "\"publish_end_time\":\"2016-09-06 12:00:01\"}]}");
    kq_arena_free(&arena);
}

static void each_allocation_of_a_create_that_fails(void **state)
{
    (void)state;
    unsigned long failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        struct call call;
        kq_memory_fail_at(n);
        bool ok = prepare(&call, create, FIXED ",\"extension_info\":\"{}\"}");
        failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        assert_int_equal(ok, !failed);
        assert_int_equal(call.error.code, failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        kq_arena_free(&call.arena);
        failures += failed;
    }
    assert_true(failures > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_create_becomes_a_template),
        cmocka_unit_test(a_digest_is_of_what_is_asked_not_of_how),
        cmocka_unit_test(a_digest_is_of_one_method),
        cmocka_unit_test(each_kind_has_what_it_needs),
        cmocka_unit_test(a_term_that_breaks_its_rule_is_named),
        cmocka_unit_test(a_created_template_is_answered),
        cmocka_unit_test(a_modify_becomes_a_change),
        cmocka_unit_test(a_modify_changes_something),
        cmocka_unit_test(a_delete_is_the_callers),
        cmocka_unit_test(a_detail_is_made_byte_for_byte),
        cmocka_unit_test(a_detail_is_its_merchants),
        cmocka_unit_test(a_page_is_made_byte_for_byte),
        cmocka_unit_test(each_allocation_of_a_create_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
