/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "server/memo.h"

#define SIZE_BYTES ((size_t)1 << 20)
#define SIGNATURE_MAX_BYTES 344

static struct kq_memo_settings settings_of(size_t size_bytes, struct kq_slice signing_key)
{
    return (struct kq_memo_settings){
        .size_bytes = size_bytes,
        .seed = UINT64_C(0x13198A2E03707344),
        .signing_key = signing_key,
        .signature_max_bytes = SIGNATURE_MAX_BYTES,
    };
}

static struct kq_memo *open_memo(size_t size_bytes, struct kq_slice signing_key)
{
    struct kq_memo *memo = NULL;
    struct kq_memo_settings settings = settings_of(size_bytes, signing_key);
    assert_true(kq_memo_open(&settings, &memo, NULL).ok);
    return memo;
}

static int set_up(void **state)
{
    *state = open_memo(SIZE_BYTES, KQ_SLICE("the gateway's key"));
    return 0;
}

static int tear_down(void **state)
{
    kq_memo_close(*state);
    return 0;
}

struct digest {
    unsigned char bytes[KQ_SHA256_BYTES];
};

static struct digest digest_of_signature(struct kq_memo *memo, enum kq_sign_type sign_type, const char *text)
{
    struct digest digest;
    assert_true(kq_memo_signature_digest(memo, sign_type, kq_slice_of(text), digest.bytes, NULL).ok);
    return digest;
}

static struct digest digest_of_verification(struct kq_memo *memo, const struct kq_memo_verification *asked)
{
    struct digest digest;
    assert_true(kq_memo_verification_digest(memo, asked, digest.bytes, NULL).ok);
    return digest;
}

static struct digest digest_of_issue(struct kq_memo *memo, const struct kq_issue_request *request)
{
    struct digest digest;
    assert_true(kq_memo_issue_digest(memo, request, digest.bytes, NULL).ok);
    return digest;
}

static bool is_same(struct digest a, struct digest b)
{
    return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

static void a_signature_depends_on_key_sign_type_and_bytes(void **state)
{
    struct kq_memo *other = open_memo(SIZE_BYTES, KQ_SLICE("another key"));
    struct digest digest = digest_of_signature(*state, KQ_SIGN_RSA2, "{}");
    assert_true(is_same(digest, digest_of_signature(*state, KQ_SIGN_RSA2, "{}")));
    assert_false(is_same(digest, digest_of_signature(*state, KQ_SIGN_RSA, "{}")));
    assert_false(is_same(digest, digest_of_signature(*state, KQ_SIGN_RSA2, "{} ")));
    assert_false(is_same(digest, digest_of_signature(other, KQ_SIGN_RSA2, "{}")));
    kq_memo_close(other);
}

static void a_verification_depends_on_all_that_was_verified(void **state)
{
    const struct kq_memo_verification asked = {
        .key = KQ_SLICE("key"),
        .sign_type = KQ_SIGN_RSA2,
        .string_to_sign = KQ_SLICE("a=1&b=2"),
        .signature = KQ_SLICE("AAAA"),
    };
    struct kq_memo_verification others[6];
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        others[i] = asked;
    }
    others[0].key = KQ_SLICE("kez");
    others[1].sign_type = KQ_SIGN_RSA;
    others[2].string_to_sign = KQ_SLICE("a=1&b=3");
    others[3].signature = KQ_SLICE("AAAB");
    others[4].key = KQ_SLICE("keya"); /* The same bytes one behind the other, cut elsewhere. */
    others[4].string_to_sign = KQ_SLICE("=1&b=2");
    others[5].string_to_sign = KQ_SLICE("a=1&b=2A");
    others[5].signature = KQ_SLICE("AAA");
    struct digest digest = digest_of_verification(*state, &asked);
    assert_true(is_same(digest, digest_of_verification(*state, &asked)));
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        assert_false(is_same(digest, digest_of_verification(*state, &others[i])));
    }
}

static void an_issue_is_its_merchant_template_and_business_number(void **state)
{
    const struct kq_issue_request request = {
        .pid = KQ_SLICE("2088"), .template_id = KQ_SLICE("2014"), .out_biz_no = KQ_SLICE("77")};
    struct kq_issue_request others[5];
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        others[i] = request;
    }
    others[0].pid = KQ_SLICE("2089");
    others[1].template_id = KQ_SLICE("2015");
    others[2].out_biz_no = KQ_SLICE("78");
    others[3].template_id = KQ_SLICE("20147");
    others[3].out_biz_no = KQ_SLICE("7");
    others[4].pid = KQ_SLICE("208");
    others[4].template_id = KQ_SLICE("82014");
    struct digest digest = digest_of_issue(*state, &request);
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        assert_false(is_same(digest, digest_of_issue(*state, &others[i])));
    }
    struct kq_issue_request same = request;
    same.memo = KQ_SLICE("a note");
    same.recipient.value = KQ_SLICE("2088302001456115");
    same.has_amount = true;
    same.amount_fen = 999;
    assert_true(is_same(digest, digest_of_issue(*state, &same)));
}

