/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include "base/macros.h"

/* What a merchant does with templates: any store. */

#define DIGEST "0123456789abcdef0123456789abcdef"
#define OTHER_DIGEST "fedcba9876543210fedcba9876543210"

static struct kq_operation new_create(struct scene *scene, const char *out_biz_no, const char *digest)
{
    struct kq_operation create = new_operation(scene, KQ_OP_TEMPLATE_CREATE);
    create.template_create.template = plain_template();
    create.template_create.out_biz_no = kq_slice_of(out_biz_no);
    create.template_create.request_digest = kq_slice_of(digest);
    return create;
}

static void terms_are_kept_whole(void **state)
{
    struct scene *scene = *state;
    struct kq_template wanted = plain_template();
    wanted.kind = KQ_TEMPLATE_CASH_FIX;
    wanted.app_id = KQ_SLICE("2014072300007148");
    wanted.available_time =
        KQ_SLICE("[{\"day_rule\":\"1\",\"time_begin\":\"09:00:00\",\"time_end\":\"22:00:00\"}]");
    wanted.rule_pids = KQ_SLICE("2088102146225136\n2088102146225137");
    wanted.rule_shops = KQ_SLICE("1\n2");
    wanted.notify_uri = KQ_SLICE("https://example.com/notify");
    wanted.extension_info = KQ_SLICE("{}");
    wanted.fund_account = KQ_SLICE("pay@example.com");
    wanted.redirect_uri = KQ_SLICE("https://example.com/paid");
    wanted.use_scene = KQ_SLICE("ALIPAY_COMMON");
    wanted.use_type = KQ_SLICE("H5");
    wanted.slogan = KQ_SLICE("开业");
    struct kq_template kept = get_template(scene, add_template(scene, wanted));
    assert_slice(kept.app_id, "2014072300007148");
    assert_slice(kept.available_time, wanted.available_time.data);
    assert_slice(kept.rule_pids, "2088102146225136\n2088102146225137");
    assert_slice(kept.rule_shops, "1\n2");
    assert_slice(kept.notify_uri, "https://example.com/notify");
    assert_slice(kept.extension_info, "{}");
    assert_slice(kept.fund_account, "pay@example.com");
    assert_int_equal(kept.fund_order_no.size, KQ_ID_SIZE);
    assert_slice(kept.redirect_uri, "https://example.com/paid");
    assert_slice(kept.use_scene, "ALIPAY_COMMON");
    assert_slice(kept.use_type, "H5");
    assert_slice(kept.slogan, "开业");
}

static void a_key_makes_one_template(void **state)
{
    struct scene *scene = *state;
    struct kq_operation first = new_create(scene, "1", DIGEST);
    first.template_create.template.kind = KQ_TEMPLATE_CASH_FIX;
    apply_ok(scene, &first);
    assert_false(first.template_create.replayed);
    struct kq_slice before = dump(scene);
    scene_reopen(scene);
    struct kq_operation again = new_create(scene, "1", DIGEST);
    apply_ok(scene, &again);
    assert_true(again.template_create.replayed);
    struct kq_template *made = &first.template_create.template;
    struct kq_template *told = &again.template_create.template;
    assert_true(kq_slice_equal(told->template_id, made->template_id));
    assert_true(kq_slice_equal(told->fund_order_no, made->fund_order_no));
    assert_int_equal(told->kind, KQ_TEMPLATE_CASH_FIX);
    assert_slice(dump(scene), before.data);
}

static void a_key_is_for_one_request(void **state)
{
    struct scene *scene = *state;
    struct kq_operation first = new_create(scene, "1", DIGEST);
    apply_ok(scene, &first);
    struct kq_operation another = new_create(scene, "1", OTHER_DIGEST);
    assert_refused(scene, &another, KQ_E_INVALID_PARAMETER);
}

static void keys_are_a_merchants_own(void **state)
{
    struct scene *scene = *state;
    struct kq_operation first = new_create(scene, "1", DIGEST);
    struct kq_operation second = new_create(scene, "1", OTHER_DIGEST);
    second.template_create.template.pid = KQ_SLICE(OTHER_PID);
    apply_ok(scene, &first);
    apply_ok(scene, &second);
    assert_false(second.template_create.replayed);
}

