/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/time.h"
#include "domain/template_change.h"

#define NOW_S INT64_C(1473091200) /* 2016-09-06 00:00:00 in Beijing */
#define END_S (NOW_S + KQ_SECONDS_PER_DAY)
#define PID "2088102146225135"

static struct kq_template template_of(enum kq_template_kind kind, enum kq_template_state state)
{
    return (struct kq_template){
        .pid = KQ_SLICE(PID),
        .kind = kind,
        .state = state,
        .publish_start_s = NOW_S - KQ_SECONDS_PER_DAY,
        .publish_end_s = END_S,
        .valid_period = {.type = KQ_PERIOD_RELATIVE, .duration = 30, .unit = KQ_UNIT_DAY},
        .rule_pids = KQ_SLICE("2088102146225136"),
        .rule_shops = KQ_SLICE("1"),
        .slogan = KQ_SLICE("旧"),
    };
}

static struct kq_template_change change_of(const struct kq_template *template)
{
    return (struct kq_template_change){
        .pid = KQ_SLICE(PID),
        .of_cash_backed = template->kind == KQ_TEMPLATE_CASH_FIX,
    };
}

static struct kq_template_change later_end(const struct kq_template *template)
{
    struct kq_template_change change = change_of(template);
    change.has_publish_end = true;
    change.publish_end_s = END_S + 1;
    return change;
}

/* Only what points to the test's constants, or is a number, may differ. */
static void assert_same(const struct kq_template *a, const struct kq_template *b)
{
    assert_memory_equal(a, b, sizeof(*a));
}

static void assert_changed(struct kq_template *template, const struct kq_template_change *change)
{
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    assert_true(kq_template_decide_change(change, false, template, NOW_S, &arena, &error).ok);
    assert_int_equal(error.code, KQ_E_NONE);
    kq_arena_free(&arena);
}

static void assert_refused_at(struct kq_template template, const struct kq_template_change *change,
                              int64_t now_s, enum kq_error_code code, const char *detail)
{
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_template before = template;
    assert_false(kq_template_decide_change(change, false, &template, now_s, &arena, &error).ok);
    assert_string_equal(error.detail, detail);
    assert_int_equal(error.code, code);
    assert_same(&template, &before);
    kq_arena_free(&arena);
}

static void assert_refused(struct kq_template template, const struct kq_template_change *change,
                           enum kq_error_code code, const char *detail)
{
    assert_refused_at(template, change, NOW_S, code, detail);
}

static void a_later_end_is_taken_from_every_kind(void **state)
{
    (void)state;
    for (enum kq_template_kind kind = 0; kind < KQ_TEMPLATE_KIND_COUNT; kind++) {
        struct kq_template template = template_of(kind, KQ_TEMPLATE_EFFECTIVE);
        struct kq_template expected = template;
        struct kq_template_change change = later_end(&template);
        expected.publish_end_s = END_S + 1;
        assert_changed(&template, &change);
        assert_same(&template, &expected);
    }
}

static void a_cashless_end_only_grows(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX, KQ_TEMPLATE_EFFECTIVE);
    struct kq_template_change change = later_end(&template);
    change.publish_end_s = END_S - 1;
    assert_refused(template, &change, KQ_E_INVALID_PARAMETER, "publish_end_time只能延后");
    change.publish_end_s = END_S;
    assert_changed(&template, &change);
    assert_int_equal(template.publish_end_s, END_S);
}

static void a_cash_backed_end_may_come_earlier(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASH_FIX, KQ_TEMPLATE_EFFECTIVE);
    struct kq_template_change change = later_end(&template);
    change.publish_end_s = template.publish_start_s + 1;
    assert_changed(&template, &change);
    assert_int_equal(template.publish_end_s, change.publish_end_s);
}

