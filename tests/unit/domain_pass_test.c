/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/time.h"
#include "domain/pass.h"

static const struct kq_slice shops[] = {{.data = "shop1", .size = 5}, {.data = "shop2", .size = 5}};
static const struct kq_slice shops_reversed[] = {{.data = "shop2", .size = 5}, {.data = "shop1", .size = 5}};

/* The reference page's example. */
static struct kq_pass pass_of_the_page(void)
{
    return (struct kq_pass){
        .pass_id = KQ_SLICE("7000790003"),
        .user_id = KQ_SLICE("2088888888888888"),
        .pid = KQ_SLICE("2088102146225135"),
        .group = KQ_PASS_TICKET,
        .state = KQ_PASS_CAN_USE,
        .merchant_name = KQ_SLICE("商家名称"),
        .logo_text = KQ_SLICE("30份吮指鸡块"),
        .second_logo_text = KQ_SLICE("30份吮指鸡块"),
        .item_id = KQ_SLICE("20171115011040030100030000009952"),
        .start_s = 1000,
        .end_s = 2000,
        .created_s = KQ_TIME_UNSET,
        .data_info = KQ_SLICE("{\"logoText\":\"2元\"}"),
        .ext_info = KQ_SLICE("{\"btnDesc\":\"去买单\"}"),
        .shop_ids = shops,
        .shop_id_count = 2,
    };
}

static void groups_have_the_wires_names(void **state)
{
    (void)state;
    static const char *const names[KQ_PASS_GROUP_COUNT] = {
        [KQ_PASS_CARD] = "card",
        [KQ_PASS_VOUCHER] = "voucher",
        [KQ_PASS_TICKET] = "ticket",
        [KQ_PASS_CERT] = "cert",
    };
    enum kq_pass_group group = KQ_PASS_GROUP_COUNT;
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        assert_true(kq_pass_group_parse(kq_slice_of(names[i]), &group));
        assert_int_equal(group, i);
        assert_string_equal(kq_pass_group_name(group), names[i]);
    }
    assert_false(kq_pass_group_parse(KQ_SLICE("Card"), &group));
    assert_false(kq_pass_group_parse(KQ_SLICE_EMPTY, &group));
}

static void states_have_the_wires_names(void **state)
{
    (void)state;
    static const char *const names[KQ_PASS_STATE_COUNT] = {
        [KQ_PASS_CAN_USE] = "can_use",
        [KQ_PASS_USED] = "used",
        [KQ_PASS_CLOSED] = "closed",
        [KQ_PASS_EXPIRED] = "expired",
    };
    enum kq_pass_state parsed = KQ_PASS_STATE_COUNT;
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        assert_true(kq_pass_state_parse(kq_slice_of(names[i]), &parsed));
        assert_int_equal(parsed, i);
        struct kq_pass pass = {.state = parsed, .end_s = KQ_TIME_UNSET};
        assert_string_equal(kq_pass_status(&pass, 0), names[i]);
    }
    assert_false(kq_pass_state_parse(KQ_SLICE("CAN_USE"), &parsed));
    assert_false(kq_pass_state_parse(KQ_SLICE_EMPTY, &parsed));
}

static void assert_at(const struct kq_pass *pass, int64_t now_s, const char *status, bool current)
{
    assert_string_equal(kq_pass_status(pass, now_s), status);
    assert_int_equal(kq_pass_is_current(pass, now_s), current);
}

static void a_pass_is_past_from_the_second_of_its_end(void **state)
{
    (void)state;
    struct kq_pass pass = pass_of_the_page();
    assert_at(&pass, 1999, "can_use", true);
    assert_at(&pass, 2000, "expired", false);
}

static void a_pass_is_current_before_its_start(void **state)
{
    (void)state;
    struct kq_pass pass = pass_of_the_page();
    assert_at(&pass, 999, "can_use", true);
}

static void a_pass_without_an_end_never_expires(void **state)
{
    (void)state;
    struct kq_pass pass = pass_of_the_page();
    pass.end_s = KQ_TIME_UNSET;
    assert_at(&pass, KQ_TIME_MAX_S, "can_use", true);
}

static void a_state_other_than_can_use_is_past_whenever(void **state)
{
    (void)state;
    struct kq_pass pass = pass_of_the_page();
    pass.state = KQ_PASS_USED;
    assert_at(&pass, 1500, "used", false);
    assert_at(&pass, 2500, "used", false);
    pass.state = KQ_PASS_CLOSED;
    assert_at(&pass, 1500, "closed", false);
    assert_at(&pass, 2500, "closed", false);
    pass.state = KQ_PASS_EXPIRED;
    assert_at(&pass, 1500, "expired", false);
}