static void without_a_key_each_is_another(void **state)
{
    struct scene *scene = *state;
    struct kq_operation first = new_create(scene, "", "");
    struct kq_operation second = new_create(scene, "", "");
    apply_ok(scene, &first);
    apply_ok(scene, &second);
    assert_false(kq_slice_equal(first.template_create.template.template_id,
                                second.template_create.template.template_id));
}

static struct kq_operation new_change(struct scene *scene, struct kq_slice template_id,
                                      const char *out_biz_no, int64_t end_s)
{
    struct kq_operation change = new_operation(scene, KQ_OP_TEMPLATE_CHANGE);
    change.template_change.change = (struct kq_template_change){
        .pid = KQ_SLICE(PID),
        .template_id = template_id,
        .out_biz_no = kq_slice_of(out_biz_no),
        .has_publish_end = true,
        .publish_end_s = end_s,
    };
    return change;
}

static void a_change_is_kept_with_all_the_rest(void **state)
{
    struct scene *scene = *state;
    struct kq_template wanted = plain_template();
    wanted.kind = KQ_TEMPLATE_CASH_FIX;
    struct kq_slice template_id = add_template(scene, wanted);
    struct kq_template before = get_template(scene, template_id);
    struct kq_operation operation = new_change(scene, template_id, "1", NOW_S + DAY_S);
    struct kq_template_change *change = &operation.template_change.change;
    change->of_cash_backed = true;
    change->has_publish_start = true;
    change->publish_start_s = NOW_S - DAY_S;
    change->has_valid_period = true;
    change->valid_period =
        (struct kq_valid_period){.type = KQ_PERIOD_ABSOLUTE, .start_s = NOW_S, .end_s = NOW_S + 2 * DAY_S};
    change->slogan = KQ_SLICE("开业");
    apply_ok(scene, &operation);
    scene_reopen(scene);
    struct kq_template after = get_template(scene, template_id);
    assert_int_equal(after.publish_start_s, NOW_S - DAY_S);
    assert_int_equal(after.publish_end_s, NOW_S + DAY_S);
    assert_int_equal(after.valid_period.type, KQ_PERIOD_ABSOLUTE);
    assert_int_equal(after.valid_period.start_s, NOW_S);
    assert_int_equal(after.valid_period.end_s, NOW_S + 2 * DAY_S);
    assert_slice(after.slogan, "开业");
    assert_int_equal(after.state, before.state);
    assert_int_equal(after.amount_fen, before.amount_fen);
    assert_true(kq_slice_equal(after.fund_order_no, before.fund_order_no));
}

static void rules_that_are_added_are_kept(void **state)
{
    struct scene *scene = *state;
    struct kq_template wanted = plain_template();
    wanted.rule_shops = KQ_SLICE("1");
    struct kq_slice template_id = add_template(scene, wanted);
    struct kq_operation operation = new_change(scene, template_id, "1", wanted.publish_end_s);
    operation.template_change.change.added =
        (struct kq_redeem_rules){.pids = KQ_SLICE(OTHER_PID), .shops = KQ_SLICE("2")};
    apply_ok(scene, &operation);
    assert_slice(operation.template_change.template.rule_shops, "1\n2");
    struct kq_template kept = get_template(scene, template_id);
    assert_slice(kept.rule_pids, OTHER_PID);
    assert_slice(kept.rule_shops, "1\n2");
}

static void a_key_changes_once(void **state)
{
    struct scene *scene = *state;
    struct kq_template wanted = plain_template();
    struct kq_slice template_id = add_template(scene, wanted);
    struct kq_operation first = new_change(scene, template_id, "1", wanted.publish_end_s + 1);
    apply_ok(scene, &first);
    assert_false(first.template_change.replayed);
    struct kq_operation again = new_change(scene, template_id, "1", wanted.publish_end_s + 2);
    apply_ok(scene, &again);
    assert_true(again.template_change.replayed);
    assert_int_equal(again.template_change.template.publish_end_s, wanted.publish_end_s + 1);
    assert_int_equal(get_template(scene, template_id).publish_end_s, wanted.publish_end_s + 1);
    struct kq_slice other_id = add_template(scene, wanted);
    struct kq_operation other = new_change(scene, other_id, "1", wanted.publish_end_s + 2);
    apply_ok(scene, &other);
    assert_false(other.template_change.replayed);
}

