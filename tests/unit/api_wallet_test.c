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

static const struct kq_method *const method = &kq_method_user_pass_grouplist_query;

#define NOW_S                                                                                                \
    INT64_C(1510713702) /* 2017-11-15 10:41:42 in Beijing: a second before the page's example ends */

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

/* The members of a request, each as it stands in the JSON; NULL: left out. */
struct members {
    const char *user_id, *partner_id, *group_type, *time_status, *city_code, *need_shopinfo, *page_size,
        *page_num;
};

static const struct members required = {
    .user_id = "\"2088888888888888\"",
    .group_type = "\"voucher\"",
    .time_status = "\"CURRENT\"",
    .page_size = "100",
    .page_num = "1",
};

static void append_member(char *json, size_t size_bytes, const char *name, const char *value)
{
    size_t size = strlen(json);
    if (value != NULL) {
        snprintf(json + size, size_bytes - size, "%s\"%s\":%s", size > 1 ? "," : "", name, value);
    }
}

static bool prepare_members(struct call *call, struct members members)
{
    char json[1024] = "{";
    append_member(json, sizeof(json), "user_id", members.user_id);
    append_member(json, sizeof(json), "partner_id", members.partner_id);
    append_member(json, sizeof(json), "group_type", members.group_type);
    append_member(json, sizeof(json), "time_status", members.time_status);
    append_member(json, sizeof(json), "city_code", members.city_code);
    append_member(json, sizeof(json), "need_shopinfo", members.need_shopinfo);
    append_member(json, sizeof(json), "page_size", members.page_size);
    append_member(json, sizeof(json), "page_num", members.page_num);
    size_t size = strlen(json);
    snprintf(json + size, sizeof(json) - size, "}");
    return prepare(call, json);
}

static void assert_prepared(struct call *call, struct members members)
{
    bool ok = prepare_members(call, members);
    assert_string_equal(call->error.detail, "");
    assert_int_equal(call->error.code, KQ_E_NONE);
    assert_true(ok);
    assert_int_equal(call->operation.kind, KQ_OP_WALLET);
}

static void assert_accepted(struct members members)
{
    struct call call;
    assert_prepared(&call, members);
    kq_arena_free(&call.arena);
}

static void assert_refused(struct members members, const char *detail)
{
    struct call call;
    assert_false(prepare_members(&call, members));
    assert_string_equal(call.error.detail, detail);
    assert_int_equal(call.error.code, KQ_E_PASS_PARAMETER);
    kq_arena_free(&call.arena);
}

static void assert_text(struct kq_slice text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.size);
}

static void the_pages_request_becomes_a_page_of_the_wallet(void **state)
{
    (void)state;
    struct call call;
    assert_true(prepare(&call,
                        "{\"user_id\":\"2088888888888888\",\"partner_id\":\"2088888888888888\","
                        "\"group_type\":\"voucher\",\"time_status\":\"CURRENT\",\"city_code\":\"320100\","
                        "\"need_shopinfo\":false,\"page_size\":100,\"page_num\":1  }"));
    const struct kq_op_wallet *wallet = &call.operation.wallet;
    assert_int_equal(call.operation.kind, KQ_OP_WALLET);
    assert_text(wallet->user_id, "2088888888888888");
    assert_text(wallet->partner_id, "2088888888888888");
    assert_int_equal(wallet->group, KQ_PASS_VOUCHER);
    assert_true(wallet->current);
    assert_false(wallet->with_shops);
    assert_text(wallet->city_code, "320100");
    assert_int_equal(wallet->page_number, 1);
    assert_int_equal(wallet->page_size, 100);
    assert_int_equal(wallet->now_s, NOW_S);
    kq_arena_free(&call.arena);
}

static void optional_fields_may_be_missing(void **state)
{
    (void)state;
    struct call call;
    assert_prepared(&call, required);
    assert_text(call.operation.wallet.partner_id, "");
    assert_text(call.operation.wallet.city_code, "");
    assert_false(call.operation.wallet.with_shops);
    kq_arena_free(&call.arena);
}

