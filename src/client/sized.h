/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_SIZED_H
#define KQ_CLIENT_SIZED_H

#include <stddef.h>

#include "base/error.h"

/* Structs that a program fills, and that may be longer or shorter than the library's own, as the program was
 * compiled with a later or an earlier header. Members are added at the end only, and mean nothing when zero.
 */

/* Copies what both have and zeroes the rest of `own`. USAGE, with the struct's name, where the program's is
 * longer and has something there: what it asks for could not be done. */
KQ_MUST struct kq_result kq_sized_copy(const char *name, void *own, size_t own_bytes, const void *given,
                                       size_t given_bytes, struct kq_error *error);

#endif
