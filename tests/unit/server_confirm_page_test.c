/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "server/confirm_page.h"

/* The page over a store that has one, "token": what it answers, and what comes of failures. */

#define RETURN "https://shop.example/done"

struct fake {
    struct kq_store store; /* first */
    struct kq_reader reader;
    struct kq_clock clock;
    bool has_page;
    bool is_used;
    bool leads_elsewhere;
    enum kq_error_code failure; /* of whatever the store is asked; NONE: it does not fail */
    unsigned submitted;
    unsigned woken;
};

static struct fake fake;

static struct kq_confirmation confirmation(void)
{
    return (struct kq_confirmation){
        .template_id = KQ_SLICE("20140601000730010040000000EB"),
        .user_id = KQ_SLICE("2088302001456115"),
        .out_biz_no = KQ_SLICE("1"),
        .need_redirect = fake.leads_elsewhere,
        .redirect_uri = KQ_SLICE(RETURN),
        .is_used = fake.is_used,
    };
}

static void read_page(struct kq_reader *reader, struct kq_operation *operation)
{
    (void)reader;
    struct kq_op_confirmation_get *get = &operation->confirmation_get;
    operation->error = (struct kq_error){.code = fake.failure};
    get->found = fake.has_page;
    get->confirmation = confirmation();
    get->template = (struct kq_template){.amount_fen = 1000, .brand_name = KQ_SLICE("一家<店>")};
}

static void submit(struct kq_store *store, struct kq_submission *submission)
{
    (void)store;
    struct kq_op_confirmation_accept *accept = &submission->operation->confirmation_accept;
    fake.submitted++;
    submission->operation->error = (struct kq_error){.code = fake.failure};
    accept->confirmation = confirmation();
    memcpy(accept->send_code, "603d0219f1884fc4b66093900e6b8a89", sizeof(accept->send_code));
    submission->complete(submission);
}

static int64_t no_time(const struct kq_clock *clock)
{
    (void)clock;
    return 0;
}

static void wake(struct kq_call *call)
{
    (void)call;
    fake.woken++;
}

static int begin(void **state)
{
    static const struct kq_store_functions functions = {.read = read_page, .submit = submit};
    (void)state;
    fake = (struct fake){
        .store = {.functions = &functions, .clock = &fake.clock},
        .reader = {.functions = &functions},
        .clock = {.business_ms = no_time},
        .has_page = true,
    };
    return 0;
}

static enum kq_call_progress start(struct kq_call *call, bool is_post, const char *text)
{
    const struct kq_token_page page = {.store = &fake.store, .reader = &fake.reader};
    call->is_post = is_post;
    call->query = is_post ? KQ_SLICE("token=of-a-link") : kq_slice_of(text);
    call->body = is_post ? kq_slice_of(text) : KQ_SLICE("token=of-a-body");
    call->wake = wake;
    return kq_confirm_page_start(&page, call);
}

/* To its end. */
static void ask(struct kq_call *call, bool is_post, const char *text)
{
    if (start(call, is_post, text) == KQ_CALL_WAITING) {
        kq_confirm_page_finish(call);
    }
    assert_non_null(call->page_header);
    assert_false(call->is_in_store);
}

static bool shows(const struct kq_call *call, const char *text)
{
    struct kq_slice answer = kq_buffer_slice(&call->answer);
    return memmem(answer.data, answer.size, text, strlen(text)) != NULL;
}

static void a_link_shows_the_voucher(void **state)
{
    (void)state;
    struct kq_call call = {.page_language = KQ_LANGUAGE_ENGLISH};
    ask(&call, false, "a=b&token=%22token");
    assert_int_equal(call.page_status, KQ_HTTP_OK);
    assert_true(shows(&call, "<html lang=\"en\">"));
    assert_true(shows(&call, "<dt>Voucher</dt><dd>10元代金券</dd>"));
    assert_true(shows(&call, "<dt>Merchant</dt><dd>一家&lt;店&gt;</dd>"));
    assert_true(shows(&call, "<dt>User</dt><dd>2088********6115</dd>"));
    assert_true(shows(&call, "name=\"token\" value=\"&quot;token\""));
    assert_int_equal(fake.submitted, 0);
    kq_call_free(&call);
}

static void a_form_accepts(void **state)
{
    (void)state;
    struct kq_call call = {0};
    assert_int_equal(start(&call, true, "token=token"), KQ_CALL_WAITING);
    assert_int_equal(fake.woken, 1);
    assert_true(call.is_in_store);
    kq_confirm_page_finish(&call);
    assert_false(call.is_in_store);
    assert_int_equal(call.page_status, KQ_HTTP_OK);
    assert_true(shows(&call, "<code>603d0219f1884fc4b66093900e6b8a89</code>"));
    kq_call_free(&call);
}

