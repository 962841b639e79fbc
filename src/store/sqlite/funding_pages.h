/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_FUNDING_PAGES_H
#define KQ_STORE_SQLITE_FUNDING_PAGES_H

#include "base/error.h"
#include "base/slice.h"
#include "domain/authorization.h"
#include "store/sqlite/batch.h"

/* Another page of the template's funding order; empty where it awaits none. The template is there. STORE,
 * BUSY, CRYPTO, NO_MEMORY. */
KQ_MUST struct kq_result kq_funding_page_create(struct kq_batch *batch, struct kq_slice template_id,
                                                char token[KQ_CODE_TEXT_SIZE], struct kq_error *error);

#endif
