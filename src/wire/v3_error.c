/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/v3_error.h"

#include <stddef.h>

/* 400: the call is wrong, or the business refuses it; 401: who calls cannot be told, or whom for; 403: he may
 * not; 404: no such method; 405: not with this HTTP method; 429: too often; 500: our fault; 503: later. */
static const struct kq_v3_error rows[KQ_ERROR_CODE_COUNT] = {
    [KQ_E_NONE] = {200, NULL, NULL},

    [KQ_E_STORE] = {500, "SYSTEM_ERROR", NULL},
    [KQ_E_BUSY] = {503, "unknow-error", NULL},
    [KQ_E_GATEWAY_BUSY] = {503, "unknow-error", NULL},
    [KQ_E_INVALID_TOKEN] = {401, "invalid-app-auth-token", NULL},
    [KQ_E_TOKEN_EXPIRED] = {401, "app-auth-token-time-out", NULL},
    [KQ_E_TOKEN_NO_API] = {401, "invalid-app-auth-token-no-api", NULL},
    [KQ_E_MISSING_METHOD] = {400, "missing-method", NULL},
    [KQ_E_MISSING_SIGNATURE] = {401, "missing-signature", NULL},
    [KQ_E_MISSING_SIGN_TYPE] = {400, "missing-signature-type", NULL},
    [KQ_E_MISSING_APP_ID] = {400, "missing-app-id", NULL},
    [KQ_E_MISSING_TIMESTAMP] = {400, "missing-timestamp", NULL},
    [KQ_E_MISSING_VERSION] = {400, "missing-version", NULL},
    [KQ_E_MISSING_APP_CERT_SN] = {400, "missing-app-cert-sn", NULL},
    [KQ_E_MISSING_ROOT_CERT_SN] = {400, "missing-alipay-root-cert-sn", NULL},
    [KQ_E_MISSING_ENCRYPT_TYPE] = {400, "decryption-error-missing-encrypt-type", NULL},
    [KQ_E_INVALID_PARAMETER_GATEWAY] = {400, "invalid-parameter", NULL},
    [KQ_E_INVALID_METHOD] = {404, "invalid-method", NULL},
    [KQ_E_INVALID_FORMAT] = {400, "invalid-format", NULL},
    [KQ_E_INVALID_SIGN_TYPE] = {400, "invalid-signature-type", NULL},
    [KQ_E_INVALID_SIGNATURE] = {401, "invalid-signature", NULL},
    [KQ_E_INVALID_APP_ID] = {400, "invalid-app-id", NULL},
    [KQ_E_INVALID_TIMESTAMP] = {400, "invalid-timestamp", NULL},
    [KQ_E_INVALID_CHARSET] = {400, "invalid-charset", NULL},
    [KQ_E_INVALID_ENCRYPT_TYPE] = {400, "invalid-encrypt-type", NULL},
    [KQ_E_NO_ENCRYPT_KEY] = {400, "decryption-error-not-valid-encrypt-key", NULL},
    [KQ_E_DECRYPTION_FAILED] = {400, "decryption-error-unknown", NULL},
    [KQ_E_APP_CERT_EXPIRED] = {400, "app-cert-expired", NULL},
    [KQ_E_ILLEGAL_JSON] = {400, "illegal-json", "请求内容不是合法的JSON对象"},
    [KQ_E_REPEATED_NONCE] = {400, "suspected-attack", NULL},
    [KQ_E_INVALID_HTTP_METHOD] = {405, "invalid-http-method", NULL},
    [KQ_E_INVALID_CONTENT_TYPE] = {400, "invalid-content-type", NULL},
    [KQ_E_NO_KEY_CONFIGURED] = {400, "missing-signature-config", NULL},
    [KQ_E_APP_CALL_LIMITED] = {429, "app-call-limited", NULL},
    [KQ_E_METHOD_CALL_LIMITED] = {429, "method-call-limited", NULL},
    [KQ_E_APP_NOT_PERMITTED] = {403, "insufficient-isv-permissions", NULL},
    [KQ_E_INVALID_PARAMETER] = {400, "INVALID_PARAMETER", NULL},
    [KQ_E_PASS_PARAMETER] = {400, "KP.AE_ALIPASS_PARAMS_VALUE_INVAILD", NULL},
    [KQ_E_SYSTEM_ERROR] = {500, "SYSTEM_ERROR", NULL},
    [KQ_E_BIZ_ERROR] = {400, "BIZ_ERROR", NULL},
    [KQ_E_TEMPLATE_NOT_EXIST] = {400, "TEMPLATE_NOT_EXIST", NULL},
    [KQ_E_TEMPLATE_STATUS_NOT_MATCH] = {400, "TEMPLATE_STATUS_NOT_MATCH", NULL},
    [KQ_E_TEMPLATE_NOT_CHANGEABLE] = {400, "TEMPLATE_STATUS_NOT_MATCH", NULL},
    [KQ_E_TEMPLATE_EXPIRED] = {400, "TEMPLATE_EXPIRED", NULL},
    [KQ_E_TEMPLATE_STOCK_NOT_ENOUGH] = {400, "TEMPLATE_STOCK_NOT_ENOUGH", NULL},
    [KQ_E_USER_NOT_EXIST] = {400, "USER_NOT_EXIST", NULL},
    [KQ_E_USER_STATUS_ERROR] = {400, "USER_STATUS_ERROR", NULL},
    [KQ_E_USER_LIMIT_EXCEEDED] = {400, "USER_LIMIT_EXCEEDED", NULL},
    [KQ_E_PERMISSION_DENIED] = {400, "PERMISSION_DENIED", NULL},
    [KQ_E_VOUCHER_NOT_EXIST] = {400, "VOUCHER_NOT_EXIST", NULL},
    [KQ_E_VOUCHER_USER_NOT_MATCH] = {400, "VOUCHER_USER_NOT_MATCH", NULL},
    [KQ_E_VOUCHER_STATUS_NOT_MATCH] = {400, "VOUCHER_STATUS_NOT_MATCH", NULL},
    [KQ_E_VOUCHER_NOT_ACTIVE] = {400, "VOUCHER_NOT_ACTIVE", NULL},
    [KQ_E_VOUCHER_EXPIRED] = {400, "VOUCHER_EXPIRED", NULL},
    [KQ_E_VOUCHER_RULE_NOT_MATCH] = {400, "VOUCHER_RULE_NOT_MATCH", NULL},
    [KQ_E_VOUCHER_BALANCE_NOT_ENOUGH] = {400, "VOUCHER_BALANCE_NOT_ENOUGH", NULL},
    [KQ_E_REDEMPTION_NOT_EXIST] = {400, "REDEMPTION_NOT_EXIST", NULL},
    [KQ_E_REDEMPTION_REFUNDED] = {400, "REDEMPTION_REFUNDED", NULL},
    [KQ_E_GRANT_TYPE_INVALID] = {400, "GRANT_TYPE_INVALID", NULL},
    [KQ_E_AUTH_CODE_INVALID] = {400, "AUTH_CODE_NOT_VALID", NULL},
    [KQ_E_REFRESH_TOKEN_INVALID] = {400, "REFRESH_TOKEN_NOT_VALID", NULL},
    [KQ_E_REFRESH_TOKEN_EXPIRED] = {400, "REFRESH_TOKEN_TIME_OUT", NULL},
    [KQ_E_SEND_CODE_INVALID] = {400, "SEND_CODE_INVALID", NULL},
    [KQ_E_SEND_CODE_EXPIRED] = {400, "SEND_CODE_EXPIRED", NULL},
    [KQ_E_PASS_APP_NOT_SUPPORTED] = {403, "KP.AE_ALIPASS_APPID_NOSUPPORT", NULL},
    [KQ_E_PASS_NOT_EXIST] = {400, "KP.AE_ALIPASS_NOTEXIST", NULL},
    [KQ_E_PASS_TEMPLATE_NOT_EXIST] = {400, "KP.AE_ALIPASS_TEMPLATE_NOTEXIST", NULL},
    [KQ_E_PASS_EXISTS] = {400, "KP.AE_ALIPASS_EXIST", NULL},
    [KQ_E_PASS_STATUS_NOT_MATCH] = {400, "KP.AE_ALIPASS_STATUS_NOT_MATCH", NULL},
};

static const struct kq_v3_error unknown = {500, "unknow-error", NULL};

const struct kq_v3_error *kq_v3_error_of(enum kq_error_code code)
{
    return (unsigned)code < KQ_ERROR_CODE_COUNT && rows[code].status != 0 ? &rows[code] : &unknown;
}
