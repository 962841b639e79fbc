/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"
#include "domain/funding.h"

#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing */

static struct kq_template draft(void)
{
    return (struct kq_template){
        .template_id = KQ_SLICE("20160906000730010020002U8C35"),
        .kind = KQ_TEMPLATE_CASH_FIX,
        .state = KQ_TEMPLATE_DRAFT,
        .publish_start_s = NOW_S - 10,
        .publish_end_s = NOW_S + 10,
        .fund_order_no = KQ_SLICE("20160906000730050020002U8D35"),
    };
}

static struct kq_template in_state(enum kq_template_state state)
{
    struct kq_template template = draft();
    template.state = state;
    return template;
}

static void each_state_is_told(void **state)
{
    (void)state;
    static const struct {
        enum kq_template_state state;
        int64_t now_s;
        enum kq_funding_state expected;
    } rows[] = {
        {KQ_TEMPLATE_DRAFT, NOW_S, KQ_FUNDING_OPEN},
        {KQ_TEMPLATE_DRAFT, NOW_S - 100, KQ_FUNDING_OPEN},
        {KQ_TEMPLATE_DRAFT, NOW_S + 9, KQ_FUNDING_OPEN},
        {KQ_TEMPLATE_DRAFT, NOW_S + 10, KQ_FUNDING_OVER},
        {KQ_TEMPLATE_EFFECTIVE, NOW_S, KQ_FUNDING_CONFIRMED},
        {KQ_TEMPLATE_EFFECTIVE, NOW_S + 10, KQ_FUNDING_CONFIRMED},
        {KQ_TEMPLATE_DELETED, NOW_S, KQ_FUNDING_DELETED},
        {KQ_TEMPLATE_DELETED, NOW_S + 10, KQ_FUNDING_DELETED},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_template template = in_state(rows[i].state);
        assert_int_equal(kq_funding_state(&template, rows[i].now_s), rows[i].expected);
    }
}

static void a_draft_with_an_order_awaits_it(void **state)
{
    (void)state;
    struct kq_template template = draft();
    assert_true(kq_funding_is_awaited(&template));
    template.fund_order_no = KQ_SLICE_EMPTY;
    assert_false(kq_funding_is_awaited(&template));
    template = in_state(KQ_TEMPLATE_EFFECTIVE);
    assert_false(kq_funding_is_awaited(&template));
    template = in_state(KQ_TEMPLATE_DELETED);
    assert_false(kq_funding_is_awaited(&template));
}

static void a_confirmation_makes_it_effective_once(void **state)
{
    (void)state;
    struct kq_template template = draft();
    enum kq_funding_state found = KQ_FUNDING_DELETED;
    assert_true(kq_funding_decide_confirm(&template, NOW_S + 1, NOW_S, &found, NULL).ok);
    assert_int_equal(found, KQ_FUNDING_OPEN);
    assert_int_equal(template.state, KQ_TEMPLATE_EFFECTIVE);
    assert_int_equal(template.activated_s, NOW_S);
    assert_true(kq_funding_decide_confirm(&template, NOW_S + 2, NOW_S + 1, &found, NULL).ok);
    assert_int_equal(found, KQ_FUNDING_CONFIRMED);
    assert_int_equal(template.activated_s, NOW_S);
}

static void what_cannot_be_confirmed_stays(void **state)
{
    (void)state;
    struct kq_template template = draft();
    enum kq_funding_state found = KQ_FUNDING_OPEN;
    assert_true(kq_funding_decide_confirm(&template, NOW_S + 20, NOW_S + 10, &found, NULL).ok);
    assert_int_equal(found, KQ_FUNDING_OVER);
    assert_int_equal(template.state, KQ_TEMPLATE_DRAFT);
    template = in_state(KQ_TEMPLATE_DELETED);
    assert_true(kq_funding_decide_confirm(&template, NOW_S + 1, NOW_S, &found, NULL).ok);
    assert_int_equal(found, KQ_FUNDING_DELETED);
    assert_int_equal(template.state, KQ_TEMPLATE_DELETED);
}

static void a_page_that_is_over_confirms_nothing(void **state)
{
    (void)state;
    struct kq_template template = draft();
    struct kq_error error = {0};
    enum kq_funding_state found = KQ_FUNDING_OPEN;
    assert_false(kq_funding_decide_confirm(&template, NOW_S, NOW_S, &found, &error).ok);
    assert_int_equal(error.code, KQ_E_NOT_FOUND);
    assert_int_equal(template.state, KQ_TEMPLATE_DRAFT);
    assert_false(kq_funding_decide_confirm(NULL, NOW_S + 1, NOW_S, &found, &error).ok);
    assert_int_equal(error.code, KQ_E_NOT_FOUND);
}

static void an_address_gets_the_order(void **state)
{
    (void)state;
#define ORDER "template_id=20160906000730010020002U8C35&fund_order_no=20160906000730050020002U8D35"
    static const char *const rows[][2] = {
        {"https://shop.example", "https://shop.example?" ORDER},
        {"https://shop.example/?a=b#c?d", "https://shop.example/?a=b&" ORDER "#c?d"},
        {"https://shop.example/\"<x>", "https://shop.example/%22%3Cx%3E?" ORDER},
    };
#undef ORDER
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_buffer location = {0};
        struct kq_template template = draft();
        template.redirect_uri = kq_slice_of(rows[i][0]);
        kq_funding_append_redirect(&template, &location);
        assert_true(kq_slice_equal(kq_buffer_slice(&location), kq_slice_of(rows[i][1])));
        kq_buffer_free(&location);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_is_told),
        cmocka_unit_test(a_draft_with_an_order_awaits_it),
        cmocka_unit_test(a_confirmation_makes_it_effective_once),
        cmocka_unit_test(what_cannot_be_confirmed_stays),
        cmocka_unit_test(a_page_that_is_over_confirms_nothing),
        cmocka_unit_test(an_address_gets_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