static void a_window_needs_a_second(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASH_FIX, KQ_TEMPLATE_DRAFT);
    struct kq_template_change change = later_end(&template);
    change.publish_end_s = template.publish_start_s;
    assert_refused(template, &change, KQ_E_INVALID_PARAMETER, "publish_end_time必须晚于publish_start_time");
    change = change_of(&template);
    change.has_publish_start = true;
    change.publish_start_s = END_S;
    assert_refused(template, &change, KQ_E_INVALID_PARAMETER, "publish_end_time必须晚于publish_start_time");
    change.publish_start_s = END_S - 1;
    assert_changed(&template, &change);
    assert_int_equal(template.publish_start_s, END_S - 1);
}

static void a_draft_may_be_given_what_it_has_not(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASH_FIX, KQ_TEMPLATE_DRAFT);
    struct kq_template expected = template;
    struct kq_template_change change = change_of(&template);
    change.has_valid_period = true;
    change.valid_period = (struct kq_valid_period){.type = KQ_PERIOD_RELATIVE, .duration = 1};
    change.slogan = KQ_SLICE("新");
    expected.valid_period = change.valid_period;
    expected.slogan = change.slogan;
    assert_changed(&template, &change);
    assert_same(&template, &expected);
}

static void what_is_a_drafts_only_is_refused_of_an_effective_one(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASH_FIX, KQ_TEMPLATE_EFFECTIVE);
    struct kq_template_change changes[3] = {later_end(&template), later_end(&template), later_end(&template)};
    changes[0].has_publish_start = true;
    changes[0].publish_start_s = NOW_S;
    changes[1].has_valid_period = true;
    changes[1].valid_period = template.valid_period;
    changes[2].slogan = KQ_SLICE("新");
    for (size_t i = 0; i < KQ_COUNT(changes); i++) {
        assert_refused(template, &changes[i], KQ_E_TEMPLATE_NOT_CHANGEABLE, "");
    }
}

static void what_is_over_stays_as_it_is(void **state)
{
    (void)state;
    for (enum kq_template_kind kind = 0; kind < KQ_TEMPLATE_KIND_COUNT; kind++) {
        struct kq_template template = template_of(kind, KQ_TEMPLATE_EFFECTIVE);
        struct kq_template_change change = later_end(&template);
        assert_refused_at(template, &change, END_S, KQ_E_TEMPLATE_NOT_CHANGEABLE, "");
        template.state = KQ_TEMPLATE_DELETED;
        assert_refused(template, &change, KQ_E_TEMPLATE_NOT_CHANGEABLE, "");
    }
}

static void a_period_that_is_none_is_refused(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASH_FIX, KQ_TEMPLATE_DRAFT);
    struct kq_template_change change = change_of(&template);
    change.has_valid_period = true;
    change.valid_period = (struct kq_valid_period){.type = KQ_PERIOD_RELATIVE};
    assert_refused(template, &change, KQ_E_INVALID_PARAMETER, "voucher_valid_period格式不正确");
}

static void rules_grow(void **state)
{
    (void)state;
    struct kq_arena arena = {0};
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_RANDOM, KQ_TEMPLATE_EFFECTIVE);
    struct kq_template_change change = change_of(&template);
    change.added.pids = KQ_SLICE("2088102146225137");
    change.added.shops = KQ_SLICE("2");
    assert_true(kq_template_decide_change(&change, false, &template, NOW_S, &arena, NULL).ok);
    assert_true(kq_slice_equal(template.rule_pids, KQ_SLICE("2088102146225136\n2088102146225137")));
    assert_true(kq_slice_equal(template.rule_shops, KQ_SLICE("1\n2")));
    kq_arena_free(&arena);
}

static void rules_that_take_away_are_refused(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX, KQ_TEMPLATE_EFFECTIVE);
    struct kq_template_change change = change_of(&template);
    template.rule_shops = KQ_SLICE_EMPTY;
    change.added.shops = KQ_SLICE("2");
    assert_refused(template, &change, KQ_E_INVALID_PARAMETER, "rule_conf只能增加核销范围，且数量不能超过500");
}

