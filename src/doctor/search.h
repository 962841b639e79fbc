/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_SEARCH_H
#define KQ_DOCTOR_SEARCH_H

#include "doctor/examine.h"

/* Which mistakes make the string that has the digest that was signed: for this room. */

/* Adds findings for the first set of mistakes that does, fewest first, and sets signed_text. None found:
 * signed_text stays as it is. *work_left is what may still be hashed. NO_MEMORY, CRYPTO. */
KQ_MUST struct kq_result kq_search(const struct kq_draft *right, const struct kq_opened_signature *opened,
                                   size_t *work_left, struct kq_arena *arena, struct kq_diagnosis *diagnosis,
                                   struct kq_error *error);

/* Adds one; the subject is copied. NO_MEMORY. */
KQ_MUST struct kq_result kq_diagnosis_add(struct kq_diagnosis *diagnosis, const struct kq_advice *advice,
                                          struct kq_slice subject, struct kq_arena *arena,
                                          struct kq_error *error);

#endif
