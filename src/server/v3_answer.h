/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_V3_ANSWER_H
#define KQ_SERVER_V3_ANSWER_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "server/call.h"
#include "server/gateway_answer.h"
#include "store/store.h"

/* Answers of the newer protocol (spec/gateway.md, "OpenAPI v3"): a bare JSON object, an HTTP status, and
 * headers with a timestamp, a nonce and the signature over both and the body. So no two answers have the same
 * signature, and none is remembered; what a body is made from is, for both protocols together. */

/* 13 digits of milliseconds until the year 2286; 16 random bytes, in hex. */
#define KQ_V3_TIMESTAMP_TEXT_SIZE 24
#define KQ_V3_NONCE_TEXT_SIZE 33

/* What makes an answer's signature its own. */
struct kq_v3_stamp {
    char timestamp[KQ_V3_TIMESTAMP_TEXT_SIZE];
    char nonce[KQ_V3_NONCE_TEXT_SIZE];
};

void kq_v3_stamp(const struct kq_clock *clock, struct kq_v3_stamp *stamp);

/* A refusal's object: code, message, links, and what its method shows beside them (`values`, or NULL). In the
 * scratch's json, until its next use; empty where there was no memory. */
struct kq_slice kq_v3_write_error(struct kq_call *call, const void *values,
                                  struct kq_answer_scratch *scratch);

/* The body into call->response: of a success, without the code and msg that `json` begins with (it is as
 * kq_gateway_write_response makes it), and as the base64 of its ciphertext where the call has a content key;
 * of a refusal as it is, in clear, as client libraries expect it. Sets call->v3.status. NO_MEMORY (also where
 * `json` is empty), CRYPTO. */
KQ_MUST struct kq_result kq_v3_set_response(struct kq_call *call, struct kq_slice json,
                                            struct kq_error *error);

/* Is the answer's body ciphertext? */
bool kq_v3_is_encrypted(const struct kq_call *call);

/* Body and headers into call->answer and call->v3.headers. NO_MEMORY: then the answer is empty. */
KQ_MUST struct kq_result kq_v3_seal(struct kq_call *call, struct kq_slice body,
                                    const struct kq_v3_stamp *stamp, struct kq_slice signature,
                                    struct kq_error *error);

#endif
