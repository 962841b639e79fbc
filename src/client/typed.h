/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_TYPED_H
#define KQ_CLIENT_TYPED_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "kaquan.h"
#include "wire/json.h"

/* Between JSON and the structs of a program, which says itself how they are laid out. */

/* Whether all of a layout is understood: to be asked before anything is sent. USAGE, naming the field. */
KQ_MUST struct kq_result kq_typed_check(const struct kq_client_layout *layout, struct kq_error *error);

/* Typed request → JSON object, appended. Its layout was checked. USAGE, naming it, where a required field is
 * missing or a text is not UTF-8; what else a value may be is for the gateway to say. NO_MEMORY. */
KQ_MUST struct kq_result kq_typed_write(const struct kq_client_layout *layout, const void *values,
                                        struct kq_buffer *json, struct kq_error *error);

/* JSON object → typed answer, a zeroed struct of layout->struct_bytes, in the arena. A field that is missing,
 * null or "" stays zero; numbers are taken for texts and the other way round, as the platform mixes them.
 * ANSWER, naming it, where a field is of another kind, or its kind is not understood. NO_MEMORY. */
KQ_MUST struct kq_result kq_typed_read(const struct kq_client_layout *layout, const struct kq_json *object,
                                       struct kq_arena *arena, void *values, struct kq_error *error);

#endif
