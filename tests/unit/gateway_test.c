/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/time.h"
#include "server/gateway.h"
#include "wire/envelope.h"
#include "wire/signature.h"

/* The pipeline without sockets and without a database: a fake store, whose n-th call fails where a test wants
 * that. */

#define NOW_MS INT64_C(1473134400000) /* 2016-09-06 12:00:00 in Beijing */
#define NOW_TEXT "2016-09-06 12:00:00"

struct fake_store {
    struct kq_store store; /* first */
    struct kq_reader reader;
    struct kq_slice public_key; /* the application's */
    unsigned calls;
    unsigned fail_at; /* 0: never */
    enum kq_error_code failure;
    bool disabled; /* the application's state */
};

static struct fake_store fake;

static bool must_fail(struct kq_operation *operation)
{
    fake.calls++;
    if (fake.calls != fake.fail_at) {
        return false;
    }
    return !kq_fail(&operation->error, fake.failure, "as the test wants").ok;
}

static struct kq_result fake_reader_open(struct kq_store *store, struct kq_reader **reader,
                                         struct kq_error *error)
{
    (void)error;
    fake.reader.functions = store->functions;
    *reader = &fake.reader;
    return KQ_OK;
}

static void fake_reader_close(struct kq_reader *reader)
{
    (void)reader;
}

static void get_application(struct kq_op_application_get *get)
{
    get->found = kq_slice_equal(get->app_id, KQ_SLICE("2014072300007148"));
    get->application = (struct kq_application){
        .app_id = KQ_SLICE("2014072300007148"),
        .pid = KQ_SLICE("2088102015433735"),
        .state = fake.disabled ? KQ_APPLICATION_DISABLED : KQ_APPLICATION_ACTIVE,
        .keys = {[KQ_SIGN_RSA2] = {.current = fake.public_key}},
    };
}

static void fake_read(struct kq_reader *reader, struct kq_operation *operation)
{
    (void)reader;
    if (must_fail(operation)) {
        return;
    }
    if (operation->kind == KQ_OP_APPLICATION_GET) {
        get_application(&operation->application_get);
    } else if (operation->kind == KQ_OP_VOUCHER_LIST) {
        operation->voucher_list.template_found = true;
        operation->voucher_list.template = (struct kq_template){
            .template_id = operation->voucher_list.template_id,
            .pid = KQ_SLICE("2088102015433735"),
            .state = KQ_TEMPLATE_EFFECTIVE,
        };
    } else {
        assert_true(operation->kind == KQ_OP_HEALTH || operation->kind == KQ_OP_GRANT_GET);
    }
}

static uint64_t fake_revision(struct kq_reader *reader)
{
    (void)reader;
    return 0;
}

static void fake_submit(struct kq_store *store, struct kq_submission *submission)
{
    (void)store;
    struct kq_operation *operation = submission->operation;
    assert_int_equal(operation->kind, KQ_OP_ISSUE);
    if (!must_fail(operation)) {
        operation->issue.result.voucher = (struct kq_voucher){
            .voucher_id = KQ_SLICE("20160906000730020020002U8CBS"),
            .user_id = KQ_SLICE("2088302001456115"),
        };
    }
    submission->complete(submission);
}

static int64_t fake_now_ms(const struct kq_clock *clock)
{
    (void)clock;
    return NOW_MS;
}

static void fake_random(const struct kq_clock *clock, void *bytes, size_t size_bytes)
{
    (void)clock;
    memset(bytes, 7, size_bytes);
}

static const struct kq_clock fake_clock = {
    .wall_ms = fake_now_ms,
    .business_ms = fake_now_ms,
    .monotonic_us = fake_now_ms,
    .random = fake_random,
};

static const struct kq_store_functions fake_functions = {
    .name = "fake",
    .reader_open = fake_reader_open,
    .reader_close = fake_reader_close,
    .read = fake_read,
    .revision = fake_revision,
    .submit = fake_submit,
};

/* What every test needs: keys (made once: they are slow), a gateway, a call. */
struct fixture {
    struct kq_arena arena;
    struct kq_private_key *gateway_key;
    struct kq_private_key *app_key;
    struct kq_public_key *gateway_public;
    struct kq_gateway *gateway;
    struct kq_call call;
    struct kq_buffer query;
    bool woken;
};

static struct fixture fixture;

