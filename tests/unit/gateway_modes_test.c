/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_support.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "wire/envelope.h"

/* Certificate mode and content encryption in the pipeline. */

#define APP_SN "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NEXT_SN "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NOW_S (NOW_MS / 1000)

#define RESPONSE_OF(code) "\"sub_code\":\"" code "\""

static struct kq_application_certificate certificate_of(const char *sn)
{
    return (struct kq_application_certificate){
        .der = kq_slice_of(sn), .sn = kq_slice_of(sn), .not_before_s = 0, .not_after_s = NOW_S};
}

static void be_in_certificate_mode(void)
{
    fake.applications[APP].certificate = certificate_of(APP_SN);
    fake.revision++;
}

/* The fixture's call has been answered with this sub_code (NULL: a success), and tells of the gateway's
 * certificate or does not. Gives the response. */
static struct kq_slice assert_answer(const char *sub_code, bool has_cert_sn)
{
    struct kq_envelope envelope;
    struct kq_slice response = verified_response(SEND_RESPONSE);
    assert_true(kq_envelope_split(kq_buffer_slice(&fixture.call.answer), false, &envelope, NULL).ok);
    assert_true(kq_slice_equal(envelope.cert_sn, has_cert_sn ? KQ_SLICE(GATEWAY_SN) : KQ_SLICE_EMPTY));
    struct kq_slice plain = response.data[0] == '"' ? decrypted(response) : response;
    char text[1024];
    assert_true(plain.size < sizeof(text));
    memcpy(text, plain.data, plain.size);
    text[plain.size] = '\0';
    char wanted[128];
    snprintf(wanted, sizeof(wanted), sub_code == NULL ? "\"code\":\"10000\"" : RESPONSE_OF("%s"), sub_code);
    if (strstr(text, wanted) == NULL) {
        fail_msg("%s is not in %s", wanted, text);
    }
    return response;
}

static void run_claim(const char *app_cert_sn, const char *root_cert_sn)
{
    const struct request request = {.app_cert_sn = app_cert_sn, .root_cert_sn = root_cert_sn};
    run_request(&request);
}

static void a_certificate_verifies_calls_that_name_it(void **state)
{
    (void)state;
    be_in_certificate_mode();
    run_claim(APP_SN, ROOTS_SN);
    assert_answer(NULL, true);
}

static void a_certificate_that_is_not_named_is_missed(void **state)
{
    (void)state;
    be_in_certificate_mode();
    run_claim(NULL, ROOTS_SN);
    assert_answer("isv.missing-app-cert-sn", true);
    run_claim(APP_SN, NULL);
    assert_answer("isv.missing-alipay-root-cert-sn", true);
    run_claim(NULL, NULL);
    assert_answer("isv.missing-app-cert-sn", true);
}

static void another_number_is_an_invalid_parameter(void **state)
{
    (void)state;
    be_in_certificate_mode();
    run_claim(NEXT_SN, ROOTS_SN);
    assert_answer("isv.invalid-parameter", true);
    run_claim(APP_SN, "00");
    assert_answer("isv.invalid-parameter", true);
}

static void a_certificate_expires_by_the_business_clock(void **state)
{
    (void)state;
    be_in_certificate_mode();
    fake.business_ms += 999;
    run_claim(APP_SN, ROOTS_SN);
    assert_answer(NULL, true);
    fake.business_ms += 1;
    run_claim(APP_SN, ROOTS_SN);
    assert_answer("isv.app-cert-expired", true);
}

static void a_certificate_begins_by_the_business_clock(void **state)
{
    (void)state;
    be_in_certificate_mode();
    fake.applications[APP].certificate.not_before_s = NOW_S;
    fake.revision++;
    run_claim(APP_SN, ROOTS_SN);
    assert_answer(NULL, true);
    fake.business_ms -= 1;
    run_claim(APP_SN, ROOTS_SN);
    assert_answer("isv.invalid-parameter", true);
}

/* Nobody else is told: not even that it was the right number. */
static void that_a_certificate_has_expired_is_told_to_who_signs_with_it(void **state)
{
    (void)state;
    be_in_certificate_mode();
    fake.business_ms += 1000;
    struct request request = {.app_cert_sn = APP_SN, .root_cert_sn = ROOTS_SN, .key = fixture.other_key};
    run_request(&request);
    assert_answer("isv.invalid-signature", true);
    assert_int_equal(fixture.call.lane, 0);
    request.key = NULL;
    run_request(&request);
    assert_answer("isv.app-cert-expired", true);
    assert_false(fixture.call.verified);
}

