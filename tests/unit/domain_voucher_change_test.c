/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "domain/voucher_change.h"

#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing, a Tuesday */
#define END_S (NOW_S + 1000)
#define PID "2088102146225135"
#define PARTNER_PID "2088102146225136"
#define OTHER_PID "2088102146225137"
#define USER_ID "2088302001456115"
#define USE_NO INT64_C(77)

/* One change to be: of a voucher of 10 yuan, of which 4 are spent where a test says so, on rows that let it
 * through. Each test spoils what it is about. */
struct scene {
    struct kq_template template;
    struct kq_voucher voucher;
    struct kq_user user;
    struct kq_voucher_event use;
    struct kq_voucher_event earlier;
    struct kq_voucher_change_request request;
    struct kq_voucher_change_facts facts;
    int64_t now_s;
    struct kq_voucher_change_result result;
    struct kq_error error;
};

static void set_scene(struct scene *scene, enum kq_voucher_change_kind kind)
{
    *scene = (struct scene){
        .template = {.pid = KQ_SLICE(PID),
                     .kind = KQ_TEMPLATE_CASHLESS_FIX,
                     .rule_pids = KQ_SLICE(PARTNER_PID),
                     .issued_count = 5,
                     .issued_amount_fen = 5000},
        .voucher = {.voucher_id = KQ_SLICE("20160906000730020020002U8CBS"),
                    .user_id = KQ_SLICE(USER_ID),
                    .amount_fen = 1000,
                    .balance_fen = 1000,
                    .issued_s = NOW_S - 100,
                    .active_s = NOW_S - 100,
                    .expires_s = END_S},
        .user = {.user_id = KQ_SLICE(USER_ID)},
        .use = {.kind = KQ_CHANGE_USE,
                .out_biz_no = KQ_SLICE("use-1"),
                .number = USE_NO,
                .amount_fen = 400,
                .pid = KQ_SLICE(PARTNER_PID),
                .refund_number = KQ_EVENT_NONE},
        .earlier = {.kind = kind, .out_biz_no = KQ_SLICE("key"), .amount_fen = 123, .pid = KQ_SLICE(PID)},
        .request = {.kind = kind,
                    .pid = KQ_SLICE(PID),
                    .user_id = KQ_SLICE(USER_ID),
                    .out_biz_no = KQ_SLICE("key"),
                    .checks_rules = true,
                    .expires_s = END_S + 50},
        .now_s = NOW_S,
    };
    scene->facts.template = &scene->template;
    scene->facts.voucher = &scene->voucher;
    scene->facts.user = &scene->user;
}

/* The voucher was used for `amount_fen` before, which is what a refund takes back. */
static void set_used(struct scene *scene, int64_t amount_fen)
{
    scene->voucher.balance_fen -= amount_fen;
    scene->template.used_amount_fen = amount_fen;
    scene->use.amount_fen = amount_fen;
    scene->facts.use = &scene->use;
    if (scene->voucher.balance_fen == 0) {
        scene->voucher.state = KQ_VOUCHER_USED;
        scene->template.used_count = 1;
    }
}

static bool decide(struct scene *scene)
{
    scene->error = (struct kq_error){0};
    return kq_voucher_change_decide(&scene->request, &scene->facts, scene->now_s, &scene->result,
                                    &scene->error)
        .ok;
}

static void assert_done(struct scene *scene)
{
    bool done = decide(scene);
    assert_int_equal(scene->error.code, KQ_E_NONE);
    assert_true(done);
    assert_false(scene->result.replayed);
}

static void assert_refused_with(struct scene *scene, enum kq_error_code code, const char *detail)
{
    struct kq_template template = scene->template;
    struct kq_voucher voucher = scene->voucher;
    assert_false(decide(scene));
    assert_int_equal(scene->error.code, code);
    assert_string_equal(scene->error.detail, detail);
    assert_memory_equal(&scene->template, &template, sizeof(template));
    assert_memory_equal(&scene->voucher, &voucher, sizeof(voucher));
}

static void assert_refused(struct scene *scene, enum kq_error_code code)
{
    assert_refused_with(scene, code, "");
}

