/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include "base/macros.h"

/* What is to be told, kept with what it tells of: what every store must do with it. */

#define URI "http://127.0.0.1:1/notify"
#define MADE_BY "2014072300007148"

static void move_to(struct scene *scene, int64_t time_s)
{
    atomic_store(&scene->clock.now_ms, time_s * 1000);
}

static struct kq_slice add_telling_template(struct scene *scene)
{
    struct kq_template template = plain_template();
    template.notify_uri = KQ_SLICE(URI);
    template.app_id = KQ_SLICE(MADE_BY);
    return add_template(scene, template);
}

static struct kq_operation new_change(struct scene *scene, enum kq_voucher_change_kind kind,
                                      struct kq_slice voucher_id, const char *out_biz_no)
{
    struct kq_operation change = new_operation(scene, KQ_OP_VOUCHER_CHANGE);
    change.voucher_change.request = (struct kq_voucher_change_request){
        .kind = kind,
        .pid = KQ_SLICE(PID),
        .voucher_id = voucher_id,
        .user_id = KQ_SLICE(USER),
        .out_biz_no = kq_slice_of(out_biz_no),
    };
    return change;
}

static void use(struct scene *scene, struct kq_slice voucher_id, const char *out_biz_no, int64_t amount_fen)
{
    struct kq_operation change = new_change(scene, KQ_CHANGE_USE, voucher_id, out_biz_no);
    change.voucher_change.request.has_amount = amount_fen > 0;
    change.voucher_change.request.amount_fen = amount_fen;
    apply_ok(scene, &change);
}

static void refund(struct scene *scene, struct kq_slice voucher_id, const char *out_biz_no)
{
    struct kq_operation change = new_change(scene, KQ_CHANGE_REFUND, voucher_id, out_biz_no);
    apply_ok(scene, &change);
}

static void delay(struct scene *scene, struct kq_slice voucher_id, const char *out_biz_no, int64_t expires_s)
{
    struct kq_operation change = new_change(scene, KQ_CHANGE_DELAY, voucher_id, out_biz_no);
    change.voucher_change.request.expires_s = expires_s;
    apply_ok(scene, &change);
}

static void take_away(struct scene *scene, struct kq_slice voucher_id, const char *out_biz_no)
{
    struct kq_operation change = new_change(scene, KQ_CHANGE_DELETE, voucher_id, out_biz_no);
    apply_ok(scene, &change);
}

static size_t expire(struct scene *scene, size_t rows_max)
{
    struct kq_operation operation = new_operation(scene, KQ_OP_EXPIRE_DUE);
    operation.expire_due.rows_max = rows_max;
    apply_ok(scene, &operation);
    return operation.expire_due.count;
}

static struct kq_op_notification_list list_all(struct scene *scene)
{
    struct kq_operation list = new_operation(scene, KQ_OP_NOTIFICATION_LIST);
    look_ok(scene, &list);
    return list.notification_list;
}

static struct kq_op_notification_due look_for_due(struct scene *scene, size_t limit, size_t per_template)
{
    struct kq_operation due = new_operation(scene, KQ_OP_NOTIFICATION_DUE);
    due.notification_due = (struct kq_op_notification_due){
        .now_s = kq_store_now_s(scene->store), .limit = limit, .per_template = per_template};
    look_ok(scene, &due);
    return due.notification_due;
}

static void record(struct scene *scene, int64_t number, bool taken)
{
    const struct kq_notification_try made = {
        .number = number, .taken = taken, .result = taken ? KQ_SLICE("success") : KQ_SLICE("HTTP 500")};
    struct kq_operation operation = new_operation(scene, KQ_OP_NOTIFICATION_RECORD);
    operation.notification_record.tries = &made;
    operation.notification_record.count = 1;
    apply_ok(scene, &operation);
}

