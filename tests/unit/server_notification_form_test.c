/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_support.h"

#include "base/macros.h"
#include "server/notification_form.h"
#include "wire/params.h"
#include "wire/signature.h"

#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing */

static struct kq_private_key *private_key;
static struct kq_public_key *public_key;

static int make_keys(void **state)
{
    struct kq_error error = {0};
    ARENA arena = {0};
    struct kq_slice der;
    (void)state;
    assert_ok(kq_private_key_generate(1024, &private_key, &error), &error);
    assert_ok(kq_private_key_export_public(private_key, &arena, &der, &error), &error);
    assert_ok(kq_public_key_load_der(der, &public_key, &error), &error);
    return 0;
}

static int free_keys(void **state)
{
    (void)state;
    kq_private_key_free(private_key);
    kq_public_key_free(public_key);
    return 0;
}

static struct kq_due_notification plain(void)
{
    return (struct kq_due_notification){
        .notification = {.notify_id = KQ_SLICE("20160906000730060020002U8C00"),
                         .kind = KQ_NOTIFICATION_USE,
                         .voucher_id = KQ_SLICE("20160906000730020020002U8CBS"),
                         .template_id = KQ_SLICE("20160906000730010020002U8CBS"),
                         .user_id = KQ_SLICE("2088302001456115"),
                         .out_biz_no = KQ_SLICE("单号 1+2=3"),
                         .amount_fen = 999,
                         .status = KQ_STATUS_USING,
                         .event_s = NOW_S,
                         .expires_s = NOW_S + 60},
        .app_id = KQ_SLICE("2014072300007148"),
    };
}

/* The form's fields, decoded; its signature verifies. */
static struct kq_params make(const struct kq_due_notification *due, struct kq_arena *arena)
{
    struct kq_error error = {0};
    struct kq_params params;
    struct kq_slice text;
    BUFFER form = {0};
    assert_ok(kq_notification_form(due, NOW_S + 5, private_key, arena, &form, &error), &error);
    struct kq_slice kept = kq_arena_copy(arena, kq_buffer_slice(&form));
    kq_params_init(&params, arena);
    assert_ok(kq_form_decode(kept, &params, &error), &error);
    assert_ok(kq_notification_string_to_sign(&params, &text, &error), &error);
    assert_ok(
        kq_verify(public_key, KQ_SIGN_RSA2, text, kq_params_find(&params, KQ_SLICE("sign")), arena, &error),
        &error);
    return params;
}

static void a_form_has_what_the_event_says(void **state)
{
    static const char *const expected[][2] = {
        {"notify_id", "20160906000730060020002U8C00"},
        {"notify_time", "2016-09-06 12:00:05"},
        {"notify_type", "voucher_use"},
        {"app_id", "2014072300007148"},
        {"charset", "utf-8"},
        {"version", "1.0"},
        {"sign_type", "RSA2"},
        {"voucher_id", "20160906000730020020002U8CBS"},
        {"template_id", "20160906000730010020002U8CBS"},
        {"user_id", "2088302001456115"},
        {"out_biz_no", "单号 1+2=3"},
        {"amount", "9.99"},
        {"status", "USING"},
        {"event_time", "2016-09-06 12:00:00"},
        {"expired_time", "2016-09-06 12:01:00"},
    };
    ARENA arena = {0};
    (void)state;
    struct kq_due_notification due = plain();
    struct kq_params params = make(&due, &arena);
    assert_int_equal(params.count, KQ_COUNT(expected) + 1);
    for (size_t i = 0; i < KQ_COUNT(expected); i++) {
        assert_slice(params.items[i].name, kq_slice_of(expected[i][0]));
        assert_slice(params.items[i].value, kq_slice_of(expected[i][1]));
    }
}

static void what_is_empty_is_left_out(void **state)
{
    ARENA arena = {0};
    (void)state;
    struct kq_due_notification due = plain();
    due.app_id = KQ_SLICE_EMPTY;
    due.notification.out_biz_no = KQ_SLICE_EMPTY;
    struct kq_params params = make(&due, &arena);
    for (size_t i = 0; i < params.count; i++) {
        assert_true(params.items[i].value.size > 0);
    }
    assert_int_equal(params.count, 14);
}

/* It could be cut off the value, and made other parameters of, without the signature's noticing. */
static void what_has_an_ampersand_is_left_out(void **state)
{
    ARENA arena = {0};
    (void)state;
    struct kq_due_notification due = plain();
    due.notification.out_biz_no = KQ_SLICE("1&status=USED&t=2");
    struct kq_params params = make(&due, &arena);
    assert_int_equal(kq_params_find(&params, KQ_SLICE("out_biz_no")).size, 0);
    assert_int_equal(params.count, 15);
}

static void a_delay_has_no_amount(void **state)
{
    ARENA arena = {0};
    (void)state;
    struct kq_due_notification due = plain();
    due.notification.kind = KQ_NOTIFICATION_DELAY;
    struct kq_params params = make(&due, &arena);
    assert_int_equal(kq_params_find(&params, KQ_SLICE("amount")).size, 0);
}

static struct kq_result attempt(void *context, struct kq_error *error)
{
    ARENA arena = {0};
    BUFFER form = {0};
    return kq_notification_form(context, NOW_S, private_key, &arena, &form, error);
}

static void each_allocation_that_fails(void **state)
{
    (void)state;
    struct kq_due_notification due = plain();
    fail_each_allocation(attempt, &due);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_has_what_the_event_says),    cmocka_unit_test(what_is_empty_is_left_out),
        cmocka_unit_test(what_has_an_ampersand_is_left_out), cmocka_unit_test(a_delay_has_no_amount),
        cmocka_unit_test(each_allocation_that_fails),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
