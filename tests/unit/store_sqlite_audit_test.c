/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"

/* The audit: a store in which everything has happened is clean, and whatever single thing is damaged in it
 * (past the store, and past the schema's own checks) is what the audit names first. */

/* What the vouchers' keys say: how each of them ended. One more, "goods", is of a template without amounts.
 */
#define ENDS_S (NOW_S + DAY_S)
#define DELAYED_END_S (NOW_S + 3 * DAY_S)

static struct kq_operation new_change(struct scene *scene, enum kq_voucher_change_kind kind,
                                      struct kq_slice voucher_id, const char *out_biz_no)
{
    struct kq_operation operation = new_operation(scene, KQ_OP_VOUCHER_CHANGE);
    operation.voucher_change.request = (struct kq_voucher_change_request){
        .kind = kind,
        .pid = KQ_SLICE(PID),
        .voucher_id = voucher_id,
        .user_id = KQ_SLICE(USER),
        .out_biz_no = kq_slice_of(out_biz_no),
    };
    return operation;
}

static void change(struct scene *scene, enum kq_voucher_change_kind kind, struct kq_slice voucher_id,
                   const char *out_biz_no)
{
    struct kq_operation operation = new_change(scene, kind, voucher_id, out_biz_no);
    apply_ok(scene, &operation);
}

static void use_part(struct scene *scene, struct kq_slice voucher_id, const char *out_biz_no,
                     int64_t amount_fen)
{
    struct kq_operation operation = new_change(scene, KQ_CHANGE_USE, voucher_id, out_biz_no);
    operation.voucher_change.request.has_amount = true;
    operation.voucher_change.request.amount_fen = amount_fen;
    apply_ok(scene, &operation);
}

static void refund_use(struct scene *scene, struct kq_slice voucher_id, const char *use_biz_no)
{
    struct kq_operation operation = new_change(scene, KQ_CHANGE_REFUND, voucher_id, "refund");
    operation.voucher_change.request.use_biz_no = kq_slice_of(use_biz_no);
    apply_ok(scene, &operation);
}

static void delay(struct scene *scene, struct kq_slice voucher_id)
{
    struct kq_operation operation = new_change(scene, KQ_CHANGE_DELAY, voucher_id, "delay");
    operation.voucher_change.request.expires_s = DELAYED_END_S;
    apply_ok(scene, &operation);
}

static struct kq_slice add_goods(struct scene *scene)
{
    struct kq_template goods = plain_template();
    goods.kind = KQ_TEMPLATE_EXCHANGE;
    goods.amount_fen = 0;
    goods.floor_amount_fen = 0;
    goods.quantity = 10;
    return add_template(scene, goods);
}

static int set_scene(void **state)
{
    scene_setup(state);
    struct scene *scene = *state;
    struct kq_template template = plain_template();
    template.quantity = 6;
    template.limit_per_user = 6;
    template.limit_per_user_day = 6;
    template.notify_uri = KQ_SLICE("http://127.0.0.1/notify");
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, template);
    change(scene, KQ_CHANGE_USE, issue(scene, template_id, USER, "used"), "use");
    struct kq_slice partly = issue(scene, template_id, USER, "partly");
    use_part(scene, partly, "use", 300);
    use_part(scene, partly, "other use", 200);
    refund_use(scene, partly, "use");
    struct kq_slice deleted = issue(scene, template_id, USER, "deleted");
    use_part(scene, deleted, "use", 100);
    change(scene, KQ_CHANGE_DELETE, deleted, "delete");
    struct kq_slice late = issue(scene, template_id, USER, "late");
    use_part(scene, late, "use", 400);
    delay(scene, issue(scene, template_id, USER, "delayed"));
    issue(scene, template_id, USER, "plain");
    change(scene, KQ_CHANGE_USE, issue(scene, add_goods(scene), USER, "goods"), "use");
    atomic_store(&scene->clock.now_ms, ENDS_S * 1000);
    refund_use(scene, late, "use");
    return 0;
}

#define AUDIT_TEST(function) cmocka_unit_test_setup_teardown(function, set_scene, scene_teardown)

