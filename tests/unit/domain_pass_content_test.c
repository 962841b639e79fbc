/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "domain/pass_content.h"

#define CONTENT_OF(evoucher_info, rest)                                                                      \
    "{\"logo\":null,\"content\":{\"evoucherInfo\":{" evoucher_info "}" rest "}}"

static void assert_slice(struct kq_slice actual, const char *expected)
{
    if (!kq_slice_equal(actual, kq_slice_of(expected))) {
        fail_msg("\"%.*s\" is not \"%s\"", KQ_SLICE_PRINT(actual), expected);
    }
}

/* A content that is filled with values, both as JSON texts. */
struct filling {
    struct kq_arena arena;
    struct kq_error error;
    struct kq_pass_values used;
    struct kq_pass_content content;
};

static bool fill(struct filling *filling, const char *json, const char *values)
{
    static const struct kq_pass_values none;
    struct kq_pass_values newer;
    *filling = (struct filling){0};
    assert_true(kq_pass_values_read("tpl_params", kq_slice_of(values), &filling->arena, &newer, NULL).ok);
    return kq_pass_content_fill(kq_slice_of(json), &newer, &none, &filling->arena, &filling->used,
                                &filling->content, &filling->error)
        .ok;
}

static void assert_not_filled(const char *json, const char *values, const char *detail)
{
    struct filling filling;
    assert_false(fill(&filling, json, values));
    assert_string_equal(filling.error.detail, detail);
    assert_int_equal(filling.error.code, KQ_E_PASS_PARAMETER);
    kq_arena_free(&filling.arena);
}

static void assert_check(const char *json, const char *detail)
{
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_placeholders placeholders;
    bool ok = kq_pass_content_check(kq_slice_of(json), &arena, &placeholders, &error).ok;
    assert_string_equal(error.detail, detail);
    assert_int_equal(error.code, ok ? KQ_E_NONE : KQ_E_PASS_PARAMETER);
    kq_arena_free(&arena);
}

static void everything_is_read(void **state)
{
    (void)state;
    struct filling filling;
    assert_true(
        fill(&filling,
             CONTENT_OF("\"type\":\"eventTicket\",\"title\":\"$t$\",\"goodsId\":\"g\",\"product\":\"movie\","
                        "\"startDate\":\"2016-09-06 12:00:00\",\"endDate\":\"2016-09-06 12:00:01\","
                        "\"einfo\":{\"logoText\":\"l\",\"secondLogoText\":\"s$t$\"}",
                        ",\"merchant\":{\"mname\":\"m\"},\"platform\":{\"channelID\":\"c\"},"
                        "\"fileInfo\":{\"serialNumber\":\"n\"}"),
             "{\"t\":\"T\"}"));
    const struct kq_pass_content *content = &filling.content;
    assert_int_equal(content->group, KQ_PASS_TICKET);
    assert_slice(content->type, "eventTicket");
    assert_slice(content->title, "T");
    assert_slice(content->item_id, "g");
    assert_slice(content->product, "movie");
    assert_slice(content->logo_text, "l");
    assert_slice(content->second_logo_text, "sT");
    assert_slice(content->merchant_name, "m");
    assert_slice(content->channel_id, "c");
    assert_slice(content->serial_number, "n");
    assert_int_equal(content->start_s, 1473134400);
    assert_int_equal(content->end_s, 1473134401);
    kq_arena_free(&filling.arena);
}

static void types_have_groups(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        enum kq_pass_group group;
    } rows[] = {
        {"coupon", KQ_PASS_VOUCHER}, {"boardingPass", KQ_PASS_TICKET}, {"eventTicket", KQ_PASS_TICKET},
        {"card", KQ_PASS_CARD},      {"cert", KQ_PASS_CERT},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct filling filling;
        char json[128];
        snprintf(json, sizeof(json), CONTENT_OF("\"type\":\"%s\"", ""), rows[i].type);
        assert_true(fill(&filling, json, "{}"));
        assert_int_equal(filling.content.group, rows[i].group);
        assert_int_equal(filling.content.start_s, KQ_TIME_UNSET);
        assert_int_equal(filling.content.end_s, KQ_TIME_UNSET);
        kq_arena_free(&filling.arena);
    }
    assert_check(CONTENT_OF("\"type\":\"Coupon\"", ""),
                 "type取值只能为coupon、boardingPass、eventTicket、card、cert，不支持Coupon");
}