static void assert_status(const struct scene *scene, enum kq_voucher_status status)
{
    assert_int_equal(kq_voucher_status_at(&scene->voucher, scene->now_s), status);
}

/* What the change took from and put to the sums of vouchers that can be used. */
static void assert_sums(const struct scene *scene, int64_t taken_count, int64_t taken_fen, int64_t put_count,
                        int64_t put_fen)
{
    assert_int_equal(scene->result.taken_count, taken_count);
    assert_int_equal(scene->result.taken_fen, taken_fen);
    assert_int_equal(scene->result.put_count, put_count);
    assert_int_equal(scene->result.put_fen, put_fen);
}

static void assert_counters(const struct scene *scene, int64_t used_count, int64_t used_fen,
                            int64_t recycled_count, int64_t recycled_fen)
{
    assert_int_equal(scene->template.used_count, used_count);
    assert_int_equal(scene->template.used_amount_fen, used_fen);
    assert_int_equal(scene->template.recycled_count, recycled_count);
    assert_int_equal(scene->template.recycled_amount_fen, recycled_fen);
}

static void a_use_takes_all_that_is_left(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_USE);
    scene.request.shop_id = KQ_SLICE("shop");
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_USED);
    assert_int_equal(scene.voucher.balance_fen, 0);
    assert_int_equal(scene.result.event.amount_fen, 1000);
    assert_int_equal(scene.result.event.made_s, NOW_S);
    assert_int_equal(scene.result.event.refund_number, KQ_EVENT_NONE);
    assert_true(kq_slice_equal(scene.result.event.shop_id, KQ_SLICE("shop")));
    assert_true(kq_slice_equal(scene.result.event.pid, KQ_SLICE(PID)));
    assert_sums(&scene, 1, 1000, 0, 0);
    assert_int_equal(scene.result.from_expires_s, END_S);
    assert_counters(&scene, 1, 1000, 0, 0);
}

static void parts_leave_the_rest(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_USE);
    scene.request.has_amount = true;
    scene.request.amount_fen = 400;
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_USING);
    assert_int_equal(scene.voucher.balance_fen, 600);
    assert_sums(&scene, 0, 400, 0, 0);
    assert_counters(&scene, 0, 400, 0, 0);
    scene.request.amount_fen = 601;
    assert_refused(&scene, KQ_E_VOUCHER_BALANCE_NOT_ENOUGH);
    scene.request.amount_fen = 0;
    assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "amount必须大于0");
    scene.request.amount_fen = 600;
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_USED);
    assert_sums(&scene, 1, 600, 0, 0);
    assert_counters(&scene, 1, 1000, 0, 0);
}

static void a_voucher_for_goods_has_no_parts(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_USE);
    scene.voucher.amount_fen = 0;
    scene.voucher.balance_fen = 0;
    scene.request.has_amount = true;
    scene.request.amount_fen = 1;
    assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "兑换券不能指定amount");
    scene.request.has_amount = false;
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_USED);
    assert_sums(&scene, 1, 0, 0, 0);
    assert_counters(&scene, 1, 0, 0, 0);
}

static void only_what_can_be_used_is_used(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_USE);
    scene.now_s = scene.voucher.active_s - 1;
    assert_refused(&scene, KQ_E_VOUCHER_NOT_ACTIVE);
    scene.now_s = END_S;
    assert_refused(&scene, KQ_E_VOUCHER_EXPIRED);
    scene.now_s = NOW_S;
    scene.voucher.state = KQ_VOUCHER_USED;
    assert_refused_with(&scene, KQ_E_VOUCHER_STATUS_NOT_MATCH, "券状态为USED");
    scene.voucher.state = KQ_VOUCHER_DELETED;
    assert_refused_with(&scene, KQ_E_VOUCHER_STATUS_NOT_MATCH, "券状态为DELETE");
    scene.voucher.state = KQ_VOUCHER_REFUNDED;
    assert_refused_with(&scene, KQ_E_VOUCHER_STATUS_NOT_MATCH, "券状态为REFUNDED");
    scene.voucher.state = KQ_VOUCHER_ENABLED;
    scene.now_s = END_S - 1;
    assert_done(&scene);
}

