/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/examine.h"

#include "doctor/mistakes.h"
#include "wire/signature.h"
#include "wire_support.h"

/* Calls of the newer protocol: every form reads to the same lines, and what a wrong string costs.
 * tests/support/broken_v3.py has the table of mistakes, made by another implementation. */

#define LIST "app_id=2014,nonce=a1,timestamp=1406142470000"
#define HEADER "ALIPAY-SHA256withRSA " LIST ",sign=AA+B="
#define TARGET "/v3/alipay/a/b?c=%20d"
#define BODY "{\"memo\":\"a&b, c=}d\",\"n\":\"卡\"}"
#define TOKEN "201509BBeff9351ad1874306903e96b91d248A36"
#define EXPECTED LIST "\nPOST\n" TARGET "\n" BODY "\n" TOKEN "\n"
#define ESCAPED_BODY "{\\\"memo\\\":\\\"a&b, c=}d\\\",\\\"n\\\":\\\"卡\\\"}"
#define HEADERS "authorization: " HEADER "\r\nAlipay-App-Auth-Token: " TOKEN "\r\n"

static const struct {
    const char *name;
    enum kq_request_form form;
    const char *text;
} forms[] = {
    {"HTTP", KQ_REQUEST_HTTP, "POST " TARGET " HTTP/1.1\r\n" HEADERS "\r\n" BODY "\r\n"},
    {"HTTP, a length", KQ_REQUEST_HTTP, "post " TARGET "\n" HEADERS "Content-Length: 30\n\n" BODY "\n\nmore"},
    {"HTTP, an absolute target", KQ_REQUEST_HTTP,
     "POST https://x" TARGET " HTTP/1.1\r\n" HEADERS "\r\n" BODY},
    {"HTTP, multipart", KQ_REQUEST_HTTP,
     "POST " TARGET " HTTP/1.1\r\n" HEADERS "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
     "--b\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n" BODY "\r\n--b--\r\n"},
    {"curl", KQ_REQUEST_CURL,
     "curl 'https://x" TARGET "' -H 'authorization: " HEADER "' -H 'alipay-app-auth-token: " TOKEN
     "' --data-raw '" BODY "'"},
    {"curl, a method", KQ_REQUEST_CURL,
     "curl -X post --url 'https://x" TARGET "' --header 'Authorization:" HEADER
     "' --header 'alipay-app-auth-token: " TOKEN "' --json '" BODY "'"},
    {"curl, parts", KQ_REQUEST_CURL,
     "curl 'https://x" TARGET "' -H 'authorization: " HEADER "' -H 'alipay-app-auth-token: " TOKEN
     "' -F 'data=" BODY ";type=application/json' -F file=@a"},
    {"HAR", KQ_REQUEST_HAR,
     "{\"log\":{\"entries\":[{\"request\":{\"method\":\"POST\",\"url\":\"https://x" TARGET
     "\",\"headers\":[{\"name\":\"Authorization\",\"value\":\"" HEADER
     "\"},{\"name\":\"alipay-app-auth-token\",\"value\":\"" TOKEN
     "\"}],\"postData\":{\"mimeType\":\"application/json\",\"text\":\"" ESCAPED_BODY "\"}}}]}}"},
    {"JSON", KQ_REQUEST_JSON,
     "{\"path\":\"" TARGET "\",\"authorization\":\"" HEADER
     "\",\"headers\":{\"alipay-app-auth-token\":\"" TOKEN "\"},\"body\":" BODY "}"},
    {"log line", KQ_REQUEST_LOG,
     "2014-07-24 INFO send POST " TARGET " [authorization: " HEADER "], alipay-app-auth-token=" TOKEN
     " body: " BODY},
    {"log line, the body first", KQ_REQUEST_LOG,
     "request=" BODY " headers={alipay-app-auth-token: " TOKEN ", authorization: " HEADER
     "} \"POST https://x" TARGET "\""},
    {"a program's lines", KQ_REQUEST_LOG,
     "--> POST https://x" TARGET "\nContent-Type: application/json\n" HEADERS "\n" BODY "\n--> END POST"},
    {"a program's call", KQ_REQUEST_LOG,
     "fetch(\"https://x" TARGET "\", {method: \"POST\", headers: {\"authorization\": \"" HEADER
     "\", \"alipay-app-auth-token\": \"" TOKEN "\"}, body: \"" ESCAPED_BODY "\"})"},
};

static void test_every_form_reads_to_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(forms); i++) {
        ARENA arena = {0};
        struct kq_error error = {0};
        struct kq_sent_request request;
        struct kq_slice text;
        print_message("# %s\n", forms[i].name);
        assert_ok(kq_request_read(kq_slice_of(forms[i].text), &arena, &request, &error), &error);
        assert_int_equal(request.form, forms[i].form);
        assert_true(request.is_v3);
        assert_ok(kq_request_string_to_sign(&request, &text, &error), &error);
        assert_slice(text, KQ_SLICE(EXPECTED));
        assert_text(kq_request_find(&request, KQ_SLICE("app_id")), "2014");
        assert_text(kq_request_find(&request, KQ_SLICE("sign")), "AA+B=");
    }
}