/* Two certificates of one number, of which one has expired: each counts for its own key. */
static void each_of_two_certificates_of_one_number_expires_alone(void **state)
{
    (void)state;
    for (int expired = 0; expired < 2; expired++) {
        struct kq_application_certificate certificates[] = {certificate_of(APP_SN), certificate_of(APP_SN)};
        certificates[expired].not_after_s = NOW_S - 1;
        fake.applications[APP].certificate = certificates[0];
        fake.applications[APP].next_certificate = certificates[1];
        fake.applications[APP].next_key = fixture.other_public;
        fake.revision++;
        for (int signing = 0; signing < 2; signing++) {
            const struct request request = {.app_cert_sn = APP_SN,
                                            .root_cert_sn = ROOTS_SN,
                                            .key = signing == 0 ? fixture.app_key : fixture.other_key};
            run_request(&request);
            assert_answer(signing == expired ? "isv.app-cert-expired" : NULL, true);
        }
    }
}

/* Renewed for the same key, under the same number: either may be the present one. */
static void a_renewed_certificate_of_the_same_number_counts(void **state)
{
    (void)state;
    for (int expired = 0; expired < 2; expired++) {
        struct kq_application_certificate certificates[] = {certificate_of(APP_SN), certificate_of(APP_SN)};
        certificates[expired].not_after_s = NOW_S - 1;
        fake.applications[APP].certificate = certificates[0];
        fake.applications[APP].next_certificate = certificates[1];
        fake.applications[APP].next_key = fixture.app_public;
        fake.revision++;
        run_claim(APP_SN, ROOTS_SN);
        assert_answer(NULL, true);
    }
}

/* What is said of certificates comes before the signature, and after the time stamp. */
static void the_order_of_checks_is_kept(void **state)
{
    (void)state;
    be_in_certificate_mode();
    struct request request = {.app_cert_sn = APP_SN, .root_cert_sn = ROOTS_SN, .key = fixture.other_key};
    run_request(&request);
    assert_answer("isv.invalid-signature", true);
    request.root_cert_sn = NULL;
    run_request(&request);
    assert_answer("isv.missing-alipay-root-cert-sn", true);
    request.timestamp = "2016-09-06 13:00:00";
    run_request(&request);
    assert_answer("isv.invalid-timestamp", true);
}

/* As where this system cannot make the numbers: nobody is let in by a number that is not compared. */
static void without_certificates_of_its_own_a_gateway_has_no_certificate_mode(void **state)
{
    (void)state;
    static const struct kq_gateway_certificates incomplete[] = {
        {0}, {.sn = KQ_SLICE(GATEWAY_SN)}, {.roots_sn = KQ_SLICE(ROOTS_SN)}};
    const struct kq_certificate_claim claim = {.app_cert_sn = KQ_SLICE(APP_SN),
                                               .root_cert_sn = KQ_SLICE(ROOTS_SN)};
    struct kq_application application = {0};
    application.keys[KQ_SIGN_RSA2].current = fixture.app_public;
    for (size_t i = 0; i < KQ_COUNT(incomplete); i++) {
        struct kq_candidates candidates;
        struct kq_error error = {0};
        application.keys[KQ_SIGN_RSA2].current_certificate = certificate_of(APP_SN);
        assert_false(
            kq_choose_keys(&incomplete[i], &application, KQ_SIGN_RSA2, &claim, &candidates, &error).ok);
        assert_int_equal(error.code, KQ_E_INVALID_PARAMETER_GATEWAY);
        application.keys[KQ_SIGN_RSA2].current_certificate = (struct kq_application_certificate){0};
        assert_true(
            kq_choose_keys(&incomplete[i], &application, KQ_SIGN_RSA2, &claim, &candidates, &error).ok);
    }
}

/* As before there were certificates: the numbers are parameters that take part in the signature. */
static void numbers_mean_nothing_to_a_bare_key(void **state)
{
    (void)state;
    run_claim(APP_SN, "00");
    assert_answer(NULL, false);
    run_claim(NULL, NULL);
    assert_answer(NULL, false);
}

/* From a bare key to a certificate, and from that to the next. */
static void a_certificate_is_phased_in(void **state)
{
    (void)state;
    fake.applications[APP].next_key = fixture.other_public;
    fake.applications[APP].next_certificate = certificate_of(NEXT_SN);
    fake.revision++;
    run_claim(NULL, NULL);
    assert_answer(NULL, false);
    struct request next = {.app_cert_sn = NEXT_SN, .root_cert_sn = ROOTS_SN, .key = fixture.other_key};
    run_request(&next);
    assert_answer(NULL, true);
    next.app_cert_sn = NULL;
    run_request(&next);
    assert_answer("isv.invalid-signature", false);
    be_in_certificate_mode();
    run_claim(APP_SN, ROOTS_SN);
    assert_answer(NULL, true);
    next.app_cert_sn = APP_SN;
    run_request(&next);
    assert_answer("isv.invalid-signature", true);
}

