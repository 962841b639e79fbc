/* SPDX-License-Identifier: Apache-2.0 */
#include "api/template_fields.h"
#include "base/money.h"

/* alipay.marketing.cashvoucher.template.create: makes a cash-backed template, a draft until its funding order
 * is confirmed (spec/vouchers.md, "Neighbouring methods"): on the page of the answer's confirm_uri
 * (server/funding_page.h), or by an operator. It is a path: under which name those who pay reach the gateway,
 * only its callers know. No page's token is stored, so a repeated call gets another page of the same order,
 * and none once that is confirmed or the template deleted. */

#define AMOUNT_MIN_FEN INT64_C(10)

static const char *const types[] = {"FIX_VOUCHER", NULL};

static const struct kq_field request_items[] = {
    KQ_ROW_VOUCHER_TYPE(types, "FIX_VOUCHER"),
    KQ_ROW_BRAND_NAME,
    KQ_ROW_PUBLISH_START(struct kq_template_request, true),
    KQ_ROW_PUBLISH_END(struct kq_template_request, true),
    KQ_ROW_VALID_PERIOD(struct kq_template_request, true),
    KQ_ROW_AVAILABLE_TIME,
    KQ_ROW_OUT_BIZ_NO(struct kq_template_request),
    KQ_ROW_DESCRIPTION,
    KQ_ROW_QUANTITY(true),
    KQ_ROW_AMOUNT(true, AMOUNT_MIN_FEN, KQ_MONEY_MAX_FEN),
    KQ_ROW_FLOOR_AMOUNT,
    KQ_ROW_TOTAL_AMOUNT,
    {
        .name = "fund_account",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_LOGIN_ID_MAX_CHARS,
        .offset = offsetof(struct kq_template_request, fund_account),
        .example = "pay@example.com",
        .text = "the login id of whoever pays",
        .text_zh = "出资人登录账号",
    },
    KQ_ROW_RULE_CONF(struct kq_template_request),
    KQ_ROW_NOTIFY_URI,
    {
        .name = "redirect_uri",
        .type = KQ_FIELD_STRING,
        .max_chars = KQ_URI_MAX_CHARS,
        .offset = offsetof(struct kq_template_request, redirect_uri),
        .example = "https://example.com/paid",
        .text = "where whoever has paid goes next",
        .text_zh = "支付成功后重定向的地址",
    },
    {
        .name = "voucher_use_scene",
        .type = KQ_FIELD_STRING,
        .max_chars = 64,
        .offset = offsetof(struct kq_template_request, voucher_use_scene),
        .example = "ALIPAY_COMMON",
        .text = "what for; kept as it is given",
        .text_zh = "券使用场景",
    },
    KQ_ROW_SLOGAN(struct kq_template_request),
    KQ_ROW_EXTENSION_INFO,
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct kq_template_request),
};

struct answer {
    struct kq_slice template_id;
    struct kq_slice confirm_uri;
    struct kq_slice fund_order_no;
};

static const struct kq_field answer_items[] = {
    KQ_ROW_TEMPLATE_ID(struct answer),
    {
        .name = "confirm_uri",
        .type = KQ_FIELD_STRING,
        .max_chars = KQ_URI_MAX_CHARS,
        .offset = offsetof(struct answer, confirm_uri),
        .example = "/confirm/funding?token=1cc19911172e4f8aaa509c8fb5d12f56",
        .text = "the page where it is paid for, a path of this gateway; as long as the template is a draft",
        .text_zh = "资金订单确认页面在本网关上的路径；模板仍是草稿时返回",
    },
    {
        .name = "fund_order_no",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 28,
        .offset = offsetof(struct answer, fund_order_no),
        .example = "20140601000730050040000000EB",
        .text = "the order by which it is paid for",
        .text_zh = "资金订单号",
    },
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {KQ_E_INVALID_PARAMETER, KQ_E_SYSTEM_ERROR, KQ_E_NONE};

static struct kq_result prepare(const struct kq_caller *caller, const void *request,
                                struct kq_operation *operation, struct kq_error *error)
{
    KQ_TRY(kq_template_prepare_create(caller, &kq_method_marketing_cashvoucher_template_create, request,
                                      operation, error));
    operation->template_create.with_page = true;
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    struct answer *answer = typed_answer;
    const struct kq_op_template_create *create = &operation->template_create;
    answer->template_id = create->template.template_id;
    answer->fund_order_no = create->template.fund_order_no;
    if (create->page_token[0] != '\0') {
        answer->confirm_uri =
            kq_arena_print(operation->arena, "/confirm/funding?token=%s", create->page_token);
        KQ_ENSURE_MEMORY(answer->confirm_uri.data != NULL, error);
    }
    return KQ_OK;
}

const struct kq_method kq_method_marketing_cashvoucher_template_create = {
    .name = "alipay.marketing.cashvoucher.template.create",
    .text = "make a cash-backed template",
    .text_zh = "创建资金券模板",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
