/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_TEMPLATE_H
#define KQ_DOMAIN_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/id.h"
#include "base/slice.h"

/* Templates: what vouchers are made from (spec/vouchers.md, "Templates"). */

enum kq_template_kind {
    KQ_TEMPLATE_CASHLESS_FIX,    /* CASHLESS_FIX_VOUCHER: a fixed amount */
    KQ_TEMPLATE_CASHLESS_RANDOM, /* CASHLESS_RANDOM_VOUCHER: a red packet, the sender sets each amount */
    KQ_TEMPLATE_CASH_FIX,        /* FIX_VOUCHER: cash-backed */
    KQ_TEMPLATE_EXCHANGE,        /* EXCHANGE_VOUCHER: for goods, no amount */
    KQ_TEMPLATE_KIND_COUNT
};

/* As stored. That an effective template has expired is a matter of the clock: kq_template_status. */
enum kq_template_state {
    KQ_TEMPLATE_DRAFT,
    KQ_TEMPLATE_EFFECTIVE,
    KQ_TEMPLATE_DELETED,
    KQ_TEMPLATE_STATE_COUNT
};

enum kq_valid_period_type {
    KQ_PERIOD_ABSOLUTE,
    KQ_PERIOD_RELATIVE,
};

enum kq_period_unit {
    KQ_UNIT_MINUTE,
    KQ_UNIT_HOUR,
    KQ_UNIT_DAY,
};

/* How long a voucher is valid. */
struct kq_valid_period {
    enum kq_valid_period_type type;
    int64_t start_s;  /* ABSOLUTE: first second at which it can be used */
    int64_t end_s;    /* ABSOLUTE: from this second on it has expired */
    int64_t duration; /* RELATIVE: units from the time of issue; 1 to KQ_PERIOD_DURATION_MAX */
    enum kq_period_unit unit;
};

#define KQ_PERIOD_DURATION_MAX INT64_C(5256000) /* ten years of minutes */
#define KQ_BRAND_NAME_MAX_CHARS 12              /* spec/vouchers.md, "Neighbouring methods" */
#define KQ_VOUCHER_NAME_MAX_CHARS 20
#define KQ_DESCRIPTION_MAX_ITEMS 10
#define KQ_DESCRIPTION_ITEM_MAX_CHARS 50
#define KQ_SLOGAN_MAX_CHARS 6       /* as the platform's client libraries have it */
#define KQ_DEFAULT_PUBLISH_DAYS 365 /* where the operator names no end */
#define KQ_DEFAULT_VALID_DAYS 30    /* where the operator names no valid period */

#define KQ_UNLIMITED INT64_C(-1)

/* Slices are borrowed from the arena of whoever loaded the row. */
struct kq_template {
    struct kq_slice template_id;
    struct kq_slice pid; /* whose it is */
    enum kq_template_kind kind;
    enum kq_template_state state;
    struct kq_slice name; /* may be empty: then vouchers are named by kq_voucher_name's rule */
    struct kq_slice brand_name;
    int64_t amount_fen;       /* of each voucher; 0 for red packets and exchange vouchers */
    int64_t floor_amount_fen; /* a purchase must be at least this; 0: no condition */
    int64_t quantity;         /* vouchers at most, or KQ_UNLIMITED */
    int64_t total_amount_fen; /* the budget, which red packets must have; or KQ_UNLIMITED */
    int64_t publish_start_s;
    int64_t publish_end_s; /* from this second on it has expired */
    struct kq_valid_period valid_period;
    int64_t limit_per_user;      /* vouchers a user can get, ever, or KQ_UNLIMITED */
    int64_t limit_per_user_day;  /* and on one Beijing day */
    struct kq_slice description; /* usage text: lines, at most KQ_DESCRIPTION_MAX_ITEMS; may be empty */
    int64_t created_s;
    int64_t activated_s; /* 0: never */
    int64_t issued_count;
    int64_t issued_amount_fen;
    int64_t used_count;      /* vouchers of which nothing is left to use */
    int64_t used_amount_fen; /* what was spent of all vouchers */
    int64_t recycled_count;  /* deleted and refunded ones; what has expired is struct kq_expired's */
    int64_t recycled_amount_fen;
    struct kq_slice app_id; /* the application that made it; empty: an operator */
    struct kq_slice
        available_time;         /* when in the week it can be used (domain/available_time.h); empty: always */
    struct kq_slice rule_pids;  /* merchants that may redeem beside its own: one a line */
    struct kq_slice rule_shops; /* shops where it can be redeemed, one a line; empty: all */
    struct kq_slice notify_uri; /* where changes of its vouchers are told; empty: nowhere */
    struct kq_slice extension_info; /* kept as given, as the rest are */
    struct kq_slice fund_account;
    struct kq_slice fund_order_no;
    struct kq_slice redirect_uri;
    struct kq_slice use_scene;
    struct kq_slice use_type;
    struct kq_slice slogan;
};

