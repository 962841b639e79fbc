/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "server/lanes.h"
#include "server/v3_checks.h"
#include "wire/content_cipher.h"
#include "wire/openapi_v3.h"
#include "wire/signature.h"
#include "wire/v3_error.h"

/* Calls of the newer protocol in the pipeline: what they share with the others, and what is their own. */

#define APP_ID "2014072300007148"
#define SEND_PATH "/v3/alipay/marketing/voucher/send"
#define LIST_PATH "/v3/alipay/marketing/voucher/list/query"
#define PASS_ADD_PATH "/v3/alipay/pass/instance/add"
#define LIST_QUERY "template_id=20140601000730010040000000EB&user_id=2088302001456115"
#define V3_BUSY "{\"code\":\"unknow-error\",\"message\":\"系统繁忙\",\"links\":[]}"

#define FLOOD 64

/* What stands for nothing: a POST to SEND_PATH of SEND_BIZ, with a nonce that was not used before. */
struct v3_request {
    const char *path;
    const char *query; /* a GET; else NULL */
    const char *body;
    const char *nonce;
    const struct kq_private_key *key;
    bool encrypts; /* the body, with CONTENT_KEY */
};

/* A signed request: what a call borrows. */
struct signed_request {
    struct kq_buffer authorization;
    struct kq_buffer target;
    size_t path_bytes;
    struct kq_buffer body;
    bool is_post;
    bool encrypts;
};

static struct signed_request signed_request;
static struct signed_request flood_requests[FLOOD];
static struct kq_call flood[FLOOD];
static size_t flooded;

static void free_request(struct signed_request *request)
{
    kq_buffer_free(&request->authorization);
    kq_buffer_free(&request->target);
    kq_buffer_free(&request->body);
}

static int close_all(void **state)
{
    kq_memory_fail_at(0);
    for (size_t i = 0; i < flooded; i++) {
        kq_call_free(&flood[i]);
        free_request(&flood_requests[i]);
    }
    flooded = 0;
    free_request(&signed_request);
    return close_gateway(state);
}

static int open_with_nonces(void **state)
{
    open_gateway(state);
    assert_true(kq_nonces_open(1, 1, &fixture.nonces, NULL).ok);
    reopen_gateway(MEMO_BYTES, KQ_MAX_WAIT_MS_DEFAULT);
    return 0;
}

static struct kq_content_key *load_content_key(void)
{
    struct kq_content_key *key = NULL;
    assert_true(kq_content_key_load_bytes(KQ_SLICE(CONTENT_KEY), &key, NULL).ok);
    return key;
}

static void set_body(const struct v3_request *wanted, struct signed_request *request)
{
    struct kq_slice plain = wanted->body == NULL ? KQ_SLICE(SEND_BIZ) : kq_slice_of(wanted->body);
    request->is_post = wanted->query == NULL;
    request->encrypts = wanted->encrypts;
    kq_buffer_clear(&request->body);
    if (request->encrypts) {
        struct kq_content_key *key = load_content_key();
        assert_true(kq_content_encrypt(key, plain, &request->body, NULL).ok);
        kq_content_key_free(key);
    } else if (request->is_post) {
        kq_buffer_append(&request->body, plain);
    }
}

static void sign(const struct v3_request *wanted, struct signed_request *request)
{
    static unsigned number;
    struct kq_buffer list KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer signature KQ_CLEANUP(kq_buffer_free) = {0};
    char nonce[32];
    snprintf(nonce, sizeof(nonce), "nonce-%u", ++number);
    set_body(wanted, request);
    kq_buffer_clear(&request->target);
    kq_buffer_append(&request->target, kq_slice_of(wanted->path == NULL ? SEND_PATH : wanted->path));
    request->path_bytes = request->target.size;
    if (wanted->query != NULL) {
        kq_buffer_print(&request->target, "?%s", wanted->query);
    }
    kq_buffer_print(&list, "app_id=" APP_ID ",nonce=%s,timestamp=%lld",
                    wanted->nonce == NULL ? nonce : wanted->nonce, (long long)fake.wall_ms);
    const struct kq_v3_request v3 = {
        .authorization_list = kq_buffer_slice(&list),
        .http_method = request->is_post ? KQ_SLICE("POST") : KQ_SLICE("GET"),
        .path_with_query = kq_buffer_slice(&request->target),
        .body = kq_buffer_slice(&request->body),
    };
    kq_v3_request_string_to_sign(&v3, &text);
    assert_true(kq_sign(wanted->key == NULL ? fixture.app_key : wanted->key, KQ_SIGN_RSA2,
                        kq_buffer_slice(&text), &signature, NULL)
                    .ok);
    kq_buffer_clear(&request->authorization);
    kq_buffer_print(&request->authorization, KQ_V3_SCHEME " %s,sign=%s", list.data, signature.data);
    assert_false(request->authorization.failed || request->target.failed);
}