/* From this check on, up to the first that disagrees. */
static struct kq_op_audit audit_from(struct scene *scene, enum kq_audit_check first)
{
    struct kq_operation operation = new_operation(scene, KQ_OP_AUDIT);
    struct kq_op_audit *audit = &operation.audit;
    for (enum kq_audit_check check = first; check < KQ_AUDIT_CHECK_COUNT && !audit->disagrees; check++) {
        audit->check = check;
        audit->after = KQ_AUDIT_BEGIN;
        look_ok(scene, &operation);
        while (!audit->is_done && !audit->disagrees) {
            audit->after = audit->reached;
            look_ok(scene, &operation);
        }
    }
    return *audit;
}

static void assert_clean(struct scene *scene)
{
    struct kq_op_audit audit = audit_from(scene, 0);
    if (audit.disagrees) {
        fail_msg("%s: %.*s %" PRId64 " %" PRId64, kq_audit_check_name(audit.check),
                 KQ_SLICE_PRINT(audit.finding.item), audit.finding.stated, audit.finding.counted);
    }
}

static void damage(struct scene *scene, const char *sql)
{
    sqlite3 *handle = open_file(scene);
    assert_int_equal(sqlite3_exec(handle, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL),
                     SQLITE_OK);
    int status = sqlite3_exec(handle, sql, NULL, NULL, NULL);
    if (status != SQLITE_OK || sqlite3_total_changes(handle) == 0) {
        fail_msg("%s: %d", sql, status);
    }
    sqlite3_close(handle);
}

static struct kq_audit_finding assert_finding(struct scene *scene, enum kq_audit_check check,
                                              const char *item, int64_t stated, int64_t counted)
{
    struct kq_op_audit audit = audit_from(scene, KQ_AUDIT_FILE + 1);
    assert_true(audit.disagrees);
    assert_string_equal(kq_audit_check_name(audit.check), kq_audit_check_name(check));
    assert_slice(audit.finding.item, item);
    assert_int_equal(audit.finding.stated, stated);
    assert_int_equal(audit.finding.counted, counted);
    return audit.finding;
}

/* The damage, and the first of what is then found. */
static struct kq_audit_finding assert_found(struct scene *scene, const char *sql, enum kq_audit_check check,
                                            const char *item, int64_t stated, int64_t counted)
{
    damage(scene, sql);
    return assert_finding(scene, check, item, stated, counted);
}

/* A test of one damage. */
#define DAMAGE_TEST(name, sql, check, item, stated, counted)                                                 \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        assert_found(*state, sql, check, item, stated, counted);                                             \
    }

/* Without this index for the schema, so that what `sql` changes does not get into it. */
static void damage_behind_index(struct scene *scene, const char *index, const char *sql)
{
    char hide[512];
    char show[512];
    snprintf(hide, sizeof(hide),
             "CREATE TABLE hidden AS SELECT * FROM sqlite_schema WHERE name = '%s';"
             "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = '%s'",
             index, index);
    snprintf(show, sizeof(show),
             "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM hidden;"
             "DROP TABLE hidden");
    assert_int_equal(run_sql(scene, hide), SQLITE_OK);
    damage(scene, sql);
    assert_int_equal(run_sql(scene, show), SQLITE_OK);
}

#define ADD_VOUCHER                                                                                          \
    "INSERT INTO voucher SELECT voucher_no - 1, template_no, user_id, 'one more', memo, amount_fen,"         \
    " spent_fen, issued_s, active_s, expires_s, state FROM voucher WHERE out_biz_no = 'plain'"
#define WHERE_PLAIN " WHERE out_biz_no = 'plain'"
#define EVENT_OF(key) " WHERE voucher_no = (SELECT voucher_no FROM voucher WHERE out_biz_no = '" key "')"

static void everything_that_can_happen_is_clean(void **state)
{
    assert_clean(*state);
}

static void an_empty_store_is_clean(void **state)
{
    assert_clean(*state);
}

