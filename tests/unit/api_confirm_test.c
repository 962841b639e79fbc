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

static const struct kq_caller caller = {
    .app_id = {.data = "2014072300007148", .size = 16},
    .pid = {.data = "2088102146225135", .size = 16},
    .now_s = 1473134400,
};

#define KEYS                                                                                                 \
    "\"template_id\":\"20140601000730010040000000EB\",\"user_id\":\"2088302001456115\","                     \
    "\"out_biz_no\":\"order-1\""
#define CODE "603d0219f1884fc4b66093900e6b8a89"

/* From a request's text to its operation, as the gateway goes. */
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

static void assert_text(struct kq_slice text, const char *wanted)
{
    assert_true(kq_slice_equal(text, kq_slice_of(wanted)));
}

static void a_confirmation_is_asked_for(void **state)
{
    (void)state;
    struct call call;
    assert_true(prepare(&call, &kq_method_marketing_voucher_confirm,
                        "{" KEYS ",\"need_redirect\":\"true\",\"redirect_uri\":\"http://a/b\"}"));
    assert_int_equal(call.operation.kind, KQ_OP_CONFIRMATION_CREATE);
    const struct kq_op_confirmation_create *create = &call.operation.confirmation_create;
    assert_text(create->pid, "2088102146225135");
    assert_text(create->wanted.template_id, "20140601000730010040000000EB");
    assert_text(create->wanted.user_id, "2088302001456115");
    assert_text(create->wanted.out_biz_no, "order-1");
    assert_true(create->wanted.need_redirect);
    assert_text(create->wanted.redirect_uri, "http://a/b");
    kq_arena_free(&call.arena);
    assert_true(prepare(&call, &kq_method_marketing_voucher_confirm, "{" KEYS "}"));
    assert_false(call.operation.confirmation_create.wanted.need_redirect);
    kq_arena_free(&call.arena);
}

static void an_address_that_is_none_is_named(void **state)
{
    (void)state;
    struct call call;
    assert_false(prepare(&call, &kq_method_marketing_voucher_confirm,
                         "{" KEYS ",\"redirect_uri\":\"javascript:alert(1)\"}"));
    assert_int_equal(call.error.code, KQ_E_INVALID_PARAMETER);
    assert_string_equal(call.error.detail, "redirect_uri只能是http或https地址");
    kq_arena_free(&call.arena);
}

static void assert_answer(const struct kq_operation *operation, const char *expected)
{
    const struct kq_method *method = &kq_method_marketing_voucher_confirm;
    struct kq_buffer json;
    kq_buffer_init(&json);
    void *answer = kq_arena_allocate(operation->arena, method->answer->struct_bytes);
    assert_true(method->finish(&caller, operation, answer, NULL).ok);
    kq_fields_append(method->answer, answer, &json);
    kq_buffer_append_byte(&json, '\0');
    assert_string_equal(json.data, expected);
    kq_buffer_free(&json);
}

static void the_answer_has_a_page_or_a_code(void **state)
{
    (void)state;
    struct call call;
    assert_true(prepare(&call, &kq_method_marketing_voucher_confirm, "{" KEYS ",\"need_redirect\":true}"));
    struct kq_op_confirmation_create *create = &call.operation.confirmation_create;
    assert_answer(&call.operation, KEYS ",\"need_redirect\":true");
    memcpy(create->page_token, CODE, sizeof(CODE));
    assert_answer(&call.operation,
                  KEYS ",\"need_redirect\":true,\"redirect_uri\":\"/confirm?token=" CODE "\"");
    create->page_token[0] = '\0';
    memcpy(create->send_code, CODE, sizeof(CODE));
    assert_answer(&call.operation, KEYS ",\"need_redirect\":true,\"send_code\":\"" CODE "\"");
    kq_arena_free(&call.arena);
}

static void a_confirmed_send_is_an_issue_by_a_code(void **state)
{
    (void)state;
    struct call call;
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    assert_true(prepare(&call, &kq_method_marketing_voucher_auth_send,
                        "{" KEYS ",\"send_code\":\"" CODE "\",\"login_id\":\"x\",\"amount\":1}"));
    assert_int_equal(call.operation.kind, KQ_OP_ISSUE);
    const struct kq_issue_request *request = &call.operation.issue.request;
    assert_text(request->pid, "2088102146225135");
    assert_text(request->template_id, "20140601000730010040000000EB");
    assert_text(request->out_biz_no, "order-1");
    assert_int_equal(request->recipient.kind, KQ_RECIPIENT_USER_ID);
    assert_text(request->recipient.value, "2088302001456115");
    assert_false(request->has_amount);
    assert_true(kq_sha256(KQ_SLICE(CODE), digest, NULL).ok);
    assert_int_equal(request->send_code_digest.size, sizeof(digest));
    assert_memory_equal(request->send_code_digest.data, digest, sizeof(digest));
    kq_arena_free(&call.arena);
}

static void each_allocation_can_fail(void **state)
{
    (void)state;
    const struct kq_method *confirm = &kq_method_marketing_voucher_confirm;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        struct call asked;
        struct call sent;
        kq_memory_fail_at(n);
        bool done = prepare(&asked, confirm, "{" KEYS "}");
        memcpy(asked.operation.confirmation_create.page_token, CODE, sizeof(CODE));
        void *answer = kq_arena_allocate(&asked.arena, confirm->answer->struct_bytes);
        done = done && answer != NULL && confirm->finish(&caller, &asked.operation, answer, NULL).ok;
        bool is_sent =
            prepare(&sent, &kq_method_marketing_voucher_auth_send, "{" KEYS ",\"send_code\":\"" CODE "\"}");
        failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        assert_int_equal(done && is_sent, !failed);
        kq_arena_free(&asked.arena);
        kq_arena_free(&sent.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_confirmation_is_asked_for),
        cmocka_unit_test(an_address_that_is_none_is_named),
        cmocka_unit_test(the_answer_has_a_page_or_a_code),
        cmocka_unit_test(a_confirmed_send_is_an_issue_by_a_code),
        cmocka_unit_test(each_allocation_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