/* Of a template's vouchers, those that ended with something left, and what that was, at some time. */
struct kq_expired {
    int64_t count;
    int64_t amount_fen;
};

/* "CASHLESS_FIX_VOUCHER", …: the wire's names. */
const char *kq_template_kind_name(enum kq_template_kind kind);
KQ_MUST struct kq_result kq_template_kind_parse(struct kq_slice text, enum kq_template_kind *kind,
                                                struct kq_error *error);

/* The wire's letter at this time: I draft, S effective, E expired, D deleted. */
char kq_template_status(const struct kq_template *template, int64_t now_s);

/* The JSON of spec/vouchers.md, "Valid period": {"type":"RELATIVE","duration":1,"unit":"DAY"} or
 * {"type":"ABSOLUTE","start":"yyyy-MM-dd HH:mm:ss","end":…}. BAD_INPUT otherwise, also for unknown members;
 * NO_MEMORY. */
KQ_MUST struct kq_result kq_valid_period_parse(struct kq_slice json, struct kq_valid_period *period,
                                               struct kq_error *error);

/* Duration in its range, or times in theirs and the end after the start: what kq_valid_period_parse gives,
 * asked of periods that were made in other ways. BAD_INPUT. */
KQ_MUST struct kq_result kq_valid_period_check(const struct kq_valid_period *period, struct kq_error *error);

/* The same JSON, into `text`; returns its size, which always fits. */
#define KQ_VALID_PERIOD_TEXT_SIZE 128
size_t kq_valid_period_format(const struct kq_valid_period *period, char text[KQ_VALID_PERIOD_TEXT_SIZE]);

/* When a voucher issued at `issued_s` can be used: from *active_s until before *expires_s, which is never
 * later than KQ_TIME_MAX_S, the last second that the wire can say. */
void kq_valid_period_apply(const struct kq_valid_period *period, int64_t issued_s, int64_t *active_s,
                           int64_t *expires_s);

/* Where a new template's ids are written: must live as long as the template. */
struct kq_template_ids {
    char template_id[KQ_ID_TEXT_SIZE];
    char fund_order_no[KQ_ID_TEXT_SIZE];
};

/* Checks a template that is to be created (all but id, state, times and counters are the caller's), then
 * fills template_id, for a cash-backed one fund_order_no, created_s, activated_s and state: DRAFT where asked
 * for or where the kind is cash-backed, else EFFECTIVE. BAD_INPUT names what is wrong; NO_MEMORY.
 *
 * amount: above zero for the fixed kinds, else none; total amount: above zero for red packets, else
 * KQ_UNLIMITED; no floor amount and no rules for exchange vouchers; a publish window may be over already, an
 * ABSOLUTE valid period may not. */
KQ_MUST struct kq_result kq_template_decide_create(struct kq_template *template, bool as_draft,
                                                   struct kq_id_source *ids, int64_t now_ms,
                                                   struct kq_template_ids *texts, struct kq_error *error);

/* A merchant's key has made a template before. The answer is that one if it was the same request, as its
 * digest tells, else INVALID_PARAMETER. */
KQ_MUST struct kq_result kq_template_decide_repeat(struct kq_slice first_digest, struct kq_slice digest,
                                                   struct kq_error *error);

/* The one place where a template's state changes, against the table of legal moves: I → S, I or S → D.
 * *changed false: it is in that state already. ILLEGAL_STATE for any other move (so for deleting an expired
 * one), and for activating one whose window is over. */
KQ_MUST struct kq_result kq_template_move(struct kq_template *template, enum kq_template_state to,
                                          int64_t now_s, bool *changed, struct kq_error *error);

/* The same for the merchant `pid`, who may delete a template of his own (NULL: there is none of that id).
 * TEMPLATE_NOT_EXIST, also for another merchant's; TEMPLATE_NOT_CHANGEABLE for an expired one. */
KQ_MUST struct kq_result kq_template_decide_delete(struct kq_template *template, struct kq_slice pid,
                                                   int64_t now_s, bool *changed, struct kq_error *error);

/* May the merchant `pid` see the template (NULL: none of that id)? TEMPLATE_NOT_EXIST, also for another
 * merchant's. */
KQ_MUST struct kq_result kq_template_decide_show(const struct kq_template *template, struct kq_slice pid,
                                                 struct kq_error *error);

/* May the merchant `pid` see which vouchers were made from the template (NULL: none of that id)?
 * PERMISSION_DENIED, also for another merchant's; TEMPLATE_STATUS_NOT_MATCH for a draft
 * (alipay.marketing.voucher.list.query). */
KQ_MUST struct kq_result kq_template_decide_list(const struct kq_template *template, struct kq_slice pid,
                                                 struct kq_error *error);

#endif