static void a_frozen_user_uses_nothing(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_USE);
    scene.user.state = KQ_USER_FROZEN;
    assert_refused(&scene, KQ_E_USER_STATUS_ERROR);
    scene.facts.user = NULL;
    assert_refused(&scene, KQ_E_USER_STATUS_ERROR);
}

static void rules_of_the_template_hold_for_a_use(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_USE);
    scene.template.rule_shops = KQ_SLICE("shop-1\nshop-2");
    scene.template.available_time =
        KQ_SLICE("[{\"day_rule\":\"1\",\"time_begin\":\"00:00:00\",\"time_end\":\"23:59:59\"}]");
    scene.template.floor_amount_fen = 10000;
    assert_refused_with(&scene, KQ_E_VOUCHER_RULE_NOT_MATCH, "不在可用门店内");
    scene.request.shop_id = KQ_SLICE("shop-2");
    assert_refused_with(&scene, KQ_E_VOUCHER_RULE_NOT_MATCH, "不在可用时段内");
    scene.template.available_time =
        KQ_SLICE("[{\"day_rule\":\"2\",\"time_begin\":\"00:00:00\",\"time_end\":\"23:59:59\"}]");
    assert_refused_with(&scene, KQ_E_VOUCHER_RULE_NOT_MATCH, "缺少order_amount，无法校验最低消费金额");
    scene.request.has_order_amount = true;
    scene.request.order_amount_fen = 9999;
    assert_refused_with(&scene, KQ_E_VOUCHER_RULE_NOT_MATCH, "未达到最低消费金额");
    scene.request.order_amount_fen = 10000;
    assert_done(&scene);
}

static void only_the_templates_own_may_leave_rules_out(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_USE);
    scene.template.rule_shops = KQ_SLICE("shop-1");
    scene.template.floor_amount_fen = 10000;
    scene.request.checks_rules = false;
    scene.request.pid = KQ_SLICE(OTHER_PID);
    assert_refused(&scene, KQ_E_VOUCHER_NOT_EXIST);
    scene.request.pid = KQ_SLICE(PARTNER_PID);
    assert_refused_with(&scene, KQ_E_VOUCHER_RULE_NOT_MATCH, "不在可用门店内");
    scene.request.pid = KQ_SLICE(PID);
    assert_done(&scene);
}

static void another_merchants_key_is_no_answer(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_USE);
    scene.facts.earlier = &scene.earlier;
    scene.request.pid = KQ_SLICE(PARTNER_PID);
    assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "out_biz_no已被其他商户用于该券");
    scene.earlier.pid = KQ_SLICE(PARTNER_PID);
    assert_true(decide(&scene));
    assert_true(scene.result.replayed);
    scene.request.pid = KQ_SLICE(PID);
    assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "out_biz_no已被其他商户用于该券");
}

static void what_is_not_the_callers_does_not_exist(void **state)
{
    (void)state;
    struct scene scene;
    for (enum kq_voucher_change_kind kind = 0; kind < KQ_CHANGE_KIND_COUNT; kind++) {
        set_scene(&scene, kind);
        set_used(&scene, 400);
        scene.facts.earlier = &scene.earlier;
        scene.request.pid = KQ_SLICE(OTHER_PID);
        assert_refused(&scene, KQ_E_VOUCHER_NOT_EXIST);
        scene.facts.template = NULL;
        scene.facts.voucher = NULL;
        assert_refused(&scene, KQ_E_VOUCHER_NOT_EXIST);
    }
    for (enum kq_voucher_change_kind kind = KQ_CHANGE_DELETE; kind <= KQ_CHANGE_DELAY; kind++) {
        set_scene(&scene, kind);
        scene.request.pid = KQ_SLICE(PARTNER_PID);
        assert_refused(&scene, KQ_E_VOUCHER_NOT_EXIST);
    }
}

static void the_voucher_is_the_users(void **state)
{
    (void)state;
    struct scene scene;
    for (enum kq_voucher_change_kind kind = 0; kind < KQ_CHANGE_KIND_COUNT; kind++) {
        set_scene(&scene, kind);
        set_used(&scene, 400);
        scene.request.user_id = KQ_SLICE("2088302001456116");
        assert_refused(&scene, KQ_E_VOUCHER_USER_NOT_MATCH);
    }
}

