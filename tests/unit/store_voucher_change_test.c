/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"

/* What becomes of a voucher: what every store must do with it. The decisions have their own tests; here it is
 * that they get the right rows, and that what they say is kept. */

/* A voucher of 10 yuan, of a template that asks nothing of a purchase. */
struct issued {
    struct kq_slice template_id;
    struct kq_slice voucher_id;
};

static struct issued issue_one(struct scene *scene)
{
    add_user(scene, USER);
    struct kq_template template = plain_template();
    template.floor_amount_fen = 0;
    struct issued issued = {.template_id = add_template(scene, template)};
    issued.voucher_id = issue(scene, issued.template_id, USER, "order");
    return issued;
}

static struct kq_operation new_change(struct scene *scene, const struct issued *issued,
                                      enum kq_voucher_change_kind kind, const char *key)
{
    struct kq_operation change = new_operation(scene, KQ_OP_VOUCHER_CHANGE);
    change.voucher_change.request = (struct kq_voucher_change_request){
        .kind = kind,
        .pid = KQ_SLICE(PID),
        .voucher_id = issued->voucher_id,
        .user_id = KQ_SLICE(USER),
        .out_biz_no = kq_slice_of(key),
        .checks_rules = true,
        .expires_s = NOW_S + 10 * DAY_S,
    };
    return change;
}

static struct kq_operation new_use(struct scene *scene, const struct issued *issued, const char *key,
                                   int64_t amount_fen)
{
    struct kq_operation use = new_change(scene, issued, KQ_CHANGE_USE, key);
    use.voucher_change.request.has_amount = true;
    use.voucher_change.request.amount_fen = amount_fen;
    return use;
}

static struct kq_op_voucher_get get_voucher(struct scene *scene, const struct issued *issued)
{
    struct kq_operation get = new_operation(scene, KQ_OP_VOUCHER_GET);
    get.voucher_get.voucher_id = issued->voucher_id;
    get.voucher_get.with_details = true;
    look_ok(scene, &get);
    assert_true(get.voucher_get.found);
    return get.voucher_get;
}

static void assert_bill(const struct kq_voucher_bill *bill, enum kq_voucher_change_kind kind, const char *key,
                        int64_t amount_fen)
{
    assert_int_equal(bill->event.kind, kind);
    assert_slice(bill->event.out_biz_no, key);
    assert_int_equal(bill->event.amount_fen, amount_fen);
    assert_slice(bill->event.pid, PID);
}

static void changes_are_kept_whole(void **state)
{
    struct scene *scene = *state;
    struct issued issued = issue_one(scene);
    struct kq_operation use = new_use(scene, &issued, "use", 400);
    use.voucher_change.request.shop_id = KQ_SLICE("shop");
    apply_ok(scene, &use);
    assert_int_equal(use.voucher_change.voucher.balance_fen, 600);
    assert_slice(use.voucher_change.template.template_id, issued.template_id.data);
    atomic_fetch_add(&scene->clock.now_ms, 5000);
    struct kq_operation refund = new_change(scene, &issued, KQ_CHANGE_REFUND, "refund");
    apply_ok(scene, &refund);
    struct kq_operation delay = new_change(scene, &issued, KQ_CHANGE_DELAY, "delay");
    apply_ok(scene, &delay);
    struct kq_operation delete = new_change(scene, &issued, KQ_CHANGE_DELETE, "delete");
    apply_ok(scene, &delete);
    scene_reopen(scene);
    struct kq_op_voucher_get kept = get_voucher(scene, &issued);
    assert_int_equal(kept.voucher.state, KQ_VOUCHER_DELETED);
    assert_int_equal(kept.voucher.balance_fen, 1000);
    assert_int_equal(kept.voucher.expires_s, NOW_S + 10 * DAY_S);
    assert_int_equal(kept.bill_count, 4);
    assert_bill(&kept.bills[0], KQ_CHANGE_USE, "use", 400);
    assert_slice(kept.bills[0].event.shop_id, "shop");
    assert_int_equal(kept.bills[0].event.made_s, NOW_S);
    assert_int_equal(kept.bills[0].event.refund_number, kept.bills[1].event.number);
    assert_bill(&kept.bills[1], KQ_CHANGE_REFUND, "refund", 400);
    assert_int_equal(kept.bills[1].event.made_s, NOW_S + 5);
    assert_int_equal(kept.bills[1].event.refund_number, KQ_EVENT_NONE);
    assert_bill(&kept.bills[2], KQ_CHANGE_DELAY, "delay", 0);
    assert_int_equal(kept.bills[2].event.expires_s, NOW_S + 10 * DAY_S);
    assert_bill(&kept.bills[3], KQ_CHANGE_DELETE, "delete", 1000);
    assert_int_equal(kept.template.used_count, 0);
    assert_int_equal(kept.template.used_amount_fen, 0);
    assert_int_equal(kept.template.recycled_count, 1);
    assert_int_equal(kept.template.recycled_amount_fen, 1000);
}

