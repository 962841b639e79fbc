/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_REPORT_H
#define KQ_DOMAIN_REPORT_H

#include <stdint.h>

#include "base/slice.h"

/* A statement: what happened to a template's vouchers, by Beijing day. */

enum kq_report_column {
    KQ_REPORT_ISSUED,
    KQ_REPORT_USED,     /* each use by itself, also one that was refunded later */
    KQ_REPORT_REFUNDED, /* on the day of the refund */
    KQ_REPORT_DELETED,  /* with what was left of them */
    KQ_REPORT_EXPIRED,  /* likewise, on the day of their end, once that is over */
    KQ_REPORT_COLUMN_COUNT
};

struct kq_report_sum {
    int64_t count;
    int64_t amount_fen;
};

/* Slices are borrowed for as long as the row is looked at. */
struct kq_report_row {
    struct kq_slice template_id;
    struct kq_slice pid;
    int64_t day_s; /* when the day begins; by template: the first of the report */
    struct kq_report_sum sums[KQ_REPORT_COLUMN_COUNT];
};

#endif
