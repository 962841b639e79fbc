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

/* A request line, headers and a body; *is_dump false: it is none. `whole` is the text with what was trimmed
 * off its end, which a Content-Length may count. */
KQ_MUST struct kq_result kq_request_add_dump(struct kq_sent_request *request, struct kq_slice text,
                                             struct kq_slice whole, bool *is_dump, struct kq_error *error);

/* *is_json false: it is none. Sets the form. */
KQ_MUST struct kq_result kq_request_add_json(struct kq_sent_request *request, struct kq_slice text,
                                             bool *is_json, struct kq_error *error);

/* An answer of the gateway: *taken, and the request is that. BAD_INPUT where it is one that cannot be read.
 */
KQ_MUST struct kq_result kq_request_take_answer(struct kq_sent_request *request, struct kq_slice text,
                                                bool *taken, struct kq_error *error);

/* The newer protocol. *taken: what was found is a call of it (by its authorization, or by its path), and the
 * request is that; the first seven texts of `sent` are given. Its parameters so far are dropped. BAD_INPUT
 * for a broken multipart body, NO_MEMORY. */
KQ_MUST struct kq_result kq_request_take_v3(struct kq_sent_request *request, const struct kq_sent_v3 *sent,
                                            bool *taken, struct kq_error *error);

/* A URL's host and target into `sent`; a target alone is one, too. */
void kq_request_take_address(struct kq_slice url, struct kq_sent_v3 *sent);

/* A header that is signed or says what the body is, into `sent`. */
void kq_request_take_header(struct kq_slice name, struct kq_slice value, struct kq_sent_v3 *sent);

/* `POST`, `get`, … in capital letters, static; empty: it is no method. */
struct kq_slice kq_request_http_method(struct kq_slice word);

/* The end of a word, as a URL stands in a line. */
size_t kq_request_word_size(struct kq_slice text);

/* Any text in which such a call stands: a log line, lines of headers. */
KQ_MUST struct kq_result kq_request_add_v3_text(struct kq_sent_request *request, struct kq_slice text,
                                                bool *taken, struct kq_error *error);

#endif