static void a_key_that_succeeded_has_its_answer(void **state)
{
    (void)state;
    struct scene scene;
    for (enum kq_voucher_change_kind kind = 0; kind < KQ_CHANGE_KIND_COUNT; kind++) {
        set_scene(&scene, kind);
        scene.facts.earlier = &scene.earlier;
        scene.voucher.state = KQ_VOUCHER_DELETED;
        scene.request.user_id = KQ_SLICE("2088302001456116");
        struct kq_voucher voucher = scene.voucher;
        assert_true(decide(&scene));
        assert_true(scene.result.replayed);
        assert_int_equal(scene.result.event.amount_fen, 123);
        assert_memory_equal(&scene.voucher, &voucher, sizeof(voucher));
    }
}

static void a_refund_in_time_gives_back(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_REFUND);
    set_used(&scene, 400);
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_ENABLED);
    assert_int_equal(scene.voucher.balance_fen, 1000);
    assert_int_equal(scene.result.event.amount_fen, 400);
    assert_sums(&scene, 0, 0, 0, 400);
    assert_counters(&scene, 0, 0, 0, 0);
    set_scene(&scene, KQ_CHANGE_REFUND);
    set_used(&scene, 1000);
    scene.request.pid = KQ_SLICE(PARTNER_PID);
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_ENABLED);
    assert_sums(&scene, 0, 0, 1, 1000);
    assert_counters(&scene, 0, 0, 0, 0);
}

static void one_of_two_uses_comes_back(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_REFUND);
    set_used(&scene, 1000);
    scene.use.amount_fen = 300;
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_USING);
    assert_int_equal(scene.voucher.balance_fen, 300);
    assert_sums(&scene, 0, 0, 1, 300);
    assert_counters(&scene, 0, 700, 0, 0);
}

static void a_late_refund_ends_the_voucher(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_REFUND);
    set_used(&scene, 1000);
    scene.now_s = END_S;
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_REFUNDED);
    assert_sums(&scene, 0, 0, 0, 0);
    assert_counters(&scene, 0, 0, 1, 1000);
}

/* It had 6 yuan left, which had expired; 4 come back: all 10 are recycled, and none of them has expired. */
static void a_late_refund_of_a_part_takes_the_rest_along(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_REFUND);
    set_used(&scene, 400);
    scene.now_s = END_S;
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_REFUNDED);
    assert_sums(&scene, 1, 600, 0, 0);
    assert_counters(&scene, 0, 0, 1, 1000);
}

static void a_second_late_refund_adds_to_the_first(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_REFUND);
    set_used(&scene, 400);
    scene.voucher.state = KQ_VOUCHER_REFUNDED;
    scene.template.recycled_count = 1;
    scene.template.recycled_amount_fen = 600;
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_REFUNDED);
    assert_sums(&scene, 0, 0, 0, 0);
    assert_counters(&scene, 0, 0, 1, 1000);
}

static void a_refund_needs_a_use(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_REFUND);
    assert_refused(&scene, KQ_E_REDEMPTION_NOT_EXIST);
    set_used(&scene, 400);
    scene.facts.has_several_uses = true;
    assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "该券有多笔核销，请指定use_out_biz_no");
    scene.facts.has_several_uses = false;
    scene.use.refund_number = 78;
    assert_refused(&scene, KQ_E_REDEMPTION_REFUNDED);
    scene.use.refund_number = KQ_EVENT_NONE;
    scene.voucher.state = KQ_VOUCHER_DELETED;
    assert_refused_with(&scene, KQ_E_VOUCHER_STATUS_NOT_MATCH, "券状态为DELETE");
}

static void a_deletion_recycles_what_is_left(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_DELETE);
    set_used(&scene, 400);
    assert_done(&scene);
    assert_status(&scene, KQ_STATUS_DELETE);
    assert_int_equal(scene.result.event.amount_fen, 600);
    assert_sums(&scene, 1, 600, 0, 0);
    assert_counters(&scene, 0, 400, 1, 600);
    assert_refused_with(&scene, KQ_E_VOUCHER_STATUS_NOT_MATCH, "券状态为DELETE");
}

