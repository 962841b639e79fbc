/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_GATEWAY_ERROR_H
#define KQ_WIRE_GATEWAY_ERROR_H

#include <stdbool.h>

#include "base/error.h"

/* The one border between the program's error codes and the wire's (spec/gateway.md, "Gateway errors"; the
 * reference pages' business codes). Every GATEWAY and BUSINESS code has a row of its own; INTERNAL and
 * OPERATOR codes that reach an answer are the gateway's 20000 aop.unknow-error, except that a store that
 * could not commit (STORE, and BUSY as 20000 isp.unknow-error) answers SYSTEM_ERROR. */
struct kq_gateway_error {
    const char *code;     /* "40004" */
    const char *msg;      /* "Business Failed" */
    const char *sub_code; /* "INVALID_PARAMETER"; NULL for success */
    const char *sub_msg;  /* "参数有误"; UTF-8; NULL for success */
    bool shows_detail;    /* the answer's sub_msg goes on with the detail of the struct kq_error */
};

/* Never NULL; static. KQ_E_NONE is 10000 Success. */
const struct kq_gateway_error *kq_gateway_error_of(enum kq_error_code code);

#endif
