/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_GATEWAY_ANSWER_H
#define KQ_SERVER_GATEWAY_ANSWER_H

#include "server/call.h"
#include "wire/key.h"

/* Makes the signed answer of a call into call->answer (spec/gateway.md, "Answer"): from call->error where
 * that has a code, else from the typed answer
 * (`values`, the struct of call->method->answer). NO_MEMORY, CRYPTO: then call->answer is empty. */
KQ_MUST struct kq_result kq_gateway_write_answer(struct kq_call *call, const void *values,
                                                 const struct kq_private_key *key, struct kq_error *error);

#endif
