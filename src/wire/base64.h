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

/* White space is skipped; padding is whole or missing; anything else is BAD_INPUT, the bits that no byte uses
 * not being zero included. On failure nothing of the bytes stays in the arena. NO_MEMORY. */
KQ_MUST struct kq_result kq_base64_decode(struct kq_slice text, struct kq_arena *arena,
                                          struct kq_slice *bytes, struct kq_error *error);

#endif
