/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/application_change.h"

#define SEND "alipay.marketing.voucher.send"
#define WALLET "alipay.user.pass.grouplist.query"
#define DIGEST "0123456789abcdef0123456789abcdef"

static const struct kq_slice wallet_only[] = {{.data = WALLET, .size = sizeof(WALLET) - 1}};
static const struct kq_application application = {
    .app_id = {.data = "2014072300007148", .size = 16},
    .permissions = wallet_only,
    .permission_count = 1,
};

static const struct kq_application_certificate no_certificate;

#define KEYS(one, other) ((struct kq_application_keys){.current = (one), .next = (other)})

static void assert_rotated(struct kq_application_keys keys, const char *key, bool keep_current,
                           const char *current, const char *next, bool is_change)
{
    bool changed = !is_change;
    assert_true(kq_application_decide_rotate(&application, kq_slice_of(key), &no_certificate, keep_current,
                                             &keys, &changed, NULL)
                    .ok);
    assert_true(kq_slice_equal(keys.current, kq_slice_of(current)));
    assert_true(kq_slice_equal(keys.next, kq_slice_of(next)));
    assert_int_equal(changed, is_change);
}

static void a_key_is_replaced_at_once(void **state)
{
    (void)state;
    assert_rotated(KEYS(KQ_SLICE("one"), KQ_SLICE("two")), "three", false, "three", "", true);
    assert_rotated(KEYS(KQ_SLICE("one"), KQ_SLICE_EMPTY), "one", false, "one", "", false);
    assert_rotated(KEYS(KQ_SLICE_EMPTY, KQ_SLICE_EMPTY), "one", false, "one", "", true);
}

static void a_key_is_phased_in(void **state)
{
    (void)state;
    assert_rotated(KEYS(KQ_SLICE("one"), KQ_SLICE_EMPTY), "two", true, "one", "two", true);
    assert_rotated(KEYS(KQ_SLICE("one"), KQ_SLICE("two")), "two", true, "one", "two", false);
    assert_rotated(KEYS(KQ_SLICE("one"), KQ_SLICE("two")), "three", true, "one", "three", true);
    assert_rotated(KEYS(KQ_SLICE("one"), KQ_SLICE("two")), "one", true, "one", "two", false);
    assert_rotated(KEYS(KQ_SLICE_EMPTY, KQ_SLICE_EMPTY), "one", true, "one", "", true);
}

static void what_is_phased_in_becomes_current(void **state)
{
    (void)state;
    assert_rotated(KEYS(KQ_SLICE("one"), KQ_SLICE("two")), "", false, "two", "", true);
}

static const struct kq_application_certificate some_certificate = {
    .der = {.data = "der", .size = 3},
    .sn = {.data = "sn", .size = 2},
    .not_after_s = 7,
};

static void a_certificate_comes_and_goes_with_its_key(void **state)
{
    (void)state;
    struct kq_application_keys keys = KEYS(KQ_SLICE("one"), KQ_SLICE_EMPTY);
    bool changed = false;
    assert_true(kq_application_decide_rotate(&application, KQ_SLICE("one"), &some_certificate, true, &keys,
                                             &changed, NULL)
                    .ok);
    assert_true(changed && kq_slice_equal(keys.next, KQ_SLICE("one")));
    assert_true(kq_slice_equal(keys.next_certificate.sn, KQ_SLICE("sn")));
    assert_true(kq_application_decide_rotate(&application, KQ_SLICE("one"), &some_certificate, true, &keys,
                                             &changed, NULL)
                    .ok);
    assert_false(changed);
    assert_true(kq_application_decide_rotate(&application, KQ_SLICE_EMPTY, &no_certificate, false, &keys,
                                             &changed, NULL)
                    .ok);
    assert_true(changed && keys.next.size == 0 && keys.next_certificate.der.size == 0);
    assert_int_equal(keys.current_certificate.not_after_s, 7);
    assert_true(kq_application_decide_rotate(&application, KQ_SLICE("one"), &no_certificate, false, &keys,
                                             &changed, NULL)
                    .ok);
    assert_true(changed && keys.current_certificate.der.size == 0);
}

static void assert_mode(const struct kq_application *of, bool named, bool unnamed)
{
    assert_int_equal(kq_application_is_in_certificate_mode(of, KQ_SLICE("sn")), named);
    assert_int_equal(kq_application_is_in_certificate_mode(of, KQ_SLICE("other")), unnamed);
    assert_int_equal(kq_application_is_in_certificate_mode(of, KQ_SLICE_EMPTY), unnamed);
}

