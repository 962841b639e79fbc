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
    switch (operation->kind) {
    case KQ_OP_ISSUE_MANY:
        return operation->issue_many.count;
    case KQ_OP_EXPIRE_DUE:
        return operation->expire_due.rows_max;
    case KQ_OP_NOTIFICATION_RECORD:
        return operation->notification_record.count;
    case KQ_OP_NOTIFICATION_REPEAT:
    case KQ_OP_NOTIFICATION_PRUNE:
        return KQ_NOTIFICATION_STEP;
    default:
        return 1;
    }
}