static void give(const struct signed_request *request, struct kq_call *call)
{
    struct kq_slice target = kq_buffer_slice(&request->target);
    bool has_query = target.size > request->path_bytes;
    size_t query_at = request->path_bytes + (has_query ? 1 : 0);
    call->is_post = request->is_post;
    call->body = kq_buffer_slice(&request->body);
    call->query = (struct kq_slice){.data = target.data + query_at, .size = target.size - query_at};
    call->v3 = (struct kq_call_v3){
        .path = {.data = target.data, .size = request->path_bytes},
        .target = target,
        .authorization = kq_buffer_slice(&request->authorization),
        .encrypt_type = request->encrypts ? KQ_SLICE("AES") : KQ_SLICE_EMPTY,
    };
}

static void run_signed(void)
{
    kq_call_reset(&fixture.call);
    give(&signed_request, &fixture.call);
    finish_call();
}

static void run_v3(const struct v3_request *wanted)
{
    sign(wanted, &signed_request);
    run_signed();
}

/* Takes a header's value out of the answer's head. */
static struct kq_slice header_of(const struct kq_call *call, const char *name)
{
    const char *found = strstr(call->v3.headers, name);
    assert_non_null(found);
    found += strlen(name) + 2;
    return (struct kq_slice){.data = found, .size = strcspn(found, "\r")};
}

static void assert_answer_of(const struct kq_call *call, enum kq_http_status status, const char *body)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    assert_int_equal(call->v3.status, status);
    assert_int_equal(call->answer.size, strlen(body));
    assert_memory_equal(call->answer.data, body, call->answer.size);
    kq_v3_answer_string_to_sign(header_of(call, KQ_V3_HEADER_TIMESTAMP), header_of(call, KQ_V3_HEADER_NONCE),
                                kq_buffer_slice(&call->answer), &text);
    assert_true(kq_verify(fixture.gateway_public, KQ_SIGN_RSA2, kq_buffer_slice(&text),
                          header_of(call, KQ_V3_HEADER_SIGNATURE), &arena, NULL)
                    .ok);
    assert_true(kq_slice_equal(header_of(call, KQ_V3_HEADER_TRACE_ID), kq_slice_of(call->trace_id)));
}

static void assert_answer(enum kq_http_status status, const char *body)
{
    assert_answer_of(&fixture.call, status, body);
}

#define FIRST_ISSUE "{\"voucher_id\":\"2016090600073002002000000001\",\"user_id\":\"2088302001456115\"}"

static void a_success_is_the_bare_answer(void **state)
{
    (void)state;
    run_v3(&(struct v3_request){0});
    assert_answer(KQ_HTTP_OK, FIRST_ISSUE);
    run_v3(&(struct v3_request){.path = LIST_PATH, .body = LIST_BIZ});
    assert_answer(KQ_HTTP_OK, "{\"vouchers\":[]}");
    run_v3(&(struct v3_request){.path = LIST_PATH, .query = LIST_QUERY});
    assert_answer(KQ_HTTP_OK, "{\"vouchers\":[]}");
}

/* The ciphertext is the body, and is what is signed. */
static void an_encrypted_call_has_an_encrypted_answer(void **state)
{
    (void)state;
    struct kq_buffer expected KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_content_key *key = load_content_key();
    fake.applications[APP].content_key = KQ_SLICE(CONTENT_KEY);
    assert_true(kq_content_encrypt(key, KQ_SLICE(FIRST_ISSUE), &expected, NULL).ok);
    kq_content_key_free(key);
    for (unsigned i = 0; i < 2; i++) {
        run_v3(&(struct v3_request){.encrypts = true});
        assert_answer(KQ_HTTP_OK, expected.data);
        run_v3(&(struct v3_request){0});
        assert_answer(KQ_HTTP_OK, FIRST_ISSUE);
    }
    assert_int_equal(fake.issues, 1);
    run_v3(&(struct v3_request){.encrypts = true, .body = "[]"});
    assert_int_equal(fixture.call.error.code, KQ_E_ILLEGAL_JSON);
    assert_memory_equal(fixture.call.answer.data, "{\"code\":\"illegal-json\"", 22);
}

