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

static const struct kq_method *const method = &kq_method_marketing_voucher_list_query;

#define ISSUED_S INT64_C(1483200001) /* 2017-01-01 00:00:01 in Beijing */
#define NOW_S (ISSUED_S + 1000)

static const struct kq_caller caller = {
    .app_id = {.data = "2014072300007148", .size = 16},
    .pid = {.data = "2088102146225135", .size = 16},
    .now_s = NOW_S,
};

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

static void the_pages_request_becomes_a_listing(void **state)
{
    (void)state;
    struct call call;
    assert_true(prepare(&call, "{\"template_id\":\"20140601000730010040000000EB\","
                               "\"user_id\":\"2088512417841101\"}"));
    assert_int_equal(call.operation.kind, KQ_OP_VOUCHER_LIST);
    assert_text(call.operation.voucher_list.template_id, "20140601000730010040000000EB");
    assert_text(call.operation.voucher_list.user_id, "2088512417841101");
    assert_true(call.operation.voucher_list.with_template);
    assert_int_equal(call.operation.voucher_list.page.limit, 0);
    assert_int_equal(call.operation.voucher_list.page.after.size, 0);
    kq_arena_free(&call.arena);
}

static void both_fields_are_required(void **state)
{
    (void)state;
    assert_refused("", "template_id不能为空");
    assert_refused("{}", "template_id不能为空");
    assert_refused("{\"user_id\":\"u\"}", "template_id不能为空");
    assert_refused("{\"template_id\":\"\",\"user_id\":\"u\"}", "template_id不能为空");
    assert_refused("{\"template_id\":null,\"user_id\":\"u\"}", "template_id不能为空");
    assert_refused("{\"template_id\":\"t\"}", "user_id不能为空");
    assert_refused("{\"template_id\":\"t\",\"user_id\":\"\"}", "user_id不能为空");
    assert_refused("{\"template_id\":\"t\",\"user_id\":null}", "user_id不能为空");
}

static void both_fields_have_their_length(void **state)
{
    (void)state;
    struct call call;
    assert_true(prepare(&call, "{\"template_id\":\"12345678901234567890123456789012\","
                               "\"user_id\":\"12345678901234567890\"}"));
    kq_arena_free(&call.arena);
    assert_refused("{\"template_id\":\"123456789012345678901234567890123\",\"user_id\":\"u\"}",
                   "template_id长度不能超过32个字符");
    assert_refused("{\"template_id\":\"t\",\"user_id\":\"123456789012345678901\"}",
                   "user_id长度不能超过20个字符");
}

static void both_fields_are_strings(void **state)
{
    (void)state;
    static const char *const values[] = {"2088512417841101", "true", "[]", "{}"};
    for (size_t i = 0; i < KQ_COUNT(values); i++) {
        char json[128];
        snprintf(json, sizeof(json), "{\"template_id\":%s,\"user_id\":\"u\"}", values[i]);
        assert_refused(json, "template_id格式不正确");
        snprintf(json, sizeof(json), "{\"template_id\":\"t\",\"user_id\":%s}", values[i]);
        assert_refused(json, "user_id格式不正确");
    }
}

/* A done operation, of the page's example. */
struct done {
    struct kq_arena arena;
    struct kq_voucher vouchers[4];
    struct kq_operation operation;
    struct kq_error error;
    struct kq_buffer json;
};

static void set_done(struct done *done, size_t count)
{
    *done = (struct done){.operation = {.kind = KQ_OP_VOUCHER_LIST}};
    done->operation.arena = &done->arena;
    for (size_t i = 0; i < count; i++) {
        done->vouchers[i] = (struct kq_voucher){
            .voucher_id = KQ_SLICE("20160906000730020020002U8CBS"),
            .template_id = KQ_SLICE("20140601000730010040000000EB"),
            .issued_s = ISSUED_S,
            .active_s = ISSUED_S,
            .expires_s = NOW_S + 1,
        };
    }
    done->operation.voucher_list = (struct kq_op_voucher_list){
        .template_found = true,
        .template = {.pid = caller.pid, .state = KQ_TEMPLATE_EFFECTIVE, .publish_end_s = NOW_S + 1},
        .items = count == 0 ? NULL : done->vouchers,
        .count = count,
    };
}

