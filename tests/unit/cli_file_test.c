/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire_support.h"

/* Each test has a directory of its own: `state` holds its path. */
#define PATH_SIZE 256

static int make_directory(void **state)
{
    char *path = strdup("/tmp/kaquan-file-test-XXXXXX");
    *state = path;
    return path == NULL || mkdtemp(path) == NULL;
}

static int remove_directory(void **state)
{
    static const char *const names[] = {"name", ".name.partial"};
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof(path), "%s/%s", (const char *)*state, names[i]);
        unlink(path);
    }
    int removed = rmdir(*state);
    free(*state);
    return removed;
}

static struct kq_result write_name(const char *directory, unsigned mode, struct kq_slice bytes,
                                   struct kq_error *error)
{
    int opened KQ_CLEANUP(kq_file_close) = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(opened >= 0);
    return kq_file_write(opened, "name", mode, bytes, error);
}

static void assert_content(const char *directory, struct kq_slice expected, mode_t mode)
{
    BUFFER bytes = {0};
    char path[PATH_SIZE];
    struct stat about;
    struct kq_error error = {0};
    snprintf(path, sizeof(path), "%s/name", directory);
    assert_ok(kq_file_read(path, 1000, &bytes, &error), &error);
    assert_slice(kq_buffer_slice(&bytes), expected);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, mode);
}

static void test_write(void **state)
{
    struct kq_error error = {0};
    mode_t before = umask(0);
    assert_ok(write_name(*state, 0600, KQ_SLICE("secret"), &error), &error);
    umask(0777);
    struct kq_result again = write_name(*state, 0644, KQ_SLICE("public"), &error);
    umask(before);
    assert_ok(again, &error);
    assert_content(*state, KQ_SLICE("public"), 0644);
    assert_ok(write_name(*state, 0600, KQ_SLICE("secret"), &error), &error);
    assert_content(*state, KQ_SLICE("secret"), 0600);
}

/* What a process that died on the way left behind, readable by all, must not become the new file. */
static void test_write_over_a_partial_file(void **state)
{
    struct kq_error error = {0};
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%s/.name.partial", (const char *)*state);
    int left KQ_CLEANUP(kq_file_close) = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    assert_int_equal(write(left, "half of something longer", 24), 24);
    assert_ok(write_name(*state, 0600, KQ_SLICE("whole"), &error), &error);
    assert_content(*state, KQ_SLICE("whole"), 0600);
    assert_false(kq_file_exists(path));
}

static void test_read_refusals(void **state)
{
    BUFFER bytes = {0};
    char path[PATH_SIZE];
    struct kq_error error = {0};
    snprintf(path, sizeof(path), "%s/name", (const char *)*state);
    assert_failed(kq_file_read(path, 10, &bytes, &error), &error, KQ_E_NOT_FOUND);
    assert_detail_contains(&error, "/name");
    assert_failed(kq_file_read(*state, 10, &bytes, &error), &error, KQ_E_IO);
    assert_ok(write_name(*state, 0600, KQ_SLICE("0123456789"), &error), &error);
    assert_ok(kq_file_read(path, 10, &bytes, &error), &error);
    kq_buffer_clear(&bytes);
    assert_failed(kq_file_read(path, 9, &bytes, &error), &error, KQ_E_BAD_INPUT);
    assert_detail_contains(&error, "longer than 9 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_write, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_write_over_a_partial_file, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(test_read_refusals, make_directory, remove_directory),
    };
    return cmocka_run_group_tests_name("cli_file", tests, NULL, NULL);
}