static struct kq_op_notification_repeat repeat(struct scene *scene, struct kq_op_notification_repeat asked)
{
    struct kq_operation operation = new_operation(scene, KQ_OP_NOTIFICATION_REPEAT);
    operation.notification_repeat = asked;
    apply_ok(scene, &operation);
    return operation.notification_repeat;
}

static void assert_kinds(struct scene *scene, const enum kq_notification_kind *kinds, size_t count)
{
    struct kq_op_notification_list list = list_all(scene);
    assert_int_equal(list.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(kq_notification_type(list.items[i].kind), kq_notification_type(kinds[i]));
        assert_true(i == 0 || list.items[i].number > list.items[i - 1].number);
    }
}

static void an_issue_is_kept_with_its_notification(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_telling_template(scene);
    struct kq_slice voucher_id = issue(scene, template_id, USER, "1");
    struct kq_op_notification_list list = list_all(scene);
    assert_int_equal(list.count, 1);
    const struct kq_notification *told = &list.items[0];
    assert_int_equal(told->kind, KQ_NOTIFICATION_ISSUE);
    assert_int_equal(told->state, KQ_NOTIFICATION_WAITING);
    assert_int_equal(told->notify_id.size, KQ_ID_SIZE);
    assert_slice(told->voucher_id, voucher_id.data);
    assert_slice(told->template_id, template_id.data);
    assert_slice(told->user_id, USER);
    assert_slice(told->out_biz_no, "1");
    assert_int_equal(told->amount_fen, 1000);
    assert_int_equal(told->status, KQ_STATUS_ENABLED);
    assert_int_equal(told->event_s, NOW_S);
    assert_int_equal(told->expires_s, NOW_S + DAY_S);
    assert_int_equal(told->tries, 0);
    assert_int_equal(told->next_try_s, NOW_S);
}

static void a_replay_and_a_refusal_tell_nothing(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_telling_template(scene);
    struct kq_slice voucher_id = issue(scene, template_id, USER, "1");
    issue(scene, template_id, USER, "1");
    struct kq_operation refused = new_issue(scene, template_id, OTHER_USER, "2");
    assert_int_equal(apply(scene, &refused), KQ_E_USER_NOT_EXIST);
    use(scene, voucher_id, "use", 0);
    use(scene, voucher_id, "use", 0);
    struct kq_operation again = new_change(scene, KQ_CHANGE_USE, voucher_id, "use again");
    assert_int_equal(apply(scene, &again), KQ_E_VOUCHER_STATUS_NOT_MATCH);
    static const enum kq_notification_kind kinds[] = {KQ_NOTIFICATION_ISSUE, KQ_NOTIFICATION_USE};
    assert_kinds(scene, kinds, KQ_COUNT(kinds));
}

static void a_template_without_a_uri_tells_nothing(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice voucher_id = issue(scene, add_template(scene, plain_template()), USER, "1");
    use(scene, voucher_id, "use", 400);
    move_to(scene, NOW_S + DAY_S);
    assert_int_equal(expire(scene, 10), 0);
    assert_int_equal(list_all(scene).count, 0);
    assert_int_equal(look_for_due(scene, 10, 10).next_expiry_s, KQ_NEVER_S);
}

static void every_change_is_told_in_its_order(void **state)
{
    static const enum kq_notification_kind kinds[] = {KQ_NOTIFICATION_ISSUE, KQ_NOTIFICATION_USE,
                                                      KQ_NOTIFICATION_REFUND, KQ_NOTIFICATION_DELAY,
                                                      KQ_NOTIFICATION_DELETE};
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice voucher_id = issue(scene, add_telling_template(scene), USER, "1");
    use(scene, voucher_id, "use", 400);
    refund(scene, voucher_id, "refund");
    delay(scene, voucher_id, "delay", NOW_S + 2 * DAY_S);
    take_away(scene, voucher_id, "delete");
    assert_kinds(scene, kinds, KQ_COUNT(kinds));
    struct kq_op_notification_list list = list_all(scene);
    assert_int_equal(list.items[1].amount_fen, 400);
    assert_int_equal(list.items[1].status, KQ_STATUS_USING);
    assert_slice(list.items[1].out_biz_no, "use");
    assert_int_equal(list.items[3].expires_s, NOW_S + 2 * DAY_S);
    assert_int_equal(list.items[4].amount_fen, 1000);
    assert_int_equal(list.items[4].status, KQ_STATUS_DELETE);
    for (size_t i = 1; i < list.count; i++) {
        assert_int_equal(list.items[i].next_try_s, KQ_NOTIFICATION_NO_TRY);
    }
}