static bool finish(struct done *done)
{
    done->error = (struct kq_error){0};
    void *answer = kq_arena_allocate(&done->arena, method->answer->struct_bytes);
    if (answer == NULL || !method->finish(&caller, &done->operation, answer, &done->error).ok) {
        return false;
    }
    kq_buffer_init(&done->json);
    kq_buffer_append(&done->json, KQ_SLICE("{\"code\":\"10000\",\"msg\":\"Success\""));
    kq_fields_append(method->answer, answer, &done->json);
    kq_buffer_append_byte(&done->json, '}');
    return true;
}

static void assert_answer(struct done *done, const char *json)
{
    assert_true(finish(done));
    assert_string_equal(done->json.data, json);
    kq_buffer_free(&done->json);
    kq_arena_free(&done->arena);
}

static void assert_finish_refused(struct done *done, enum kq_error_code code)
{
    assert_false(finish(done));
    assert_int_equal(done->error.code, code);
    assert_string_equal(done->error.detail, "");
    kq_arena_free(&done->arena);
}

static void the_pages_answer_is_made_byte_for_byte(void **state)
{
    (void)state;
    struct done done;
    set_done(&done, 1);
    assert_answer(&done, "{\"code\":\"10000\",\"msg\":\"Success\",\"vouchers\":[{"
                         "\"template_id\":\"20140601000730010040000000EB\","
                         "\"voucher_id\":\"20160906000730020020002U8CBS\","
                         "\"status\":\"ENABLED\",\"send_time\":\"2017-01-01 00:00:01\"}]}");
}

static void the_list_is_there_though_empty(void **state)
{
    (void)state;
    struct done done;
    set_done(&done, 0);
    assert_answer(&done, "{\"code\":\"10000\",\"msg\":\"Success\",\"vouchers\":[]}");
}

