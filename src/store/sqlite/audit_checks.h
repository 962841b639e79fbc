/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_AUDIT_CHECKS_H
#define KQ_STORE_SQLITE_AUDIT_CHECKS_H

#include "domain/audit.h"

/* The queries of an audit (audit.c runs them). Each gives a row for what disagrees, of which the first
 * counts: item, template_no, voucher_no, user_id, time_s, stated, counted; what it is not about is NULL. */

/* Which rows one piece of a check looks at: those whose key is above ?1, up to ?2. A check that adds up a
 * template's vouchers cannot be cut, since its counters are those of one moment. */
enum kq_audit_range {
    KQ_AUDIT_WHOLE,      /* no parameters */
    KQ_AUDIT_BY_VOUCHER, /* voucher.voucher_no */
    KQ_AUDIT_BY_EVENT,   /* voucher_event.voucher_no */
    KQ_AUDIT_BY_USER,    /* voucher.user_id */
    KQ_AUDIT_BY_NOTICE,  /* notification.voucher_no */
    KQ_AUDIT_RANGE_COUNT
};

struct kq_audit_query {
    enum kq_audit_range range;
    const char *sql;
};

extern const struct kq_audit_query kq_audit_queries[KQ_AUDIT_CHECK_COUNT];

#endif
