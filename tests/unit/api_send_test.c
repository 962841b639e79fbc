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

static const struct kq_method *const method = &kq_method_marketing_voucher_send;

static const struct kq_caller caller = {
    .app_id = {.data = "2014072300007148", .size = 16},
    .pid = {.data = "2088102146225135", .size = 16},
    .now_s = 1473134400,
};

/* The reference page's request, its amount being a number. */
#define PAGE_REQUEST                                                                                         \
    "{\"template_id\":\"20140601000730010040000000EB\",\"login_id\":\"13196215350\","                        \
    "\"taobao_nick\":\"yue54333\",\"user_id\":\"2088302001456115\","                                         \
    "\"out_biz_no\":\"2016122814164328aadaee_1aee_4\",\"amount\":9.99,\"memo\":\"优酷3个月兑换券\"}"

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

static void assert_prepared(struct call *call, const char *json)
{
    bool ok = prepare(call, json);
    assert_string_equal(call->error.detail, "");
    assert_int_equal(call->error.code, KQ_E_NONE);
    assert_true(ok);
    assert_int_equal(call->operation.kind, KQ_OP_ISSUE);
}

static void assert_refused(const char *json, const char *detail)
{
    struct call call;
    assert_false(prepare(&call, json));
    assert_string_equal(call.error.detail, detail);
    assert_int_equal(call.error.code, KQ_E_INVALID_PARAMETER);
    kq_arena_free(&call.arena);
}

/* A request that is right but for the member that `member` gives. */
static void assert_member_refused(const char *member, const char *detail)
{
    char json[512];
    snprintf(json, sizeof(json), "{%s}", member);
    assert_refused(json, detail);
}

static void assert_text(struct kq_slice text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.size);
}

static void the_pages_request_becomes_an_issue(void **state)
{
    (void)state;
    struct call call;
    assert_prepared(&call, PAGE_REQUEST);
    const struct kq_issue_request *request = &call.operation.issue.request;
    assert_text(request->pid, "2088102146225135");
    assert_text(request->template_id, "20140601000730010040000000EB");
    assert_text(request->out_biz_no, "2016122814164328aadaee_1aee_4");
    assert_int_equal(request->recipient.kind, KQ_RECIPIENT_USER_ID);
    assert_text(request->recipient.value, "2088302001456115");
    assert_text(request->memo, "优酷3个月兑换券");
    assert_true(request->has_amount);
    assert_int_equal(request->amount_fen, 999);
    kq_arena_free(&call.arena);
}

static void the_pages_answer_is_made_byte_for_byte(void **state)
{
    (void)state;
    struct kq_operation operation = {.kind = KQ_OP_ISSUE};
    operation.issue.result.voucher = (struct kq_voucher){
        .voucher_id = KQ_SLICE("20160906000730020020002U8CBS"),
        .user_id = KQ_SLICE("2088302001456115"),
    };
    struct kq_arena arena = {0};
    void *answer = kq_arena_allocate(&arena, method->answer->struct_bytes);
    assert_non_null(answer);
    assert_true(method->finish(&caller, &operation, answer, NULL).ok);
    struct kq_buffer buffer;
    kq_buffer_init(&buffer);
    kq_buffer_append(&buffer, KQ_SLICE("{\"code\":\"10000\",\"msg\":\"Success\""));
    kq_fields_append(method->answer, answer, &buffer);
    kq_buffer_append_byte(&buffer, '}');
    assert_string_equal(buffer.data, "{\"code\":\"10000\",\"msg\":\"Success\","
                                     "\"voucher_id\":\"20160906000730020020002U8CBS\","
                                     "\"user_id\":\"2088302001456115\"}");
    kq_buffer_free(&buffer);
    kq_arena_free(&arena);
}

static void optional_fields_may_be_missing(void **state)
{
    (void)state;
    struct call call;
    assert_prepared(&call, "{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"user_id\":\"u\"}");
    assert_false(call.operation.issue.request.has_amount);
    assert_int_equal(call.operation.issue.request.amount_fen, 0);
    assert_text(call.operation.issue.request.memo, "");
    kq_arena_free(&call.arena);
}

