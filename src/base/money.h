/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_MONEY_H
#define KQ_BASE_MONEY_H

#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

/* Money is fen in an int64_t, never floating point. On the wire it is yuan with at most two decimals
 * (spec/vouchers.md, "Things"). */

/* Ten digits before the point: more than any budget, and far from what an int64_t of fen holds, so that sums
 * of a million of them cannot overflow. */
#define KQ_MONEY_MAX_YUAN_DIGITS 10
#define KQ_MONEY_MAX_FEN INT64_C(999999999999)

/* Longest: KQ_MONEY_MAX_FEN's digits, a sign, a point, a NUL; room to spare for any int64_t. */
#define KQ_MONEY_TEXT_SIZE 24

/* "9.99", "9.9", "10", "0.10". BAD_INPUT for anything else: signs, exponents, spaces, more decimals, "1.",
 * ".5", leading zeros ("01"), more than ten digits before the point. */
KQ_MUST struct kq_result kq_money_parse(struct kq_slice text, int64_t *amount_fen, struct kq_error *error);

/* With two decimals, as answers carry it: "10.00". */
void kq_money_format(int64_t amount_fen, char text[KQ_MONEY_TEXT_SIZE]);

/* As people read it on a voucher: "10", "9.9", "9.99". */
void kq_money_format_short(int64_t amount_fen, char text[KQ_MONEY_TEXT_SIZE]);

#endif
