/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/voucher.h"

#define ACTIVE_S INT64_C(1000)
#define EXPIRES_S INT64_C(2000)

static struct kq_voucher voucher_in(enum kq_voucher_state state)
{
    return (struct kq_voucher){
        .amount_fen = 1000,
        .balance_fen = 1000,
        .issued_s = 500,
        .active_s = ACTIVE_S,
        .expires_s = EXPIRES_S,
        .state = state,
    };
}

static void assert_status(const struct kq_voucher *voucher, int64_t now_s, enum kq_voucher_status status,
                          bool usable)
{
    assert_int_equal(kq_voucher_status_at(voucher, now_s), status);
    assert_int_equal(kq_voucher_is_usable(voucher, now_s), usable);
}

static void statuses_have_the_wires_names(void **state)
{
    (void)state;
    static const char *const names[KQ_STATUS_COUNT] = {
        [KQ_STATUS_UNACTIVE] = "UNACTIVE", [KQ_STATUS_ENABLED] = "ENABLED", [KQ_STATUS_USING] = "USING",
        [KQ_STATUS_USED] = "USED",         [KQ_STATUS_EXPIRED] = "EXPIRED", [KQ_STATUS_DELETE] = "DELETE",
        [KQ_STATUS_REFUNDED] = "REFUNDED",
    };
    for (int status = 0; status < KQ_STATUS_COUNT; status++) {
        assert_string_equal(kq_voucher_status_name((enum kq_voucher_status)status), names[status]);
    }
}

static void a_voucher_is_unactive_until_the_second_of_its_start(void **state)
{
    (void)state;
    struct kq_voucher voucher = voucher_in(KQ_VOUCHER_ENABLED);
    assert_status(&voucher, ACTIVE_S - 1, KQ_STATUS_UNACTIVE, false);
    assert_status(&voucher, ACTIVE_S, KQ_STATUS_ENABLED, true);
}

static void a_voucher_is_expired_from_the_second_of_its_end(void **state)
{
    (void)state;
    struct kq_voucher voucher = voucher_in(KQ_VOUCHER_ENABLED);
    assert_status(&voucher, EXPIRES_S - 1, KQ_STATUS_ENABLED, true);
    assert_status(&voucher, EXPIRES_S, KQ_STATUS_EXPIRED, false);
}

static void a_partly_used_voucher_can_still_be_used(void **state)
{
    (void)state;
    struct kq_voucher voucher = voucher_in(KQ_VOUCHER_ENABLED);
    voucher.balance_fen = 1;
    assert_status(&voucher, ACTIVE_S - 1, KQ_STATUS_UNACTIVE, false);
    assert_status(&voucher, ACTIVE_S, KQ_STATUS_USING, true);
    assert_status(&voucher, EXPIRES_S, KQ_STATUS_EXPIRED, false);
}

static void an_exchange_voucher_without_an_amount_is_enabled(void **state)
{
    (void)state;
    struct kq_voucher voucher = voucher_in(KQ_VOUCHER_ENABLED);
    voucher.amount_fen = 0;
    voucher.balance_fen = 0;
    assert_status(&voucher, ACTIVE_S, KQ_STATUS_ENABLED, true);
}

static void what_was_done_to_a_voucher_outlives_its_clock(void **state)
{
    (void)state;
    static const struct {
        enum kq_voucher_state state;
        enum kq_voucher_status status;
    } rows[] = {
        {KQ_VOUCHER_USED, KQ_STATUS_USED},
        {KQ_VOUCHER_DELETED, KQ_STATUS_DELETE},
        {KQ_VOUCHER_REFUNDED, KQ_STATUS_REFUNDED},
    };
    static const int64_t times[] = {ACTIVE_S - 1, ACTIVE_S, EXPIRES_S};
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_voucher voucher = voucher_in(rows[i].state);
        for (size_t j = 0; j < KQ_COUNT(times); j++) {
            assert_status(&voucher, times[j], rows[i].status, false);
        }
    }
}

