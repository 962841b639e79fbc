/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_TESTS_UNIT_CERTIFICATE_SUPPORT_H
#define KQ_TESTS_UNIT_CERTIFICATE_SUPPORT_H

#include "wire_support.h"

/* Certificates that tests make for themselves, valid from MADE_FROM_S to MADE_UNTIL_S. */
#define MADE_FROM_S INT64_C(1577836800)  /* 2020-01-01 00:00:00 UTC */
#define MADE_UNTIL_S INT64_C(1893456000) /* 2030-01-01 00:00:00 UTC */

struct made_certificate {
    const char *key;        /* whose it is: a golden private key */
    const char *issuer_key; /* likewise; whose certificate is `issuer` */
    struct kq_slice issuer; /* PEM; empty: it signs itself */
    const char *name;
    bool is_authority;
};

/* PEM, in the arena. Fails the running test where it cannot. */
struct kq_slice make_certificate(struct kq_arena *arena, const struct made_certificate *made);

#endif