static void one_of_a_voucher_is_due_at_a_time(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_telling_template(scene);
    struct kq_slice voucher_id = issue(scene, template_id, USER, "1");
    use(scene, voucher_id, "use", 400);
    refund(scene, voucher_id, "refund");
    struct kq_slice other_id = issue(scene, template_id, USER, "2");
    struct kq_op_notification_due due = look_for_due(scene, 10, 10);
    assert_int_equal(due.count, 2);
    assert_slice(due.items[0].notification.voucher_id, voucher_id.data);
    assert_slice(due.items[1].notification.voucher_id, other_id.data);
    assert_slice(due.items[0].notify_uri, URI);
    assert_slice(due.items[0].app_id, MADE_BY);
    record(scene, due.items[0].notification.number, true);
    record(scene, due.items[1].notification.number, true);
    due = look_for_due(scene, 10, 10);
    assert_int_equal(due.count, 1);
    assert_int_equal(due.items[0].notification.kind, KQ_NOTIFICATION_USE);
    record(scene, due.items[0].notification.number, false);
    due = look_for_due(scene, 10, 10);
    assert_int_equal(due.count, 0);
    assert_int_equal(due.next_try_s, NOW_S + 240);
}

static void a_given_up_one_lets_the_next_one_go(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice voucher_id = issue(scene, add_telling_template(scene), USER, "1");
    use(scene, voucher_id, "use", 400);
    int64_t first = list_all(scene).items[0].number;
    for (size_t i = 0; i <= KQ_NOTIFICATION_RETRIES; i++) {
        struct kq_op_notification_due due = look_for_due(scene, 10, 10);
        assert_int_equal(due.count, 1);
        assert_int_equal(due.items[0].notification.number, first);
        record(scene, first, false);
        int64_t next_try_s = look_for_due(scene, 10, 10).next_try_s;
        if (next_try_s != KQ_NEVER_S) {
            move_to(scene, next_try_s - 1);
            assert_int_equal(look_for_due(scene, 10, 10).count, 0);
            move_to(scene, next_try_s);
        }
    }
    struct kq_op_notification_list list = list_all(scene);
    assert_int_equal(list.items[0].state, KQ_NOTIFICATION_GIVEN_UP);
    assert_int_equal(list.items[0].tries, 8);
    assert_slice(list.items[0].last_result, "HTTP 500");
    assert_int_equal(look_for_due(scene, 10, 10).items[0].notification.kind, KQ_NOTIFICATION_USE);
}

static void templates_take_turns(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    for (int i = 0; i < 3; i++) {
        struct kq_slice template_id = add_telling_template(scene);
        for (int k = 0; k < 4; k++) {
            issue(scene, template_id, USER, numbered(scene, "key", (size_t)k));
        }
    }
    struct kq_op_notification_due due = look_for_due(scene, 4, 3);
    assert_int_equal(due.count, 4);
    assert_slice(due.items[2].notification.template_id, due.items[0].notification.template_id.data);
    assert_false(
        kq_slice_equal(due.items[3].notification.template_id, due.items[0].notification.template_id));
    struct kq_operation next = new_operation(scene, KQ_OP_NOTIFICATION_DUE);
    next.notification_due = due;
    next.notification_due.limit = 100;
    look_ok(scene, &next);
    assert_int_equal(next.notification_due.count, 9);
    assert_false(kq_slice_equal(next.notification_due.items[0].notification.template_id,
                                due.items[3].notification.template_id));
}

