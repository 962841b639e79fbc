/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_TEMPLATE_TERMS_H
#define KQ_DOMAIN_TEMPLATE_TERMS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* What a template says beside its amounts and times, in the forms of the wire. */

#define KQ_URI_MAX_CHARS 256 /* as long as the platform lets its own be */

/* http or https, a host, nothing but printable ASCII. An empty text is none, and fine. `what` names it in the
 * refusal. BAD_INPUT. */
KQ_MUST struct kq_result kq_uri_check(const char *what, struct kq_slice uri, struct kq_error *error);

/* voucher_description, a JSON array of strings, as the lines of template.description, made in `arena`. What
 * lines may be is for kq_template_decide_create to say, but none is empty here. BAD_INPUT, NO_MEMORY. */
KQ_MUST struct kq_result kq_description_parse(struct kq_slice json, struct kq_arena *arena,
                                              struct kq_slice *description, struct kq_error *error);

/* The same JSON, compact, appended. */
void kq_description_append(struct kq_slice description, struct kq_buffer *json);

#endif
