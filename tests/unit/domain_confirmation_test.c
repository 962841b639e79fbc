/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/confirmation.h"
#include "domain/template.h"

#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing */
#define TEMPLATE_ID "20140601000730010040000000EB"
#define USER "2088302001456115"
#define OTHER_USER "2088302001456116"
#define PID "2088102146225135"
#define RETURN "https://shop.example/done"

static const struct kq_template template = {.pid = {.data = PID, .size = sizeof(PID) - 1}};

static struct kq_confirmation new_confirmation(void)
{
    return (struct kq_confirmation){
        .template_id = KQ_SLICE(TEMPLATE_ID),
        .user_id = KQ_SLICE(USER),
        .out_biz_no = KQ_SLICE("order-1"),
        .need_redirect = true,
        .redirect_uri = KQ_SLICE(RETURN),
        .expires_s = NOW_S + 10,
    };
}

static void assert_uri(const char *uri, bool expected)
{
    struct kq_error error = {0};
    if (kq_redirect_uri_check(kq_slice_of(uri), &error).ok != expected) {
        fail_msg("%s", uri);
    }
    assert_int_equal(error.code, expected ? KQ_E_NONE : KQ_E_INVALID_PARAMETER);
}

static void an_address_is_http_with_a_host(void **state)
{
    (void)state;
    static const char *const bad[] = {"",          "shop.example",       "//shop.example",
                                      "/done",     "ftp://shop.example", "javascript:alert(1)",
                                      "https:",    "https://",           "https:///done",
                                      "http://?",  "https://#a",         "https://\\shop.example",
                                      "https:// a"};
    assert_uri(RETURN, true);
    assert_uri("HTTP://a", true);
    assert_uri("http://[::1]:8080/a?b=c#d", true);
    assert_uri("https://shop.example/完成 1", true);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_uri(bad[i], false);
    }
}

static void an_address_has_no_control_characters(void **state)
{
    (void)state;
    assert_uri(RETURN "\r\nSet-Cookie: a=b", false);
    assert_uri(RETURN "\t", false);
    assert_uri(RETURN "\x7F", false);
}

struct created {
    enum kq_error_code code;
    struct kq_confirmation result;
    bool is_new;
};

static struct created create(const struct kq_confirmation *wanted, const struct kq_confirmation *same_key,
                             int64_t now_s)
{
    struct created created = {0};
    struct kq_error error = {0};
    struct kq_result done = kq_confirmation_decide_create(wanted, &template, KQ_SLICE(PID), same_key, now_s,
                                                          &created.result, &created.is_new, &error);
    assert_int_equal(done.ok, error.code == KQ_E_NONE);
    created.code = error.code;
    return created;
}

static void a_confirmation_holds_for_a_quarter_of_an_hour(void **state)
{
    (void)state;
    struct kq_confirmation wanted = new_confirmation();
    struct created created = create(&wanted, NULL, NOW_S);
    assert_int_equal(created.code, KQ_E_NONE);
    assert_true(created.is_new);
    assert_int_equal(created.result.expires_s, NOW_S + 900);
    assert_false(created.result.is_accepted);
    assert_true(kq_slice_equal(created.result.user_id, wanted.user_id));
}

static void a_template_is_its_merchants(void **state)
{
    (void)state;
    struct kq_confirmation wanted = new_confirmation();
    struct kq_confirmation result;
    bool is_new = false;
    struct kq_error error = {0};
    assert_false(
        kq_confirmation_decide_create(&wanted, NULL, KQ_SLICE(PID), NULL, NOW_S, &result, &is_new, &error)
            .ok);
    assert_int_equal(error.code, KQ_E_TEMPLATE_NOT_EXIST);
    assert_false(kq_confirmation_decide_create(&wanted, &template, KQ_SLICE("2088102146225136"), &wanted,
                                               NOW_S, &result, &is_new, &error)
                     .ok);
    assert_int_equal(error.code, KQ_E_TEMPLATE_NOT_EXIST);
}

static void the_same_key_is_the_same_confirmation(void **state)
{
    (void)state;
    struct kq_confirmation wanted = new_confirmation();
    struct kq_confirmation stored = new_confirmation();
    struct created created = create(&wanted, &stored, NOW_S);
    assert_false(created.is_new);
    assert_int_equal(created.result.expires_s, NOW_S + 900);
    stored.is_accepted = true;
    created = create(&wanted, &stored, NOW_S);
    assert_false(created.is_new);
    assert_true(created.result.is_accepted);
    assert_int_equal(created.result.expires_s, NOW_S + 10);
}

static void a_dead_confirmation_is_none(void **state)
{
    (void)state;
    struct kq_confirmation wanted = new_confirmation();
    struct kq_confirmation stored = new_confirmation();
    stored.user_id = KQ_SLICE(OTHER_USER);
    stored.is_accepted = true;
    stored.is_used = true;
    struct created created = create(&wanted, &stored, NOW_S + 10);
    assert_int_equal(created.code, KQ_E_NONE);
    assert_true(created.is_new);
    assert_false(created.result.is_accepted || created.result.is_used);
    assert_true(kq_slice_equal(created.result.user_id, KQ_SLICE(USER)));
}

static void the_same_key_with_other_parameters_is_refused(void **state)
{
    (void)state;
    struct kq_confirmation wanted = new_confirmation();
    struct kq_confirmation others[] = {new_confirmation(), new_confirmation(), new_confirmation()};
    others[0].user_id = KQ_SLICE(OTHER_USER);
    others[1].need_redirect = false;
    others[2].redirect_uri = KQ_SLICE_EMPTY;
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        assert_int_equal(create(&wanted, &others[i], NOW_S + 9).code, KQ_E_INVALID_PARAMETER);
    }
}