static void certificate_mode_is_all_keys_or_the_one_that_is_named(void **state)
{
    (void)state;
    struct kq_application of = application;
    assert_mode(&of, false, false);
    of.keys[KQ_SIGN_RSA2] = KEYS(KQ_SLICE("one"), KQ_SLICE("two"));
    assert_mode(&of, false, false);
    of.keys[KQ_SIGN_RSA2].next_certificate = some_certificate;
    assert_mode(&of, true, false);
    of.keys[KQ_SIGN_RSA2].current_certificate = some_certificate;
    assert_mode(&of, true, true);
    of.keys[KQ_SIGN_RSA].current = KQ_SLICE("three");
    assert_mode(&of, true, false);
}

static void a_content_key_has_one_of_three_lengths(void **state)
{
    (void)state;
    static const char bytes[40] = "a key";
    for (size_t size = 0; size < sizeof(bytes); size++) {
        bool changed = false;
        struct kq_error error = {0};
        struct kq_slice key = {.data = bytes, .size = size};
        bool is_good = size == 0 || size == 16 || size == 24 || size == 32;
        assert_int_equal(kq_application_decide_content_key(&application, key, false, &changed, &error).ok,
                         is_good);
        assert_int_equal(error.code, is_good ? KQ_E_NONE : KQ_E_BAD_INPUT);
        assert_int_equal(changed, is_good && size > 0);
    }
}

static void nothing_phased_in_cannot_become_current(void **state)
{
    (void)state;
    struct kq_application_keys keys = KEYS(KQ_SLICE("one"), KQ_SLICE_EMPTY);
    bool changed = false;
    struct kq_error error = {0};
    assert_false(kq_application_decide_rotate(&application, KQ_SLICE_EMPTY, &no_certificate, true, &keys,
                                              &changed, &error)
                     .ok);
    assert_int_equal(error.code, KQ_E_ILLEGAL_STATE);
}

static enum kq_error_code permit_code(const struct kq_application *to, const char *method, bool revoke,
                                      bool *changed)
{
    struct kq_error error = {0};
    struct kq_result result = kq_application_decide_permit(to, kq_slice_of(method), revoke, changed, &error);
    assert_int_equal(result.ok, error.code == KQ_E_NONE);
    return error.code;
}

static void a_permission_is_given_and_taken_once(void **state)
{
    (void)state;
    bool changed = false;
    assert_int_equal(permit_code(&application, SEND, false, &changed), KQ_E_NONE);
    assert_true(changed);
    assert_int_equal(permit_code(&application, WALLET, false, &changed), KQ_E_NONE);
    assert_false(changed);
    assert_int_equal(permit_code(&application, WALLET, true, &changed), KQ_E_NONE);
    assert_true(changed);
    assert_int_equal(permit_code(&application, SEND, true, &changed), KQ_E_NONE);
    assert_false(changed);
}

static void permissions_have_a_form_and_a_number(void **state)
{
    (void)state;
    bool changed = false;
    assert_int_equal(permit_code(&application, "", false, &changed), KQ_E_BAD_INPUT);
    assert_int_equal(permit_code(&application, "two words", false, &changed), KQ_E_BAD_INPUT);
    struct kq_slice many[KQ_PERMISSIONS_MAX];
    for (size_t i = 0; i < KQ_COUNT(many); i++) {
        many[i] = KQ_SLICE(WALLET);
    }
    struct kq_application full = application;
    full.permissions = many;
    full.permission_count = KQ_PERMISSIONS_MAX - 1;
    assert_int_equal(permit_code(&full, SEND, false, &changed), KQ_E_NONE);
    full.permission_count = KQ_PERMISSIONS_MAX;
    assert_int_equal(permit_code(&full, SEND, false, &changed), KQ_E_BAD_INPUT);
    assert_int_equal(permit_code(&full, WALLET, true, &changed), KQ_E_NONE);
}

static enum kq_error_code limit_code(const struct kq_application *to, const char *method, int64_t per_second,
                                     bool *changed)
{
    struct kq_error error = {0};
    struct kq_result result =
        kq_application_decide_limit(to, kq_slice_of(method), per_second, changed, &error);
    assert_int_equal(result.ok, error.code == KQ_E_NONE);
    return error.code;
}

