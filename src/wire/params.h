/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_PARAMS_H
#define KQ_WIRE_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

/* The parameters of a call, as bytes in the call's own charset, in the order in which they came. */

/* The platform's protocol has 18 public parameters and allows unknown ones; SDKs add a few. Bounds the work
 * on a hostile call. */
#define KQ_PARAMS_MAX 256

struct kq_param {
    struct kq_slice name;
    struct kq_slice value;
};

/* Items live in the arena; names and values are borrowed from it or from the call's bytes. */
struct kq_params {
    struct kq_arena *arena;
    struct kq_param *items;
    size_t count;
    size_t capacity;
};

void kq_params_init(struct kq_params *params, struct kq_arena *arena);

/* Appends. INVALID_PARAMETER_GATEWAY beyond KQ_PARAMS_MAX, NO_MEMORY. */
KQ_MUST struct kq_result kq_params_add(struct kq_params *params, struct kq_slice name, struct kq_slice value,
                                       struct kq_error *error);

/* The first value of that name; empty where there is none (an empty value counts as none everywhere in the
 * protocol). An empty value before another one is a duplicate that differs: kq_params_check_duplicates
 * refuses that. */
struct kq_slice kq_params_find(const struct kq_params *params, struct kq_slice name);

/* INVALID_PARAMETER_GATEWAY, naming it, where a name stands twice with different values (spec/gateway.md,
 * "Transport"). */
KQ_MUST struct kq_result kq_params_check_duplicates(const struct kq_params *params, struct kq_error *error);

/* Whether a value holds `&name=`. */
bool kq_params_has_within(struct kq_slice value, struct kq_slice name);

/* The string to sign does not say where a name or a value ends: so no name has `=` or `&` in it, and no value
 * has one of `names` (NULL at the end) in it (`&name=`) where that one could have stood beside it, sorted as
 * it is. Otherwise the same signature is one over other parameters, too: INVALID_PARAMETER_GATEWAY.
 * Parameters that are not signed, and the value of biz_content, may have anything: nobody can cut JSON
 * without its being noticed. */
KQ_MUST struct kq_result kq_params_check_boundaries(const struct kq_params *params, const char *const *names,
                                                    struct kq_error *error);

/* `a=1&b=2` with percent-encoding, of a query string or an application/x-www-form-urlencoded body: `+` is a
 * space, `%XX` a byte; a `%` that is not followed by two hex digits stands for itself. Pieces without `=` are
 * names with an empty value; empty pieces are skipped. Appends to `params`. */
KQ_MUST struct kq_result kq_form_decode(struct kq_slice form, struct kq_params *params,
                                        struct kq_error *error);

/* The inverse, for clients: percent-encodes all but A-Z a-z 0-9 - _ . * and writes spaces as `+`. */
struct kq_buffer;
void kq_form_encode(struct kq_slice value, struct kq_buffer *buffer);

/* The same into `room`, which has kq_form_encoded_size bytes. Gives where it ends. */
size_t kq_form_encoded_size(struct kq_slice value);
char *kq_form_encode_at(struct kq_slice value, char *room);

/* multipart/form-data (RFC 7578): parts without a file name are parameters, others are skipped.
 * `content_type` is the header's value, with the boundary. A backslash in a name is no escape (it may be half
 * of a GBK character). INVALID_PARAMETER_GATEWAY where the body does not keep to the form, and where it is
 * cut off; NO_MEMORY. Names and values point into `body`. */
KQ_MUST struct kq_result kq_multipart_decode(struct kq_slice content_type, struct kq_slice body,
                                             struct kq_params *params, struct kq_error *error);

#endif