static void assert_lines(const char *request_text, const char *string_to_sign)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_sent_request request;
    struct kq_slice text;
    assert_ok(kq_request_read(kq_slice_of(request_text), &arena, &request, &error), &error);
    assert_true(request.is_v3);
    assert_ok(kq_request_string_to_sign(&request, &text, &error), &error);
    assert_slice(text, kq_slice_of(string_to_sign));
}

static void test_a_call_without_a_body_or_a_signature(void **state)
{
    (void)state;
    assert_lines("GET /v3/a?b=1 HTTP/1.1\r\nauthorization: ALIPAY-SHA256withRSA a=1\r\n\r\n",
                 "a=1\nGET\n/v3/a?b=1\n\n");
    assert_lines("GET /v3/a HTTP/1.1\r\n\r\nwhat a GET has is not signed", "\nGET\n/v3/a\n\n");
    assert_lines("https://openapi.alipay.com/v3/a?b=1#top", "\nGET\n/v3/a?b=1\n\n");
    assert_lines("curl https://x/v3/a -H '' -X '' -d ''", "\nGET\n/v3/a\n\n");
    assert_lines("curl https://x/v3/a -d '{}'", "\nPOST\n/v3/a\n{}\n");
    assert_lines("POST /v3/a HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}\n", "\nPOST\n/v3/a\n{}\n\n");
    assert_lines("the header was ALIPAY-SHA256withRSA app_id=1, nonce=2,sign=x and the rest is lost",
                 "app_id=1, nonce=2\nGET\n\n\n");
}

static void test_a_parameter_with_such_a_path_is_none(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_sent_request request;
    assert_ok(
        kq_request_read(KQ_SLICE("app_id=1&notify_url=https://x/v3/a&sign=y"), &arena, &request, &error),
        &error);
    assert_false(request.is_v3);
    assert_int_equal(request.count, 3);
    assert_ok(kq_request_read(KQ_SLICE("https://x/gateway.do?app_id=1&notify_url=https://x/v3/a"), &arena,
                              &request, &error),
              &error);
    assert_false(request.is_v3);
}

static void test_a_broken_form_is_refused(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_sent_request request;
    struct kq_result result = kq_request_read(
        KQ_SLICE("POST /v3/a HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"),
        &arena, &request, &error);
    assert_failed(result, &error, KQ_E_BAD_INPUT);
}

/* What is signed, over the first form; verdict and work. */
struct question {
    struct kq_private_key *private_key;
    struct kq_doctor_key key;
    struct kq_slice signature;
    size_t work_max;
};

static struct kq_arena kept;
static struct question asked;

static int set_up(void **state)
{
    struct kq_error error = {0};
    asked = (struct question){.key = {.role = KQ_ROLE_REGISTERED, .is_for_any = true}};
    assert_ok(kq_private_key_load(golden(&kept, "keys/app_2048.pem"), &asked.private_key, &error), &error);
    assert_ok(kq_private_key_export_public(asked.private_key, &kept, &asked.key.der, &error), &error);
    *state = &asked;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kq_private_key_free(asked.private_key);
    kq_arena_free(&kept);
    return 0;
}

static void sign_text(struct question *question, struct kq_slice text)
{
    struct kq_error error = {0};
    BUFFER sign = {0};
    assert_ok(kq_sign(question->private_key, KQ_SIGN_RSA2, text, &sign, &error), &error);
    question->signature = kq_arena_copy(&kept, kq_buffer_slice(&sign));
    question->work_max = (size_t)96 << 20;
}

static struct kq_result examine(const struct question *question, struct kq_arena *arena,
                                struct kq_diagnosis *diagnosis, struct kq_difference *difference,
                                struct kq_error *error)
{
    struct kq_sent_request request;
    KQ_TRY(kq_request_read(kq_slice_of(forms[0].text), arena, &request, error));
    const struct kq_examination examination = {
        .request = &request,
        .signature = question->signature,
        .keys = &question->key,
        .key_count = 1,
        .openings_max = 16,
        .work_max = question->work_max,
    };
    KQ_TRY(kq_examine(&examination, arena, diagnosis, error));
    return kq_diagnosis_compare(diagnosis, &request, true, arena, difference, error);
}

static void assert_found(struct question *question, struct kq_slice signed_text, const char *name)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    sign_text(question, signed_text);
    assert_ok(examine(question, &arena, &diagnosis, &difference, &error), &error);
    assert_slice(diagnosis.expected, KQ_SLICE(EXPECTED));
    assert_int_equal(diagnosis.finding_count, name == NULL ? 0 : 1);
    if (name != NULL) {
        assert_string_equal(diagnosis.findings[0].advice->name, name);
        assert_slice(diagnosis.signed_text, signed_text);
        assert_null(memmem(difference.expected.data, difference.expected.size, TOKEN, sizeof(TOKEN) - 1));
    }
}

