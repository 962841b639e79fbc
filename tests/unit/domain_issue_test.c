/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/money.h"
#include "base/time.h"
#include "domain/voucher.h"

#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing */
#define NOW_MS (NOW_S * 1000 + 123)

#define TEMPLATE_ID "20140601000730010040000000EB"
#define USER_ID "2088302001456115"
#define PID "2088102146225135"

/* One decision to be: the reference page's request, on rows that let it through. Each test spoils what it is
 * about. */
struct scene {
    struct kq_template template;
    struct kq_user user;
    struct kq_voucher earlier;
    struct kq_issue_request request;
    struct kq_issue_facts facts;
    struct kq_id_source ids;
    int64_t now_ms;
    struct kq_issue_result result;
    struct kq_error error;
};

static void set_scene(struct scene *scene, enum kq_template_kind kind)
{
    bool red_packet = kind == KQ_TEMPLATE_CASHLESS_RANDOM;
    *scene = (struct scene){
        .template = {.template_id = KQ_SLICE(TEMPLATE_ID),
                     .pid = KQ_SLICE(PID),
                     .kind = kind,
                     .state = KQ_TEMPLATE_EFFECTIVE,
                     .amount_fen = red_packet || kind == KQ_TEMPLATE_EXCHANGE ? 0 : 1000,
                     .quantity = KQ_UNLIMITED,
                     .total_amount_fen = red_packet ? 10000 : KQ_UNLIMITED,
                     .publish_start_s = NOW_S - 100,
                     .publish_end_s = NOW_S + 100,
                     .valid_period = {.type = KQ_PERIOD_RELATIVE, .duration = 1, .unit = KQ_UNIT_DAY},
                     .limit_per_user = KQ_UNLIMITED,
                     .limit_per_user_day = KQ_UNLIMITED},
        .user = {.user_id = KQ_SLICE(USER_ID)},
        .earlier = {.voucher_id = KQ_SLICE("20160906000730020020002U8CBS"),
                    .template_id = KQ_SLICE(TEMPLATE_ID),
                    .user_id = KQ_SLICE("2088000000000001"),
                    .amount_fen = 777},
        .request = {.pid = KQ_SLICE(PID),
                    .template_id = KQ_SLICE(TEMPLATE_ID),
                    .out_biz_no = KQ_SLICE("2016122814164328aadaee_1aee_4"),
                    .recipient = {KQ_RECIPIENT_USER_ID, KQ_SLICE(USER_ID)},
                    .memo = KQ_SLICE("优酷3个月兑换券"),
                    .has_amount = red_packet,
                    .amount_fen = red_packet ? 999 : 0},
        .ids = {.node = 1},
        .now_ms = NOW_MS,
    };
    scene->facts.template = &scene->template;
    scene->facts.user = &scene->user;
}

static bool decide(struct scene *scene)
{
    scene->error = (struct kq_error){0};
    return kq_issue_decide(&scene->request, &scene->facts, &scene->ids, scene->now_ms, &scene->result,
                           &scene->error)
        .ok;
}

static void assert_issued(struct scene *scene)
{
    bool issued = decide(scene);
    assert_int_equal(scene->error.code, KQ_E_NONE);
    assert_true(issued);
    assert_false(scene->result.replayed);
}

/* A refusal has its code, and changes neither counters nor ids. */
static void assert_refused_with(struct scene *scene, enum kq_error_code code, const char *detail)
{
    struct kq_template before = scene->template;
    struct kq_id_source ids_before = scene->ids;
    bool issued = decide(scene);
    assert_int_equal(scene->error.code, code);
    assert_string_equal(scene->error.detail, detail);
    assert_false(issued);
    assert_int_equal(scene->template.issued_count, before.issued_count);
    assert_int_equal(scene->template.issued_amount_fen, before.issued_amount_fen);
    assert_int_equal(scene->ids.last_ms, ids_before.last_ms);
    assert_int_equal(scene->ids.sequence, ids_before.sequence);
}

static void assert_refused(struct scene *scene, enum kq_error_code code)
{
    assert_refused_with(scene, code, "");
}

