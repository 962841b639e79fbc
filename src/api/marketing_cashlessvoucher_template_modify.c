/* SPDX-License-Identifier: Apache-2.0 */
#include "api/template_fields.h"

/* alipay.marketing.cashlessvoucher.template.modify: gives a template that is not cash-backed a later end, or
 * more who may redeem (spec/vouchers.md, "Neighbouring methods"). Exchange vouchers' templates have no method
 * of their own for it, and no rules. The platform's own answer has no fields; template_id is the
 * specification's. */

static const struct kq_field request_items[] = {
    KQ_ROW_TEMPLATE_ID(struct kq_template_change_request),
    KQ_ROW_OUT_BIZ_NO(struct kq_template_change_request),
    KQ_ROW_PUBLISH_END(struct kq_template_change_request, false),
    KQ_ROW_RULE_CONF(struct kq_template_change_request),
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct kq_template_change_request),
};

static const struct kq_rule rules[] = {
    {.kind = KQ_RULE_ONE_OF, .names = {"publish_end_time", "rule_conf"}},
};

static const enum kq_error_code codes[] = {
    KQ_E_TEMPLATE_NOT_EXIST,
    KQ_E_TEMPLATE_NOT_CHANGEABLE,
    KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *request,
                                struct kq_operation *operation, struct kq_error *error)
{
    return kq_template_prepare_change(caller, false, request, operation, error);
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    (void)error;
    struct kq_template_answer *answer = typed_answer;
    answer->template_id = operation->template_change.template.template_id;
    return KQ_OK;
}

const struct kq_method kq_method_marketing_cashlessvoucher_template_modify = {
    .name = "alipay.marketing.cashlessvoucher.template.modify",
    .text = "change a template that is not cash-backed",
    .text_zh = "修改无资金券模板",
    .request = &request_fields,
    .rules = rules,
    .rule_count = KQ_COUNT(rules),
    .answer = &kq_template_answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
