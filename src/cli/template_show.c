/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/table.h"
#include "cli/template_rows.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "template-id", .kind = KQ_FLAG_TEXT, .required = true, .value = "ID", .text = "the template"},
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_TEMPLATE_GET, .arena = &invocation->arena};
    struct kq_op_template_get *get = &operation.template_get;
    get->template_id = kq_flag_text(invocation, "template-id");
    KQ_TRY(kq_data_open(invocation, &data, error));
    get->now_s = kq_store_now_s(data.store);
    KQ_TRY(kq_data_read(&data, &operation, error));
    KQ_ENSURE(get->found, error, KQ_E_NOT_FOUND,
              "there is no template %.*s: `kaquan template list` shows them",
              KQ_SLICE_PRINT(get->template_id));
    const struct kq_template_at at = {
        .template = &get->template, .now_s = get->now_s, .expired = &get->expired};
    return kq_print_record(kq_template_columns, KQ_TEMPLATE_COLUMN_COUNT, invocation->rows_as_json,
                           kq_template_fill, &at, error);
}

const struct kq_command kq_command_template_show = {
    .group = "template",
    .name = "show",
    .text = "show a template, with what was issued, used and came back of it",
    .example = "kaquan template show --data demo --template-id 20140601000730010040000000EB",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