/* 5 calls a second of all methods, 2 of SEND. */
static struct kq_application limited(void)
{
    static const struct kq_application_limit limits[] = {
        {.method = KQ_SLICE_EMPTY, .per_second = 5},
        {.method = {.data = SEND, .size = sizeof(SEND) - 1}, .per_second = 2},
    };
    struct kq_application with_limits = application;
    with_limits.limits = limits;
    with_limits.limit_count = KQ_COUNT(limits);
    return with_limits;
}

static void a_limit_is_set_changed_and_taken_away_once(void **state)
{
    (void)state;
    const struct kq_application with_limits = limited();
    const struct {
        const struct kq_application *to;
        const char *method;
        int64_t per_second;
        bool is_change;
    } cases[] = {
        {&application, "", 1, true},    {&application, SEND, 1, true},   {&application, "", 0, false},
        {&application, SEND, 0, false}, {&with_limits, "", 5, false},    {&with_limits, "", 6, true},
        {&with_limits, "", 0, true},    {&with_limits, SEND, 2, false},  {&with_limits, SEND, 5, true},
        {&with_limits, SEND, 0, true},  {&with_limits, WALLET, 5, true}, {&with_limits, WALLET, 0, false},
    };
    for (size_t i = 0; i < KQ_COUNT(cases); i++) {
        bool changed = !cases[i].is_change;
        assert_int_equal(limit_code(cases[i].to, cases[i].method, cases[i].per_second, &changed), KQ_E_NONE);
        assert_int_equal(changed, cases[i].is_change);
    }
}

static void limits_have_a_form_and_a_number(void **state)
{
    (void)state;
    bool changed = false;
    assert_int_equal(limit_code(&application, SEND, KQ_CALLS_PER_SECOND_MAX, &changed), KQ_E_NONE);
    assert_int_equal(limit_code(&application, SEND, KQ_CALLS_PER_SECOND_MAX + 1, &changed), KQ_E_BAD_INPUT);
    assert_int_equal(limit_code(&application, SEND, -1, &changed), KQ_E_BAD_INPUT);
    assert_int_equal(limit_code(&application, "two words", 1, &changed), KQ_E_BAD_INPUT);
    struct kq_application_limit many[KQ_LIMITS_MAX];
    for (size_t i = 0; i < KQ_COUNT(many); i++) {
        many[i] = (struct kq_application_limit){.method = KQ_SLICE(WALLET), .per_second = 1};
    }
    struct kq_application full = application;
    full.limits = many;
    full.limit_count = KQ_LIMITS_MAX - 1;
    assert_int_equal(limit_code(&full, SEND, 1, &changed), KQ_E_NONE);
    full.limit_count = KQ_LIMITS_MAX;
    assert_int_equal(limit_code(&full, SEND, 1, &changed), KQ_E_BAD_INPUT);
    assert_int_equal(limit_code(&full, WALLET, 2, &changed), KQ_E_NONE);
    assert_int_equal(limit_code(&full, WALLET, 0, &changed), KQ_E_NONE);
}

static void an_application_is_disabled_and_enabled_once(void **state)
{
    (void)state;
    struct kq_application disabled = application;
    disabled.state = KQ_APPLICATION_DISABLED;
    bool changed = false;
    assert_true(kq_application_decide_set_state(&application, KQ_APPLICATION_DISABLED, &changed, NULL).ok);
    assert_true(changed);
    assert_true(kq_application_decide_set_state(&disabled, KQ_APPLICATION_DISABLED, &changed, NULL).ok);
    assert_false(changed);
    assert_true(kq_application_decide_set_state(&disabled, KQ_APPLICATION_ACTIVE, &changed, NULL).ok);
    assert_true(changed);
    assert_true(kq_application_decide_set_state(&application, KQ_APPLICATION_ACTIVE, &changed, NULL).ok);
    assert_false(changed);
}

static void no_application_is_not_found(void **state)
{
    (void)state;
    struct kq_application_keys keys = KEYS(KQ_SLICE("one"), KQ_SLICE_EMPTY);
    bool changed = false;
    struct kq_error error = {0};
    assert_false(
        kq_application_decide_rotate(NULL, KQ_SLICE("two"), &no_certificate, false, &keys, &changed, &error)
            .ok);
    assert_int_equal(error.code, KQ_E_NOT_FOUND);
    assert_int_equal(permit_code(NULL, SEND, false, &changed), KQ_E_NOT_FOUND);
    assert_int_equal(limit_code(NULL, SEND, 1, &changed), KQ_E_NOT_FOUND);
    error = (struct kq_error){0};
    assert_false(kq_application_decide_set_state(NULL, KQ_APPLICATION_DISABLED, &changed, &error).ok);
    assert_int_equal(error.code, KQ_E_NOT_FOUND);
    assert_string_equal(error.detail, "there is no such application");
}

