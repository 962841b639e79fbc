/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include <stdlib.h>

#include "failing_file.h"

/* Disks that are full or broken: a clear answer, nothing changed, and all well again afterwards. */

static int use_failing_files(void **state)
{
    (void)state;
    failing_file_register();
    return 0;
}

/* The store as the failure left it, and then as good as new: the same request succeeds. */
static void assert_recovered(struct scene *scene, struct kq_operation *issue, struct kq_slice before)
{
    assert_slice(dump(scene), before.data);
    apply_ok(scene, issue);
    assert_false(issue->issue.result.replayed);
    sqlite3 *handle = open_file(scene);
    assert_int_equal(
        ask_sql(handle, "SELECT (SELECT count(*) FROM voucher) = sum(issued_count) FROM template"), 1);
    assert_int_equal(
        ask_sql(handle, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    sqlite3_close(handle);
}

/* One issue for each n, whose n-th action fails, and with `for_good` all after it; until there are no so
 * many. A commit that fails once is made good by another. */
static void fail_each(struct scene *scene, enum file_action action, int status, bool for_good)
{
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    unsigned long n = 1;
    for (bool failed = true; failed; n++) {
        struct kq_operation operation = new_issue(scene, template_id, USER, numbered(scene, "order", n));
        struct kq_slice before = dump(scene);
        failing_file_fail_at(action, n, status, for_good);
        enum kq_error_code code = apply(scene, &operation);
        failed = failing_file_has_failed(action) != 0;
        failing_file_stop();
        assert_string_equal(kq_error_name(code), failed && for_good ? "STORE" : "NONE");
        if (code == KQ_E_STORE) {
            assert_recovered(scene, &operation, before);
        }
        assert_int_equal(get_template(scene, template_id).issued_count, n);
    }
    assert_true(n > 2);
}

static void each_write_from_which_on_the_disk_is_full(void **state)
{
    fail_each(*state, FILE_WRITE, SQLITE_FULL, true);
}

static void each_write_from_which_on_all_fail(void **state)
{
    fail_each(*state, FILE_WRITE, SQLITE_IOERR_WRITE, true);
}

static void each_sync_from_which_on_all_fail(void **state)
{
    fail_each(*state, FILE_SYNC, SQLITE_IOERR_FSYNC, true);
}

static void each_write_that_fails_once(void **state)
{
    fail_each(*state, FILE_WRITE, SQLITE_IOERR_WRITE, false);
}

static void each_sync_that_fails_once(void **state)
{
    fail_each(*state, FILE_SYNC, SQLITE_IOERR_FSYNC, false);
}

static void each_read_that_fails(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    unsigned long n = 1;
    for (bool failed = true; failed; n++) {
        scene_reopen(scene); /* With empty caches. */
        struct kq_operation operation = new_issue(scene, template_id, USER, numbered(scene, "order", n));
        failing_file_fail_at(FILE_READ, n, SQLITE_IOERR_READ, 0);
        enum kq_error_code code = apply(scene, &operation);
        failed = failing_file_has_failed(FILE_READ) != 0;
        failing_file_stop();
        assert_string_equal(kq_error_name(code), failed ? "STORE" : "NONE");
        apply_ok(scene, &operation);
        assert_int_equal(get_template(scene, template_id).issued_count, n);
    }
    assert_true(n > 2);
}

/* For as long as it lasts everything is refused, and reading goes on. */
static void a_disk_that_stays_full(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation operation = new_issue(scene, template_id, USER, "1");
    struct kq_slice before = dump(scene);
    failing_file_fail_at(FILE_WRITE, 1, SQLITE_FULL, 1);
    for (int i = 0; i < 3; i++) {
        assert_refused(scene, &operation, KQ_E_STORE);
        assert_int_equal(run_sql(scene, "BEGIN IMMEDIATE; ROLLBACK"), SQLITE_OK); /* Others can have it. */
    }
    failing_file_stop();
    assert_recovered(scene, &operation, before);
}

/* What fails once for a batch is tried again for each alone. */
static void a_batch_survives_a_failure(void **state)
{
    enum { COUNT = 4 };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation operations[COUNT];
    struct crowd_member members[COUNT];
    struct crowd crowd;
    struct gate gate;
    crowd_init(&crowd);
    gate_close(&gate, scene);
    for (size_t i = 0; i < COUNT; i++) {
        operations[i] = new_issue(scene, template_id, USER, numbered(scene, "order", i));
        crowd_submit(&crowd, scene, &members[i], &operations[i]);
    }
    failing_file_fail_at(FILE_SYNC, 1, SQLITE_IOERR_FSYNC, 0);
    gate_open(&gate);
    crowd_wait(&crowd, COUNT);
    assert_true(failing_file_has_failed(FILE_SYNC));
    failing_file_stop();
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(operations[i].error.code, KQ_E_NONE);
        assert_false(operations[i].issue.result.replayed);
    }
    assert_int_equal(get_template(scene, template_id).issued_count, COUNT);
    assert_int_equal(list_vouchers(scene, template_id, USER).count, COUNT);
}

/* Each write of it that may fail for good: all of its issues or none. */
static void many_issues_on_a_disk_that_is_full(void **state)
{
    enum { COUNT = 50 };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_issue_item items[COUNT];
    unsigned long n = 1;
    for (bool failed = true; failed; n++) {
        for (size_t i = 0; i < COUNT; i++) {
            struct kq_operation issue =
                new_issue(scene, template_id, USER, numbered(scene, "order", n * COUNT + i));
            items[i] = (struct kq_issue_item){.request = issue.issue.request};
        }
        struct kq_operation many = new_operation(scene, KQ_OP_ISSUE_MANY);
        many.issue_many.items = items;
        many.issue_many.count = COUNT;
        struct kq_slice before = dump(scene);
        failing_file_fail_at(FILE_WRITE, n, SQLITE_FULL, 1);
        enum kq_error_code code = apply(scene, &many);
        failed = failing_file_has_failed(FILE_WRITE) != 0;
        failing_file_stop();
        assert_string_equal(kq_error_name(code), failed ? "STORE" : "NONE");
        if (failed) {
            assert_slice(dump(scene), before.data);
            apply_ok(scene, &many);
        }
        for (size_t i = 0; i < COUNT; i++) {
            assert_null(items[i].refusal);
            assert_false(items[i].result.replayed);
        }
        assert_int_equal(get_template(scene, template_id).issued_count, n * COUNT);
    }
    assert_true(n > 2);
}

static void a_batch_is_synced_once(void **state)
{
    enum { COUNT = 100 };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation *operations = calloc(COUNT, sizeof(*operations));
    struct crowd_member *members = calloc(COUNT, sizeof(*members));
    struct crowd crowd;
    struct gate gate;
    crowd_init(&crowd);
    gate_close(&gate, scene);
    for (size_t i = 0; i < COUNT; i++) {
        operations[i] = new_issue(scene, template_id, USER, numbered(scene, "order", i));
        crowd_submit(&crowd, scene, &members[i], &operations[i]);
    }
    unsigned long before = failing_file_count(FILE_SYNC);
    gate_open(&gate);
    crowd_wait(&crowd, COUNT);
    assert_int_equal(failing_file_count(FILE_SYNC) - before, 1);
    free(operations);
    free(members);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(each_write_from_which_on_the_disk_is_full),
        SCENE_TEST(each_write_from_which_on_all_fail),
        SCENE_TEST(each_sync_from_which_on_all_fail),
        SCENE_TEST(each_write_that_fails_once),
        SCENE_TEST(each_sync_that_fails_once),
        SCENE_TEST(each_read_that_fails),
        SCENE_TEST(a_disk_that_stays_full),
        SCENE_TEST(a_batch_survives_a_failure),
        SCENE_TEST(many_issues_on_a_disk_that_is_full),
        SCENE_TEST(a_batch_is_synced_once),
    };
    return cmocka_run_group_tests(tests, use_failing_files, NULL);
}