static void every_group_is_known(void **state)
{
    (void)state;
    static const char *const groups[KQ_PASS_GROUP_COUNT] = {
        [KQ_PASS_CARD] = "\"card\"",
        [KQ_PASS_VOUCHER] = "\"voucher\"",
        [KQ_PASS_TICKET] = "\"ticket\"",
        [KQ_PASS_CERT] = "\"cert\"",
    };
    for (int group = 0; group < KQ_PASS_GROUP_COUNT; group++) {
        struct members members = required;
        members.group_type = groups[group];
        struct call call;
        assert_prepared(&call, members);
        assert_int_equal(call.operation.wallet.group, group);
        kq_arena_free(&call.arena);
    }
}

static void another_group_is_refused(void **state)
{
    (void)state;
    static const char *const groups[] = {"\"coupon\"", "\"Voucher\"", "\"voucher \"", "\"a\""};
    struct members members = required;
    for (size_t i = 0; i < KQ_COUNT(groups); i++) {
        members.group_type = groups[i];
        assert_refused(members, "group_type取值只能为card、voucher、ticket、cert");
    }
    members.group_type = "\"12345678901\"";
    assert_refused(members, "group_type长度不能超过10个字符");
    members.group_type = "1";
    assert_refused(members, "group_type格式不正确");
}

static void both_time_statuses_are_known(void **state)
{
    (void)state;
    struct members members = required;
    members.time_status = "\"PAST\"";
    struct call call;
    assert_prepared(&call, members);
    assert_false(call.operation.wallet.current);
    kq_arena_free(&call.arena);
}

static void another_time_status_is_refused(void **state)
{
    (void)state;
    static const char *const statuses[] = {"\"FUTURE\"", "\"current\"", "\"PAST \""};
    struct members members = required;
    for (size_t i = 0; i < KQ_COUNT(statuses); i++) {
        members.time_status = statuses[i];
        assert_refused(members, "time_status取值只能为CURRENT、PAST");
    }
    members.time_status = "\"CURRENTLYXX\"";
    assert_refused(members, "time_status长度不能超过10个字符");
    members.time_status = "true";
    assert_refused(members, "time_status格式不正确");
}

/* Each way in which a field can be not there. */
static void five_fields_are_required(void **state)
{
    (void)state;
    static const char *const absences[] = {NULL, "null", "\"\""};
    for (size_t i = 0; i < KQ_COUNT(absences); i++) {
        struct members members = required;
        members.user_id = absences[i];
        assert_refused(members, "user_id不能为空");
        members = required;
        members.group_type = absences[i];
        assert_refused(members, "group_type不能为空");
        members = required;
        members.time_status = absences[i];
        assert_refused(members, "time_status不能为空");
        members = required;
        members.page_size = absences[i];
        assert_refused(members, "page_size不能为空");
        members = required;
        members.page_num = absences[i];
        assert_refused(members, "page_num不能为空");
    }
    struct call call;
    assert_false(prepare(&call, ""));
    assert_int_equal(call.error.code, KQ_E_PASS_PARAMETER);
    assert_string_equal(call.error.detail, "user_id不能为空");
    kq_arena_free(&call.arena);
}

static void strings_have_their_length_and_type(void **state)
{
    (void)state;
    struct members members = required;
    members.user_id = "\"20888888888888881\"";
    assert_refused(members, "user_id长度不能超过16个字符");
    members.user_id = "2088888888888888";
    assert_refused(members, "user_id格式不正确");
    members = required;
    members.partner_id = "\"20888888888888881\"";
    assert_refused(members, "partner_id长度不能超过16个字符");
    members.partner_id = "2088888888888888";
    assert_refused(members, "partner_id格式不正确");
    members = required;
    members.city_code = "\"12345678901\"";
    assert_refused(members, "city_code长度不能超过10个字符");
    members.city_code = "320100";
    assert_refused(members, "city_code格式不正确");
    members.city_code = "\"1234567890\"";
    assert_accepted(members);
}