static void the_recipient_is_the_first_that_is_not_empty(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        enum kq_recipient_kind kind;
        const char *value;
    } rows[] = {
        {"\"user_id\":\"u\",\"login_id\":\"l\",\"taobao_nick\":\"n\"", KQ_RECIPIENT_USER_ID, "u"},
        {"\"taobao_nick\":\"n\",\"login_id\":\"l\",\"user_id\":\"u\"", KQ_RECIPIENT_USER_ID, "u"},
        {"\"user_id\":\"u\",\"taobao_nick\":\"n\"", KQ_RECIPIENT_USER_ID, "u"},
        {"\"user_id\":\"u\"", KQ_RECIPIENT_USER_ID, "u"},
        {"\"user_id\":\"\",\"login_id\":\"l\",\"taobao_nick\":\"n\"", KQ_RECIPIENT_LOGIN_ID, "l"},
        {"\"user_id\":null,\"login_id\":\"l\"", KQ_RECIPIENT_LOGIN_ID, "l"},
        {"\"login_id\":\"l\",\"taobao_nick\":\"n\"", KQ_RECIPIENT_LOGIN_ID, "l"},
        {"\"user_id\":\"\",\"login_id\":\"\",\"taobao_nick\":\"n\"", KQ_RECIPIENT_TAOBAO_NICK, "n"},
        {"\"taobao_nick\":\"n\"", KQ_RECIPIENT_TAOBAO_NICK, "n"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        char json[256];
        snprintf(json, sizeof(json), "{\"template_id\":\"t\",\"out_biz_no\":\"o\",%s}", rows[i].members);
        struct call call;
        assert_prepared(&call, json);
        assert_int_equal(call.operation.issue.request.recipient.kind, rows[i].kind);
        assert_text(call.operation.issue.request.recipient.value, rows[i].value);
        kq_arena_free(&call.arena);
    }
}

static void a_recipient_is_needed(void **state)
{
    (void)state;
    static const char detail[] = "user_id、login_id、taobao_nick不能同时为空";
    assert_refused("{\"template_id\":\"t\",\"out_biz_no\":\"o\"}", detail);
    assert_refused("{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"user_id\":\"\",\"login_id\":null,"
                   "\"taobao_nick\":\"\"}",
                   detail);
}

static void template_id_is_required(void **state)
{
    (void)state;
    static const char detail[] = "template_id不能为空";
    assert_refused("", detail);
    assert_refused("{}", detail);
    assert_member_refused("\"out_biz_no\":\"o\",\"user_id\":\"u\"", detail);
    assert_member_refused("\"template_id\":\"\",\"out_biz_no\":\"o\",\"user_id\":\"u\"", detail);
    assert_member_refused("\"template_id\":null,\"out_biz_no\":\"o\",\"user_id\":\"u\"", detail);
}

static void out_biz_no_is_required(void **state)
{
    (void)state;
    static const char detail[] = "out_biz_no不能为空";
    assert_member_refused("\"template_id\":\"t\",\"user_id\":\"u\"", detail);
    assert_member_refused("\"template_id\":\"t\",\"out_biz_no\":\"\",\"user_id\":\"u\"", detail);
    assert_member_refused("\"template_id\":\"t\",\"out_biz_no\":null,\"user_id\":\"u\"", detail);
}

/* Each string field with as many characters as it may have, then with one more; of one byte and of three. */
static void every_string_has_its_length(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int max_chars;
        const char *detail;
    } rows[] = {
        {"template_id", 28, "template_id长度不能超过28个字符"},
        {"login_id", 128, "login_id长度不能超过128个字符"},
        {"taobao_nick", 128, "taobao_nick长度不能超过128个字符"},
        {"user_id", 16, "user_id长度不能超过16个字符"},
        {"out_biz_no", 64, "out_biz_no长度不能超过64个字符"},
        {"memo", 128, "memo长度不能超过128个字符"},
    };
    static const char *const letters[] = {"a", "券"};
    for (size_t i = 0; i < 2 * KQ_COUNT(rows); i++) {
        const char *name = rows[i / 2].name;
        char value[3 * 129 + 1] = "";
        char json[1024];
        for (int length = 0; length < rows[i / 2].max_chars; length++) {
            strncat(value, letters[i % 2], 3);
        }
        static const char format[] = "{\"%s\":\"%s\"%s%s%s}";
        const char *template_id = strcmp(name, "template_id") == 0 ? "" : ",\"template_id\":\"t\"";
        const char *user_id = strcmp(name, "user_id") == 0 ? "" : ",\"user_id\":\"u\"";
        const char *out_biz_no = strcmp(name, "out_biz_no") == 0 ? "" : ",\"out_biz_no\":\"o\"";
        snprintf(json, sizeof(json), format, name, value, template_id, user_id, out_biz_no);
        struct call call;
        assert_prepared(&call, json);
        kq_arena_free(&call.arena);
        strncat(value, letters[i % 2], 3);
        snprintf(json, sizeof(json), format, name, value, template_id, user_id, out_biz_no);
        assert_refused(json, rows[i / 2].detail);
    }
}

static void a_number_is_no_string(void **state)
{
    (void)state;
    static const char *const names[] = {"template_id", "login_id",   "taobao_nick",
                                        "user_id",     "out_biz_no", "memo"};
    static const char *const values[] = {"2088302001456115", "true", "[]", "{}"};
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        for (size_t j = 0; j < KQ_COUNT(values); j++) {
            char json[256];
            char detail[64];
            bool is_first = strcmp(names[i], "template_id") == 0;
            bool is_key = strcmp(names[i], "out_biz_no") == 0;
            bool is_user = strcmp(names[i], "user_id") == 0;
            snprintf(json, sizeof(json), "{\"%s\":%s%s%s%s}", names[i], values[j],
                     is_first ? "" : ",\"template_id\":\"t\"", is_user ? "" : ",\"user_id\":\"u\"",
                     is_key ? "" : ",\"out_biz_no\":\"o\"");
            snprintf(detail, sizeof(detail), "%s格式不正确", names[i]);
            assert_refused(json, detail);
        }
    }
}

