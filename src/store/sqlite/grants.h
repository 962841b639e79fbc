/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_GRANTS_H
#define KQ_STORE_SQLITE_GRANTS_H

#include "base/error.h"
#include "domain/application.h"
#include "store/sqlite/batch.h"

/* Rows of grants, for those that make and end them. STORE, BUSY, NO_MEMORY. */

/* Writes the grant, with its methods, and drops some that have been dead for long. */
KQ_MUST struct kq_result kq_grant_insert(struct kq_batch *batch, const struct kq_grant *grant,
                                         struct kq_error *error);

#endif