static void test_what_was_signed_is_found(void **state)
{
    assert_found(*state, KQ_SLICE(EXPECTED), NULL);
    assert_found(*state, KQ_SLICE(LIST "\nPOST\n" TARGET "\n" BODY "\n" TOKEN), "last-line-end-left-out");
    assert_found(*state, KQ_SLICE(LIST "\nPOST\n/v3/alipay/a/b\n" BODY "\n" TOKEN "\n"), "query-left-out");
}

static void test_work_is_bounded(void **state)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    struct question *question = *state;
    sign_text(question, KQ_SLICE("something else"));
    question->work_max = 100 * KQ_TRIAL_BYTES;
    assert_ok(examine(question, &arena, &diagnosis, &difference, &error), &error);
    assert_int_equal(diagnosis.verdict, KQ_VERDICT_STRING_UNKNOWN);
    assert_true(diagnosis.trials <= 110);
}

static void assert_sentences(const struct kq_advice *advice)
{
    struct kq_diagnosis diagnosis = {.finding_count = 1, .findings = {{.advice = advice}}};
    BUFFER english = {0};
    BUFFER chinese = {0};
    kq_diagnosis_append_sentence(&diagnosis, false, &english);
    kq_diagnosis_append_sentence(&diagnosis, true, &chinese);
    assert_true(english.data[0] >= 'A' && english.data[0] <= 'Z');
    assert_int_equal(english.data[english.size - 1], '.');
    assert_null(strstr(english.data, "{}"));
    assert_null(strstr(chinese.data, "{}"));
    assert_true(kq_utf8_is_valid(kq_buffer_slice(&chinese)));
}

static void test_sentences_in_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < kq_v3_mistake_count; i++) {
        assert_sentences(&kq_v3_mistakes[i].advice);
    }
}

/* The text comes last: a search that has changed it does not join the lines again. */
static void test_the_newer_protocols_own_mistakes_are_made_before_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < kq_v3_mistake_count; i++) {
        assert_true(kq_v3_mistakes[i].stage < KQ_STAGE_TEXT);
    }
}

static void test_permutations_are_all_there_once(void **state)
{
    (void)state;
    bool seen[4 * 4 * 4 * 4] = {false};
    size_t order[4];
    for (size_t number = 0; number < 24; number++) {
        assert_true(kq_permute(number, 4, order));
        size_t name = ((order[0] * 4 + order[1]) * 4 + order[2]) * 4 + order[3];
        assert_int_equal(1U << order[0] | 1U << order[1] | 1U << order[2] | 1U << order[3], 15);
        assert_false(seen[name]);
        seen[name] = true;
    }
    assert_false(kq_permute(24, 4, order));
    assert_true(kq_permute(0, 4, order));
    assert_true(order[0] == 0 && order[3] == 3);
}

static struct kq_result read_once(void *context, struct kq_error *error)
{
    ARENA arena = {0};
    struct kq_sent_request request;
    struct kq_slice text;
    KQ_TRY(kq_request_read(kq_slice_of(context), &arena, &request, error));
    return kq_request_string_to_sign(&request, &text, error);
}

static void test_reading_without_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(forms); i++) {
        fail_each_allocation(read_once, (void *)(uintptr_t)forms[i].text);
    }
}

static struct kq_result examine_once(void *context, struct kq_error *error)
{
    ARENA arena = {0};
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    return examine(context, &arena, &diagnosis, &difference, error);
}

/* A mistake that is found late: of those behind it some are digests, and a digest that fails for want of
 * memory cannot be told from one that this system's OpenSSL forbids. */
static void test_examining_without_memory(void **state)
{
    struct question *question = *state;
    sign_text(question,
              KQ_SLICE(LIST "\nPOST\n" TARGET "\n{\"biz_content\":\"" ESCAPED_BODY "\"}\n" TOKEN "\n"));
    fail_each_allocation(examine_once, question);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_reads_to_the_same),
        cmocka_unit_test(test_a_call_without_a_body_or_a_signature),
        cmocka_unit_test(test_a_parameter_with_such_a_path_is_none),
        cmocka_unit_test(test_a_broken_form_is_refused),
        cmocka_unit_test(test_what_was_signed_is_found),
        cmocka_unit_test(test_work_is_bounded),
        cmocka_unit_test(test_sentences_in_both_languages),
        cmocka_unit_test(test_the_newer_protocols_own_mistakes_are_made_before_the_text),
        cmocka_unit_test(test_permutations_are_all_there_once),
        cmocka_unit_test(test_reading_without_memory),
        cmocka_unit_test(test_examining_without_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