static void shops_are_shown_where_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *need_shopinfo;
        bool with_shops;
    } rows[] = {
        {"true", true},       {"\"true\"", true}, {"false", false},
        {"\"false\"", false}, {"\"\"", false},    {"null", false},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct members members = required;
        members.need_shopinfo = rows[i].need_shopinfo;
        members.city_code = "\"320100\"";
        struct call call;
        assert_prepared(&call, members);
        assert_int_equal(call.operation.wallet.with_shops, rows[i].with_shops);
        kq_arena_free(&call.arena);
    }
}

static void shops_need_a_city(void **state)
{
    (void)state;
    static const char *const absences[] = {NULL, "null", "\"\""};
    struct members members = required;
    for (size_t i = 0; i < KQ_COUNT(absences); i++) {
        members.city_code = absences[i];
        members.need_shopinfo = "true";
        assert_refused(members, "need_shopinfo为true时city_code不能为空");
        members.need_shopinfo = "\"true\"";
        assert_refused(members, "need_shopinfo为true时city_code不能为空");
        members.need_shopinfo = "false";
        assert_accepted(members);
    }
}

static void need_shopinfo_is_a_boolean(void **state)
{
    (void)state;
    static const char *const values[] = {"1", "0", "\"yes\"", "\"TRUE\"", "[]", "{}"};
    struct members members = required;
    members.city_code = "\"320100\"";
    for (size_t i = 0; i < KQ_COUNT(values); i++) {
        members.need_shopinfo = values[i];
        assert_refused(members, "need_shopinfo取值只能为true、false");
    }
}

static void numbers_may_come_as_strings(void **state)
{
    (void)state;
    struct members members = required;
    members.page_size = "\"20\"";
    members.page_num = "\"3\"";
    struct call call;
    assert_prepared(&call, members);
    assert_int_equal(call.operation.wallet.page_size, 20);
    assert_int_equal(call.operation.wallet.page_number, 3);
    kq_arena_free(&call.arena);
}

static void a_page_has_one_to_a_hundred(void **state)
{
    (void)state;
    struct members members = required;
    members.page_size = "1";
    assert_accepted(members);
    members.page_size = "100";
    assert_accepted(members);
    members.page_size = "0";
    assert_refused(members, "page_size不能小于1");
    members.page_size = "-1";
    assert_refused(members, "page_size不能小于1");
    members.page_size = "101";
    assert_refused(members, "page_size不能大于100");
    members.page_size = "\"101\"";
    assert_refused(members, "page_size不能大于100");
    members.page_size = "12345678901";
    assert_refused(members, "page_size长度不能超过10个字符");
}

static void pages_count_from_one(void **state)
{
    (void)state;
    struct members members = required;
    members.page_num = "0";
    assert_refused(members, "page_num不能小于1");
    members.page_num = "-1";
    assert_refused(members, "page_num不能小于1");
    members.page_num = "12345678901";
    assert_refused(members, "page_num长度不能超过10个字符");
    members.page_num = "9999999999";
    struct call call;
    assert_prepared(&call, members);
    assert_int_equal(call.operation.wallet.page_number, 9999999999);
    kq_arena_free(&call.arena);
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const values[] = {"1.0",     "1e1",  "\"1.0\"", "\"+1\"", "\" 1\"",
                                         "\"one\"", "true", "[]",      "{}"};
    for (size_t i = 0; i < KQ_COUNT(values); i++) {
        struct members members = required;
        members.page_size = values[i];
        assert_refused(members, "page_size格式不正确");
        members = required;
        members.page_num = values[i];
        assert_refused(members, "page_num格式不正确");
    }
}

static const char info[] =
    "{\"logoText\":\"2元\",\"brandName\":\"fengyunN\",\"secondLogoText\":\"秦月单品满减优惠满5减2\","
    "\"itemDesc\":\"1212淘鲜达口碑核销券单品满减优惠券\",\"btnDesc\":\"去买单\"}";

