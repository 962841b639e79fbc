/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_VOUCHER_ROWS_H
#define KQ_CLI_VOUCHER_ROWS_H

#include <stdint.h>

#include "cli/row.h"
#include "domain/voucher.h"

/* How a voucher is shown: by `voucher list` and `voucher show` alike. */
#define KQ_VOUCHER_COLUMN_COUNT 11
extern const struct kq_column kq_voucher_columns[KQ_VOUCHER_COLUMN_COUNT];

/* Its status is a matter of the time. */
struct kq_voucher_at {
    const struct kq_voucher *voucher;
    int64_t now_s;
};

/* `item` is a struct kq_voucher_at. */
void kq_voucher_fill(struct kq_row *row, const void *item);

#endif
