/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/gateway_error.h"

#include <stddef.h>

/* The codes that gateways share, each with its msg (spec/gateway.md, "Gateway errors"). */
#define UNAVAILABLE "20000", "Service Currently Unavailable"
#define TOKEN "20001", "Insufficient Token Permissions"
#define MISSING "40001", "Missing Required Arguments"
#define INVALID "40002", "Invalid Arguments"
#define CONDITIONS "40003", "Insufficient Conditions"
#define FAILED "40004", "Business Failed"
#define LIMITED "40005", "Call Limited"
#define PERMISSIONS "40006", "Insufficient Permissions"

/* sub_msg: the platform's words where spec/gateway.md or a reference page has them. A detail is shown where
 * it helps the caller to write a better call: it then names a parameter, a field or a place. */
static const struct kq_gateway_error rows[KQ_ERROR_CODE_COUNT] = {
    [KQ_E_NONE] = {"10000", "Success", NULL, NULL, false},

    [KQ_E_STORE] = {FAILED, "SYSTEM_ERROR", "系统繁忙", false},
    [KQ_E_BUSY] = {UNAVAILABLE, "isp.unknow-error", "系统繁忙", false},

    [KQ_E_GATEWAY_BUSY] = {UNAVAILABLE, "aop.unknow-error", "系统繁忙", false},
    [KQ_E_INVALID_TOKEN] = {TOKEN, "aop.invalid-app-auth-token", "无效的应用授权令牌", false},
    [KQ_E_TOKEN_EXPIRED] = {TOKEN, "aop.app-auth-token-time-out", "应用授权令牌已过期", false},
    [KQ_E_TOKEN_NO_API] = {TOKEN, "aop.invalid-app-auth-token-no-api", "商户未授权当前接口", false},
    [KQ_E_MISSING_METHOD] = {MISSING, "isv.missing-method", "缺少方法名参数", false},
    [KQ_E_MISSING_SIGNATURE] = {MISSING, "isv.missing-signature", "缺少签名参数", false},
    [KQ_E_MISSING_SIGN_TYPE] = {MISSING, "isv.missing-signature-type", "缺少签名类型参数", false},
    [KQ_E_MISSING_APP_ID] = {MISSING, "isv.missing-app-id", "缺少appId参数", false},
    [KQ_E_MISSING_TIMESTAMP] = {MISSING, "isv.missing-timestamp", "缺少时间戳参数", false},
    [KQ_E_MISSING_VERSION] = {MISSING, "isv.missing-version", "缺少版本参数", false},
    [KQ_E_MISSING_APP_CERT_SN] = {MISSING, "isv.missing-app-cert-sn", "缺少应用公钥证书SN参数", false},
    [KQ_E_MISSING_ROOT_CERT_SN] = {MISSING, "isv.missing-alipay-root-cert-sn", "缺少支付宝根证书SN参数",
                                   false},
    [KQ_E_MISSING_ENCRYPT_TYPE] = {MISSING, "isv.decryption-error-missing-encrypt-type",
                                   "解密出错，未指定加密算法", false},
    [KQ_E_INVALID_PARAMETER_GATEWAY] = {INVALID, "isv.invalid-parameter", "参数无效", true},
    [KQ_E_INVALID_METHOD] = {INVALID, "isv.invalid-method", "不存在的方法名", false},
    [KQ_E_INVALID_FORMAT] = {INVALID, "isv.invalid-format", "无效的数据格式", false},
    [KQ_E_INVALID_SIGN_TYPE] = {INVALID, "isv.invalid-signature-type", "无效的签名类型", false},
    [KQ_E_INVALID_SIGNATURE] =
        {INVALID, "isv.invalid-signature",
         "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：", false},
    [KQ_E_INVALID_APP_ID] = {INVALID, "isv.invalid-app-id", "无效的AppID参数", false},
    [KQ_E_INVALID_TIMESTAMP] = {INVALID, "isv.invalid-timestamp", "非法的时间戳参数", false},
    [KQ_E_INVALID_CHARSET] = {INVALID, "isv.invalid-charset", "字符集错误", false},
    [KQ_E_INVALID_ENCRYPT_TYPE] = {INVALID, "isv.invalid-encrypt-type", "无效的加密类型", false},
    [KQ_E_NO_ENCRYPT_KEY] = {INVALID, "isv.decryption-error-not-valid-encrypt-key",
                             "解密出错，未配置加密密钥或加密密钥格式错误", false},
    [KQ_E_DECRYPTION_FAILED] = {INVALID, "isv.decryption-error-unknown", "解密出错，未知异常", false},
    [KQ_E_APP_CERT_EXPIRED] = {INVALID, "isv.app-cert-expired", "应用公钥证书已过期", false},
    [KQ_E_ILLEGAL_JSON] = {INVALID, "isv.illegal-json", "biz_content不是合法的JSON对象", true},
    [KQ_E_REPEATED_NONCE] = {INVALID, "isv.suspected-attack", "疑似重放，nonce重复使用", false},
    [KQ_E_INVALID_HTTP_METHOD] = {INVALID, "isv.invalid-http-method", "接口不支持该HTTP方法", false},
    [KQ_E_INVALID_CONTENT_TYPE] = {INVALID, "isv.invalid-content-type",
                                   "Content-Type只能为application/json或multipart/form-data", false},
    [KQ_E_NO_KEY_CONFIGURED] = {CONDITIONS, "isv.missing-signature-config",
                                "应用未配置对应签名算法的公钥或者证书", false},
    [KQ_E_APP_CALL_LIMITED] = {LIMITED, "isv.app-call-limited", "应用调用次数超限", false},
    [KQ_E_METHOD_CALL_LIMITED] = {LIMITED, "isv.method-call-limited", "接口调用次数超限", false},
    [KQ_E_APP_NOT_PERMITTED] = {PERMISSIONS, "isv.insufficient-isv-permissions", "ISV权限不足", false},

    [KQ_E_INVALID_PARAMETER] = {FAILED, "INVALID_PARAMETER", "参数有误", true},
    [KQ_E_PASS_PARAMETER] = {FAILED, "KP.AE_ALIPASS_PARAMS_VALUE_INVAILD", "参数有误，无效的参数传值", true},
    [KQ_E_SYSTEM_ERROR] = {FAILED, "SYSTEM_ERROR", "系统繁忙", false},
    [KQ_E_BIZ_ERROR] = {FAILED, "BIZ_ERROR", "业务异常", false},
    [KQ_E_TEMPLATE_NOT_EXIST] = {FAILED, "TEMPLATE_NOT_EXIST", "模板不存在", false},
    [KQ_E_TEMPLATE_STATUS_NOT_MATCH] = {FAILED, "TEMPLATE_STATUS_NOT_MATCH", "模板尚未生效", false},
    [KQ_E_TEMPLATE_NOT_CHANGEABLE] = {FAILED, "TEMPLATE_STATUS_NOT_MATCH", "模板状态不允许该操作", false},
    [KQ_E_TEMPLATE_EXPIRED] = {FAILED, "TEMPLATE_EXPIRED", "模板过期", false},
    [KQ_E_TEMPLATE_STOCK_NOT_ENOUGH] = {FAILED, "TEMPLATE_STOCK_NOT_ENOUGH", "券库存不足", false},
    [KQ_E_USER_NOT_EXIST] = {FAILED, "USER_NOT_EXIST", "用户不存在", false},
    [KQ_E_USER_STATUS_ERROR] = {FAILED, "USER_STATUS_ERROR", "用户状态不可用", false},
    [KQ_E_USER_LIMIT_EXCEEDED] = {FAILED, "USER_LIMIT_EXCEEDED", "超过单用户领取上限", false},
    [KQ_E_PERMISSION_DENIED] = {FAILED, "PERMISSION_DENIED", "没有查询模板的券列表权限", false},
    [KQ_E_VOUCHER_NOT_EXIST] = {FAILED, "VOUCHER_NOT_EXIST", "券不存在", false},
    [KQ_E_VOUCHER_USER_NOT_MATCH] = {FAILED, "VOUCHER_USER_NOT_MATCH", "券不属于该用户", false},
    [KQ_E_VOUCHER_STATUS_NOT_MATCH] = {FAILED, "VOUCHER_STATUS_NOT_MATCH", "券状态不允许该操作", true},
    [KQ_E_VOUCHER_NOT_ACTIVE] = {FAILED, "VOUCHER_NOT_ACTIVE", "券尚未生效", false},
    [KQ_E_VOUCHER_EXPIRED] = {FAILED, "VOUCHER_EXPIRED", "券已过期", false},
    [KQ_E_VOUCHER_RULE_NOT_MATCH] = {FAILED, "VOUCHER_RULE_NOT_MATCH", "不满足券的使用规则", true},
    [KQ_E_VOUCHER_BALANCE_NOT_ENOUGH] = {FAILED, "VOUCHER_BALANCE_NOT_ENOUGH", "券余额不足", false},
    [KQ_E_REDEMPTION_NOT_EXIST] = {FAILED, "REDEMPTION_NOT_EXIST", "核销记录不存在", false},
    [KQ_E_REDEMPTION_REFUNDED] = {FAILED, "REDEMPTION_REFUNDED", "该笔核销已冲正", false},

    [KQ_E_GRANT_TYPE_INVALID] = {INVALID, "isv.grant-type-invalid", "grant_type参数不正确", false},
    [KQ_E_AUTH_CODE_INVALID] = {INVALID, "isv.code-invalid", "授权码code无效", false},
    [KQ_E_REFRESH_TOKEN_INVALID] = {INVALID, "isv.refresh-token-invalid", "刷新令牌refresh_token无效", false},
    [KQ_E_REFRESH_TOKEN_EXPIRED] = {INVALID, "isv.refresh-token-time-out", "刷新令牌refresh_token已过期",
                                    false},
    [KQ_E_SEND_CODE_INVALID] = {FAILED, "SEND_CODE_INVALID", "授权码无效", false},
    [KQ_E_SEND_CODE_EXPIRED] = {FAILED, "SEND_CODE_EXPIRED", "授权码已过期", false},
    [KQ_E_PASS_APP_NOT_SUPPORTED] = {FAILED, "KP.AE_ALIPASS_APPID_NOSUPPORT", "该AppId不支持", false},
    [KQ_E_PASS_NOT_EXIST] = {FAILED, "KP.AE_ALIPASS_NOTEXIST", "卡券不存在", false},
    [KQ_E_PASS_TEMPLATE_NOT_EXIST] = {FAILED, "KP.AE_ALIPASS_TEMPLATE_NOTEXIST", "卡券模板不存在", false},
    [KQ_E_PASS_EXISTS] = {FAILED, "KP.AE_ALIPASS_EXIST", "卡券已存在，且内容不同", false},
    [KQ_E_PASS_STATUS_NOT_MATCH] = {FAILED, "KP.AE_ALIPASS_STATUS_NOT_MATCH", "卡券状态不允许此操作", false},
};

/* What is no business of the caller's: INTERNAL and OPERATOR codes. */
static const struct kq_gateway_error unknown = {UNAVAILABLE, "aop.unknow-error", "系统繁忙", false};

const struct kq_gateway_error *kq_gateway_error_of(enum kq_error_code code)
{
    return (unsigned)code < KQ_ERROR_CODE_COUNT && rows[code].code != NULL ? &rows[code] : &unknown;
}
