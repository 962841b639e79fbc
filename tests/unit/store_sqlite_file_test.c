/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/memory.h"
#include "store/sqlite.h"
#include "store/sqlite/schema.h"

/* The file: who may read it, what is opened, what is refused, what it guards itself. */

static void assert_mode(const char *path, unsigned mode)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, mode);
}

static void close_store(struct scene *scene)
{
    kq_reader_close(scene->reader);
    kq_store_close(scene->store);
    scene->reader = NULL;
    scene->store = NULL;
}

static enum kq_error_code try_open(struct scene *scene, const char *path, bool create, struct kq_error *error)
{
    struct kq_sqlite_options options = {.path = path, .create = create, .clock = &scene->clock.clock};
    *error = (struct kq_error){0};
    struct kq_store *store = NULL;
    if (kq_sqlite_open(&options, &store, error).ok) {
        kq_store_close(store);
    }
    return error->code;
}

static void assert_says(const struct kq_error *error, const char *text)
{
    bool says = strstr(error->detail, text) != NULL;
    if (!says) {
        print_error("\"%s\" does not say \"%s\"\n", error->detail, text);
    }
    assert_true(says);
}

static void only_the_owner_may_read(void **state)
{
    struct scene *scene = *state;
    close_store(scene);
    unlink(store_path(scene, ""));
    mode_t before = umask(0);
    open_store_under_test(scene->directory, &scene->clock.clock, 0, &scene->store);
    add_user(scene, USER);
    umask(before);
    assert_mode(store_path(scene, ""), 0600);
    assert_mode(store_path(scene, "-wal"), 0600);
    assert_mode(store_path(scene, "-shm"), 0600);
}

static void the_mode_is_what_durability_needs(void **state)
{
    struct scene *scene = *state;
    sqlite3 *handle = open_file(scene);
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(handle, "PRAGMA journal_mode", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), "wal");
    sqlite3_finalize(statement);
    sqlite3_close(handle);
}

static void closing_leaves_one_file(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    close_store(scene);
    assert_int_not_equal(access(store_path(scene, "-wal"), F_OK), 0);
    assert_int_equal(access(store_path(scene, ""), F_OK), 0);
}

static void the_log_is_emptied_though_others_have_the_file(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_store *other = NULL;
    open_store_under_test(scene->directory, &scene->clock.clock, 0, &other);
    close_store(scene);
    struct stat status;
    assert_int_equal(stat(store_path(scene, "-wal"), &status), 0);
    assert_int_equal(status.st_size, 0);
    kq_store_close(other);
}

static void a_missing_file_is_not_found(void **state)
{
    struct scene *scene = *state;
    struct kq_error error;
    const char *path = store_path(scene, ".other");
    assert_int_equal(try_open(scene, path, false, &error), KQ_E_NOT_FOUND);
    assert_says(&error, path);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(try_open(scene, store_path(scene, "/nowhere"), true, &error), KQ_E_STORE);
    assert_int_equal(
        try_open(scene, kq_arena_print(&scene->arena, "%s/no/file", scene->directory).data, true, &error),
        KQ_E_STORE);
    assert_int_equal(try_open(scene, path, true, &error), KQ_E_NONE);
    assert_int_equal(try_open(scene, path, false, &error), KQ_E_NONE);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    struct scene *scene = *state;
    const char *path = store_path(scene, ".txt");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 200; i++) {
        fprintf(file, "This is a diary and no database.\n");
    }
    fclose(file);
    struct kq_error error;
    assert_int_equal(try_open(scene, path, true, &error), KQ_E_STORE);
    assert_says(&error, "not a database");
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 200 * 33);
}

