/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_NOTIFICATION_H
#define KQ_DOMAIN_NOTIFICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "domain/template.h"
#include "domain/voucher.h"
#include "domain/voucher_change.h"

/* What is told to a template's notify_uri about its vouchers (spec/gateway.md, "Notifications"): one
 * notification for each change, and one when a voucher's end has come before it was used up.
 *
 * It is written with the change and stays WAITING until its receiver has taken it. Those of one voucher go
 * out one after the other, oldest first: one waits behind the one before it until that is DELIVERED or
 * GIVEN_UP, which it is when the last of its tries has failed. */

enum kq_notification_kind {
    KQ_NOTIFICATION_ISSUE,
    KQ_NOTIFICATION_USE,
    KQ_NOTIFICATION_REFUND,
    KQ_NOTIFICATION_DELETE,
    KQ_NOTIFICATION_DELAY,
    KQ_NOTIFICATION_EXPIRE,
    KQ_NOTIFICATION_KIND_COUNT
};

/* `notify_type`: "voucher_issue", … */
const char *kq_notification_type(enum kq_notification_kind kind);

enum kq_notification_state {
    KQ_NOTIFICATION_WAITING,
    KQ_NOTIFICATION_DELIVERED,
    KQ_NOTIFICATION_GIVEN_UP,
    KQ_NOTIFICATION_STATE_COUNT
};

/* "WAITING", "DELIVERED", "GIVEN_UP". */
const char *kq_notification_state_name(enum kq_notification_state state);
KQ_MUST struct kq_result kq_notification_state_parse(struct kq_slice text, enum kq_notification_state *state,
                                                     struct kq_error *error);

/* What an answer is shortened to. */
#define KQ_NOTIFICATION_RESULT_MAX_BYTES 128

/* next_try_s of one that waits behind an earlier one of its voucher, or waits no more. */
#define KQ_NOTIFICATION_NO_TRY INT64_C(-1)

/* The longest time between two tries: gateway.md, "Asynchronous notifications". */
#define KQ_NOTIFICATION_WAIT_MAX_S (INT64_C(15) * 3600)

/* Slices are borrowed from the arena of whoever loaded the row. */
struct kq_notification {
    int64_t number;            /* of the store's source of ids: later ones of a voucher have larger ones */
    struct kq_slice notify_id; /* made of the number: the same on every try */
    enum kq_notification_kind kind;
    enum kq_notification_state state;
    struct kq_slice voucher_id;
    struct kq_slice template_id;
    struct kq_slice user_id;
    struct kq_slice out_biz_no; /* of the change; empty: of an expiry, which nobody asked for */
    int64_t amount_fen; /* issued, used, given back, recycled, or left when it expired; of a delay: 0 */
    enum kq_voucher_status status; /* the voucher's, after it */
    int64_t event_s;
    int64_t expires_s; /* the voucher's end, after it */
    int64_t tries;
    int64_t next_try_s;
    int64_t last_try_s; /* 0: never */
    struct kq_slice last_result;
};

/* What a change says; what the store adds (number, ids, the time of the first try) is left empty. */
struct kq_notification kq_notification_of_issue(const struct kq_voucher *voucher);
struct kq_notification kq_notification_of_change(const struct kq_voucher *after,
                                                 const struct kq_voucher_event *event);
struct kq_notification kq_notification_of_expiry(int64_t expires_s, int64_t balance_fen);

/* The tries after the first, on the platform's schedule: spec/gateway.md. */
#define KQ_NOTIFICATION_RETRIES 7

/* One more try is over. Not taken: tried again after 4 m, 10 m, 10 m, 1 h, 2 h, 6 h, 15 h, then given up. One
 * that has been put behind another meanwhile, which is told again, stays there. */
void kq_notification_note_try(struct kq_notification *notification, bool taken, int64_t now_s);

/* It waits again, whatever became of it, with all its tries before it. When the first of them is made is for
 * whoever knows those before it to say. */
void kq_notification_repeat(struct kq_notification *notification);

/* It waits no more and is so old that it is forgotten: delivered ones are kept for a week after their last
 * try, to be looked at and repeated, given up ones for a month. */
#define KQ_NOTIFICATION_KEPT_S (7 * INT64_C(86400))
bool kq_notification_is_outlived(const struct kq_notification *notification, int64_t now_s);

#endif
