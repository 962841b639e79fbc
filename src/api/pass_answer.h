/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_API_PASS_ANSWER_H
#define KQ_API_PASS_ANSWER_H

#include "api/fields.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "domain/placeholder.h"

/* The answer of the four methods that make and change passes: `success`, and `result`, a JSON text in a
 * string. The platform's refusals have both too. A boolean is what the platform sends and most libraries
 * read; the Java library reads none, since its getSuccess() is beside an isSuccess() that goes by the code.
 */
struct kq_pass_answer {
    struct kq_boolean success;
    struct kq_slice result;
};

extern const struct kq_fields kq_pass_answer_fields;

/* {"tpl_id":…,"tpl_params":[…]}, made in the arena. NO_MEMORY. */
KQ_MUST struct kq_result kq_pass_answer_template(struct kq_slice tpl_id,
                                                 const struct kq_placeholders *placeholders,
                                                 struct kq_arena *arena, struct kq_pass_answer *answer,
                                                 struct kq_error *error);

/* {"passId":…,"serialNumber":…,"operate":…}, made in the arena. NO_MEMORY. */
KQ_MUST struct kq_result kq_pass_answer_instance(struct kq_slice pass_id, struct kq_slice serial_number,
                                                 const char *operate, struct kq_arena *arena,
                                                 struct kq_pass_answer *answer, struct kq_error *error);

/* struct kq_method.refuse of the methods on templates: `success` false. */
KQ_MUST struct kq_result kq_pass_refuse_template(const struct kq_error *refusal, struct kq_arena *arena,
                                                 void *answer, struct kq_error *error);

#endif
