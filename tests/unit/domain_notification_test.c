/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"
#include "domain/notification.h"

#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing */
#define END_S (NOW_S + 1000)

static struct kq_voucher plain_voucher(void)
{
    return (struct kq_voucher){
        .out_biz_no = KQ_SLICE("send-1"),
        .amount_fen = 1000,
        .balance_fen = 1000,
        .issued_s = NOW_S,
        .active_s = NOW_S,
        .expires_s = END_S,
    };
}

static void an_issue_is_told(void **state)
{
    (void)state;
    struct kq_voucher voucher = plain_voucher();
    struct kq_notification told = kq_notification_of_issue(&voucher);
    assert_int_equal(told.kind, KQ_NOTIFICATION_ISSUE);
    assert_true(kq_slice_equal(told.out_biz_no, KQ_SLICE("send-1")));
    assert_int_equal(told.amount_fen, 1000);
    assert_int_equal(told.status, KQ_STATUS_ENABLED);
    assert_int_equal(told.event_s, NOW_S);
    assert_int_equal(told.expires_s, END_S);
}

static void an_issue_of_a_voucher_for_later_says_so(void **state)
{
    (void)state;
    struct kq_voucher voucher = plain_voucher();
    voucher.active_s = NOW_S + 1;
    assert_int_equal(kq_notification_of_issue(&voucher).status, KQ_STATUS_UNACTIVE);
}

static void a_change_is_told_as_it_leaves_the_voucher(void **state)
{
    static const struct {
        enum kq_voucher_change_kind change;
        enum kq_notification_kind kind;
        const char *type;
    } rows[] = {
        {KQ_CHANGE_USE, KQ_NOTIFICATION_USE, "voucher_use"},
        {KQ_CHANGE_REFUND, KQ_NOTIFICATION_REFUND, "voucher_refund"},
        {KQ_CHANGE_DELETE, KQ_NOTIFICATION_DELETE, "voucher_delete"},
        {KQ_CHANGE_DELAY, KQ_NOTIFICATION_DELAY, "voucher_delay"},
    };
    (void)state;
    struct kq_voucher voucher = plain_voucher();
    voucher.balance_fen = 600;
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        const struct kq_voucher_event event = {
            .kind = rows[i].change, .out_biz_no = KQ_SLICE("key"), .made_s = NOW_S + 5, .amount_fen = 400};
        struct kq_notification told = kq_notification_of_change(&voucher, &event);
        assert_int_equal(told.kind, rows[i].kind);
        assert_string_equal(kq_notification_type(told.kind), rows[i].type);
        assert_true(kq_slice_equal(told.out_biz_no, KQ_SLICE("key")));
        assert_int_equal(told.amount_fen, 400);
        assert_int_equal(told.status, KQ_STATUS_USING);
        assert_int_equal(told.event_s, NOW_S + 5);
        assert_int_equal(told.expires_s, END_S);
    }
}

static void an_expiry_is_told_of_its_own_second(void **state)
{
    (void)state;
    struct kq_notification told = kq_notification_of_expiry(END_S, 250);
    assert_string_equal(kq_notification_type(told.kind), "voucher_expire");
    assert_int_equal(told.out_biz_no.size, 0);
    assert_int_equal(told.amount_fen, 250);
    assert_int_equal(told.status, KQ_STATUS_EXPIRED);
    assert_int_equal(told.event_s, END_S);
    assert_int_equal(told.expires_s, END_S);
}

static void failed_tries_follow_the_schedule_and_end(void **state)
{
    static const int64_t waits_s[] = {240, 600, 600, 3600, 7200, 21600, 54000};
    (void)state;
    struct kq_notification notification = {.next_try_s = NOW_S};
    int64_t now_s = NOW_S;
    for (size_t i = 0; i < KQ_COUNT(waits_s); i++) {
        kq_notification_note_try(&notification, false, now_s);
        assert_int_equal(notification.state, KQ_NOTIFICATION_WAITING);
        assert_int_equal(notification.tries, i + 1);
        assert_int_equal(notification.last_try_s, now_s);
        assert_int_equal(notification.next_try_s, now_s + waits_s[i]);
        now_s = notification.next_try_s;
    }
    kq_notification_note_try(&notification, false, now_s);
    assert_int_equal(notification.state, KQ_NOTIFICATION_GIVEN_UP);
    assert_int_equal(notification.tries, 8);
    assert_int_equal(notification.next_try_s, KQ_NOTIFICATION_NO_TRY);
}

