/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_PASS_PLAN_H
#define KQ_CLI_PASS_PLAN_H

#include "cli/import.h"

/* Passes as `pass create` and `pass import` read them. A pass without a pass_id gets one that is made from
 * its other columns, so that the same file again changes nothing; two rows that say the same are one pass. */
#define KQ_PASS_PLAN_COLUMN_COUNT 15
extern const struct kq_import_plan kq_pass_plan;

#endif