static void a_form_leads_back(void **state)
{
    (void)state;
    struct kq_call call = {0};
    fake.leads_elsewhere = true;
    ask(&call, false, "token=token");
    assert_non_null(strstr(call.page_header, "form-action 'self' http: https:;"));
    kq_call_free(&call);
    ask(&call, true, "token=token");
    assert_int_equal(call.page_status, KQ_HTTP_FOUND);
    assert_non_null(
        strstr(call.page_header, "\r\nLocation: " RETURN "?send_code=603d0219f1884fc4b66093900e6b8a89&"));
    assert_false(shows(&call, "603d0219"));
    kq_call_free(&call);
}

static void nobody_who_guesses_comes_to_the_writer(void **state)
{
    (void)state;
    fake.has_page = false;
    for (int is_post = 0; is_post <= 1; is_post++) {
        struct kq_call call = {0};
        ask(&call, is_post == 1, "token=token");
        assert_int_equal(call.page_status, KQ_HTTP_NOT_FOUND);
        kq_call_free(&call);
    }
    assert_int_equal(fake.submitted, 0);
}

static void a_used_confirmation_says_so(void **state)
{
    (void)state;
    fake.is_used = true;
    for (int is_post = 0; is_post <= 1; is_post++) {
        struct kq_call call = {0};
        ask(&call, is_post == 1, "token=token");
        assert_int_equal(call.page_status, KQ_HTTP_OK);
        assert_true(shows(&call, "已经发放"));
        kq_call_free(&call);
    }
    assert_int_equal(fake.submitted, 0);
}

static void a_store_that_fails_is_for_now(void **state)
{
    (void)state;
    struct kq_call call = {0};
    fake.failure = KQ_E_BUSY;
    ask(&call, false, "token=token");
    assert_int_equal(call.page_status, KQ_HTTP_UNAVAILABLE);
    kq_call_free(&call);
    fake.failure = KQ_E_NONE;
    assert_int_equal(start(&call, true, "token=token"), KQ_CALL_WAITING);
    call.operation.error.code = KQ_E_STORE;
    kq_confirm_page_finish(&call);
    assert_int_equal(call.page_status, KQ_HTTP_UNAVAILABLE);
    assert_false(shows(&call, "<code>"));
    kq_call_free(&call);
}

/* Over while the button was pressed. */
static void what_the_writer_refuses_is_told(void **state)
{
    static const struct {
        enum kq_error_code code;
        enum kq_http_status status;
    } rows[] = {{KQ_E_NOT_FOUND, KQ_HTTP_NOT_FOUND}, {KQ_E_ILLEGAL_STATE, KQ_HTTP_OK}};
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_call call = {0};
        assert_int_equal(start(&call, true, "token=token"), KQ_CALL_WAITING);
        call.operation.error.code = rows[i].code;
        kq_confirm_page_finish(&call);
        assert_int_equal(call.page_status, rows[i].status);
        assert_false(shows(&call, "<code>"));
        kq_call_free(&call);
    }
}

/* What there is no memory for is no page, or the one that says so; never half of one. */
static void each_allocation_can_fail(void **state)
{
    (void)state;
    fake.leads_elsewhere = true;
    for (int is_post = 0; is_post <= 1; is_post++) {
        bool failed = true;
        for (unsigned long n = 1; failed; n++) {
            struct kq_call call = {0};
            kq_memory_fail_at(n);
            ask(&call, is_post == 1, "token=token");
            failed = kq_memory_has_failed() != 0;
            kq_memory_fail_at(0);
            assert_true(!failed || call.answer.failed || call.page_status == KQ_HTTP_UNAVAILABLE);
            assert_true(failed || call.page_status == (is_post == 1 ? KQ_HTTP_FOUND : KQ_HTTP_OK));
            kq_call_free(&call);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_link_shows_the_voucher, begin),
        cmocka_unit_test_setup(a_form_accepts, begin),
        cmocka_unit_test_setup(a_form_leads_back, begin),
        cmocka_unit_test_setup(nobody_who_guesses_comes_to_the_writer, begin),
        cmocka_unit_test_setup(a_used_confirmation_says_so, begin),
        cmocka_unit_test_setup(a_store_that_fails_is_for_now, begin),
        cmocka_unit_test_setup(what_the_writer_refuses_is_told, begin),
        cmocka_unit_test_setup(each_allocation_can_fail, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
