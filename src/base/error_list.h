/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_ERROR_LIST_H
#define KQ_BASE_ERROR_LIST_H

/* Every way in which something can fail, once: X(name, category, English text for logs and the command line).
 *
 * The gateway's answer (code, msg, sub_code, sub_msg) is made from a code in one place, wire/gateway_error.c;
 * a test there fails for a GATEWAY or BUSINESS code without an answer. Callers switch on the category, or on
 * a code they can do something about. */

#define KQ_ERROR_LIST(X)                                                                                     \
    /* The program itself or the machine under it. */                                                        \
    X(NO_MEMORY, INTERNAL, "out of memory")                                                                  \
    X(INTERNAL, INTERNAL, "internal error")                                                                  \
    X(STORE, INTERNAL, "the store failed")                                                                   \
    X(BUSY, INTERNAL, "too busy")                                                                            \
    X(IO, INTERNAL, "input or output failed")                                                                \
    X(CRYPTO, INTERNAL, "a cryptographic operation failed")                                                  \
    /* What a person or a program asked for on this side of the wire. */                                     \
    X(USAGE, OPERATOR, "wrong usage")                                                                        \
    X(BAD_KEY, OPERATOR, "unusable key")                                                                     \
    X(BAD_INPUT, OPERATOR, "bad input")                                                                      \
    X(CONFLICT, OPERATOR, "already exists with other data")                                                  \
    X(NOT_FOUND, OPERATOR, "not found")                                                                      \
    X(ILLEGAL_STATE, OPERATOR, "not possible in this state")                                                 \
    X(TRANSPORT, OPERATOR, "no answer")                                                                      \
    X(ANSWER, OPERATOR, "unusable answer")                                                                   \
    /* spec/gateway.md, "Gateway errors". */                                                                 \
    X(GATEWAY_BUSY, GATEWAY, "the gateway is too busy")                                                      \
    X(INVALID_TOKEN, GATEWAY, "unknown app_auth_token")                                                      \
    X(TOKEN_EXPIRED, GATEWAY, "expired app_auth_token")                                                      \
    X(TOKEN_NO_API, GATEWAY, "the grant does not cover this method")                                         \
    X(MISSING_METHOD, GATEWAY, "method is missing")                                                          \
    X(MISSING_SIGNATURE, GATEWAY, "sign is missing")                                                         \
    X(MISSING_SIGN_TYPE, GATEWAY, "sign_type is missing")                                                    \
    X(MISSING_APP_ID, GATEWAY, "app_id is missing")                                                          \
    X(MISSING_TIMESTAMP, GATEWAY, "timestamp is missing")                                                    \
    X(MISSING_VERSION, GATEWAY, "version is missing")                                                        \
    X(MISSING_APP_CERT_SN, GATEWAY, "app_cert_sn is missing")                                                \
    X(MISSING_ROOT_CERT_SN, GATEWAY, "alipay_root_cert_sn is missing")                                       \
    X(MISSING_ENCRYPT_TYPE, GATEWAY, "biz_content looks encrypted, and encrypt_type is missing")             \
    X(INVALID_PARAMETER_GATEWAY, GATEWAY, "invalid public parameter")                                        \
    X(INVALID_METHOD, GATEWAY, "unknown method")                                                             \
    X(INVALID_FORMAT, GATEWAY, "format is not JSON")                                                         \
    X(INVALID_SIGN_TYPE, GATEWAY, "sign_type is neither RSA2 nor RSA")                                       \
    X(INVALID_SIGNATURE, GATEWAY, "the signature does not verify")                                           \
    X(INVALID_APP_ID, GATEWAY, "unknown app_id")                                                             \
    X(INVALID_TIMESTAMP, GATEWAY, "timestamp is malformed or too far from now")                              \
    X(INVALID_CHARSET, GATEWAY, "unknown charset, or bytes that are not in it")                              \
    X(INVALID_ENCRYPT_TYPE, GATEWAY, "unknown encrypt_type")                                                 \
    X(NO_ENCRYPT_KEY, GATEWAY, "the application has no key for content encryption")                          \
    X(DECRYPTION_FAILED, GATEWAY, "biz_content cannot be decrypted")                                         \
    X(APP_CERT_EXPIRED, GATEWAY, "the application's certificate has expired")                                \
    X(ILLEGAL_JSON, GATEWAY, "biz_content is not one JSON object")                                           \
    X(REPEATED_NONCE, GATEWAY, "the nonce was used before")                                                  \
    X(INVALID_HTTP_METHOD, GATEWAY, "the method is not called with this HTTP method")                        \
    X(INVALID_CONTENT_TYPE, GATEWAY, "the body is neither JSON nor a form with a part data")                 \
    X(NO_KEY_CONFIGURED, GATEWAY, "the application has no key for this sign_type")                           \
    X(APP_CALL_LIMITED, GATEWAY, "the application calls more often than it may")                             \
    X(METHOD_CALL_LIMITED, GATEWAY, "the application calls this method more often than it may")              \
    X(APP_NOT_PERMITTED, GATEWAY, "the application may not call this method")                                \
    /* spec/vouchers.md, "The three methods"; the reference pages' business codes. */                        \
    X(INVALID_PARAMETER, BUSINESS, "invalid parameter")                                                      \
    X(PASS_PARAMETER, BUSINESS, "invalid parameter of a pass method")                                        \
    X(SYSTEM_ERROR, BUSINESS, "system error")                                                                \
    X(BIZ_ERROR, BUSINESS, "business error")                                                                 \
    X(TEMPLATE_NOT_EXIST, BUSINESS, "no such template")                                                      \
    X(TEMPLATE_STATUS_NOT_MATCH, BUSINESS, "the template is not effective")                                  \
    X(TEMPLATE_NOT_CHANGEABLE, BUSINESS, "the template's state does not allow this")                         \
    X(TEMPLATE_EXPIRED, BUSINESS, "the template has expired")                                                \
    X(TEMPLATE_STOCK_NOT_ENOUGH, BUSINESS, "the template's stock or budget is used up")                      \
    X(USER_NOT_EXIST, BUSINESS, "no such user")                                                              \
    X(USER_STATUS_ERROR, BUSINESS, "the user is frozen")                                                     \
    X(USER_LIMIT_EXCEEDED, BUSINESS, "the user has as many vouchers of this template as allowed")            \
    X(PERMISSION_DENIED, BUSINESS, "the template is not this merchant's")                                    \
    /* What becomes of a voucher after its issue: ours, since no page names any. */                          \
    X(VOUCHER_NOT_EXIST, BUSINESS, "no such voucher")                                                        \
    X(VOUCHER_USER_NOT_MATCH, BUSINESS, "the voucher is another user's")                                     \
    X(VOUCHER_STATUS_NOT_MATCH, BUSINESS, "not possible in the voucher's state")                             \
    X(VOUCHER_NOT_ACTIVE, BUSINESS, "the voucher cannot be used yet")                                        \
    X(VOUCHER_EXPIRED, BUSINESS, "the voucher has expired")                                                  \
    X(VOUCHER_RULE_NOT_MATCH, BUSINESS, "a rule of the template forbids it")                                 \
    X(VOUCHER_BALANCE_NOT_ENOUGH, BUSINESS, "the voucher has less left")                                     \
    X(REDEMPTION_NOT_EXIST, BUSINESS, "no such redemption")                                                  \
    X(REDEMPTION_REFUNDED, BUSINESS, "the redemption was refunded before")                                   \
    /* alipay.open.auth.token.app: the platform's names. */                                                  \
    X(GRANT_TYPE_INVALID, BUSINESS, "unknown grant_type")                                                    \
    X(AUTH_CODE_INVALID, BUSINESS, "unknown, used or expired authorisation code")                            \
    X(REFRESH_TOKEN_INVALID, BUSINESS, "unknown or used refresh token")                                      \
    X(REFRESH_TOKEN_EXPIRED, BUSINESS, "expired refresh token")                                              \
    /* alipay.marketing.voucher.auth.send: our own, since no page names any. */                              \
    X(SEND_CODE_INVALID, BUSINESS, "unknown or used send code, or of another user or template")              \
    X(SEND_CODE_EXPIRED, BUSINESS, "expired send code")                                                      \
    /* The pass methods: spec/vouchers.md, "Neighbouring methods"; the last three are our own. */            \
    X(PASS_APP_NOT_SUPPORTED, BUSINESS, "the application may not make passes")                               \
    X(PASS_NOT_EXIST, BUSINESS, "no such pass")                                                              \
    X(PASS_TEMPLATE_NOT_EXIST, BUSINESS, "no such pass template")                                            \
    X(PASS_EXISTS, BUSINESS, "the serial number has a pass with other data")                                 \
    X(PASS_STATUS_NOT_MATCH, BUSINESS, "not possible in the pass's state")

#endif
