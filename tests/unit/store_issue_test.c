/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

/* Templates and issuing: what every store must do with them. The decisions have their own tests; here it is
 * that they get the right rows, and that what they say is kept. */

static void a_template_is_kept_whole(void **state)
{
    struct scene *scene = *state;
    struct kq_template wanted = plain_template();
    wanted.name = KQ_SLICE("十元券");
    wanted.quantity = 7;
    wanted.limit_per_user = 3;
    wanted.limit_per_user_day = 2;
    struct kq_slice id = add_template(scene, wanted);
    assert_int_equal(id.size, KQ_ID_SIZE);
    scene_reopen(scene);
    struct kq_template kept = get_template(scene, id);
    assert_slice(kept.pid, PID);
    assert_int_equal(kept.kind, KQ_TEMPLATE_CASHLESS_FIX);
    assert_int_equal(kept.state, KQ_TEMPLATE_EFFECTIVE);
    assert_slice(kept.name, "十元券");
    assert_slice(kept.brand_name, "一家店");
    assert_int_equal(kept.amount_fen, 1000);
    assert_int_equal(kept.floor_amount_fen, 10000);
    assert_int_equal(kept.quantity, 7);
    assert_int_equal(kept.total_amount_fen, KQ_UNLIMITED);
    assert_int_equal(kept.publish_start_s, wanted.publish_start_s);
    assert_int_equal(kept.publish_end_s, wanted.publish_end_s);
    assert_int_equal(kept.valid_period.type, KQ_PERIOD_RELATIVE);
    assert_int_equal(kept.valid_period.duration, 1);
    assert_int_equal(kept.valid_period.unit, KQ_UNIT_DAY);
    assert_int_equal(kept.limit_per_user, 3);
    assert_int_equal(kept.limit_per_user_day, 2);
    assert_slice(kept.description, "不找零");
    assert_int_equal(kept.created_s, NOW_S);
    assert_int_equal(kept.activated_s, NOW_S);
    assert_int_equal(kept.issued_count, 0);
}

static void an_absolute_period_is_kept(void **state)
{
    struct scene *scene = *state;
    struct kq_template wanted = red_packet(12345);
    wanted.valid_period =
        (struct kq_valid_period){.type = KQ_PERIOD_ABSOLUTE, .start_s = NOW_S - 5, .end_s = NOW_S + 10};
    struct kq_template kept = get_template(scene, add_template(scene, wanted));
    assert_int_equal(kept.valid_period.type, KQ_PERIOD_ABSOLUTE);
    assert_int_equal(kept.valid_period.start_s, NOW_S - 5);
    assert_int_equal(kept.valid_period.end_s, NOW_S + 10);
    assert_int_equal(kept.total_amount_fen, 12345);
    assert_int_equal(kept.quantity, KQ_UNLIMITED);
}

static void a_bad_template_is_refused(void **state)
{
    struct scene *scene = *state;
    struct kq_operation create = new_operation(scene, KQ_OP_TEMPLATE_CREATE);
    create.template_create.template = plain_template();
    create.template_create.template.amount_fen = 0;
    assert_refused(scene, &create, KQ_E_BAD_INPUT);
}

static void templates_are_listed_by_merchant(void **state)
{
    struct scene *scene = *state;
    struct kq_template others = plain_template();
    others.pid = KQ_SLICE(OTHER_PID);
    struct kq_slice first = add_template(scene, plain_template());
    struct kq_slice second = add_template(scene, others);
    struct kq_operation list = new_operation(scene, KQ_OP_TEMPLATE_LIST);
    look_ok(scene, &list);
    assert_int_equal(list.template_list.count, 2);
    assert_slice(list.template_list.items[0].template_id, first.data);
    list.template_list.pid = KQ_SLICE(OTHER_PID);
    look_ok(scene, &list);
    assert_int_equal(list.template_list.count, 1);
    assert_slice(list.template_list.items[0].template_id, second.data);
    list.template_list.page.after = second;
    look_ok(scene, &list);
    assert_int_equal(list.template_list.count, 0);
    struct kq_operation get = new_operation(scene, KQ_OP_TEMPLATE_GET);
    get.template_get.template_id = KQ_SLICE("20140601000730010040000000EB");
    look_ok(scene, &get);
    assert_false(get.template_get.found);
}

