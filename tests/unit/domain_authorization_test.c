/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/authorization.h"

#define APP "2014072300007148"
#define OTHER_APP "2014072300007149"
#define PID "2088102146225135"
#define SEND "alipay.marketing.voucher.send"
#define DIGEST "0123456789abcdef0123456789abcdef"
#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing */

static const struct kq_application application = {.app_id = {.data = APP, .size = sizeof(APP) - 1}};
static const struct kq_slice one_method[] = {{.data = SEND, .size = sizeof(SEND) - 1}};

static struct kq_auth_code new_code(void)
{
    return (struct kq_auth_code){
        .code_digest = KQ_SLICE(DIGEST),
        .app_id = KQ_SLICE(APP),
        .pid = KQ_SLICE(PID),
        .methods = one_method,
        .method_count = 1,
    };
}

static void tokens_and_codes_have_their_form(void **state)
{
    (void)state;
    static const unsigned char random[KQ_TOKEN_RANDOM_BYTES] = {0x00, 0x0f, 0xf0, 0xff, 0x12};
    char token[KQ_TOKEN_TEXT_SIZE];
    char code[KQ_CODE_TEXT_SIZE];
    kq_token_write(NOW_S, random, token);
    kq_code_write(random, code);
    assert_string_equal(token, "201609BB000ff0ff120000000000000000000000");
    assert_string_equal(code, "000ff0ff120000000000000000000000");
}

static enum kq_error_code create(struct kq_auth_code *code, const struct kq_application *to)
{
    struct kq_error error = {0};
    struct kq_result done = kq_auth_code_decide_create(code, to, NOW_S, &error);
    assert_int_equal(done.ok, error.code == KQ_E_NONE);
    return error.code;
}

static void a_code_holds_for_ten_minutes(void **state)
{
    (void)state;
    struct kq_auth_code code = new_code();
    assert_int_equal(create(&code, &application), KQ_E_NONE);
    assert_int_equal(code.created_s, NOW_S);
    assert_int_equal(code.expires_s, NOW_S + 600);
}

static void a_code_out_of_form_is_refused(void **state)
{
    (void)state;
    static const struct kq_slice twice[] = {KQ_SLICE(SEND), KQ_SLICE(SEND)};
    struct kq_auth_code code = new_code();
    assert_int_equal(create(&code, NULL), KQ_E_NOT_FOUND);
    code.code_digest = KQ_SLICE("short");
    assert_int_equal(create(&code, &application), KQ_E_BAD_INPUT);
    code = new_code();
    code.pid = KQ_SLICE("2088");
    assert_int_equal(create(&code, &application), KQ_E_BAD_INPUT);
    code = new_code();
    code.methods = twice;
    code.method_count = 2;
    assert_int_equal(create(&code, &application), KQ_E_BAD_INPUT);
}

static enum kq_error_code exchange(const struct kq_auth_code *code, const char *app_id, int64_t now_s,
                                   struct kq_grant *grant)
{
    struct kq_error error = {0};
    struct kq_result done = kq_auth_code_decide_exchange(code, kq_slice_of(app_id), now_s, grant, &error);
    assert_int_equal(done.ok, error.code == KQ_E_NONE);
    return error.code;
}

static void a_code_becomes_a_grant_of_a_year(void **state)
{
    (void)state;
    struct kq_auth_code code = new_code();
    struct kq_grant grant;
    assert_int_equal(create(&code, &application), KQ_E_NONE);
    assert_int_equal(exchange(&code, APP, NOW_S + 599, &grant), KQ_E_NONE);
    assert_true(kq_slice_equal(grant.app_id, KQ_SLICE(APP)));
    assert_true(kq_slice_equal(grant.pid, KQ_SLICE(PID)));
    assert_int_equal(grant.created_s, NOW_S + 599);
    assert_int_equal(grant.expires_s, NOW_S + 599 + 31536000);
    assert_int_equal(grant.method_count, 1);
    assert_ptr_equal(grant.methods, one_method);
    assert_int_equal(grant.token_digest.size, 0);
}

static void a_code_that_is_not_there_or_over_or_anothers_is_invalid(void **state)
{
    (void)state;
    struct kq_auth_code code = new_code();
    struct kq_grant grant;
    assert_int_equal(create(&code, &application), KQ_E_NONE);
    assert_int_equal(exchange(NULL, APP, NOW_S, &grant), KQ_E_AUTH_CODE_INVALID);
    assert_int_equal(exchange(&code, OTHER_APP, NOW_S, &grant), KQ_E_AUTH_CODE_INVALID);
    assert_int_equal(exchange(&code, APP, NOW_S + 600, &grant), KQ_E_AUTH_CODE_INVALID);
}