static enum kq_error_code accept(const struct kq_confirmation *confirmation, int64_t now_s,
                                 struct kq_confirmation *result)
{
    struct kq_error error = {0};
    struct kq_result done = kq_confirmation_decide_accept(confirmation, NOW_S + 10, now_s, result, &error);
    assert_int_equal(done.ok, error.code == KQ_E_NONE);
    return error.code;
}

static void an_acceptance_holds_for_a_day(void **state)
{
    (void)state;
    struct kq_confirmation confirmation = new_confirmation();
    struct kq_confirmation accepted;
    struct kq_confirmation again;
    assert_int_equal(accept(&confirmation, NOW_S + 5, &accepted), KQ_E_NONE);
    assert_true(accepted.is_accepted);
    assert_int_equal(accepted.expires_s, NOW_S + 5 + 86400);
    assert_int_equal(accept(&accepted, NOW_S + 9, &again), KQ_E_NONE);
    assert_int_equal(again.expires_s, accepted.expires_s);
}

static void what_is_over_or_used_is_not_accepted(void **state)
{
    (void)state;
    struct kq_confirmation confirmation = new_confirmation();
    struct kq_confirmation result;
    assert_int_equal(accept(NULL, NOW_S, &result), KQ_E_NOT_FOUND);
    assert_int_equal(accept(&confirmation, NOW_S + 10, &result), KQ_E_NOT_FOUND);
    confirmation.is_accepted = true;
    confirmation.is_used = true;
    assert_int_equal(accept(&confirmation, NOW_S, &result), KQ_E_ILLEGAL_STATE);
}

static enum kq_error_code check_code(const struct kq_confirmation *confirmation, const char *template_id,
                                     const char *user_id, int64_t now_s)
{
    struct kq_error error = {0};
    struct kq_result done =
        kq_send_code_check(confirmation, kq_slice_of(template_id), kq_slice_of(user_id), now_s, &error);
    assert_int_equal(done.ok, error.code == KQ_E_NONE);
    return error.code;
}

static void a_code_is_for_one_voucher(void **state)
{
    (void)state;
    struct kq_confirmation confirmation = new_confirmation();
    assert_int_equal(check_code(NULL, TEMPLATE_ID, USER, NOW_S), KQ_E_SEND_CODE_INVALID);
    assert_int_equal(check_code(&confirmation, TEMPLATE_ID, USER, NOW_S), KQ_E_SEND_CODE_INVALID);
    confirmation.is_accepted = true;
    assert_int_equal(check_code(&confirmation, TEMPLATE_ID, USER, NOW_S + 9), KQ_E_NONE);
    assert_int_equal(check_code(&confirmation, "other", USER, NOW_S), KQ_E_SEND_CODE_INVALID);
    assert_int_equal(check_code(&confirmation, TEMPLATE_ID, OTHER_USER, NOW_S), KQ_E_SEND_CODE_INVALID);
    assert_int_equal(check_code(&confirmation, TEMPLATE_ID, USER, NOW_S + 10), KQ_E_SEND_CODE_EXPIRED);
    confirmation.is_used = true;
    assert_int_equal(check_code(&confirmation, TEMPLATE_ID, USER, NOW_S), KQ_E_SEND_CODE_INVALID);
}

static void assert_redirect(const char *uri, const char *out_biz_no, const char *expected)
{
    struct kq_confirmation confirmation = new_confirmation();
    struct kq_buffer buffer;
    kq_buffer_init(&buffer);
    confirmation.redirect_uri = kq_slice_of(uri);
    confirmation.out_biz_no = kq_slice_of(out_biz_no);
    kq_confirmation_append_redirect(&confirmation, KQ_SLICE("0a1b"), &buffer);
    kq_buffer_append_byte(&buffer, '\0');
    assert_string_equal(buffer.data, expected);
    kq_buffer_free(&buffer);
}

#define ADDED "send_code=0a1b&template_id=" TEMPLATE_ID "&user_id=" USER "&out_biz_no="

static void the_address_gets_the_code(void **state)
{
    (void)state;
    assert_redirect(RETURN, "order-1", RETURN "?" ADDED "order-1");
    assert_redirect(RETURN "?a=1", "1", RETURN "?a=1&" ADDED "1");
    assert_redirect(RETURN "#part?", "1", RETURN "?" ADDED "1#part?");
    assert_redirect("http://a", "单 1&b", "http://a?" ADDED "%E5%8D%95+1%26b");
}

static void what_may_not_stand_in_an_address_is_encoded(void **state)
{
    (void)state;
    assert_redirect("http://a/券 \"<>\\^`{|}%41", "1",
                    "http://a/%E5%88%B8%20%22%3C%3E%5C%5E%60%7B%7C%7D%41?" ADDED "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_http_with_a_host),
        cmocka_unit_test(an_address_has_no_control_characters),
        cmocka_unit_test(a_confirmation_holds_for_a_quarter_of_an_hour),
        cmocka_unit_test(a_template_is_its_merchants),
        cmocka_unit_test(the_same_key_is_the_same_confirmation),
        cmocka_unit_test(a_dead_confirmation_is_none),
        cmocka_unit_test(the_same_key_with_other_parameters_is_refused),
        cmocka_unit_test(an_acceptance_holds_for_a_day),
        cmocka_unit_test(what_is_over_or_used_is_not_accepted),
        cmocka_unit_test(a_code_is_for_one_voucher),
        cmocka_unit_test(the_address_gets_the_code),
        cmocka_unit_test(what_may_not_stand_in_an_address_is_encoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
