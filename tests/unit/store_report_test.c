/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include <string.h>

#include "base/macros.h"
#include "base/time.h"

/* Statements: what happened on which day, in one row a template and day. */

#define TODAY_S (NOW_S - 12 * 3600)
#define ROWS_MAX 64

struct rows {
    struct scene *scene;
    struct kq_report_row items[ROWS_MAX];
    size_t count;
};

static struct kq_result keep_row(void *context, const struct kq_report_row *row, struct kq_error *error)
{
    (void)error;
    struct rows *rows = context;
    assert_true(rows->count < ROWS_MAX);
    struct kq_report_row *kept = &rows->items[rows->count++];
    *kept = *row;
    kept->template_id = kq_arena_copy(&rows->scene->arena, row->template_id);
    kept->pid = kq_arena_copy(&rows->scene->arena, row->pid);
    return KQ_OK;
}

static struct kq_operation new_report(struct scene *scene, struct rows *rows)
{
    struct kq_operation operation = new_operation(scene, KQ_OP_REPORT);
    *rows = (struct rows){.scene = scene};
    operation.report = (struct kq_op_report){
        .from_s = TODAY_S - 30 * DAY_S,
        .until_s = TODAY_S + 30 * DAY_S,
        .by_day = true,
        .put = keep_row,
        .context = rows,
    };
    return operation;
}

static void report(struct scene *scene, struct rows *rows)
{
    struct kq_operation operation = new_report(scene, rows);
    look_ok(scene, &operation);
}

static void change(struct scene *scene, enum kq_voucher_change_kind kind, struct kq_slice voucher_id,
                   const char *out_biz_no, int64_t amount_fen)
{
    struct kq_operation operation = new_operation(scene, KQ_OP_VOUCHER_CHANGE);
    operation.voucher_change.request = (struct kq_voucher_change_request){
        .kind = kind,
        .pid = KQ_SLICE(PID),
        .voucher_id = voucher_id,
        .user_id = KQ_SLICE(USER),
        .out_biz_no = kq_slice_of(out_biz_no),
        .has_amount = amount_fen > 0,
        .amount_fen = amount_fen,
    };
    apply_ok(scene, &operation);
}

static void move_to(struct scene *scene, int64_t now_s)
{
    atomic_store(&scene->clock.now_ms, now_s * 1000);
}

static void assert_row(const struct kq_report_row *row, struct kq_slice template_id, int64_t day_s,
                       const int64_t numbers[2 * KQ_REPORT_COLUMN_COUNT])
{
    assert_slice(row->template_id, template_id.data);
    assert_slice(row->pid, PID);
    assert_int_equal(row->day_s, day_s);
    for (size_t i = 0; i < KQ_REPORT_COLUMN_COUNT; i++) {
        assert_int_equal(row->sums[i].count, numbers[2 * i]);
        assert_int_equal(row->sums[i].amount_fen, numbers[2 * i + 1]);
    }
}

#define ASSERT_ROW(row, template_id, day_s, ...) assert_row(row, template_id, day_s, (int64_t[]){__VA_ARGS__})

static struct kq_slice set_scene(struct scene *scene)
{
    add_user(scene, USER);
    return add_template(scene, plain_template());
}

static void an_empty_store_has_no_rows(void **state)
{
    struct scene *scene = *state;
    struct rows rows;
    struct kq_operation operation = new_report(scene, &rows);
    look_ok(scene, &operation);
    assert_int_equal(rows.count, 0);
    assert_int_equal(operation.report.now_s, NOW_S);
    for (size_t i = 0; i < KQ_REPORT_COLUMN_COUNT; i++) {
        assert_int_equal(operation.report.totals[i].count, 0);
        assert_int_equal(operation.report.totals[i].amount_fen, 0);
    }
}

