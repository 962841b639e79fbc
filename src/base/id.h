/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_ID_H
#define KQ_BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* Ids of templates, vouchers and passes, 28 characters as on the reference pages
 * (20140601000730010040000000EB):
 *
 *     20160906  the Beijing day
 *     00073002  the product code
 *     0020002U8C  ten base-36 digits: milliseconds of the day, node, sequence
 *     BS  the last two characters of the owner's id, so that a shard can be told from the id alone
 *
 * They increase with time, so that inserts stay local in an index, and are unique without coordination as
 * long as no two sources that live at the same time have the same node.
 *
 * What is an id's own, next to its product, its node and its owner, is a number: milliseconds since 1970
 * times KQ_ID_SEQUENCE_COUNT, plus the sequence. The ids of one node and product are in the order of their
 * numbers.
 */
#define KQ_ID_SIZE 28
#define KQ_ID_PRODUCT_AT 8
#define KQ_ID_PRODUCT_SIZE 8
#define KQ_ID_TEXT_SIZE (KQ_ID_SIZE + 1)

#define KQ_ID_NODE_COUNT 1024
#define KQ_ID_SEQUENCE_COUNT 16384

/* The last millisecond of the year 9999, which is the last one with eight digits for its days. */
#define KQ_ID_NUMBER_MAX ((INT64_C(253402271999999) + 1) * KQ_ID_SEQUENCE_COUNT - 1)

/* Product codes, from the reference pages' examples. */
#define KQ_ID_PRODUCT_TEMPLATE "00073001"
#define KQ_ID_PRODUCT_VOUCHER "00073002"
/* Our own, for the pass methods. */
#define KQ_ID_PRODUCT_PASS_TEMPLATE "00073003"
#define KQ_ID_PRODUCT_PASS "00073004"

/* Our own: the order by which a cash-backed template is paid for, and a notification's notify_id. */
#define KQ_ID_PRODUCT_FUND_ORDER "00073005"
#define KQ_ID_PRODUCT_NOTIFICATION "00073006"

/* Where ids come from. The store keeps `last_ms` and `sequence` with the rows that were made from them, so
 * that an id never comes twice, whatever the clock does. One thread at a time. */
struct kq_id_source {
    int64_t last_ms; /* since 1970; never goes back */
    uint32_t node;   /* below KQ_ID_NODE_COUNT */
    uint32_t sequence;
};

/* The number of the id that the source made last. */
int64_t kq_id_last_number(const struct kq_id_source *source);

/* Makes the next id into `text`. `owner` gives its last two characters (a user's or a merchant's id: digits);
 * "00" where it has fewer. When a millisecond's sequence is used up, or the clock went back, the source runs
 * ahead of the clock. */
void kq_id_next(struct kq_id_source *source, int64_t now_ms, const char *product, struct kq_slice owner,
                char text[KQ_ID_TEXT_SIZE]);

/* The id of a number (0 to KQ_ID_NUMBER_MAX). */
void kq_id_write(int64_t number, uint32_t node, const char *product, struct kq_slice owner,
                 char text[KQ_ID_TEXT_SIZE]);

/* What an id that is written like this has in it; false: no id is written like this. The product and the
 * owner are not looked at: whoever needs them compares with kq_id_write's text. */
bool kq_id_read(struct kq_slice text, int64_t *number, uint32_t *node);

#endif
