/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_IMPORT_FLAGS_H
#define KQ_CLI_IMPORT_FLAGS_H

#include "cli/command.h"
#include "cli/import_row.h"

/* The record that the flags of a single creation spell: column login_id is flag --login-id. `values` has a
 * place for each column; texts are borrowed from the invocation. */
void kq_import_row_from_flags(const struct kq_invocation *invocation, const struct kq_import_column *columns,
                              size_t column_count, struct kq_import_values *values);

/* The first column whose flag stands on the command line; NULL: none. */
const struct kq_import_column *kq_import_column_on_command_line(const struct kq_invocation *invocation,
                                                                const struct kq_import_column *columns,
                                                                size_t column_count);

#endif
