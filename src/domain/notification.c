/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/notification.h"

#include "base/time.h"

#define MINUTE_S INT64_C(60)
#define HOUR_S INT64_C(3600)

const char *kq_notification_type(enum kq_notification_kind kind)
{
    static const char *const names[KQ_NOTIFICATION_KIND_COUNT] = {
        [KQ_NOTIFICATION_ISSUE] = "voucher_issue",   [KQ_NOTIFICATION_USE] = "voucher_use",
        [KQ_NOTIFICATION_REFUND] = "voucher_refund", [KQ_NOTIFICATION_DELETE] = "voucher_delete",
        [KQ_NOTIFICATION_DELAY] = "voucher_delay",   [KQ_NOTIFICATION_EXPIRE] = "voucher_expire",
    };
    return names[kind];
}

const char *kq_notification_state_name(enum kq_notification_state state)
{
    static const char *const names[KQ_NOTIFICATION_STATE_COUNT] = {
        [KQ_NOTIFICATION_WAITING] = "WAITING",
        [KQ_NOTIFICATION_DELIVERED] = "DELIVERED",
        [KQ_NOTIFICATION_GIVEN_UP] = "GIVEN_UP",
    };
    return names[state];
}

struct kq_result kq_notification_state_parse(struct kq_slice text, enum kq_notification_state *state,
                                             struct kq_error *error)
{
    for (unsigned i = 0; i < KQ_NOTIFICATION_STATE_COUNT; i++) {
        *state = (enum kq_notification_state)i;
        if (kq_slice_equal_ignoring_case(text, kq_slice_of(kq_notification_state_name(*state)))) {
            return KQ_OK;
        }
    }
    return kq_fail(error, KQ_E_BAD_INPUT, "a notification is WAITING, DELIVERED or GIVEN_UP, not %.*s",
                   KQ_SLICE_PRINT(text));
}

struct kq_notification kq_notification_of_issue(const struct kq_voucher *voucher)
{
    return (struct kq_notification){
        .kind = KQ_NOTIFICATION_ISSUE,
        .out_biz_no = voucher->out_biz_no,
        .amount_fen = voucher->amount_fen,
        .status = kq_voucher_status_at(voucher, voucher->issued_s),
        .event_s = voucher->issued_s,
        .expires_s = voucher->expires_s,
    };
}

struct kq_notification kq_notification_of_change(const struct kq_voucher *after,
                                                 const struct kq_voucher_event *event)
{
    static const enum kq_notification_kind kinds[KQ_CHANGE_KIND_COUNT] = {
        [KQ_CHANGE_USE] = KQ_NOTIFICATION_USE,
        [KQ_CHANGE_REFUND] = KQ_NOTIFICATION_REFUND,
        [KQ_CHANGE_DELETE] = KQ_NOTIFICATION_DELETE,
        [KQ_CHANGE_DELAY] = KQ_NOTIFICATION_DELAY,
    };
    return (struct kq_notification){
        .kind = kinds[event->kind],
        .out_biz_no = event->out_biz_no,
        .amount_fen = event->amount_fen,
        .status = kq_voucher_status_at(after, event->made_s),
        .event_s = event->made_s,
        .expires_s = after->expires_s,
    };
}

struct kq_notification kq_notification_of_expiry(int64_t expires_s, int64_t balance_fen)
{
    return (struct kq_notification){
        .kind = KQ_NOTIFICATION_EXPIRE,
        .amount_fen = balance_fen,
        .status = KQ_STATUS_EXPIRED,
        .event_s = expires_s,
        .expires_s = expires_s,
    };
}

void kq_notification_note_try(struct kq_notification *notification, bool taken, int64_t now_s)
{
    static const int64_t waits_s[KQ_NOTIFICATION_RETRIES] = {
        4 * MINUTE_S,
        10 * MINUTE_S,
        10 * MINUTE_S,
        HOUR_S,
        2 * HOUR_S,
        6 * HOUR_S,
        KQ_NOTIFICATION_WAIT_MAX_S,
    };
    bool is_behind = notification->next_try_s == KQ_NOTIFICATION_NO_TRY;
    notification->tries++;
    notification->last_try_s = now_s;
    notification->next_try_s = KQ_NOTIFICATION_NO_TRY;
    if (taken) {
        notification->state = KQ_NOTIFICATION_DELIVERED;
    } else if (notification->tries > KQ_NOTIFICATION_RETRIES) {
        notification->state = KQ_NOTIFICATION_GIVEN_UP;
    } else if (!is_behind) {
        notification->next_try_s = now_s + waits_s[notification->tries - 1];
    }
}

void kq_notification_repeat(struct kq_notification *notification)
{
    notification->state = KQ_NOTIFICATION_WAITING;
    notification->tries = 0;
    notification->next_try_s = KQ_NOTIFICATION_NO_TRY;
}

bool kq_notification_is_outlived(const struct kq_notification *notification, int64_t now_s)
{
    static const int64_t kept_s[KQ_NOTIFICATION_STATE_COUNT] = {
        [KQ_NOTIFICATION_WAITING] = INT64_MAX,
        [KQ_NOTIFICATION_DELIVERED] = KQ_NOTIFICATION_KEPT_S,
        [KQ_NOTIFICATION_GIVEN_UP] = 30 * KQ_SECONDS_PER_DAY,
    };
    return now_s - notification->last_try_s > kept_s[notification->state];
}
