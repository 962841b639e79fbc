/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/voucher_fields.h"

/* alipay.marketing.exchangevoucher.use: uses a voucher, or a part of its amount (spec/vouchers.md,
 * "Neighbouring methods"). The names are those of the platform's client libraries; what a voucher with an
 * amount needs beside them stands in their free biz_context, as a JSON object in a string:
 *
 *     {"amount":"3.50","order_amount":"100.00","shop_id":"2015092700077000000004491925"}
 *
 * need_rule_check false leaves out the template's rules about shops, times and the floor amount, for the
 * template's own merchant; who may redeem is checked always. */

struct request {
    struct kq_voucher_key key; /* first: its fields are the base */
    struct kq_boolean need_rule_check;
    struct kq_slice biz_context;
};

static const struct kq_field request_items[] = {
    {
        .name = "need_rule_check",
        .type = KQ_FIELD_BOOLEAN,
        .offset = offsetof(struct request, need_rule_check),
        .example = "true",
        .text = "false, from the template's own merchant, leaves out its rules about shops, times and the "
                "floor amount",
        .text_zh = "是否校验门店、时段和最低消费规则，默认校验，仅模板所属商户可以不校验",
    },
    {
        .name = "biz_context",
        .type = KQ_FIELD_STRING,
        .max_chars = 1024,
        .offset = offsetof(struct request, biz_context),
        .example = "{\"amount\":\"3.50\",\"order_amount\":\"100.00\"}",
        .text = "a JSON object: amount, order_amount, shop_id",
        .text_zh = "业务上下文，JSON对象：amount、order_amount、shop_id",
    },
};

static const struct kq_fields request_fields = {
    .base = &kq_voucher_key_fields,
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

struct answer {
    struct kq_slice voucher_id;
};

static const struct kq_field answer_items[] = {
    KQ_ROW_VOUCHER_ID(struct answer),
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {
    KQ_E_VOUCHER_NOT_EXIST,
    KQ_E_VOUCHER_USER_NOT_MATCH,
    KQ_E_VOUCHER_NOT_ACTIVE,
    KQ_E_VOUCHER_EXPIRED,
    KQ_E_USER_STATUS_ERROR,
    KQ_E_VOUCHER_STATUS_NOT_MATCH,
    KQ_E_VOUCHER_RULE_NOT_MATCH,
    KQ_E_VOUCHER_BALANCE_NOT_ENOUGH,
    KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    struct kq_biz_context context = {0};
    KQ_TRY(kq_biz_context_read(request->biz_context, operation->arena, &context, error));
    kq_voucher_change_prepare(caller, KQ_CHANGE_USE, &request->key, operation);
    struct kq_voucher_change_request *use = &operation->voucher_change.request;
    use->checks_rules = !request->need_rule_check.present || request->need_rule_check.value;
    use->has_amount = context.amount.present;
    use->amount_fen = context.amount.amount_fen;
    use->has_order_amount = context.order_amount.present;
    use->order_amount_fen = context.order_amount.amount_fen;
    use->shop_id = context.shop_id;
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    (void)error;
    struct answer *answer = typed_answer;
    answer->voucher_id = operation->voucher_change.voucher.voucher_id;
    return KQ_OK;
}

const struct kq_method kq_method_marketing_exchangevoucher_use = {
    .name = "alipay.marketing.exchangevoucher.use",
    .text = "use a voucher, or a part of its amount",
    .text_zh = "券核销",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