static struct kq_operation new_move(struct scene *scene, struct kq_slice template_id,
                                    enum kq_template_state to)
{
    struct kq_operation move = new_operation(scene, KQ_OP_TEMPLATE_MOVE);
    move.template_move.template_id = template_id;
    move.template_move.to = to;
    return move;
}

static void a_template_is_activated_and_deleted(void **state)
{
    struct scene *scene = *state;
    struct kq_operation create = new_operation(scene, KQ_OP_TEMPLATE_CREATE);
    create.template_create.template = plain_template();
    create.template_create.as_draft = true;
    apply_ok(scene, &create);
    struct kq_slice id = create.template_create.template.template_id;
    assert_int_equal(get_template(scene, id).state, KQ_TEMPLATE_DRAFT);
    assert_int_equal(get_template(scene, id).activated_s, 0);
    atomic_fetch_add(&scene->clock.now_ms, 5000);
    struct kq_operation move = new_move(scene, id, KQ_TEMPLATE_EFFECTIVE);
    apply_ok(scene, &move);
    assert_true(move.template_move.changed);
    assert_int_equal(move.template_move.template.state, KQ_TEMPLATE_EFFECTIVE);
    assert_slice(move.template_move.template.template_id, id.data);
    assert_slice(move.template_move.template.brand_name, "一家店");
    assert_int_equal(get_template(scene, id).activated_s, NOW_S + 5);
    apply_ok(scene, &move);
    assert_false(move.template_move.changed);
    struct kq_operation delete = new_move(scene, id, KQ_TEMPLATE_DELETED);
    apply_ok(scene, &delete);
    assert_refused(scene, &move, KQ_E_ILLEGAL_STATE);
    assert_int_equal(get_template(scene, id).state, KQ_TEMPLATE_DELETED);
    struct kq_operation unknown = new_move(scene, KQ_SLICE("1"), KQ_TEMPLATE_DELETED);
    assert_refused(scene, &unknown, KQ_E_NOT_FOUND);
}

static void an_issued_voucher_is_kept_whole(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation issue = new_issue(scene, template_id, USER, "2016122814164328aadaee_1aee_4");
    issue.issue.request.memo = KQ_SLICE("优酷3个月兑换券");
    apply_ok(scene, &issue);
    assert_false(issue.issue.result.replayed);
    assert_slice(issue.issue.result.voucher.user_id, USER);
    struct kq_slice id = issue.issue.result.voucher.voucher_id;
    assert_int_equal(id.size, KQ_ID_SIZE);
    scene_reopen(scene);
    struct kq_operation get = new_operation(scene, KQ_OP_VOUCHER_GET);
    get.voucher_get.voucher_id = id;
    look_ok(scene, &get);
    assert_true(get.voucher_get.found);
    const struct kq_voucher *kept = &get.voucher_get.voucher;
    assert_slice(kept->template_id, template_id.data);
    assert_slice(kept->user_id, USER);
    assert_slice(kept->out_biz_no, "2016122814164328aadaee_1aee_4");
    assert_slice(kept->memo, "优酷3个月兑换券");
    assert_int_equal(kept->amount_fen, 1000);
    assert_int_equal(kept->balance_fen, 1000);
    assert_int_equal(kept->issued_s, NOW_S);
    assert_int_equal(kept->active_s, NOW_S);
    assert_int_equal(kept->expires_s, NOW_S + DAY_S);
    assert_int_equal(kept->state, KQ_VOUCHER_ENABLED);
    struct kq_template template = get_template(scene, template_id);
    assert_int_equal(template.issued_count, 1);
    assert_int_equal(template.issued_amount_fen, 1000);
}