static void each_change_is_on_its_day(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = set_scene(scene);
    struct rows rows;
    struct kq_slice first = issue(scene, template_id, USER, "1");
    struct kq_slice second = issue(scene, template_id, USER, "2");
    issue(scene, template_id, USER, "3");
    change(scene, KQ_CHANGE_USE, first, "use-1", 300);
    move_to(scene, TODAY_S + DAY_S);
    change(scene, KQ_CHANGE_USE, first, "use-2", 0);
    change(scene, KQ_CHANGE_DELETE, second, "delete", 0);
    move_to(scene, TODAY_S + DAY_S + 1);
    struct kq_operation refund = new_operation(scene, KQ_OP_VOUCHER_CHANGE);
    refund.voucher_change.request = (struct kq_voucher_change_request){.kind = KQ_CHANGE_REFUND,
                                                                       .pid = KQ_SLICE(PID),
                                                                       .voucher_id = first,
                                                                       .user_id = KQ_SLICE(USER),
                                                                       .out_biz_no = KQ_SLICE("refund"),
                                                                       .use_biz_no = KQ_SLICE("use-1")};
    apply_ok(scene, &refund);
    report(scene, &rows);
    assert_int_equal(rows.count, 2);
    ASSERT_ROW(&rows.items[0], template_id, TODAY_S, 3, 3000, 1, 300, 0, 0, 0, 0, 0, 0);
    ASSERT_ROW(&rows.items[1], template_id, TODAY_S + DAY_S, 0, 0, 1, 700, 1, 300, 1, 1000, 0, 0);
}

/* Vouchers are valid for a day, so all of them end tomorrow at noon: to the second, and without anything
 * being written. */
static void what_expires_is_there_at_once(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = set_scene(scene);
    struct rows rows;
    struct kq_slice first = issue(scene, template_id, USER, "1");
    issue(scene, template_id, USER, "2");
    change(scene, KQ_CHANGE_USE, first, "use-1", 300);
    move_to(scene, NOW_S + DAY_S - 1);
    report(scene, &rows);
    assert_int_equal(rows.count, 1);
    move_to(scene, NOW_S + DAY_S);
    report(scene, &rows);
    assert_int_equal(rows.count, 2);
    ASSERT_ROW(&rows.items[1], template_id, TODAY_S + DAY_S, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1700);
}

static void one_that_is_refunded_too_late_is_not_expired(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = set_scene(scene);
    struct rows rows;
    struct kq_slice first = issue(scene, template_id, USER, "1");
    change(scene, KQ_CHANGE_USE, first, "use-1", 300);
    move_to(scene, NOW_S + DAY_S);
    change(scene, KQ_CHANGE_REFUND, first, "refund", 0);
    report(scene, &rows);
    assert_int_equal(rows.count, 2);
    ASSERT_ROW(&rows.items[1], template_id, TODAY_S + DAY_S, 0, 0, 0, 0, 1, 300, 0, 0, 0, 0);
}

static void a_day_is_from_midnight_to_midnight_in_beijing(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = set_scene(scene);
    struct rows rows;
    move_to(scene, TODAY_S + DAY_S - 1);
    issue(scene, template_id, USER, "1");
    move_to(scene, TODAY_S + DAY_S);
    issue(scene, template_id, USER, "2");
    report(scene, &rows);
    assert_int_equal(rows.count, 2);
    assert_int_equal(rows.items[0].day_s, TODAY_S);
    assert_int_equal(rows.items[1].day_s, TODAY_S + DAY_S);
}

static void only_the_days_that_are_asked_for(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = set_scene(scene);
    struct rows rows;
    for (int day = 0; day < 4; day++) {
        move_to(scene, TODAY_S + day * DAY_S);
        issue(scene, template_id, USER, numbered(scene, "issue", (size_t)day));
    }
    struct kq_operation operation = new_report(scene, &rows);
    operation.report.from_s = TODAY_S + DAY_S;
    operation.report.until_s = TODAY_S + 3 * DAY_S;
    look_ok(scene, &operation);
    assert_int_equal(rows.count, 2);
    ASSERT_ROW(&rows.items[0], template_id, TODAY_S + DAY_S, 1, 1000, 0, 0, 0, 0, 0, 0, 1, 1000);
    ASSERT_ROW(&rows.items[1], template_id, TODAY_S + 2 * DAY_S, 1, 1000, 0, 0, 0, 0, 0, 0, 1, 1000);
    assert_int_equal(operation.report.totals[KQ_REPORT_ISSUED].count, 2);
}