static const struct kq_voucher voucher = {
    .voucher_id = {.data = "20160906000730020020002U8CBS", .size = 28},
    .template_id = {.data = "20140601000730010040000000EB", .size = 28},
    .user_id = {.data = "2088302001456115", .size = 16},
    .amount_fen = 1000,
    .balance_fen = 1000,
    .issued_s = 500,
    .active_s = 1000,
    .expires_s = 2000,
};

static struct kq_template template_of_the_voucher(void)
{
    return (struct kq_template){
        .template_id = KQ_SLICE("20140601000730010040000000EB"),
        .pid = KQ_SLICE("2088102146225135"),
        .kind = KQ_TEMPLATE_CASHLESS_FIX,
        .brand_name = KQ_SLICE("盒马"),
        .amount_fen = 1000,
        .floor_amount_fen = 10000,
    };
}

static void assert_text(struct kq_slice text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.size);
}

static void a_vouchers_pass_shows_the_voucher(void **state)
{
    (void)state;
    struct kq_template template = template_of_the_voucher();
    struct kq_arena arena = {0};
    struct kq_pass pass;
    assert_true(kq_pass_of_voucher(&voucher, &template, &arena, &pass, NULL).ok);
    assert_text(pass.pass_id, "20160906000730020020002U8CBS");
    assert_text(pass.user_id, "2088302001456115");
    assert_text(pass.pid, "2088102146225135");
    assert_int_equal(pass.group, KQ_PASS_VOUCHER);
    assert_text(pass.merchant_name, "盒马");
    assert_text(pass.logo_text, "10元代金券");
    assert_text(pass.second_logo_text, "满100元可用");
    assert_text(pass.item_id, "");
    assert_int_equal(pass.start_s, 1000);
    assert_int_equal(pass.end_s, 2000);
    assert_int_equal(pass.created_s, 500);
    assert_text(pass.data_info, "{\"logoText\":\"10元代金券\",\"brandName\":\"盒马\","
                                "\"secondLogoText\":\"满100元可用\",\"itemDesc\":\"10元代金券\","
                                "\"btnDesc\":\"去使用\"}");
    assert_text(pass.ext_info, "");
    assert_int_equal(pass.shop_id_count, 0);
    kq_arena_free(&arena);
}

static void a_templates_description_is_its_item_text(void **state)
{
    (void)state;
    struct kq_template template = template_of_the_voucher();
    template.name = KQ_SLICE("鸡块\"券\"");
    template.floor_amount_fen = 0;
    template.description = KQ_SLICE("限一次\n不找零");
    struct kq_arena arena = {0};
    struct kq_pass pass;
    assert_true(kq_pass_of_voucher(&voucher, &template, &arena, &pass, NULL).ok);
    assert_text(pass.data_info, "{\"logoText\":\"鸡块\\\"券\\\"\",\"brandName\":\"盒马\","
                                "\"secondLogoText\":\"无门槛\",\"itemDesc\":\"限一次\\n不找零\","
                                "\"btnDesc\":\"去使用\"}");
    kq_arena_free(&arena);
}

static void a_vouchers_pass_follows_its_state_and_clock(void **state)
{
    (void)state;
    static const struct {
        enum kq_voucher_state state;
        int64_t now_s;
        const char *status;
    } rows[] = {
        {KQ_VOUCHER_ENABLED, 999, "can_use"},  {KQ_VOUCHER_ENABLED, 1999, "can_use"},
        {KQ_VOUCHER_ENABLED, 2000, "expired"}, {KQ_VOUCHER_USED, 1500, "used"},
        {KQ_VOUCHER_USED, 2500, "used"},       {KQ_VOUCHER_DELETED, 1500, "closed"},
        {KQ_VOUCHER_DELETED, 2500, "closed"},  {KQ_VOUCHER_REFUNDED, 1500, "closed"},
        {KQ_VOUCHER_REFUNDED, 2500, "closed"},
    };
    struct kq_template template = template_of_the_voucher();
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_voucher moved = voucher;
        moved.state = rows[i].state;
        struct kq_arena arena = {0};
        struct kq_pass pass;
        assert_true(kq_pass_of_voucher(&moved, &template, &arena, &pass, NULL).ok);
        assert_string_equal(kq_pass_status(&pass, rows[i].now_s), rows[i].status);
        kq_arena_free(&arena);
    }
}

