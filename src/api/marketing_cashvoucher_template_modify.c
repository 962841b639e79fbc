/* SPDX-License-Identifier: Apache-2.0 */
#include "api/template_fields.h"

/* alipay.marketing.cashvoucher.template.modify: changes a cash-backed template; of an effective one the end
 * only (spec/vouchers.md, "Neighbouring methods"). `status` is the client libraries', template_id the
 * specification's. */

static const struct kq_field request_items[] = {
    KQ_ROW_TEMPLATE_ID(struct kq_template_change_request),
    KQ_ROW_OUT_BIZ_NO(struct kq_template_change_request),
    KQ_ROW_PUBLISH_START(struct kq_template_change_request, false),
    KQ_ROW_PUBLISH_END(struct kq_template_change_request, false),
    KQ_ROW_VALID_PERIOD(struct kq_template_change_request, false),
    KQ_ROW_SLOGAN(struct kq_template_change_request),
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct kq_template_change_request),
};

static const struct kq_rule rules[] = {
    {.kind = KQ_RULE_ONE_OF,
     .names = {"publish_start_time", "publish_end_time", "voucher_valid_period", "slogan"}},
};

struct answer {
    struct kq_slice template_id;
    struct kq_slice status;
};

static const struct kq_field answer_items[] = {
    KQ_ROW_TEMPLATE_ID(struct answer),
    KQ_ROW_TEMPLATE_STATUS(struct answer),
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
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
    return kq_template_prepare_change(caller, true, request, operation, error);
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)error;
    const struct kq_template *template = &operation->template_change.template;
    struct answer *answer = typed_answer;
    answer->template_id = template->template_id;
    answer->status = kq_template_status_text(template, caller->now_s);
    return KQ_OK;
}

const struct kq_method kq_method_marketing_cashvoucher_template_modify = {
    .name = "alipay.marketing.cashvoucher.template.modify",
    .text = "change a cash-backed template",
    .text_zh = "修改资金券模板",
    .request = &request_fields,
    .rules = rules,
    .rule_count = KQ_COUNT(rules),
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