static void the_database_itself_finds_what_an_index_lacks(void **state)
{
    struct scene *scene = *state;
    damage_behind_index(scene, "voucher_by_user", ADD_VOUCHER);
    struct kq_op_audit audit = audit_from(scene, KQ_AUDIT_FILE);
    assert_int_equal(audit.check, KQ_AUDIT_FILE);
    assert_true(audit.disagrees);
    assert_slice(audit.finding.item, "row 6 missing from index voucher_by_user");
}

static void a_voucher_that_no_wallet_has(void **state)
{
    damage_behind_index(*state, "voucher_by_user", ADD_VOUCHER);
    assert_finding(*state, KQ_AUDIT_USER_INDEX, "voucher_by_user", 7, 8);
}

static void a_voucher_in_another_wallet(void **state)
{
    damage_behind_index(*state, "voucher_by_user", "UPDATE voucher SET user_id = user_id + 1" WHERE_PLAIN);
    struct kq_op_audit audit = audit_from(*state, KQ_AUDIT_FILE + 1);
    assert_int_equal(audit.check, KQ_AUDIT_USER_INDEX);
    assert_slice(audit.finding.item, "sum of voucher_by_user");
    assert_int_equal(audit.finding.counted - audit.finding.stated, 17);
}

static void a_voucher_that_its_key_does_not_find(void **state)
{
    damage_behind_index(*state, "voucher_by_out_biz_no", ADD_VOUCHER);
    assert_finding(*state, KQ_AUDIT_KEY_INDEX, "voucher_by_out_biz_no", 7, 8);
}

static void a_voucher_under_another_key(void **state)
{
    damage_behind_index(*state, "voucher_by_out_biz_no",
                        "UPDATE voucher SET out_biz_no = 'longer'" WHERE_PLAIN);
    struct kq_op_audit audit = audit_from(*state, KQ_AUDIT_FILE + 1);
    assert_int_equal(audit.check, KQ_AUDIT_KEY_INDEX);
    assert_slice(audit.finding.item, "sum of voucher_by_out_biz_no");
    assert_int_equal(audit.finding.counted - audit.finding.stated, 1);
}

static void a_number_that_is_still_to_be_given(void **state)
{
    struct scene *scene = *state;
    sqlite3 *handle = open_file(scene);
    int64_t number = ask_sql(handle, "SELECT min(voucher_no) FROM voucher");
    sqlite3_close(handle);
    assert_found(scene, "UPDATE meta SET last_ms = 0, sequence = 3", KQ_AUDIT_NUMBERS, "voucher_no", number,
                 3);
}

static void a_finding_says_where(void **state)
{
    struct scene *scene = *state;
    struct kq_op_voucher_list list = list_vouchers(scene, KQ_SLICE_EMPTY, USER);
    struct kq_audit_finding finding = assert_found(scene, "UPDATE voucher SET spent_fen = 1" WHERE_PLAIN,
                                                   KQ_AUDIT_HISTORIES, "spent_fen", 1, 0);
    assert_slice(finding.user_id, USER);
    assert_slice(finding.template_id, list.items[5].template_id.data);
    assert_slice(finding.voucher_id, list.items[5].voucher_id.data);
    assert_int_equal(finding.time_s, KQ_AUDIT_NO_TIME);
}

static void a_finding_of_a_day_says_which(void **state)
{
    struct kq_audit_finding finding =
        assert_found(*state, "UPDATE template_day SET use_count = use_count + 1 WHERE use_count = 5",
                     KQ_AUDIT_EVENT_DAYS, "use_count", 6, 5);
    assert_int_equal(finding.time_s, NOW_S - 12 * 3600);
    assert_int_equal(finding.voucher_id.size, 0);
    assert_int_equal(finding.user_id.size, 0);
}

DAMAGE_TEST(a_template_that_is_gone, "DELETE FROM template WHERE amount_fen = 0", KQ_AUDIT_OWNERS, "template",
            1, 0)
DAMAGE_TEST(a_user_that_is_gone, "DELETE FROM user", KQ_AUDIT_OWNERS, "user", 1, 0)

DAMAGE_TEST(more_spent_than_there_was, "UPDATE voucher SET spent_fen = 1001" WHERE_PLAIN, KQ_AUDIT_BALANCES,
            "spent_fen", 1001, 1000)