static void a_vouchers_pass_outlives_voucher_and_template(void **state)
{
    (void)state;
    char brand[] = "盒马";
    char id[] = "20160906000730020020002U8CBS";
    struct kq_template template = template_of_the_voucher();
    template.brand_name = (struct kq_slice){.data = brand, .size = sizeof(brand) - 1};
    struct kq_voucher moved = voucher;
    moved.voucher_id = (struct kq_slice){.data = id, .size = sizeof(id) - 1};
    struct kq_arena arena = {0};
    struct kq_pass pass;
    assert_true(kq_pass_of_voucher(&moved, &template, &arena, &pass, NULL).ok);
    memset(brand, 'x', sizeof(brand));
    memset(id, 'x', sizeof(id));
    assert_text(pass.merchant_name, "盒马");
    assert_text(pass.pass_id, "20160906000730020020002U8CBS");
    kq_arena_free(&arena);
}

static void a_vouchers_pass_survives_no_memory(void **state)
{
    (void)state;
    struct kq_template template = template_of_the_voucher();
    char description[20000]; /* makes the arena and the buffer grow */
    memset(description, 'd', sizeof(description));
    template.description = (struct kq_slice){.data = description, .size = sizeof(description)};
    unsigned failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        struct kq_arena arena = {0};
        struct kq_pass pass;
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        struct kq_result result = kq_pass_of_voucher(&voucher, &template, &arena, &pass, &error);
        failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        assert_int_equal(result.ok, !failed);
        assert_int_equal(error.code, failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        failures += failed;
        kq_arena_free(&arena);
    }
    assert_true(failures >= 3);
}

static void assert_refused(const struct kq_pass *pass, bool user_exists, const struct kq_pass *same_id,
                           enum kq_error_code code, const char *detail)
{
    bool created = false;
    struct kq_error error = {0};
    assert_false(kq_pass_decide_create(pass, user_exists, same_id, &created, &error).ok);
    assert_string_equal(error.detail, detail);
    assert_int_equal(error.code, code);
}

static void a_pass_is_created_once(void **state)
{
    (void)state;
    struct kq_pass pass = pass_of_the_page();
    struct kq_pass stored = pass_of_the_page();
    stored.created_s = 123;
    stored.shop_ids = shops_reversed;
    bool created = false;
    assert_true(kq_pass_decide_create(&pass, true, NULL, &created, NULL).ok);
    assert_true(created);
    assert_true(kq_pass_decide_create(&pass, true, &stored, &created, NULL).ok);
    assert_false(created);
    pass.created_s = 123;
    assert_true(kq_pass_decide_create(&pass, true, &stored, &created, NULL).ok);
    assert_false(created);
}

static void a_pass_needs_an_id_and_a_user_and_nothing_else(void **state)
{
    (void)state;
    struct kq_pass pass = {
        .pass_id = KQ_SLICE("1"),
        .user_id = KQ_SLICE("2088888888888888"),
        .start_s = KQ_TIME_UNSET,
        .end_s = KQ_TIME_UNSET,
        .created_s = KQ_TIME_UNSET,
    };
    bool created = false;
    assert_true(kq_pass_decide_create(&pass, true, NULL, &created, NULL).ok);
    assert_true(created);
}

static void a_pass_of_an_unknown_user_is_refused(void **state)
{
    (void)state;
    struct kq_pass pass = pass_of_the_page();
    assert_refused(&pass, false, NULL, KQ_E_NOT_FOUND, "there is no user 2088888888888888");
}

static void a_known_pass_id_with_other_data_is_a_conflict(void **state)
{
    (void)state;
    struct kq_pass stored = pass_of_the_page();
    stored.created_s = 123;
    struct kq_pass others[14];
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        others[i] = pass_of_the_page();
    }
    others[0].user_id = KQ_SLICE("2088888888888889");
    others[1].pid = KQ_SLICE_EMPTY;
    others[2].group = KQ_PASS_CERT;
    others[3].state = KQ_PASS_USED;
    others[4].merchant_name = KQ_SLICE_EMPTY;
    others[5].logo_text = KQ_SLICE_EMPTY;
    others[6].second_logo_text = KQ_SLICE_EMPTY;
    others[7].item_id = KQ_SLICE_EMPTY;
    others[8].start_s = 1001;
    others[9].end_s = KQ_TIME_UNSET;
    others[10].data_info = KQ_SLICE_EMPTY;
    others[11].ext_info = KQ_SLICE_EMPTY;
    others[12].shop_id_count = 1;
    others[13].created_s = 124;
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        assert_refused(&others[i], true, &stored, KQ_E_CONFLICT, "the pass exists with other data");
    }
}

