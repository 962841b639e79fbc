/* SPDX-License-Identifier: Apache-2.0 */
#include "client/known_methods.h"

const struct kq_known_method *kq_known_method_find(struct kq_slice name)
{
    for (size_t i = 0; i < kq_known_method_count; i++) {
        if (kq_slice_equal(name, kq_slice_of(kq_known_methods[i].name))) {
            return &kq_known_methods[i];
        }
    }
    return NULL;
}