static void another_programs_database_is_refused(void **state)
{
    struct scene *scene = *state;
    const char *path = store_path(scene, ".foreign");
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, "CREATE TABLE diary (day, text)", NULL, NULL, NULL), SQLITE_OK);
    struct kq_error error;
    assert_int_equal(try_open(scene, path, true, &error), KQ_E_STORE);
    assert_says(&error, "another program");
    assert_int_equal(ask_sql(handle, "SELECT count(*) FROM sqlite_schema"), 1);
    assert_int_equal(ask_sql(handle, "PRAGMA user_version"), 0);
    assert_int_equal(sqlite3_exec(handle, "PRAGMA application_id = 5", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(try_open(scene, path, true, &error), KQ_E_STORE);
    assert_says(&error, "another program");
    sqlite3_close(handle);
}

static void a_newer_schema_is_refused(void **state)
{
    struct scene *scene = *state;
    close_store(scene);
    assert_int_equal(run_sql(scene, "PRAGMA user_version = 99"), SQLITE_OK);
    struct kq_error error;
    assert_int_equal(try_open(scene, store_path(scene, ""), true, &error), KQ_E_STORE);
    assert_says(&error, "newer kaquan");
    sqlite3 *handle = open_file(scene);
    assert_int_equal(ask_sql(handle, "PRAGMA user_version"), 99);
    sqlite3_close(handle);
}

static void a_schema_that_becomes_newer_is_not_healthy(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(run_sql(scene, "PRAGMA user_version = 99"), SQLITE_OK);
    struct kq_operation health = new_operation(scene, KQ_OP_HEALTH);
    assert_int_equal(look(scene, &health), KQ_E_STORE);
}

static void a_schema_that_becomes_newer_is_not_written(void **state)
{
    struct scene *scene = *state;
    struct kq_operation create = new_operation(scene, KQ_OP_USER_CREATE);
    create.user_create.user.user_id = KQ_SLICE(USER);
    char today[64];
    snprintf(today, sizeof(today), "PRAGMA user_version = %d", (int)kq_schema_version());
    assert_int_equal(run_sql(scene, "PRAGMA user_version = 99"), SQLITE_OK);
    assert_refused(scene, &create, KQ_E_STORE);
    assert_says(&create.error, "start the newer one");
    assert_int_equal(run_sql(scene, today), SQLITE_OK);
    apply_ok(scene, &create);
}

static void a_lost_node_is_noticed(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(run_sql(scene, "DELETE FROM meta"), SQLITE_OK);
    struct kq_operation health = new_operation(scene, KQ_OP_HEALTH);
    assert_int_equal(look(scene, &health), KQ_E_STORE);
    struct kq_operation create = new_operation(scene, KQ_OP_USER_CREATE);
    create.user_create.user.user_id = KQ_SLICE(USER);
    assert_refused(scene, &create, KQ_E_STORE);
}

static void an_enumerator_out_of_range_is_noticed(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    assert_int_equal(run_sql(scene, "PRAGMA ignore_check_constraints = ON; UPDATE user SET state = 7"),
                     SQLITE_OK);
    struct kq_operation get = new_operation(scene, KQ_OP_USER_GET);
    get.user_get.recipient = (struct kq_recipient){KQ_RECIPIENT_USER_ID, KQ_SLICE(USER)};
    assert_int_equal(look(scene, &get), KQ_E_STORE);
}

struct opening {
    struct scene *scene;
    const char *path;
    _Atomic size_t opened;
};

static void open_new_file(void *context, size_t number)
{
    (void)number;
    struct opening *opening = context;
    struct kq_error error;
    bool opened = try_open(opening->scene, opening->path, true, &error) == KQ_E_NONE;
    atomic_fetch_add(&opening->opened, opened ? 1 : 0);
}

/* All of them find a file without a schema; one makes it, the others wait. */
static void many_open_a_new_file_at_once(void **state)
{
    enum { OPENERS = 8 };
    struct scene *scene = *state;
    struct opening opening = {.scene = scene, .path = store_path(scene, ".new")};
    run_threads(OPENERS, open_new_file, &opening);
    assert_int_equal(atomic_load(&opening.opened), OPENERS);
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(opening.path, &handle), SQLITE_OK);
    assert_int_equal(ask_sql(handle, "SELECT count(*) FROM meta"), 1);
    sqlite3_close(handle);
}