static void the_merchants_first_application_speaks_for_an_operators_template(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template template = plain_template();
    template.notify_uri = KQ_SLICE(URI);
    struct kq_slice template_id = add_template(scene, template);
    issue(scene, template_id, USER, "1");
    assert_int_equal(look_for_due(scene, 10, 10).items[0].app_id.size, 0);
    static const char *const app_ids[] = {"2014072300007150", "2014072300007149"};
    for (size_t i = 0; i < KQ_COUNT(app_ids); i++) {
        struct kq_operation create = new_operation(scene, KQ_OP_APPLICATION_CREATE);
        create.application_create.application.app_id = kq_slice_of(app_ids[i]);
        create.application_create.application.pid = KQ_SLICE(PID);
        apply_ok(scene, &create);
        move_to(scene, NOW_S + 1);
    }
    assert_slice(look_for_due(scene, 10, 10).items[0].app_id, app_ids[0]);
}

static void expiry_is_told_once_in_bounded_steps(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_telling_template(scene);
    for (size_t i = 0; i < 25; i++) {
        issue(scene, template_id, USER, numbered(scene, "key", i));
    }
    assert_int_equal(look_for_due(scene, 0, 0).next_expiry_s, NOW_S + DAY_S);
    move_to(scene, NOW_S + DAY_S - 1);
    assert_int_equal(expire(scene, 10), 0);
    move_to(scene, NOW_S + DAY_S);
    assert_int_equal(expire(scene, 10), 10);
    assert_int_equal(expire(scene, 10), 10);
    scene_reopen(scene);
    assert_int_equal(expire(scene, 10), 5);
    assert_int_equal(expire(scene, 10), 0);
    assert_int_equal(look_for_due(scene, 0, 0).next_expiry_s, KQ_NEVER_S);
    struct kq_op_notification_list list = list_all(scene);
    assert_int_equal(list.count, 50);
    for (size_t i = 25; i < 50; i++) {
        assert_int_equal(list.items[i].kind, KQ_NOTIFICATION_EXPIRE);
        assert_int_equal(list.items[i].amount_fen, 1000);
        assert_int_equal(list.items[i].status, KQ_STATUS_EXPIRED);
        assert_int_equal(list.items[i].event_s, NOW_S + DAY_S);
        assert_slice(list.items[i].voucher_id, list.items[i - 25].voucher_id.data);
    }
}

static void only_what_can_expire_is_awaited(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_telling_template(scene);
    struct kq_slice used = issue(scene, template_id, USER, "used");
    struct kq_slice deleted = issue(scene, template_id, USER, "deleted");
    struct kq_slice delayed = issue(scene, template_id, USER, "delayed");
    struct kq_slice back = issue(scene, template_id, USER, "back");
    struct kq_slice partly = issue(scene, template_id, USER, "partly");
    use(scene, used, "use", 0);
    take_away(scene, deleted, "delete");
    delay(scene, delayed, "delay", NOW_S + 2 * DAY_S);
    use(scene, back, "use", 0);
    refund(scene, back, "refund");
    use(scene, partly, "use", 300);
    size_t before = list_all(scene).count;
    move_to(scene, NOW_S + DAY_S);
    assert_int_equal(expire(scene, 10), 2);
    struct kq_op_notification_list list = list_all(scene);
    assert_slice(list.items[before].voucher_id, back.data);
    assert_slice(list.items[before + 1].voucher_id, partly.data);
    assert_int_equal(list.items[before + 1].amount_fen, 700);
    move_to(scene, NOW_S + 2 * DAY_S);
    assert_int_equal(expire(scene, 10), 1);
    list = list_all(scene);
    assert_slice(list.items[before + 2].voucher_id, delayed.data);
}

