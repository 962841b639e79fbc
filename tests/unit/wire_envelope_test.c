/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/envelope.h"

#include "wire_support.h"

static void test_names(void **state)
{
    (void)state;
    BUFFER buffer = {0};
    kq_envelope_append_name(&buffer, KQ_SLICE("alipay.marketing.voucher.list.query"));
    kq_buffer_append(&buffer, KQ_SLICE(" "));
    kq_envelope_append_name(&buffer, KQ_SLICE(""));
    assert_text(kq_buffer_slice(&buffer), "alipay_marketing_voucher_list_query_response error_response");
}

static void test_whose_name_it_is(void **state)
{
    (void)state;
    const struct kq_slice method = KQ_SLICE("alipay.pass.x");
    assert_true(kq_envelope_is_name(KQ_SLICE("alipay_pass_x_response"), method));
    assert_true(kq_envelope_is_name(KQ_SLICE("error_response"), KQ_SLICE_EMPTY));
    assert_false(kq_envelope_is_name(KQ_SLICE("error_response"), method));
    assert_false(kq_envelope_is_name(KQ_SLICE("alipay_pass_y_response"), method));
    assert_false(kq_envelope_is_name(KQ_SLICE("alipay.pass.x_response"), method));
    assert_false(kq_envelope_is_name(KQ_SLICE("alipay_pass_x_responsE"), method));
    assert_false(kq_envelope_is_name(KQ_SLICE("alipay_pass_x_response_"), method));
    assert_false(kq_envelope_is_name(KQ_SLICE("alipay_pass_x"), method));
    assert_false(kq_envelope_is_name(KQ_SLICE_EMPTY, method));
}

static void test_html_escape(void **state)
{
    (void)state;
    BUFFER buffer = {0};
    kq_html_escape_append(KQ_SLICE("app_id=1&biz_content={\"a\":\"<优'>\"}"), &buffer);
    assert_text(kq_buffer_slice(&buffer),
                "app_id=1&amp;biz_content={&quot;a&quot;:&quot;&lt;优&#39;&gt;&quot;}");
}

static const char *const golden_answers[] = {"send", "list_empty", "wallet_utf8", "wallet_gbk",
                                             "unknown_method"};

static struct kq_slice signature_of(struct kq_slice answer, bool is_gbk)
{
    struct kq_envelope envelope;
    struct kq_error error = {0};
    assert_ok(kq_envelope_split(answer, is_gbk, &envelope, &error), &error);
    return envelope.sign;
}

static void test_golden_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(golden_answers); i++) {
        ARENA arena = {0};
        BUFFER buffer = {0};
        struct kq_slice answer = golden(&arena, "answers/%s/answer", golden_answers[i]);
        bool is_gbk =
            kq_slice_equal(golden(&arena, "answers/%s/charset", golden_answers[i]), KQ_SLICE("gbk"));
        kq_envelope_append(&buffer, golden(&arena, "answers/%s/method", golden_answers[i]),
                           golden(&arena, "answers/%s/response", golden_answers[i]), KQ_SLICE_EMPTY,
                           signature_of(answer, is_gbk));
        assert_slice(kq_buffer_slice(&buffer), answer);
    }
}

static void test_certificate_answer(void **state)
{
    (void)state;
    BUFFER buffer = {0};
    struct kq_envelope envelope;
    struct kq_error error = {0};
    kq_envelope_append(&buffer, KQ_SLICE("alipay.x"), KQ_SLICE("\"YQ==\""), KQ_SLICE("5a"), KQ_SLICE("c2ln"));
    assert_text(kq_buffer_slice(&buffer),
                "{\"alipay_x_response\":\"YQ==\",\"alipay_cert_sn\":\"5a\",\"sign\":\"c2ln\"}");
    assert_ok(kq_envelope_split(kq_buffer_slice(&buffer), false, &envelope, &error), &error);
    assert_text(envelope.response, "\"YQ==\"");
    assert_text(envelope.cert_sn, "5a");
    assert_text(envelope.sign, "c2ln");
}

static void assert_splits(struct kq_slice answer, bool is_gbk, const struct kq_envelope *expected)
{
    struct kq_envelope envelope;
    struct kq_error error = {0};
    assert_ok(kq_envelope_split(answer, is_gbk, &envelope, &error), &error);
    assert_slice(envelope.name, expected->name);
    assert_slice(envelope.response, expected->response);
    assert_slice(envelope.sign, expected->sign);
    assert_slice(envelope.cert_sn, expected->cert_sn);
}

static void test_split(void **state)
{
    (void)state;
    struct kq_envelope expected = {.name = KQ_SLICE("a_response"),
                                   .response = KQ_SLICE("{\"code\":\"10000\"}"),
                                   .sign = KQ_SLICE("x+/=")};
    assert_splits(KQ_SLICE("{\"a_response\":{\"code\":\"10000\"},\"sign\":\"x+/=\"}"), false, &expected);
    assert_splits(KQ_SLICE("{\"sign\":\"x+/=\",\"a_response\":{\"code\":\"10000\"}}"), false, &expected);
    assert_splits(KQ_SLICE(" {\n\t\"a_response\" : {\"code\":\"10000\"} ,\r\n \"sign\" : \"x+/=\" } \n"),
                  false, &expected);
    expected.cert_sn = KQ_SLICE("0a1b");
    assert_splits(
        KQ_SLICE("{\"a_response\":{\"code\":\"10000\"},\"alipay_cert_sn\":\"0a1b\",\"sign\":\"x+/=\"}"),
        false, &expected);
}

