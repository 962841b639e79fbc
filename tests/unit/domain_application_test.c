/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/application.h"
#include "domain/operation.h"

#define WALLET "alipay.user.pass.grouplist.query"
#define SEND "alipay.marketing.voucher.send"

static const struct kq_slice two_methods[] = {
    {.data = WALLET, .size = sizeof(WALLET) - 1},
    {.data = SEND, .size = sizeof(SEND) - 1},
};
static const struct kq_slice two_methods_reversed[] = {
    {.data = SEND, .size = sizeof(SEND) - 1},
    {.data = WALLET, .size = sizeof(WALLET) - 1},
};

static struct kq_application application_of_the_page(void)
{
    return (struct kq_application){
        .app_id = KQ_SLICE("2014072300007148"),
        .pid = KQ_SLICE("2088102146225135"),
        .name = KQ_SLICE("盒马"),
        .keys = {[KQ_SIGN_RSA2] = {.current = KQ_SLICE("key one")}},
        .permissions = two_methods,
        .permission_count = 2,
    };
}

static void assert_application_refused(const struct kq_application *application,
                                       const struct kq_application *same_id, enum kq_error_code code,
                                       const char *detail)
{
    bool created = false;
    struct kq_error error = {0};
    assert_false(kq_application_decide_create(application, same_id, &created, &error).ok);
    assert_int_equal(error.code, code);
    assert_string_equal(error.detail, detail);
}

static void application_states_have_names(void **state)
{
    (void)state;
    assert_string_equal(kq_application_state_name(KQ_APPLICATION_ACTIVE), "active");
    assert_string_equal(kq_application_state_name(KQ_APPLICATION_DISABLED), "disabled");
}

static void a_limit_is_found_by_its_method(void **state)
{
    (void)state;
    const struct kq_application_limit limits[] = {
        {.method = KQ_SLICE_EMPTY, .per_second = 5},
        {.method = KQ_SLICE(SEND), .per_second = 2},
    };
    struct kq_application application = application_of_the_page();
    assert_int_equal(kq_application_limit(&application, KQ_SLICE_EMPTY), 0);
    assert_int_equal(kq_application_limit(&application, KQ_SLICE(SEND)), 0);
    application.limits = limits;
    application.limit_count = KQ_COUNT(limits);
    assert_int_equal(kq_application_limit(&application, KQ_SLICE_EMPTY), 5);
    assert_int_equal(kq_application_limit(&application, KQ_SLICE(SEND)), 2);
    assert_int_equal(kq_application_limit(&application, KQ_SLICE(WALLET)), 0);
}

/* Limits are given to an application that is there: they make it no other one. */
static void an_application_that_was_limited_is_still_the_same(void **state)
{
    (void)state;
    const struct kq_application_limit limit = {.method = KQ_SLICE_EMPTY, .per_second = 5};
    struct kq_application application = application_of_the_page();
    struct kq_application stored = application_of_the_page();
    stored.limits = &limit;
    stored.limit_count = 1;
    bool created = true;
    assert_true(kq_application_decide_create(&application, &stored, &created, NULL).ok);
    assert_false(created);
}

static void an_application_is_created_once(void **state)
{
    (void)state;
    struct kq_application application = application_of_the_page();
    struct kq_application stored = application_of_the_page();
    stored.permissions = two_methods_reversed;
    stored.revision = 7;
    stored.created_s = 1;
    bool created = false;
    assert_true(kq_application_decide_create(&application, NULL, &created, NULL).ok);
    assert_true(created);
    assert_true(kq_application_decide_create(&application, &stored, &created, NULL).ok);
    assert_false(created);
}