static void an_expiry_stands_before_a_refund_that_comes_after_it(void **state)
{
    static const enum kq_notification_kind kinds[] = {KQ_NOTIFICATION_ISSUE, KQ_NOTIFICATION_USE,
                                                      KQ_NOTIFICATION_EXPIRE, KQ_NOTIFICATION_REFUND};
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice voucher_id = issue(scene, add_telling_template(scene), USER, "1");
    use(scene, voucher_id, "use", 300);
    move_to(scene, NOW_S + DAY_S + 5);
    refund(scene, voucher_id, "refund");
    assert_int_equal(expire(scene, 10), 0);
    assert_kinds(scene, kinds, KQ_COUNT(kinds));
    struct kq_op_notification_list list = list_all(scene);
    assert_int_equal(list.items[2].amount_fen, 700);
    assert_int_equal(list.items[2].event_s, NOW_S + DAY_S);
    assert_int_equal(list.items[3].status, KQ_STATUS_REFUNDED);
    assert_int_equal(list.items[3].event_s, NOW_S + DAY_S + 5);
}

static void a_refund_after_an_expiry_that_was_told_tells_only_itself(void **state)
{
    static const enum kq_notification_kind kinds[] = {KQ_NOTIFICATION_ISSUE, KQ_NOTIFICATION_USE,
                                                      KQ_NOTIFICATION_EXPIRE, KQ_NOTIFICATION_REFUND};
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice voucher_id = issue(scene, add_telling_template(scene), USER, "1");
    use(scene, voucher_id, "use", 300);
    move_to(scene, NOW_S + DAY_S);
    assert_int_equal(expire(scene, 10), 1);
    refund(scene, voucher_id, "refund");
    assert_kinds(scene, kinds, KQ_COUNT(kinds));
}

static void one_is_repeated_by_its_id(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice voucher_id = issue(scene, add_telling_template(scene), USER, "1");
    use(scene, voucher_id, "use", 400);
    struct kq_op_notification_list list = list_all(scene);
    record(scene, list.items[0].number, true);
    record(scene, list.items[1].number, false);
    struct kq_op_notification_repeat done =
        repeat(scene, (struct kq_op_notification_repeat){.notify_id = list.items[0].notify_id});
    assert_int_equal(done.count, 1);
    assert_true(done.is_done);
    list = list_all(scene);
    assert_int_equal(list.items[0].state, KQ_NOTIFICATION_WAITING);
    assert_int_equal(list.items[0].tries, 0);
    assert_int_equal(list.items[0].next_try_s, NOW_S);
    assert_int_equal(list.items[1].next_try_s, KQ_NOTIFICATION_NO_TRY); /* It waits behind it again. */
    record(scene, list.items[0].number, true);
    assert_int_equal(list_all(scene).items[1].next_try_s, NOW_S);
}

static void one_whose_try_fails_while_an_earlier_one_is_repeated_waits_behind_it(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice voucher_id = issue(scene, add_telling_template(scene), USER, "1");
    use(scene, voucher_id, "use", 400);
    struct kq_op_notification_list list = list_all(scene);
    record(scene, list.items[0].number, true);
    repeat(scene, (struct kq_op_notification_repeat){.notify_id = list.items[0].notify_id});
    record(scene, list.items[1].number, false);
    struct kq_op_notification_due due = look_for_due(scene, 10, 10);
    assert_int_equal(due.count, 1);
    assert_int_equal(due.items[0].notification.number, list.items[0].number);
    assert_int_equal(due.next_try_s, KQ_NEVER_S);
    record(scene, list.items[0].number, true);
    assert_int_equal(list_all(scene).items[1].next_try_s, NOW_S);
}

static void one_that_waits_is_tried_at_once(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    issue(scene, add_telling_template(scene), USER, "1");
    struct kq_notification first = list_all(scene).items[0];
    record(scene, first.number, false);
    move_to(scene, NOW_S + 1);
    repeat(scene, (struct kq_op_notification_repeat){.notify_id = first.notify_id});
    assert_int_equal(list_all(scene).items[0].next_try_s, NOW_S + 1);
}