static const struct kq_slice shops[] = {{.data = "2015092700077000000004491925", .size = 28}};

static struct kq_pass pass_of_the_page(void)
{
    return (struct kq_pass){
        .pass_id = KQ_SLICE("7000790003"),
        .merchant_name = KQ_SLICE("商家名称"),
        .logo_text = KQ_SLICE("30份吮指鸡块"),
        .second_logo_text = KQ_SLICE("30份吮指鸡块"),
        .item_id = KQ_SLICE("20171115011040030100030000009952"),
        .start_s = NOW_S + 1,
        .end_s = NOW_S + 1,
        .created_s = INT64_C(1511145683),
        .data_info = KQ_SLICE(info),
        .ext_info = KQ_SLICE(info),
        .shop_ids = shops,
        .shop_id_count = 1,
    };
}

static void assert_answer(struct kq_pass *passes, size_t count, bool with_shops, const char *list)
{
    struct kq_arena arena = {0};
    struct kq_operation operation = {.kind = KQ_OP_WALLET, .arena = &arena};
    operation.wallet = (struct kq_op_wallet){
        .with_shops = with_shops,
        .now_s = NOW_S,
        .items = passes,
        .count = count,
    };
    void *answer = kq_arena_allocate(&arena, method->answer->struct_bytes);
    assert_non_null(answer);
    assert_true(method->finish(&caller, &operation, answer, NULL).ok);
    struct kq_buffer buffer;
    kq_buffer_init(&buffer);
    kq_buffer_append(&buffer, KQ_SLICE("{\"code\":\"10000\",\"msg\":\"Success\""));
    kq_fields_append(method->answer, answer, &buffer);
    kq_buffer_append_byte(&buffer, '}');
    char wanted[4096];
    snprintf(wanted, sizeof(wanted), "{\"code\":\"10000\",\"msg\":\"Success\",\"pass_info_list\":[%s]}",
             list);
    assert_string_equal(buffer.data, wanted);
    kq_buffer_free(&buffer);
    kq_arena_free(&arena);
}

#define INFO_ESCAPED                                                                                         \
    "\"{\\\"logoText\\\":\\\"2元\\\",\\\"brandName\\\":\\\"fengyunN\\\","                                   \
    "\\\"secondLogoText\\\":\\\"秦月单品满减优惠满5减2\\\","                                       \
    "\\\"itemDesc\\\":\\\"1212淘鲜达口碑核销券单品满减优惠券\\\",\\\"btnDesc\\\":\\\"去买单\\\"}\""

static void the_pages_answer_is_made_byte_for_byte(void **state)
{
    (void)state;
    struct kq_pass pass = pass_of_the_page();
    assert_answer(&pass, 1, true,
                  "{\"pass_id\":\"7000790003\",\"mechant_name\":\"商家名称\",\"logo_text\":\"30份吮指鸡块\","
                  "\"second_logo_text\":\"30份吮指鸡块\",\"item_id\":\"20171115011040030100030000009952\","
                  "\"start_date\":\"2017-11-15 10:41:43\",\"end_date\":\"2017-11-15 10:41:43\","
                  "\"gmt_create\":\"2017-11-20 10:41:23\","
                  "\"shop_id_list\":[\"2015092700077000000004491925\"],\"data_info\":" INFO_ESCAPED
                  ",\"status\":\"can_use\",\"ext_info\":" INFO_ESCAPED "}");
}

static void the_list_is_there_though_empty(void **state)
{
    (void)state;
    assert_answer(NULL, 0, false, "");
}

static void what_a_pass_has_not_is_not_shown(void **state)
{
    (void)state;
    struct kq_pass pass = {
        .pass_id = KQ_SLICE("1"),
        .start_s = KQ_TIME_UNSET,
        .end_s = KQ_TIME_UNSET,
        .created_s = KQ_TIME_UNSET,
    };
    assert_answer(&pass, 1, false, "{\"pass_id\":\"1\",\"status\":\"can_use\"}");
}