static int make_keys(void **state)
{
    (void)state;
    struct kq_slice der;
    assert_true(kq_private_key_generate(2048, &fixture.gateway_key, NULL).ok);
    assert_true(kq_private_key_generate(2048, &fixture.app_key, NULL).ok);
    assert_true(kq_private_key_export_public(fixture.app_key, &fixture.arena, &fake.public_key, NULL).ok);
    assert_true(kq_private_key_export_public(fixture.gateway_key, &fixture.arena, &der, NULL).ok);
    assert_true(kq_public_key_load_der(der, &fixture.gateway_public, NULL).ok);
    return 0;
}

static int free_keys(void **state)
{
    (void)state;
    kq_private_key_free(fixture.gateway_key);
    kq_private_key_free(fixture.app_key);
    kq_public_key_free(fixture.gateway_public);
    kq_arena_free(&fixture.arena);
    return 0;
}

static void wake(struct kq_call *call)
{
    assert_ptr_equal(call, &fixture.call);
    fixture.woken = true;
}

static int open_gateway(void **state)
{
    (void)state;
    fake.store = (struct kq_store){.functions = &fake_functions, .clock = &fake_clock};
    fake.calls = 0;
    fake.fail_at = 0;
    fake.disabled = false;
    struct kq_gateway_settings settings = {
        .store = &fake.store,
        .private_key = fixture.gateway_key,
        .clock_skew_s = KQ_CLOCK_SKEW_DEFAULT_S,
    };
    assert_true(kq_gateway_open(&settings, &fixture.gateway, NULL).ok);
    kq_call_init(&fixture.call);
    fixture.call.wake = wake;
    return 0;
}

static int close_gateway(void **state)
{
    (void)state;
    kq_memory_fail_at(0);
    kq_call_free(&fixture.call);
    kq_gateway_close(fixture.gateway);
    kq_buffer_free(&fixture.query);
    return 0;
}

static void add_to_query(struct kq_slice name, struct kq_slice value)
{
    if (fixture.query.size > 0) {
        kq_buffer_append_byte(&fixture.query, '&');
    }
    kq_buffer_append(&fixture.query, name);
    kq_buffer_append_byte(&fixture.query, '=');
    kq_form_encode(value, &fixture.query);
}

/* A signed call of `method` in the fixture's query. */
static void sign_call(const char *method, const char *biz_content)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_buffer signature KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_params params;
    struct kq_slice text;
    const struct kq_param public[] = {
        {KQ_SLICE("app_id"), KQ_SLICE("2014072300007148")},
        {KQ_SLICE("method"), kq_slice_of(method)},
        {KQ_SLICE("charset"), KQ_SLICE("utf-8")},
        {KQ_SLICE("sign_type"), KQ_SLICE("RSA2")},
        {KQ_SLICE("timestamp"), KQ_SLICE(NOW_TEXT)},
        {KQ_SLICE("version"), KQ_SLICE("1.0")},
        {KQ_SLICE("biz_content"), kq_slice_of(biz_content)},
    };
    kq_buffer_clear(&fixture.query);
    kq_params_init(&params, &arena);
    for (size_t i = 0; i < KQ_COUNT(public); i++) {
        assert_true(kq_params_add(&params, public[i].name, public[i].value, NULL).ok);
        add_to_query(public[i].name, public[i].value);
    }
    assert_true(kq_string_to_sign(&params, &text, NULL).ok);
    assert_true(kq_sign(fixture.app_key, KQ_SIGN_RSA2, text, &signature, NULL).ok);
    add_to_query(KQ_SLICE("sign"), kq_buffer_slice(&signature));
}

#define SEND "alipay.marketing.voucher.send"
#define LIST "alipay.marketing.voucher.list.query"
#define SEND_BIZ                                                                                             \
    "{\"template_id\":\"20140601000730010040000000EB\",\"user_id\":\"2088302001456115\",\"out_biz_no\":\"1\"}"
#define LIST_BIZ "{\"template_id\":\"20140601000730010040000000EB\",\"user_id\":\"2088302001456115\"}"

/* Takes the fixture's query through the gateway to its end. */
static void run_call(void)
{
    kq_call_reset(&fixture.call);
    fixture.woken = false;
    fixture.call.query = kq_buffer_slice(&fixture.query);
    if (kq_gateway_start(fixture.gateway, &fixture.call) == KQ_CALL_WAITING) {
        assert_true(fixture.woken);
        kq_gateway_resume(fixture.gateway, &fixture.call);
    }
}

/* The response object's bytes, whose signature has been verified. */
static struct kq_slice verified_response(const char *name)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_envelope envelope;
    assert_true(kq_envelope_split(kq_buffer_slice(&fixture.call.answer), false, &envelope, NULL).ok);
    assert_true(kq_slice_equal(envelope.name, kq_slice_of(name)));
    assert_true(
        kq_verify(fixture.gateway_public, KQ_SIGN_RSA2, envelope.response, envelope.sign, &arena, NULL).ok);
    return envelope.response;
}

