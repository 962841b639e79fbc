/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_VOUCHER_CHANGE_H
#define KQ_DOMAIN_VOUCHER_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "domain/template.h"
#include "domain/voucher.h"

/* What becomes of a voucher after its issue (spec/vouchers.md, "Vouchers"): used, wholly or in parts; such a
 * use taken back; deleted; its end put off. Each leaves an event, which is also what its key is remembered
 * by: a voucher, a kind of change and an out_biz_no are one business.
 *
 *     use      ENABLED, USING → USING, or USED where nothing is left
 *     refund   of one use, whatever became of the voucher since: before its end → ENABLED, USING; after it
 *              nobody could use it any more → REFUNDED, and what comes back is recycled
 *     delete   UNACTIVE, ENABLED, USING → DELETE, and what is left is recycled
 *     delay    UNACTIVE, ENABLED, USING: expires later
 */

enum kq_voucher_change_kind {
    KQ_CHANGE_USE,
    KQ_CHANGE_REFUND,
    KQ_CHANGE_DELETE,
    KQ_CHANGE_DELAY,
    KQ_CHANGE_KIND_COUNT
};

/* "USE", "REFUND", "DELETE", "DELAY". */
const char *kq_voucher_change_name(enum kq_voucher_change_kind kind);

/* Slices are borrowed from the arena of whoever loaded or asked. */
struct kq_voucher_change_request {
    enum kq_voucher_change_kind kind;
    struct kq_slice pid; /* the merchant that calls, or that is called for */
    struct kq_slice voucher_id;
    struct kq_slice user_id; /* who must have it */
    struct kq_slice out_biz_no;
    bool has_amount; /* USE: a part; else all that is left */
    int64_t amount_fen;
    bool checks_rules; /* USE: shops, times, floor amount: only the template's own merchant may leave that out
                        */
    bool has_order_amount;
    int64_t order_amount_fen;   /* USE: of the purchase, for the floor amount */
    struct kq_slice shop_id;    /* USE: where; may be empty */
    struct kq_slice use_biz_no; /* REFUND: which use; empty: the only one that is not refunded */
    int64_t expires_s;          /* DELAY: the new end */
};

struct kq_voucher_event {
    enum kq_voucher_change_kind kind;
    struct kq_slice out_biz_no;
    int64_t number; /* of the store's source of ids: later events have larger ones */
    int64_t made_s;
    int64_t amount_fen; /* used, given back, or recycled; 0 for a delay */
    struct kq_slice pid;
    struct kq_slice shop_id;
    int64_t refund_number; /* of a USE: its refund's number; KQ_EVENT_NONE */
    int64_t expires_s;     /* of a DELAY: the new end */
};

#define KQ_EVENT_NONE INT64_C(-1)

/* The rows that the decision needs. */
struct kq_voucher_change_facts {
    struct kq_template *template;           /* NULL: no such voucher. A success advances its counters. */
    struct kq_voucher *voucher;             /* likewise; a success changes it in place */
    const struct kq_user *user;             /* USE: whose it is; NULL: he is not there any more */
    const struct kq_voucher_event *earlier; /* NULL: no success of this kind and key yet */
    const struct kq_voucher_event *use; /* REFUND: the one that it names, or the only open one; NULL: none */
    bool has_several_uses;              /* REFUND that names none: there are more open ones than `use` */
};

struct kq_voucher_change_result {
    struct kq_voucher_event event; /* the new one, but for its number; or the first success's */
    bool replayed;                 /* the answer of an earlier success: nothing to write */
    /* What the change is to the sums of vouchers that can be used until a second (spec: statements): so many
     * and so much taken from `from_expires_s`, so many and so much put at the voucher's own end. */
    int64_t from_expires_s;
    int64_t taken_count;
    int64_t taken_fen;
    int64_t put_count;
    int64_t put_fen;
};

/* Decides one change. Order: voucher there, and the caller's to change (VOUCHER_NOT_EXIST: a use needs the
 * template's merchant or one of its rule; a refund that one or the one that used it; the rest the template's
 * own); an earlier success is returned whatever else the request says; the user's (VOUCHER_USER_NOT_MATCH);
 * what each kind says above (VOUCHER_EXPIRED, VOUCHER_NOT_ACTIVE, VOUCHER_STATUS_NOT_MATCH,
 * USER_STATUS_ERROR, VOUCHER_RULE_NOT_MATCH, VOUCHER_BALANCE_NOT_ENOUGH, REDEMPTION_NOT_EXIST,
 * REDEMPTION_REFUNDED, INVALID_PARAMETER). A refusal changes nothing. */
KQ_MUST struct kq_result kq_voucher_change_decide(const struct kq_voucher_change_request *request,
                                                  const struct kq_voucher_change_facts *facts, int64_t now_s,
                                                  struct kq_voucher_change_result *result,
                                                  struct kq_error *error);

/* May the merchant `pid` look at the voucher (alipay.marketing.voucher.query): its template's own, or one
 * that may redeem it? NULL template: none of that id. VOUCHER_NOT_EXIST. */
KQ_MUST struct kq_result kq_voucher_decide_show(const struct kq_template *template, struct kq_slice pid,
                                                struct kq_error *error);

#endif
