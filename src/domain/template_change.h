/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_TEMPLATE_CHANGE_H
#define KQ_DOMAIN_TEMPLATE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "domain/redeem_rules.h"
#include "domain/template.h"

/* What a merchant changes of a template that he has made (spec/vouchers.md, "Neighbouring methods":
 * …cashlessvoucher.template.modify and …cashvoucher.template.modify). */

struct kq_template_change {
    struct kq_slice pid; /* the merchant that calls, or that is called for */
    struct kq_slice template_id;
    struct kq_slice out_biz_no;
    bool of_cash_backed; /* which of the two methods asks: each has templates of its own */
    bool has_publish_start;
    int64_t publish_start_s;
    bool has_publish_end;
    int64_t publish_end_s;
    bool has_valid_period;
    struct kq_valid_period valid_period;
    struct kq_redeem_rules added; /* both empty: none */
    struct kq_slice slogan;       /* empty: as it was */
};

/* Decides a change of `template` (NULL: there is none of that id) and makes it, with new texts in `arena` or
 * borrowed from the change. `is_known`: a change of this out_biz_no was made before, so nothing is done
 * again. A refusal changes nothing. In this order:
 *
 * - TEMPLATE_NOT_EXIST, also for another merchant's;
 * - INVALID_PARAMETER for one that the other method is for;
 * - a known key succeeds, whatever has become of the template;
 * - TEMPLATE_NOT_CHANGEABLE: it has expired or is deleted, or is effective and what is asked can be changed
 *   of a draft only (of a cash-backed one, all but the end);
 * - INVALID_PARAMETER: an end before the start, of a cashless one before the end that it had; a valid period
 *   that is none; rules that take something away, or that the kind has none of;
 * - NO_MEMORY. */
KQ_MUST struct kq_result kq_template_decide_change(const struct kq_template_change *change, bool is_known,
                                                   struct kq_template *template, int64_t now_s,
                                                   struct kq_arena *arena, struct kq_error *error);

#endif