static void by_template_is_a_row_each_and_the_same_total(void **state)
{
    struct scene *scene = *state;
    struct kq_slice first = set_scene(scene);
    struct kq_slice second = add_template(scene, plain_template());
    struct rows rows;
    issue(scene, first, USER, "1");
    issue(scene, second, USER, "1");
    move_to(scene, NOW_S + DAY_S);
    issue(scene, second, USER, "2");
    struct kq_operation operation = new_report(scene, &rows);
    operation.report.by_day = false;
    look_ok(scene, &operation);
    assert_int_equal(rows.count, 2);
    int64_t from_s = operation.report.from_s;
    ASSERT_ROW(&rows.items[0], first, from_s, 1, 1000, 0, 0, 0, 0, 0, 0, 1, 1000);
    ASSERT_ROW(&rows.items[1], second, from_s, 2, 2000, 0, 0, 0, 0, 0, 0, 1, 1000);
    assert_int_equal(operation.report.totals[KQ_REPORT_ISSUED].amount_fen, 3000);
    assert_int_equal(operation.report.totals[KQ_REPORT_EXPIRED].count, 2);
}

static void one_template_or_one_merchant(void **state)
{
    struct scene *scene = *state;
    struct kq_slice first = set_scene(scene);
    struct kq_template others = plain_template();
    others.pid = KQ_SLICE(OTHER_PID);
    struct kq_slice second = add_template(scene, others);
    struct rows rows;
    issue(scene, first, USER, "1");
    struct kq_operation foreign = new_issue(scene, second, USER, "1");
    foreign.issue.request.pid = KQ_SLICE(OTHER_PID);
    apply_ok(scene, &foreign);
    struct kq_operation operation = new_report(scene, &rows);
    operation.report.template_id = first;
    look_ok(scene, &operation);
    assert_true(operation.report.template_found);
    assert_int_equal(rows.count, 1);
    assert_slice(rows.items[0].template_id, first.data);
    operation = new_report(scene, &rows);
    operation.report.pid = KQ_SLICE(OTHER_PID);
    look_ok(scene, &operation);
    assert_int_equal(rows.count, 1);
    assert_slice(rows.items[0].template_id, second.data);
    operation = new_report(scene, &rows);
    operation.report.template_id = KQ_SLICE("nothing");
    look_ok(scene, &operation);
    assert_false(operation.report.template_found);
    assert_int_equal(rows.count, 0);
}

static struct kq_result refuse_row(void *context, const struct kq_report_row *row, struct kq_error *error)
{
    (void)context;
    (void)row;
    return kq_fail(error, KQ_E_IO, "no room");
}

static void a_taker_that_fails_ends_it(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = set_scene(scene);
    struct rows rows;
    issue(scene, template_id, USER, "1");
    struct kq_operation operation = new_report(scene, &rows);
    operation.report.put = refuse_row;
    assert_int_equal(look(scene, &operation), KQ_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_empty_store_has_no_rows),
        SCENE_TEST(each_change_is_on_its_day),
        SCENE_TEST(what_expires_is_there_at_once),
        SCENE_TEST(one_that_is_refunded_too_late_is_not_expired),
        SCENE_TEST(a_day_is_from_midnight_to_midnight_in_beijing),
        SCENE_TEST(only_the_days_that_are_asked_for),
        SCENE_TEST(by_template_is_a_row_each_and_the_same_total),
        SCENE_TEST(one_template_or_one_merchant),
        SCENE_TEST(a_taker_that_fails_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
