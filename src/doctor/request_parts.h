/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_REQUEST_PARTS_H
#define KQ_DOCTOR_REQUEST_PARTS_H

#include <stdbool.h>

#include "base/cursor.h"
#include "doctor/request_read.h"

/* What the readers of the forms have in common; for this room's request_….c. */

/* Appends. BAD_INPUT beyond KQ_PARAMS_MAX, NO_MEMORY. */
KQ_MUST struct kq_result kq_request_add(struct kq_sent_request *request, struct kq_sent_param param,
                                        struct kq_error *error);

/* A query or a form body, percent-encoded. */
KQ_MUST struct kq_result kq_request_add_form(struct kq_sent_request *request, struct kq_slice form,
                                             struct kq_error *error);

/* The same, or a text that was never encoded: the bytes tell. */
KQ_MUST struct kq_result kq_request_add_any_form(struct kq_sent_request *request, struct kq_slice form,
                                                 struct kq_error *error);

/* What stands behind the first `?` and before a `#`. */
struct kq_slice kq_request_query_of(struct kq_slice url);

/* A body of that Content-Type: a form where it says nothing, multipart, or nothing that has parameters. */
KQ_MUST struct kq_result kq_request_add_body(struct kq_sent_request *request, struct kq_slice content_type,
                                             struct kq_slice body, struct kq_error *error);

/* Takes a name ([A-Za-z_][A-Za-z0-9_.-]*), or nothing where none stands here. */
bool kq_request_take_name(struct kq_cursor *cursor, struct kq_slice *name);

/* Takes a JSON object or array by its brackets, whether or not it is valid; nothing where none ends. */
bool kq_request_take_brackets(struct kq_cursor *cursor, struct kq_slice *taken);

/* Skips spaces, tabs and line ends. */
void kq_request_skip_space(struct kq_cursor *cursor);

bool kq_request_contains(struct kq_slice text, struct kq_slice part);

/* The forms. Each appends what it finds; finding nothing is no failure. */
KQ_MUST struct kq_result kq_request_add_curl(struct kq_sent_request *request, struct kq_slice text,
                                             struct kq_error *error);
KQ_MUST struct kq_result kq_request_add_map(struct kq_sent_request *request, struct kq_slice text,
                                            bool is_braced, struct kq_error *error);
KQ_MUST struct kq_result kq_request_add_log(struct kq_sent_request *request, struct kq_slice text,
                                            struct kq_error *error);

/* *is_json false: it is none. Sets the form. */
KQ_MUST struct kq_result kq_request_add_json(struct kq_sent_request *request, struct kq_slice text,
                                             bool *is_json, struct kq_error *error);

#endif