static void assert_response(const char *name, const char *expected)
{
    struct kq_slice response = verified_response(name);
    assert_int_equal(response.size, strlen(expected));
    assert_memory_equal(response.data, expected, response.size);
}

static void a_send_waits_for_the_store_and_is_answered(void **state)
{
    (void)state;
    sign_call(SEND, SEND_BIZ);
    run_call();
    assert_true(fixture.woken);
    assert_response("alipay_marketing_voucher_send_response",
                    "{\"code\":\"10000\",\"msg\":\"Success\","
                    "\"voucher_id\":\"20160906000730020020002U8CBS\",\"user_id\":\"2088302001456115\"}");
}

static void a_list_is_answered_at_once(void **state)
{
    (void)state;
    sign_call(LIST, LIST_BIZ);
    run_call();
    assert_false(fixture.woken);
    assert_response("alipay_marketing_voucher_list_query_response",
                    "{\"code\":\"10000\",\"msg\":\"Success\",\"vouchers\":[]}");
}

static void a_body_has_parameters_only_if_it_is_a_form(void **state)
{
    (void)state;
    sign_call(LIST, LIST_BIZ);
    static const struct {
        const char *content_type;
        const char *name;
    } rows[] = {
        {"", "alipay_marketing_voucher_list_query_response"},
        {"application/x-www-form-urlencoded;charset=utf-8", "alipay_marketing_voucher_list_query_response"},
        {"application/json", "error_response"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        kq_call_reset(&fixture.call);
        fixture.call.is_post = true;
        fixture.call.content_type = kq_slice_of(rows[i].content_type);
        fixture.call.body = kq_buffer_slice(&fixture.query);
        assert_int_equal(kq_gateway_start(fixture.gateway, &fixture.call), KQ_CALL_ANSWERED);
        (void)verified_response(rows[i].name);
    }
}

static void nothing_is_read_of_an_empty_call(void **state)
{
    (void)state;
    kq_buffer_clear(&fixture.query);
    run_call();
    assert_int_equal(fake.calls, 0);
    assert_response("error_response", "{\"code\":\"40001\",\"msg\":\"Missing Required Arguments\","
                                      "\"sub_code\":\"isv.missing-method\",\"sub_msg\":\"缺少方法名参数\"}");
}

static void a_disabled_application_may_call_nothing(void **state)
{
    (void)state;
    fake.disabled = true;
    sign_call(LIST, LIST_BIZ);
    run_call();
    assert_int_equal(fixture.call.error.code, KQ_E_APP_NOT_PERMITTED);
    assert_true(fixture.call.verified);
}

/* Whichever call of the store fails, and however: the answer is signed and says so, and the next call
 * succeeds. */
static void a_failing_store_is_a_system_error(void **state)
{
    (void)state;
    static const struct {
        enum kq_error_code failure;
        const char *response;
    } rows[] = {
        {KQ_E_STORE, "{\"code\":\"40004\",\"msg\":\"Business Failed\","
                     "\"sub_code\":\"SYSTEM_ERROR\",\"sub_msg\":\"系统繁忙\"}"},
        {KQ_E_BUSY, "{\"code\":\"20000\",\"msg\":\"Service Currently Unavailable\","
                    "\"sub_code\":\"isp.unknow-error\",\"sub_msg\":\"系统繁忙\"}"},
        {KQ_E_NO_MEMORY, "{\"code\":\"20000\",\"msg\":\"Service Currently Unavailable\","
                         "\"sub_code\":\"aop.unknow-error\",\"sub_msg\":\"系统繁忙\"}"},
    };
    for (size_t row = 0; row < KQ_COUNT(rows); row++) {
        fake.failure = rows[row].failure;
        for (unsigned n = 1; n <= 2; n++) {
            sign_call(SEND, SEND_BIZ);
            fake.calls = 0;
            fake.fail_at = n;
            run_call();
            assert_response("alipay_marketing_voucher_send_response", rows[row].response);
            fake.fail_at = 0;
            run_call();
            assert_int_equal(fixture.call.error.code, KQ_E_NONE);
        }
    }
}

/* Whichever allocation fails: a signed 20000 or no answer at all (HTTP's 503), nothing lost, and the next
 * call succeeds. */
static void an_allocation_that_fails_fails_the_call_only(void **state)
{
    (void)state;
    static const char *const calls[][2] = {{SEND, SEND_BIZ}, {LIST, LIST_BIZ}};
    for (size_t i = 0; i < KQ_COUNT(calls); i++) {
        sign_call(calls[i][0], calls[i][1]);
        unsigned failures = 0;
        for (unsigned long n = 1;; n++) {
            kq_call_free(&fixture.call);
            fixture.call.wake = wake;
            kq_memory_fail_at(n);
            run_call();
            bool failed = kq_memory_has_failed();
            kq_memory_fail_at(0);
            if (!failed) {
                break;
            }
            failures++;
            if (fixture.call.answer.size > 0) {
                assert_int_not_equal(fixture.call.answer.data[0], '\0');
                assert_true(memmem(fixture.call.answer.data, fixture.call.answer.size, "\"sign\":\"", 8) !=
                            NULL);
            }
            assert_true(n < 1000);
        }
        assert_true(failures > 3);
        assert_int_equal(fixture.call.error.code, KQ_E_NONE);
    }
}

static void a_gateway_that_cannot_be_opened_leaves_nothing_behind(void **state)
{
    (void)state;
    struct kq_gateway_settings settings = {.store = &fake.store, .private_key = fixture.gateway_key};
    for (unsigned long n = 1;; n++) {
        struct kq_gateway *gateway = NULL;
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        struct kq_result opened = kq_gateway_open(&settings, &gateway, &error);
        bool failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        if (!failed) {
            assert_true(opened.ok);
            kq_gateway_close(gateway);
            break;
        }
        assert_false(opened.ok);
        assert_int_equal(error.code, KQ_E_NO_MEMORY);
    }
}

/* What is shown is bounded, cut between characters, and the rest of the answer is whole. */
static void a_long_string_to_sign_is_not_shown_whole(void **state)
{
    (void)state;
    enum { ROOM = 90000, MOST = 65536 + 1024 };
    static char biz_content[ROOM + 8];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(biz_content, '\0', sizeof(biz_content));
        memset(biz_content, '"', shift);
        for (size_t i = shift; i < ROOM; i += 3) {
            memcpy(biz_content + i, "券", 3);
        }
        sign_call(SEND, biz_content);
        fixture.query.data[fixture.query.size - 10] ^= 1; /* in the signature */
        run_call();
        assert_int_equal(fixture.call.error.code, KQ_E_INVALID_SIGNATURE);
        struct kq_slice response = verified_response("alipay_marketing_voucher_send_response");
        assert_true(response.size < MOST);
        assert_true(memmem(response.data, response.size, "券…\"}", 8) != NULL);
    }
}

