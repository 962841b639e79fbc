/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_support.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

/* What a gateway remembers (memo.h): what it saves, and what it does not. */

#define SIGNATURES "kaquan_signatures_total"
#define VERIFICATIONS "kaquan_verifications_total"

/* Copies the answer's bytes, to compare them with later ones. */
static struct kq_buffer kept_answer(void)
{
    struct kq_buffer kept = {0};
    kq_buffer_append(&kept, kq_buffer_slice(&fixture.call.answer));
    assert_false(kept.failed);
    return kept;
}

static void assert_answer(const struct kq_buffer *expected)
{
    assert_int_equal(fixture.call.answer.size, expected->size);
    assert_memory_equal(fixture.call.answer.data, expected->data, expected->size);
}

static void a_replayed_send_costs_neither_store_nor_signature(void **state)
{
    (void)state;
    sign_call(SEND, SEND_BIZ);
    run_call();
    struct kq_buffer first KQ_CLEANUP(kq_buffer_free) = kept_answer();
    (void)verified_response(SEND_RESPONSE);
    uint64_t signatures = counted(SIGNATURES);
    uint64_t verifications = counted(VERIFICATIONS);
    for (size_t i = 0; i < 3; i++) {
        run_call();
        assert_int_equal(fixture.woken, 0);
        assert_answer(&first);
    }
    assert_int_equal(fake.issues, 1);
    assert_int_equal(counted(SIGNATURES), signatures);
    assert_int_equal(counted(VERIFICATIONS), verifications);
}

/* The same template_id and out_biz_no, however they are asked for. */
static void a_repeated_send_gets_the_first_answer_whatever_else_it_says(void **state)
{
    (void)state;
    static const struct request rows[] = {
        {.timestamp = "2016-09-06 12:00:01"},
        {.biz_content = "{\"template_id\":\"20140601000730010040000000EB\",\"user_id\":\"2088302001456116\","
                        "\"out_biz_no\":\"1\"}"},
        {.biz_content = "{\"template_id\":\"20140601000730010040000000EB\",\"user_id\":\"2088302001456115\","
                        "\"out_biz_no\":\"1\",\"amount\":\"9.99\"}"},
        {.biz_content = " { \"out_biz_no\" : \"1\", \"memo\" : \"优酷3个月兑换券\", \"login_id\" : "
                        "\"13888888888\", \"template_id\" : \"20140601000730010040000000EB\" } "},
        {.biz_content = "{\"template_id\":\"20140601000730010040000000EB\",\"user_id\":\"2088302001456115\","
                        "\"out_biz_no\":\"1\",\"memo\":\"优酷3个月兑换券\"}",
         .charset = "GBK"},
        {.app = SISTER_APP},
    };
    sign_call(SEND, SEND_BIZ);
    run_call();
    struct kq_buffer first KQ_CLEANUP(kq_buffer_free) = kept_answer();
    uint64_t signatures = counted(SIGNATURES);
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        run_request(&rows[i]);
        assert_answer(&first);
    }
    assert_int_equal(fake.issues, 1);
    assert_int_equal(counted(SIGNATURES), signatures);
}

static void another_sign_type_has_a_signature_of_its_own(void **state)
{
    (void)state;
    const struct request as_rsa = {.sign_type = "RSA"};
    sign_call(SEND, SEND_BIZ);
    run_call();
    uint64_t signatures = counted(SIGNATURES);
    run_request(&as_rsa);
    assert_response(SEND_RESPONSE,
                    "{\"code\":\"10000\",\"msg\":\"Success\","
                    "\"voucher_id\":\"2016090600073002002000000001\",\"user_id\":\"2088302001456115\"}");
    assert_int_equal(counted(SIGNATURES), signatures + 1);
    run_call();
    assert_int_equal(counted(SIGNATURES), signatures + 1);
    assert_int_equal(fake.issues, 1);
}