DAMAGE_TEST(an_end_before_the_start, "UPDATE voucher SET expires_s = issued_s - 1" WHERE_PLAIN,
            KQ_AUDIT_BALANCES, "expires_s", NOW_S - 1, NOW_S)
DAMAGE_TEST(used_with_something_left, "UPDATE voucher SET state = 1" WHERE_PLAIN, KQ_AUDIT_BALANCES, "used",
            1, 0)
DAMAGE_TEST(not_used_with_nothing_left, "UPDATE voucher SET state = 0 WHERE out_biz_no = 'used'",
            KQ_AUDIT_BALANCES, "used", 0, 1)

DAMAGE_TEST(spent_without_a_use, "UPDATE voucher SET spent_fen = 5" WHERE_PLAIN, KQ_AUDIT_HISTORIES,
            "spent_fen", 5, 0)
DAMAGE_TEST(a_use_of_another_amount,
            "UPDATE voucher_event SET amount_fen = 201 WHERE out_biz_no = 'other use'", KQ_AUDIT_HISTORIES,
            "spent_fen", 200, 201)
DAMAGE_TEST(deleted_without_a_deletion, "UPDATE voucher SET state = 2" WHERE_PLAIN, KQ_AUDIT_HISTORIES,
            "deletions", 1, 0)
DAMAGE_TEST(a_deletion_without_effect, "UPDATE voucher SET state = 0 WHERE out_biz_no = 'deleted'",
            KQ_AUDIT_HISTORIES, "deletions", 0, 1)
DAMAGE_TEST(an_end_that_no_delay_gave,
            "UPDATE voucher SET expires_s = expires_s + 1 WHERE state = 0 AND"
            " out_biz_no = 'delayed'",
            KQ_AUDIT_HISTORIES, "expires_s", DELAYED_END_S + 1, DELAYED_END_S)
DAMAGE_TEST(goods_used_without_a_use, "DELETE FROM voucher_event" EVENT_OF("goods"), KQ_AUDIT_HISTORIES,
            "uses", 1, 0)
DAMAGE_TEST(goods_not_used_with_a_use, "UPDATE voucher SET state = 0 WHERE out_biz_no = 'goods'",
            KQ_AUDIT_HISTORIES, "uses", 0, 1)
DAMAGE_TEST(refunded_without_a_refund, "UPDATE voucher SET state = 3" WHERE_PLAIN, KQ_AUDIT_HISTORIES,
            "refunds", 1, 0)

DAMAGE_TEST(an_event_without_a_voucher,
            "INSERT INTO voucher_event VALUES (5, 0, 'key', 6, 7, 0, '', '', NULL, NULL)", KQ_AUDIT_EVENTS,
            "voucher of event key", 1, 0)
DAMAGE_TEST(two_events_of_one_number,
            "INSERT INTO voucher_event SELECT voucher_no, 3, 'again', event_no, made_s, 0, '', '', NULL,"
            " expires_s FROM voucher_event WHERE kind = 3",
            KQ_AUDIT_EVENTS, "events of one number", 1, 2)

static void an_event_whose_number_is_still_to_be_given(void **state)
{
    struct scene *scene = *state;
    sqlite3 *handle = open_file(scene);
    int64_t last = ask_sql(handle, "SELECT last_ms * 16384 + sequence FROM meta");
    sqlite3_close(handle);
    assert_found(scene,
                 "UPDATE voucher_event SET event_no = (SELECT last_ms * 16384 + sequence + 1 FROM meta)"
                 " WHERE kind = 3",
                 KQ_AUDIT_EVENTS, "event_no", last + 1, last);
}

DAMAGE_TEST(a_refund_that_is_not_there,
            "UPDATE voucher_event SET refund_no = 77" EVENT_OF("late") " AND kind = 0", KQ_AUDIT_REFUNDS,
            "refund_no", 77, 0)
DAMAGE_TEST(a_refund_of_another_amount,
            "UPDATE voucher_event SET amount_fen = 299" EVENT_OF("partly") " AND kind = 1", KQ_AUDIT_REFUNDS,
            "amount_fen", 300, 299)
