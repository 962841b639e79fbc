/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_LOCAL_ERROR_H
#define KQ_CLI_LOCAL_ERROR_H

#include "base/buffer.h"
#include "base/slice.h"

/* Errors are made and kept in English; on their way to a person they are put into the language of the locale.
 * A sentence is matched with the formats of chinese.h's tables, so that no function that fails knows of
 * languages. */

/* Appends it in that language; as it is where no format fits, and where the locale is not Chinese. */
void kq_append_local_error(struct kq_buffer *buffer, struct kq_slice english);

#endif
