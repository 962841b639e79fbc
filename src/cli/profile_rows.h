/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_PROFILE_ROWS_H
#define KQ_CLI_PROFILE_ROWS_H

#include "cli/profile_file.h"
#include "cli/row.h"

/* What `kaquan profile` shows. Tokens stay in the file. */
#define KQ_PROFILE_COLUMN_COUNT 15
extern const struct kq_column kq_profile_columns[KQ_PROFILE_COLUMN_COUNT];

/* A section's cells. USAGE, NO_MEMORY. */
KQ_MUST struct kq_result kq_profile_fill(const struct kq_profile_file *file, struct kq_slice profile,
                                         struct kq_row *row, struct kq_error *error);

#endif
