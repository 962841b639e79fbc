/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_REDEEM_RULES_H
#define KQ_DOMAIN_REDEEM_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

/* Who may redeem a template's vouchers, and where: rule_conf, as the platform's client libraries describe it.
 * A JSON object whose values are ids with commas between them, PID at least:
 *
 *     {"PID":"2088512417841101,2088512417841102","STORE":"123456,678901"}
 *
 * Any other member is refused: it would be a condition that nobody checks. Inside, each list is a text with
 * one id a line, as template.rule_pids and template.rule_shops hold it. */

#define KQ_RULE_IDS_MAX 500                      /* of one list; they are compared one by one */
#define KQ_RULE_CONF_MAX_BYTES ((size_t)(65536)) /* two full lists, of ids of 64 characters */

struct kq_redeem_rules {
    struct kq_slice pids;  /* beside the template's own merchant, who always may */
    struct kq_slice shops; /* empty: everywhere */
};

/* The lists are made in `arena`; what is named twice is in them once. An empty text is no rules. BAD_INPUT
 * says what is wrong, NO_MEMORY. */
KQ_MUST struct kq_result kq_rule_conf_parse(struct kq_slice json, struct kq_arena *arena,
                                            struct kq_redeem_rules *rules, struct kq_error *error);

/* Lists that were made in other ways: each line an id, and not too many of them. BAD_INPUT. */
KQ_MUST struct kq_result kq_redeem_rules_check(const struct kq_redeem_rules *rules, struct kq_error *error);

/* Is the id one of the lines? */
bool kq_rule_lists(struct kq_slice lines, struct kq_slice id);

/* The rules with what `added` names beyond them; made in `arena`, or borrowed where nothing was added.
 * BAD_INPUT where a list would become too long, and where shops are added to rules that name none, which
 * would take all the others away; NO_MEMORY. */
KQ_MUST struct kq_result kq_redeem_rules_add(const struct kq_redeem_rules *rules,
                                             const struct kq_redeem_rules *added, struct kq_arena *arena,
                                             struct kq_redeem_rules *sum, struct kq_error *error);

#endif