static void an_unknown_voucher_is_not_found(void **state)
{
    struct scene *scene = *state;
    struct kq_operation get = new_operation(scene, KQ_OP_VOUCHER_GET);
    get.voucher_get.voucher_id = KQ_SLICE("20160906000730020020002U8CBS");
    look_ok(scene, &get);
    assert_false(get.voucher_get.found);
}

/* One character of it is another: whatever that character says, it is another voucher's id, or none. */
static void only_its_own_id_finds_a_voucher(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice id = issue(scene, add_template(scene, plain_template()), USER, "1");
    for (size_t i = 0; i < KQ_ID_SIZE; i++) {
        char text[KQ_ID_TEXT_SIZE];
        memcpy(text, id.data, KQ_ID_TEXT_SIZE);
        for (char other = '0'; other <= 'z'; other++) {
            text[i] = other;
            struct kq_operation get = new_operation(scene, KQ_OP_VOUCHER_GET);
            get.voucher_get.voucher_id = KQ_SLICE(text);
            look_ok(scene, &get);
            assert_int_equal(get.voucher_get.found, other == id.data[i]);
        }
    }
}

static void a_text_that_is_no_users_id_finds_nobody(void **state)
{
    static const char *const texts[] = {"",
                                        "0" USER,
                                        " " USER,
                                        USER " ",
                                        USER "0",
                                        "+" USER,
                                        "208830200145611",
                                        "2088302001456115.0",
                                        "2.088302001456115e15",
                                        "-1",
                                        "1088302001456115"};
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    issue(scene, template_id, USER, "1");
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        struct kq_operation get = new_operation(scene, KQ_OP_USER_GET);
        get.user_get.recipient = (struct kq_recipient){KQ_RECIPIENT_USER_ID, kq_slice_of(texts[i])};
        look_ok(scene, &get);
        assert_false(get.user_get.found);
        struct kq_operation issue = new_issue(scene, template_id, texts[i], "2");
        assert_refused(scene, &issue, KQ_E_USER_NOT_EXIST);
        if (texts[i][0] != '\0') {
            assert_int_equal(list_vouchers(scene, template_id, texts[i]).count, 0);
        }
    }
}

static void the_recipient_is_found_by_each_name(void **state)
{
    struct scene *scene = *state;
    struct kq_slice login = KQ_SLICE("13196215350");
    struct kq_operation create = new_operation(scene, KQ_OP_USER_CREATE);
    create.user_create.user = (struct kq_user){.user_id = KQ_SLICE(USER),
                                               .taobao_nick = KQ_SLICE("yue54333"),
                                               .login_ids = &login,
                                               .login_id_count = 1};
    apply_ok(scene, &create);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation by_login = new_issue(scene, template_id, "", "1");
    by_login.issue.request.recipient = (struct kq_recipient){KQ_RECIPIENT_LOGIN_ID, login};
    apply_ok(scene, &by_login);
    assert_slice(by_login.issue.result.voucher.user_id, USER);
    struct kq_operation by_nick = new_issue(scene, template_id, "", "2");
    by_nick.issue.request.recipient = (struct kq_recipient){KQ_RECIPIENT_TAOBAO_NICK, KQ_SLICE("yue54333")};
    apply_ok(scene, &by_nick);
    assert_slice(by_nick.issue.result.voucher.user_id, USER);
    struct kq_operation unknown = new_issue(scene, template_id, "", "3");
    unknown.issue.request.recipient = (struct kq_recipient){KQ_RECIPIENT_LOGIN_ID, KQ_SLICE("yue54333")};
    assert_refused(scene, &unknown, KQ_E_USER_NOT_EXIST);
}

