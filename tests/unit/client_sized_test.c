/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sized.h"

#include <string.h>

#include "wire_support.h"

/* Structs of a program that was compiled with another header: shorter, as long, longer. */

struct own {
    int first;
    int second;
};

struct earlier {
    int first;
};

struct later {
    int first;
    int second;
    char third;
};

static void test_as_long(void **state)
{
    (void)state;
    const struct own given = {1, 2};
    struct own own;
    struct kq_error error = {0};
    assert_ok(kq_sized_copy("own", &own, sizeof(own), &given, sizeof(given), &error), &error);
    assert_memory_equal(&own, &given, sizeof(own));
}

static void test_what_an_earlier_one_lacks_is_zero(void **state)
{
    (void)state;
    const struct earlier given = {1};
    struct own own;
    struct kq_error error = {0};
    memset(&own, 'x', sizeof(own));
    assert_ok(kq_sized_copy("own", &own, sizeof(own), &given, sizeof(given), &error), &error);
    assert_int_equal(own.first, 1);
    assert_int_equal(own.second, 0);
}

static void test_what_a_later_one_has_more_may_be_zero(void **state)
{
    (void)state;
    struct later given;
    struct own own;
    struct kq_error error = {0};
    memset(&given, 0, sizeof(given));
    given.second = 2;
    assert_ok(kq_sized_copy("own", &own, sizeof(own), &given, sizeof(given), &error), &error);
    assert_int_equal(own.second, 2);
}

/* Whichever byte it is, the last one too. */
static void test_and_nothing_else(void **state)
{
    (void)state;
    struct own own;
    for (size_t at = sizeof(own); at < sizeof(struct later); at++) {
        struct later given;
        struct kq_error error = {0};
        memset(&given, 0, sizeof(given));
        ((char *)&given)[at] = 1;
        assert_failed(kq_sized_copy("own", &own, sizeof(own), &given, sizeof(given), &error), &error,
                      KQ_E_USAGE);
        assert_string_equal(kq_error_message(&error), "struct own has something set that this libkaquan does "
                                                      "not know: it is older than the header");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_long),
        cmocka_unit_test(test_what_an_earlier_one_lacks_is_zero),
        cmocka_unit_test(test_what_a_later_one_has_more_may_be_zero),
        cmocka_unit_test(test_and_nothing_else),
    };
    return cmocka_run_group_tests_name("client_sized", tests, NULL, NULL);
}
