/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/voucher_change.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_VOUCHER_ID,
    KQ_FLAG_CHANGE_KEY,
    {.name = "use-out-biz-no",
     .kind = KQ_FLAG_TEXT,
     .value = "KEY",
     .text = "which use, by its own number; needed where there are several",
     .max_chars = KQ_OUT_BIZ_NO_MAX_CHARS},
    KQ_FLAG_CHANGE_PID,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_voucher_change_request request = {
        .kind = KQ_CHANGE_REFUND,
        .use_biz_no = kq_flag_text(invocation, "use-out-biz-no"),
    };
    return kq_change_voucher(invocation, &request, error);
}

const struct kq_command kq_command_voucher_refund = {
    .group = "voucher",
    .name = "refund",
    .text = "take one use of a voucher back; shows it afterwards",
    .example =
        "kaquan voucher refund --data demo --voucher-id 20160906000730020020002U8CBS --out-biz-no refund-1",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
