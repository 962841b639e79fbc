/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_VOUCHER_IMPORT_ROW_H
#define KQ_CLI_VOUCHER_IMPORT_ROW_H

#include "base/error.h"
#include "cli/import.h"
#include "domain/voucher.h"

/* A row of `voucher import`: one voucher to be issued. */

#define KQ_VOUCHER_IMPORT_COLUMN_COUNT 7
extern const struct kq_import_plan kq_voucher_import_plan; /* its columns */

/* The request that the columns' values make, all but its pid. `template_id` is for rows that name none;
 * empty: there is none. Texts are borrowed from both. BAD_INPUT: no template, no recipient, an amount that is
 * none, a text too long. */
KQ_MUST struct kq_result kq_voucher_import_row_read(const struct kq_import_values *values,
                                                    struct kq_slice template_id,
                                                    struct kq_issue_request *request, struct kq_error *error);

#endif
