/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_KNOWN_METHODS_H
#define KQ_CLIENT_KNOWN_METHODS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

/* What the library has to know of a method to repeat its calls: a table that generate_source.c makes from the
 * catalogue when the library is built, so that it needs nothing of the server's. */
struct kq_known_method {
    const char *name;
    bool is_query;          /* struct kq_method's, both */
    const char *repeat_key; /* NULL: none */
};

extern const struct kq_known_method kq_known_methods[];
extern const size_t kq_known_method_count;

/* NULL: not in the catalogue. */
const struct kq_known_method *kq_known_method_find(struct kq_slice name);

#endif
