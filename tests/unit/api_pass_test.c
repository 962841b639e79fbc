/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/catalogue.h"
#include "base/memory.h"

/* alipay.pass.template.add and .update, alipay.pass.instance.add and .update: request → operation → answer.
 */

static const struct kq_caller caller = {
    .app_id = {.data = "2014072300007148", .size = 16},
    .pid = {.data = "2088102146225135", .size = 16},
    .now_s = 1473134400,
};

#define CONTENT_JSON                                                                                         \
    "{\\\"content\\\":{\\\"evoucherInfo\\\":{\\\"type\\\":\\\"coupon\\\",\\\"title\\\":\\\"$b$$a$\\\"}}}"
#define CONTENT "{\"content\":{\"evoucherInfo\":{\"type\":\"coupon\",\"title\":\"$b$$a$\"}}}"

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
        call->error.code = KQ_E_NO_MEMORY;
        return false;
    }
    return kq_fields_read(method->request, method->rules, method->rule_count, kq_slice_of(json),
                          method->parameter_error, &call->arena, request, &call->error)
               .ok &&
           method->prepare(&caller, request, &call->operation, &call->error).ok;
}

static void assert_prepared(struct call *call, const struct kq_method *method, const char *json,
                            enum kq_operation_kind kind)
{
    bool ok = prepare(call, method, json);
    assert_string_equal(call->error.detail, "");
    assert_true(ok);
    assert_int_equal(call->operation.kind, kind);
}

static void assert_refused(const struct kq_method *method, const char *json, const char *detail)
{
    struct call call;
    assert_false(prepare(&call, method, json));
    assert_string_equal(call.error.detail, detail);
    assert_int_equal(call.error.code, KQ_E_PASS_PARAMETER);
    kq_arena_free(&call.arena);
}

static void assert_text(struct kq_slice text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.size);
}

/* What the answer shows beside its codes. */
static void assert_members(const struct kq_method *method, const void *answer, const char *wanted)
{
    struct kq_buffer buffer = {0};
    kq_buffer_append_byte(&buffer, '{');
    kq_fields_append(method->answer, answer, &buffer);
    kq_buffer_append_byte(&buffer, '}');
    assert_string_equal(buffer.data, wanted);
    kq_buffer_free(&buffer);
}

static void assert_answer(const struct kq_method *method, struct call *call, const char *wanted)
{
    void *answer = kq_arena_allocate(&call->arena, method->answer->struct_bytes);
    assert_non_null(answer);
    assert_true(method->finish(&caller, &call->operation, answer, &call->error).ok);
    assert_members(method, answer, wanted);
}

static void adding_a_template(void **state)
{
    (void)state;
    const struct kq_method *method = &kq_method_pass_template_add;
    struct call call;
    assert_prepared(&call, method, "{\"unique_id\":\"20140709150010\",\"tpl_content\":\"" CONTENT_JSON "\"}",
                    KQ_OP_PASS_TEMPLATE_ADD);
    struct kq_op_pass_template_add *add = &call.operation.pass_template_add;
    assert_text(add->template.pid, "2088102146225135");
    assert_text(add->template.unique_id, "20140709150010");
    assert_text(add->template.content, CONTENT);
    assert_int_equal(add->placeholders.count, 2);
    add->template.tpl_id = KQ_SLICE("2016090600073003000000000035");
    assert_answer(method, &call,
                  "{\"success\":true,\"result\":\"{\\\"tpl_id\\\":\\\"2016090600073003000000000035\\\","
                  "\\\"tpl_params\\\":[\\\"b\\\",\\\"a\\\"]}\"}");
    kq_arena_free(&call.arena);
    assert_refused(method, "{\"unique_id\":\"1\",\"tpl_content\":\"{}\"}",
                   "tpl_content缺少content.evoucherInfo.type");
    assert_refused(method, "{\"unique_id\":\"1\"}", "tpl_content不能为空");
}

static void updating_a_template(void **state)
{
    (void)state;
    const struct kq_method *method = &kq_method_pass_template_update;
    struct call call;
    assert_prepared(&call, method, "{\"tpl_id\":\"t\",\"tpl_content\":\"" CONTENT_JSON "\"}",
                    KQ_OP_PASS_TEMPLATE_UPDATE);
    const struct kq_op_pass_template_update *update = &call.operation.pass_template_update;
    assert_text(update->pid, "2088102146225135");
    assert_text(update->tpl_id, "t");
    assert_text(update->content, CONTENT);
    assert_answer(method, &call,
                  "{\"success\":true,\"result\":\"{\\\"tpl_id\\\":\\\"t\\\",\\\"tpl_params\\\":"
                  "[\\\"b\\\",\\\"a\\\"]}\"}");
    kq_arena_free(&call.arena);
    assert_refused(method, "{\"tpl_id\":\"t\",\"tpl_content\":\"[]\"}", "tpl_content不是JSON对象");
}