static void assert_amount(const char *amount, int64_t amount_fen)
{
    char json[256];
    snprintf(json, sizeof(json),
             "{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"user_id\":\"u\",\"amount\":%s}", amount);
    struct call call;
    assert_prepared(&call, json);
    assert_true(call.operation.issue.request.has_amount);
    assert_int_equal(call.operation.issue.request.amount_fen, amount_fen);
    kq_arena_free(&call.arena);
}

static void assert_amount_refused(const char *amount, const char *detail)
{
    char json[256];
    snprintf(json, sizeof(json),
             "{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"user_id\":\"u\",\"amount\":%s}", amount);
    assert_refused(json, detail);
}

static void an_amount_is_exact_to_the_fen(void **state)
{
    (void)state;
    assert_amount("9.99", 999);
    assert_amount("\"9.99\"", 999);
    assert_amount("0.01", 1);
    assert_amount("\"0.01\"", 1);
    assert_amount("10", 1000);
    assert_amount("0.1", 10);
    assert_amount("0.29", 29);  /* 28.999… in a double */
    assert_amount("1.15", 115); /* 114.999… */
    assert_amount("4503599.63", 450359963);
    assert_amount("9999999999", 999999999900);
}

static void what_is_no_amount_is_refused(void **state)
{
    (void)state;
    static const char *const amounts[] = {"9.999",  "-1",        "1e3",     "\"1e3\"",   "\"NaN\"",
                                          "\"-1\"", "\"9.999\"", "\"abc\"", "\" 9.99\"", "\"+1\"",
                                          "true",   "[]",        "{}",      "\"01\"",    "\"1.\""};
    for (size_t i = 0; i < KQ_COUNT(amounts); i++) {
        assert_amount_refused(amounts[i], "amount格式不正确");
    }
}

static void an_amount_has_ten_characters_at_most(void **state)
{
    (void)state;
    assert_amount("1234567.89", 123456789);
    assert_amount_refused("12345678.90", "amount长度不能超过10个字符");
    assert_amount_refused("\"00000000001\"", "amount长度不能超过10个字符");
}

static void an_amount_is_above_zero(void **state)
{
    (void)state;
    assert_amount_refused("0", "amount不能小于0.01");
    assert_amount_refused("\"0.00\"", "amount不能小于0.01");
}

/* Rows in the page's order, then the rule on the recipient. */
static void the_first_breach_is_named(void **state)
{
    (void)state;
    assert_refused("{\"amount\":\"x\",\"user_id\":\"12345678901234567\"}", "template_id不能为空");
    assert_refused("{\"template_id\":\"t\",\"amount\":\"x\",\"user_id\":\"12345678901234567\"}",
                   "user_id长度不能超过16个字符");
    assert_refused("{\"template_id\":\"t\",\"amount\":\"x\"}", "out_biz_no不能为空");
    assert_refused("{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"amount\":\"x\"}", "amount格式不正确");
    assert_refused("{\"template_id\":\"t\",\"out_biz_no\":\"o\",\"amount\":1}",
                   "user_id、login_id、taobao_nick不能同时为空");
}

static void a_biz_content_that_is_no_object_is_illegal_json(void **state)
{
    (void)state;
    struct call call;
    assert_false(prepare(&call, "[]"));
    assert_int_equal(call.error.code, KQ_E_ILLEGAL_JSON);
    kq_arena_free(&call.arena);
}

static void preparing_survives_no_memory(void **state)
{
    (void)state;
    unsigned failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        struct call call;
        kq_memory_fail_at(n);
        bool ok = prepare(&call, PAGE_REQUEST);
        failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        assert_int_equal(ok, !failed);
        failures += failed;
        kq_arena_free(&call.arena);
    }
    assert_int_equal(failures, 1); /* a whole call has room in an arena's first chunk */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pages_request_becomes_an_issue),
        cmocka_unit_test(the_pages_answer_is_made_byte_for_byte),
        cmocka_unit_test(optional_fields_may_be_missing),
        cmocka_unit_test(the_recipient_is_the_first_that_is_not_empty),
        cmocka_unit_test(a_recipient_is_needed),
        cmocka_unit_test(template_id_is_required),
        cmocka_unit_test(out_biz_no_is_required),
        cmocka_unit_test(every_string_has_its_length),
        cmocka_unit_test(a_number_is_no_string),
        cmocka_unit_test(an_amount_is_exact_to_the_fen),
        cmocka_unit_test(what_is_no_amount_is_refused),
        cmocka_unit_test(an_amount_has_ten_characters_at_most),
        cmocka_unit_test(an_amount_is_above_zero),
        cmocka_unit_test(the_first_breach_is_named),
        cmocka_unit_test(a_biz_content_that_is_no_object_is_illegal_json),
        cmocka_unit_test(preparing_survives_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