static struct kq_grant grant_of(const char *digest)
{
    return (struct kq_grant){
        .token_digest = kq_slice_of(digest),
        .app_id = KQ_SLICE("2014072300007148"),
        .pid = KQ_SLICE("2088102146225135"),
        .expires_s = 1000,
        .methods = wallet_only,
        .method_count = 1,
    };
}

static enum kq_error_code grant_code(const struct kq_grant *grant, const struct kq_application *to,
                                     const struct kq_grant *same_token, bool *created)
{
    struct kq_error error = {0};
    struct kq_result result = kq_grant_decide_create(grant, to, same_token, created, &error);
    assert_int_equal(result.ok, error.code == KQ_E_NONE);
    return error.code;
}

static void a_grant_is_created_once(void **state)
{
    (void)state;
    struct kq_grant grant = grant_of(DIGEST);
    struct kq_grant stored = grant_of(DIGEST);
    stored.created_s = 7;
    bool created = false;
    assert_int_equal(grant_code(&grant, &application, NULL, &created), KQ_E_NONE);
    assert_true(created);
    assert_int_equal(grant_code(&grant, &application, &stored, &created), KQ_E_NONE);
    assert_false(created);
}

static void a_token_belongs_to_one_grant(void **state)
{
    (void)state;
    struct kq_grant grant = grant_of(DIGEST);
    struct kq_grant others[4];
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        others[i] = grant_of(DIGEST);
    }
    others[0].app_id = KQ_SLICE("2014072300007149");
    others[1].pid = KQ_SLICE("2088102146225136");
    others[2].expires_s = 1001;
    others[3].method_count = 0;
    for (size_t i = 0; i < KQ_COUNT(others); i++) {
        bool created = false;
        assert_int_equal(grant_code(&grant, &application, &others[i], &created), KQ_E_CONFLICT);
    }
}

static void a_grant_out_of_form_is_refused(void **state)
{
    (void)state;
    bool created = false;
    struct kq_grant grant = grant_of("short");
    assert_int_equal(grant_code(&grant, &application, NULL, &created), KQ_E_BAD_INPUT);
    grant = grant_of(DIGEST);
    grant.pid = KQ_SLICE("2088");
    assert_int_equal(grant_code(&grant, &application, NULL, &created), KQ_E_BAD_INPUT);
    static const struct kq_slice twice[] = {
        {.data = SEND, .size = sizeof(SEND) - 1},
        {.data = SEND, .size = sizeof(SEND) - 1},
    };
    grant = grant_of(DIGEST);
    grant.methods = twice;
    grant.method_count = 2;
    assert_int_equal(grant_code(&grant, &application, NULL, &created), KQ_E_BAD_INPUT);
}

static void a_grant_to_no_application_is_not_found(void **state)
{
    (void)state;
    struct kq_grant grant = grant_of(DIGEST);
    bool created = false;
    assert_int_equal(grant_code(&grant, NULL, NULL, &created), KQ_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_replaced_at_once),
        cmocka_unit_test(a_key_is_phased_in),
        cmocka_unit_test(what_is_phased_in_becomes_current),
        cmocka_unit_test(nothing_phased_in_cannot_become_current),
        cmocka_unit_test(a_certificate_comes_and_goes_with_its_key),
        cmocka_unit_test(certificate_mode_is_all_keys_or_the_one_that_is_named),
        cmocka_unit_test(a_content_key_has_one_of_three_lengths),
        cmocka_unit_test(a_permission_is_given_and_taken_once),
        cmocka_unit_test(permissions_have_a_form_and_a_number),
        cmocka_unit_test(a_limit_is_set_changed_and_taken_away_once),
        cmocka_unit_test(limits_have_a_form_and_a_number),
        cmocka_unit_test(an_application_is_disabled_and_enabled_once),
        cmocka_unit_test(no_application_is_not_found),
        cmocka_unit_test(a_grant_is_created_once),
        cmocka_unit_test(a_token_belongs_to_one_grant),
        cmocka_unit_test(a_grant_out_of_form_is_refused),
        cmocka_unit_test(a_grant_to_no_application_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