static void a_bill_names_its_merchant(void **state)
{
    struct scene *scene = *state;
    struct issued issued = issue_one(scene);
    struct kq_operation merchant = new_operation(scene, KQ_OP_MERCHANT_CREATE);
    merchant.merchant_create.merchant =
        (struct kq_merchant){.pid = KQ_SLICE(PID), .name = KQ_SLICE("一家店")};
    apply_ok(scene, &merchant);
    struct kq_operation use = new_use(scene, &issued, "use", 400);
    apply_ok(scene, &use);
    assert_slice(get_voucher(scene, &issued).bills[0].merchant_name, "一家店");
}

static void a_key_is_one_business_of_its_kind(void **state)
{
    struct scene *scene = *state;
    struct issued issued = issue_one(scene);
    struct kq_operation first = new_use(scene, &issued, "key", 400);
    struct kq_operation again = new_use(scene, &issued, "key", 1);
    struct kq_operation refund = new_change(scene, &issued, KQ_CHANGE_REFUND, "key");
    apply_ok(scene, &first);
    apply_ok(scene, &again);
    assert_true(again.voucher_change.result.replayed);
    assert_int_equal(again.voucher_change.result.event.amount_fen, 400);
    assert_int_equal(again.voucher_change.result.event.number, first.voucher_change.result.event.number);
    apply_ok(scene, &refund);
    assert_false(refund.voucher_change.result.replayed);
    apply_ok(scene, &refund);
    assert_true(refund.voucher_change.result.replayed);
    assert_int_equal(get_voucher(scene, &issued).bill_count, 2);
}

static void refusals_change_nothing(void **state)
{
    struct scene *scene = *state;
    struct issued issued = issue_one(scene);
    struct kq_operation too_much = new_use(scene, &issued, "use", 1001);
    assert_refused(scene, &too_much, KQ_E_VOUCHER_BALANCE_NOT_ENOUGH);
    struct kq_operation refund = new_change(scene, &issued, KQ_CHANGE_REFUND, "refund");
    assert_refused(scene, &refund, KQ_E_REDEMPTION_NOT_EXIST);
    struct kq_operation unknown = new_use(scene, &issued, "use", 1);
    unknown.voucher_change.request.voucher_id = KQ_SLICE("20160906000730020020002U8CBS");
    assert_refused(scene, &unknown, KQ_E_VOUCHER_NOT_EXIST);
    unknown.voucher_change.request.voucher_id = KQ_SLICE("1");
    assert_refused(scene, &unknown, KQ_E_VOUCHER_NOT_EXIST);
    struct kq_operation stranger = new_use(scene, &issued, "use", 1);
    stranger.voucher_change.request.pid = KQ_SLICE(OTHER_PID);
    assert_refused(scene, &stranger, KQ_E_VOUCHER_NOT_EXIST);
    struct kq_operation freeze = new_operation(scene, KQ_OP_USER_SET_STATE);
    freeze.user_set_state.user_id = KQ_SLICE(USER);
    freeze.user_set_state.state = KQ_USER_FROZEN;
    apply_ok(scene, &freeze);
    struct kq_operation frozen = new_use(scene, &issued, "use", 1);
    assert_refused(scene, &frozen, KQ_E_USER_STATUS_ERROR);
}