static void a_refused_change_takes_no_key(void **state)
{
    struct scene *scene = *state;
    struct kq_template wanted = plain_template();
    struct kq_slice template_id = add_template(scene, wanted);
    struct kq_operation earlier = new_change(scene, template_id, "1", wanted.publish_end_s - 1);
    assert_refused(scene, &earlier, KQ_E_INVALID_PARAMETER);
    struct kq_operation later = new_change(scene, template_id, "1", wanted.publish_end_s + 1);
    apply_ok(scene, &later);
    assert_false(later.template_change.replayed);
    struct kq_operation unknown = new_change(scene, KQ_SLICE("1"), "1", NOW_S);
    assert_refused(scene, &unknown, KQ_E_TEMPLATE_NOT_EXIST);
}

/* Whoever keeps templates in memory keeps the changed one, also beside counters that are not written yet. */
static void issues_of_the_same_commit_see_a_change(void **state)
{
    struct scene *scene = *state;
    struct kq_template wanted = plain_template();
    wanted.publish_end_s = NOW_S + 10;
    struct kq_slice template_id = add_template(scene, wanted);
    add_user(scene, USER);
    struct kq_operation operations[] = {
        new_issue(scene, template_id, USER, "1"),
        new_change(scene, template_id, "1", NOW_S + 20),
        new_issue(scene, template_id, USER, "2"),
    };
    assert_true(kq_store_apply(scene->store, operations, KQ_COUNT(operations), NULL).ok);
    atomic_store(&scene->clock.now_ms, (NOW_S + 19) * 1000);
    (void)issue(scene, template_id, USER, "3");
    struct kq_template kept = get_template(scene, template_id);
    assert_int_equal(kept.issued_count, 3);
    assert_int_equal(kept.publish_end_s, NOW_S + 20);
    atomic_store(&scene->clock.now_ms, (NOW_S + 20) * 1000);
    struct kq_operation late = new_issue(scene, template_id, USER, "4");
    assert_refused(scene, &late, KQ_E_TEMPLATE_EXPIRED);
}

static struct kq_operation new_delete(struct scene *scene, struct kq_slice template_id, const char *pid)
{
    struct kq_operation delete = new_operation(scene, KQ_OP_TEMPLATE_MOVE);
    delete.template_move = (struct kq_op_template_move){
        .template_id = template_id, .pid = kq_slice_of(pid), .to = KQ_TEMPLATE_DELETED};
    return delete;
}

static void a_merchant_deletes_his_own(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation others = new_delete(scene, template_id, OTHER_PID);
    assert_refused(scene, &others, KQ_E_TEMPLATE_NOT_EXIST);
    struct kq_operation unknown = new_delete(scene, KQ_SLICE("1"), PID);
    assert_refused(scene, &unknown, KQ_E_TEMPLATE_NOT_EXIST);
    struct kq_operation own = new_delete(scene, template_id, PID);
    apply_ok(scene, &own);
    assert_true(own.template_move.changed);
    assert_int_equal(get_template(scene, template_id).state, KQ_TEMPLATE_DELETED);
    apply_ok(scene, &own);
    assert_false(own.template_move.changed);
}

static void what_has_expired_is_not_deleted(void **state)
{
    struct scene *scene = *state;
    struct kq_template wanted = plain_template();
    wanted.publish_end_s = NOW_S;
    struct kq_operation delete = new_delete(scene, add_template(scene, wanted), PID);
    assert_refused(scene, &delete, KQ_E_TEMPLATE_NOT_CHANGEABLE);
}

static struct kq_expired expired_at(struct scene *scene, struct kq_slice template_id, int64_t now_s)
{
    struct kq_operation get = new_operation(scene, KQ_OP_TEMPLATE_GET);
    get.template_get.template_id = template_id;
    get.template_get.now_s = now_s;
    look_ok(scene, &get);
    return get.template_get.expired;
}

