/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_JUDGE_H
#define KQ_DOCTOR_JUDGE_H

#include "doctor/examine.h"

/* What is wrong beside the string that was signed: for this room. Each adds what it finds. NO_MEMORY. */

/* What was found out on the way. */
struct kq_case_file {
    const struct kq_examination *examination;
    struct kq_arena *arena;
    struct kq_diagnosis *diagnosis;
    enum kq_sign_type sign_type;
    struct kq_draft right;
    struct kq_opened_signature opened;
    const struct kq_advice *signature_advice; /* of the form in which the signature was readable */
    size_t signature_size;                    /* as its base64 was sent; SIZE_MAX: it is none */
    size_t key_size;                          /* of the first key's signatures; 0: none was tried */
};

KQ_MUST struct kq_result kq_case_add(struct kq_case_file *file, const struct kq_advice *advice,
                                     struct kq_slice subject, struct kq_error *error);

/* Which algorithm the request names: into `sign_type`. */
KQ_MUST struct kq_result kq_judge_sign_type(struct kq_case_file *file, struct kq_error *error);

/* Does the gateway refuse it before it looks at the signature? */
KQ_MUST struct kq_result kq_judge_twice(struct kq_case_file *file, struct kq_error *error);

/* How many bytes the base64 of a signature has, its end cut off or not; SIZE_MAX: it is no base64. */
size_t kq_judge_signature_size(struct kq_slice text);

/* Is the key that has made it the right one? Where several are the same, the one that fits best is. */
KQ_MUST struct kq_result kq_judge_key(struct kq_case_file *file, struct kq_error *error);

/* Was it made as it should be? */
KQ_MUST struct kq_result kq_judge_algorithm(struct kq_case_file *file, struct kq_error *error);

/* There is no signature. */
KQ_MUST struct kq_result kq_judge_unsigned(struct kq_case_file *file, struct kq_error *error);

/* No key opens it. */
KQ_MUST struct kq_result kq_judge_nothing(struct kq_case_file *file, struct kq_error *error);

/* Of an answer of the gateway, as kq_examine. */
KQ_MUST struct kq_result kq_examine_answer(const struct kq_examination *examination, struct kq_arena *arena,
                                           struct kq_diagnosis *diagnosis, struct kq_error *error);

#endif
