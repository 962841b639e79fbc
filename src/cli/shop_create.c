/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_PID,
    {.name = "shop-id", .kind = KQ_FLAG_TEXT, .required = true, .value = "ID", .text = "the shop's id"},
    {.name = "city-code",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "CODE",
     .text = "where it is: six digits (GB/T 2260)"},
    {.name = "name", .kind = KQ_FLAG_TEXT, .value = "NAME", .text = "what people call it"},
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_SHOP_CREATE, .arena = &invocation->arena};
    struct kq_op_shop_create *create = &operation.shop_create;
    create->shop.shop_id = kq_flag_text(invocation, "shop-id");
    create->shop.pid = kq_flag_text(invocation, "pid");
    create->shop.name = kq_flag_text(invocation, "name");
    create->shop.city_code = kq_flag_text(invocation, "city-code");
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_data_apply(&data, &operation, error));
    return kq_print_created(invocation->json, "shop", "shop_id", create->shop.shop_id, create->created,
                            error);
}

const struct kq_command kq_command_shop_create = {
    .group = "shop",
    .name = "create",
    .text = "make a shop, where a merchant's vouchers and passes can be used",
    .example = "kaquan shop create --data demo --pid 2088102146225135 --shop-id 2015092700077000000004491925 "
               "--city-code 320100",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