static void another_merchant_does_not_get_it(void **state)
{
    (void)state;
    const struct request strangers = {.app = STRANGER_APP};
    sign_call(SEND, SEND_BIZ);
    run_call();
    run_request(&strangers);
    assert_int_equal(fake.issues, 2);
    assert_response(SEND_RESPONSE,
                    "{\"code\":\"10000\",\"msg\":\"Success\","
                    "\"voucher_id\":\"2016090600073002002000000002\",\"user_id\":\"2088302001456115\"}");
}

/* Whoever acts for a merchant with a grant gets that merchant's, and not his own. */
static void a_grant_is_a_call_of_the_merchant_that_gave_it(void **state)
{
    (void)state;
    const struct request strangers = {.app = STRANGER_APP};
    const struct request granted = {.token = "201509BB4b0e3a1f1d2d4b4ea32e4fa1c4b9e0c1"};
    run_request(&strangers);
    struct kq_buffer first KQ_CLEANUP(kq_buffer_free) = kept_answer();
    sign_call(SEND, SEND_BIZ);
    run_call();
    assert_int_equal(fake.issues, 2);
    run_request(&granted);
    assert_int_equal(fake.issues, 2);
    assert_answer(&first);
}

static void other_business_is_not_the_same(void **state)
{
    (void)state;
    static const char *const rows[] = {
        SEND_BIZ,
        SEND_BIZ_OF("2"),
        "{\"template_id\":\"20140601000730010040000000EC\",\"user_id\":\"2088\",\"out_biz_no\":\"1\"}",
    };
    for (unsigned i = 0; i < KQ_COUNT(rows); i++) {
        sign_call(SEND, rows[i]);
        run_call();
        assert_int_equal(fixture.call.error.code, KQ_E_NONE);
        assert_int_equal(fake.issues, i + 1);
    }
}

/* Only a success is for ever. */
static void a_refused_send_is_asked_again(void **state)
{
    (void)state;
    static const enum kq_error_code refusals[] = {KQ_E_USER_NOT_EXIST, KQ_E_STORE, KQ_E_BUSY};
    sign_call(SEND, SEND_BIZ);
    for (size_t i = 0; i < KQ_COUNT(refusals); i++) {
        fake.failure = refusals[i];
        fake.revision++;
        fake.calls = 0;
        fake.fail_at = 2; /* the write */
        run_call();
        assert_int_equal(fixture.call.error.code, refusals[i]);
        assert_int_equal(fake.issues, 0);
    }
    run_call();
    assert_int_equal(fixture.call.error.code, KQ_E_NONE);
    assert_int_equal(fake.issues, 1);
}

static void an_unchanged_list_is_signed_and_verified_once(void **state)
{
    (void)state;
    sign_call(LIST, LIST_BIZ);
    run_call();
    struct kq_buffer first KQ_CLEANUP(kq_buffer_free) = kept_answer();
    uint64_t signatures = counted(SIGNATURES);
    uint64_t verifications = counted(VERIFICATIONS);
    run_call();
    assert_answer(&first);
    assert_int_equal(counted(SIGNATURES), signatures);
    assert_int_equal(counted(VERIFICATIONS), verifications);
}

/* So often was the store asked while the fixture's query ran. */
static unsigned reads_of_call(void)
{
    unsigned before = fake.calls;
    run_call();
    assert_int_equal(fixture.call.error.code, KQ_E_NONE);
    return fake.calls - before;
}

/* The application and the list; and again, once anything may have changed or time has gone on. */
static void a_list_is_read_once_a_revision_and_second(void **state)
{
    (void)state;
    sign_call(LIST, LIST_BIZ);
    assert_int_equal(reads_of_call(), 2);
    assert_int_equal(reads_of_call(), 0);
    fake.revision++;
    assert_int_equal(reads_of_call(), 2);
    assert_int_equal(reads_of_call(), 0);
    fake.business_ms += 1000;
    assert_int_equal(reads_of_call(), 1);
    assert_int_equal(reads_of_call(), 0);
    fake.revision = 0; /* It cannot be told whether anything was. */
    assert_int_equal(reads_of_call(), 2);
    assert_int_equal(reads_of_call(), 2);
}

