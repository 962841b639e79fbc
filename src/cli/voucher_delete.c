/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/voucher_change.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_VOUCHER_ID,
    KQ_FLAG_CHANGE_KEY,
    KQ_FLAG_CHANGE_PID,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_voucher_change_request request = {
        .kind = KQ_CHANGE_DELETE,
    };
    return kq_change_voucher(invocation, &request, error);
}

const struct kq_command kq_command_voucher_delete = {
    .group = "voucher",
    .name = "delete",
    .text = "take a voucher from its user; shows it afterwards",
    .example =
        "kaquan voucher delete --data demo --voucher-id 20160906000730020020002U8CBS --out-biz-no delete-1",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