static void only_what_is_not_over_is_deleted(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_DELETE);
    scene.now_s = END_S;
    assert_refused(&scene, KQ_E_VOUCHER_EXPIRED);
    scene.now_s = NOW_S;
    scene.voucher.state = KQ_VOUCHER_USED;
    assert_refused_with(&scene, KQ_E_VOUCHER_STATUS_NOT_MATCH, "券状态为USED");
    scene.voucher.state = KQ_VOUCHER_ENABLED;
    scene.now_s = scene.voucher.active_s - 1;
    assert_done(&scene);
}

static void a_delay_moves_the_end(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_DELAY);
    set_used(&scene, 400);
    assert_done(&scene);
    assert_int_equal(scene.voucher.expires_s, END_S + 50);
    assert_int_equal(scene.result.event.expires_s, END_S + 50);
    assert_int_equal(scene.result.event.amount_fen, 0);
    assert_int_equal(scene.result.from_expires_s, END_S);
    assert_sums(&scene, 1, 600, 1, 600);
    assert_counters(&scene, 0, 400, 0, 0);
    scene.now_s = END_S + 49;
    assert_status(&scene, KQ_STATUS_USING);
}

static void a_delay_is_later_and_in_time(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_DELAY);
    scene.request.expires_s = END_S;
    assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "expired_time必须晚于当前过期时间");
    scene.request.expires_s = KQ_TIME_MAX_S + 1;
    assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "expired_time必须晚于当前过期时间");
    scene.request.expires_s = END_S + 1;
    scene.now_s = END_S;
    assert_refused(&scene, KQ_E_VOUCHER_EXPIRED);
    scene.now_s = END_S - 1;
    assert_done(&scene);
}

static void a_voucher_is_shown_to_whom_it_concerns(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_CHANGE_USE);
    assert_true(kq_voucher_decide_show(&scene.template, KQ_SLICE(PID), &scene.error).ok);
    assert_true(kq_voucher_decide_show(&scene.template, KQ_SLICE(PARTNER_PID), &scene.error).ok);
    assert_false(kq_voucher_decide_show(&scene.template, KQ_SLICE(OTHER_PID), &scene.error).ok);
    assert_int_equal(scene.error.code, KQ_E_VOUCHER_NOT_EXIST);
    assert_false(kq_voucher_decide_show(NULL, KQ_SLICE(PID), &scene.error).ok);
    assert_int_equal(scene.error.code, KQ_E_VOUCHER_NOT_EXIST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_use_takes_all_that_is_left),
        cmocka_unit_test(parts_leave_the_rest),
        cmocka_unit_test(a_voucher_for_goods_has_no_parts),
        cmocka_unit_test(only_what_can_be_used_is_used),
        cmocka_unit_test(a_frozen_user_uses_nothing),
        cmocka_unit_test(rules_of_the_template_hold_for_a_use),
        cmocka_unit_test(only_the_templates_own_may_leave_rules_out),
        cmocka_unit_test(another_merchants_key_is_no_answer),
        cmocka_unit_test(what_is_not_the_callers_does_not_exist),
        cmocka_unit_test(the_voucher_is_the_users),
        cmocka_unit_test(a_key_that_succeeded_has_its_answer),
        cmocka_unit_test(a_refund_in_time_gives_back),
        cmocka_unit_test(one_of_two_uses_comes_back),
        cmocka_unit_test(a_late_refund_ends_the_voucher),
        cmocka_unit_test(a_late_refund_of_a_part_takes_the_rest_along),
        cmocka_unit_test(a_second_late_refund_adds_to_the_first),
        cmocka_unit_test(a_refund_needs_a_use),
        cmocka_unit_test(a_deletion_recycles_what_is_left),
        cmocka_unit_test(only_what_is_not_over_is_deleted),
        cmocka_unit_test(a_delay_moves_the_end),
        cmocka_unit_test(a_delay_is_later_and_in_time),
        cmocka_unit_test(a_voucher_is_shown_to_whom_it_concerns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
