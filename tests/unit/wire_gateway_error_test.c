/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/gateway_error.h"

#include "wire/charset.h"
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
static void test_every_code_has_an_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(all_codes); i++) {
        enum kq_error_code code = all_codes[i];
        const struct kq_gateway_error *row = kq_gateway_error_of(code);
        assert_true(row->code != NULL && row->msg != NULL && row->sub_code != NULL && row->sub_msg != NULL);
        assert_true(kq_utf8_is_valid(kq_slice_of(row->sub_msg)));
        bool is_default = row == kq_gateway_error_of(KQ_E_INTERNAL);
        assert_int_equal(is_default, is_ours_to_hide(code) && code != KQ_E_STORE && code != KQ_E_BUSY);
        assert_false(is_ours_to_hide(code) && row->shows_detail);
    }
}

static void test_success(void **state)
{
    (void)state;
    const struct kq_gateway_error *row = kq_gateway_error_of(KQ_E_NONE);
    assert_string_equal(row->code, "10000");
    assert_string_equal(row->msg, "Success");
    assert_null(row->sub_code);
    assert_null(row->sub_msg);
}

struct expected {
    enum kq_error_code error;
    const char *code;
    const char *sub_code;
    const char *sub_msg;
};

/* As spec/gateway.md and the reference pages have them. */
static const struct expected expected_rows[] = {
    {KQ_E_INTERNAL, "20000", "aop.unknow-error", "系统繁忙"},
    {KQ_E_NO_MEMORY, "20000", "aop.unknow-error", "系统繁忙"},
    {KQ_E_GATEWAY_BUSY, "20000", "aop.unknow-error", "系统繁忙"},
    {KQ_E_BUSY, "20000", "isp.unknow-error", "系统繁忙"},
    {KQ_E_STORE, "40004", "SYSTEM_ERROR", "系统繁忙"},
    {KQ_E_INVALID_TOKEN, "20001", "aop.invalid-app-auth-token", "无效的应用授权令牌"},
    {KQ_E_TOKEN_EXPIRED, "20001", "aop.app-auth-token-time-out", "应用授权令牌已过期"},
    {KQ_E_TOKEN_NO_API, "20001", "aop.invalid-app-auth-token-no-api", "商户未授权当前接口"},
    {KQ_E_MISSING_METHOD, "40001", "isv.missing-method", "缺少方法名参数"},
    {KQ_E_MISSING_SIGNATURE, "40001", "isv.missing-signature", "缺少签名参数"},
    {KQ_E_MISSING_SIGN_TYPE, "40001", "isv.missing-signature-type", "缺少签名类型参数"},
    {KQ_E_MISSING_APP_ID, "40001", "isv.missing-app-id", "缺少appId参数"},
    {KQ_E_MISSING_TIMESTAMP, "40001", "isv.missing-timestamp", "缺少时间戳参数"},
    {KQ_E_MISSING_VERSION, "40001", "isv.missing-version", "缺少版本参数"},
    {KQ_E_INVALID_PARAMETER_GATEWAY, "40002", "isv.invalid-parameter", "参数无效"},
    {KQ_E_INVALID_METHOD, "40002", "isv.invalid-method", "不存在的方法名"},
    {KQ_E_INVALID_FORMAT, "40002", "isv.invalid-format", "无效的数据格式"},
    {KQ_E_INVALID_SIGN_TYPE, "40002", "isv.invalid-signature-type", "无效的签名类型"},
    {KQ_E_INVALID_SIGNATURE, "40002", "isv.invalid-signature",
     "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为："},
    {KQ_E_INVALID_APP_ID, "40002", "isv.invalid-app-id", "无效的AppID参数"},
    {KQ_E_INVALID_TIMESTAMP, "40002", "isv.invalid-timestamp", "非法的时间戳参数"},
    {KQ_E_INVALID_CHARSET, "40002", "isv.invalid-charset", "字符集错误"},
    {KQ_E_MISSING_APP_CERT_SN, "40001", "isv.missing-app-cert-sn", "缺少应用公钥证书SN参数"},
    {KQ_E_MISSING_ROOT_CERT_SN, "40001", "isv.missing-alipay-root-cert-sn", "缺少支付宝根证书SN参数"},
    {KQ_E_MISSING_ENCRYPT_TYPE, "40001", "isv.decryption-error-missing-encrypt-type",
     "解密出错，未指定加密算法"},
    {KQ_E_NO_ENCRYPT_KEY, "40002", "isv.decryption-error-not-valid-encrypt-key",
     "解密出错，未配置加密密钥或加密密钥格式错误"},
    {KQ_E_DECRYPTION_FAILED, "40002", "isv.decryption-error-unknown", "解密出错，未知异常"},
    {KQ_E_APP_CERT_EXPIRED, "40002", "isv.app-cert-expired", "应用公钥证书已过期"},
    {KQ_E_INVALID_ENCRYPT_TYPE, "40002", "isv.invalid-encrypt-type", "无效的加密类型"},
    {KQ_E_NO_KEY_CONFIGURED, "40003", "isv.missing-signature-config", "应用未配置对应签名算法的公钥或者证书"},
    {KQ_E_APP_CALL_LIMITED, "40005", "isv.app-call-limited", "应用调用次数超限"},
    {KQ_E_METHOD_CALL_LIMITED, "40005", "isv.method-call-limited", "接口调用次数超限"},
    {KQ_E_APP_NOT_PERMITTED, "40006", "isv.insufficient-isv-permissions", "ISV权限不足"},
    {KQ_E_INVALID_PARAMETER, "40004", "INVALID_PARAMETER", "参数有误"},
    {KQ_E_SYSTEM_ERROR, "40004", "SYSTEM_ERROR", "系统繁忙"},
    {KQ_E_TEMPLATE_NOT_EXIST, "40004", "TEMPLATE_NOT_EXIST", "模板不存在"},
    {KQ_E_TEMPLATE_STATUS_NOT_MATCH, "40004", "TEMPLATE_STATUS_NOT_MATCH", "模板尚未生效"},
    {KQ_E_TEMPLATE_NOT_CHANGEABLE, "40004", "TEMPLATE_STATUS_NOT_MATCH", "模板状态不允许该操作"},
    {KQ_E_TEMPLATE_EXPIRED, "40004", "TEMPLATE_EXPIRED", "模板过期"},
    {KQ_E_TEMPLATE_STOCK_NOT_ENOUGH, "40004", "TEMPLATE_STOCK_NOT_ENOUGH", "券库存不足"},
    {KQ_E_USER_NOT_EXIST, "40004", "USER_NOT_EXIST", "用户不存在"},
    {KQ_E_USER_STATUS_ERROR, "40004", "USER_STATUS_ERROR", "用户状态不可用"},
    {KQ_E_USER_LIMIT_EXCEEDED, "40004", "USER_LIMIT_EXCEEDED", "超过单用户领取上限"},
    {KQ_E_PERMISSION_DENIED, "40004", "PERMISSION_DENIED", "没有查询模板的券列表权限"},
    {KQ_E_GRANT_TYPE_INVALID, "40002", "isv.grant-type-invalid", "grant_type参数不正确"},
    {KQ_E_AUTH_CODE_INVALID, "40002", "isv.code-invalid", "授权码code无效"},
    {KQ_E_REFRESH_TOKEN_INVALID, "40002", "isv.refresh-token-invalid", "刷新令牌refresh_token无效"},
    {KQ_E_REFRESH_TOKEN_EXPIRED, "40002", "isv.refresh-token-time-out", "刷新令牌refresh_token已过期"},
    {KQ_E_SEND_CODE_INVALID, "40004", "SEND_CODE_INVALID", "授权码无效"},
    {KQ_E_SEND_CODE_EXPIRED, "40004", "SEND_CODE_EXPIRED", "授权码已过期"},
    {KQ_E_PASS_APP_NOT_SUPPORTED, "40004", "KP.AE_ALIPASS_APPID_NOSUPPORT", "该AppId不支持"},
    {KQ_E_PASS_NOT_EXIST, "40004", "KP.AE_ALIPASS_NOTEXIST", "卡券不存在"},
    {KQ_E_PASS_TEMPLATE_NOT_EXIST, "40004", "KP.AE_ALIPASS_TEMPLATE_NOTEXIST", "卡券模板不存在"},
    {KQ_E_PASS_EXISTS, "40004", "KP.AE_ALIPASS_EXIST", "卡券已存在，且内容不同"},
    {KQ_E_PASS_STATUS_NOT_MATCH, "40004", "KP.AE_ALIPASS_STATUS_NOT_MATCH", "卡券状态不允许此操作"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(expected_rows); i++) {
        const struct kq_gateway_error *row = kq_gateway_error_of(expected_rows[i].error);
        assert_string_equal(row->code, expected_rows[i].code);
        assert_string_equal(row->sub_code, expected_rows[i].sub_code);
        assert_string_equal(row->sub_msg, expected_rows[i].sub_msg);
    }
}