static void a_send_is_remembered_for_both_protocols(void **state)
{
    (void)state;
    run_v3(&(struct v3_request){0});
    sign_call(SEND, SEND_BIZ);
    run_call();
    run_v3(&(struct v3_request){0});
    assert_answer(KQ_HTTP_OK, FIRST_ISSUE);
    assert_int_equal(fake.issues, 1);
}

/* In the same second, with nothing committed since, the store is not asked. */
static void a_read_is_remembered_for_both_protocols(void **state)
{
    (void)state;
    sign_call(LIST, LIST_BIZ);
    run_call();
    unsigned calls = fake.calls;
    run_v3(&(struct v3_request){.path = LIST_PATH, .body = LIST_BIZ});
    assert_answer(KQ_HTTP_OK, "{\"vouchers\":[]}");
    sign_call(LIST, LIST_BIZ);
    run_call();
    assert_response(LIST_RESPONSE, "{\"code\":\"10000\",\"msg\":\"Success\",\"vouchers\":[]}");
    assert_int_equal(fake.calls, calls);
}

/* What cannot come a second time would only take the place of what can. */
static void no_signature_is_remembered(void **state)
{
    (void)state;
    static const enum kq_memo_kind kinds[] = {KQ_MEMO_SIGNATURES, KQ_MEMO_VERIFICATIONS};
    for (unsigned i = 0; i < 3; i++) {
        run_v3(&(struct v3_request){0});
    }
    for (size_t i = 0; i < KQ_COUNT(kinds); i++) {
        struct kq_digest_cache_counts counts;
        kq_memo_count(kq_gateway_memo(fixture.gateway), kinds[i], &counts);
        assert_int_equal(counts.entries, 0);
    }
}

static void a_refusal_has_a_status_and_what_its_method_shows(void **state)
{
    (void)state;
    run_v3(&(struct v3_request){.path = "/v3/alipay/trade/pay"});
    assert_answer(KQ_HTTP_NOT_FOUND,
                  "{\"code\":\"invalid-method\",\"message\":\"不存在的方法名\",\"links\":[]}");
    run_v3(&(struct v3_request){.path = SEND_PATH, .query = ""});
    assert_answer(KQ_HTTP_METHOD_NOT_ALLOWED,
                  "{\"code\":\"invalid-http-method\",\"message\":\"接口不支持该HTTP方法\",\"links\":[]}");
    assert_non_null(strstr(fixture.call.v3.headers, "\r\nAllow: POST"));
    run_v3(&(struct v3_request){.path = PASS_ADD_PATH, .body = "{}"});
    assert_int_equal(fixture.call.error.code, KQ_E_PASS_APP_NOT_SUPPORTED);
    assert_answer(KQ_HTTP_FORBIDDEN,
                  "{\"code\":\"KP.AE_ALIPASS_APPID_NOSUPPORT\",\"message\":\"该AppId不支持\",\"links\":[],"
                  "\"success\":false,\"result\":\"{\\\"operate\\\":\\\"ADD\\\",\\\"message\\\":"
                  "\\\"该AppId不支持\\\"}\"}");
}

static void a_failing_store_is_a_system_error(void **state)
{
    (void)state;
    fake.failure = KQ_E_STORE;
    fake.fail_at = 2;
    fake.calls = 0;
    run_v3(&(struct v3_request){0});
    assert_answer(KQ_HTTP_INTERNAL_ERROR,
                  "{\"code\":\"SYSTEM_ERROR\",\"message\":\"系统繁忙\",\"links\":[]}");
    assert_int_equal(fake.issues, 0);
}

/* The store is not asked again, whatever is remembered. */
static void a_nonce_passes_once(void **state)
{
    (void)state;
    run_v3(&(struct v3_request){.nonce = "1"});
    assert_int_equal(fixture.call.error.code, KQ_E_NONE);
    for (unsigned i = 0; i < 3; i++) {
        run_signed();
        assert_int_equal(fixture.call.error.code, KQ_E_REPEATED_NONCE);
    }
    fake.wall_ms += KQ_CLOCK_SKEW_DEFAULT_S * 1000 + 1;
    run_signed();
    assert_int_equal(fixture.call.error.code, KQ_E_INVALID_TIMESTAMP);
}