static struct digest digest_of_question(struct kq_memo *memo, const struct kq_memo_question *question)
{
    struct digest digest;
    assert_true(kq_memo_question_digest(memo, question, digest.bytes, NULL).ok);
    return digest;
}

static void a_question_is_all_that_its_answer_depends_on(void **state)
{
    const struct kq_memo_question question = {
        .method = KQ_SLICE("a.b"),
        .pid = KQ_SLICE("2088"),
        .biz_content = KQ_SLICE("{}"),
        .now_s = 1473134400,
        .revision = 7,
    };
    struct kq_memo_question others[7];
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        others[i] = question;
    }
    others[0].method = KQ_SLICE("a.c");
    others[1].pid = KQ_SLICE("2089");
    others[2].biz_content = KQ_SLICE("{ }");
    others[3].now_s++;
    others[4].revision++;
    others[5].method = KQ_SLICE("a.b2"); /* The same bytes one behind the other, cut elsewhere. */
    others[5].pid = KQ_SLICE("088");
    others[6].pid = KQ_SLICE("2088{");
    others[6].biz_content = KQ_SLICE("}");
    struct digest digest = digest_of_question(*state, &question);
    assert_true(is_same(digest, digest_of_question(*state, &question)));
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        assert_false(is_same(digest, digest_of_question(*state, &others[i])));
    }
}

static void what_was_put_is_there(void **state)
{
    struct digest digest = digest_of_signature(*state, KQ_SIGN_RSA2, "{}");
    struct kq_slice found;
    assert_false(kq_memo_get_signature(*state, digest.bytes, &found));
    assert_false(kq_memo_has_verified(*state, digest.bytes));
    assert_false(kq_memo_get_response(*state, digest.bytes, &found));
    assert_false(kq_memo_get_read(*state, digest.bytes, &found));
    kq_memo_put_signature(*state, digest.bytes, KQ_SLICE("c2ln"));
    assert_false(kq_memo_has_verified(*state, digest.bytes)); /* Kinds are apart. */
    assert_false(kq_memo_get_response(*state, digest.bytes, &found));
    kq_memo_put_verified(*state, digest.bytes);
    kq_memo_put_response(*state, digest.bytes, KQ_SLICE("{}"));
    assert_false(kq_memo_get_read(*state, digest.bytes, &found));
    kq_memo_put_read(*state, digest.bytes, KQ_SLICE("[]"));
    assert_true(kq_memo_get_read(*state, digest.bytes, &found));
    assert_true(kq_slice_equal(found, KQ_SLICE("[]")));
    assert_true(kq_memo_get_signature(*state, digest.bytes, &found));
    assert_true(kq_slice_equal(found, KQ_SLICE("c2ln")));
    assert_true(kq_memo_has_verified(*state, digest.bytes));
    assert_true(kq_memo_get_response(*state, digest.bytes, &found));
    assert_true(kq_slice_equal(found, KQ_SLICE("{}")));
}

static void the_longest_there_can_be_fit(void **state)
{
    static char longest[KQ_MEMO_RESPONSE_MAX_BYTES + SIGNATURE_MAX_BYTES];
    const struct kq_slice signature = {longest, SIGNATURE_MAX_BYTES};
    const struct kq_slice response = {longest, KQ_MEMO_RESPONSE_MAX_BYTES};
    const struct kq_slice too_long = {longest, KQ_MEMO_RESPONSE_MAX_BYTES + 1};
    struct digest digest = digest_of_signature(*state, KQ_SIGN_RSA2, "{}");
    struct kq_slice found;
    kq_memo_put_signature(*state, digest.bytes, signature);
    kq_memo_put_response(*state, digest.bytes, response);
    assert_true(kq_memo_get_signature(*state, digest.bytes, &found));
    assert_int_equal(found.size, signature.size);
    assert_true(kq_memo_get_response(*state, digest.bytes, &found));
    assert_int_equal(found.size, response.size);
    kq_memo_put_response(*state, digest.bytes, too_long);
    assert_false(kq_memo_get_response(*state, digest.bytes, &found));
}