static void states_are_folded_to_two(void **state)
{
    (void)state;
    static const struct {
        struct kq_voucher voucher;
        const char *status;
    } rows[] = {
        {{.expires_s = NOW_S + 1}, "ENABLED"},
        {{.active_s = NOW_S, .expires_s = NOW_S + 1}, "ENABLED"},
        {{.expires_s = NOW_S + 1, .amount_fen = 10, .balance_fen = 1}, "ENABLED"},
        {{.active_s = NOW_S + 1, .expires_s = NOW_S + 2}, "DISABLED"},
        {{.expires_s = NOW_S}, "DISABLED"},
        {{.expires_s = NOW_S + 1, .state = KQ_VOUCHER_USED}, "DISABLED"},
        {{.expires_s = NOW_S + 1, .state = KQ_VOUCHER_DELETED}, "DISABLED"},
        {{.expires_s = NOW_S + 1, .state = KQ_VOUCHER_REFUNDED}, "DISABLED"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct done done;
        set_done(&done, 1);
        done.vouchers[0] = rows[i].voucher;
        done.vouchers[0].voucher_id = KQ_SLICE("v");
        done.vouchers[0].template_id = KQ_SLICE("t");
        done.vouchers[0].issued_s = ISSUED_S;
        char wanted[256];
        snprintf(wanted, sizeof(wanted),
                 "{\"code\":\"10000\",\"msg\":\"Success\",\"vouchers\":[{\"template_id\":\"t\","
                 "\"voucher_id\":\"v\",\"status\":\"%s\",\"send_time\":\"2017-01-01 00:00:01\"}]}",
                 rows[i].status);
        assert_answer(&done, wanted);
    }
}

static void the_stores_order_is_kept(void **state)
{
    (void)state;
    struct done done;
    set_done(&done, 3);
    done.vouchers[0].voucher_id = KQ_SLICE("b");
    done.vouchers[1].voucher_id = KQ_SLICE("a");
    done.vouchers[2].voucher_id = KQ_SLICE("c");
    assert_true(finish(&done));
    const char *b = strstr(done.json.data, "\"voucher_id\":\"b\"");
    const char *a = strstr(done.json.data, "\"voucher_id\":\"a\"");
    const char *c = strstr(done.json.data, "\"voucher_id\":\"c\"");
    assert_true(b != NULL && b < a && a < c);
    kq_buffer_free(&done.json);
    kq_arena_free(&done.arena);
}

static void an_unknown_template_is_not_permitted(void **state)
{
    (void)state;
    struct done done;
    set_done(&done, 0);
    done.operation.voucher_list.template_found = false;
    assert_finish_refused(&done, KQ_E_PERMISSION_DENIED);
}

static void another_merchants_template_is_not_permitted(void **state)
{
    (void)state;
    struct done done;
    set_done(&done, 1);
    done.operation.voucher_list.template.pid = KQ_SLICE("2088102146225136");
    assert_finish_refused(&done, KQ_E_PERMISSION_DENIED);
    set_done(&done, 1);
    done.operation.voucher_list.template.pid = KQ_SLICE("2088102146225136");
    done.operation.voucher_list.template.state = KQ_TEMPLATE_DRAFT;
    assert_finish_refused(&done, KQ_E_PERMISSION_DENIED);
}

static void a_draft_is_not_effective(void **state)
{
    (void)state;
    struct done done;
    set_done(&done, 0);
    done.operation.voucher_list.template.state = KQ_TEMPLATE_DRAFT;
    assert_finish_refused(&done, KQ_E_TEMPLATE_STATUS_NOT_MATCH);
}

static void a_deleted_or_expired_template_is_still_listed(void **state)
{
    (void)state;
    struct done done;
    set_done(&done, 0);
    done.operation.voucher_list.template.state = KQ_TEMPLATE_DELETED;
    assert_answer(&done, "{\"code\":\"10000\",\"msg\":\"Success\",\"vouchers\":[]}");
    set_done(&done, 0);
    done.operation.voucher_list.template.publish_end_s = NOW_S - 1;
    assert_answer(&done, "{\"code\":\"10000\",\"msg\":\"Success\",\"vouchers\":[]}");
}

static void finishing_survives_no_memory(void **state)
{
    (void)state;
    struct done done;
    set_done(&done, 1);
    void *answer = kq_arena_allocate(&done.arena, method->answer->struct_bytes);
    assert_non_null(answer);
    done.operation.voucher_list.count = 1000; /* more than a chunk has room for; never read */
    kq_memory_fail_at(1);
    assert_false(method->finish(&caller, &done.operation, answer, &done.error).ok);
    assert_true(kq_memory_has_failed());
    kq_memory_fail_at(0);
    assert_int_equal(done.error.code, KQ_E_NO_MEMORY);
    kq_arena_free(&done.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pages_request_becomes_a_listing),
        cmocka_unit_test(both_fields_are_required),
        cmocka_unit_test(both_fields_have_their_length),
        cmocka_unit_test(both_fields_are_strings),
        cmocka_unit_test(the_pages_answer_is_made_byte_for_byte),
        cmocka_unit_test(the_list_is_there_though_empty),
        cmocka_unit_test(states_are_folded_to_two),
        cmocka_unit_test(the_stores_order_is_kept),
        cmocka_unit_test(an_unknown_template_is_not_permitted),
        cmocka_unit_test(another_merchants_template_is_not_permitted),
        cmocka_unit_test(a_draft_is_not_effective),
        cmocka_unit_test(a_deleted_or_expired_template_is_still_listed),
        cmocka_unit_test(finishing_survives_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