/* Whoever sends an application's calls again waits among the strangers, not among that application's calls.
 */
static void a_copy_has_no_place_among_its_applications_calls(void **state)
{
    (void)state;
    run_v3(&(struct v3_request){.nonce = "1"});
    assert_int_not_equal(fixture.call.lane, KQ_LANE_UNVERIFIED);
    run_signed();
    assert_int_equal(fixture.call.error.code, KQ_E_REPEATED_NONCE);
    assert_int_equal(fixture.call.lane, KQ_LANE_UNVERIFIED);
    run_v3(&(struct v3_request){.nonce = "2", .body = "[]"});
    assert_int_equal(fixture.call.error.code, KQ_E_ILLEGAL_JSON);
    assert_int_not_equal(fixture.call.lane, KQ_LANE_UNVERIFIED);
}

/* Older than what has been forgotten: it may be a copy. */
static void a_call_below_what_was_forgotten_may_be_a_copy(void **state)
{
    (void)state;
    fake.wall_ms += 1000;
    for (unsigned i = 0; i <= KQ_NONCE_WAYS; i++) {
        run_v3(&(struct v3_request){0});
        assert_int_equal(fixture.call.error.code, KQ_E_NONE);
        fake.wall_ms++;
    }
    fake.wall_ms -= 500;
    run_v3(&(struct v3_request){0});
    assert_int_equal(fixture.call.error.code, KQ_E_INVALID_TIMESTAMP);
    assert_int_equal(fixture.call.lane, KQ_LANE_UNVERIFIED);
}

static void a_forged_call_takes_no_nonce(void **state)
{
    (void)state;
    run_v3(&(struct v3_request){.nonce = "1", .key = fixture.other_key});
    assert_int_equal(fixture.call.error.code, KQ_E_INVALID_SIGNATURE);
    run_v3(&(struct v3_request){.nonce = "1"});
    assert_int_equal(fixture.call.error.code, KQ_E_NONE);
}

/* The application's lane is full: the next call is turned away, and is left in the fixture. */
static void fill(void)
{
    fake.keeps_waiting = true;
    enum kq_call_progress progress = KQ_CALL_WAITING;
    while (progress == KQ_CALL_WAITING) {
        assert_true(flooded < FLOOD);
        char body[256];
        snprintf(body, sizeof(body), SEND_BIZ_OF("%zu"), flooded);
        struct signed_request *request = &flood_requests[flooded];
        struct kq_call *call = &flood[flooded];
        sign(&(struct v3_request){.body = body}, request);
        begin_call(call, &fixture.query);
        give(request, call);
        progress = kq_gateway_start(fixture.gateway, call);
        flooded++;
    }
    assert_int_equal(progress, KQ_CALL_ANSWERED);
}

static void drain(void)
{
    complete_writes();
    for (size_t i = 0; i + 1 < flooded; i++) {
        assert_int_equal(kq_gateway_resume(fixture.gateway, &flood[i]), KQ_CALL_UNSIGNED);
    }
    while (kq_gateway_sign_next(fixture.gateway) != NULL) {
    }
}

/* One signature is enough for a minute of them. */
static void busy_answers_share_a_signature(void **state)
{
    (void)state;
    fake.tick_us = PLACES_SIGN_US;
    reopen_gateway(MEMO_BYTES, PLACES_WAIT_MS);
    fill();
    assert_int_equal(flooded - 1, PLACES_OF_ONE);
    assert_answer_of(&flood[flooded - 1], KQ_HTTP_UNAVAILABLE, V3_BUSY);
    uint64_t signatures = counted("kaquan_signatures_total");
    for (unsigned i = 0; i < 5; i++) {
        run_v3(&(struct v3_request){0});
        assert_int_equal(fixture.call.error.code, KQ_E_GATEWAY_BUSY);
        assert_answer(KQ_HTTP_UNAVAILABLE, V3_BUSY);
    }
    assert_int_equal(counted("kaquan_signatures_total"), signatures);
    fake.monotonic_us += INT64_C(61000000);
    fake.wall_ms += 61000;
    for (unsigned i = 0; i < 5; i++) {
        run_v3(&(struct v3_request){0});
        assert_answer(KQ_HTTP_UNAVAILABLE, V3_BUSY);
        assert_true(
            kq_slice_equal(header_of(&fixture.call, KQ_V3_HEADER_TIMESTAMP), KQ_SLICE("1473134461000")));
    }
    assert_int_equal(counted("kaquan_signatures_total"), signatures + 1);
    drain();
    assert_int_equal(fake.issues, PLACES_OF_ONE);
    fake.keeps_waiting = false;
    assert_int_equal(count_places(), PLACES_OF_ONE);
}

