/* SPDX-License-Identifier: Apache-2.0 */
#include "client_support.h"
#include "wire/charset.h"
#include "wire/params.h"
#include "wire/signature.h"

/* Notifications: verified over the bytes that came, or nothing of them is shown. */

#define APP_ID "2014072300007148"

static void add(struct kq_params *params, const char *name, struct kq_slice value)
{
    struct kq_error error = {0};
    assert_ok(kq_params_add(params, kq_slice_of(name), value, &error), &error);
}

/* A signed form of these pairs and those that every notification has. */
static void put_form(struct kq_buffer *form, struct kq_arena *arena, const char *charset_name,
                     const char *sign_type_name, const char *subject)
{
    struct kq_params params;
    struct kq_private_key *key = NULL;
    struct kq_error error = {0};
    struct kq_slice text;
    BUFFER encoded = {0};
    BUFFER signature = {0};
    enum kq_charset charset;
    enum kq_sign_type sign_type;
    kq_params_init(&params, arena);
    assert_ok(kq_charset_parse(kq_slice_of(charset_name), &charset, &error), &error);
    assert_true(kq_sign_type_parse(kq_slice_of(sign_type_name), &sign_type));
    assert_ok(kq_charset_encode_text(charset, kq_slice_of(subject), &encoded, &error), &error);
    add(&params, "notify_id", KQ_SLICE("n-1"));
    add(&params, "app_id", KQ_SLICE(APP_ID));
    add(&params, "charset", kq_slice_of(charset_name));
    add(&params, "sign_type", kq_slice_of(sign_type_name));
    add(&params, "subject", kq_buffer_slice(&encoded));
    assert_ok(kq_private_key_load(golden(arena, "keys/app_2048.pem"), &key, &error), &error);
    assert_ok(kq_notification_string_to_sign(&params, &text, &error), &error);
    assert_ok(kq_sign(key, sign_type, text, &signature, &error), &error);
    add(&params, "sign", kq_buffer_slice(&signature));
    for (size_t i = 0; i < params.count; i++) {
        kq_buffer_print(form, "%s%.*s=", i == 0 ? "" : "&", KQ_SLICE_PRINT(params.items[i].name));
        kq_form_encode(params.items[i].value, form);
    }
    kq_private_key_free(key);
}

static struct kq_client *client_of(struct kq_arena *arena, const char *app_id)
{
    const struct kq_client_options options = {
        .gateway_url = "http://127.0.0.1:9/gateway.do",
        .app_id = app_id,
        .private_key = golden(arena, "keys/app_2048.pem").data,
        .gateway_public_key = golden(arena, "keys/public.pem").data,
    };
    return open_client(&options);
}

static void assert_verifies(const char *charset, const char *sign_type)
{
    ARENA arena = {0};
    BUFFER form = {0};
    CLIENT client = client_of(&arena, APP_ID);
    struct kq_client_notification *notification = NULL;
    struct kq_client_error error;
    put_form(&form, &arena, charset, sign_type, "全场八折 a+b&c");
    assert_status(kq_client_verify_notification(client, form.data, form.size, &notification, &error),
                  KQ_CLIENT_OK, &error);
    assert_int_equal(notification->count, 6);
    assert_string_equal(notification->parameters[0].name, "notify_id");
    assert_string_equal(kq_client_notification_value(notification, "subject"), "全场八折 a+b&c");
    assert_string_equal(kq_client_notification_value(notification, "sign_type"), sign_type);
    assert_string_equal(kq_client_notification_value(notification, "nothing"), "");
    kq_client_notification_free(notification);
}

static void test_both_sign_types_and_charsets(void **state)
{
    (void)state;
    assert_verifies("utf-8", "RSA2");
    assert_verifies("GBK", "RSA2");
    assert_verifies("utf-8", "RSA");
    kq_client_notification_free(NULL);
}

static void assert_refused(const char *app_id, struct kq_slice form, enum kq_client_status status,
                           const char *message)
{
    ARENA arena = {0};
    CLIENT client = client_of(&arena, app_id);
    struct kq_client_notification *notification = NULL;
    struct kq_client_error error;
    assert_status(kq_client_verify_notification(client, form.data, form.size, &notification, &error), status,
                  &error);
    assert_null(notification);
    assert_non_null(strstr(error.message, message));
}

