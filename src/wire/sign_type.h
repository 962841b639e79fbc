/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_SIGN_TYPE_H
#define KQ_WIRE_SIGN_TYPE_H

#include <stdbool.h>

#include "base/slice.h"

/* The two signature algorithms of the protocol (spec/gateway.md, "Public parameters"). */
enum kq_sign_type {
    KQ_SIGN_RSA2, /* RSASSA-PKCS1-v1_5 with SHA-256 */
    KQ_SIGN_RSA,  /* with SHA-1 */
    KQ_SIGN_TYPE_COUNT
};

/* "RSA2", "RSA". */
const char *kq_sign_type_name(enum kq_sign_type sign_type);

/* Exactly one of the names; false otherwise. */
bool kq_sign_type_parse(struct kq_slice text, enum kq_sign_type *sign_type);

#endif
