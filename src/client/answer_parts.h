/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_ANSWER_PARTS_H
#define KQ_CLIENT_ANSWER_PARTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "client/http.h"
#include "kaquan.h"
#include "wire/charset.h"
#include "wire/content_cipher.h"
#include "wire/json.h"

/* What the readers of answers share, whatever the protocol. */

#define KQ_ANSWER_CODE_SUCCESS "10000"

/* What a caller gets, and the memory behind it. */
struct kq_owned_answer {
    struct kq_client_answer answer; /* first: its address is the whole's */
    struct kq_arena arena;          /* owned */
    const struct kq_json *response; /* in the arena; NULL until it is verified */
};

/* With the HTTP status, the trace id and the raw bytes; all else is empty. NULL when out of memory. */
struct kq_owned_answer *kq_answer_new(const struct kq_http_answer *http);

/* What an answer says, read; believed, or only a hint. All in the arena, in UTF-8. */
struct kq_answer_content {
    struct kq_slice response;
    const struct kq_json *object;
};

/* Of an object's bytes. ANSWER: not in its charset, not JSON, no object; NO_MEMORY. */
KQ_MUST struct kq_result kq_answer_read_content(enum kq_charset charset, struct kq_slice response,
                                                struct kq_arena *arena, struct kq_answer_content *content,
                                                struct kq_error *error);

/* The text of a string or number member, copied; "" where there is none. NULL when out of memory. */
const char *kq_answer_text(const struct kq_json *object, const char *name, struct kq_arena *arena);

/* The plain bytes of base64 that was encrypted, in the arena. ANSWER, NO_MEMORY. */
KQ_MUST struct kq_result kq_answer_decrypt(const struct kq_content_key *key, struct kq_slice base64,
                                           struct kq_arena *arena, struct kq_slice *plain,
                                           struct kq_error *error);

/* In certificate mode: an answer that names the gateway's certificate names the one that is known. Neither
 * where it names none: that is for kq_answer_check_named, once it is known whether it is a success.
 * INVALID_SIGNATURE, naming both. */
KQ_MUST struct kq_result kq_answer_check_certificate(struct kq_slice known, struct kq_slice named,
                                                     struct kq_error *error);

/* A success in certificate mode names its certificate. INVALID_SIGNATURE. */
KQ_MUST struct kq_result kq_answer_check_named(struct kq_slice known, struct kq_slice named, bool is_success,
                                               struct kq_error *error);

/* From here on the answer is believed. */
void kq_answer_believe(struct kq_owned_answer *owned, const struct kq_answer_content *content);

/* The end of reading one: quotes it in the error; there is no answer where memory ran out. */
KQ_MUST enum kq_client_status kq_answer_finish(enum kq_client_status status, struct kq_client_answer **answer,
                                               struct kq_client_error *error);

/* A failure for want of memory says nothing about the answer; any other one is the answer's. */
KQ_MUST struct kq_result kq_answer_blame(struct kq_error *error, const char *what);

#endif
