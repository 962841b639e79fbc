/* SPDX-License-Identifier: Apache-2.0 */
#include "api/template_fields.h"

/* alipay.marketing.exchangevoucher.template.create: makes a template of vouchers for goods (spec/vouchers.md,
 * "Neighbouring methods"). They have no amounts and no rules of who may redeem. */

static const char *const types[] = {"EXCHANGE_VOUCHER", NULL};
static const char *const use_types[] = {"H5", NULL};

static const struct kq_field request_items[] = {
    KQ_ROW_VOUCHER_TYPE(types, "EXCHANGE_VOUCHER"),
    {
        .name = "voucher_name",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_VOUCHER_NAME_MAX_CHARS,
        .offset = offsetof(struct kq_template_request, voucher_name),
        .example = "优酷3个月兑换券",
        .text = "the vouchers' name",
        .text_zh = "券名称，在卡包中展示",
    },
    KQ_ROW_BRAND_NAME,
    KQ_ROW_PUBLISH_START(struct kq_template_request, true),
    KQ_ROW_PUBLISH_END(struct kq_template_request, true),
    KQ_ROW_VALID_PERIOD(struct kq_template_request, true),
    KQ_ROW_AVAILABLE_TIME,
    KQ_ROW_OUT_BIZ_NO(struct kq_template_request),
    KQ_ROW_DESCRIPTION,
    KQ_ROW_QUANTITY(true),
    KQ_ROW_NOTIFY_URI,
    {
        .name = "use_type",
        .type = KQ_FIELD_STRING,
        .max_chars = 16,
        .allowed = use_types,
        .offset = offsetof(struct kq_template_request, use_type),
        .example = "H5",
        .text = "how people redeem it",
        .text_zh = "用户核销方式，目前仅支持H5",
    },
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
    return kq_template_prepare_create(caller, &kq_method_marketing_exchangevoucher_template_create, request,
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

const struct kq_method kq_method_marketing_exchangevoucher_template_create = {
    .name = "alipay.marketing.exchangevoucher.template.create",
    .text = "make a template of vouchers for goods",
    .text_zh = "创建兑换券模板",
    .request = &request_fields,
    .answer = &kq_template_answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