static void a_success_makes_the_whole_voucher(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    assert_issued(&scene);
    const struct kq_voucher *voucher = &scene.result.voucher;
    assert_ptr_equal(voucher->voucher_id.data, scene.result.voucher_id_text);
    assert_int_equal(voucher->voucher_id.size, KQ_ID_SIZE);
    assert_memory_equal(voucher->voucher_id.data, "2016090600073002", 16);
    assert_string_equal(scene.result.voucher_id_text + KQ_ID_SIZE - 2, "15"); /* the user's last two digits */
    assert_true(kq_slice_equal(voucher->template_id, KQ_SLICE(TEMPLATE_ID)));
    assert_true(kq_slice_equal(voucher->user_id, KQ_SLICE(USER_ID)));
    assert_true(kq_slice_equal(voucher->out_biz_no, KQ_SLICE("2016122814164328aadaee_1aee_4")));
    assert_true(kq_slice_equal(voucher->memo, KQ_SLICE("优酷3个月兑换券")));
    assert_int_equal(voucher->amount_fen, 1000);
    assert_int_equal(voucher->balance_fen, 1000);
    assert_int_equal(voucher->issued_s, NOW_S);
    assert_int_equal(voucher->active_s, NOW_S);
    assert_int_equal(voucher->expires_s, NOW_S + KQ_SECONDS_PER_DAY);
    assert_int_equal(voucher->state, KQ_VOUCHER_ENABLED);
}

static void a_success_advances_the_counters(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    assert_issued(&scene);
    assert_issued(&scene);
    assert_int_equal(scene.template.issued_count, 2);
    assert_int_equal(scene.template.issued_amount_fen, 2000);
}

static void a_login_id_or_nick_issues_to_the_user_behind_it(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.request.recipient = (struct kq_recipient){KQ_RECIPIENT_LOGIN_ID, KQ_SLICE("13196215350")};
    assert_issued(&scene);
    assert_true(kq_slice_equal(scene.result.voucher.user_id, KQ_SLICE(USER_ID)));
}

static void an_absolute_period_is_taken_over(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.template.valid_period = (struct kq_valid_period){
        .type = KQ_PERIOD_ABSOLUTE,
        .start_s = NOW_S + 500,
        .end_s = NOW_S + 900,
    };
    assert_issued(&scene);
    assert_int_equal(scene.result.voucher.active_s, NOW_S + 500);
    assert_int_equal(scene.result.voucher.expires_s, NOW_S + 900);
}

static void every_kind_has_its_amount(void **state)
{
    (void)state;
    static const int64_t amounts[KQ_TEMPLATE_KIND_COUNT] = {
        [KQ_TEMPLATE_CASHLESS_FIX] = 1000,
        [KQ_TEMPLATE_CASHLESS_RANDOM] = 999,
        [KQ_TEMPLATE_CASH_FIX] = 1000,
        [KQ_TEMPLATE_EXCHANGE] = 0,
    };
    for (int kind = 0; kind < KQ_TEMPLATE_KIND_COUNT; kind++) {
        struct scene scene;
        set_scene(&scene, (enum kq_template_kind)kind);
        assert_issued(&scene);
        assert_int_equal(scene.result.voucher.amount_fen, amounts[kind]);
        assert_int_equal(scene.result.voucher.balance_fen, amounts[kind]);
        assert_int_equal(scene.template.issued_amount_fen, amounts[kind]);
    }
}

static void no_template_does_not_exist(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.facts.template = NULL;
    assert_refused(&scene, KQ_E_TEMPLATE_NOT_EXIST);
}

static void another_merchants_template_does_not_exist(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.request.pid = KQ_SLICE("2088102146225136");
    assert_refused(&scene, KQ_E_TEMPLATE_NOT_EXIST);
}

static void assert_replayed(struct scene *scene)
{
    struct kq_template before = scene->template;
    struct kq_id_source ids_before = scene->ids;
    assert_true(decide(scene));
    assert_true(scene->result.replayed);
    assert_true(kq_slice_equal(scene->result.voucher.voucher_id, scene->earlier.voucher_id));
    assert_true(kq_slice_equal(scene->result.voucher.user_id, scene->earlier.user_id));
    assert_int_equal(scene->result.voucher.amount_fen, 777);
    assert_int_equal(scene->template.issued_count, before.issued_count);
    assert_int_equal(scene->template.issued_amount_fen, before.issued_amount_fen);
    assert_int_equal(scene->ids.sequence, ids_before.sequence);
    assert_int_equal(scene->ids.last_ms, ids_before.last_ms);
}