DAMAGE_TEST(a_refund_of_nothing,
            "INSERT INTO voucher_event SELECT voucher_no, 1, 'refund', event_no - 1, made_s, 0, '', '', NULL,"
            " NULL FROM voucher_event WHERE kind = 3",
            KQ_AUDIT_REFUNDED_USES, "uses", 1, 0)

#define WHERE_MAIN " WHERE amount_fen > 0"
DAMAGE_TEST(issued_count, "UPDATE template SET issued_count = 7" WHERE_MAIN, KQ_AUDIT_COUNTERS,
            "issued_count", 7, 6)
DAMAGE_TEST(issued_amount, "UPDATE template SET issued_amount_fen = 5999" WHERE_MAIN, KQ_AUDIT_COUNTERS,
            "issued_amount_fen", 5999, 6000)
DAMAGE_TEST(used_count, "UPDATE template SET used_count = 2" WHERE_MAIN, KQ_AUDIT_COUNTERS, "used_count", 2,
            1)
DAMAGE_TEST(used_amount, "UPDATE template SET used_amount_fen = 1301" WHERE_MAIN, KQ_AUDIT_COUNTERS,
            "used_amount_fen", 1301, 1300)
DAMAGE_TEST(recycled_count, "UPDATE template SET recycled_count = 1" WHERE_MAIN, KQ_AUDIT_COUNTERS,
            "recycled_count", 1, 2)
DAMAGE_TEST(recycled_amount, "UPDATE template SET recycled_amount_fen = 0" WHERE_MAIN, KQ_AUDIT_COUNTERS,
            "recycled_amount_fen", 0, 1900)
DAMAGE_TEST(counters_of_no_vouchers,
            "INSERT INTO template SELECT 99, 'other', pid, kind, state, name, brand_name, amount_fen,"
            " floor_amount_fen, quantity, total_amount_fen, publish_start_s, publish_end_s, period_type,"
            " period_start_s, period_end_s, period_duration, period_unit, limit_per_user, limit_per_user_day,"
            " description, created_s, activated_s, 5, 0, 0, 0, NULL, NULL, NULL, '', '', '', '', '', '', '',"
            " '', '', '', '', 0, 0 FROM template" WHERE_MAIN,
            KQ_AUDIT_COUNTERS, "issued_count", 5, 0)

DAMAGE_TEST(more_than_the_stock, "UPDATE template SET quantity = 5" WHERE_MAIN, KQ_AUDIT_STOCK, "quantity", 5,
            6)
DAMAGE_TEST(more_than_the_budget, "UPDATE template SET total_amount_fen = 5999" WHERE_MAIN, KQ_AUDIT_STOCK,
            "total_amount_fen", 5999, 6000)

#define WHERE_END " WHERE live_count = 2"
DAMAGE_TEST(more_there_than_was_issued, "UPDATE template_expiry SET live_count = 3" WHERE_END,
            KQ_AUDIT_SHARES, "issued_count", 6, 7)
DAMAGE_TEST(more_money_there_than_was_issued,
            "UPDATE template_expiry SET live_amount_fen = live_amount_fen + 1" WHERE_END, KQ_AUDIT_SHARES,
            "issued_amount_fen", 6000, 6001)

DAMAGE_TEST(an_end_at_another_second, "UPDATE template_expiry SET expires_s = expires_s + 1" WHERE_END,
            KQ_AUDIT_ENDS, "live_count", 0, 2)
DAMAGE_TEST(money_at_another_end,
            "UPDATE template_expiry SET live_amount_fen = live_amount_fen + iif(live_count = 2, 1, -1)"
            " WHERE live_count > 0",
            KQ_AUDIT_ENDS, "live_amount_fen", 1801, 1800)

#define WHERE_ISSUED " WHERE issued_count = 6"
DAMAGE_TEST(issues_of_a_day, "UPDATE template_day SET issued_count = 5" WHERE_ISSUED, KQ_AUDIT_ISSUE_DAYS,
            "issued_count", 5, 6)
DAMAGE_TEST(issued_money_of_a_day, "UPDATE template_day SET issued_amount_fen = 6001" WHERE_ISSUED,
            KQ_AUDIT_ISSUE_DAYS, "issued_amount_fen", 6001, 6000)