static void it_stays_within_its_bytes(void **state)
{
    static char longest[SIGNATURE_MAX_BYTES];
    const struct kq_slice signature = {longest, sizeof(longest)};
    uint64_t bytes = 0;
    struct kq_digest_cache_counts counts;
    for (unsigned i = 0; i < 10000; i++) {
        unsigned char digest[KQ_SHA256_BYTES] = {(unsigned char)i, (unsigned char)(i >> 8)};
        kq_memo_put_signature(*state, digest, signature);
        kq_memo_put_verified(*state, digest);
        kq_memo_put_response(*state, digest, KQ_SLICE("{}"));
        kq_memo_put_read(*state, digest, KQ_SLICE("{}"));
    }
    for (unsigned kind = 0; kind < KQ_MEMO_KIND_COUNT; kind++) {
        kq_memo_count(*state, (enum kq_memo_kind)kind, &counts);
        assert_true(counts.evictions > 0);
        assert_int_equal(counts.entries + counts.evictions, 10000);
        bytes += counts.bytes;
    }
    assert_in_range(bytes, SIZE_BYTES * 9 / 10, SIZE_BYTES);
}

static void without_bytes_nothing_is_remembered(void **state)
{
    struct kq_memo *memo = open_memo(0, KQ_SLICE("key"));
    (void)state;
    struct digest digest = digest_of_signature(memo, KQ_SIGN_RSA2, "{}");
    struct kq_slice found;
    kq_memo_put_signature(memo, digest.bytes, KQ_SLICE("c2ln"));
    kq_memo_put_verified(memo, digest.bytes);
    kq_memo_put_response(memo, digest.bytes, KQ_SLICE("{}"));
    kq_memo_put_read(memo, digest.bytes, KQ_SLICE("{}"));
    assert_false(kq_memo_get_read(memo, digest.bytes, &found));
    assert_false(kq_memo_get_signature(memo, digest.bytes, &found));
    assert_false(kq_memo_has_verified(memo, digest.bytes));
    assert_false(kq_memo_get_response(memo, digest.bytes, &found));
    kq_memo_close(memo);
}

static void what_is_asked_is_counted(void **state)
{
    struct digest digest = digest_of_signature(*state, KQ_SIGN_RSA2, "{}");
    struct kq_digest_cache_counts counts;
    kq_memo_put_verified(*state, digest.bytes);
    assert_true(kq_memo_has_verified(*state, digest.bytes));
    assert_true(kq_memo_has_verified(*state, digest.bytes));
    digest.bytes[0] ^= 1;
    assert_false(kq_memo_has_verified(*state, digest.bytes));
    kq_memo_count(*state, KQ_MEMO_VERIFICATIONS, &counts);
    assert_int_equal(counts.entries, 1);
    assert_int_equal(counts.hits, 2);
    assert_int_equal(counts.misses, 1);
    kq_memo_count(*state, KQ_MEMO_SIGNATURES, &counts);
    assert_int_equal(counts.entries + counts.hits + counts.misses, 0);
}

static void one_that_cannot_be_opened_leaves_nothing_behind(void **state)
{
    (void)state;
    struct kq_memo_settings settings = settings_of(SIZE_BYTES, KQ_SLICE("key"));
    bool has_failed = true;
    for (unsigned long n = 1; has_failed; n++) {
        struct kq_memo *memo = NULL;
        struct kq_error error = {0};
        assert_true(n < 20);
        kq_memory_fail_at(n);
        struct kq_result opened = kq_memo_open(&settings, &memo, &error);
        has_failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        assert_int_equal(opened.ok, !has_failed);
        assert_int_equal(error.code, has_failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        kq_memo_close(opened.ok ? memo : NULL);
    }
}

#define memo_unit_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        memo_unit_test(a_signature_depends_on_key_sign_type_and_bytes),
        memo_unit_test(a_verification_depends_on_all_that_was_verified),
        memo_unit_test(an_issue_is_its_merchant_template_and_business_number),
        memo_unit_test(a_question_is_all_that_its_answer_depends_on),
        memo_unit_test(what_was_put_is_there),
        memo_unit_test(the_longest_there_can_be_fit),
        memo_unit_test(it_stays_within_its_bytes),
        memo_unit_test(what_is_asked_is_counted),
        cmocka_unit_test(without_bytes_nothing_is_remembered),
        cmocka_unit_test(one_that_cannot_be_opened_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
