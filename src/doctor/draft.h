/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_DRAFT_H
#define KQ_DOCTOR_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "doctor/request_read.h"
#include "wire/charset.h"

/* A string to sign while it is made, so that it can be made wrongly at each step: which parameters with which
 * values, in which order, joined how, and what is done with the text. Without any mistake it is the one of
 * spec/gateway.md. Of a call of the newer protocol the items are the string's lines, under these names. */

#define KQ_LINE_AUTHORIZATION KQ_SLICE("the list of authorization")
#define KQ_LINE_METHOD KQ_SLICE("the HTTP method")
#define KQ_LINE_PATH KQ_SLICE("the path")
#define KQ_LINE_BODY KQ_SLICE("the body")
#define KQ_LINE_TOKEN KQ_SLICE("alipay-app-auth-token")

/* Such a name in Chinese, static; empty: it is the same, or none of these. */
struct kq_slice kq_line_chinese(struct kq_slice name);

enum kq_draft_order {
    KQ_ORDER_BY_NAME,
    KQ_ORDER_AS_SENT,
    KQ_ORDER_REVERSED,
    KQ_ORDER_IGNORING_CASE,
    KQ_ORDER_BY_VALUE,
};

struct kq_draft_join {
    struct kq_slice prefix;
    struct kq_slice before_name;
    struct kq_slice before_value;
    struct kq_slice after_value;
    struct kq_slice separator;
    struct kq_slice suffix;
    bool without_names;
};

struct kq_draft {
    struct kq_arena *arena;       /* borrowed: where what is new is made */
    const struct kq_sent_v3 *v3;  /* borrowed from the request; NULL: it is none of the newer protocol */
    struct kq_slice content_name; /* of the item that is the call's JSON */
    enum kq_charset charset;
    bool is_notification;
    bool looks_encoded;          /* every value does */
    struct kq_sent_param *items; /* in the arena; with sign, which is left out at the end */
    size_t count;
    enum kq_draft_order order;
    bool keeps_empty;
    bool keeps_sign;
    struct kq_draft_join join;
    struct kq_slice text; /* once it is joined */
};

/* Without mistakes, not joined yet. Where a name stands twice, the first is taken, as the gateway does. */
KQ_MUST struct kq_result kq_draft_begin(const struct kq_sent_request *request, struct kq_draft *draft,
                                        struct kq_error *error);

/* May it have been percent-encoded? No encoder leaves a quote or a space as it is, or encodes a letter. */
bool kq_draft_looks_encoded(const struct kq_sent_param *item);

/* The same draft with items of its own in another arena, to be changed. */
KQ_MUST struct kq_result kq_draft_copy(const struct kq_draft *draft, struct kq_arena *arena,
                                       struct kq_draft *copy, struct kq_error *error);

/* Into draft->text. */
KQ_MUST struct kq_result kq_draft_join(struct kq_draft *draft, struct kq_error *error);

/* Where the item of that name stands, or count. */
size_t kq_draft_find(const struct kq_draft *draft, struct kq_slice name);

/* Would it stand in the string? `sign` does not; an empty value neither. */
bool kq_draft_is_signed(const struct kq_draft *draft, size_t index);

/* Appends an item; there is always room for one more than a copy or a beginning had. */
#define KQ_DRAFT_SPARE 32
void kq_draft_add(struct kq_draft *draft, struct kq_slice name, struct kq_slice value);

void kq_draft_remove(struct kq_draft *draft, size_t index);

/* Another text for a value; *changed where it is another one. */
KQ_MUST struct kq_result kq_draft_put(const struct kq_draft *draft, struct kq_slice *value,
                                      const struct kq_buffer *made, bool *changed, struct kq_error *error);

#endif
