/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/voucher_fields.h"

/* alipay.marketing.voucher.delete: takes a voucher from its user (spec/vouchers.md, "Neighbouring methods").
 */

struct answer {
    struct kq_slice voucher_id;
    struct kq_price amount;
};

static const struct kq_field answer_items[] = {
    KQ_ROW_VOUCHER_ID(struct answer),
    {
        .name = "amount",
        .type = KQ_FIELD_PRICE,
        .required = true,
        .offset = offsetof(struct answer, amount),
        .example = "10.00",
        .text = "what was left of it, in yuan",
        .text_zh = "删除时的券余额，单位元",
    },
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {
    KQ_E_VOUCHER_NOT_EXIST,
    KQ_E_VOUCHER_USER_NOT_MATCH,
    KQ_E_VOUCHER_EXPIRED,
    KQ_E_VOUCHER_STATUS_NOT_MATCH,
    KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    (void)error;
    kq_voucher_change_prepare(caller, KQ_CHANGE_DELETE, typed_request, operation);
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    (void)error;
    const struct kq_op_voucher_change *change = &operation->voucher_change;
    struct answer *answer = typed_answer;
    answer->voucher_id = change->voucher.voucher_id;
    answer->amount = (struct kq_price){.present = true, .amount_fen = change->result.event.amount_fen};
    return KQ_OK;
}

const struct kq_method kq_method_marketing_voucher_delete = {
    .name = "alipay.marketing.voucher.delete",
    .text = "take a voucher from its user",
    .text_zh = "券删除",
    .request = &kq_voucher_key_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