/* One response, and one signature of it, under both envelopes: the certificate's number is not signed. */
static void both_modes_share_signatures_and_not_envelopes(void **state)
{
    (void)state;
    fake.applications[SISTER_APP].certificate = certificate_of(APP_SN);
    const struct request bare = {.method = NULL};
    const struct request named = {.app = SISTER_APP, .app_cert_sn = APP_SN, .root_cert_sn = ROOTS_SN};
    for (int i = 0; i < 2; i++) {
        run_request(&bare);
        assert_answer(NULL, false);
        run_request(&named);
        assert_answer(NULL, true);
    }
    assert_int_equal(fake.issues, 1);
}

static void have_content_key(unsigned app)
{
    fake.applications[app].content_key = KQ_SLICE(CONTENT_KEY);
    fake.revision++;
}

static const struct request encrypted_request = {.encrypt_type = "AES", .encrypts = true};

static void an_encrypted_call_is_answered_encrypted(void **state)
{
    (void)state;
    have_content_key(APP);
    run_request(&encrypted_request);
    assert_int_equal(assert_answer(NULL, false).data[0], '"');
}

/* In the call's charset inside. */
static void encryption_is_around_the_charset(void **state)
{
    (void)state;
    have_content_key(APP);
    struct request request = encrypted_request;
    request.charset = "gbk";
    request.biz_content = "{\"template_id\":\"\xE5\xAE\xBD\"}";
    run_request(&request);
    struct kq_slice plain = decrypted(verified_response(SEND_RESPONSE));
    static const char gbk[] = "\xB2\xCE\xCA\xFD"; /* 参数 */
    assert_non_null(memmem(plain.data, plain.size, gbk, sizeof(gbk) - 1));
}

/* What is found out after decryption is told encrypted: a caller that could not read it could not call. */
static void errors_after_decryption_are_encrypted(void **state)
{
    (void)state;
    have_content_key(APP);
    struct request request = encrypted_request;
    request.biz_content = "[]";
    run_request(&request);
    assert_int_equal(assert_answer("isv.illegal-json", false).data[0], '"');
    request.biz_content = "{}";
    run_request(&request);
    assert_int_equal(assert_answer("INVALID_PARAMETER", false).data[0], '"');
}

static void assert_clear(const struct request *request, const char *sub_code)
{
    run_request(request);
    assert_int_equal(assert_answer(sub_code, false).data[0], '{');
}

static void errors_before_decryption_are_in_clear(void **state)
{
    (void)state;
    struct request request = encrypted_request;
    assert_clear(&request, "isv.decryption-error-not-valid-encrypt-key");
    have_content_key(APP);
    request.key = fixture.other_key;
    assert_clear(&request, "isv.invalid-signature");
    request.key = NULL;
    request.encrypt_type = "aes";
    assert_clear(&request, "isv.invalid-encrypt-type");
    request.encrypt_type = NULL;
    assert_clear(&request, "isv.decryption-error-missing-encrypt-type");
    request.encrypts = false;
    request.encrypt_type = "AES";
    assert_clear(&request, "isv.decryption-error-unknown");
    fake.applications[APP].content_key = KQ_SLICE("another key, too");
    fake.revision++;
    request.encrypts = true;
    assert_clear(&request, "isv.decryption-error-unknown");
}

/* Without encrypt_type it is a call like any other; without a key, so is one that looks encrypted. */
static void an_application_with_a_key_may_call_in_clear(void **state)
{
    (void)state;
    struct request request = {.encrypts = true};
    assert_clear(&request, "isv.illegal-json");
    have_content_key(APP);
    request.encrypts = false;
    run_request(&request);
    assert_int_equal(assert_answer(NULL, false).data[0], '{');
}

/* The same send, question and error, encrypted and in clear, by turns: each has its own kind of answer, and
 * the memo has kept one response for both. */
static void memories_never_mix_clear_and_encrypted(void **state)
{
    (void)state;
    have_content_key(APP);
    static const char *const methods[] = {SEND, LIST};
    static const char *const names[] = {SEND_RESPONSE, LIST_RESPONSE};
    static const char *const contents[] = {SEND_BIZ, LIST_BIZ};
    for (int i = 0; i < 8; i++) {
        size_t method = (size_t)i / 2 % 2;
        struct request request = {.method = methods[method], .biz_content = contents[method]};
        request.encrypts = i % 2 == 0;
        request.encrypt_type = request.encrypts ? "AES" : NULL;
        run_request(&request);
        struct kq_slice response = verified_response(names[method]);
        assert_int_equal(response.data[0], request.encrypts ? '"' : '{');
        struct kq_slice plain = request.encrypts ? decrypted(response) : response;
        assert_memory_equal(plain.data, "{\"code\":\"10000\"", strlen("{\"code\":\"10000\""));
    }
    assert_int_equal(fake.issues, 1);
}