/* White space inside the response is part of what was signed. */
static void test_split_keeps_the_response_as_it_is(void **state)
{
    (void)state;
    struct kq_envelope expected = {.name = KQ_SLICE("error_response"),
                                   .response = KQ_SLICE("{ \"a\" : [ 1, {\"b\":\"}\\\"]\"} ] }")};
    assert_splits(KQ_SLICE("{\"error_response\": { \"a\" : [ 1, {\"b\":\"}\\\"]\"} ] } }"), false, &expected);
}

/* An encrypted answer: the signature is over the string with its quotes. */
static void test_split_of_an_encrypted_answer(void **state)
{
    (void)state;
    struct kq_envelope expected = {
        .name = KQ_SLICE("a_response"), .response = KQ_SLICE("\"Zm9v\""), .sign = KQ_SLICE("x")};
    assert_splits(KQ_SLICE("{\"a_response\":\"Zm9v\",\"sign\":\"x\"}"), false, &expected);
}

static void test_split_ignores_other_members(void **state)
{
    (void)state;
    struct kq_envelope expected = {
        .name = KQ_SLICE("a_response"), .response = KQ_SLICE("{}"), .sign = KQ_SLICE("x")};
    assert_splits(KQ_SLICE("{\"n\":-1.5E+3,\"t\":true,\"z\":null,\"l\":[[]],"
                           "\"s\":\"sign\",\"a_response\":{},\"sign\":\"x\"}"),
                  false, &expected);
}

/* The second byte of a GBK character may be a backslash. Read as UTF-8 it would hide the quote that follows.
 */
static void test_split_of_gbk(void **state)
{
    (void)state;
    struct kq_envelope expected = {
        .name = KQ_SLICE("a_response"), .response = KQ_SLICE("{\"m\":\"\x81\x5C\"}"), .sign = KQ_SLICE("x")};
    struct kq_slice answer = KQ_SLICE("{\"a_response\":{\"m\":\"\x81\x5C\"},\"sign\":\"x\"}");
    assert_splits(answer, true, &expected);
    struct kq_envelope envelope;
    struct kq_error error = {0};
    assert_failed(kq_envelope_split(answer, false, &envelope, &error), &error, KQ_E_ANSWER);
}

static void test_split_refuses(void **state)
{
    (void)state;
    static const struct kq_slice bad[] = {
        KQ_SLICE(""),
        KQ_SLICE("{}"),
        KQ_SLICE("[]"),
        KQ_SLICE("<html>"),
        KQ_SLICE("{\"sign\":\"x\"}"),
        KQ_SLICE("{\"a_response\":{}"),
        KQ_SLICE("{\"a_response\":{},}"),
        KQ_SLICE("{\"a_response\":{}}x"),
        KQ_SLICE("{\"a_response\":{} \"sign\":\"x\"}"),
        KQ_SLICE("{\"a_response\":{},\"b_response\":{}}"),
        KQ_SLICE("{\"a_response\":{},\"sign\":\"x\",\"sign\":\"x\"}"),
        KQ_SLICE("{\"a_response\":{},\"sign\":\"\",\"sign\":\"x\"}"),
        KQ_SLICE("{\"a_response\":{},\"sign\":1}"),
        KQ_SLICE("{\"a_response\":{},\"sign\":\"x\\/y\"}"),
        KQ_SLICE("{\"a_response\":{]}"),
        KQ_SLICE("{\"a_response\":[}]}"),
        KQ_SLICE("{\"a_response\":{\"b\":\"}"),
        KQ_SLICE("{\"a_response\":{\"b\":\"\\"),
        KQ_SLICE("{\"a_response\":}"),
        KQ_SLICE("{\"a_response\"{}}"),
        KQ_SLICE("{a_response:{}}"),
        KQ_SLICE("{\"a_response"),
        KQ_SLICE("{\"a_response\":{\"m\":\"\x81"),
    };
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        struct kq_envelope envelope;
        struct kq_error error = {0};
        struct kq_result result = kq_envelope_split(bad[i], true, &envelope, &error);
        assert_failed(result, &error, KQ_E_ANSWER);
    }
}

static struct kq_result split_nested(int depth)
{
    BUFFER answer = {0};
    struct kq_envelope envelope;
    kq_buffer_append(&answer, KQ_SLICE("{\"a_response\":"));
    for (int i = 0; i < depth; i++) {
        kq_buffer_append(&answer, i % 2 == 0 ? KQ_SLICE("{\"a\":") : KQ_SLICE("["));
    }
    kq_buffer_append(&answer, KQ_SLICE("1"));
    for (int i = depth; i > 0; i--) {
        kq_buffer_append(&answer, i % 2 == 1 ? KQ_SLICE("}") : KQ_SLICE("]"));
    }
    kq_buffer_append(&answer, KQ_SLICE("}"));
    assert_false(answer.failed);
    return kq_envelope_split(kq_buffer_slice(&answer), false, &envelope, NULL);
}

static void test_split_depth(void **state)
{
    (void)state;
    assert_true(split_nested(64).ok);
    assert_false(split_nested(65).ok);
    assert_false(split_nested(100000).ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_whose_name_it_is),
        cmocka_unit_test(test_html_escape),
        cmocka_unit_test(test_golden_answers),
        cmocka_unit_test(test_certificate_answer),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_split_keeps_the_response_as_it_is),
        cmocka_unit_test(test_split_of_an_encrypted_answer),
        cmocka_unit_test(test_split_ignores_other_members),
        cmocka_unit_test(test_split_of_gbk),
        cmocka_unit_test(test_split_refuses),
        cmocka_unit_test(test_split_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
