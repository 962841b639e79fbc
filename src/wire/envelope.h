/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_ENVELOPE_H
#define KQ_WIRE_ENVELOPE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* The answer's envelope (spec/gateway.md, "Answer"): {"alipay_x_response":{…},"sign":"…"}, in certificate
 * mode
 * {"alipay_x_response":{…},"alipay_cert_sn":"…","sign":"…"}. */

/* Appends the member's name: the method's dots as underscores, then `_response`; `error_response` where
 * `method` is empty. */
void kq_envelope_append_name(struct kq_buffer *buffer, struct kq_slice method);

/* Whether `name` is that. */
bool kq_envelope_is_name(struct kq_slice name, struct kq_slice method);

/* Appends the whole answer. `response` is the response object's bytes in the answer's charset, or the string
 * that has them encrypted: what `signature_text` was made over. `cert_sn`: alipay_cert_sn; empty: none. */
void kq_envelope_append(struct kq_buffer *buffer, struct kq_slice method, struct kq_slice response,
                        struct kq_slice cert_sn, struct kq_slice signature_text);

/* `&`, `<`, `>`, `"` and `'` as HTML entities, all else as it is: how isv.invalid-signature's sub_msg shows
 * the string to sign (spec/gateway.md, "Gateway errors"). */
void kq_html_escape_append(struct kq_slice text, struct kq_buffer *buffer);

/* An answer taken apart, for clients; slices point into the answer's bytes, which are never re-serialised:
 * `response` is what the signature is over, white space inside it included. */
struct kq_envelope {
    struct kq_slice name;     /* alipay_…_response or error_response */
    struct kq_slice response; /* the raw bytes of that member's value */
    struct kq_slice sign;     /* empty: none */
    struct kq_slice cert_sn;  /* alipay_cert_sn; empty: none */
};

/* Members in any order, white space between them allowed; gbk is safe (no byte of a GBK character inside a
 * string is taken for a quote or a backslash: pass `is_gbk`). ANSWER where the bytes are not such an object,
 * or it has no …_response member. */
KQ_MUST struct kq_result kq_envelope_split(struct kq_slice answer, bool is_gbk, struct kq_envelope *envelope,
                                           struct kq_error *error);

#endif