static void an_application_out_of_form_is_refused(void **state)
{
    (void)state;
    char long_text[KQ_METHOD_MAX_CHARS + 1];
    memset(long_text, 'a', sizeof(long_text));

    struct kq_application application = application_of_the_page();
    application.app_id = KQ_SLICE_EMPTY;
    assert_application_refused(&application, NULL, KQ_E_BAD_INPUT, "app id is missing");
    application.app_id = (struct kq_slice){.data = long_text, .size = KQ_APP_ID_MAX_CHARS + 1};
    assert_application_refused(&application, NULL, KQ_E_BAD_INPUT, "app id has more than 32 characters");
    application.app_id = KQ_SLICE("应用");
    assert_application_refused(&application, NULL, KQ_E_BAD_INPUT,
                               "app id has a character other than printable ASCII without spaces");

    application = application_of_the_page();
    application.pid = KQ_SLICE("1088102146225135");
    assert_application_refused(&application, NULL, KQ_E_BAD_INPUT,
                               "pid is not 16 digits that begin with 2088");

    application = application_of_the_page();
    application.name = (struct kq_slice){.data = long_text, .size = KQ_NAME_MAX_CHARS + 1};
    assert_application_refused(&application, NULL, KQ_E_BAD_INPUT,
                               "application name has more than 64 characters");

    struct kq_slice method = {.data = long_text, .size = KQ_METHOD_MAX_CHARS + 1};
    application = application_of_the_page();
    application.permissions = &method;
    application.permission_count = 1;
    assert_application_refused(&application, NULL, KQ_E_BAD_INPUT, "permission has more than 128 characters");
}

static void a_known_app_id_with_other_data_is_a_conflict(void **state)
{
    (void)state;
    struct kq_application stored = application_of_the_page();

    struct kq_application application = application_of_the_page();
    application.pid = KQ_SLICE("2088102146225136");
    assert_application_refused(&application, &stored, KQ_E_CONFLICT,
                               "the application exists and belongs to merchant 2088102146225135");

    application = application_of_the_page();
    application.name = KQ_SLICE_EMPTY;
    assert_application_refused(&application, &stored, KQ_E_CONFLICT,
                               "the application exists with another name");

    application = application_of_the_page();
    application.keys[KQ_SIGN_RSA2].current = KQ_SLICE("key two");
    assert_application_refused(&application, &stored, KQ_E_CONFLICT,
                               "the application exists with other keys");

    application = application_of_the_page();
    application.keys[KQ_SIGN_RSA].current = KQ_SLICE("key one");
    assert_application_refused(&application, &stored, KQ_E_CONFLICT,
                               "the application exists with other keys");

    application = application_of_the_page();
    application.permission_count = 1;
    assert_application_refused(&application, &stored, KQ_E_CONFLICT,
                               "the application exists with other permissions");

    stored.state = KQ_APPLICATION_DISABLED;
    application = application_of_the_page();
    assert_application_refused(&application, &stored, KQ_E_CONFLICT,
                               "the application exists and is disabled");
}

static void phased_in_keys_are_compared_too(void **state)
{
    (void)state;
    struct kq_application application = application_of_the_page();
    struct kq_application stored = application_of_the_page();
    stored.keys[KQ_SIGN_RSA2].next = KQ_SLICE("key two");
    assert_application_refused(&application, &stored, KQ_E_CONFLICT,
                               "the application exists with other keys");
}

static struct kq_grant grant_until(int64_t expires_s)
{
    return (struct kq_grant){
        .app_id = KQ_SLICE("2014072300007148"),
        .pid = KQ_SLICE("2088102146225135"),
        .expires_s = expires_s,
    };
}

static enum kq_error_code grant_code(const struct kq_grant *grant, const char *method, int64_t now_s)
{
    struct kq_error error = {0};
    struct kq_result result =
        kq_grant_check(grant, KQ_SLICE("2014072300007148"), kq_slice_of(method), now_s, &error);
    assert_int_equal(result.ok, error.code == KQ_E_NONE);
    assert_string_equal(error.detail, "");
    return error.code;
}

static void a_grant_covers_every_method_unless_it_names_some(void **state)
{
    (void)state;
    struct kq_grant grant = grant_until(INT64_MAX);
    assert_int_equal(grant_code(&grant, SEND, 0), KQ_E_NONE);
    grant.methods = two_methods;
    grant.method_count = 1;
    assert_int_equal(grant_code(&grant, WALLET, 0), KQ_E_NONE);
    assert_int_equal(grant_code(&grant, SEND, 0), KQ_E_TOKEN_NO_API);
}

