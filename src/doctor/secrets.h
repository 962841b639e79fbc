/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_SECRETS_H
#define KQ_DOCTOR_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "doctor/request_read.h"

/* What opens something for whoever has it (tokens, codes, the signature) and stands in the strings that
 * operators see. A value is hidden in all forms that a request and a mistake give it; where one may stand in
 * a string in a form that is not known, nothing of that string is to be shown. */

struct kq_secrets;

/* In the arena. Parameters and members of JSON, at any depth, also in JSON in a query or in a string, that
 * are named as tokens and codes are, in any letter case. NO_MEMORY. */
KQ_MUST struct kq_result kq_secrets_find(const struct kq_sent_request *request, struct kq_arena *arena,
                                         struct kq_secrets **secrets, struct kq_error *error);

/* Copies of both strings with asterisks, of the same size. data NULL: a secret may stand in it. NO_MEMORY. */
KQ_MUST struct kq_result kq_secrets_hide(struct kq_secrets *secrets, struct kq_slice *expected,
                                         struct kq_slice *signed_text, struct kq_arena *arena,
                                         struct kq_error *error);

#endif