/* Whatever a mistake above them may write. */
static void the_schema_refuses_nonsense(void **state)
{
    static const char *const nonsense[] = {
        "UPDATE template SET issued_count = quantity + 1",
        "UPDATE template SET issued_count = -1",
        "UPDATE template SET total_amount_fen = issued_amount_fen - 1",
        "UPDATE template SET used_count = issued_count + 1",
        "UPDATE template SET used_amount_fen = issued_amount_fen + 1",
        "UPDATE template SET amount_fen = -1",
        "UPDATE template SET state = 3",
        "UPDATE template SET kind = 4",
        "UPDATE template SET publish_end_s = publish_start_s - 1",
        "UPDATE template SET period_type = 0",
        "UPDATE template SET period_unit = 3",
        "UPDATE template SET quantity = 'many'",
        "UPDATE template SET pid = 'nobody'",
        "UPDATE voucher SET spent_fen = amount_fen + 1",
        "UPDATE voucher SET spent_fen = -1",
        "UPDATE voucher SET state = 4",
        "UPDATE voucher SET active_s = expires_s + 1",
        "UPDATE voucher SET issued_s = expires_s + 1",
        "UPDATE voucher SET user_id = 'nobody'",
        "UPDATE voucher SET template_no = 'none'",
        "UPDATE voucher SET memo = NULL",
        "UPDATE voucher SET out_biz_no = '1'",
        "UPDATE user SET state = 2",
        "UPDATE user SET taobao_nick = ''",
        "UPDATE user SET user_id = 2087999999999999",
        "UPDATE user SET user_id = 2089000000000000",
        "INSERT INTO user_login VALUES ('login', 2088000000000000)",
        "UPDATE template SET template_id = NULL",
        "DELETE FROM merchant",
        "UPDATE meta SET node = 1024",
        "UPDATE meta SET sequence = 16384",
        "INSERT INTO meta VALUES (2, 0, 0, 0)",
        "INSERT INTO app_grant VALUES (x'00', 'a', '" PID "', 0, 0)",
    };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template template = plain_template();
    template.quantity = 5;
    struct kq_slice template_id = add_template(scene, template);
    issue(scene, template_id, USER, "1");
    issue(scene, template_id, USER, "2");
    sqlite3 *handle = open_file(scene);
    assert_int_equal(sqlite3_exec(handle, "PRAGMA foreign_keys = ON", NULL, NULL, NULL), SQLITE_OK);
    for (size_t i = 0; i < KQ_COUNT(nonsense); i++) {
        int status = sqlite3_exec(handle, nonsense[i], NULL, NULL, NULL);
        if ((status & 0xFF) != SQLITE_CONSTRAINT) {
            fail_msg("%s: %d", nonsense[i], status);
        }
    }
    sqlite3_close(handle);
}

/* Opening and closing, with each allocation failing in turn. */
static void opening_survives_each_allocation_that_fails(void **state)
{
    struct scene *scene = *state;
    const char *path = store_path(scene, "");
    unsigned long n = 0;
    bool failed = true;
    while (failed) {
        struct kq_error error = {0};
        kq_memory_fail_at(++n);
        enum kq_error_code code = try_open(scene, path, false, &error);
        failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        assert_int_equal(code, failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
    }
    assert_true(n > 1);
    struct kq_reader *reader = NULL;
    struct kq_error error = {0};
    kq_memory_fail_at(1);
    assert_false(kq_store_reader_open(scene->store, &reader, &error).ok);
    kq_memory_fail_at(0);
    assert_int_equal(error.code, KQ_E_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(only_the_owner_may_read),
        SCENE_TEST(the_mode_is_what_durability_needs),
        SCENE_TEST(closing_leaves_one_file),
        SCENE_TEST(the_log_is_emptied_though_others_have_the_file),
        SCENE_TEST(a_missing_file_is_not_found),
        SCENE_TEST(a_file_that_is_no_database_is_refused),
        SCENE_TEST(another_programs_database_is_refused),
        SCENE_TEST(a_newer_schema_is_refused),
        SCENE_TEST(a_schema_that_becomes_newer_is_not_healthy),
        SCENE_TEST(a_schema_that_becomes_newer_is_not_written),
        SCENE_TEST(a_lost_node_is_noticed),
        SCENE_TEST(an_enumerator_out_of_range_is_noticed),
        SCENE_TEST(many_open_a_new_file_at_once),
        SCENE_TEST(the_schema_refuses_nonsense),
        SCENE_TEST(opening_survives_each_allocation_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
