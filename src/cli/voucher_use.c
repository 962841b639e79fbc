/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/voucher_change.h"
#include "domain/application.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_VOUCHER_ID,
    KQ_FLAG_CHANGE_KEY,
    {.name = "amount",
     .kind = KQ_FLAG_MONEY,
     .value = "YUAN",
     .text = "how much of it (default: all that is left)"},
    {.name = "order-amount",
     .kind = KQ_FLAG_MONEY,
     .value = "YUAN",
     .text = "of the purchase, where the template has a floor amount"},
    {.name = "shop-id",
     .kind = KQ_FLAG_TEXT,
     .value = "ID",
     .text = "where, if the template names shops",
     .max_chars = KQ_SHOP_ID_MAX_CHARS},
    {.name = "no-rules",
     .kind = KQ_FLAG_SWITCH,
     .text = "whatever the template says about shops, times and the floor amount"},
    KQ_FLAG_CHANGE_PID,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_voucher_change_request request = {
        .kind = KQ_CHANGE_USE,
        .has_amount = kq_flag_is_given(invocation, "amount"),
        .amount_fen = kq_flag_number(invocation, "amount"),
        .checks_rules = !kq_flag_switch(invocation, "no-rules"),
        .has_order_amount = kq_flag_is_given(invocation, "order-amount"),
        .order_amount_fen = kq_flag_number(invocation, "order-amount"),
        .shop_id = kq_flag_text(invocation, "shop-id"),
    };
    return kq_change_voucher(invocation, &request, error);
}

const struct kq_command kq_command_voucher_use = {
    .group = "voucher",
    .name = "use",
    .text = "use a voucher, or a part of its amount; shows it afterwards",
    .example =
        "kaquan voucher use --data demo --voucher-id 20160906000730020020002U8CBS --out-biz-no order-1",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
