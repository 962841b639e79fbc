/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/voucher_fields.h"

/* alipay.marketing.voucher.exchangevoucher.refund: takes one use of a voucher back, wholly. The name and the
 * shapes are those of the platform's client libraries. A voucher that was used in parts has several uses:
 * which one, says biz_context, a JSON object in a string: {"use_out_biz_no":"…"}. */

struct request {
    struct kq_voucher_key key; /* first: its fields are the base */
    struct kq_slice biz_context;
};

static const struct kq_field request_items[] = {
    {
        .name = "biz_context",
        .type = KQ_FIELD_STRING,
        .max_chars = 1024,
        .offset = offsetof(struct request, biz_context),
        .example = "{\"use_out_biz_no\":\"2016122814164328aadaee_1aee_4\"}",
        .text = "a JSON object: use_out_biz_no, which use is taken back; needed where there are several",
        .text_zh = "业务上下文，JSON对象：use_out_biz_no，有多笔核销时指明冲正哪一笔",
    },
};

static const struct kq_fields request_fields = {
    .base = &kq_voucher_key_fields,
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

struct answer {
    struct kq_object voucher;
};

static const struct kq_field answer_items[] = {
    KQ_ROW_VOUCHER(struct answer),
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {
    KQ_E_VOUCHER_NOT_EXIST,
    KQ_E_VOUCHER_USER_NOT_MATCH,
    KQ_E_VOUCHER_STATUS_NOT_MATCH,
    KQ_E_REDEMPTION_NOT_EXIST,
    KQ_E_REDEMPTION_REFUNDED,
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
    kq_voucher_change_prepare(caller, KQ_CHANGE_REFUND, &request->key, operation);
    operation->voucher_change.request.use_biz_no = context.use_out_biz_no;
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    struct answer *answer = typed_answer;
    return kq_voucher_change_show(caller, operation, &answer->voucher, error);
}

const struct kq_method kq_method_marketing_voucher_exchangevoucher_refund = {
    .name = "alipay.marketing.voucher.exchangevoucher.refund",
    .text = "take one use of a voucher back",
    .text_zh = "券核销冲正",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