static void an_earlier_success_is_the_answer(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.facts.earlier = &scene.earlier;
    assert_replayed(&scene);
}

/* "Whatever else the request says, also after the template has ended or run out." */
static void an_earlier_success_is_the_answer_whatever_has_changed(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.facts.earlier = &scene.earlier;
    scene.request.has_amount = true; /* not for this kind */
    scene.request.amount_fen = 5;
    assert_replayed(&scene);
    scene.facts.user = NULL;
    assert_replayed(&scene);
    scene.template.quantity = 1;
    scene.template.issued_count = 1;
    scene.template.limit_per_user = 1;
    scene.facts.issued_to_user = 1;
    assert_replayed(&scene);
    scene.now_ms = (scene.template.publish_end_s + 1000) * 1000;
    assert_replayed(&scene);
    scene.template.state = KQ_TEMPLATE_DELETED;
    assert_replayed(&scene);
    scene.template.state = KQ_TEMPLATE_DRAFT;
    assert_replayed(&scene);
}

static void an_earlier_success_is_not_shown_to_another_merchant(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.facts.earlier = &scene.earlier;
    scene.request.pid = KQ_SLICE("2088102146225136");
    assert_refused(&scene, KQ_E_TEMPLATE_NOT_EXIST);
}

static void a_red_packet_needs_an_amount(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_RANDOM);
    scene.request.has_amount = false;
    assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "发放红包时amount不能为空");
}

static void a_red_packets_amount_is_in_range(void **state)
{
    (void)state;
    static const int64_t bad[] = {0, -1, INT64_MIN, KQ_MONEY_MAX_FEN + 1, INT64_MAX};
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_RANDOM);
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        scene.request.amount_fen = bad[i];
        assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "amount格式不正确");
    }
    scene.template.total_amount_fen = KQ_MONEY_MAX_FEN;
    scene.request.amount_fen = KQ_MONEY_MAX_FEN;
    assert_issued(&scene);
}

static void no_other_kind_takes_an_amount(void **state)
{
    (void)state;
    static const enum kq_template_kind kinds[] = {KQ_TEMPLATE_CASHLESS_FIX, KQ_TEMPLATE_CASH_FIX,
                                                  KQ_TEMPLATE_EXCHANGE};
    for (size_t i = 0; i < KQ_COUNT(kinds); i++) {
        struct scene scene;
        set_scene(&scene, kinds[i]);
        scene.request.has_amount = true;
        scene.request.amount_fen = 1000; /* even the template's own */
        assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "amount只能在发放红包时填写");
    }
}

static void a_draft_issues_nothing_whenever(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASH_FIX);
    scene.template.state = KQ_TEMPLATE_DRAFT;
    assert_refused(&scene, KQ_E_TEMPLATE_STATUS_NOT_MATCH);
    scene.now_ms = scene.template.publish_end_s * 1000;
    assert_refused(&scene, KQ_E_TEMPLATE_STATUS_NOT_MATCH);
}

static void a_deleted_template_issues_nothing(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.template.state = KQ_TEMPLATE_DELETED;
    assert_refused(&scene, KQ_E_TEMPLATE_STATUS_NOT_MATCH);
    scene.now_ms = scene.template.publish_end_s * 1000;
    assert_refused(&scene, KQ_E_TEMPLATE_STATUS_NOT_MATCH);
}

static void the_window_opens_at_its_second(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.now_ms = scene.template.publish_start_s * 1000 - 1;
    assert_refused(&scene, KQ_E_TEMPLATE_STATUS_NOT_MATCH);
    scene.now_ms = scene.template.publish_start_s * 1000;
    assert_issued(&scene);
}

