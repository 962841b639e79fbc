/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_FUNDING_TEXT_H
#define KQ_SERVER_FUNDING_TEXT_H

#include "base/buffer.h"
#include "base/slice.h"
#include "server/language.h"

/* What a person reads on a funding order's page (page_text.h). */

enum kq_funding_view {
    KQ_FUNDING_VIEW_ASK,       /* the order, and a button */
    KQ_FUNDING_VIEW_DONE,      /* confirmed */
    KQ_FUNDING_VIEW_LEAVE,     /* confirmed; the browser goes on */
    KQ_FUNDING_VIEW_CONFIRMED, /* it was already */
    KQ_FUNDING_VIEW_OVER,      /* the publish window is */
    KQ_FUNDING_VIEW_DELETED,   /* the template is */
    KQ_FUNDING_VIEW_GONE,      /* no such page, or it is over */
    KQ_FUNDING_VIEW_FAILED,    /* for now */
    KQ_FUNDING_VIEW_COUNT
};

/* ASK. */
struct kq_funding_shown {
    struct kq_slice merchant;
    struct kq_slice brand;
    struct kq_slice voucher_name;
    struct kq_slice amount;   /* yuan, of each voucher */
    struct kq_slice quantity; /* empty: without a limit; the budget likewise */
    struct kq_slice budget;   /* yuan */
    struct kq_slice fund_account;
    struct kq_slice fund_order_no;
    struct kq_slice token;
};

void kq_funding_text_append(struct kq_buffer *html, enum kq_language language, enum kq_funding_view view,
                            const struct kq_funding_shown *shown);

#endif
