/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "server/application_cache.h"

/* A store of applications "app-0", "app-1", …, each with the pid that the test says, made in the operation's
 * arena as a real store does. */
static struct {
    struct kq_reader reader;
    uint64_t revision;
    uint64_t revision_while_reading; /* not 0: so it is from the middle of the next read on */
    unsigned reads;
    unsigned application_count;
    unsigned pid;
    enum kq_error_code failure; /* of every read */
} fake;

static struct kq_application_cache *cache;

static void read_application(struct kq_reader *reader, struct kq_operation *operation)
{
    (void)reader;
    assert_int_equal(operation->kind, KQ_OP_APPLICATION_GET);
    struct kq_op_application_get *get = &operation->application_get;
    unsigned number = 0;
    fake.reads++;
    if (fake.failure != KQ_E_NONE) {
        KQ_IGNORE(kq_fail(&operation->error, fake.failure, "as the test wants"));
        return;
    }
    get->found = sscanf(get->app_id.data, "app-%u", &number) == 1 && number < fake.application_count;
    if (get->found) {
        get->application.app_id = kq_arena_copy(operation->arena, get->app_id);
        get->application.pid = kq_arena_print(operation->arena, "%u-%u", fake.pid, number);
        if (get->application.app_id.data == NULL || get->application.pid.data == NULL) {
            KQ_IGNORE(kq_fail(&operation->error, KQ_E_NO_MEMORY, "%s", ""));
        }
    }
    if (fake.revision_while_reading != 0) {
        fake.revision = fake.revision_while_reading;
        fake.pid++;
    }
    fake.revision_while_reading = 0;
}

static uint64_t read_revision(struct kq_reader *reader)
{
    (void)reader;
    return fake.revision;
}

static const struct kq_store_functions functions = {
    .name = "fake", .read = read_application, .revision = read_revision};

static int set_up(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof(fake));
    fake.reader.functions = &functions;
    fake.revision = 1;
    fake.application_count = 10;
    assert_true(kq_application_cache_open(&cache, NULL).ok);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kq_memory_fail_at(0);
    kq_application_cache_close(cache);
    return 0;
}

/* NULL: there is none. */
static const struct kq_application *get(const char *app_id)
{
    const struct kq_application *application = NULL;
    struct kq_error error = {0};
    assert_true(kq_application_cache_get(cache, &fake.reader, kq_slice_of(app_id), &application, &error).ok);
    assert_int_equal(error.code, KQ_E_NONE);
    return application;
}

static void assert_pid(const char *app_id, const char *pid)
{
    const struct kq_application *application = get(app_id);
    assert_non_null(application);
    assert_true(kq_slice_equal(application->app_id, kq_slice_of(app_id)));
    assert_true(kq_slice_equal(application->pid, kq_slice_of(pid)));
}

static void an_application_is_read_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        assert_pid("app-1", "0-1");
        assert_pid("app-2", "0-2");
    }
    assert_int_equal(fake.reads, 2);
}

static void after_a_commit_it_is_read_again(void **state)
{
    (void)state;
    assert_pid("app-1", "0-1");
    fake.pid = 7;
    fake.revision++;
    assert_pid("app-1", "7-1");
    assert_pid("app-1", "7-1");
    assert_int_equal(fake.reads, 2);
}

/* What stands in the cache may be of before the commit: it is not trusted. */
static void a_commit_while_it_is_read_is_seen_by_the_next_call(void **state)
{
    (void)state;
    fake.revision_while_reading = 2;
    assert_pid("app-1", "0-1");
    assert_pid("app-1", "1-1");
    fake.revision = 3;
    fake.revision_while_reading = 4;
    assert_pid("app-1", "1-1");
    assert_pid("app-1", "2-1");
    assert_pid("app-1", "2-1");
}

static void what_cannot_be_told_apart_is_read_each_time(void **state)
{
    (void)state;
    fake.revision = 0;
    for (unsigned i = 1; i <= 5; i++) {
        fake.pid = i;
        char pid[16];
        snprintf(pid, sizeof(pid), "%u-1", i);
        assert_pid("app-1", pid);
        assert_int_equal(fake.reads, i);
    }
    fake.revision = 9; /* It can again. */
    assert_pid("app-1", "5-1");
    fake.pid = 6;
    fake.revision = 0;
    assert_pid("app-1", "6-1");
}

static void a_name_that_is_made_up_is_read_each_time(void **state)
{
    (void)state;
    assert_null(get("nobody"));
    assert_null(get("nobody"));
    assert_null(get("app-10"));
    assert_int_equal(fake.reads, 3);
    fake.application_count = 11; /* Even without a commit that the revision tells. */
    assert_pid("app-10", "0-10");
}