static void a_grant_ends_at_its_second(void **state)
{
    (void)state;
    struct kq_grant grant = grant_until(1000);
    assert_int_equal(grant_code(&grant, SEND, 999), KQ_E_NONE);
    assert_int_equal(grant_code(&grant, SEND, 1000), KQ_E_TOKEN_EXPIRED);
    assert_int_equal(grant_code(&grant, SEND, 1001), KQ_E_TOKEN_EXPIRED);
}

static void an_unknown_or_foreign_grant_is_invalid(void **state)
{
    (void)state;
    struct kq_grant grant = grant_until(1000);
    grant.app_id = KQ_SLICE("2014072300007149");
    assert_int_equal(grant_code(NULL, SEND, 0), KQ_E_INVALID_TOKEN);
    assert_int_equal(grant_code(&grant, SEND, 0), KQ_E_INVALID_TOKEN);
    assert_int_equal(grant_code(&grant, SEND, 2000), KQ_E_INVALID_TOKEN);
}

static void an_expired_grant_is_expired_before_its_methods_count(void **state)
{
    (void)state;
    struct kq_grant grant = grant_until(1000);
    grant.methods = two_methods;
    grant.method_count = 1;
    assert_int_equal(grant_code(&grant, SEND, 1000), KQ_E_TOKEN_EXPIRED);
}

static struct kq_shop shop_of_the_page(void)
{
    return (struct kq_shop){
        .shop_id = KQ_SLICE("2015092700077000000004491925"),
        .pid = KQ_SLICE("2088102146225135"),
        .name = KQ_SLICE("南京店"),
        .city_code = KQ_SLICE("320100"),
    };
}

static void assert_shop_refused(const struct kq_shop *shop, const struct kq_shop *same_id,
                                enum kq_error_code code, const char *detail)
{
    bool created = false;
    struct kq_error error = {0};
    assert_false(kq_shop_decide_create(shop, same_id, &created, &error).ok);
    assert_int_equal(error.code, code);
    assert_string_equal(error.detail, detail);
}

static void a_shop_is_created_once(void **state)
{
    (void)state;
    struct kq_shop shop = shop_of_the_page();
    struct kq_shop stored = shop_of_the_page();
    stored.created_s = 5;
    bool created = false;
    assert_true(kq_shop_decide_create(&shop, NULL, &created, NULL).ok);
    assert_true(created);
    assert_true(kq_shop_decide_create(&shop, &stored, &created, NULL).ok);
    assert_false(created);
}

static void a_shop_out_of_form_is_refused(void **state)
{
    (void)state;
    static const char *const cities[] = {"", "32010", "3201000", "32010a", "南京"};
    for (size_t i = 0; i < KQ_COUNT(cities); i++) {
        struct kq_shop shop = shop_of_the_page();
        shop.city_code = kq_slice_of(cities[i]);
        assert_shop_refused(&shop, NULL, KQ_E_BAD_INPUT, "city code is not the 6 digits of GB/T 2260");
    }
    struct kq_shop shop = shop_of_the_page();
    shop.shop_id = KQ_SLICE_EMPTY;
    assert_shop_refused(&shop, NULL, KQ_E_BAD_INPUT, "shop id is missing");
    shop = shop_of_the_page();
    shop.pid = KQ_SLICE_EMPTY;
    assert_shop_refused(&shop, NULL, KQ_E_BAD_INPUT, "pid is missing");
    shop = shop_of_the_page();
    shop.name = KQ_SLICE("\t");
    assert_shop_refused(&shop, NULL, KQ_E_BAD_INPUT, "shop name has a control character");
}