static void lines_have_others_in_their_place(void **state)
{
    (void)state;
    struct filling filling;
    assert_true(fill(&filling,
                     CONTENT_OF("\"type\":\"card\",\"title\":\"t\",\"einfo\":{\"primaryFields\":["
                                "{\"value\":\"\"},1,{\"value\":null},{\"value\":\"$a$\"},{\"value\":\"v\"}]}",
                                ""),
                     "{\"a\":\"\"}"));
    assert_slice(filling.content.logo_text, "t");
    assert_slice(filling.content.second_logo_text, "v");
    kq_arena_free(&filling.arena);
}

static void a_main_line_is_cut_between_characters(void **state)
{
    (void)state;
    struct filling filling;
    char values[1024] = "{\"a\":\"x";
    char expected[512] = "x";
    for (size_t i = 0; i < KQ_PASS_TEXT_MAX_CHARS; i++) {
        snprintf(values + strlen(values), sizeof(values) - strlen(values), "字");
        snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected), "%s",
                 i + 1 < KQ_PASS_TEXT_MAX_CHARS ? "字" : "");
    }
    snprintf(values + strlen(values), sizeof(values) - strlen(values), "\"}");
    assert_true(fill(&filling,
                     CONTENT_OF("\"type\":\"card\",\"einfo\":{\"primaryFields\":[{\"value\":\"$a$\"}]}", ""),
                     values));
    assert_slice(filling.content.second_logo_text, expected);
    kq_arena_free(&filling.arena);
}

static void a_template_may_leave_members_open(void **state)
{
    (void)state;
    assert_check(
        CONTENT_OF("\"type\":\"$a$\",\"startDate\":\"$b$\",\"endDate\":\"$c$\",\"title\":\"$d$\"", ""), "");
    assert_check(CONTENT_OF("\"type\":\"card\",\"einfo\":{\"primaryFields\":[{\"value\":\"$a$\"}]}", ""), "");
}

static void what_is_wrong_in_a_template_is_named(void **state)
{
    (void)state;
    assert_check("", "tpl_content不是合法的JSON，第1个字符处内容不完整");
    assert_check("{\"a\":1}x", "tpl_content不是合法的JSON，第8个字符处有多余内容");
    assert_check("[]", "tpl_content不是JSON对象");
    assert_check("{}", "tpl_content缺少content.evoucherInfo.type");
    assert_check("{\"content\":null}", "tpl_content缺少content.evoucherInfo.type");
    assert_check("{\"content\":\"\"}", "tpl_content的content格式不正确");
    assert_check("{\"content\":{\"evoucherInfo\":[]}}", "tpl_content的evoucherInfo格式不正确");
    assert_check(CONTENT_OF("\"type\":1", ""), "tpl_content的type格式不正确");
    assert_check(CONTENT_OF("\"type\":\"card\",\"einfo\":1", ""), "tpl_content的einfo格式不正确");
    assert_check(CONTENT_OF("\"type\":\"card\"", ",\"merchant\":1"), "tpl_content的merchant格式不正确");
    assert_check(CONTENT_OF("\"type\":\"card\"", ",\"fileInfo\":{\"serialNumber\":5}"),
                 "tpl_content的serialNumber格式不正确");
    assert_check(CONTENT_OF("\"type\":\"card\",\"title\":\"a\\u0007\"", ""), "title不能有控制字符");
    assert_check(CONTENT_OF("\"type\":\"card\",\"startDate\":\"today\"", ""),
                 "startDate格式不正确，应为yyyy-MM-dd HH:mm:ss");
    assert_check(CONTENT_OF("\"type\":\"card\",\"startDate\":\"2016-09-06 12:00:00\","
                            "\"endDate\":\"2016-09-06 12:00:00\"",
                            ""),
                 "endDate必须晚于startDate");
}