static void names_that_are_made_up_take_nobodys_place(void **state)
{
    (void)state;
    char app_id[32];
    for (unsigned i = 0; i < 10; i++) {
        snprintf(app_id, sizeof(app_id), "app-%u", i);
        assert_non_null(get(app_id));
    }
    for (unsigned i = 0; i < 20000; i++) {
        snprintf(app_id, sizeof(app_id), "made-up-%u", i);
        assert_null(get(app_id));
    }
    unsigned reads = fake.reads;
    for (unsigned i = 0; i < 10; i++) {
        snprintf(app_id, sizeof(app_id), "app-%u", i);
        assert_non_null(get(app_id));
    }
    assert_int_equal(fake.reads, reads);
}

/* More than fit: whichever are kept, nobody gets another's. */
static void many_applications_are_told_apart(void **state)
{
    (void)state;
    enum { MANY = 3 * KQ_APPLICATION_CACHE_SETS * KQ_APPLICATION_CACHE_WAYS };
    char app_id[32];
    char pid[32];
    fake.application_count = MANY;
    for (unsigned i = 0; i < 2 * MANY; i++) {
        snprintf(app_id, sizeof(app_id), "app-%u", i % MANY);
        snprintf(pid, sizeof(pid), "0-%u", i % MANY);
        assert_pid(app_id, pid);
        assert_pid(app_id, pid);
    }
    assert_in_range(fake.reads, MANY, 2 * MANY); /* At once again, each is there. */
}

static void assert_fails(const char *app_id, enum kq_error_code code)
{
    const struct kq_application *application = NULL;
    struct kq_error error = {0};
    assert_false(kq_application_cache_get(cache, &fake.reader, kq_slice_of(app_id), &application, &error).ok);
    assert_int_equal(error.code, code);
}

/* Where the store cannot be read, nothing old is given out for new. */
static void a_failing_store_is_told_and_forgotten(void **state)
{
    (void)state;
    assert_pid("app-1", "0-1");
    fake.failure = KQ_E_STORE;
    assert_pid("app-1", "0-1"); /* Nothing was committed: there is nothing to read. */
    assert_fails("app-2", KQ_E_STORE);
    fake.revision++;
    assert_fails("app-1", KQ_E_STORE);
    fake.revision--; /* Not even where the old revision came again. */
    assert_fails("app-1", KQ_E_STORE);
    fake.failure = KQ_E_NONE;
    fake.pid = 3;
    assert_pid("app-1", "3-1");
    assert_pid("app-2", "3-2");
}

static void an_allocation_that_fails_fails_one_call(void **state)
{
    bool has_failed = true;
    for (unsigned long n = 1; has_failed; n++) {
        assert_true(n < 20);
        kq_application_cache_close(cache);
        cache = NULL;
        set_up(state);
        kq_memory_fail_at(n);
        const struct kq_application *application = NULL;
        struct kq_error error = {0};
        bool ok = kq_application_cache_get(cache, &fake.reader, KQ_SLICE("app-1"), &application, &error).ok;
        has_failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        assert_int_equal(ok, !has_failed);
        assert_int_equal(error.code, has_failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        assert_pid("app-1", "0-1");
    }
}

static void reading_again_takes_no_more_memory(void **state)
{
    (void)state;
    assert_pid("app-1", "0-1");
    kq_memory_fail_at(1);
    for (unsigned i = 0; i < 100; i++) {
        fake.revision++;
        assert_pid("app-1", "0-1");
    }
    assert_int_equal(kq_memory_has_failed(), 0);
}

static void opening_without_memory_is_refused(void **state)
{
    (void)state;
    struct kq_application_cache *opened = NULL;
    struct kq_error error = {0};
    kq_memory_fail_at(1);
    assert_false(kq_application_cache_open(&opened, &error).ok);
    kq_memory_fail_at(0);
    assert_int_equal(error.code, KQ_E_NO_MEMORY);
}

#define cache_unit_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cache_unit_test(an_application_is_read_once),
        cache_unit_test(after_a_commit_it_is_read_again),
        cache_unit_test(a_commit_while_it_is_read_is_seen_by_the_next_call),
        cache_unit_test(what_cannot_be_told_apart_is_read_each_time),
        cache_unit_test(a_name_that_is_made_up_is_read_each_time),
        cache_unit_test(names_that_are_made_up_take_nobodys_place),
        cache_unit_test(many_applications_are_told_apart),
        cache_unit_test(a_failing_store_is_told_and_forgotten),
        cache_unit_test(an_allocation_that_fails_fails_one_call),
        cache_unit_test(reading_again_takes_no_more_memory),
        cmocka_unit_test(opening_without_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