DAMAGE_TEST(issues_of_another_day, "UPDATE template_day SET day_s = day_s - 86400" WHERE_ISSUED,
            KQ_AUDIT_ISSUE_DAYS, "issued_count", 6, 0)

DAMAGE_TEST(uses_of_a_day, "UPDATE template_day SET use_count = 0" WHERE_ISSUED, KQ_AUDIT_EVENT_DAYS,
            "use_count", 0, 5)
DAMAGE_TEST(used_money_of_a_day, "UPDATE template_day SET use_amount_fen = 0" WHERE_ISSUED,
            KQ_AUDIT_EVENT_DAYS, "use_amount_fen", 0, 2000)
DAMAGE_TEST(refunds_of_a_day, "UPDATE template_day SET refund_count = 2" WHERE_ISSUED, KQ_AUDIT_EVENT_DAYS,
            "refund_count", 2, 1)
DAMAGE_TEST(refunded_money_of_a_day, "UPDATE template_day SET refund_amount_fen = 301" WHERE_ISSUED,
            KQ_AUDIT_EVENT_DAYS, "refund_amount_fen", 301, 300)
DAMAGE_TEST(deletions_of_a_day, "UPDATE template_day SET delete_count = 2" WHERE_ISSUED, KQ_AUDIT_EVENT_DAYS,
            "delete_count", 2, 1)
DAMAGE_TEST(deleted_money_of_a_day, "UPDATE template_day SET delete_amount_fen = 899" WHERE_ISSUED,
            KQ_AUDIT_EVENT_DAYS, "delete_amount_fen", 899, 900)

DAMAGE_TEST(more_than_a_user_may_have, "UPDATE template SET limit_per_user = 5" WHERE_MAIN,
            KQ_AUDIT_USER_LIMITS, "limit_per_user", 5, 6)
DAMAGE_TEST(more_than_a_user_may_get_on_a_day, "UPDATE template SET limit_per_user_day = 4" WHERE_MAIN,
            KQ_AUDIT_DAY_LIMITS, "limit_per_user_day", 4, 6)

