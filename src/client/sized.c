/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sized.h"

#include <string.h>

struct kq_result kq_sized_copy(const char *name, void *own, size_t own_bytes, const void *given,
                               size_t given_bytes, struct kq_error *error)
{
    const unsigned char *bytes = given;
    size_t common = given_bytes < own_bytes ? given_bytes : own_bytes;
    memset(own, 0, own_bytes);
    memcpy(own, given, common);
    for (size_t i = common; i < given_bytes; i++) {
        KQ_ENSURE(
            bytes[i] == 0, error, KQ_E_USAGE,
            "struct %s has something set that this libkaquan does not know: it is older than the header",
            name);
    }
    return KQ_OK;
}