#define ADD_OF(params, info)                                                                                 \
    "{\"tpl_id\":\"t\",\"tpl_params\":\"" params                                                             \
    "\",\"recognition_type\":\"2\",\"recognition_info\":\"" info "\"}"
#define USER_INFO "{\\\"user_id\\\":\\\"2088302001456115\\\"}"

static void adding_a_pass(void **state)
{
    (void)state;
    const struct kq_method *method = &kq_method_pass_instance_add;
    struct call call;
    assert_prepared(&call, method, ADD_OF("{\\\"a\\\":\\\"1\\\"}", USER_INFO), KQ_OP_PASS_INSTANCE_ADD);
    struct kq_op_pass_instance_add *add = &call.operation.pass_instance_add;
    assert_text(add->request.pid, "2088102146225135");
    assert_text(add->request.app_id, "2014072300007148");
    assert_text(add->request.tpl_id, "t");
    assert_text(add->request.user_id, "2088302001456115");
    assert_text(*kq_pass_values_find(&add->request.values, KQ_SLICE("a")), "1");
    add->pass_id = KQ_SLICE("2016090600073004000000000015");
    add->serial_number = KQ_SLICE("a\"b");
    assert_answer(method, &call,
                  "{\"success\":true,\"result\":\"{\\\"passId\\\":\\\"2016090600073004000000000015\\\","
                  "\\\"serialNumber\\\":\\\"a\\\\\\\"b\\\",\\\"operate\\\":\\\"ADD\\\"}\"}");
    kq_arena_free(&call.arena);
}

static void what_adding_refuses(void **state)
{
    (void)state;
    const struct kq_method *method = &kq_method_pass_instance_add;
    assert_refused(method, ADD_OF("[]", USER_INFO), "tpl_params不是JSON对象");
    assert_refused(method, ADD_OF("{\\\"a\\\":[]}", USER_INFO), "tpl_params的a必须是字符串");
    assert_refused(method, ADD_OF("{}", "{}"), "recognition_info缺少user_id");
    assert_refused(method, ADD_OF("{}", "x"), "recognition_info不是合法的JSON，第1个字符处语法错误");
    assert_refused(method, ADD_OF("{}", "{\\\"user_id\\\":\\\"20883020014561150\\\"}"),
                   "recognition_info的user_id长度不能超过16个字符");
    assert_refused(method,
                   "{\"tpl_id\":\"t\",\"tpl_params\":\"{}\",\"recognition_type\":\"1\","
                   "\"recognition_info\":\"{}\"}",
                   "recognition_type取值只能为2");
}

static void updating_a_pass(void **state)
{
    (void)state;
    const struct kq_method *method = &kq_method_pass_instance_update;
    struct call call;
    assert_prepared(
        &call, method,
        "{\"serial_number\":\"209919213\",\"channel_id\":\"2088918273\",\"tpl_params\":\"{}\","
        "\"status\":\"USED\",\"verify_code\":\"8612231273\",\"verify_type\":\"wave\",\"user_id\":\"u\"}",
        KQ_OP_PASS_INSTANCE_UPDATE);
    struct kq_op_pass_instance_update *update = &call.operation.pass_instance_update;
    assert_text(update->request.pid, "2088102146225135");
    assert_text(update->request.serial_number, "209919213");
    assert_text(update->request.channel_id, "2088918273");
    assert_text(update->request.user_id, "u");
    assert_text(update->request.verify_code, "8612231273");
    assert_text(update->request.verify_type, "wave");
    assert_true(update->request.has_state);
    assert_int_equal(update->request.state, KQ_PASS_USED);
    assert_int_equal(update->request.values.count, 0);
    update->pass_id = KQ_SLICE("p");
    assert_answer(method, &call,
                  "{\"success\":true,\"result\":\"{\\\"passId\\\":\\\"p\\\",\\\"serialNumber\\\":"
                  "\\\"209919213\\\",\\\"operate\\\":\\\"UPDATE\\\"}\"}");
    kq_arena_free(&call.arena);
}

