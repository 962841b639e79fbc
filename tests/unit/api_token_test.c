/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/catalogue.h"
#include "base/memory.h"
#include "wire/signature.h"

static const struct kq_method *const method = &kq_method_open_auth_token_app;

static const struct kq_caller caller = {
    .app_id = {.data = "2014072300007148", .size = 16},
    .pid = {.data = "2088102146225135", .size = 16},
    .now_s = 1473134400,
};

#define CODE "1cc19911172e4f8aaa509c8fb5d12f56"
#define TOKEN "201509BBdcba1e3347de4e75ba3fed2c9abebE36"

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

static void assert_asks(const char *json, enum kq_exchange_kind kind, const char *secret)
{
    struct call call;
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    assert_true(prepare(&call, json));
    const struct kq_op_grant_exchange *exchange = &call.operation.grant_exchange;
    assert_int_equal(call.operation.kind, KQ_OP_GRANT_EXCHANGE);
    assert_int_equal(exchange->kind, kind);
    assert_true(kq_slice_equal(exchange->app_id, caller.app_id));
    assert_true(kq_sha256(kq_slice_of(secret), digest, NULL).ok);
    assert_int_equal(exchange->secret_digest.size, sizeof(digest));
    assert_memory_equal(exchange->secret_digest.data, digest, sizeof(digest));
    kq_arena_free(&call.arena);
}

static void each_grant_type_has_its_secret(void **state)
{
    (void)state;
    assert_asks("{\"grant_type\":\"authorization_code\",\"code\":\"" CODE "\"}", KQ_EXCHANGE_AUTH_CODE, CODE);
    assert_asks("{\"grant_type\":\"refresh_token\",\"refresh_token\":\"" TOKEN "\"}",
                KQ_EXCHANGE_REFRESH_TOKEN, TOKEN);
    assert_asks("{\"grant_type\":\"refresh_token\",\"refresh_token\":\"" TOKEN "\",\"code\":\"" CODE "\"}",
                KQ_EXCHANGE_REFRESH_TOKEN, TOKEN);
}

static void assert_refused(const char *json, enum kq_error_code code, const char *detail)
{
    struct call call;
    assert_false(prepare(&call, json));
    assert_int_equal(call.error.code, code);
    assert_string_equal(call.error.detail, detail);
    kq_arena_free(&call.arena);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    assert_refused("{}", KQ_E_INVALID_PARAMETER, "grant_type不能为空");
    assert_refused("{\"grant_type\":\"authorization_code\",\"refresh_token\":\"" TOKEN "\"}",
                   KQ_E_INVALID_PARAMETER, "code不能为空");
    assert_refused("{\"grant_type\":\"refresh_token\",\"code\":\"" CODE "\"}", KQ_E_INVALID_PARAMETER,
                   "refresh_token不能为空");
    assert_refused("{\"grant_type\":\"password\",\"code\":\"" CODE "\"}", KQ_E_GRANT_TYPE_INVALID, "");
}

static struct kq_operation done_exchange(struct kq_arena *arena)
{
    struct kq_operation operation = {.kind = KQ_OP_GRANT_EXCHANGE, .arena = arena};
    operation.grant_exchange = (struct kq_op_grant_exchange){
        .grant = {.pid = KQ_SLICE("2088102146225136"), .created_s = 1000, .expires_s = 1000 + 31536000},
        .refresh_expires_s = 1000 + 32140800,
        .auth_app_id = KQ_SLICE("2013111800001989"),
        .app_auth_token = "201609BB000ff0ff120000000000000000000000",
        .refresh_token = "201609BB111ff0ff120000000000000000000000",
    };
    return operation;
}

static void the_answer_has_both_tokens_twice(void **state)
{
    (void)state;
    static const char token[] = "\"app_auth_token\":\"201609BB000ff0ff120000000000000000000000\","
                                "\"app_refresh_token\":\"201609BB111ff0ff120000000000000000000000\","
                                "\"auth_app_id\":\"2013111800001989\",\"expires_in\":\"31536000\","
                                "\"re_expires_in\":\"32140800\",\"user_id\":\"2088102146225136\"";
    struct kq_arena arena = {0};
    struct kq_operation operation = done_exchange(&arena);
    void *answer = kq_arena_allocate(&arena, method->answer->struct_bytes);
    assert_true(method->finish(&caller, &operation, answer, NULL).ok);
    struct kq_buffer json;
    kq_buffer_init(&json);
    kq_fields_append(method->answer, answer, &json);
    struct kq_slice wanted = kq_arena_print(&arena, "%s,\"tokens\":[{%s}]", token, token);
    assert_true(kq_slice_equal(kq_buffer_slice(&json), wanted));
    kq_buffer_free(&json);
    kq_arena_free(&arena);
}

static void each_allocation_can_fail(void **state)
{
    (void)state;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        struct kq_arena arena = {0};
        struct kq_error error = {0};
        struct call call;
        kq_memory_fail_at(n);
        bool prepared = prepare(&call, "{\"grant_type\":\"authorization_code\",\"code\":\"" CODE "\"}");
        struct kq_operation operation = done_exchange(&arena);
        void *answer = kq_arena_allocate(&arena, method->answer->struct_bytes);
        bool finished = answer != NULL && method->finish(&caller, &operation, answer, &error).ok;
        failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        assert_int_equal(prepared && finished, !failed);
        kq_arena_free(&call.arena);
        kq_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_grant_type_has_its_secret),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(the_answer_has_both_tokens_twice),
        cmocka_unit_test(each_allocation_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
