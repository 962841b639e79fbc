/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include <stdlib.h>

#include "base/macros.h"

/* Many issues in one operation: what every store must do with them. */

#define MANY 7

static const struct kq_error earlier_refusal = {.code = KQ_E_INTERNAL};

static struct kq_issue_item new_item(struct kq_slice template_id, const char *user_id, const char *out_biz_no)
{
    return (struct kq_issue_item){
        .request = {.pid = KQ_SLICE(PID),
                    .template_id = template_id,
                    .out_biz_no = kq_slice_of(out_biz_no),
                    .recipient = {KQ_RECIPIENT_USER_ID, kq_slice_of(user_id)}},
        .refusal = &earlier_refusal, /* Of an earlier use. */
    };
}

static enum kq_error_code code_of(const struct kq_issue_item *item)
{
    return item->refusal == NULL ? KQ_E_NONE : item->refusal->code;
}

static struct kq_operation new_issue_many(struct scene *scene, struct kq_issue_item *items, size_t count)
{
    struct kq_operation many = new_operation(scene, KQ_OP_ISSUE_MANY);
    many.issue_many.items = items;
    many.issue_many.count = count;
    return many;
}

static void assert_codes(const struct kq_issue_item *items, const enum kq_error_code *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(kq_error_name(code_of(&items[i])), kq_error_name(expected[i]));
    }
}

static void each_has_an_outcome_of_its_own(void **state)
{
    static const enum kq_error_code expected[MANY] = {
        KQ_E_NONE, KQ_E_USER_NOT_EXIST, KQ_E_TEMPLATE_NOT_EXIST,       KQ_E_INVALID_PARAMETER,
        KQ_E_NONE, KQ_E_NONE,           KQ_E_TEMPLATE_STOCK_NOT_ENOUGH};
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template limited = plain_template();
    limited.quantity = 2;
    struct kq_slice template_id = add_template(scene, limited);
    struct kq_issue_item items[MANY] = {
        new_item(template_id, USER, "1"),
        new_item(template_id, OTHER_USER, "2"),
        new_item(KQ_SLICE("20140601000730010040000000EB"), USER, "3"),
        new_item(template_id, USER, "4"),
        new_item(template_id, USER, "5"),
        new_item(template_id, USER, "1"),
        new_item(template_id, USER, "6"),
    };
    items[3].request.has_amount = true;
    struct kq_operation many = new_issue_many(scene, items, MANY);
    apply_ok(scene, &many);
    assert_codes(items, expected, MANY);
    assert_false(items[0].result.replayed);
    assert_false(items[4].result.replayed);
    assert_true(items[5].result.replayed);
    assert_true(kq_slice_equal(items[5].result.voucher.voucher_id, items[0].result.voucher.voucher_id));
    struct kq_op_voucher_list list = list_vouchers(scene, template_id, USER);
    assert_int_equal(list.count, 2);
    assert_true(kq_slice_equal(list.items[0].voucher_id, items[0].result.voucher.voucher_id));
    assert_true(kq_slice_equal(list.items[1].voucher_id, items[4].result.voucher.voucher_id));
    assert_int_equal(get_template(scene, template_id).issued_count, 2);
    assert_int_equal(get_template(scene, template_id).issued_amount_fen, 2000);
}

static void a_repeated_operation_is_replayed_whole(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_issue_item first[MANY];
    struct kq_issue_item second[MANY];
    for (size_t i = 0; i < MANY; i++) {
        first[i] = second[i] = new_item(template_id, USER, numbered(scene, "order", i));
    }
    struct kq_operation many = new_issue_many(scene, first, MANY);
    apply_ok(scene, &many);
    struct kq_slice before = dump(scene);
    scene_reopen(scene);
    many = new_issue_many(scene, second, MANY);
    apply_ok(scene, &many);
    assert_slice(dump(scene), before.data);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(code_of(&second[i]), KQ_E_NONE);
        assert_true(second[i].result.replayed);
        assert_slice(second[i].result.voucher.voucher_id, first[i].result.voucher_id_text);
        assert_slice(second[i].result.voucher.user_id, USER);
        assert_int_equal(second[i].result.voucher.amount_fen, 1000);
        assert_int_equal(second[i].result.voucher.balance_fen, 1000);
        assert_int_equal(second[i].result.voucher.active_s, NOW_S);
        assert_int_equal(second[i].result.voucher.expires_s, NOW_S + DAY_S);
    }
}