static void many_are_repeated_by_template_and_state(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice one = add_telling_template(scene);
    struct kq_slice other = add_telling_template(scene);
    issue(scene, one, USER, "1");
    issue(scene, one, USER, "2");
    issue(scene, other, USER, "1");
    struct kq_op_notification_list list = list_all(scene);
    record(scene, list.items[0].number, true);
    for (size_t i = 1; i < 3; i++) {
        for (size_t k = 0; k <= KQ_NOTIFICATION_RETRIES; k++) {
            record(scene, list.items[i].number, false);
        }
    }
    struct kq_op_notification_repeat failed_of_one = {.template_id = one, .only_given_up = true};
    assert_int_equal(repeat(scene, failed_of_one).count, 1);
    assert_int_equal(repeat(scene, (struct kq_op_notification_repeat){.template_id = one}).count, 1);
    assert_int_equal(repeat(scene, (struct kq_op_notification_repeat){.only_given_up = true}).count, 1);
    assert_int_equal(look_for_due(scene, 10, 10).count, 3);
}

static void what_is_not_there_is_not_repeated(void **state)
{
    struct scene *scene = *state;
    struct kq_operation by_id = new_operation(scene, KQ_OP_NOTIFICATION_REPEAT);
    by_id.notification_repeat.notify_id = KQ_SLICE("20160906000730060020002U8C00");
    assert_refused(scene, &by_id, KQ_E_NOT_FOUND);
    struct kq_operation by_template = new_operation(scene, KQ_OP_NOTIFICATION_REPEAT);
    by_template.notification_repeat.template_id = KQ_SLICE("20140601000730010040000000EB");
    assert_refused(scene, &by_template, KQ_E_NOT_FOUND);
}

static void only_a_notifications_own_id_names_it(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice voucher_id = issue(scene, add_telling_template(scene), USER, "1");
    struct kq_operation by_id = new_operation(scene, KQ_OP_NOTIFICATION_REPEAT);
    by_id.notification_repeat.notify_id = voucher_id; /* of the same number */
    assert_refused(scene, &by_id, KQ_E_NOT_FOUND);
}

static void an_outcome_of_one_that_waits_no_more_is_ignored(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    issue(scene, add_telling_template(scene), USER, "1");
    int64_t number = list_all(scene).items[0].number;
    record(scene, number, true);
    record(scene, number, false);
    record(scene, number + 1, true);
    struct kq_op_notification_list list = list_all(scene);
    assert_int_equal(list.items[0].state, KQ_NOTIFICATION_DELIVERED);
    assert_int_equal(list.items[0].tries, 1);
}

static size_t prune(struct scene *scene)
{
    struct kq_operation operation = new_operation(scene, KQ_OP_NOTIFICATION_PRUNE);
    apply_ok(scene, &operation);
    assert_true(operation.notification_prune.is_done);
    return operation.notification_prune.count;
}

static void old_ones_are_forgotten(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_telling_template(scene);
    issue(scene, template_id, USER, "delivered");
    issue(scene, template_id, USER, "waiting");
    record(scene, list_all(scene).items[0].number, true);
    move_to(scene, NOW_S + 7 * DAY_S);
    assert_int_equal(prune(scene), 0);
    move_to(scene, NOW_S + 7 * DAY_S + 1);
    assert_int_equal(prune(scene), 1);
    struct kq_op_notification_list list = list_all(scene);
    assert_int_equal(list.count, 1);
    assert_slice(list.items[0].out_biz_no, "waiting");
}