static void vouchers_have_names_of_their_kind(void **state)
{
    (void)state;
    static const struct {
        enum kq_template_kind kind;
        int64_t amount_fen;
        const char *name;
    } rows[] = {
        {KQ_TEMPLATE_CASHLESS_FIX, 1000, "10元代金券"},    {KQ_TEMPLATE_CASHLESS_FIX, 950, "9.5元代金券"},
        {KQ_TEMPLATE_CASH_FIX, 10, "0.1元代金券"},         {KQ_TEMPLATE_CASHLESS_RANDOM, 999, "9.99元红包"},
        {KQ_TEMPLATE_CASHLESS_RANDOM, 10000, "100元红包"}, {KQ_TEMPLATE_EXCHANGE, 0, "兑换券"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_template template = {.kind = rows[i].kind};
        char text[KQ_VOUCHER_NAME_TEXT_SIZE];
        kq_voucher_name(&template, rows[i].amount_fen, text);
        assert_string_equal(text, rows[i].name);
    }
}

static void a_templates_own_name_comes_first(void **state)
{
    (void)state;
    for (int kind = 0; kind < KQ_TEMPLATE_KIND_COUNT; kind++) {
        struct kq_template template = {.kind = (enum kq_template_kind)kind, .name = KQ_SLICE("30份吮指鸡块")};
        char text[KQ_VOUCHER_NAME_TEXT_SIZE];
        kq_voucher_name(&template, 1000, text);
        assert_string_equal(text, "30份吮指鸡块");
    }
}

static void a_slogan_stands_before_the_amount(void **state)
{
    (void)state;
    char text[KQ_VOUCHER_NAME_TEXT_SIZE];
    struct kq_template template = {.kind = KQ_TEMPLATE_CASH_FIX, .slogan = KQ_SLICE("开业")};
    kq_voucher_name(&template, 1000, text);
    assert_string_equal(text, "开业10元代金券");
    template.name = KQ_SLICE("满减券");
    kq_voucher_name(&template, 1000, text);
    assert_string_equal(text, "满减券");
}

static void a_templates_name_is_its_vouchers(void **state)
{
    (void)state;
    static const struct {
        struct kq_template template;
        const char *name;
    } rows[] = {
        {{.kind = KQ_TEMPLATE_CASHLESS_FIX, .amount_fen = 1000}, "10元代金券"},
        {{.kind = KQ_TEMPLATE_CASHLESS_RANDOM}, "红包"},
        {{.kind = KQ_TEMPLATE_EXCHANGE}, "兑换券"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        char text[KQ_VOUCHER_NAME_TEXT_SIZE];
        kq_template_name(&rows[i].template, text);
        assert_string_equal(text, rows[i].name);
    }
    struct kq_template named = {.kind = KQ_TEMPLATE_CASHLESS_RANDOM, .name = KQ_SLICE("新年红包")};
    char text[KQ_VOUCHER_NAME_TEXT_SIZE];
    kq_template_name(&named, text);
    assert_string_equal(text, "新年红包");
}

static void the_longest_name_is_not_cut(void **state)
{
    (void)state;
    char name[4 * KQ_VOUCHER_NAME_MAX_CHARS + 1] = "";
    for (size_t i = 0; i < KQ_VOUCHER_NAME_MAX_CHARS; i++) {
        memcpy(name + 4 * i, "\xF0\x9F\x8E\xAB", 5);
    }
    struct kq_template template = {.name = kq_slice_of(name)};
    char text[KQ_VOUCHER_NAME_TEXT_SIZE];
    kq_voucher_name(&template, 0, text);
    assert_string_equal(text, name);
}

static void a_condition_is_the_floor_amount(void **state)
{
    (void)state;
    struct kq_template template = {0};
    char text[KQ_VOUCHER_NAME_TEXT_SIZE];
    kq_voucher_condition(&template, text);
    assert_string_equal(text, "无门槛");
    template.floor_amount_fen = 10000;
    kq_voucher_condition(&template, text);
    assert_string_equal(text, "满100元可用");
    template.floor_amount_fen = 1;
    kq_voucher_condition(&template, text);
    assert_string_equal(text, "满0.01元可用");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_have_the_wires_names),
        cmocka_unit_test(a_voucher_is_unactive_until_the_second_of_its_start),
        cmocka_unit_test(a_voucher_is_expired_from_the_second_of_its_end),
        cmocka_unit_test(a_partly_used_voucher_can_still_be_used),
        cmocka_unit_test(an_exchange_voucher_without_an_amount_is_enabled),
        cmocka_unit_test(what_was_done_to_a_voucher_outlives_its_clock),
        cmocka_unit_test(vouchers_have_names_of_their_kind),
        cmocka_unit_test(a_templates_own_name_comes_first),
        cmocka_unit_test(a_slogan_stands_before_the_amount),
        cmocka_unit_test(a_templates_name_is_its_vouchers),
        cmocka_unit_test(the_longest_name_is_not_cut),
        cmocka_unit_test(a_condition_is_the_floor_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