/* A key that has been changed: the answer is encrypted with the new one. */
static void a_new_content_key_counts_at_once(void **state)
{
    (void)state;
    fake.applications[APP].content_key = KQ_SLICE("another key, too");
    run_request(&encrypted_request);
    assert_answer("isv.decryption-error-unknown", false);
    have_content_key(APP);
    run_request(&encrypted_request);
    assert_answer(NULL, false);
}

#define HELD_MAX 32

/* Reads that wait for their signatures, until one finds no place. */
static void a_busy_gateway_says_so_in_clear(void **state)
{
    (void)state;
    static struct kq_call held[HELD_MAX];
    struct request request = encrypted_request;
    request.app_cert_sn = APP_SN;
    request.root_cert_sn = ROOTS_SN;
    fake.tick_us = PLACES_SIGN_US;
    reopen_gateway(0, PLACES_WAIT_MS);
    have_content_key(APP);
    be_in_certificate_mode();
    sign_request(&request, &fixture.query);
    size_t count = 0;
    bool is_busy = false;
    for (; !is_busy && count < HELD_MAX; count++) {
        begin_call(&held[count], &fixture.query);
        enum kq_call_progress progress = kq_gateway_start(fixture.gateway, &held[count]);
        is_busy = progress == KQ_CALL_ANSWERED;
        if (progress == KQ_CALL_WAITING) {
            (void)kq_gateway_resume(fixture.gateway, &held[count]);
        }
    }
    assert_true(is_busy);
    struct kq_slice response = verified_response_of(&held[count - 1], SEND_RESPONSE);
    assert_int_equal(response.size, strlen(BUSY));
    assert_memory_equal(response.data, BUSY, response.size);
    assert_non_null(memmem(held[count - 1].answer.data, held[count - 1].answer.size,
                           "\"alipay_cert_sn\":\"" GATEWAY_SN "\"", 51));
    while (kq_gateway_sign_next(fixture.gateway) != NULL) {
    }
    for (size_t i = 0; i < count; i++) {
        kq_call_free(&held[i]);
    }
}

/* A signed answer or none at all, and with enough memory the right one. */
static void each_allocation_fails(void **state)
{
    (void)state;
    have_content_key(APP);
    be_in_certificate_mode();
    struct request request = encrypted_request;
    request.app_cert_sn = APP_SN;
    request.root_cert_sn = ROOTS_SN;
    sign_request(&request, &fixture.query);
    bool has_failed = true;
    for (unsigned long n = 1; has_failed; n++) {
        reopen_gateway(MEMO_BYTES, KQ_MAX_WAIT_MS_DEFAULT);
        void (*wake)(struct kq_call * call) = fixture.call.wake;
        kq_call_free(&fixture.call);
        fixture.call.wake = wake;
        kq_memory_fail_at(n);
        run_call();
        has_failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        if (fixture.call.answer.size > 0) {
            assert_non_null(memmem(fixture.call.answer.data, fixture.call.answer.size, "\"sign\":\"",
                                   strlen("\"sign\":\"")));
        }
    }
    assert_answer(NULL, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        gateway_unit_test(a_certificate_verifies_calls_that_name_it),
        gateway_unit_test(a_certificate_that_is_not_named_is_missed),
        gateway_unit_test(another_number_is_an_invalid_parameter),
        gateway_unit_test(a_certificate_expires_by_the_business_clock),
        gateway_unit_test(a_certificate_begins_by_the_business_clock),
        gateway_unit_test(that_a_certificate_has_expired_is_told_to_who_signs_with_it),
        gateway_unit_test(each_of_two_certificates_of_one_number_expires_alone),
        gateway_unit_test(a_renewed_certificate_of_the_same_number_counts),
        gateway_unit_test(the_order_of_checks_is_kept),
        gateway_unit_test(without_certificates_of_its_own_a_gateway_has_no_certificate_mode),
        gateway_unit_test(numbers_mean_nothing_to_a_bare_key),
        gateway_unit_test(a_certificate_is_phased_in),
        gateway_unit_test(both_modes_share_signatures_and_not_envelopes),
        gateway_unit_test(an_encrypted_call_is_answered_encrypted),
        gateway_unit_test(encryption_is_around_the_charset),
        gateway_unit_test(errors_after_decryption_are_encrypted),
        gateway_unit_test(errors_before_decryption_are_in_clear),
        gateway_unit_test(an_application_with_a_key_may_call_in_clear),
        gateway_unit_test(memories_never_mix_clear_and_encrypted),
        gateway_unit_test(a_new_content_key_counts_at_once),
        gateway_unit_test(a_busy_gateway_says_so_in_clear),
        gateway_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
