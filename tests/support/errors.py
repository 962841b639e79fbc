# SPDX-License-Identifier: Apache-2.0
"""The refusals of the gateway and of its methods, as their pages have them."""

SERVICE = ("20000", "Service Currently Unavailable")
TOKEN = ("20001", "Insufficient Token Permissions")
MISSING = ("40001", "Missing Required Arguments")
INVALID = ("40002", "Invalid Arguments")
CONDITIONS = ("40003", "Insufficient Conditions")
BUSINESS = ("40004", "Business Failed")
LIMITED = ("40005", "Call Limited")
PERMISSIONS = ("40006", "Insufficient Permissions")

# sub_code: ((code, msg), how sub_msg begins)
REFUSALS = {
    "aop.unknow-error": (SERVICE, "系统繁忙"),
    "aop.invalid-app-auth-token": (TOKEN, "无效的应用授权令牌"),
    "aop.app-auth-token-time-out": (TOKEN, "应用授权令牌已过期"),
    "aop.invalid-app-auth-token-no-api": (TOKEN, "商户未授权当前接口"),
    "isv.missing-method": (MISSING, "缺少方法名参数"),
    "isv.missing-signature": (MISSING, "缺少签名参数"),
    "isv.missing-signature-type": (MISSING, "缺少签名类型参数"),
    "isv.missing-app-id": (MISSING, "缺少appId参数"),
    "isv.missing-timestamp": (MISSING, "缺少时间戳参数"),
    "isv.missing-version": (MISSING, "缺少版本参数"),
    "isv.missing-app-cert-sn": (MISSING, "缺少应用公钥证书SN参数"),
    "isv.missing-alipay-root-cert-sn": (MISSING, "缺少支付宝根证书SN参数"),
    "isv.decryption-error-missing-encrypt-type": (MISSING, "解密出错，未指定加密算法"),
    "isv.invalid-parameter": (INVALID, "参数无效"),
    "isv.invalid-method": (INVALID, "不存在的方法名"),
    "isv.invalid-format": (INVALID, "无效的数据格式"),
    "isv.invalid-signature-type": (INVALID, "无效的签名类型"),
    "isv.invalid-signature": (INVALID, "验签出错"),
    "isv.invalid-app-id": (INVALID, "无效的AppID参数"),
    "isv.invalid-timestamp": (INVALID, "非法的时间戳参数"),
    "isv.invalid-charset": (INVALID, "字符集错误"),
    "isv.illegal-json": (INVALID, ""),
    "isv.invalid-encrypt-type": (INVALID, "无效的加密类型"),
    "isv.decryption-error-not-valid-encrypt-key": (INVALID, "解密出错，未配置加密密钥或加密密钥格式错误"),
    "isv.decryption-error-unknown": (INVALID, "解密出错，未知异常"),
    "isv.app-cert-expired": (INVALID, "应用公钥证书已过期"),
    "isv.grant-type-invalid": (INVALID, "grant_type参数不正确"),
    "isv.code-invalid": (INVALID, "授权码code无效"),
    "isv.refresh-token-invalid": (INVALID, "刷新令牌refresh_token无效"),
    "isv.refresh-token-time-out": (INVALID, "刷新令牌refresh_token已过期"),
    "isv.missing-signature-config": (CONDITIONS, "应用未配置对应签名算法的公钥或者证书"),
    "isv.app-call-limited": (LIMITED, "应用调用次数超限"),
    "isv.method-call-limited": (LIMITED, "接口调用次数超限"),
    "isv.insufficient-isv-permissions": (PERMISSIONS, "ISV权限不足"),
    "TEMPLATE_NOT_EXIST": (BUSINESS, "模板不存在"),
    "TEMPLATE_EXPIRED": (BUSINESS, "模板过期"),
    "TEMPLATE_STATUS_NOT_MATCH": (BUSINESS, "模板尚未生效"),
    "TEMPLATE_STOCK_NOT_ENOUGH": (BUSINESS, "券库存不足"),
    "USER_NOT_EXIST": (BUSINESS, "用户不存在"),
    "USER_STATUS_ERROR": (BUSINESS, "用户状态不可用"),
    "USER_LIMIT_EXCEEDED": (BUSINESS, "超过单用户领取上限"),
    "PERMISSION_DENIED": (BUSINESS, "没有查询模板的券列表权限"),
    "SEND_CODE_INVALID": (BUSINESS, "授权码无效"),
    "SEND_CODE_EXPIRED": (BUSINESS, "授权码已过期"),
    "INVALID_PARAMETER": (BUSINESS, "参数有误"),
    "VOUCHER_NOT_EXIST": (BUSINESS, "券不存在"),
    "VOUCHER_USER_NOT_MATCH": (BUSINESS, "券不属于该用户"),
    "VOUCHER_STATUS_NOT_MATCH": (BUSINESS, "券状态不允许该操作"),
    "VOUCHER_NOT_ACTIVE": (BUSINESS, "券尚未生效"),
    "VOUCHER_EXPIRED": (BUSINESS, "券已过期"),
    "VOUCHER_RULE_NOT_MATCH": (BUSINESS, "不满足券的使用规则"),
    "VOUCHER_BALANCE_NOT_ENOUGH": (BUSINESS, "券余额不足"),
    "REDEMPTION_NOT_EXIST": (BUSINESS, "核销记录不存在"),
    "REDEMPTION_REFUNDED": (BUSINESS, "该笔核销已冲正"),
    "SYSTEM_ERROR": (BUSINESS, "系统繁忙"),
    "KP.AE_ALIPASS_PARAMS_VALUE_INVAILD": (BUSINESS, "参数有误"),
    "KP.AE_ALIPASS_APPID_NOSUPPORT": (BUSINESS, "该AppId不支持"),
    "KP.AE_ALIPASS_NOTEXIST": (BUSINESS, "卡券不存在"),
    "KP.AE_ALIPASS_TEMPLATE_NOTEXIST": (BUSINESS, "卡券模板不存在"),
    "KP.AE_ALIPASS_EXIST": (BUSINESS, "卡券已存在，且内容不同"),
    "KP.AE_ALIPASS_STATUS_NOT_MATCH": (BUSINESS, "卡券状态不允许此操作"),
}


def assert_success(answer):
    assert (answer["code"], answer["msg"]) == ("10000", "Success"), answer
    assert "sub_code" not in answer.fields and "sub_msg" not in answer.fields, answer
    return answer


def assert_refused(answer, sub_code, naming=None, beside=()):
    """The answer is exactly this refusal; `naming`: the field that its sub_msg must name; `beside`: what it has beside
    its codes."""
    (code, msg), beginning = REFUSALS[sub_code]
    assert (answer["code"], answer["msg"], answer.fields.get("sub_code")) == (code, msg, sub_code), answer
    assert list(answer.fields) == ["code", "msg", "sub_code", "sub_msg", *beside], answer
    assert answer["sub_msg"].startswith(beginning) and answer["sub_msg"], answer
    if naming is not None:
        assert naming in answer["sub_msg"], answer
    return answer
