/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/digest.h"

#include "wire/signature.h"
#include "wire_support.h"

static void close_digester(struct kq_digester **digester)
{
    kq_digester_close(*digester);
}

#define DIGESTER KQ_CLEANUP(close_digester) struct kq_digester

static struct kq_digester *open_digester(void)
{
    struct kq_error error = {0};
    struct kq_digester *digester = NULL;
    assert_ok(kq_digester_open(&digester, &error), &error);
    assert_non_null(digester);
    return digester;
}

/* Of a text in one piece, by the other function, which FIPS 180-4's examples test. */
static void assert_digest(struct kq_digester *digester, const struct kq_slice *parts, size_t count,
                          struct kq_slice whole)
{
    struct kq_error error = {0};
    unsigned char actual[KQ_SHA256_BYTES] = {0};
    unsigned char expected[KQ_SHA256_BYTES] = {0};
    assert_ok(kq_digester_sha256(digester, parts, count, actual, &error), &error);
    assert_ok(kq_sha256(whole, expected, &error), &error);
    assert_memory_equal(actual, expected, sizeof(expected));
    assert_no_openssl_error();
}

static void test_no_parts(void **state)
{
    (void)state;
    DIGESTER *digester = open_digester();
    assert_digest(digester, NULL, 0, KQ_SLICE_EMPTY);
    const struct kq_slice empty[] = {KQ_SLICE_EMPTY, KQ_SLICE(""), KQ_SLICE_EMPTY};
    assert_digest(digester, empty, KQ_COUNT(empty), KQ_SLICE_EMPTY);
}

/* Cut at every place, a text has one digest. */
static void test_parts_are_one_text(void **state)
{
    (void)state;
    DIGESTER *digester = open_digester();
    char bytes[200];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)(i * 7);
    }
    const struct kq_slice whole = {.data = bytes, .size = sizeof(bytes)};
    for (size_t cut = 0; cut <= whole.size; cut++) {
        const struct kq_slice parts[] = {{.data = bytes, .size = cut},
                                         {.data = bytes + cut, .size = whole.size - cut}};
        assert_digest(digester, parts, KQ_COUNT(parts), whole);
    }
}

static void test_used_again(void **state)
{
    (void)state;
    DIGESTER *digester = open_digester();
    const struct kq_slice first[] = {KQ_SLICE("a"), KQ_SLICE("bc")};
    assert_digest(digester, first, KQ_COUNT(first), KQ_SLICE("abc"));
    const struct kq_slice second[] = {KQ_SLICE("abcd")};
    assert_digest(digester, second, KQ_COUNT(second), KQ_SLICE("abcd"));
    assert_digest(digester, first, KQ_COUNT(first), KQ_SLICE("abc"));
}

static struct kq_result open_and_digest(void *context, struct kq_error *error)
{
    (void)context;
    DIGESTER *digester = NULL;
    unsigned char digest[KQ_SHA256_BYTES];
    KQ_TRY(kq_digester_open(&digester, error));
    return kq_digester_sha256(digester, &KQ_SLICE("abc"), 1, digest, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(open_and_digest, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_parts),
        cmocka_unit_test(test_parts_are_one_text),
        cmocka_unit_test(test_used_again),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
