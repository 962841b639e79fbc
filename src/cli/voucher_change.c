/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/voucher_change.h"

#include "cli/result.h"
#include "cli/table.h"
#include "cli/voucher_rows.h"

struct kq_result kq_find_voucher(struct kq_invocation *invocation, struct kq_data *data,
                                 struct kq_operation *operation, struct kq_error *error)
{
    *operation = (struct kq_operation){.kind = KQ_OP_VOUCHER_GET, .arena = &invocation->arena};
    struct kq_op_voucher_get *get = &operation->voucher_get;
    get->voucher_id = kq_flag_text(invocation, "voucher-id");
    get->with_details = true;
    KQ_TRY(kq_data_read(data, operation, error));
    KQ_ENSURE(get->found, error, KQ_E_NOT_FOUND, "there is no voucher %.*s: `kaquan voucher list` shows them",
              KQ_SLICE_PRINT(get->voucher_id));
    return KQ_OK;
}

/* The merchant and the user are the voucher's own, where the operator does not say otherwise. */
static struct kq_result complete(struct kq_invocation *invocation, struct kq_data *data,
                                 struct kq_voucher_change_request *request, struct kq_error *error)
{
    struct kq_operation operation;
    KQ_TRY(kq_find_voucher(invocation, data, &operation, error));
    const struct kq_op_voucher_get *get = &operation.voucher_get;
    request->voucher_id = get->voucher_id;
    request->user_id = get->voucher.user_id;
    request->out_biz_no = kq_flag_text(invocation, "out-biz-no");
    request->pid = kq_flag_text(invocation, "pid");
    if (request->pid.size == 0) {
        request->pid = get->template.pid;
    }
    return KQ_OK;
}

struct kq_result kq_change_voucher(struct kq_invocation *invocation,
                                   struct kq_voucher_change_request *request, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_VOUCHER_CHANGE, .arena = &invocation->arena};
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(complete(invocation, &data, request, error));
    operation.voucher_change.request = *request;
    if (!kq_data_apply(&data, &operation, error).ok) {
        kq_name_refusal(error);
        return KQ_FAILED;
    }
    const struct kq_voucher_at at = {&operation.voucher_change.voucher, kq_store_now_s(data.store)};
    return kq_print_record(kq_voucher_columns, KQ_VOUCHER_COLUMN_COUNT, invocation->rows_as_json,
                           kq_voucher_fill, &at, error);
}
