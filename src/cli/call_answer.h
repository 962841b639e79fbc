/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CALL_ANSWER_H
#define KQ_CLI_CALL_ANSWER_H

#include "base/error.h"
#include "base/slice.h"

/* Prints a response, a JSON object in UTF-8, for people: `name  value` lines, then a table for each list of
 * objects, whose cells are cut where they are long. BAD_INPUT where it is no object, NO_MEMORY.
 * `error` is not NULL. */
KQ_MUST struct kq_result kq_call_answer_print(struct kq_slice json, struct kq_error *error);

#endif