static void exchange_vouchers_have_no_rules(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_EXCHANGE, KQ_TEMPLATE_EFFECTIVE);
    struct kq_template_change change = change_of(&template);
    change.added.pids = KQ_SLICE("2088102146225137");
    assert_refused(template, &change, KQ_E_INVALID_PARAMETER, "rule_conf不适用于兑换券");
}

static void a_known_key_changes_nothing_whatever_has_become(void **state)
{
    (void)state;
    static const enum kq_template_state states[] = {KQ_TEMPLATE_DRAFT, KQ_TEMPLATE_EFFECTIVE,
                                                    KQ_TEMPLATE_DELETED};
    struct kq_arena arena = {0};
    for (size_t i = 0; i < KQ_COUNT(states); i++) {
        struct kq_template template = template_of(KQ_TEMPLATE_CASH_FIX, states[i]);
        struct kq_template before = template;
        struct kq_template_change change = later_end(&template);
        assert_true(kq_template_decide_change(&change, true, &template, END_S, &arena, NULL).ok);
        assert_same(&template, &before);
    }
    kq_arena_free(&arena);
}

static void another_merchants_template_is_none(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX, KQ_TEMPLATE_EFFECTIVE);
    struct kq_template_change change = later_end(&template);
    struct kq_error error = {0};
    assert_false(kq_template_decide_change(&change, true, NULL, NOW_S, NULL, &error).ok);
    assert_int_equal(error.code, KQ_E_TEMPLATE_NOT_EXIST);
    change.pid = KQ_SLICE("2088102146225136");
    assert_refused(template, &change, KQ_E_TEMPLATE_NOT_EXIST, "");
}

static void each_method_has_templates_of_its_own(void **state)
{
    (void)state;
    for (enum kq_template_kind kind = 0; kind < KQ_TEMPLATE_KIND_COUNT; kind++) {
        struct kq_template template = template_of(kind, KQ_TEMPLATE_EFFECTIVE);
        struct kq_template_change change = later_end(&template);
        change.of_cash_backed = !change.of_cash_backed;
        assert_refused(template, &change, KQ_E_INVALID_PARAMETER, "template_id的券类型不适用于该接口");
    }
}

static void running_out_of_memory_changes_nothing(void **state)
{
    (void)state;
    unsigned long failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
        struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX, KQ_TEMPLATE_EFFECTIVE);
        struct kq_template before = template;
        struct kq_template_change change = later_end(&template);
        struct kq_error error = {0};
        change.added.pids = KQ_SLICE("2088102146225137");
        kq_memory_fail_at(n);
        bool ok = kq_template_decide_change(&change, false, &template, NOW_S, &arena, &error).ok;
        failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        assert_int_equal(ok, !failed);
        assert_int_equal(error.code, failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        if (failed) {
            assert_same(&template, &before);
        }
        failures += failed;
    }
    assert_true(failures > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_end_is_taken_from_every_kind),
        cmocka_unit_test(a_cashless_end_only_grows),
        cmocka_unit_test(a_cash_backed_end_may_come_earlier),
        cmocka_unit_test(a_window_needs_a_second),
        cmocka_unit_test(a_draft_may_be_given_what_it_has_not),
        cmocka_unit_test(what_is_a_drafts_only_is_refused_of_an_effective_one),
        cmocka_unit_test(what_is_over_stays_as_it_is),
        cmocka_unit_test(a_period_that_is_none_is_refused),
        cmocka_unit_test(rules_grow),
        cmocka_unit_test(rules_that_take_away_are_refused),
        cmocka_unit_test(exchange_vouchers_have_no_rules),
        cmocka_unit_test(a_known_key_changes_nothing_whatever_has_become),
        cmocka_unit_test(another_merchants_template_is_none),
        cmocka_unit_test(each_method_has_templates_of_its_own),
        cmocka_unit_test(running_out_of_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
