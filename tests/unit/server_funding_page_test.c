/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "server/funding_page.h"

/* The page over a store that has one: what it answers, and what comes of failures. */

#define RETURN "https://shop.example/paid"
#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing */

struct fake {
    struct kq_store store; /* first */
    struct kq_reader reader;
    struct kq_clock clock;
    bool has_page;
    struct kq_template template;
    enum kq_error_code failure;  /* of whatever the store is asked; NONE: it does not fail */
    enum kq_funding_state found; /* by the writer */
    unsigned submitted;
    unsigned woken;
};

static struct fake fake;

static void read_page(struct kq_reader *reader, struct kq_operation *operation)
{
    (void)reader;
    struct kq_op_funding_get *get = &operation->funding_get;
    operation->error = (struct kq_error){.code = fake.failure};
    get->found = fake.has_page;
    get->template = fake.template;
}

static void submit(struct kq_store *store, struct kq_submission *submission)
{
    (void)store;
    struct kq_op_funding_confirm *confirm = &submission->operation->funding_confirm;
    fake.submitted++;
    submission->operation->error = (struct kq_error){.code = fake.failure};
    confirm->found = fake.found;
    confirm->template = fake.template;
    submission->complete(submission);
}

static int64_t now_ms(const struct kq_clock *clock)
{
    (void)clock;
    return NOW_S * 1000;
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
        .clock = {.business_ms = now_ms},
        .has_page = true,
        .template =
            {
                .template_id = KQ_SLICE("20160906000730010020002U8C35"),
                .pid = KQ_SLICE("2088102146225135"),
                .kind = KQ_TEMPLATE_CASH_FIX,
                .brand_name = KQ_SLICE("一家<店>"),
                .amount_fen = 1000,
                .quantity = 50,
                .total_amount_fen = KQ_UNLIMITED,
                .publish_end_s = NOW_S + 1,
                .fund_account = KQ_SLICE("pay@example.com"),
                .fund_order_no = KQ_SLICE("20160906000730050020002U8D35"),
            },
        .found = KQ_FUNDING_OPEN,
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
    return kq_funding_page_start(&page, call);
}

/* To its end. */
static void ask(struct kq_call *call, bool is_post)
{
    if (start(call, is_post, "token=token") == KQ_CALL_WAITING) {
        kq_funding_page_finish(call);
    }
    assert_non_null(call->page_header);
    assert_false(call->is_in_store);
}

static bool shows(const struct kq_call *call, const char *text)
{
    struct kq_slice answer = kq_buffer_slice(&call->answer);
    return memmem(answer.data, answer.size, text, strlen(text)) != NULL;
}

static void a_link_shows_the_order(void **state)
{
    (void)state;
    struct kq_call call = {.page_language = KQ_LANGUAGE_ENGLISH};
    assert_int_equal(start(&call, false, "a=b&token=%22token"), KQ_CALL_ANSWERED);
    assert_int_equal(call.page_status, KQ_HTTP_OK);
    assert_true(shows(&call, "<html lang=\"en\">"));
    assert_true(shows(&call, "<dt>Merchant</dt><dd>2088102146225135</dd>"));
    assert_true(shows(&call, "<dt>Brand</dt><dd>一家&lt;店&gt;</dd>"));
    assert_true(shows(&call, "<dt>Voucher</dt><dd>10元代金券</dd>"));
    assert_true(shows(&call, "<dt>Amount of each (yuan)</dt><dd>10.00</dd>"));
    assert_true(shows(&call, "<dt>Quantity</dt><dd>50</dd>"));
    assert_false(shows(&call, "Budget"));
    assert_true(shows(&call, "<dt>Funding account</dt><dd>pay@example.com</dd>"));
    assert_true(shows(&call, "<dt>Funding order</dt><dd>20160906000730050020002U8D35</dd>"));
    assert_true(shows(&call, "name=\"token\" value=\"&quot;token\""));
    assert_int_equal(fake.submitted, 0);
    kq_call_free(&call);
}

static void a_budget_is_shown_instead(void **state)
{
    (void)state;
    struct kq_call call = {.page_language = KQ_LANGUAGE_ENGLISH};
    fake.template.quantity = KQ_UNLIMITED;
    fake.template.total_amount_fen = 900000;
    ask(&call, false);
    assert_false(shows(&call, "Quantity"));
    assert_true(shows(&call, "<dt>Budget (yuan)</dt><dd>9000.00</dd>"));
    kq_call_free(&call);
}

static void a_form_confirms(void **state)
{
    (void)state;
    struct kq_call call = {0};
    assert_int_equal(start(&call, true, "token=token"), KQ_CALL_WAITING);
    assert_int_equal(fake.woken, 1);
    assert_true(call.is_in_store);
    kq_funding_page_finish(&call);
    assert_false(call.is_in_store);
    assert_int_equal(call.page_status, KQ_HTTP_OK);
    assert_true(shows(&call, "券模板已生效"));
    kq_call_free(&call);
}

