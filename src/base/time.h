/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_TIME_H
#define KQ_BASE_TIME_H

#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

/* Beijing time on the wire (`yyyy-MM-dd HH:mm:ss`, UTC+8, no daylight saving: spec/gateway.md), seconds since
 * 1970-01-01T00:00:00Z inside. Nothing here asks a clock: the time comes in from the store's function table.
 */

#define KQ_SECONDS_PER_DAY INT64_C(86400)
#define KQ_BEIJING_OFFSET_S INT64_C(28800)

/* 19 characters and the NUL; of a day, `yyyy-MM-dd`, 10 and the NUL. */
#define KQ_TIME_TEXT_SIZE 20
#define KQ_DAY_TEXT_SIZE 11

/* The times that the wire's four-digit year can carry: 0001-01-01 00:00:00 to 9999-12-31 23:59:59, Beijing.
 */
#define KQ_TIME_MIN_S INT64_C(-62135625600)
#define KQ_TIME_MAX_S INT64_C(253402271999)

/* Exactly 19 characters and a date that exists; a leap second (60) is refused. BAD_INPUT otherwise. */
KQ_MUST struct kq_result kq_time_parse(struct kq_slice text, int64_t *time_s, struct kq_error *error);

/* Times outside KQ_TIME_MIN_S..KQ_TIME_MAX_S are shown as the nearer end. */
void kq_time_format(int64_t time_s, char text[KQ_TIME_TEXT_SIZE]);

/* `yyyy-MM-dd` and when that Beijing day begins; the same rules and the same clamp. */
KQ_MUST struct kq_result kq_time_parse_day(struct kq_slice text, int64_t *day_s, struct kq_error *error);
void kq_time_format_day(int64_t time_s, char text[KQ_DAY_TEXT_SIZE]);

/* `yyyyMMdd` of the Beijing day, as a number: 20140601. Same clamp. */
int32_t kq_time_date_number(int64_t time_s);

/* When the Beijing day that holds `time_s` began. */
int64_t kq_time_day_start(int64_t time_s);

#endif
