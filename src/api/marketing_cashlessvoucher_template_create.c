/* SPDX-License-Identifier: Apache-2.0 */
#include "api/template_fields.h"

/* alipay.marketing.cashlessvoucher.template.create: makes a template of vouchers of a fixed amount, or of red
 * packets (spec/vouchers.md, "Neighbouring methods"). A fixed amount needs a quantity or a total
 * amount, red packets the latter. */

#define AMOUNT_MIN_FEN INT64_C(100)
#define AMOUNT_MAX_FEN INT64_C(99900)

static const char *const types[] = {"CASHLESS_FIX_VOUCHER", "CASHLESS_RANDOM_VOUCHER", NULL};

static const struct kq_field request_items[] = {
    KQ_ROW_VOUCHER_TYPE(types, "CASHLESS_FIX_VOUCHER"),
    KQ_ROW_BRAND_NAME,
    KQ_ROW_PUBLISH_START(struct kq_template_request, true),
    KQ_ROW_PUBLISH_END(struct kq_template_request, true),
    KQ_ROW_VALID_PERIOD(struct kq_template_request, true),
    KQ_ROW_AVAILABLE_TIME,
    KQ_ROW_OUT_BIZ_NO(struct kq_template_request),
    KQ_ROW_DESCRIPTION,
    KQ_ROW_QUANTITY(false),
    KQ_ROW_AMOUNT(false, AMOUNT_MIN_FEN, AMOUNT_MAX_FEN),
    KQ_ROW_FLOOR_AMOUNT,
    KQ_ROW_TOTAL_AMOUNT,
    KQ_ROW_RULE_CONF(struct kq_template_request),
    KQ_ROW_NOTIFY_URI,
    KQ_ROW_EXTENSION_INFO,
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct kq_template_request),
};

static const enum kq_error_code codes[] = {KQ_E_INVALID_PARAMETER, KQ_E_SYSTEM_ERROR, KQ_E_NONE};

static struct kq_result prepare(const struct kq_caller *caller, const void *request,
                                struct kq_operation *operation, struct kq_error *error)
{
    return kq_template_prepare_create(caller, &kq_method_marketing_cashlessvoucher_template_create, request,
                                      operation, error);
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    (void)error;
    struct kq_template_answer *answer = typed_answer;
    answer->template_id = operation->template_create.template.template_id;
    return KQ_OK;
}

const struct kq_method kq_method_marketing_cashlessvoucher_template_create = {
    .name = "alipay.marketing.cashlessvoucher.template.create",
    .text = "make a template of vouchers or red packets",
    .text_zh = "创建无资金券模板",
    .request = &request_fields,
    .answer = &kq_template_answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