/* New ones and replays in turn, and replays that would be refused if they were new. */
static void replays_and_new_ones_may_mix(void **state)
{
    enum { COUNT = 20 };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template limited = plain_template();
    limited.quantity = COUNT / 2;
    struct kq_slice template_id = add_template(scene, limited);
    struct kq_issue_item items[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        items[i] = new_item(template_id, i % 2 == 0 ? USER : OTHER_USER, numbered(scene, "order", i / 2));
    }
    struct kq_operation many = new_issue_many(scene, items, COUNT);
    apply_ok(scene, &many);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(code_of(&items[i]), KQ_E_NONE);
        assert_int_equal(items[i].result.replayed, i % 2 == 1);
        assert_slice(items[i].result.voucher.user_id, USER);
        assert_slice(items[i].result.voucher.voucher_id, items[i / 2 * 2].result.voucher_id_text);
        assert_slice(items[i].result.voucher.template_id, template_id.data);
    }
    assert_int_equal(get_template(scene, template_id).issued_count, COUNT / 2);
    assert_int_equal(list_vouchers(scene, template_id, USER).count, COUNT / 2);
}

static void templates_may_mix(void **state)
{
    enum { TEMPLATES = 40, ROUNDS = 3 };
    struct scene *scene = *state;
    add_user(scene, USER);
    add_user(scene, OTHER_USER);
    struct kq_slice template_ids[TEMPLATES];
    struct kq_issue_item items[TEMPLATES * ROUNDS];
    for (size_t i = 0; i < TEMPLATES; i++) {
        struct kq_template template = plain_template();
        template.limit_per_user = 2;
        template_ids[i] = add_template(scene, template);
    }
    for (size_t i = 0; i < KQ_COUNT(items); i++) {
        items[i] = new_item(template_ids[i % TEMPLATES], USER, numbered(scene, "order", i / TEMPLATES));
    }
    struct kq_operation many = new_issue_many(scene, items, KQ_COUNT(items));
    apply_ok(scene, &many);
    for (size_t i = 0; i < KQ_COUNT(items); i++) {
        enum kq_error_code expected = i < TEMPLATES * 2 ? KQ_E_NONE : KQ_E_USER_LIMIT_EXCEEDED;
        assert_string_equal(kq_error_name(code_of(&items[i])), kq_error_name(expected));
    }
    for (size_t i = 0; i < TEMPLATES; i++) {
        assert_int_equal(get_template(scene, template_ids[i]).issued_count, 2);
        assert_int_equal(list_vouchers(scene, template_ids[i], USER).count, 2);
    }
    assert_int_equal(list_vouchers(scene, KQ_SLICE_EMPTY, OTHER_USER).count, 0);
}

/* What other operations of the same go see. */
static void it_stands_in_a_row_with_others(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_issue_item first[] = {new_item(template_id, USER, "1"), new_item(template_id, USER, "2")};
    struct kq_issue_item second[] = {new_item(template_id, USER, "3"), new_item(template_id, USER, "1")};
    struct kq_operation operations[] = {
        new_issue_many(scene, first, KQ_COUNT(first)),
        new_issue(scene, template_id, USER, "2"),
        new_operation(scene, KQ_OP_TEMPLATE_MOVE),
        new_issue_many(scene, second, KQ_COUNT(second)),
    };
    operations[2].template_move.template_id = template_id;
    operations[2].template_move.to = KQ_TEMPLATE_DELETED;
    assert_true(kq_store_apply(scene->store, operations, KQ_COUNT(operations), NULL).ok);
    assert_true(operations[1].issue.result.replayed);
    assert_int_equal(operations[2].template_move.template.issued_count, 2);
    assert_int_equal(code_of(&second[0]), KQ_E_TEMPLATE_STATUS_NOT_MATCH);
    assert_int_equal(code_of(&second[1]), KQ_E_NONE);
    assert_true(second[1].result.replayed);
}

static void more_than_any_batch_is_one_operation(void **state)
{
    enum { COUNT = 20000 };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_issue_item *items = calloc(COUNT, sizeof(*items));
    for (size_t i = 0; i < COUNT; i++) {
        items[i] = new_item(template_id, USER, numbered(scene, "order", i));
    }
    struct kq_operation operations[] = {new_issue(scene, template_id, USER, "before"),
                                        new_issue_many(scene, items, COUNT),
                                        new_issue(scene, template_id, USER, "after")};
    assert_true(kq_store_apply(scene->store, operations, KQ_COUNT(operations), NULL).ok);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(code_of(&items[i]), KQ_E_NONE);
    }
    free(items);
    assert_int_equal(get_template(scene, template_id).issued_count, COUNT + 2);
}

static void none_is_fine(void **state)
{
    struct scene *scene = *state;
    struct kq_operation many = new_issue_many(scene, NULL, 0);
    apply_ok(scene, &many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(each_has_an_outcome_of_its_own),
        SCENE_TEST(a_repeated_operation_is_replayed_whole),
        SCENE_TEST(replays_and_new_ones_may_mix),
        SCENE_TEST(templates_may_mix),
        SCENE_TEST(it_stands_in_a_row_with_others),
        SCENE_TEST(more_than_any_batch_is_one_operation),
        SCENE_TEST(none_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
