/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_FUNDING_H
#define KQ_DOMAIN_FUNDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "domain/template.h"

/* The funding order of a cash-backed template, which is a draft until that is confirmed (spec/vouchers.md,
 * "Templates"): by an operator, or on a page whose token is random and stored as a digest only. */

/* Who pays is another than who asks, and may first look at it tomorrow. */
#define KQ_FUNDING_PAGE_LIFETIME_S INT64_C(86400)

/* So many pages of an order hold at a time, the newest: repeating costs no more. */
#define KQ_FUNDING_PAGES_MAX 16

enum kq_funding_state {
    KQ_FUNDING_OPEN,      /* it can be confirmed */
    KQ_FUNDING_CONFIRMED, /* it was, there or by an operator */
    KQ_FUNDING_OVER,      /* it was not, and the publish window is over */
    KQ_FUNDING_DELETED,   /* the template was */
};

enum kq_funding_state kq_funding_state(const struct kq_template *template, int64_t now_s);

/* Is the template a draft that waits for its funding order? Only then a page is made. */
bool kq_funding_is_awaited(const struct kq_template *template);

/* The order of `template` is confirmed, on a page that holds until page_expires_s (NULL: there is no such
 * page). *found is what it was: OPEN, and the template is effective now; the others, and nothing was done.
 * NOT_FOUND, also where the page is over. */
KQ_MUST struct kq_result kq_funding_decide_confirm(struct kq_template *template, int64_t page_expires_s,
                                                   int64_t now_s, enum kq_funding_state *found,
                                                   struct kq_error *error);

/* Where whoever has confirmed goes: the template's redirect_uri with template_id and fund_order_no added to
 * its query. */
void kq_funding_append_redirect(const struct kq_template *template, struct kq_buffer *buffer);

#endif
