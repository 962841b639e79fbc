/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_SIGNATURE_FORM_H
#define KQ_DOCTOR_SIGNATURE_FORM_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "doctor/mistakes.h"

/* What became of a signature's base64 text on its way: the first form is as it should be, each other one
 * takes a mistake back. */

extern const size_t kq_signature_form_count;

/* The bytes, in the arena; empty where the text cannot have been spoiled in this way, or is no signature even
 * so. *advice NULL for the first form. NO_MEMORY. */
KQ_MUST struct kq_result kq_signature_read(struct kq_slice text, size_t form, struct kq_arena *arena,
                                           struct kq_slice *bytes, const struct kq_advice **advice,
                                           struct kq_error *error);

#endif
