/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/catalogue.h"
#include "base/memory.h"

static const struct kq_method *const method = &kq_method_open_app_alipaycert_download;

static const struct kq_caller caller = {
    .app_id = {.data = "2014072300007148", .size = 16},
    .pid = {.data = "2088102146225135", .size = 16},
    .gateway_cert_sn = {.data = "5a", .size = 2},
    .gateway_certificate = {.data = "-----BEGIN", .size = 10},
};

struct call {
    struct kq_arena arena;
    struct kq_operation operation;
    struct kq_error error;
};

static bool prepare(struct call *call, const struct kq_caller *by, const char *json)
{
    *call = (struct call){.operation = {.kind = KQ_OPERATION_KIND_COUNT}};
    call->operation.arena = &call->arena;
    void *request = kq_arena_allocate(&call->arena, method->request->struct_bytes);
    return request != NULL &&
           kq_fields_read(method->request, method->rules, method->rule_count, kq_slice_of(json),
                          method->parameter_error, &call->arena, request, &call->error)
               .ok &&
           method->prepare(by, request, &call->operation, &call->error).ok;
}

static void the_certificate_is_shown(void **state)
{
    (void)state;
    struct call call;
    assert_true(prepare(&call, &caller, "{\"alipay_cert_sn\":\"5a\"}"));
    assert_int_equal(call.operation.kind, KQ_OP_HEALTH);
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    void *answer = kq_arena_allocate(&call.arena, method->answer->struct_bytes);
    assert_true(method->finish(&caller, &call.operation, answer, NULL).ok);
    kq_buffer_append_byte(&json, '{');
    kq_fields_append(method->answer, answer, &json);
    assert_string_equal(json.data, "{\"alipay_cert_content\":\"LS0tLS1CRUdJTg==\"");
    kq_arena_free(&call.arena);
}

static void assert_refused(const struct kq_caller *by, const char *json, const char *detail)
{
    struct call call;
    assert_false(prepare(&call, by, json));
    assert_int_equal(call.error.code, KQ_E_INVALID_PARAMETER);
    assert_string_equal(call.error.detail, detail);
    kq_arena_free(&call.arena);
}

static void another_number_is_refused(void **state)
{
    (void)state;
    const struct kq_caller without = {.pid = caller.pid};
    assert_refused(&caller, "{}", "alipay_cert_sn不能为空");
    assert_refused(&caller, "{\"alipay_cert_sn\":\"5b\"}", "alipay_cert_sn不是网关证书的序列号");
    assert_refused(&without, "{\"alipay_cert_sn\":\"5a\"}", "alipay_cert_sn不是网关证书的序列号");
}

static void each_allocation_fails(void **state)
{
    (void)state;
    bool has_failed = true;
    for (unsigned long n = 1; has_failed; n++) {
        struct call call;
        assert_true(prepare(&call, &caller, "{\"alipay_cert_sn\":\"5a\"}"));
        void *answer = kq_arena_allocate(&call.arena, method->answer->struct_bytes);
        kq_memory_fail_at(n);
        bool made = method->finish(&caller, &call.operation, answer, &call.error).ok;
        has_failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        assert_int_equal(made, !has_failed);
        assert_int_equal(call.error.code, has_failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        kq_arena_free(&call.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_certificate_is_shown),
        cmocka_unit_test(another_number_is_refused),
        cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