/* Words that the page puts differently: it names the full code, and both phrases. */
static void test_the_wallet_method_has_codes_of_its_own(void **state)
{
    (void)state;
    const struct kq_gateway_error *row = kq_gateway_error_of(KQ_E_PASS_PARAMETER);
    assert_string_equal(row->code, "40004");
    assert_string_equal(row->sub_code, "KP.AE_ALIPASS_PARAMS_VALUE_INVAILD");
    assert_non_null(strstr(row->sub_msg, "参数有误"));
    assert_non_null(strstr(row->sub_msg, "无效的参数传值"));
    assert_string_equal(kq_gateway_error_of(KQ_E_BIZ_ERROR)->sub_code, "BIZ_ERROR");
}

/* A code and its msg always go together. */
static void test_messages(void **state)
{
    (void)state;
    static const char *const messages[][2] = {
        {"10000", "Success"},
        {"20000", "Service Currently Unavailable"},
        {"20001", "Insufficient Token Permissions"},
        {"40001", "Missing Required Arguments"},
        {"40002", "Invalid Arguments"},
        {"40003", "Insufficient Conditions"},
        {"40004", "Business Failed"},
        {"40005", "Call Limited"},
        {"40006", "Insufficient Permissions"},
    };
    for (size_t i = 0; i < KQ_COUNT(all_codes); i++) {
        const struct kq_gateway_error *row = kq_gateway_error_of(all_codes[i]);
        size_t at = 0;
        while (at < KQ_COUNT(messages) && strcmp(messages[at][0], row->code) != 0) {
            at++;
        }
        assert_true(at < KQ_COUNT(messages));
        assert_string_equal(row->msg, messages[at][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_has_an_answer),
        cmocka_unit_test(test_success),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_the_wallet_method_has_codes_of_its_own),
        cmocka_unit_test(test_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
