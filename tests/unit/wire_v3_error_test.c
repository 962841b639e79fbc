/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/v3_error.h"

#include "wire/gateway_error.h"
#include "wire_support.h"

static const enum kq_error_code all_codes[] = {
#define CODE(name, category, text) KQ_E_##name,
    KQ_ERROR_LIST(CODE)
#undef CODE
};

static bool is_ours_to_hide(enum kq_error_code code)
{
    enum kq_error_category category = kq_error_category(code);
    return category == KQ_CATEGORY_INTERNAL || category == KQ_CATEGORY_OPERATOR;
}

/* Nothing falls silently to the default: what a caller can cause has a row of its own. */
static void test_every_code_has_a_status_and_a_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(all_codes); i++) {
        enum kq_error_code code = all_codes[i];
        const struct kq_v3_error *row = kq_v3_error_of(code);
        if (row->code == NULL || row->status < 400 || row->status > 599) {
            fail_msg("%s has no row", kq_error_name(code));
        }
        bool is_default = row == kq_v3_error_of(KQ_E_INTERNAL);
        bool should_be = is_ours_to_hide(code) && code != KQ_E_STORE && code != KQ_E_BUSY;
        if (is_default != should_be) {
            fail_msg("%s has %s row of its own", kq_error_name(code), is_default ? "no" : "a");
        }
    }
}

/* As the official v3 library for Java names the errors of alipay.open.auth.token.app. */
static const enum kq_error_code named_otherwise[] = {
    KQ_E_GRANT_TYPE_INVALID,
    KQ_E_AUTH_CODE_INVALID,
    KQ_E_REFRESH_TOKEN_INVALID,
    KQ_E_REFRESH_TOKEN_EXPIRED,
};

static bool is_named_otherwise(enum kq_error_code code)
{
    for (size_t i = 0; i < KQ_COUNT(named_otherwise); i++) {
        if (named_otherwise[i] == code) {
            return true;
        }
    }
    return false;
}

static const char *without_prefix(const char *sub_code)
{
    static const char *const prefixes[] = {"isv.", "aop.", "isp."};
    for (size_t i = 0; i < KQ_COUNT(prefixes); i++) {
        if (strncmp(sub_code, prefixes[i], strlen(prefixes[i])) == 0) {
            return sub_code + strlen(prefixes[i]);
        }
    }
    return sub_code;
}

static void test_codes_are_the_gateways(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(all_codes); i++) {
        const char *of_gateway = without_prefix(kq_gateway_error_of(all_codes[i])->sub_code);
        const char *code = kq_v3_error_of(all_codes[i])->code;
        assert_int_equal(strcmp(code, of_gateway) != 0, is_named_otherwise(all_codes[i]));
    }
}

static void test_rows(void **state)
{
    (void)state;
    static const struct {
        enum kq_error_code error;
        unsigned status;
        const char *code;
    } rows[] = {
        {KQ_E_INTERNAL, 500, "unknow-error"},
        {KQ_E_NO_MEMORY, 500, "unknow-error"},
        {KQ_E_GATEWAY_BUSY, 503, "unknow-error"},
        {KQ_E_BUSY, 503, "unknow-error"},
        {KQ_E_STORE, 500, "SYSTEM_ERROR"},
        {KQ_E_INVALID_METHOD, 404, "invalid-method"},
        {KQ_E_INVALID_HTTP_METHOD, 405, "invalid-http-method"},
        {KQ_E_INVALID_APP_ID, 400, "invalid-app-id"},
        {KQ_E_INVALID_TIMESTAMP, 400, "invalid-timestamp"},
        {KQ_E_INVALID_SIGNATURE, 401, "invalid-signature"},
        {KQ_E_MISSING_SIGNATURE, 401, "missing-signature"},
        {KQ_E_REPEATED_NONCE, 400, "suspected-attack"},
        {KQ_E_INVALID_TOKEN, 401, "invalid-app-auth-token"},
        {KQ_E_APP_NOT_PERMITTED, 403, "insufficient-isv-permissions"},
        {KQ_E_APP_CALL_LIMITED, 429, "app-call-limited"},
        {KQ_E_ILLEGAL_JSON, 400, "illegal-json"},
        {KQ_E_TEMPLATE_NOT_EXIST, 400, "TEMPLATE_NOT_EXIST"},
        {KQ_E_PASS_NOT_EXIST, 400, "KP.AE_ALIPASS_NOTEXIST"},
        {KQ_E_AUTH_CODE_INVALID, 400, "AUTH_CODE_NOT_VALID"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        assert_int_equal(kq_v3_error_of(rows[i].error)->status, rows[i].status);
        assert_string_equal(kq_v3_error_of(rows[i].error)->code, rows[i].code);
    }
}

static void test_success(void **state)
{
    (void)state;
    assert_int_equal(kq_v3_error_of(KQ_E_NONE)->status, 200);
    assert_null(kq_v3_error_of(KQ_E_NONE)->code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_has_a_status_and_a_code),
        cmocka_unit_test(test_codes_are_the_gateways),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