static void a_list_in_another_charset_is_the_same(void **state)
{
    (void)state;
    const struct request in_gbk = {.method = LIST, .biz_content = LIST_BIZ, .charset = "GBK"};
    sign_call(LIST, LIST_BIZ);
    (void)reads_of_call();
    sign_request(&in_gbk, &fixture.query);
    assert_int_equal(reads_of_call(), 0);
    (void)verified_response(LIST_RESPONSE);
}

/* What one merchant may see another may not, though both ask the same in the same second. */
static void a_list_is_no_other_merchants(void **state)
{
    (void)state;
    const struct request strangers = {.app = STRANGER_APP, .method = LIST, .biz_content = LIST_BIZ};
    sign_call(LIST, LIST_BIZ);
    (void)reads_of_call();
    for (size_t i = 0; i < 2; i++) {
        run_request(&strangers);
        assert_int_equal(fixture.call.error.code, KQ_E_PERMISSION_DENIED);
    }
    sign_call(LIST, LIST_BIZ);
    assert_int_equal(reads_of_call(), 0);
}

static void a_constant_error_is_signed_once(void **state)
{
    (void)state;
    static const struct request rows[] = {
        {.app = STRANGER_APP, .method = LIST, .biz_content = LIST_BIZ},
        {.app = STRANGER_APP, .method = LIST, .biz_content = LIST_BIZ, .timestamp = "2016-09-06 12:00:01"},
        {.app = STRANGER_APP, .method = LIST, .biz_content = LIST_BIZ, .timestamp = "2016-09-06 12:00:02"},
    };
    uint64_t signatures = counted(SIGNATURES);
    uint64_t verifications = counted(VERIFICATIONS);
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        run_request(&rows[i]);
        assert_int_equal(fixture.call.error.code, KQ_E_PERMISSION_DENIED);
        (void)verified_response(LIST_RESPONSE);
    }
    assert_int_equal(counted(SIGNATURES), signatures + 1);
    assert_int_equal(counted(VERIFICATIONS), verifications + KQ_COUNT(rows));
}

/* In another charset the same error is other bytes. */
static void an_error_is_signed_once_a_charset(void **state)
{
    (void)state;
    static const struct request rows[] = {
        {.app = STRANGER_APP, .method = LIST, .biz_content = LIST_BIZ},
        {.app = STRANGER_APP, .method = LIST, .biz_content = LIST_BIZ, .charset = "GBK"},
    };
    uint64_t signatures = counted(SIGNATURES);
    for (size_t i = 0; i < 2 * KQ_COUNT(rows); i++) {
        run_request(&rows[i % 2]);
        (void)verified_response(LIST_RESPONSE);
    }
    assert_int_equal(counted(SIGNATURES), signatures + 2);
}

static uint64_t signatures_kept(void)
{
    struct kq_digest_cache_counts counts;
    kq_memo_count(kq_gateway_memo(fixture.gateway), KQ_MEMO_SIGNATURES, &counts);
    return counts.entries;
}

/* What does not verify is worked out each time: nobody's forgeries take a place. */
static void a_forged_signature_is_not_remembered(void **state)
{
    (void)state;
    sign_call(SEND, SEND_BIZ);
    run_call();
    uint64_t verifications = counted(VERIFICATIONS);
    uint64_t kept = signatures_kept();
    assert_int_equal(kept, 1);
    const struct request forged = {.key = fixture.other_key};
    for (unsigned i = 1; i <= 2; i++) {
        run_request(&forged);
        assert_int_equal(fixture.call.error.code, KQ_E_INVALID_SIGNATURE);
        assert_false(fixture.call.verified);
        assert_int_equal(counted(VERIFICATIONS), verifications + i);
        assert_int_equal(signatures_kept(), kept);
    }
}