static void the_window_closes_at_its_second(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.now_ms = scene.template.publish_end_s * 1000 - 1;
    assert_issued(&scene);
    scene.now_ms = scene.template.publish_end_s * 1000;
    assert_refused(&scene, KQ_E_TEMPLATE_EXPIRED);
}

static void an_unknown_user_does_not_exist(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.facts.user = NULL;
    assert_refused(&scene, KQ_E_USER_NOT_EXIST);
}

static void a_frozen_user_gets_nothing(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.user.state = KQ_USER_FROZEN;
    assert_refused(&scene, KQ_E_USER_STATUS_ERROR);
}

static void the_quantity_is_never_exceeded(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.template.quantity = 2;
    assert_issued(&scene);
    assert_issued(&scene);
    assert_refused(&scene, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
    scene.template.issued_count = 5; /* the quantity was made smaller since */
    assert_refused(&scene, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
}

static void a_budget_is_spent_to_the_fen(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_RANDOM);
    scene.template.total_amount_fen = 1000;
    scene.request.amount_fen = 999;
    assert_issued(&scene);
    scene.request.amount_fen = 2;
    assert_refused(&scene, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
    scene.request.amount_fen = 1;
    assert_issued(&scene);
    assert_int_equal(scene.template.issued_amount_fen, 1000);
    assert_refused(&scene, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
}

static void a_red_packet_has_a_quantity_too(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_RANDOM);
    scene.template.quantity = 1;
    assert_issued(&scene);
    assert_refused(&scene, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
}

static void counters_do_not_overflow(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.template.issued_amount_fen = INT64_MAX - 1000;
    assert_issued(&scene);
    assert_int_equal(scene.template.issued_amount_fen, INT64_MAX);
    assert_refused(&scene, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);

    set_scene(&scene, KQ_TEMPLATE_EXCHANGE);
    scene.template.issued_count = INT64_MAX;
    assert_refused(&scene, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
}

static void an_overdrawn_budget_stays_closed(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_RANDOM);
    scene.template.issued_amount_fen = scene.template.total_amount_fen + 1;
    scene.request.amount_fen = 1;
    assert_refused(&scene, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
}

static void a_user_gets_no_more_than_the_limit(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.template.limit_per_user = 2;
    scene.facts.issued_to_user = 1;
    assert_issued(&scene);
    scene.facts.issued_to_user = 2;
    assert_refused(&scene, KQ_E_USER_LIMIT_EXCEEDED);
    scene.facts.issued_to_user = 3;
    assert_refused(&scene, KQ_E_USER_LIMIT_EXCEEDED);
}

static void a_user_gets_no_more_than_the_days_limit(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.template.limit_per_user_day = 1;
    scene.facts.issued_to_user = 100; /* on other days */
    assert_issued(&scene);
    scene.facts.issued_to_user_today = 1;
    assert_refused(&scene, KQ_E_USER_LIMIT_EXCEEDED);
}

static void without_limits_the_counts_do_not_matter(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.facts.issued_to_user = INT64_MAX;
    scene.facts.issued_to_user_today = INT64_MAX;
    assert_issued(&scene);
}

/* Everything is wrong at first; each refusal shows once what stands before it has been put right. */
static void refusals_come_in_their_order(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.request.pid = KQ_SLICE("2088102146225136");
    scene.request.has_amount = true;
    scene.template.state = KQ_TEMPLATE_DRAFT;
    scene.template.quantity = 1;
    scene.template.issued_count = 1;
    scene.template.limit_per_user = 1;
    scene.facts.issued_to_user = 1;
    scene.facts.user = NULL;
    scene.user.state = KQ_USER_FROZEN;
    scene.now_ms = scene.template.publish_end_s * 1000;
    assert_refused(&scene, KQ_E_TEMPLATE_NOT_EXIST);
    scene.request.pid = KQ_SLICE(PID);
    assert_refused_with(&scene, KQ_E_INVALID_PARAMETER, "amount只能在发放红包时填写");
    scene.request.has_amount = false;
    assert_refused(&scene, KQ_E_TEMPLATE_STATUS_NOT_MATCH);
    scene.template.state = KQ_TEMPLATE_EFFECTIVE;
    assert_refused(&scene, KQ_E_TEMPLATE_EXPIRED);
    scene.now_ms = NOW_MS;
    assert_refused(&scene, KQ_E_USER_NOT_EXIST);
    scene.facts.user = &scene.user;
    assert_refused(&scene, KQ_E_USER_STATUS_ERROR);
    scene.user.state = KQ_USER_ACTIVE;
    assert_refused(&scene, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
    scene.template.quantity = 2;
    assert_refused(&scene, KQ_E_USER_LIMIT_EXCEEDED);
    scene.facts.issued_to_user = 0;
    assert_issued(&scene);
}

static void a_code_is_looked_at_where_the_request_has_one(void **state)
{
    (void)state;
    struct scene scene;
    struct kq_confirmation confirmation = {.template_id = KQ_SLICE(TEMPLATE_ID),
                                           .user_id = KQ_SLICE(USER_ID),
                                           .expires_s = NOW_S + 1,
                                           .is_accepted = true};
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.facts.confirmation = NULL;
    scene.request.send_code_digest = KQ_SLICE("0123456789abcdef0123456789abcdef");
    assert_refused(&scene, KQ_E_SEND_CODE_INVALID);
    scene.facts.confirmation = &confirmation;
    confirmation.expires_s = NOW_S;
    assert_refused(&scene, KQ_E_SEND_CODE_EXPIRED);
    confirmation.expires_s = NOW_S + 1;
    assert_issued(&scene);
}

/* It is the caller's own business what has become of the template and the user; a code that is not his is. */
static void a_code_comes_after_an_earlier_success_and_before_all_else(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, KQ_TEMPLATE_CASHLESS_FIX);
    scene.request.send_code_digest = KQ_SLICE("0123456789abcdef0123456789abcdef");
    scene.template.state = KQ_TEMPLATE_DELETED;
    scene.facts.user = NULL;
    assert_refused(&scene, KQ_E_SEND_CODE_INVALID);
    scene.facts.earlier = &scene.earlier;
    assert_true(decide(&scene));
    assert_true(scene.result.replayed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_success_makes_the_whole_voucher),
        cmocka_unit_test(a_success_advances_the_counters),
        cmocka_unit_test(a_login_id_or_nick_issues_to_the_user_behind_it),
        cmocka_unit_test(an_absolute_period_is_taken_over),
        cmocka_unit_test(every_kind_has_its_amount),
        cmocka_unit_test(no_template_does_not_exist),
        cmocka_unit_test(another_merchants_template_does_not_exist),
        cmocka_unit_test(an_earlier_success_is_the_answer),
        cmocka_unit_test(an_earlier_success_is_the_answer_whatever_has_changed),
        cmocka_unit_test(an_earlier_success_is_not_shown_to_another_merchant),
        cmocka_unit_test(a_code_is_looked_at_where_the_request_has_one),
        cmocka_unit_test(a_code_comes_after_an_earlier_success_and_before_all_else),
        cmocka_unit_test(a_red_packet_needs_an_amount),
        cmocka_unit_test(a_red_packets_amount_is_in_range),
        cmocka_unit_test(no_other_kind_takes_an_amount),
        cmocka_unit_test(a_draft_issues_nothing_whenever),
        cmocka_unit_test(a_deleted_template_issues_nothing),
        cmocka_unit_test(the_window_opens_at_its_second),
        cmocka_unit_test(the_window_closes_at_its_second),
        cmocka_unit_test(an_unknown_user_does_not_exist),
        cmocka_unit_test(a_frozen_user_gets_nothing),
        cmocka_unit_test(the_quantity_is_never_exceeded),
        cmocka_unit_test(a_budget_is_spent_to_the_fen),
        cmocka_unit_test(a_red_packet_has_a_quantity_too),
        cmocka_unit_test(counters_do_not_overflow),
        cmocka_unit_test(an_overdrawn_budget_stays_closed),
        cmocka_unit_test(a_user_gets_no_more_than_the_limit),
        cmocka_unit_test(a_user_gets_no_more_than_the_days_limit),
        cmocka_unit_test(without_limits_the_counts_do_not_matter),
        cmocka_unit_test(refusals_come_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