static void the_first_success_is_replayed(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    add_user(scene, OTHER_USER);
    struct kq_template one = plain_template();
    one.quantity = 1;
    struct kq_slice template_id = add_template(scene, one);
    struct kq_slice first = issue(scene, template_id, USER, "1");
    struct kq_operation delete = new_move(scene, template_id, KQ_TEMPLATE_DELETED);
    apply_ok(scene, &delete);
    struct kq_slice before = dump(scene);
    scene_reopen(scene);
    atomic_fetch_add(&scene->clock.now_ms, 1000 * DAY_S * 1000);
    struct kq_operation again = new_red_packet(scene, template_id, OTHER_USER, "1", 5);
    apply_ok(scene, &again);
    assert_true(again.issue.result.replayed);
    assert_slice(again.issue.result.voucher.voucher_id, first.data);
    assert_slice(again.issue.result.voucher.user_id, USER);
    assert_slice(again.issue.result.voucher.template_id, template_id.data);
    assert_int_equal(again.issue.result.voucher.amount_fen, 1000);
    assert_slice(dump(scene), before.data);
}

static void a_key_belongs_to_its_template(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice first = add_template(scene, plain_template());
    struct kq_slice second = add_template(scene, plain_template());
    issue(scene, first, USER, "1");
    issue(scene, second, USER, "1");
    assert_int_equal(list_vouchers(scene, KQ_SLICE_EMPTY, USER).count, 2);
}

static void a_refused_issue_is_not_remembered(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation issue = new_issue(scene, template_id, USER, "1");
    assert_refused(scene, &issue, KQ_E_USER_NOT_EXIST);
    add_user(scene, USER);
    apply_ok(scene, &issue);
    assert_false(issue.issue.result.replayed);
}