static void a_known_shop_with_other_data_is_a_conflict(void **state)
{
    (void)state;
    struct kq_shop stored = shop_of_the_page();
    struct kq_shop shop = shop_of_the_page();
    shop.pid = KQ_SLICE("2088102146225136");
    assert_shop_refused(&shop, &stored, KQ_E_CONFLICT,
                        "the shop exists and belongs to merchant 2088102146225135");
    shop = shop_of_the_page();
    shop.name = KQ_SLICE("北京店");
    assert_shop_refused(&shop, &stored, KQ_E_CONFLICT, "the shop exists with another name");
    shop = shop_of_the_page();
    shop.city_code = KQ_SLICE("110100");
    assert_shop_refused(&shop, &stored, KQ_E_CONFLICT, "the shop exists in another city");
}

static enum kq_error_code merchant_code(const char *name, const struct kq_merchant *same_id, bool *created)
{
    struct kq_merchant merchant = {.pid = KQ_SLICE("2088102146225135"), .name = kq_slice_of(name)};
    struct kq_error error = {0};
    struct kq_result result = kq_merchant_decide_create(&merchant, same_id, created, &error);
    assert_int_equal(result.ok, error.code == KQ_E_NONE);
    return error.code;
}

static void a_merchant_is_created_once_and_may_be_named_later(void **state)
{
    (void)state;
    struct kq_merchant nameless = {.pid = KQ_SLICE("2088102146225135")};
    struct kq_merchant named = {.pid = KQ_SLICE("2088102146225135"), .name = KQ_SLICE("盒马")};
    bool created = false;
    assert_int_equal(merchant_code("盒马", NULL, &created), KQ_E_NONE);
    assert_true(created);
    assert_int_equal(merchant_code("", NULL, &created), KQ_E_NONE);
    assert_true(created);
    assert_int_equal(merchant_code("盒马", &nameless, &created), KQ_E_NONE);
    assert_true(created);
    assert_int_equal(merchant_code("", &nameless, &created), KQ_E_NONE);
    assert_false(created);
    assert_int_equal(merchant_code("盒马", &named, &created), KQ_E_NONE);
    assert_false(created);
    assert_int_equal(merchant_code("", &named, &created), KQ_E_NONE);
    assert_false(created);
    assert_int_equal(merchant_code("天猫", &named, &created), KQ_E_CONFLICT);
}

static void a_merchant_out_of_form_is_refused(void **state)
{
    (void)state;
    struct kq_merchant merchant = {.pid = KQ_SLICE("208810214622513")};
    bool created = false;
    struct kq_error error = {0};
    assert_false(kq_merchant_decide_create(&merchant, NULL, &created, &error).ok);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
    assert_string_equal(error.detail, "pid is not 16 digits that begin with 2088");
}

static void operations_know_whether_they_write(void **state)
{
    (void)state;
    assert_true(kq_operation_writes(KQ_OP_ISSUE));
    assert_true(kq_operation_writes(KQ_OP_PASS_CREATE));
    assert_false(kq_operation_writes(KQ_OP_APPLICATION_GET));
    assert_false(kq_operation_writes(KQ_OP_WALLET));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(application_states_have_names),
        cmocka_unit_test(a_limit_is_found_by_its_method),
        cmocka_unit_test(an_application_is_created_once),
        cmocka_unit_test(an_application_that_was_limited_is_still_the_same),
        cmocka_unit_test(an_application_out_of_form_is_refused),
        cmocka_unit_test(a_known_app_id_with_other_data_is_a_conflict),
        cmocka_unit_test(phased_in_keys_are_compared_too),
        cmocka_unit_test(a_grant_covers_every_method_unless_it_names_some),
        cmocka_unit_test(a_grant_ends_at_its_second),
        cmocka_unit_test(an_unknown_or_foreign_grant_is_invalid),
        cmocka_unit_test(an_expired_grant_is_expired_before_its_methods_count),
        cmocka_unit_test(a_shop_is_created_once),
        cmocka_unit_test(a_shop_out_of_form_is_refused),
        cmocka_unit_test(a_known_shop_with_other_data_is_a_conflict),
        cmocka_unit_test(a_merchant_is_created_once_and_may_be_named_later),
        cmocka_unit_test(a_merchant_out_of_form_is_refused),
        cmocka_unit_test(operations_know_whether_they_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
