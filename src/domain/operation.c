/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/operation.h"

bool kq_operation_writes(enum kq_operation_kind kind)
{
    static const bool table[KQ_OPERATION_KIND_COUNT] = {
#define KQ_OPERATION_WRITES(name, member, writes) [KQ_OP_##name] = (writes),
        KQ_OPERATION_LIST(KQ_OPERATION_WRITES)
#undef KQ_OPERATION_WRITES
    };
    return table[kind];
}

size_t kq_operation_weight(const struct kq_operation *operation)
{
    return operation->kind == KQ_OP_ISSUE_MANY ? operation->issue_many.count : 1;
}
