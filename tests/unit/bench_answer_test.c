/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/answer.h"

#define HEAD(status, length)                                                                                 \
    "HTTP/1.1 " status "\r\nContent-Type: application/json;charset=utf-8\r\nContent-Length: " length         \
    "\r\n\r\n"

static void expect(const char *text, enum kq_bench_answer expected)
{
    enum kq_bench_answer kind = KQ_BENCH_ANSWER_KIND_COUNT;
    struct kq_slice bytes = kq_slice_of(text);
    assert_int_equal(kq_bench_answer_read(bytes, &kind), bytes.size);
    assert_int_equal(kind, expected);
}

static void test_codes(void **state)
{
    (void)state;
    expect(HEAD("200 OK", "31") "{\"x_response\":{\"code\":\"10000\"}}", KQ_BENCH_ANSWER_GOOD);
    expect(HEAD("200 OK", "31") "{\"x_response\":{\"code\":\"20000\"}}", KQ_BENCH_ANSWER_BUSY);
    expect(HEAD("200 OK", "31") "{\"x_response\":{\"code\":\"40005\"}}", KQ_BENCH_ANSWER_LIMITED);
    expect(HEAD("200 OK", "31") "{\"x_response\":{\"code\":\"40004\"}}", KQ_BENCH_ANSWER_REFUSED);
    expect(HEAD("200 OK", "2") "{}", KQ_BENCH_ANSWER_REFUSED);
    expect(HEAD("503 Service Unavailable", "0"), KQ_BENCH_ANSWER_HTTP);
    expect(HEAD("503 Service Unavailable", "31") "{\"x_response\":{\"code\":\"10000\"}}",
           KQ_BENCH_ANSWER_HTTP);
}

static void test_cut_anywhere_is_not_complete(void **state)
{
    (void)state;
    struct kq_slice whole = KQ_SLICE(HEAD("200 OK", "31") "{\"x_response\":{\"code\":\"10000\"}}");
    for (size_t size = 0; size < whole.size; size++) {
        enum kq_bench_answer kind;
        assert_int_equal(kq_bench_answer_read((struct kq_slice){.data = whole.data, .size = size}, &kind), 0);
    }
}

static void test_next_answer_is_left(void **state)
{
    (void)state;
    enum kq_bench_answer kind = KQ_BENCH_ANSWER_KIND_COUNT;
    struct kq_slice first = KQ_SLICE(HEAD("200 OK", "31") "{\"x_response\":{\"code\":\"10000\"}}");
    struct kq_slice both =
        KQ_SLICE(HEAD("200 OK", "31") "{\"x_response\":{\"code\":\"10000\"}}" HEAD("500 X", "1") "x");
    assert_int_equal(kq_bench_answer_read(both, &kind), first.size);
    assert_int_equal(kind, KQ_BENCH_ANSWER_GOOD);
}

static void test_no_answer(void **state)
{
    (void)state;
    enum kq_bench_answer kind;
    assert_true(kq_bench_answer_read(KQ_SLICE("SSH-2.0\r\nContent-Length: 1\r\n\r\nx"), &kind) == SIZE_MAX);
    assert_true(kq_bench_answer_read(KQ_SLICE("HTTP/1.1 200 OK\r\n\r\n"), &kind) == SIZE_MAX);
    assert_true(kq_bench_answer_read(KQ_SLICE(HEAD("200 OK", "x")), &kind) == SIZE_MAX);
    assert_true(kq_bench_answer_read(KQ_SLICE(HEAD("200 OK", "99999999999")), &kind) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_cut_anywhere_is_not_complete),
        cmocka_unit_test(test_next_answer_is_left),
        cmocka_unit_test(test_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
