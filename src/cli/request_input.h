/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_REQUEST_INPUT_H
#define KQ_CLI_REQUEST_INPUT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "cli/command.h"
#include "doctor/request_read.h"

/* What `kaquan sign` and `kaquan verify` have in common: a request in any form, and strings to sign on a
 * screen. */

#define KQ_FLAG_REQUEST_FILE                                                                                 \
    {                                                                                                        \
        .name = "file", .kind = KQ_FLAG_TEXT, .value = "FILE",                                               \
        .text = "the request, where it is not on the command line; -: standard input, the default"           \
    }

/* From the operand, --file or standard input. `text` has the bytes that the request points to. USAGE,
 * NOT_FOUND, IO, BAD_INPUT, NO_MEMORY. */
KQ_MUST struct kq_result kq_request_input_read(struct kq_invocation *invocation, struct kq_buffer *text,
                                               struct kq_sent_request *request, struct kq_error *error);

/* Bytes in the request's charset as UTF-8, appended; what is no text becomes `?`. NO_MEMORY. */
KQ_MUST struct kq_result kq_request_append_shown(const struct kq_sent_request *request, struct kq_slice bytes,
                                                 struct kq_buffer *utf8, struct kq_error *error);

/* What the text was taken for: "an HTTP request with 9 parameters", "an HTTP request, a call of OpenAPI v3".
 * Nothing ends the line. */
void kq_request_print_form(const struct kq_sent_request *request);

/* "String to sign", in the person's language, and what is special about this one. */
const char *kq_request_heading(const struct kq_sent_request *request);

/* Prints `heading:` and the bytes on a line of their own. NO_MEMORY. */
KQ_MUST struct kq_result kq_request_print(const struct kq_sent_request *request, const char *heading,
                                          struct kq_slice bytes, struct kq_error *error);

/* Appends `,"name":"bytes"` to an object. NO_MEMORY. */
KQ_MUST struct kq_result kq_request_append_json(const struct kq_sent_request *request, const char *name,
                                                struct kq_slice bytes, struct kq_buffer *json,
                                                struct kq_error *error);

#endif