static void lists_are_filtered_and_paged(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice one = add_telling_template(scene);
    struct kq_slice voucher_id = issue(scene, one, USER, "1");
    issue(scene, one, USER, "2");
    issue(scene, add_telling_template(scene), USER, "1");
    use(scene, voucher_id, "use", 0);
    struct kq_op_notification_list all = list_all(scene);
    record(scene, all.items[1].number, true);
    struct kq_operation list = new_operation(scene, KQ_OP_NOTIFICATION_LIST);
    list.notification_list.voucher_id = voucher_id;
    look_ok(scene, &list);
    assert_int_equal(list.notification_list.count, 2);
    assert_int_equal(list.notification_list.items[1].kind, KQ_NOTIFICATION_USE);
    list.notification_list = (struct kq_op_notification_list){.template_id = one};
    look_ok(scene, &list);
    assert_int_equal(list.notification_list.count, 3);
    list.notification_list =
        (struct kq_op_notification_list){.has_state = true, .state = KQ_NOTIFICATION_DELIVERED};
    look_ok(scene, &list);
    assert_int_equal(list.notification_list.count, 1);
    assert_int_equal(list.notification_list.items[0].number, all.items[1].number);
    list.notification_list.state = KQ_NOTIFICATION_GIVEN_UP;
    look_ok(scene, &list);
    assert_int_equal(list.notification_list.count, 0);
    list.notification_list =
        (struct kq_op_notification_list){.page = {.after = all.items[1].notify_id, .limit = 1}};
    look_ok(scene, &list);
    assert_int_equal(list.notification_list.count, 1);
    assert_int_equal(list.notification_list.items[0].number, all.items[2].number);
    list.notification_list = (struct kq_op_notification_list){.voucher_id = KQ_SLICE("none")};
    look_ok(scene, &list);
    assert_int_equal(list.notification_list.count, 0);
}

static void the_status_counts_what_waits(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_operation status = new_operation(scene, KQ_OP_NOTIFICATION_STATUS);
    look_ok(scene, &status);
    assert_int_equal(status.notification_status.oldest_due_s, KQ_NEVER_S);
    struct kq_slice template_id = add_telling_template(scene);
    struct kq_slice voucher_id = issue(scene, template_id, USER, "1");
    move_to(scene, NOW_S + 3);
    use(scene, voucher_id, "use", 400);
    issue(scene, template_id, USER, "2");
    look_ok(scene, &status);
    assert_int_equal(status.notification_status.waiting_count, 3);
    assert_int_equal(status.notification_status.given_up_count, 0);
    assert_int_equal(status.notification_status.oldest_due_s, NOW_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_issue_is_kept_with_its_notification),
        SCENE_TEST(a_replay_and_a_refusal_tell_nothing),
        SCENE_TEST(a_template_without_a_uri_tells_nothing),
        SCENE_TEST(every_change_is_told_in_its_order),
        SCENE_TEST(one_of_a_voucher_is_due_at_a_time),
        SCENE_TEST(a_given_up_one_lets_the_next_one_go),
        SCENE_TEST(templates_take_turns),
        SCENE_TEST(the_merchants_first_application_speaks_for_an_operators_template),
        SCENE_TEST(expiry_is_told_once_in_bounded_steps),
        SCENE_TEST(only_what_can_expire_is_awaited),
        SCENE_TEST(an_expiry_stands_before_a_refund_that_comes_after_it),
        SCENE_TEST(a_refund_after_an_expiry_that_was_told_tells_only_itself),
        SCENE_TEST(one_is_repeated_by_its_id),
        SCENE_TEST(one_whose_try_fails_while_an_earlier_one_is_repeated_waits_behind_it),
        SCENE_TEST(one_that_waits_is_tried_at_once),
        SCENE_TEST(many_are_repeated_by_template_and_state),
        SCENE_TEST(what_is_not_there_is_not_repeated),
        SCENE_TEST(only_a_notifications_own_id_names_it),
        SCENE_TEST(an_outcome_of_one_that_waits_no_more_is_ignored),
        SCENE_TEST(old_ones_are_forgotten),
        SCENE_TEST(lists_are_filtered_and_paged),
        SCENE_TEST(the_status_counts_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
