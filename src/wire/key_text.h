/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_KEY_TEXT_H
#define KQ_WIRE_KEY_TEXT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

/* From a key file's text to the DER in it. */

/* A chain of certificates with its key has fewer PEM blocks. */
#define KQ_KEY_BLOCKS_MAX 16

/* Zeroed: empty. */
struct kq_key_text {
    struct kq_arena arena; /* owned */
    struct kq_slice blocks[KQ_KEY_BLOCKS_MAX];
    size_t count;
};

#define KQ_KEY_TEXT_CLEANUP KQ_CLEANUP(kq_key_text_wipe)

/* PEM blocks, with text around them if there is any; or base64 alone; or DER. `text` is only read. BAD_KEY
 * says what else it is; NO_MEMORY. On success there is at least one block. */
KQ_MUST struct kq_result kq_key_text_read(struct kq_slice text, struct kq_key_text *read,
                                          struct kq_error *error);

/* Overwrites what was decoded, and frees it. */
void kq_key_text_wipe(struct kq_key_text *read);

#endif
