/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "server/address.h"

static void addresses_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *shown;
        bool is_loopback;
    } rows[] = {
        {"127.0.0.1:8080", "127.0.0.1:8080", true},
        {"127.1.2.3:0", "127.1.2.3:0", true},
        {"localhost:1", "127.0.0.1:1", true},
        {"[::1]:65535", "[::1]:65535", true},
        {"[::ffff:127.0.0.1]:1", "[::ffff:127.0.0.1]:1", true},
        {"0.0.0.0:80", "0.0.0.0:80", false},
        {"10.0.0.1:00080", "10.0.0.1:80", false},
        {"[::]:8080", "[::]:8080", false},
        {"[2001:db8::1]:8080", "[2001:db8::1]:8080", false},
        {"[::ffff:10.0.0.1]:1", "[::ffff:10.0.0.1]:1", false},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_address address;
        char text[KQ_ADDRESS_TEXT_SIZE];
        assert_true(kq_address_parse(rows[i].text, &address, NULL).ok);
        kq_address_format(&address, text);
        assert_string_equal(text, rows[i].shown);
        assert_int_equal(kq_address_is_loopback(&address), rows[i].is_loopback);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        ":",
        ":8080",
        "8080",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:-1",
        "127.0.0.1:65536",
        "127.0.0.1:100000",
        "127.0.0.1:80 ",
        " 127.0.0.1:80",
        "127.0.0:80",
        "256.0.0.1:80",
        "example.org:80",
        "::1:80",
        "[::1]",
        "[::1]80",
        "[::1:80",
        "[]:80",
        "[127.0.0.1]:80",
        "[::1%lo]:80",
        "127.0.0.1:80:80",
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000:1",
    };
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        struct kq_address address;
        struct kq_error error = {0};
        assert_false(kq_address_parse(texts[i], &address, &error).ok);
        assert_int_equal(error.code, KQ_E_USAGE);
        assert_non_null(strstr(error.detail, "127.0.0.1:8080"));
    }
}

static void a_port_is_shared_by_one_program_only(void **state)
{
    (void)state;
    struct kq_address address;
    struct kq_error error = {0};
    int first = -1;
    int second = -1;
    int other = -1;
    char text[KQ_ADDRESS_TEXT_SIZE];
    assert_true(kq_address_parse("127.0.0.1:0", &address, NULL).ok);
    assert_true(kq_listen(&address, &first, NULL).ok);
    kq_address_format(&address, text);
    assert_string_not_equal(text, "127.0.0.1:0");
    assert_true(kq_listen_again(&address, &second, NULL).ok);
    assert_false(kq_listen(&address, &other, &error).ok);
    assert_int_equal(error.code, KQ_E_USAGE);
    assert_non_null(strstr(error.detail, text));
    assert_non_null(strstr(error.detail, "in use"));
    close(first);
    assert_false(kq_listen(&address, &other, &error).ok);
    close(second);
    assert_true(kq_listen(&address, &other, &error).ok);
    close(other);
}

static void an_address_of_another_machine_is_refused(void **state)
{
    (void)state;
    struct kq_address address;
    struct kq_error error = {0};
    int fd = -1;
    assert_true(kq_address_parse("192.0.2.1:0", &address, NULL).ok); /* RFC 5737: nobody's */
    assert_false(kq_listen(&address, &fd, &error).ok);
    assert_int_equal(error.code, KQ_E_USAGE);
    assert_non_null(strstr(error.detail, "no address of this machine"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(a_port_is_shared_by_one_program_only),
        cmocka_unit_test(an_address_of_another_machine_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