static void vouchers_expire_at_their_second(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = add_template(scene, red_packet(100000));
    add_user(scene, USER);
    for (int64_t second = 0; second < 3; second++) {
        atomic_store(&scene->clock.now_ms, (NOW_S + second) * 1000);
        struct kq_operation issue =
            new_red_packet(scene, template_id, USER, numbered(scene, "key", (size_t)second), 100 + second);
        apply_ok(scene, &issue);
    }
    static const struct {
        int64_t after_s;
        int64_t count;
        int64_t amount_fen;
    } rows[] = {{-1, 0, 0}, {0, 1, 100}, {1, 2, 201}, {2, 3, 303}, {DAY_S, 3, 303}};
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_expired expired = expired_at(scene, template_id, NOW_S + DAY_S + rows[i].after_s);
        assert_int_equal(expired.count, rows[i].count);
        assert_int_equal(expired.amount_fen, rows[i].amount_fen);
    }
}

static struct kq_op_template_page page_of(struct scene *scene, int64_t from_s, int64_t to_s, int64_t number,
                                          int64_t size)
{
    struct kq_operation page = new_operation(scene, KQ_OP_TEMPLATE_PAGE);
    page.template_page = (struct kq_op_template_page){
        .pid = KQ_SLICE(PID),
        .created_from_s = from_s,
        .created_to_s = to_s,
        .page_number = number,
        .page_size = size,
    };
    look_ok(scene, &page);
    return page.template_page;
}

static void a_merchants_templates_come_newest_first_by_pages(void **state)
{
    struct scene *scene = *state;
    struct kq_template others = plain_template();
    others.pid = KQ_SLICE(OTHER_PID);
    (void)add_template(scene, others);
    struct kq_slice made[5];
    for (size_t i = 0; i < KQ_COUNT(made); i++) {
        atomic_store(&scene->clock.now_ms, (NOW_S + (int64_t)i / 2) * 1000); /* two a second */
        made[i] = add_template(scene, plain_template());
    }
    for (int64_t number = 1; number <= 4; number++) {
        struct kq_op_template_page page = page_of(scene, NOW_S, NOW_S + 2, number, 2);
        size_t before = (size_t)(number - 1) * 2;
        assert_int_equal(page.total_count, 5);
        assert_int_equal(page.count, before >= 5 ? 0 : before == 4 ? 1 : 2);
        for (size_t i = 0; i < page.count; i++) {
            assert_true(kq_slice_equal(page.items[i].template_id, made[4 - before - i]));
        }
    }
}

static void both_ends_of_the_range_are_in_it(void **state)
{
    struct scene *scene = *state;
    (void)add_template(scene, plain_template());
    assert_int_equal(page_of(scene, NOW_S, NOW_S, 1, 30).count, 1);
    assert_int_equal(page_of(scene, NOW_S - 5, NOW_S, 1, 30).count, 1);
    assert_int_equal(page_of(scene, NOW_S - 5, NOW_S - 1, 1, 30).count, 0);
    assert_int_equal(page_of(scene, NOW_S + 1, NOW_S + 5, 1, 30).total_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(terms_are_kept_whole),
        SCENE_TEST(a_key_makes_one_template),
        SCENE_TEST(a_key_is_for_one_request),
        SCENE_TEST(keys_are_a_merchants_own),
        SCENE_TEST(without_a_key_each_is_another),
        SCENE_TEST(a_change_is_kept_with_all_the_rest),
        SCENE_TEST(rules_that_are_added_are_kept),
        SCENE_TEST(a_key_changes_once),
        SCENE_TEST(a_refused_change_takes_no_key),
        SCENE_TEST(issues_of_the_same_commit_see_a_change),
        SCENE_TEST(a_merchant_deletes_his_own),
        SCENE_TEST(what_has_expired_is_not_deleted),
        SCENE_TEST(vouchers_expire_at_their_second),
        SCENE_TEST(a_merchants_templates_come_newest_first_by_pages),
        SCENE_TEST(both_ends_of_the_range_are_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
