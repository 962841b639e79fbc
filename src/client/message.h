/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_MESSAGE_H
#define KQ_CLIENT_MESSAGE_H

#include "base/error.h"
#include "base/macros.h"
#include "kaquan.h"

/* The border between the program's errors and the client library's. */

/* Writes status and message, cut at a character's border, and empties the rest. `error` may be NULL. Returns
 * `status`, so that `return kq_client_fail(…)` is one statement. */
KQ_MUST enum kq_client_status kq_client_fail(struct kq_client_error *error, enum kq_client_status status,
                                             const char *format, ...) KQ_PRINTF(3, 4);

/* The same of an error that an internal function recorded: its code's layer and its message. */
KQ_MUST enum kq_client_status kq_client_fail_with(struct kq_client_error *error,
                                                  const struct kq_error *cause);

/* After a failure: the answer's codes, which are empty unless they were verified, and its trace id. Either
 * may be NULL. */
void kq_client_quote(struct kq_client_error *error, const struct kq_client_answer *answer);

#endif
