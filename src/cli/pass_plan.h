/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_PASS_PLAN_H
#define KQ_CLI_PASS_PLAN_H

#include "cli/import.h"

/* Passes as `pass create` and `pass import` read them. A file's passes name their pass_id, so that the same
 * file again changes nothing; a single one may leave it to the command. */
#define KQ_PASS_PLAN_COLUMN_COUNT 15
extern const struct kq_import_plan kq_pass_plan;

#endif