static void each_allocation_of_a_finding_that_fails(void **state)
{
    struct scene *scene = *state;
    damage(scene, "UPDATE voucher SET spent_fen = 1" WHERE_PLAIN);
    unsigned long n = 1;
    for (bool failed = true; failed; n++) {
        KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
        struct kq_operation operation = {.kind = KQ_OP_AUDIT, .arena = &arena};
        operation.audit.check = KQ_AUDIT_HISTORIES;
        operation.audit.after = KQ_AUDIT_BEGIN;
        kq_memory_fail_at(n);
        enum kq_error_code code = look(scene, &operation);
        failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        assert_int_equal(code, failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
    }
    assert_true(n > 2);
}

/* As many as fit into one piece, and some more, the last of which is another user's. */
static void a_large_table_is_looked_at_piece_by_piece(void **state)
{
    struct scene *scene = *state;
    struct kq_operation operation = new_operation(scene, KQ_OP_AUDIT);
    struct kq_op_audit *audit = &operation.audit;
    damage(scene, "WITH RECURSIVE number (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM number LIMIT 70000)"
                  " INSERT INTO voucher SELECT n, template_no, user_id + (n = 70000), n, '', 0, 0, 0, NULL,"
                  " 0, 0 FROM number, (SELECT * FROM voucher" WHERE_PLAIN ")");
    audit->check = KQ_AUDIT_OWNERS;
    audit->after = KQ_AUDIT_BEGIN;
    look_ok(scene, &operation);
    assert_false(audit->is_done);
    assert_false(audit->disagrees);
    assert_int_equal(audit->row_count, 65536);
    audit->after = audit->reached;
    look_ok(scene, &operation);
    assert_true(audit->is_done);
    assert_int_equal(audit->row_count, 70000 + 7 - 65536);
    assert_true(audit->disagrees);
    assert_slice(audit->finding.user_id, OTHER_USER);
}

/* A piece sees what was committed before it, and an issue between two pieces is no disagreement. */
static void writers_go_on_between_the_pieces(void **state)
{
    struct scene *scene = *state;
    struct kq_slice goods = list_vouchers(scene, KQ_SLICE_EMPTY, USER).items[6].template_id;
    struct kq_operation operation = new_operation(scene, KQ_OP_AUDIT);
    for (size_t check = 0; check < KQ_AUDIT_CHECK_COUNT; check++) {
        operation.audit.check = (enum kq_audit_check)check;
        operation.audit.after = KQ_AUDIT_BEGIN;
        look_ok(scene, &operation);
        assert_false(operation.audit.disagrees);
        if (check < 3) {
            change(scene, KQ_CHANGE_USE, issue(scene, goods, USER, numbered(scene, "goods", check)), "use");
        }
    }
}

#define NOTICE_OF(key, kind_number)                                                                          \
    " WHERE kind = " kind_number                                                                             \
    " AND voucher_no = (SELECT voucher_no FROM voucher WHERE out_biz_no = '" key "')"

DAMAGE_TEST(a_notification_of_no_voucher, "UPDATE notification SET voucher_no = 5" NOTICE_OF("plain", "0"),
            KQ_AUDIT_NOTICES, "voucher", 1, 0)
DAMAGE_TEST(a_notification_of_nothing_that_happened,
            "UPDATE notification SET out_biz_no = 'invented'" NOTICE_OF("used", "1"), KQ_AUDIT_NOTICES,
            "amount_fen", 1000, -1)
DAMAGE_TEST(a_notification_of_another_amount,
            "UPDATE notification SET amount_fen = 999" NOTICE_OF("plain", "0"), KQ_AUDIT_NOTICES,
            "amount_fen", 999, 1000)
DAMAGE_TEST(two_notifications_of_one_use,
            "INSERT INTO notification SELECT notification_no + 1000000000000, voucher_no, template_no, kind,"
            " out_biz_no, amount_fen, status, event_s, expires_s, 1, 1, NULL, 1, ''"
            " FROM notification" NOTICE_OF("used", "1"),
            KQ_AUDIT_ONE_NOTICE, "notifications", 1, 2)
DAMAGE_TEST(an_end_that_has_not_come,
            "UPDATE notification SET kind = 5, event_s = 9999999999" NOTICE_OF("used", "1"), KQ_AUDIT_NOTICES,
            "amount_fen", 1000, 1000)
DAMAGE_TEST(an_end_that_is_told_too_early,
            "INSERT INTO expiry_due SELECT expires_s - 1, voucher_no FROM voucher"
            " WHERE out_biz_no = 'delayed'",
            KQ_AUDIT_ENDS_TO_TELL, "expires_s", DELAYED_END_S - 1, DELAYED_END_S)
DAMAGE_TEST(a_notification_that_does_not_wait_its_turn,
            "UPDATE notification SET next_try_s = 1" NOTICE_OF("used", "1"), KQ_AUDIT_NOTICE_ORDER,
            "next_try_s", 2, 1)
DAMAGE_TEST(notifications_that_nobody_tries,
            "UPDATE notification SET next_try_s = NULL" NOTICE_OF("used", "0"), KQ_AUDIT_NOTICE_ORDER,
            "next_try_s", 0, 0)
DAMAGE_TEST(a_notification_that_is_lost, "DELETE FROM notification" NOTICE_OF("used", "1"),
            KQ_AUDIT_LOST_NOTICES, "notification of use", 1, 0)
DAMAGE_TEST(an_end_that_nobody_will_tell,
            "DELETE FROM expiry_due WHERE voucher_no ="
            " (SELECT voucher_no FROM voucher WHERE out_biz_no = 'delayed')",
            KQ_AUDIT_EXPIRIES, "expiry_due", 0, 1)
DAMAGE_TEST(an_end_of_a_voucher_that_is_over,
            "INSERT INTO expiry_due SELECT expires_s, voucher_no FROM voucher WHERE out_biz_no = 'used'",
            KQ_AUDIT_EXPIRIES, "expiry_due", 1, 0)

static const struct CMUnitTest tests[] = {
    SCENE_TEST(an_empty_store_is_clean),
    AUDIT_TEST(everything_that_can_happen_is_clean),
    AUDIT_TEST(the_database_itself_finds_what_an_index_lacks),
    AUDIT_TEST(a_voucher_that_no_wallet_has),
    AUDIT_TEST(a_voucher_in_another_wallet),
    AUDIT_TEST(a_voucher_that_its_key_does_not_find),
    AUDIT_TEST(a_voucher_under_another_key),
    AUDIT_TEST(a_number_that_is_still_to_be_given),
    AUDIT_TEST(a_finding_says_where),
    AUDIT_TEST(a_finding_of_a_day_says_which),
    AUDIT_TEST(a_template_that_is_gone),
    AUDIT_TEST(a_user_that_is_gone),
    AUDIT_TEST(more_spent_than_there_was),
    AUDIT_TEST(an_end_before_the_start),
    AUDIT_TEST(used_with_something_left),
    AUDIT_TEST(not_used_with_nothing_left),
    AUDIT_TEST(spent_without_a_use),
    AUDIT_TEST(a_use_of_another_amount),
    AUDIT_TEST(deleted_without_a_deletion),
    AUDIT_TEST(a_deletion_without_effect),
    AUDIT_TEST(an_end_that_no_delay_gave),
    AUDIT_TEST(goods_used_without_a_use),
    AUDIT_TEST(goods_not_used_with_a_use),
    AUDIT_TEST(refunded_without_a_refund),
    AUDIT_TEST(an_event_without_a_voucher),
    AUDIT_TEST(two_events_of_one_number),
    AUDIT_TEST(an_event_whose_number_is_still_to_be_given),
    AUDIT_TEST(a_refund_that_is_not_there),
    AUDIT_TEST(a_refund_of_another_amount),
    AUDIT_TEST(a_refund_of_nothing),
    AUDIT_TEST(issued_count),
    AUDIT_TEST(issued_amount),
    AUDIT_TEST(used_count),
    AUDIT_TEST(used_amount),
    AUDIT_TEST(recycled_count),
    AUDIT_TEST(recycled_amount),
    AUDIT_TEST(counters_of_no_vouchers),
    AUDIT_TEST(more_than_the_stock),
    AUDIT_TEST(more_than_the_budget),
    AUDIT_TEST(more_there_than_was_issued),
    AUDIT_TEST(more_money_there_than_was_issued),
    AUDIT_TEST(an_end_at_another_second),
    AUDIT_TEST(money_at_another_end),
    AUDIT_TEST(issues_of_a_day),
    AUDIT_TEST(issued_money_of_a_day),
    AUDIT_TEST(issues_of_another_day),
    AUDIT_TEST(uses_of_a_day),
    AUDIT_TEST(used_money_of_a_day),
    AUDIT_TEST(refunds_of_a_day),
    AUDIT_TEST(refunded_money_of_a_day),
    AUDIT_TEST(deletions_of_a_day),
    AUDIT_TEST(deleted_money_of_a_day),
    AUDIT_TEST(more_than_a_user_may_have),
    AUDIT_TEST(more_than_a_user_may_get_on_a_day),
    AUDIT_TEST(each_allocation_of_a_finding_that_fails),
    AUDIT_TEST(a_large_table_is_looked_at_piece_by_piece),
    AUDIT_TEST(writers_go_on_between_the_pieces),
    AUDIT_TEST(a_notification_of_no_voucher),
    AUDIT_TEST(a_notification_of_nothing_that_happened),
    AUDIT_TEST(a_notification_of_another_amount),
    AUDIT_TEST(two_notifications_of_one_use),
    AUDIT_TEST(an_end_that_has_not_come),
    AUDIT_TEST(an_end_that_is_told_too_early),
    AUDIT_TEST(a_notification_that_does_not_wait_its_turn),
    AUDIT_TEST(notifications_that_nobody_tries),
    AUDIT_TEST(a_notification_that_is_lost),
    AUDIT_TEST(an_end_that_nobody_will_tell),
    AUDIT_TEST(an_end_of_a_voucher_that_is_over),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
