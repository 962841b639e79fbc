/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_ID_H
#define KQ_BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* Ids of templates and vouchers, 28 characters as on the reference pages (20140601000730010040000000EB):
 *
 *     20160906 00073002 0020002U8C BS
 *     |        |        |          `- two characters of the owner's id, so that a shard can be told from the
 * id alone |        |        `- ten base-36 digits: milliseconds of the day, node, sequence |        `-
 * product code
 *     `- the Beijing day
 *
 * They increase with time, so that inserts stay local in an index, and are unique without coordination as
 * long as no two sources that live at the same time have the same node. */
#define KQ_ID_SIZE 28
#define KQ_ID_TEXT_SIZE (KQ_ID_SIZE + 1)

#define KQ_ID_NODE_COUNT 1024
#define KQ_ID_SEQUENCE_COUNT 16384

/* Product codes, from the reference pages' examples. */
#define KQ_ID_PRODUCT_TEMPLATE "00073001"
#define KQ_ID_PRODUCT_VOUCHER "00073002"

/* Where ids come from. The store keeps `last_ms` and `sequence` with the rows that were made from them, so
 * that an id never comes twice, whatever the clock does. One thread at a time. */
struct kq_id_source {
    int64_t last_ms; /* since 1970; never goes back */
    uint32_t node;   /* below KQ_ID_NODE_COUNT */
    uint32_t sequence;
};

/* Makes the next id into `text`. `owner` gives its last two characters (a user's or a merchant's id: digits);
 * "00" where it has fewer. When a millisecond's sequence is used up, or the clock went back, the source runs
 * ahead of the clock. */
void kq_id_next(struct kq_id_source *source, int64_t now_ms, const char *product, struct kq_slice owner,
                char text[KQ_ID_TEXT_SIZE]);

#endif
