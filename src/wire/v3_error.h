/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_V3_ERROR_H
#define KQ_WIRE_V3_ERROR_H

#include "base/error.h"

/* The same border as wire/gateway_error.h for the newer protocol (spec/gateway.md, "OpenAPI v3"): there an
 * error is an HTTP status, a code and a message. Codes are the platform's: those of the gateway without
 * `isv.` and `aop.`, business codes as they are, and other names for those of alipay.open.auth.token.app.
 * Every GATEWAY and BUSINESS code has a row of its own; INTERNAL and OPERATOR codes are 500 unknow-error, but
 * for what the store could not do. */
struct kq_v3_error {
    unsigned status;     /* HTTP's; 200 for success */
    const char *code;    /* NULL for success */
    const char *message; /* NULL: the gateway error's sub_msg */
};

/* Never NULL; static. */
const struct kq_v3_error *kq_v3_error_of(enum kq_error_code code);

#endif