static void trace_ids_are_all_different(void **state)
{
    (void)state;
    char first[KQ_TRACE_ID_TEXT_SIZE];
    char second[KQ_TRACE_ID_TEXT_SIZE];
    kq_gateway_trace(fixture.gateway, first);
    kq_gateway_trace(fixture.gateway, second);
    assert_int_equal(strlen(first), 29);
    assert_true(strcmp(first, second) < 0);
    sign_call(LIST, LIST_BIZ);
    run_call();
    assert_true(strcmp(second, fixture.call.trace_id) < 0);
}

/* The access log says whose call it was, whatever check failed. */
static void a_refused_call_names_its_method_and_application(void **state)
{
    (void)state;
    sign_call(SEND, SEND_BIZ);
    kq_buffer_append(&fixture.query, KQ_SLICE("&version=2.0"));
    run_call();
    assert_int_equal(fixture.call.error.code, KQ_E_INVALID_PARAMETER_GATEWAY);
    assert_true(kq_slice_equal(fixture.call.app_id, KQ_SLICE("2014072300007148")));
    (void)verified_response("alipay_marketing_voucher_send_response");
}

#define gateway_unit_test(function) cmocka_unit_test_setup_teardown(function, open_gateway, close_gateway)

int main(void)
{
    const struct CMUnitTest tests[] = {
        gateway_unit_test(a_send_waits_for_the_store_and_is_answered),
        gateway_unit_test(a_list_is_answered_at_once),
        gateway_unit_test(a_body_has_parameters_only_if_it_is_a_form),
        gateway_unit_test(nothing_is_read_of_an_empty_call),
        gateway_unit_test(a_disabled_application_may_call_nothing),
        gateway_unit_test(a_failing_store_is_a_system_error),
        gateway_unit_test(an_allocation_that_fails_fails_the_call_only),
        gateway_unit_test(a_gateway_that_cannot_be_opened_leaves_nothing_behind),
        gateway_unit_test(a_long_string_to_sign_is_not_shown_whole),
        gateway_unit_test(trace_ids_are_all_different),
        gateway_unit_test(a_refused_call_names_its_method_and_application),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