/* The same call as one that has succeeded: refused, once something else says so, and never because the memory
 * would not. */

/* KQ_E_NONE: it is not. */
static void assert_replay_is(enum kq_error_code code)
{
    fake.revision++;
    run_call();
    assert_int_equal(fixture.call.error.code, code);
    (void)verified_response(SEND_RESPONSE);
    assert_int_equal(fake.issues, 1);
}

static void send_once(void)
{
    sign_call(SEND, SEND_BIZ);
    run_call();
    assert_int_equal(fixture.call.error.code, KQ_E_NONE);
    run_call();
    assert_int_equal(fixture.call.error.code, KQ_E_NONE);
    assert_int_equal(fake.issues, 1);
}

static void a_replay_of_a_disabled_application_is_refused(void **state)
{
    (void)state;
    send_once();
    fake.applications[APP].disabled = true;
    assert_replay_is(KQ_E_APP_NOT_PERMITTED);
    fake.applications[APP].disabled = false;
    assert_replay_is(KQ_E_NONE);
}

static void a_replay_with_a_key_that_was_changed_is_refused(void **state)
{
    (void)state;
    send_once();
    fake.applications[APP].key = fixture.other_public;
    assert_replay_is(KQ_E_INVALID_SIGNATURE);
    fake.applications[APP].next_key = fixture.app_public;
    assert_replay_is(KQ_E_NONE);
}

static void a_replay_with_a_key_that_was_phased_in_is_refused_once_it_is_gone(void **state)
{
    (void)state;
    fake.applications[APP].key = fixture.other_public;
    fake.applications[APP].next_key = fixture.app_public;
    send_once();
    fake.applications[APP].next_key = KQ_SLICE_EMPTY;
    assert_replay_is(KQ_E_INVALID_SIGNATURE);
}

static void a_replay_that_has_become_too_old_is_refused(void **state)
{
    (void)state;
    send_once();
    fake.wall_ms += KQ_CLOCK_SKEW_DEFAULT_S * 1000;
    assert_replay_is(KQ_E_NONE);
    fake.wall_ms += 1000;
    assert_replay_is(KQ_E_INVALID_TIMESTAMP);
}

static void a_replay_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    const struct kq_rate_defaults none = {0};
    assert_true(kq_rate_limits_open(none, 1, &fixture.limits, NULL).ok);
    reopen_gateway(MEMO_BYTES, 0);
    send_once();
    fake.applications[APP].per_second = 1;
    assert_replay_is(KQ_E_NONE);
    assert_replay_is(KQ_E_APP_CALL_LIMITED);
    fake.monotonic_us += 1000000;
    assert_replay_is(KQ_E_NONE);
}

static void a_replay_with_a_grant_that_has_expired_is_refused(void **state)
{
    (void)state;
    const struct request granted = {.token = "201509BB4b0e3a1f1d2d4b4ea32e4fa1c4b9e0c1"};
    run_request(&granted);
    assert_replay_is(KQ_E_NONE);
    fake.business_ms += 60000;
    assert_replay_is(KQ_E_TOKEN_EXPIRED);
}

static void a_replay_without_the_permission_is_refused(void **state)
{
    (void)state;
    fake.applications[APP].may_see_wallets = true;
    sign_call(WALLET, WALLET_BIZ);
    run_call();
    assert_int_equal(fixture.call.error.code, KQ_E_NONE);
    fake.applications[APP].may_see_wallets = false;
    fake.revision++;
    run_call();
    assert_int_equal(fixture.call.error.code, KQ_E_APP_NOT_PERMITTED);
    (void)verified_response(WALLET_RESPONSE);
}

