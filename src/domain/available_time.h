/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_AVAILABLE_TIME_H
#define KQ_DOMAIN_AVAILABLE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

/* When in the week a template's vouchers can be used: voucher_available_time, as the platform's client
 * libraries describe it. A JSON array, any of whose rows opens:
 *
 *     [{"day_rule":"1,2,3,4,5","time_begin":"09:00:00","time_end":"22:00:00"}]
 *
 * Days are Beijing's, 1 for Monday to 7 for Sunday. A row is open from time_begin to time_end of each of its
 * days, both seconds included: the last that HH:mm:ss can say is 23:59:59, and a whole day must be sayable.
 * The platform does not say what an end before its begin means, so that is refused: a window over midnight is
 * two rows. An empty array, and an empty text, are open always. */

#define KQ_AVAILABLE_TIME_MAX_BYTES ((size_t)4096) /* so many rows, with room for spaces */
#define KQ_AVAILABLE_TIME_MAX_ROWS 32              /* four for each day of the week, and some */

/* BAD_INPUT says what is wrong, also of unknown members; NO_MEMORY. */
KQ_MUST struct kq_result kq_available_time_check(struct kq_slice json, struct kq_error *error);

/* Can vouchers be used at this time? Fails as the check does, whose texts alone are stored. */
KQ_MUST struct kq_result kq_available_time_is_open(struct kq_slice json, int64_t now_s, bool *is_open,
                                                   struct kq_error *error);

#endif
