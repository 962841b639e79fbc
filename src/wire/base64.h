/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_BASE64_H
#define KQ_WIRE_BASE64_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* Base64 with the standard alphabet (RFC 4648, section 4). */

/* With padding, no line ends. */
void kq_base64_encode(struct kq_slice bytes, struct kq_buffer *text);

/* Spaces and line ends are skipped, padding may be missing; anything else is BAD_INPUT. NO_MEMORY. */
KQ_MUST struct kq_result kq_base64_decode(struct kq_slice text, struct kq_arena *arena,
                                          struct kq_slice *bytes, struct kq_error *error);

#endif
