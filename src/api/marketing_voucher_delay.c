/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/voucher_fields.h"

/* alipay.marketing.voucher.delay: a voucher that has not expired yet expires later (spec/vouchers.md,
 * "Neighbouring methods"). */

struct request {
    struct kq_voucher_key key; /* first: its fields are the base */
    struct kq_date expired_time;
};

static const struct kq_field request_items[] = {
    {
        .name = "expired_time",
        .type = KQ_FIELD_DATE,
        .required = true,
        .offset = offsetof(struct request, expired_time),
        .example = "2017-02-01 00:00:01",
        .text = "when it is to expire; later than now planned",
        .text_zh = "延期后的过期时间，必须晚于当前过期时间",
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
    struct kq_object voucher;
};

static const struct kq_field answer_items[] = {
    KQ_ROW_VOUCHER_ID(struct answer),
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
    const struct request *request = typed_request;
    kq_voucher_change_prepare(caller, KQ_CHANGE_DELAY, &request->key, operation);
    operation->voucher_change.request.expires_s = request->expired_time.time_s;
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    struct answer *answer = typed_answer;
    answer->voucher_id = operation->voucher_change.voucher.voucher_id;
    return kq_voucher_change_show(caller, operation, &answer->voucher, error);
}

const struct kq_method kq_method_marketing_voucher_delay = {
    .name = "alipay.marketing.voucher.delay",
    .text = "let a voucher expire later",
    .text_zh = "券延期",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