static void test_what_is_not_the_gateways(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER form = {0};
    put_form(&form, &arena, "utf-8", "RSA2", "ten");
    struct kq_slice good = kq_buffer_slice(&form);
    assert_refused("2014072300007149", good, KQ_CLIENT_ANSWER, "for another application");
    char *changed = strstr(form.data, "subject=ten");
    assert_non_null(changed);
    changed[strlen("subject=")] = 'T';
    assert_refused(APP_ID, good, KQ_CLIENT_SIGNATURE, "does not verify");
    assert_refused(APP_ID, KQ_SLICE("notify_id=1&sign_type=RSA2"), KQ_CLIENT_SIGNATURE, "no signature");
    assert_refused(APP_ID, KQ_SLICE("sign_type=MD5&sign=AAAA"), KQ_CLIENT_SIGNATURE, "neither RSA2 nor RSA");
    assert_refused(APP_ID, KQ_SLICE("=nameless&notify_id=1&sign_type=RSA2&sign=AAAA"), KQ_CLIENT_ANSWER,
                   "whose name no notification has");
    assert_refused(APP_ID,
                   KQ_SLICE("1%0Anonce%0A%7B%22memo%22%3A%22a=1&app_id=" APP_ID "&sign_type=RSA2&sign=AAAA"),
                   KQ_CLIENT_ANSWER, "whose name no notification has");
    assert_refused(APP_ID, KQ_SLICE_EMPTY, KQ_CLIENT_SIGNATURE, "no signature");
    assert_refused(APP_ID, KQ_SLICE("a=1&a=2&sign=AAAA&sign_type=RSA2"), KQ_CLIENT_ANSWER, "cannot be read");
}

static void test_parameters_without_a_value(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER form = {0};
    CLIENT client = client_of(&arena, APP_ID);
    struct kq_client_notification *notification = NULL;
    struct kq_client_error error;
    put_form(&form, &arena, "utf-8", "RSA2", "a&b");
    kq_buffer_append(&form, KQ_SLICE("&nothing&nothing_either="));
    assert_status(kq_client_verify_notification(client, form.data, form.size, &notification, &error),
                  KQ_CLIENT_OK, &error);
    assert_int_equal(notification->count, 6);
    kq_client_notification_free(notification);
}

/* The same bytes are signed where subject is "ten" and notify_id, which is not to stand twice, has gone into
 * it. */
static void test_a_parameter_within_another_ones_value(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER form = {0};
    put_form(&form, &arena, "utf-8", "RSA2", "ten&notify_id=2");
    assert_refused(APP_ID, kq_buffer_slice(&form), KQ_CLIENT_ANSWER, "within another one's value");
    kq_buffer_clear(&form);
    put_form(&form, &arena, "utf-8", "RSA2", "&charset=&app_id=");
    assert_refused(APP_ID, kq_buffer_slice(&form), KQ_CLIENT_ANSWER, "within another one's value");
}

/* The signature stands last: its padding adds nothing to it. */
static void test_a_cut_one(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER form = {0};
    CLIENT client = client_of(&arena, APP_ID);
    put_form(&form, &arena, "utf-8", "RSA2", "ten");
    for (size_t size = 0; size < form.size - strlen("%3D%3D"); size++) {
        struct kq_client_notification *notification = NULL;
        assert_int_not_equal(kq_client_verify_notification(client, form.data, size, &notification, NULL),
                             KQ_CLIENT_OK);
        assert_null(notification);
    }
}

struct attempt {
    struct kq_client *client;
    struct kq_slice form;
};

static struct kq_result verify_once(void *context, struct kq_error *error)
{
    const struct attempt *attempt = context;
    struct kq_client_notification *notification = NULL;
    struct kq_client_error client_error;
    enum kq_client_status status = kq_client_verify_notification(
        attempt->client, attempt->form.data, attempt->form.size, &notification, &client_error);
    kq_client_notification_free(notification);
    KQ_ENSURE(status != KQ_CLIENT_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
    KQ_ENSURE(status == KQ_CLIENT_OK, error, KQ_E_INTERNAL, "%s", client_error.message);
    return KQ_OK;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER form = {0};
    CLIENT client = client_of(&arena, APP_ID);
    put_form(&form, &arena, "utf-8", "RSA2", "ten");
    struct attempt attempt = {.client = client, .form = kq_buffer_slice(&form)};
    fail_each_allocation(verify_once, &attempt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_sign_types_and_charsets),
        cmocka_unit_test(test_what_is_not_the_gateways),
        cmocka_unit_test(test_parameters_without_a_value),
        cmocka_unit_test(test_a_parameter_within_another_ones_value),
        cmocka_unit_test(test_a_cut_one),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("client_notification", tests, NULL, NULL);
}
