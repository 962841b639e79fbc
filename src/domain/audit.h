/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_AUDIT_H
#define KQ_DOMAIN_AUDIT_H

#include <stdint.h>

#include "base/slice.h"

/* What must agree in a store whatever happened to it, and so what an audit proves from its rows. A check is
 * one line here and its query in the store (store/sqlite/audit_checks.c). They stand in the order in which
 * they are made: what later ones rely on comes first, so that the first disagreement is the cause. */

#define KQ_AUDIT_LIST(X)                                                                                     \
    /* X(NAME, "name", "what holds where nothing is found") */                                               \
    X(FILE, "file", "the database finds its own file whole")                                                 \
    X(USER_INDEX, "user-index", "the index of wallets has the vouchers that the table has")                  \
    X(KEY_INDEX, "key-index", "the index of out_biz_no has the vouchers that the table has")                 \
    X(NUMBERS, "numbers", "no voucher has a number that is still to be given")                               \
    X(OWNERS, "owners", "each voucher's template and user are there")                                        \
    X(BALANCES, "balances", "a voucher is used if and only if nothing is left of it")                        \
    X(HISTORIES, "histories", "what is spent of a voucher, its state and its end are what its events say")   \
    X(EVENTS, "events", "each event is of a voucher that is there, and has a number of its own there")       \
    X(REFUNDS, "refunds", "a refunded use has a refund of its voucher and amount")                           \
    X(REFUNDED_USES, "refunded-uses", "a refund is of one use")                                              \
    X(COUNTERS, "counters", "a template's counters are what its vouchers add up to")                         \
    X(STOCK, "stock", "no template has issued more than its quantity or total amount")                       \
    X(SHARES, "shares", "what was issued is used, recycled, or still there until its end")                   \
    X(ENDS, "ends", "the vouchers that can be used until a second are as many as the sums say")              \
    X(ISSUE_DAYS, "issue-days", "each day's issues are as many as the sums say")                             \
    X(EVENT_DAYS, "event-days", "each day's uses, refunds and deletions are as many as the sums say")        \
    X(USER_LIMITS, "user-limits", "no user has more vouchers of a template than it allows")                  \
    X(DAY_LIMITS, "day-limits", "no user got more of a template on one day than it allows")                  \
    X(NOTICES, "notices", "each notification is of something that happened, and says its amount")            \
    X(ONE_NOTICE, "one-notice", "nothing that happened has two notifications")                               \
    X(NOTICE_ORDER, "notice-order", "of a voucher's waiting notifications the first alone is tried")         \
    X(LOST_NOTICES, "lost-notices", "what happened behind a notification that was never tried has its own")  \
    X(EXPIRIES, "expiries", "each voucher whose end is to be told is waited for")                            \
    X(ENDS_TO_TELL, "ends-to-tell", "each end that is waited for is a voucher's that can still be used")

enum kq_audit_check {
#define KQ_AUDIT_ENUM(name, text_name, text) KQ_AUDIT_##name,
    KQ_AUDIT_LIST(KQ_AUDIT_ENUM)
#undef KQ_AUDIT_ENUM
        KQ_AUDIT_CHECK_COUNT
};

/* "counters" */
const char *kq_audit_check_name(enum kq_audit_check check);

/* "a template's counters are what its vouchers add up to" */
const char *kq_audit_check_text(enum kq_audit_check check);

/* A disagreement: two numbers that should be one, or be in order. Texts are empty where it is not about one.
 */
struct kq_audit_finding {
    struct kq_slice item; /* what has the numbers: "issued_count" */
    struct kq_slice template_id;
    struct kq_slice voucher_id;
    struct kq_slice user_id;
    int64_t time_s;  /* of the day, the end or the event that it is about; KQ_AUDIT_NO_TIME */
    int64_t stated;  /* by the row that is to be proved */
    int64_t counted; /* by the rows that prove it */
};

#define KQ_AUDIT_NO_TIME INT64_MIN

/* Where a check begins. */
#define KQ_AUDIT_BEGIN INT64_MIN

#endif