static void a_refund_finds_the_open_use(void **state)
{
    struct scene *scene = *state;
    struct issued issued = issue_one(scene);
    struct kq_operation first = new_use(scene, &issued, "use-1", 100);
    struct kq_operation second = new_use(scene, &issued, "use-2", 200);
    apply_ok(scene, &first);
    apply_ok(scene, &second);
    struct kq_operation refund = new_change(scene, &issued, KQ_CHANGE_REFUND, "refund-1");
    assert_refused(scene, &refund, KQ_E_INVALID_PARAMETER);
    refund.voucher_change.request.use_biz_no = KQ_SLICE("use-3");
    assert_refused(scene, &refund, KQ_E_REDEMPTION_NOT_EXIST);
    refund.voucher_change.request.use_biz_no = KQ_SLICE("use-2");
    apply_ok(scene, &refund);
    assert_int_equal(refund.voucher_change.result.event.amount_fen, 200);
    struct kq_operation rest = new_change(scene, &issued, KQ_CHANGE_REFUND, "refund-2");
    rest.voucher_change.request.use_biz_no = KQ_SLICE("use-2");
    assert_refused(scene, &rest, KQ_E_REDEMPTION_REFUNDED);
    rest.voucher_change.request.use_biz_no = KQ_SLICE_EMPTY;
    apply_ok(scene, &rest);
    assert_int_equal(rest.voucher_change.result.event.amount_fen, 100);
    assert_int_equal(get_voucher(scene, &issued).voucher.balance_fen, 1000);
}

static void an_issue_and_its_use_can_share_a_batch(void **state)
{
    struct scene *scene = *state;
    struct issued issued = issue_one(scene);
    struct kq_operation operations[64];
    for (size_t i = 0; i < KQ_COUNT(operations); i++) {
        operations[i] = i % 2 == 0 ? new_issue(scene, issued.template_id, USER, numbered(scene, "more", i))
                                   : new_use(scene, &issued, numbered(scene, "use", i), 10);
    }
    assert_true(kq_store_apply(scene->store, operations, KQ_COUNT(operations), NULL).ok);
    struct kq_op_voucher_get kept = get_voucher(scene, &issued);
    assert_int_equal(kept.voucher.balance_fen, 1000 - 32 * 10);
    assert_int_equal(kept.template.issued_count, 33);
    assert_int_equal(kept.template.used_amount_fen, 32 * 10);
}

#define CALLERS 64

struct race {
    struct scene *scene;
    struct kq_arena arenas[CALLERS];
    struct kq_operation operations[CALLERS];
};

static void call(void *context, size_t number)
{
    struct race *race = context;
    KQ_IGNORE(kq_store_apply(race->scene->store, &race->operations[number], 1, NULL));
}

/* 64 at once want 1 yuan each of the 10 that there are. */
static void nobody_uses_what_is_not_there(void **state)
{
    struct scene *scene = *state;
    struct issued issued = issue_one(scene);
    struct race *race = calloc(1, sizeof(*race));
    race->scene = scene;
    for (size_t i = 0; i < CALLERS; i++) {
        race->operations[i] = new_use(scene, &issued, numbered(scene, "use", i), 100);
        race->operations[i].arena = &race->arenas[i];
    }
    run_threads(CALLERS, call, race);
    size_t used = 0;
    for (size_t i = 0; i < CALLERS; i++) {
        enum kq_error_code code = race->operations[i].error.code;
        used += code == KQ_E_NONE ? 1 : 0;
        assert_true(code == KQ_E_NONE || code == KQ_E_VOUCHER_STATUS_NOT_MATCH);
        kq_arena_free(&race->arenas[i]);
    }
    free(race);
    assert_int_equal(used, 10);
    struct kq_op_voucher_get kept = get_voucher(scene, &issued);
    assert_int_equal(kept.voucher.state, KQ_VOUCHER_USED);
    assert_int_equal(kept.bill_count, 10);
    assert_int_equal(kept.template.used_count, 1);
    assert_int_equal(kept.template.used_amount_fen, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(changes_are_kept_whole),
        SCENE_TEST(a_bill_names_its_merchant),
        SCENE_TEST(a_key_is_one_business_of_its_kind),
        SCENE_TEST(refusals_change_nothing),
        SCENE_TEST(a_refund_finds_the_open_use),
        SCENE_TEST(an_issue_and_its_use_can_share_a_batch),
        SCENE_TEST(nobody_uses_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