static void a_form_leads_back(void **state)
{
    (void)state;
    struct kq_call call = {0};
    fake.template.redirect_uri = KQ_SLICE(RETURN);
    ask(&call, false);
    assert_non_null(strstr(call.page_header, "form-action 'self' http: https:;"));
    kq_call_free(&call);
    ask(&call, true);
    assert_int_equal(call.page_status, KQ_HTTP_FOUND);
    assert_non_null(strstr(call.page_header, "\r\nLocation: " RETURN "?template_id=2016"));
    kq_call_free(&call);
}

static void nobody_who_guesses_comes_to_the_writer(void **state)
{
    (void)state;
    fake.has_page = false;
    for (int is_post = 0; is_post <= 1; is_post++) {
        struct kq_call call = {0};
        ask(&call, is_post == 1);
        assert_int_equal(call.page_status, KQ_HTTP_NOT_FOUND);
        kq_call_free(&call);
    }
    assert_int_equal(fake.submitted, 0);
}

static void what_is_settled_says_so(void **state)
{
    static const struct {
        enum kq_template_state state;
        int64_t publish_end_s;
        const char *sentence;
    } rows[] = {
        {KQ_TEMPLATE_EFFECTIVE, NOW_S + 1, "已经确认"},
        {KQ_TEMPLATE_DELETED, NOW_S + 1, "已被删除"},
        {KQ_TEMPLATE_DRAFT, NOW_S, "已经结束"},
    };
    (void)state;
    for (size_t i = 0; i < 2 * KQ_COUNT(rows); i++) {
        struct kq_call call = {0};
        fake.template.state = rows[i / 2].state;
        fake.template.publish_end_s = rows[i / 2].publish_end_s;
        ask(&call, i % 2 == 1);
        assert_int_equal(call.page_status, KQ_HTTP_OK);
        assert_true(shows(&call, rows[i / 2].sentence));
        assert_false(shows(&call, "<form"));
        kq_call_free(&call);
    }
    assert_int_equal(fake.submitted, 0);
}

/* Somebody else was faster: the page that was open shows it. */
static void what_the_writer_finds_settled_says_so(void **state)
{
    static const struct {
        enum kq_funding_state found;
        const char *sentence;
    } rows[] = {
        {KQ_FUNDING_CONFIRMED, "已经确认"},
        {KQ_FUNDING_DELETED, "已被删除"},
        {KQ_FUNDING_OVER, "已经结束"},
    };
    (void)state;
    fake.template.redirect_uri = KQ_SLICE(RETURN);
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_call call = {0};
        fake.found = rows[i].found;
        ask(&call, true);
        assert_int_equal(call.page_status, KQ_HTTP_OK);
        assert_true(shows(&call, rows[i].sentence));
        kq_call_free(&call);
    }
}

static void a_store_that_fails_is_for_now(void **state)
{
    (void)state;
    struct kq_call call = {0};
    fake.failure = KQ_E_BUSY;
    ask(&call, false);
    assert_int_equal(call.page_status, KQ_HTTP_UNAVAILABLE);
    kq_call_free(&call);
    fake.failure = KQ_E_NONE;
    assert_int_equal(start(&call, true, "token=token"), KQ_CALL_WAITING);
    call.operation.error.code = KQ_E_STORE;
    kq_funding_page_finish(&call);
    assert_int_equal(call.page_status, KQ_HTTP_UNAVAILABLE);
    kq_call_free(&call);
}

static void a_page_that_ends_meanwhile_is_gone(void **state)
{
    (void)state;
    struct kq_call call = {0};
    assert_int_equal(start(&call, true, "token=token"), KQ_CALL_WAITING);
    call.operation.error.code = KQ_E_NOT_FOUND;
    kq_funding_page_finish(&call);
    assert_int_equal(call.page_status, KQ_HTTP_NOT_FOUND);
    kq_call_free(&call);
}

/* What there is no memory for is no page, or the one that says so; never half of one. */
static void each_allocation_can_fail(void **state)
{
    (void)state;
    fake.template.redirect_uri = KQ_SLICE(RETURN);
    for (int is_post = 0; is_post <= 1; is_post++) {
        bool failed = true;
        for (unsigned long n = 1; failed; n++) {
            struct kq_call call = {0};
            kq_memory_fail_at(n);
            ask(&call, is_post == 1);
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
        cmocka_unit_test_setup(a_link_shows_the_order, begin),
        cmocka_unit_test_setup(a_budget_is_shown_instead, begin),
        cmocka_unit_test_setup(a_form_confirms, begin),
        cmocka_unit_test_setup(a_form_leads_back, begin),
        cmocka_unit_test_setup(nobody_who_guesses_comes_to_the_writer, begin),
        cmocka_unit_test_setup(what_is_settled_says_so, begin),
        cmocka_unit_test_setup(what_the_writer_finds_settled_says_so, begin),
        cmocka_unit_test_setup(a_store_that_fails_is_for_now, begin),
        cmocka_unit_test_setup(a_page_that_ends_meanwhile_is_gone, begin),
        cmocka_unit_test_setup(each_allocation_can_fail, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