static void what_values_make_wrong_is_named(void **state)
{
    (void)state;
    assert_not_filled(CONTENT_OF("\"type\":\"$a$\"", ""), "{}", "tpl_params缺少a");
    assert_not_filled(CONTENT_OF("\"type\":\"$a$\"", ""), "{\"a\":\"\"}",
                      "tpl_content缺少content.evoucherInfo.type");
    assert_not_filled(CONTENT_OF("\"type\":\"$a$\"", ""), "{\"a\":\"x\"}",
                      "type取值只能为coupon、boardingPass、eventTicket、card、cert，不支持x");
    assert_not_filled(CONTENT_OF("\"type\":\"card\",\"endDate\":\"$a$\"", ""), "{\"a\":\"2016\"}",
                      "endDate格式不正确，应为yyyy-MM-dd HH:mm:ss");
    assert_not_filled(CONTENT_OF("\"type\":\"card\",\"title\":\"$a$\"", ""), "{\"a\":\"\\n\"}",
                      "title不能有控制字符");
    /* Also where the wallet does not show it. */
    assert_not_filled(CONTENT_OF("\"type\":\"card\"", ",\"other\":\"$a$\""), "{}", "tpl_params缺少a");
}

static void texts_have_their_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *before; /* of a content, before the text */
        const char *after;
        const char *name;
        size_t max_chars;
    } rows[] = {
        {"", "", "title", 100},
        {"", "", "goodsId", 100},
        {"", "", "product", 100},
        {"\"einfo\":{", "}", "logoText", 100},
        {"\"einfo\":{", "}", "secondLogoText", 100},
        {"\"a\":1},\"merchant\":{", "", "mname", 100},
        {"\"a\":1},\"platform\":{", "", "channelID", 999},
        {"\"a\":1},\"fileInfo\":{", "", "serialNumber", 999},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        for (size_t chars = rows[i].max_chars; chars <= rows[i].max_chars + 1; chars++) {
            char text[1001] = "";
            char json[1200];
            char detail[128] = "";
            memset(text, 'x', chars);
            snprintf(json, sizeof(json), CONTENT_OF("\"type\":\"card\",%s\"%s\":\"%s\"%s", ""),
                     rows[i].before, rows[i].name, text, rows[i].after);
            if (chars > rows[i].max_chars) {
                snprintf(detail, sizeof(detail), "%s长度不能超过%zu个字符", rows[i].name, rows[i].max_chars);
            }
            assert_check(json, detail);
        }
    }
}

static void memory_may_run_out(void **state)
{
    (void)state;
    static const char json[] = CONTENT_OF(
        "\"type\":\"card\",\"title\":\"$a$\",\"einfo\":{\"primaryFields\":[{\"value\":\"$a$\"}]}", "");
    bool ok = false;
    for (unsigned long n = 1; !ok; n++) {
        struct kq_arena arena = {0};
        struct kq_error error = {0};
        struct kq_placeholders placeholders;
        struct kq_pass_values newer;
        struct kq_pass_values used;
        struct kq_pass_content content;
        const struct kq_pass_values none = {0};
        kq_memory_fail_at(n);
        ok = kq_pass_content_check(KQ_SLICE(json), &arena, &placeholders, &error).ok &&
             kq_pass_values_read("tpl_params", KQ_SLICE("{\"a\":\"1\"}"), &arena, &newer, &error).ok &&
             kq_pass_content_fill(KQ_SLICE(json), &newer, &none, &arena, &used, &content, &error).ok;
        kq_memory_fail_at(0);
        assert_int_equal(error.code, ok ? KQ_E_NONE : KQ_E_NO_MEMORY);
        kq_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(types_have_groups),
        cmocka_unit_test(lines_have_others_in_their_place),
        cmocka_unit_test(a_main_line_is_cut_between_characters),
        cmocka_unit_test(a_template_may_leave_members_open),
        cmocka_unit_test(what_is_wrong_in_a_template_is_named),
        cmocka_unit_test(what_values_make_wrong_is_named),
        cmocka_unit_test(texts_have_their_lengths),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
