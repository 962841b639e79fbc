/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_VOUCHER_H
#define KQ_DOMAIN_VOUCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/id.h"
#include "base/slice.h"
#include "domain/confirmation.h"
#include "domain/template.h"
#include "domain/user.h"

/* Vouchers, and the decision to issue one (spec/vouchers.md, "Vouchers" and alipay.marketing.voucher.send).
 */

/* As stored. UNACTIVE, EXPIRED and (later) partly used are matters of the clock and the balance:
 * kq_voucher_status_at. */
enum kq_voucher_state {
    KQ_VOUCHER_ENABLED,
    KQ_VOUCHER_USED,
    KQ_VOUCHER_DELETED,
    KQ_VOUCHER_REFUNDED,
    KQ_VOUCHER_STATE_COUNT
};

/* The states of the wire: UNACTIVE, ENABLED, USING, USED, EXPIRED, DELETE, REFUNDED. */
enum kq_voucher_status {
    KQ_STATUS_UNACTIVE,
    KQ_STATUS_ENABLED,
    KQ_STATUS_USING, /* partly used: balance below the face amount, and above zero */
    KQ_STATUS_USED,
    KQ_STATUS_EXPIRED,
    KQ_STATUS_DELETE,
    KQ_STATUS_REFUNDED,
    KQ_STATUS_COUNT
};

#define KQ_OUT_BIZ_NO_MAX_CHARS 64
#define KQ_MEMO_MAX_CHARS 128

/* Slices are borrowed from the arena of whoever loaded the row. */
struct kq_voucher {
    struct kq_slice voucher_id;
    struct kq_slice template_id;
    struct kq_slice user_id;
    struct kq_slice out_biz_no;
    struct kq_slice memo;
    int64_t amount_fen;  /* face */
    int64_t balance_fen; /* what is left of it */
    int64_t issued_s;
    int64_t active_s;  /* can be used from this second on */
    int64_t expires_s; /* and until before this one */
    enum kq_voucher_state state;
};

enum kq_voucher_status kq_voucher_status_at(const struct kq_voucher *voucher, int64_t now_s);

/* "UNACTIVE", …: the wire's names. */
const char *kq_voucher_status_name(enum kq_voucher_status status);

/* alipay.marketing.voucher.list.query folds to two: can it be used now? */
bool kq_voucher_is_usable(const struct kq_voucher *voucher, int64_t now_s);

/* The voucher's name into `text`: the template's where it has one, else `10元代金券`, `9.99元红包`, `兑换券`,
 * the first two behind the template's slogan. UTF-8. */
#define KQ_VOUCHER_NAME_TEXT_SIZE 128
void kq_voucher_name(const struct kq_template *template, int64_t amount_fen,
                     char text[KQ_VOUCHER_NAME_TEXT_SIZE]);

/* The name of what a template makes: its vouchers', of red packets without an amount. */
void kq_template_name(const struct kq_template *template, char text[KQ_VOUCHER_NAME_TEXT_SIZE]);

/* Its condition: `满100元可用` or `无门槛`. */
void kq_voucher_condition(const struct kq_template *template, char text[KQ_VOUCHER_NAME_TEXT_SIZE]);

struct kq_issue_request {
    struct kq_slice pid; /* the merchant that calls, or that is called for */
    struct kq_slice template_id;
    struct kq_slice out_biz_no;
    struct kq_recipient recipient;
    struct kq_slice memo;
    bool has_amount;
    int64_t amount_fen; /* red packets only */
    /* KQ_TOKEN_DIGEST_BYTES: a confirmation's code must allow the issue, which uses it up. Empty: none need.
     */
    struct kq_slice send_code_digest;
};

/* The rows that the decision needs, as they stand after the decisions before it in the same batch. */
struct kq_issue_facts {
    struct kq_template *template;     /* NULL: none of that id. A success advances its counters in place. */
    const struct kq_voucher *earlier; /* NULL: this template and out_biz_no had no success yet */
    const struct kq_user *user;       /* NULL: no such recipient */
    int64_t issued_to_user;           /* only looked at where the template limits it */
    int64_t issued_to_user_today;     /* likewise */
    const struct kq_confirmation *confirmation; /* the code's, where the request has one; NULL: none */
};

struct kq_issue_result {
    struct kq_voucher voucher;             /* the new one, or the first success's */
    char voucher_id_text[KQ_ID_TEXT_SIZE]; /* holds a new voucher's id; empty where replayed */
    bool replayed;                         /* the answer of an earlier success: nothing to write */
};

/* Decides one issue. Order: template there and the merchant's own (TEMPLATE_NOT_EXIST); an earlier success is
 * returned whatever else the request says; the code, where the request has one (SEND_CODE_INVALID,
 * SEND_CODE_EXPIRED); amount rule (INVALID_PARAMETER); state and window
 * (TEMPLATE_STATUS_NOT_MATCH for drafts, whenever, for deleted ones and before the window; TEMPLATE_EXPIRED);
 * user (USER_NOT_EXIST, USER_STATUS_ERROR); stock and budget (TEMPLATE_STOCK_NOT_ENOUGH); limits
 * (USER_LIMIT_EXCEEDED). A refusal changes nothing. The result's slices point into the request, the facts and
 * the result itself: it must not be moved, and who keeps it longer than the facts copies them. */
KQ_MUST struct kq_result kq_issue_decide(const struct kq_issue_request *request,
                                         const struct kq_issue_facts *facts, struct kq_id_source *ids,
                                         int64_t now_ms, struct kq_issue_result *result,
                                         struct kq_error *error);

#endif
