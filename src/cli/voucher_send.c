/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/buffer.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/recipient.h"
#include "cli/result.h"
#include "wire/json.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "template-id",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "ID",
     .text = "the template to send a voucher of"},
    {.name = "out-biz-no",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "KEY",
     .text = "your own number of this business: sent twice, it is one voucher",
     .max_chars = KQ_OUT_BIZ_NO_MAX_CHARS},
    KQ_FLAGS_RECIPIENT,
    {.name = "amount",
     .kind = KQ_FLAG_MONEY,
     .value = "YUAN",
     .text = "a red packet's; others have the template's"},
    {.name = "memo",
     .kind = KQ_FLAG_TEXT,
     .value = "TEXT",
     .text = "a remark",
     .max_chars = KQ_MEMO_MAX_CHARS},
    {.name = "pid", .kind = KQ_FLAG_TEXT, .value = "PID", .text = "the merchant (default: the template's)"},
};

/* The merchant that sends. */
static struct kq_result find_pid(const struct kq_invocation *invocation, struct kq_data *data,
                                 struct kq_arena *arena, struct kq_slice *pid, struct kq_error *error)
{
    *pid = kq_flag_text(invocation, "pid");
    if (pid->size > 0) {
        return KQ_OK;
    }
    struct kq_operation operation = {.kind = KQ_OP_TEMPLATE_GET, .arena = arena};
    operation.template_get.template_id = kq_flag_text(invocation, "template-id");
    KQ_TRY(kq_data_read(data, &operation, error));
    KQ_ENSURE(operation.template_get.found, error, KQ_E_TEMPLATE_NOT_EXIST,
              "there is no template %.*s: `kaquan template list` shows them",
              KQ_SLICE_PRINT(operation.template_get.template_id));
    *pid = operation.template_get.template.pid;
    return KQ_OK;
}

static struct kq_result print(bool json, const struct kq_issue_result *result, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    const struct kq_voucher *voucher = &result->voucher;
    if (json) {
        kq_buffer_append_byte(&text, '{');
        kq_json_append_name(&text, "voucher_id");
        kq_json_append_string(&text, voucher->voucher_id);
        kq_json_append_name(&text, "user_id");
        kq_json_append_string(&text, voucher->user_id);
        kq_json_append_name(&text, "created");
        kq_buffer_print(&text, "%s}", result->replayed ? "false" : "true");
    } else {
        kq_buffer_append(&text, voucher->voucher_id);
    }
    KQ_ENSURE_MEMORY(!text.failed, error);
    printf("%s\n", text.data);
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_ISSUE, .arena = &invocation->arena};
    struct kq_issue_request *request = &operation.issue.request;
    KQ_TRY(kq_flag_recipient(invocation, &request->recipient, error));
    request->template_id = kq_flag_text(invocation, "template-id");
    request->out_biz_no = kq_flag_text(invocation, "out-biz-no");
    request->memo = kq_flag_text(invocation, "memo");
    request->has_amount = kq_flag_is_given(invocation, "amount");
    request->amount_fen = kq_flag_number(invocation, "amount");
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(find_pid(invocation, &data, &invocation->arena, &request->pid, error));
    if (!kq_data_apply(&data, &operation, error).ok) {
        kq_name_refusal(error);
        return KQ_FAILED;
    }
    return print(invocation->json, &operation.issue.result, error);
}

const struct kq_command kq_command_voucher_send = {
    .group = "voucher",
    .name = "send",
    .text = "send a voucher; prints its id",
    .example = "kaquan voucher send --data demo --template-id 20140601000730010040000000EB "
               "--user-id 2088302001456115 --out-biz-no order-1",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
