/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing_file.h"

/* A commit that fails at its sync stands in SQLite's log, complete. What is left of it where the process is
 * killed then? The files are looked at as they stand at that moment, copied from under the open store. */

static int use_failing_files(void **state)
{
    (void)state;
    failing_file_register();
    return 0;
}

/* By a process of its own: closing the file in this one would drop the locks that SQLite has on it. */
static void copy_file(const char *from, const char *to)
{
    char *arguments[] = {"cp", (char *)from, (char *)to, NULL};
    pid_t process = 0;
    int status = 0;
    assert_int_equal(posix_spawnp(&process, "cp", NULL, NULL, arguments, environ), 0);
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_int_equal(status, 0);
}

/* How many vouchers are there for whoever opens the store after its process was killed now? */
static int64_t vouchers_if_killed(struct scene *scene)
{
    unlink(store_path(scene, ".killed-shm"));
    copy_file(store_path(scene, ""), store_path(scene, ".killed"));
    copy_file(store_path(scene, "-wal"), store_path(scene, ".killed-wal"));
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(store_path(scene, ".killed"), &handle), SQLITE_OK);
    int64_t count = ask_sql(handle, "SELECT count(*) FROM voucher");
    assert_int_equal(ask_sql(handle, "SELECT sum(issued_count) FROM template"), count);
    assert_int_equal(
        ask_sql(handle, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
    return count;
}

static void a_sync_that_fails_once_is_made_good(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_operation operation = new_issue(scene, add_template(scene, plain_template()), USER, "1");
    failing_file_fail_at(FILE_SYNC, 1, SQLITE_IOERR_FSYNC, 0);
    apply_ok(scene, &operation);
    assert_true(failing_file_has_failed(FILE_SYNC));
    failing_file_stop();
    assert_false(operation.issue.result.replayed);
    assert_int_equal(vouchers_if_killed(scene), 1);
}

/* The sync fails once, and one write: before the sync, or while the commit is tried again. The next answer is
 * that of a request that has nothing to write: what was refused is gone all the same. */
static void what_was_refused_is_gone_before_the_next_answer(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation unknown = new_issue(scene, template_id, OTHER_USER, "unknown");
    unsigned long n = 1;
    int64_t issued = 0;
    for (bool failed = true; failed; n++) {
        struct kq_operation operation = new_issue(scene, template_id, USER, numbered(scene, "order", n));
        failing_file_fail_at(FILE_SYNC, 1, SQLITE_IOERR_FSYNC, 0);
        failing_file_fail_at(FILE_WRITE, n, SQLITE_IOERR_WRITE, 0);
        enum kq_error_code code = apply(scene, &operation);
        failed = failing_file_has_failed(FILE_WRITE) != 0;
        failing_file_stop();
        assert_true(failing_file_has_failed(FILE_SYNC));
        assert_string_equal(kq_error_name(code), failed ? "STORE" : "NONE");
        issued += failed ? 0 : 1;
        assert_int_equal(apply(scene, &unknown), KQ_E_USER_NOT_EXIST);
        assert_int_equal(vouchers_if_killed(scene), issued);
    }
    assert_true(n > 4);
}

static void nothing_is_answered_while_an_outcome_is_open(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation operation = new_issue(scene, template_id, USER, "1");
    struct kq_operation unknown = new_issue(scene, template_id, OTHER_USER, "2");
    assert_refused(scene, &unknown, KQ_E_USER_NOT_EXIST);
    failing_file_fail_at(FILE_SYNC, 1, SQLITE_IOERR_FSYNC, 1);
    assert_refused(scene, &operation, KQ_E_STORE);
    failing_file_stop();
    assert_int_equal(vouchers_if_killed(scene), 1); /* This is what cannot be ruled out. */
    failing_file_fail_at(FILE_SYNC, 1, SQLITE_IOERR_FSYNC, 1);
    assert_refused(scene, &unknown, KQ_E_STORE);
    failing_file_stop();
    assert_int_equal(vouchers_if_killed(scene), 0);
    assert_refused(scene, &unknown, KQ_E_USER_NOT_EXIST);
    assert_int_equal(vouchers_if_killed(scene), 0);
    apply_ok(scene, &operation);
    assert_false(operation.issue.result.replayed);
    assert_int_equal(vouchers_if_killed(scene), 1);
}

static void closing_settles_what_was_open(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation operation = new_issue(scene, template_id, USER, "1");
    failing_file_fail_at(FILE_SYNC, 1, SQLITE_IOERR_FSYNC, 1);
    assert_refused(scene, &operation, KQ_E_STORE);
    failing_file_stop();
    scene_reopen(scene);
    assert_int_equal(list_vouchers(scene, template_id, USER).count, 0);
    apply_ok(scene, &operation);
    assert_false(operation.issue.result.replayed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_sync_that_fails_once_is_made_good),
        SCENE_TEST(what_was_refused_is_gone_before_the_next_answer),
        SCENE_TEST(nothing_is_answered_while_an_outcome_is_open),
        SCENE_TEST(closing_settles_what_was_open),
    };
    return cmocka_run_group_tests(tests, use_failing_files, NULL);
}