/* Every n: a signed answer or none at all (HTTP's 503), and the next call succeeds. */
static void fail_each_allocation(const struct v3_request *wanted, enum kq_error_code code)
{
    bool has_failed = true;
    reopen_gateway(0, PLACES_WAIT_MS);
    for (unsigned long n = 1; has_failed; n++) {
        assert_true(n < 1000);
        sign(wanted, &signed_request);
        kq_call_free(&fixture.call);
        begin_call(&fixture.call, &fixture.query);
        give(&signed_request, &fixture.call);
        kq_memory_fail_at(n);
        finish_call();
        has_failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        enum kq_error_code outcome = fixture.call.error.code;
        assert_true(outcome == KQ_E_NO_MEMORY || outcome == code || fixture.call.answer.size == 0);
        assert_true(fixture.call.answer.size == 0 || fixture.call.v3.headers != NULL);
        run_v3(wanted);
        assert_int_equal(fixture.call.error.code, code);
        assert_true(fixture.call.answer.size > 0);
    }
    assert_int_equal(count_places(), PLACES_OF_ONE);
}

static void an_allocation_that_fails_fails_the_call_only(void **state)
{
    (void)state;
    fake.tick_us = PLACES_SIGN_US;
    fail_each_allocation(&(struct v3_request){0}, KQ_E_NONE);
    fail_each_allocation(&(struct v3_request){.path = LIST_PATH, .query = LIST_QUERY}, KQ_E_NONE);
    fail_each_allocation(&(struct v3_request){.body = "{}"}, KQ_E_INVALID_PARAMETER);
    fail_each_allocation(&(struct v3_request){.key = fixture.other_key}, KQ_E_INVALID_SIGNATURE);
    fake.applications[APP].content_key = KQ_SLICE(CONTENT_KEY);
    fail_each_allocation(&(struct v3_request){.encrypts = true}, KQ_E_NONE);
}

static void every_status_can_be_sent(void **state)
{
    (void)state;
    for (unsigned code = 0; code < KQ_ERROR_CODE_COUNT; code++) {
        unsigned number = kq_v3_error_of((enum kq_error_code)code)->status;
        assert_int_equal(kq_http_status_number(kq_http_status_of(number)), number);
    }
    assert_int_equal(kq_http_status_of(299), KQ_HTTP_INTERNAL_ERROR);
}

static bool has_lists(const struct kq_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        enum kq_field_type type = fields->items[i].type;
        if (type == KQ_FIELD_STRING_LIST || type == KQ_FIELD_OBJECT_LIST || type == KQ_FIELD_OBJECT) {
            return true;
        }
    }
    return fields->base != NULL && has_lists(fields->base);
}

/* A query has names and texts, so a method with more than those could not be called with GET. */
static void methods_with_get_take_no_lists(void **state)
{
    (void)state;
    unsigned with_get = 0;
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        if (kq_v3_allows_get(kq_catalogue[i])) {
            assert_false(has_lists(kq_catalogue[i]->request));
            with_get++;
        }
    }
    assert_int_equal(with_get, 5);
}

#define v3_test(function) cmocka_unit_test_setup_teardown(function, open_gateway, close_all)
#define nonce_test(function) cmocka_unit_test_setup_teardown(function, open_with_nonces, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        v3_test(a_success_is_the_bare_answer),
        v3_test(an_encrypted_call_has_an_encrypted_answer),
        v3_test(a_send_is_remembered_for_both_protocols),
        v3_test(a_read_is_remembered_for_both_protocols),
        v3_test(no_signature_is_remembered),
        v3_test(a_refusal_has_a_status_and_what_its_method_shows),
        v3_test(a_failing_store_is_a_system_error),
        nonce_test(a_nonce_passes_once),
        nonce_test(a_copy_has_no_place_among_its_applications_calls),
        nonce_test(a_call_below_what_was_forgotten_may_be_a_copy),
        nonce_test(a_forged_call_takes_no_nonce),
        v3_test(busy_answers_share_a_signature),
        v3_test(an_allocation_that_fails_fails_the_call_only),
        cmocka_unit_test(every_status_can_be_sent),
        cmocka_unit_test(methods_with_get_take_no_lists),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
