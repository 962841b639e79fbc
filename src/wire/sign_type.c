/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/sign_type.h"

#include "base/macros.h"

static const struct kq_slice names[] = {
    [KQ_SIGN_RSA2] = {.data = "RSA2", .size = 4},
    [KQ_SIGN_RSA] = {.data = "RSA", .size = 3},
};
_Static_assert(KQ_COUNT(names) == KQ_SIGN_TYPE_COUNT, "every sign type has a name");

const char *kq_sign_type_name(enum kq_sign_type sign_type)
{
    return names[sign_type].data;
}

bool kq_sign_type_parse(struct kq_slice text, enum kq_sign_type *sign_type)
{
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        if (kq_slice_equal(text, names[i])) {
            *sign_type = (enum kq_sign_type)i;
            return true;
        }
    }
    return false;
}