/* Slower, and otherwise the same. */
static void without_memory_everything_is_worked_out_anew(void **state)
{
    (void)state;
    reopen_gateway(0, 0);
    uint64_t signatures = counted(SIGNATURES);
    uint64_t verifications = counted(VERIFICATIONS);
    for (unsigned i = 1; i <= 3; i++) {
        sign_call(SEND, SEND_BIZ);
        run_call();
        (void)verified_response(SEND_RESPONSE);
        assert_int_equal(fake.issues, i); /* A real store knows that it is the same business. */
        sign_call(LIST, LIST_BIZ);
        run_call();
        (void)verified_response(LIST_RESPONSE);
        assert_int_equal(counted(SIGNATURES), signatures + 2 * i);
        assert_int_equal(counted(VERIFICATIONS), verifications + 2 * i);
    }
}

/* Once everything has been there, a call takes no memory from the heap. */

#define WARM_CALLS 4
#define STEADY_CALLS 8

static void assert_allocates_nothing(void)
{
    kq_memory_fail_at(1);
    run_call();
    int has_failed = kq_memory_has_failed();
    kq_memory_fail_at(0);
    assert_int_equal(has_failed, 0);
    assert_int_equal(fixture.call.error.code, KQ_E_NONE);
}

static void steady_calls_allocate_nothing(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{SEND, SEND_BIZ}, {LIST, LIST_BIZ}, {WALLET, WALLET_BIZ}};
    fake.applications[APP].may_see_wallets = true;
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        sign_call(rows[i][0], rows[i][1]);
        for (size_t n = 0; n < WARM_CALLS; n++) {
            run_call();
        }
        for (size_t n = 0; n < STEADY_CALLS; n++) {
            assert_allocates_nothing();
        }
    }
}

static void steady_new_sends_allocate_nothing(void **state)
{
    (void)state;
    char biz_content[256];
    for (unsigned n = 0; n < WARM_CALLS + STEADY_CALLS; n++) {
        snprintf(biz_content, sizeof(biz_content), SEND_BIZ_OF("%08u"), n);
        sign_call(SEND, biz_content);
        if (n < WARM_CALLS) {
            run_call();
        } else {
            assert_allocates_nothing();
        }
        assert_int_equal(fake.issues, n + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        gateway_unit_test(a_replayed_send_costs_neither_store_nor_signature),
        gateway_unit_test(a_repeated_send_gets_the_first_answer_whatever_else_it_says),
        gateway_unit_test(another_sign_type_has_a_signature_of_its_own),
        gateway_unit_test(another_merchant_does_not_get_it),
        gateway_unit_test(a_grant_is_a_call_of_the_merchant_that_gave_it),
        gateway_unit_test(other_business_is_not_the_same),
        gateway_unit_test(a_refused_send_is_asked_again),
        gateway_unit_test(an_unchanged_list_is_signed_and_verified_once),
        gateway_unit_test(a_list_is_read_once_a_revision_and_second),
        gateway_unit_test(a_list_in_another_charset_is_the_same),
        gateway_unit_test(a_list_is_no_other_merchants),
        gateway_unit_test(a_constant_error_is_signed_once),
        gateway_unit_test(an_error_is_signed_once_a_charset),
        gateway_unit_test(a_forged_signature_is_not_remembered),
        gateway_unit_test(a_replay_of_a_disabled_application_is_refused),
        gateway_unit_test(a_replay_with_a_key_that_was_changed_is_refused),
        gateway_unit_test(a_replay_with_a_key_that_was_phased_in_is_refused_once_it_is_gone),
        gateway_unit_test(a_replay_that_has_become_too_old_is_refused),
        gateway_unit_test(a_replay_beyond_the_limit_is_refused),
        gateway_unit_test(a_replay_with_a_grant_that_has_expired_is_refused),
        gateway_unit_test(a_replay_without_the_permission_is_refused),
        gateway_unit_test(without_memory_everything_is_worked_out_anew),
        gateway_unit_test(steady_calls_allocate_nothing),
        gateway_unit_test(steady_new_sends_allocate_nothing),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
