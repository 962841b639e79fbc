/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_PID,
    {.name = "name", .kind = KQ_FLAG_TEXT, .value = "NAME", .text = "what people call it"},
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_MERCHANT_CREATE, .arena = &invocation->arena};
    struct kq_op_merchant_create *create = &operation.merchant_create;
    create->merchant.pid = kq_flag_text(invocation, "pid");
    create->merchant.name = kq_flag_text(invocation, "name");
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_data_apply(&data, &operation, error));
    return kq_print_created(invocation->json, "merchant", "pid", create->merchant.pid, create->created,
                            error);
}

const struct kq_command kq_command_merchant_create = {
    .group = "merchant",
    .name = "create",
    .text = "make a merchant, or name one; applications, shops and templates make theirs by themselves",
    .example = "kaquan merchant create --data demo --pid 2088102146225135 --name 卡券茶馆",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