static void one_that_was_put_behind_another_stays_there(void **state)
{
    (void)state;
    struct kq_notification notification = {.next_try_s = KQ_NOTIFICATION_NO_TRY};
    kq_notification_note_try(&notification, false, NOW_S);
    assert_int_equal(notification.state, KQ_NOTIFICATION_WAITING);
    assert_int_equal(notification.tries, 1);
    assert_int_equal(notification.next_try_s, KQ_NOTIFICATION_NO_TRY);
}

static void a_try_that_is_taken_ends_them(void **state)
{
    (void)state;
    struct kq_notification notification = {.tries = 3, .next_try_s = NOW_S};
    kq_notification_note_try(&notification, true, NOW_S);
    assert_int_equal(notification.state, KQ_NOTIFICATION_DELIVERED);
    assert_int_equal(notification.tries, 4);
    assert_int_equal(notification.last_try_s, NOW_S);
    assert_int_equal(notification.next_try_s, KQ_NOTIFICATION_NO_TRY);
}

static void a_repeated_one_has_all_its_tries_before_it(void **state)
{
    (void)state;
    struct kq_notification notification = {.state = KQ_NOTIFICATION_GIVEN_UP, .tries = 8};
    kq_notification_repeat(&notification);
    assert_int_equal(notification.state, KQ_NOTIFICATION_WAITING);
    assert_int_equal(notification.tries, 0);
    assert_int_equal(notification.next_try_s, KQ_NOTIFICATION_NO_TRY);
}

static void what_waits_no_more_is_forgotten_in_time(void **state)
{
    static const struct {
        enum kq_notification_state state;
        int64_t days;
    } rows[] = {{KQ_NOTIFICATION_DELIVERED, 7}, {KQ_NOTIFICATION_GIVEN_UP, 30}};
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_notification notification = {.state = rows[i].state, .last_try_s = NOW_S};
        assert_false(kq_notification_is_outlived(&notification, NOW_S + rows[i].days * 86400));
        assert_true(kq_notification_is_outlived(&notification, NOW_S + rows[i].days * 86400 + 1));
    }
    struct kq_notification waiting = {.state = KQ_NOTIFICATION_WAITING};
    assert_false(kq_notification_is_outlived(&waiting, NOW_S));
}

static void states_are_read_as_they_are_written(void **state)
{
    (void)state;
    struct kq_error error = {0};
    for (unsigned i = 0; i < KQ_NOTIFICATION_STATE_COUNT; i++) {
        enum kq_notification_state read = KQ_NOTIFICATION_STATE_COUNT;
        const char *name = kq_notification_state_name((enum kq_notification_state)i);
        assert_true(kq_notification_state_parse(kq_slice_of(name), &read, &error).ok);
        assert_int_equal(read, i);
    }
    enum kq_notification_state read;
    assert_true(kq_notification_state_parse(KQ_SLICE("given_up"), &read, &error).ok);
    assert_int_equal(read, KQ_NOTIFICATION_GIVEN_UP);
    assert_false(kq_notification_state_parse(KQ_SLICE("GIVEN"), &read, &error).ok);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_issue_is_told),
        cmocka_unit_test(an_issue_of_a_voucher_for_later_says_so),
        cmocka_unit_test(a_change_is_told_as_it_leaves_the_voucher),
        cmocka_unit_test(an_expiry_is_told_of_its_own_second),
        cmocka_unit_test(failed_tries_follow_the_schedule_and_end),
        cmocka_unit_test(one_that_was_put_behind_another_stays_there),
        cmocka_unit_test(a_try_that_is_taken_ends_them),
        cmocka_unit_test(a_repeated_one_has_all_its_tries_before_it),
        cmocka_unit_test(what_waits_no_more_is_forgotten_in_time),
        cmocka_unit_test(states_are_read_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
