/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/voucher_change.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_VOUCHER_ID,
    KQ_FLAG_CHANGE_KEY,
    {.name = "expire-time",
     .kind = KQ_FLAG_TIME,
     .required = true,
     .value = "TIME",
     .text = "when it is to expire: later than planned so far"},
    KQ_FLAG_CHANGE_PID,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_voucher_change_request request = {
        .kind = KQ_CHANGE_DELAY,
        .expires_s = kq_flag_number(invocation, "expire-time"),
    };
    return kq_change_voucher(invocation, &request, error);
}

const struct kq_command kq_command_voucher_delay = {
    .group = "voucher",
    .name = "delay",
    .text = "let a voucher expire later; shows it afterwards",
    .example = "kaquan voucher delay --data demo --voucher-id 20160906000730020020002U8CBS "
               "--out-biz-no delay-1 --expire-time '2030-01-01 00:00:00'",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