static void shops_are_listed_though_none_where_asked_for(void **state)
{
    (void)state;
    struct kq_pass pass = {
        .pass_id = KQ_SLICE("1"),
        .start_s = KQ_TIME_UNSET,
        .end_s = KQ_TIME_UNSET,
        .created_s = KQ_TIME_UNSET,
    };
    assert_answer(&pass, 1, true, "{\"pass_id\":\"1\",\"shop_id_list\":[],\"status\":\"can_use\"}");
    pass.shop_ids = shops;
    pass.shop_id_count = 1;
    assert_answer(&pass, 1, false, "{\"pass_id\":\"1\",\"status\":\"can_use\"}");
}

static void the_status_is_that_of_the_moment(void **state)
{
    (void)state;
    static const struct {
        enum kq_pass_state state;
        int64_t end_s;
        const char *status;
    } rows[] = {
        {KQ_PASS_CAN_USE, NOW_S + 1, "can_use"}, {KQ_PASS_CAN_USE, NOW_S, "expired"},
        {KQ_PASS_USED, NOW_S, "used"},           {KQ_PASS_CLOSED, NOW_S, "closed"},
        {KQ_PASS_EXPIRED, NOW_S + 1, "expired"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        char end[KQ_TIME_TEXT_SIZE];
        char wanted[128];
        kq_time_format(rows[i].end_s, end);
        snprintf(wanted, sizeof(wanted), "{\"pass_id\":\"1\",\"end_date\":\"%s\",\"status\":\"%s\"}", end,
                 rows[i].status);
        struct kq_pass pass = {
            .pass_id = KQ_SLICE("1"),
            .state = rows[i].state,
            .start_s = KQ_TIME_UNSET,
            .end_s = rows[i].end_s,
            .created_s = KQ_TIME_UNSET,
        };
        assert_answer(&pass, 1, false, wanted);
    }
}

static void finishing_survives_no_memory(void **state)
{
    (void)state;
    struct kq_arena arena = {0};
    struct kq_operation operation = {.kind = KQ_OP_WALLET, .arena = &arena};
    void *answer = kq_arena_allocate(&arena, method->answer->struct_bytes);
    assert_non_null(answer);
    operation.wallet.count = 1000; /* more than a chunk has room for; never read */
    kq_memory_fail_at(1);
    struct kq_error error = {0};
    assert_false(method->finish(&caller, &operation, answer, &error).ok);
    assert_true(kq_memory_has_failed());
    kq_memory_fail_at(0);
    assert_int_equal(error.code, KQ_E_NO_MEMORY);
    kq_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pages_request_becomes_a_page_of_the_wallet),
        cmocka_unit_test(optional_fields_may_be_missing),
        cmocka_unit_test(every_group_is_known),
        cmocka_unit_test(another_group_is_refused),
        cmocka_unit_test(both_time_statuses_are_known),
        cmocka_unit_test(another_time_status_is_refused),
        cmocka_unit_test(five_fields_are_required),
        cmocka_unit_test(strings_have_their_length_and_type),
        cmocka_unit_test(shops_are_shown_where_asked_for),
        cmocka_unit_test(shops_need_a_city),
        cmocka_unit_test(need_shopinfo_is_a_boolean),
        cmocka_unit_test(numbers_may_come_as_strings),
        cmocka_unit_test(a_page_has_one_to_a_hundred),
        cmocka_unit_test(pages_count_from_one),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(the_pages_answer_is_made_byte_for_byte),
        cmocka_unit_test(the_list_is_there_though_empty),
        cmocka_unit_test(what_a_pass_has_not_is_not_shown),
        cmocka_unit_test(shops_are_listed_though_none_where_asked_for),
        cmocka_unit_test(the_status_is_that_of_the_moment),
        cmocka_unit_test(finishing_survives_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
