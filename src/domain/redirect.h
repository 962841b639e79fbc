/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_REDIRECT_H
#define KQ_DOMAIN_REDIRECT_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/slice.h"

/* The merchants' addresses that our pages lead back to. */

struct kq_redirect_parameter {
    const char *name;
    struct kq_slice value;
};

/* Appends the address with the parameters added to its query, before its fragment. What may not stand in a
 * URL is percent-encoded. */
void kq_redirect_append(struct kq_slice uri, const struct kq_redirect_parameter *parameters, size_t count,
                        struct kq_buffer *buffer);

#endif