static void what_an_update_may_be_without(void **state)
{
    (void)state;
    const struct kq_method *method = &kq_method_pass_instance_update;
    struct call call;
    assert_prepared(&call, method, "{\"serial_number\":\"1\",\"channel_id\":\"c\",\"status\":\"CLOSED\"}",
                    KQ_OP_PASS_INSTANCE_UPDATE);
    assert_int_equal(call.operation.pass_instance_update.request.state, KQ_PASS_CLOSED);
    kq_arena_free(&call.arena);
    assert_prepared(&call, method,
                    "{\"serial_number\":\"1\",\"channel_id\":\"c\",\"tpl_params\":\"{\\\"a\\\":\\\"\\\"}\"}",
                    KQ_OP_PASS_INSTANCE_UPDATE);
    assert_false(call.operation.pass_instance_update.request.has_state);
    assert_int_equal(call.operation.pass_instance_update.request.values.count, 1);
    kq_arena_free(&call.arena);
    assert_refused(method, "{\"serial_number\":\"1\",\"channel_id\":\"c\"}",
                   "status、tpl_params不能同时为空");
    assert_refused(method, "{\"serial_number\":\"1\",\"channel_id\":\"c\",\"status\":\"EXPIRED\"}",
                   "status取值只能为USED、CLOSED");
    assert_refused(method, "{\"serial_number\":\"1\",\"channel_id\":\"c\",\"tpl_params\":\"1\"}",
                   "tpl_params不是JSON对象");
}

static void what_refusals_show(void **state)
{
    (void)state;
    static const struct {
        const struct kq_method *method;
        enum kq_error_code code;
        const char *members;
    } rows[] = {
        {&kq_method_pass_template_add, KQ_E_PASS_PARAMETER, "{\"success\":false}"},
        {&kq_method_pass_template_update, KQ_E_PASS_TEMPLATE_NOT_EXIST, "{\"success\":false}"},
        {&kq_method_pass_instance_add, KQ_E_PASS_APP_NOT_SUPPORTED,
         "{\"success\":false,\"result\":\"{\\\"operate\\\":\\\"ADD\\\","
         "\\\"message\\\":\\\"该AppId不支持\\\"}\"}"},
        {&kq_method_pass_instance_update, KQ_E_PASS_NOT_EXIST,
         "{\"success\":false,\"result\":\"{\\\"operate\\\":\\\"UPDATE\\\"}\"}"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        const struct kq_method *method = rows[i].method;
        struct kq_arena arena = {0};
        const struct kq_error refusal = {.code = rows[i].code};
        void *answer = kq_arena_allocate(&arena, method->answer->struct_bytes);
        assert_non_null(answer);
        assert_true(method->refuse(&refusal, &arena, answer, NULL).ok);
        assert_members(method, answer, rows[i].members);
        kq_arena_free(&arena);
    }
}

static void run_with_failures(const struct kq_method *method, const char *json)
{
    bool ok = false;
    for (unsigned long n = 1; !ok; n++) {
        struct call call;
        const struct kq_error refusal = {.code = KQ_E_PASS_PARAMETER};
        kq_memory_fail_at(n);
        ok = prepare(&call, method, json);
        void *answer = ok ? kq_arena_allocate(&call.arena, method->answer->struct_bytes) : NULL;
        ok = answer != NULL && method->finish(&caller, &call.operation, answer, &call.error).ok &&
             method->refuse(&refusal, &call.arena, answer, &call.error).ok;
        bool had_failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        assert_int_equal(ok, !had_failed);
        assert_true(ok || answer == NULL || call.error.code == KQ_E_NO_MEMORY);
        kq_arena_free(&call.arena);
    }
}

static void memory_may_run_out(void **state)
{
    (void)state;
    run_with_failures(&kq_method_pass_template_add,
                      "{\"unique_id\":\"1\",\"tpl_content\":\"" CONTENT_JSON "\"}");
    run_with_failures(&kq_method_pass_template_update,
                      "{\"tpl_id\":\"1\",\"tpl_content\":\"" CONTENT_JSON "\"}");
    run_with_failures(&kq_method_pass_instance_add, ADD_OF("{\\\"a\\\":\\\"1\\\"}", USER_INFO));
    run_with_failures(&kq_method_pass_instance_update,
                      "{\"serial_number\":\"1\",\"channel_id\":\"c\",\"tpl_params\":\"{}\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding_a_template),  cmocka_unit_test(updating_a_template),
        cmocka_unit_test(adding_a_pass),      cmocka_unit_test(what_adding_refuses),
        cmocka_unit_test(updating_a_pass),    cmocka_unit_test(what_an_update_may_be_without),
        cmocka_unit_test(what_refusals_show), cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