static void each_refusal_changes_nothing(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template one = plain_template();
    one.quantity = 1;
    struct kq_slice template_id = add_template(scene, one);
    struct kq_operation unknown = new_issue(scene, KQ_SLICE("20140601000730010040000000EB"), USER, "1");
    assert_refused(scene, &unknown, KQ_E_TEMPLATE_NOT_EXIST);
    struct kq_operation foreign = new_issue(scene, template_id, USER, "1");
    foreign.issue.request.pid = KQ_SLICE(OTHER_PID);
    assert_refused(scene, &foreign, KQ_E_TEMPLATE_NOT_EXIST);
    struct kq_operation amount = new_red_packet(scene, template_id, USER, "1", 5);
    assert_refused(scene, &amount, KQ_E_INVALID_PARAMETER);
    issue(scene, template_id, USER, "1");
    struct kq_operation second = new_issue(scene, template_id, USER, "2");
    assert_refused(scene, &second, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
    atomic_store(&scene->clock.now_ms, one.publish_end_s * 1000);
    assert_refused(scene, &second, KQ_E_TEMPLATE_EXPIRED);
    atomic_store(&scene->clock.now_ms, one.publish_start_s * 1000 - 1);
    assert_refused(scene, &second, KQ_E_TEMPLATE_STATUS_NOT_MATCH);
}

static void a_frozen_user_gets_nothing(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation set = new_operation(scene, KQ_OP_USER_SET_STATE);
    set.user_set_state.user_id = KQ_SLICE(USER);
    set.user_set_state.state = KQ_USER_FROZEN;
    apply_ok(scene, &set);
    struct kq_operation issue = new_issue(scene, template_id, USER, "1");
    assert_refused(scene, &issue, KQ_E_USER_STATUS_ERROR);
}

static void a_budget_is_spent_to_the_fen(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, red_packet(1000));
    struct kq_operation most = new_red_packet(scene, template_id, USER, "1", 998);
    apply_ok(scene, &most);
    struct kq_operation too_much = new_red_packet(scene, template_id, USER, "2", 3);
    assert_refused(scene, &too_much, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
    struct kq_operation rest = new_red_packet(scene, template_id, USER, "3", 2);
    apply_ok(scene, &rest);
    assert_int_equal(get_template(scene, template_id).issued_amount_fen, 1000);
}

static void a_limit_holds_for_ever(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    add_user(scene, OTHER_USER);
    struct kq_template limited = plain_template();
    limited.limit_per_user = 2;
    struct kq_slice template_id = add_template(scene, limited);
    struct kq_slice other_template = add_template(scene, plain_template());
    issue(scene, other_template, USER, "1");
    issue(scene, template_id, USER, "1");
    atomic_fetch_add(&scene->clock.now_ms, 3 * DAY_S * 1000);
    issue(scene, template_id, USER, "2");
    atomic_fetch_add(&scene->clock.now_ms, 3 * DAY_S * 1000);
    struct kq_operation third = new_issue(scene, template_id, USER, "3");
    assert_refused(scene, &third, KQ_E_USER_LIMIT_EXCEEDED);
    issue(scene, template_id, OTHER_USER, "3");
    issue(scene, other_template, USER, "3");
}

static void a_limit_of_a_day_ends_at_midnight_in_beijing(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template limited = plain_template();
    limited.limit_per_user_day = 1;
    struct kq_slice template_id = add_template(scene, limited);
    issue(scene, template_id, USER, "1");
    struct kq_operation second = new_issue(scene, template_id, USER, "2");
    atomic_fetch_add(&scene->clock.now_ms, 12 * 3600 * 1000 - 1); /* 23:59:59.999 */
    assert_refused(scene, &second, KQ_E_USER_LIMIT_EXCEEDED);
    atomic_fetch_add(&scene->clock.now_ms, 1);
    apply_ok(scene, &second);
    struct kq_operation third = new_issue(scene, template_id, USER, "3");
    assert_refused(scene, &third, KQ_E_USER_LIMIT_EXCEEDED);
}

/* A clock that was put back: what was issued on the day after is not of today. */
static void a_limit_of_a_day_counts_no_later_day(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template limited = plain_template();
    limited.limit_per_user_day = 1;
    struct kq_slice template_id = add_template(scene, limited);
    atomic_fetch_add(&scene->clock.now_ms, DAY_S * 1000);
    issue(scene, template_id, USER, "1");
    atomic_fetch_sub(&scene->clock.now_ms, DAY_S * 1000);
    issue(scene, template_id, USER, "2");
    struct kq_operation third = new_issue(scene, template_id, USER, "3");
    assert_refused(scene, &third, KQ_E_USER_LIMIT_EXCEEDED);
}

/* All in one batch, or in few: either way each must see those before it. */
static void operations_of_one_go_see_each_other(void **state)
{
    struct scene *scene = *state;
    struct kq_template limited = plain_template();
    limited.limit_per_user = 1;
    limited.quantity = 2;
    struct kq_slice template_id = add_template(scene, limited);
    struct kq_operation operations[] = {
        new_operation(scene, KQ_OP_USER_CREATE),        new_operation(scene, KQ_OP_USER_CREATE),
        new_issue(scene, template_id, USER, "1"),       new_issue(scene, template_id, USER, "1"),
        new_issue(scene, template_id, USER, "2"),       new_issue(scene, template_id, OTHER_USER, "3"),
        new_issue(scene, template_id, OTHER_USER, "4"), new_move(scene, template_id, KQ_TEMPLATE_DELETED),
        new_issue(scene, template_id, OTHER_USER, "5"),
    };
    operations[0].user_create.user.user_id = KQ_SLICE(USER);
    operations[1].user_create.user.user_id = KQ_SLICE(OTHER_USER);
    static const enum kq_error_code expected[] = {
        KQ_E_NONE,
        KQ_E_NONE,
        KQ_E_NONE,
        KQ_E_NONE,
        KQ_E_USER_LIMIT_EXCEEDED,
        KQ_E_NONE,
        KQ_E_TEMPLATE_STOCK_NOT_ENOUGH,
        KQ_E_NONE,
        KQ_E_TEMPLATE_STATUS_NOT_MATCH,
    };
    struct kq_error error = {0};
    assert_false(kq_store_apply(scene->store, operations, KQ_COUNT(operations), &error).ok);
    assert_int_equal(error.code, KQ_E_USER_LIMIT_EXCEEDED);
    for (size_t i = 0; i < KQ_COUNT(operations); i++) {
        assert_string_equal(kq_error_name(operations[i].error.code), kq_error_name(expected[i]));
    }
    assert_true(operations[3].issue.result.replayed);
    assert_slice(operations[3].issue.result.voucher.user_id, USER);
    assert_int_equal(operations[7].template_move.template.issued_count, 2);
    struct kq_template template = get_template(scene, template_id);
    assert_int_equal(template.issued_count, 2);
    assert_int_equal(template.state, KQ_TEMPLATE_DELETED);
    assert_int_equal(list_vouchers(scene, template_id, "").count, 2);
}

static void more_than_a_batch_is_applied(void **state)
{
    enum { COUNT = 2500 };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation *operations = calloc(COUNT, sizeof(*operations));
    for (size_t i = 0; i < COUNT; i++) {
        operations[i] = new_issue(scene, template_id, USER, numbered(scene, "order", i));
    }
    struct kq_error error = {0};
    assert_true(kq_store_apply(scene->store, operations, COUNT, &error).ok);
    free(operations);
    assert_int_equal(list_vouchers(scene, template_id, USER).count, COUNT);
    assert_int_equal(get_template(scene, template_id).issued_count, COUNT);
}

static void nothing_is_applied(void **state)
{
    struct scene *scene = *state;
    struct kq_error error = {0};
    assert_true(kq_store_apply(scene->store, NULL, 0, &error).ok);
}

static void vouchers_are_listed_oldest_first(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    add_user(scene, OTHER_USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_slice other_template = add_template(scene, plain_template());
    struct kq_slice ids[3];
    for (size_t i = 0; i < KQ_COUNT(ids); i++) {
        ids[i] = issue(scene, template_id, USER, numbered(scene, "order", i));
        issue(scene, other_template, USER, numbered(scene, "order", i));
        issue(scene, template_id, OTHER_USER, numbered(scene, "other", i));
        atomic_fetch_add(&scene->clock.now_ms, 1000);
    }
    struct kq_op_voucher_list list = list_vouchers(scene, template_id, USER);
    assert_int_equal(list.count, KQ_COUNT(ids));
    for (size_t i = 0; i < KQ_COUNT(ids); i++) {
        assert_slice(list.items[i].voucher_id, ids[i].data);
        assert_int_equal(list.items[i].issued_s, NOW_S + (int64_t)i);
    }
    assert_int_equal(list_vouchers(scene, KQ_SLICE_EMPTY, USER).count, 6);
    assert_int_equal(list_vouchers(scene, template_id, "").count, 6);
    assert_int_equal(list_vouchers(scene, KQ_SLICE_EMPTY, "").count, 9);
    assert_int_equal(list_vouchers(scene, template_id, "2088302001456117").count, 0);
}

static void vouchers_are_listed_in_pages(void **state)
{
    enum { COUNT = 5 };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    for (size_t i = 0; i < COUNT; i++) {
        issue(scene, template_id, USER, numbered(scene, "order", i));
    }
    struct kq_op_voucher_list all = list_vouchers(scene, template_id, USER);
    static const char *const users[] = {USER, ""};
    for (size_t i = 0; i < KQ_COUNT(users); i++) {
        struct kq_operation page = new_operation(scene, KQ_OP_VOUCHER_LIST);
        page.voucher_list.template_id = template_id;
        page.voucher_list.user_id = kq_slice_of(users[i]);
        page.voucher_list.page.limit = 2;
        for (size_t seen = 0; seen < COUNT; seen += page.voucher_list.count) {
            look_ok(scene, &page);
            assert_int_equal(page.voucher_list.count, COUNT - seen < 2 ? COUNT - seen : 2);
            assert_slice(page.voucher_list.items[0].voucher_id, all.items[seen].voucher_id.data);
            page.voucher_list.page.after = page.voucher_list.items[page.voucher_list.count - 1].voucher_id;
        }
    }
}

static void a_list_comes_with_its_template(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    issue(scene, template_id, USER, "1");
    struct kq_operation list = new_operation(scene, KQ_OP_VOUCHER_LIST);
    list.voucher_list.template_id = template_id;
    list.voucher_list.user_id = KQ_SLICE(USER);
    list.voucher_list.with_template = true;
    look_ok(scene, &list);
    assert_true(list.voucher_list.template_found);
    assert_slice(list.voucher_list.template.pid, PID);
    assert_int_equal(list.voucher_list.template.issued_count, 1);
    assert_int_equal(list.voucher_list.count, 1);
    list.voucher_list.template_id = KQ_SLICE("1");
    look_ok(scene, &list);
    assert_false(list.voucher_list.template_found);
    assert_int_equal(list.voucher_list.count, 0);
}

static void ids_increase_though_the_clock_goes_back(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_slice before = issue(scene, template_id, USER, "1");
    for (size_t i = 0; i < 10; i++) {
        atomic_fetch_sub(&scene->clock.now_ms, 60000);
        scene_reopen(scene);
        struct kq_slice next = issue(scene, template_id, USER, numbered(scene, "order", i));
        assert_true(kq_slice_compare(before, next) < 0);
        before = next;
    }
    static const char *const users[] = {USER, ""};
    for (size_t i = 0; i < KQ_COUNT(users); i++) {
        struct kq_op_voucher_list list = list_vouchers(scene, template_id, users[i]);
        assert_int_equal(list.count, 11);
        for (size_t k = 1; k < list.count; k++) {
            assert_true(kq_slice_compare(list.items[k - 1].voucher_id, list.items[k].voucher_id) < 0);
            assert_true(list.items[k].issued_s < list.items[k - 1].issued_s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_template_is_kept_whole),
        SCENE_TEST(an_absolute_period_is_kept),
        SCENE_TEST(a_bad_template_is_refused),
        SCENE_TEST(templates_are_listed_by_merchant),
        SCENE_TEST(a_template_is_activated_and_deleted),
        SCENE_TEST(an_issued_voucher_is_kept_whole),
        SCENE_TEST(an_unknown_voucher_is_not_found),
        SCENE_TEST(only_its_own_id_finds_a_voucher),
        SCENE_TEST(a_text_that_is_no_users_id_finds_nobody),
        SCENE_TEST(the_recipient_is_found_by_each_name),
        SCENE_TEST(the_first_success_is_replayed),
        SCENE_TEST(a_key_belongs_to_its_template),
        SCENE_TEST(a_refused_issue_is_not_remembered),
        SCENE_TEST(each_refusal_changes_nothing),
        SCENE_TEST(a_frozen_user_gets_nothing),
        SCENE_TEST(a_budget_is_spent_to_the_fen),
        SCENE_TEST(a_limit_holds_for_ever),
        SCENE_TEST(a_limit_of_a_day_ends_at_midnight_in_beijing),
        SCENE_TEST(a_limit_of_a_day_counts_no_later_day),
        SCENE_TEST(operations_of_one_go_see_each_other),
        SCENE_TEST(more_than_a_batch_is_applied),
        SCENE_TEST(nothing_is_applied),
        SCENE_TEST(vouchers_are_listed_oldest_first),
        SCENE_TEST(vouchers_are_listed_in_pages),
        SCENE_TEST(a_list_comes_with_its_template),
        SCENE_TEST(ids_increase_though_the_clock_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
