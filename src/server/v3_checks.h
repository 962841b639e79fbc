/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_V3_CHECKS_H
#define KQ_SERVER_V3_CHECKS_H

#include "server/gateway_checks.h"

/* The checks of a call of the newer protocol before its method sees it (spec/gateway.md, "OpenAPI v3"): path
 * and HTTP method, authorization header, application, signature is there, timestamp, certificate, signature,
 * the application's state, nonce, permission, limits, decryption, body. A nonce is taken only by a call whose
 * signature has been verified, so nobody can use up another's, and of an application that is not disabled;
 * and by each of those, whatever becomes of it afterwards. */

/* Is a method also called with GET? Those are that only read: their names end in `.query`. */
bool kq_v3_allows_get(const struct kq_method *method);

/* Runs all checks, fills the same of the call as kq_gateway_check_call does, and leaves the request's JSON
 * (UTF-8, may be empty) in *json: of a GET made from its query. On failure `error` has the code to answer
 * with. */
KQ_MUST struct kq_result kq_v3_check_call(const struct kq_check_context *context, struct kq_call *call,
                                          struct kq_slice *json, struct kq_error *error);

#endif