static void a_pass_out_of_form_is_refused(void **state)
{
    (void)state;
    char text[KQ_PASS_TEXT_MAX_CHARS + 1];
    memset(text, 'a', sizeof(text));
    struct kq_slice too_long = {.data = text, .size = sizeof(text)};

    struct kq_pass pass = pass_of_the_page();
    pass.pass_id = KQ_SLICE_EMPTY;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "pass id is missing");
    pass.pass_id = too_long;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "pass id has more than 100 characters");
    pass = pass_of_the_page();
    pass.user_id = KQ_SLICE_EMPTY;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "user id is missing");
    pass = pass_of_the_page();
    pass.pid = KQ_SLICE("1");
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "pid is not 16 digits that begin with 2088");
    pass = pass_of_the_page();
    pass.merchant_name = too_long;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "merchant name has more than 100 characters");
    pass = pass_of_the_page();
    pass.logo_text = too_long;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "logo text has more than 100 characters");
    pass = pass_of_the_page();
    pass.second_logo_text = too_long;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "second logo text has more than 100 characters");
    pass = pass_of_the_page();
    pass.item_id = too_long;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "item id has more than 100 characters");
}

static void a_passes_times_are_in_order_and_range(void **state)
{
    (void)state;
    struct kq_pass pass = pass_of_the_page();
    pass.end_s = pass.start_s;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "the end is not after the start");
    pass = pass_of_the_page();
    pass.start_s = KQ_TIME_MIN_S - 1;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "start is out of range");
    pass = pass_of_the_page();
    pass.end_s = KQ_TIME_MAX_S + 1;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "end is out of range");
    pass = pass_of_the_page();
    pass.created_s = KQ_TIME_MAX_S + 1;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "creation time is out of range");
    pass = pass_of_the_page();
    pass.start_s = KQ_TIME_MIN_S;
    pass.end_s = KQ_TIME_MAX_S;
    bool created = false;
    assert_true(kq_pass_decide_create(&pass, true, NULL, &created, NULL).ok);
}

static void a_passes_infos_are_json_objects(void **state)
{
    (void)state;
    struct kq_pass pass = pass_of_the_page();
    pass.data_info = KQ_SLICE("{");
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "data info is not JSON");
    pass.data_info = KQ_SLICE("\"text\"");
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "data info is not a JSON object");
    pass = pass_of_the_page();
    pass.ext_info = KQ_SLICE("[]");
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "ext info is not a JSON object");

    char json[KQ_PASS_INFO_MAX_CHARS + 2];
    snprintf(json, sizeof(json), "{\"a\":\"%0*d\"}", KQ_PASS_INFO_MAX_CHARS - 8, 0);
    pass.ext_info = kq_slice_of(json);
    assert_int_equal(pass.ext_info.size, KQ_PASS_INFO_MAX_CHARS);
    bool created = false;
    assert_true(kq_pass_decide_create(&pass, true, NULL, &created, NULL).ok);
    snprintf(json, sizeof(json), "{\"a\":\"%0*d\"}", KQ_PASS_INFO_MAX_CHARS - 7, 0);
    pass.ext_info = kq_slice_of(json);
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "ext info has more than 10000 characters");
}

static void a_passes_shops_are_ids(void **state)
{
    (void)state;
    static const struct kq_slice twice[] = {{.data = "shop1", .size = 5}, {.data = "shop1", .size = 5}};
    struct kq_pass pass = pass_of_the_page();
    pass.shop_ids = twice;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "the same shop id is given twice");
    pass.shop_id_count = KQ_PASS_SHOPS_MAX + 1;
    assert_refused(&pass, true, NULL, KQ_E_BAD_INPUT, "shop id is given more than 1000 times");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_have_the_wires_names),
        cmocka_unit_test(states_have_the_wires_names),
        cmocka_unit_test(a_pass_is_past_from_the_second_of_its_end),
        cmocka_unit_test(a_pass_is_current_before_its_start),
        cmocka_unit_test(a_pass_without_an_end_never_expires),
        cmocka_unit_test(a_state_other_than_can_use_is_past_whenever),
        cmocka_unit_test(a_vouchers_pass_shows_the_voucher),
        cmocka_unit_test(a_templates_description_is_its_item_text),
        cmocka_unit_test(a_vouchers_pass_follows_its_state_and_clock),
        cmocka_unit_test(a_vouchers_pass_outlives_voucher_and_template),
        cmocka_unit_test(a_vouchers_pass_survives_no_memory),
        cmocka_unit_test(a_pass_is_created_once),
        cmocka_unit_test(a_pass_needs_an_id_and_a_user_and_nothing_else),
        cmocka_unit_test(a_pass_of_an_unknown_user_is_refused),
        cmocka_unit_test(a_known_pass_id_with_other_data_is_a_conflict),
        cmocka_unit_test(a_pass_out_of_form_is_refused),
        cmocka_unit_test(a_passes_times_are_in_order_and_range),
        cmocka_unit_test(a_passes_infos_are_json_objects),
        cmocka_unit_test(a_passes_shops_are_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
