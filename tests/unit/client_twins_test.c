/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/twins.h"
#include "wire_support.h"

/* Duplicates of sockets: there as long as libcurl's own is open, and found from either side. */

static int open_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_return_code(fd, errno);
    return fd;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void test_one_that_is_kept(void **state)
{
    (void)state;
    struct kq_twins twins = {0};
    int original = open_socket();
    kq_twins_expect(&twins, original);
    int twin = kq_twins_make(&twins, original);
    assert_int_not_equal(twin, original);
    assert_int_equal(kq_twins_make(&twins, original), twin);
    assert_int_equal(kq_twins_find(&twins, original), twin);
    assert_int_equal(kq_twins_original(&twins, twin), original);
    kq_twins_release(&twins, original);
    assert_true(is_open(twin));
    kq_twins_close(&twins, original);
    assert_false(is_open(twin));
    assert_int_equal(kq_twins_find(&twins, original), original);
    assert_int_equal(kq_twins_original(&twins, twin), twin);
    kq_twins_close(&twins, original);
    kq_twins_free(&twins);
    assert_true(is_open(original));
    close(original);
}

static void test_one_whose_original_was_closed(void **state)
{
    (void)state;
    struct kq_twins twins = {0};
    int original = open_socket();
    kq_twins_expect(&twins, original);
    int twin = kq_twins_make(&twins, original);
    close(original);
    kq_twins_release(&twins, original);
    assert_false(is_open(twin));
    kq_twins_free(&twins);
}

/* The number is another socket's by now. */
static void test_one_whose_number_was_taken(void **state)
{
    (void)state;
    struct kq_twins twins = {0};
    int original = open_socket();
    kq_twins_expect(&twins, original);
    int twin = kq_twins_make(&twins, original);
    close(original);
    assert_int_equal(open_socket(), original);
    kq_twins_release(&twins, original);
    assert_false(is_open(twin));
    assert_int_equal(kq_twins_make(&twins, original), original); /* that one is not expected */
    kq_twins_free(&twins);
    close(original);
}

#define MANY 100 /* more than there is room for at first */

static void test_many(void **state)
{
    (void)state;
    struct kq_twins twins = {0};
    int originals[MANY];
    int made[MANY];
    for (int i = 0; i < MANY; i++) {
        originals[i] = open_socket();
        kq_twins_expect(&twins, originals[i]);
        made[i] = kq_twins_make(&twins, originals[i]);
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(kq_twins_original(&twins, made[i]), originals[i]);
    }
    kq_twins_free(&twins);
    for (int i = 0; i < MANY; i++) {
        assert_false(is_open(made[i]));
        close(originals[i]);
    }
}

static void test_none_can_be_made(void **state)
{
    (void)state;
    struct kq_twins twins = {0};
    struct rlimit before;
    int original = open_socket();
    kq_twins_expect(&twins, original);
    assert_return_code(getrlimit(RLIMIT_NOFILE, &before), errno);
    const struct rlimit none = {.rlim_cur = (rlim_t)original + 1, .rlim_max = before.rlim_max};
    assert_return_code(setrlimit(RLIMIT_NOFILE, &none), errno);
    assert_int_equal(kq_twins_make(&twins, original), original);
    assert_return_code(setrlimit(RLIMIT_NOFILE, &before), errno);
    /* It is watched under its own number now, and stays so. */
    assert_int_equal(kq_twins_make(&twins, original), original);
    assert_int_equal(kq_twins_find(&twins, original), original);
    assert_int_equal(kq_twins_original(&twins, original), original);
    kq_twins_release(&twins, original);
    assert_true(is_open(original));
    kq_twins_free(&twins);
    close(original);
}

static struct kq_result make_one(void *context, struct kq_error *error)
{
    struct kq_twins twins = {0};
    const int *original = context;
    kq_twins_expect(&twins, *original);
    bool is_made = kq_twins_make(&twins, *original) != *original;
    kq_twins_free(&twins);
    KQ_ENSURE_MEMORY(is_made, error);
    return KQ_OK;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    int original = open_socket();
    fail_each_allocation(make_one, &original);
    close(original);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_that_is_kept),
        cmocka_unit_test(test_one_whose_original_was_closed),
        cmocka_unit_test(test_one_whose_number_was_taken),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_none_can_be_made),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("client_twins", tests, NULL, NULL);
}
