/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_API_DESCRIPTION_H
#define KQ_API_DESCRIPTION_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

/* A template's usage text, kept as lines, as the platform's voucher_description has it: a JSON array of
 * texts. *json stays empty where there are no lines. NO_MEMORY. */
KQ_MUST struct kq_result kq_description_show(struct kq_slice lines, struct kq_arena *arena,
                                             struct kq_slice *json, struct kq_error *error);

#endif
