/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_GATEWAY_ANSWER_H
#define KQ_SERVER_GATEWAY_ANSWER_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "server/call.h"

/* An answer is made in three steps (spec/gateway.md, "Answer"): the response object, in UTF-8; the same in
 * the call's charset, encrypted where the request was, which is what is signed; the envelope around it and
 * its signature. */

/* Memory that a worker uses for one answer after the other. */
struct kq_answer_scratch {
    struct kq_buffer json;
    struct kq_buffer text;
    struct kq_buffer signature;
};

void kq_answer_scratch_free(struct kq_answer_scratch *scratch);

/* Gives back what one long answer has needed, or one that may have shown a token. */
void kq_answer_scratch_trim(struct kq_answer_scratch *scratch, bool is_secret);

/* The response object, in UTF-8: the codes of call->error, and the typed answer (`values`, the struct of
 * call->method->answer), which a refusal has only where its method shows something beside the codes: else
 * NULL. In the scratch, until its next use; empty where there was no memory. */
struct kq_slice kq_gateway_write_response(struct kq_call *call, const void *values,
                                          struct kq_answer_scratch *scratch);

/* What is in the scratch's json as it may be signed. The gateway's key signs notifications, too, which are
 * `name=value&name=value`: a caller whose text comes back in an answer would have one of his own making
 * signed, for any application to believe. So answers have no `&` in their bytes, but as an escape. One
 * refusal does, which shows the string to sign as HTML: there no parameter but the first could be without
 * `amp;` before its name. */
struct kq_slice kq_gateway_finish_json(const struct kq_call *call, struct kq_answer_scratch *scratch);

/* Appends the member `name` with what call->error says to people: `message`, or the row's sub_msg where that
 * is NULL, and what is shown behind it. For v3_answer.c. */
void kq_gateway_append_message(struct kq_call *call, const char *name, const char *message,
                               struct kq_buffer *scratch, struct kq_buffer *json);

/* The object into call->response, in the call's charset; as a JSON string of its ciphertext where the call
 * has a content key. NO_MEMORY (also where `json` is empty), INTERNAL, CRYPTO. */
KQ_MUST struct kq_result kq_gateway_set_response(struct kq_call *call, struct kq_slice json,
                                                 struct kq_error *error);

/* The whole answer into call->answer. `response`: what was signed. NO_MEMORY: then that is empty. */
KQ_MUST struct kq_result kq_gateway_seal(struct kq_call *call, struct kq_slice response,
                                         struct kq_slice signature_text, struct kq_error *error);

#endif
