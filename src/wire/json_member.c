/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json.h"

const struct kq_json *kq_json_member(const struct kq_json *object, struct kq_slice name)
{
    const struct kq_json *member = object->kind == KQ_JSON_OBJECT ? object->first : NULL;
    while (member != NULL && !kq_slice_equal(member->name, name)) {
        member = member->next;
    }
    return member;
}
