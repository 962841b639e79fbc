/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_REQUEST_PARTS_H
#define KQ_DOCTOR_REQUEST_PARTS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "doctor/request_read.h"

struct kq_json;

/* What the readers of the forms have in common; for this room's request_….c. */

/* Appends. BAD_INPUT beyond KQ_PARAMS_MAX, NO_MEMORY. */
KQ_MUST struct kq_result kq_request_add(struct kq_sent_request *request, struct kq_sent_param param,
                                        struct kq_error *error);

/* An empty request for a part of that one's text, which may be none. */
struct kq_sent_request kq_request_attempt(const struct kq_sent_request *request);

/* Whether the reading goes on behind such an attempt: a failure that is the text's, in `inner`, is kept as
 * the refusal, and the attempt is emptied. Passes on what is no text's fault: NO_MEMORY. */
KQ_MUST struct kq_result kq_request_contain(struct kq_sent_request *attempt, struct kq_result result,
                                            const struct kq_error *inner, struct kq_error *error);

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

/* In UTF-8; at most 0xFFFF. */
void kq_request_append_code_point(struct kq_buffer *text, unsigned code);

/* Does it say who calls, or have a signature? */
bool kq_request_is_told(const struct kq_sent_request *request);

/* A request in any form, without saying what was not understood. */
KQ_MUST struct kq_result kq_request_add_any(struct kq_sent_request *request, struct kq_slice text,
                                            struct kq_slice whole, struct kq_error *error);

/* BAD_INPUT for a text whose pieces are not put together. */
KQ_MUST struct kq_result kq_request_refuse_pieces(struct kq_error *error);

/* The forms. Each appends what it finds; finding nothing is no failure. */
KQ_MUST struct kq_result kq_request_add_curl(struct kq_sent_request *request, struct kq_slice text,
                                             struct kq_error *error);
bool kq_request_is_cmd(struct kq_slice text);
KQ_MUST struct kq_result kq_request_add_cmd(struct kq_sent_request *request, struct kq_slice text,
                                            struct kq_error *error);
bool kq_request_is_powershell(struct kq_slice text);
KQ_MUST struct kq_result kq_request_add_powershell(struct kq_sent_request *request, struct kq_slice text,
                                                   struct kq_error *error);
bool kq_request_is_fetch(struct kq_slice text);
KQ_MUST struct kq_result kq_request_add_fetch(struct kq_sent_request *request, struct kq_slice text,
                                              bool *taken, struct kq_error *error);
KQ_MUST struct kq_result kq_request_add_map(struct kq_sent_request *request, struct kq_slice text,
                                            bool is_braced, struct kq_error *error);
KQ_MUST struct kq_result kq_request_add_log(struct kq_sent_request *request, struct kq_slice text,
                                            struct kq_error *error);

/* A request line, headers and a body; *is_dump false: it is none. `whole` is the text with what was trimmed
 * off its end, which a Content-Length may count. */
KQ_MUST struct kq_result kq_request_add_dump(struct kq_sent_request *request, struct kq_slice text,
                                             struct kq_slice whole, bool *is_dump, struct kq_error *error);

/* Is what stands in a line before the first `name=` that a gateway knows of something else than parameters?
 */
bool kq_request_is_log(struct kq_slice text);

/* *is_json false: it is none. Sets the form. */
KQ_MUST struct kq_result kq_request_add_json(struct kq_sent_request *request, struct kq_slice text,
                                             bool *is_json, struct kq_error *error);

/* Does a member of that name say what came back, so that no request stands in it? */
bool kq_request_is_response(struct kq_slice name);

/* An answer of the gateway, and nothing else: one …_response, with its sign and its certificate or without
 * them. What has other members is a log's. */
bool kq_request_is_answer(const struct kq_json *object);

/* An answer of the gateway: *taken, and the request is that. BAD_INPUT where it is one that cannot be read.
 */
KQ_MUST struct kq_result kq_request_take_answer(struct kq_sent_request *request, struct kq_slice text,
                                                bool *taken, struct kq_error *error);

/* The newer protocol. *taken: what was found is a call of it (by its authorization, or by its path), and the
 * request is that; the first seven texts of `sent` are given. Its parameters so far are dropped. BAD_INPUT
 * for a broken multipart body, NO_MEMORY. */
KQ_MUST struct kq_result kq_request_take_v3(struct kq_sent_request *request, const struct kq_sent_v3 *sent,
                                            bool *taken, struct kq_error *error);

/* A call by that address, of which the object has headers, a body and the rest, of either protocol. */
KQ_MUST struct kq_result kq_request_add_call(struct kq_sent_request *request, struct kq_slice url,
                                             const struct kq_json *object, struct kq_error *error);

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