static struct kq_refresh_token new_refresh_token(void)
{
    return (struct kq_refresh_token){
        .refresh_digest = KQ_SLICE(DIGEST),
        .expires_s = NOW_S + KQ_REFRESH_TOKEN_LIFETIME_S,
        .grant =
            {
                .token_digest = KQ_SLICE(DIGEST),
                .app_id = KQ_SLICE(APP),
                .pid = KQ_SLICE(PID),
                .expires_s = NOW_S + KQ_GRANT_LIFETIME_S,
                .created_s = NOW_S,
                .methods = one_method,
                .method_count = 1,
            },
    };
}

struct refreshed {
    enum kq_error_code code;
    struct kq_grant grant;
    int64_t old_expires_s;
};

static struct refreshed refresh(const struct kq_refresh_token *token, const char *app_id, int64_t now_s)
{
    struct refreshed refreshed = {0};
    struct kq_error error = {0};
    struct kq_result done = kq_refresh_token_decide(token, kq_slice_of(app_id), now_s, &refreshed.grant,
                                                    &refreshed.old_expires_s, &error);
    assert_int_equal(done.ok, error.code == KQ_E_NONE);
    refreshed.code = error.code;
    return refreshed;
}

static void a_refreshed_grant_is_new_and_the_old_one_ends_soon(void **state)
{
    (void)state;
    struct kq_refresh_token token = new_refresh_token();
    struct refreshed refreshed = refresh(&token, APP, NOW_S + 1000);
    assert_int_equal(refreshed.code, KQ_E_NONE);
    assert_int_equal(refreshed.old_expires_s, NOW_S + 1000 + 600);
    assert_int_equal(refreshed.grant.created_s, NOW_S + 1000);
    assert_int_equal(refreshed.grant.expires_s, NOW_S + 1000 + 31536000);
    assert_true(kq_slice_equal(refreshed.grant.pid, KQ_SLICE(PID)));
    assert_ptr_equal(refreshed.grant.methods, one_method);
    assert_int_equal(refreshed.grant.token_digest.size, 0);
}

static void an_old_grant_does_not_live_longer_by_its_refresh(void **state)
{
    (void)state;
    struct kq_refresh_token token = new_refresh_token();
    int64_t expires_s = token.grant.expires_s;
    assert_int_equal(refresh(&token, APP, expires_s - 1).old_expires_s, expires_s);
    assert_int_equal(refresh(&token, APP, expires_s + 1).old_expires_s, expires_s);
}

static void a_refresh_token_that_is_not_there_or_over_or_anothers_is_refused(void **state)
{
    (void)state;
    struct kq_refresh_token token = new_refresh_token();
    assert_int_equal(refresh(NULL, APP, NOW_S).code, KQ_E_REFRESH_TOKEN_INVALID);
    assert_int_equal(refresh(&token, OTHER_APP, NOW_S).code, KQ_E_REFRESH_TOKEN_INVALID);
    assert_int_equal(refresh(&token, APP, token.expires_s - 1).code, KQ_E_NONE);
    assert_int_equal(refresh(&token, APP, token.expires_s).code, KQ_E_REFRESH_TOKEN_EXPIRED);
    assert_int_equal(refresh(&token, OTHER_APP, token.expires_s).code, KQ_E_REFRESH_TOKEN_INVALID);
}

static void what_is_not_there_cannot_be_revoked(void **state)
{
    (void)state;
    struct kq_refresh_token token = new_refresh_token();
    struct kq_error error = {0};
    assert_true(kq_grant_decide_revoke(&token.grant, &error).ok);
    assert_false(kq_grant_decide_revoke(NULL, &error).ok);
    assert_int_equal(error.code, KQ_E_NOT_FOUND);
    assert_true(kq_grant_decide_revoke_all(&application, KQ_SLICE(PID), &error).ok);
    assert_false(kq_grant_decide_revoke_all(NULL, KQ_SLICE(PID), &error).ok);
    assert_int_equal(error.code, KQ_E_NOT_FOUND);
    assert_false(kq_grant_decide_revoke_all(&application, KQ_SLICE("1"), &error).ok);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_and_codes_have_their_form),
        cmocka_unit_test(a_code_holds_for_ten_minutes),
        cmocka_unit_test(a_code_out_of_form_is_refused),
        cmocka_unit_test(a_code_becomes_a_grant_of_a_year),
        cmocka_unit_test(a_code_that_is_not_there_or_over_or_anothers_is_invalid),
        cmocka_unit_test(a_refreshed_grant_is_new_and_the_old_one_ends_soon),
        cmocka_unit_test(an_old_grant_does_not_live_longer_by_its_refresh),
        cmocka_unit_test(a_refresh_token_that_is_not_there_or_over_or_anothers_is_refused),
        cmocka_unit_test(what_is_not_there_cannot_be_revoked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
