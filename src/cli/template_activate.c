/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "template-id", .kind = KQ_FLAG_TEXT, .required = true, .value = "ID", .text = "the template"},
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_TEMPLATE_MOVE, .arena = &invocation->arena};
    struct kq_op_template_move *move = &operation.template_move;
    move->template_id = kq_flag_text(invocation, "template-id");
    move->to = KQ_TEMPLATE_EFFECTIVE;
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_data_apply(&data, &operation, error));
    return kq_print_changed(invocation->json, "template", "template_id", move->template_id, "activated",
                            move->changed, error);
}

const struct kq_command kq_command_template_activate = {
    .group = "template",
    .name = "activate",
    .text = "make a draft effective: vouchers can be sent",
    .example = "kaquan template activate --data demo --template-id 20140601000730010040000000EB",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
