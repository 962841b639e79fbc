/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/voucher_fields.h"

/* alipay.marketing.voucher.query: a voucher and what happened to it (spec/vouchers.md, "Neighbouring
 * methods"). */

struct request {
    struct kq_slice voucher_id;
};

static const struct kq_field request_items[] = {
    {
        .name = "voucher_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 28,
        .offset = offsetof(struct request, voucher_id),
        .example = "20160906000730020020002U8CBS",
        .text = "a voucher of a template of the caller's own, or one that he may redeem",
        .text_zh = "券ID",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

/* The libraries' VoucherBillDetail. */
struct bill {
    struct kq_slice trade_no;
    struct kq_slice biz_type;
    struct kq_price amount;
    struct kq_slice status;
    struct kq_slice partner_id;
    struct kq_slice partner_name;
    struct kq_date gmt_create;
};

static const char *const biz_types[] = {"USE", "REFUND", "DELETE", "DELAY", NULL};
static const char *const bill_statuses[] = {"SUCCESS", "REFUNDED", NULL};

static const struct kq_field bill_items[] = {
    {
        .name = "trade_no",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_OUT_BIZ_NO_MAX_CHARS,
        .offset = offsetof(struct bill, trade_no),
        .example = "2016122814164328aadaee_1aee_4",
        .text = "the out_biz_no of what happened",
        .text_zh = "该笔业务的out_biz_no",
    },
    {
        .name = "biz_type",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .allowed = biz_types,
        .offset = offsetof(struct bill, biz_type),
        .example = "USE",
        .text = "USE, REFUND, DELETE or DELAY",
        .text_zh = "业务类型：USE核销、REFUND冲正、DELETE删除、DELAY延期",
    },
    {
        .name = "amount",
        .type = KQ_FIELD_PRICE,
        .required = true,
        .offset = offsetof(struct bill, amount),
        .example = "3.50",
        .text = "used, given back or taken, in yuan",
        .text_zh = "金额，单位元",
    },
    {
        .name = "status",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .allowed = bill_statuses,
        .offset = offsetof(struct bill, status),
        .example = "SUCCESS",
        .text = "REFUNDED: a use that was taken back",
        .text_zh = "状态：SUCCESS成功；REFUNDED核销已冲正",
    },
    {
        .name = "partner_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct bill, partner_id),
        .example = "2088102146225135",
        .text = "the merchant that did it",
        .text_zh = "操作商户的PID",
    },
    {
        .name = "partner_name",
        .type = KQ_FIELD_STRING,
        .max_chars = 64,
        .offset = offsetof(struct bill, partner_name),
        .example = "优酷",
        .text = "its name",
        .text_zh = "操作商户的名称",
    },
    {
        .name = "gmt_create",
        .type = KQ_FIELD_DATE,
        .required = true,
        .offset = offsetof(struct bill, gmt_create),
        .example = "2017-01-01 00:00:01",
        .text = "when",
        .text_zh = "发生时间",
    },
};

static const struct kq_fields bill_fields = {
    .items = bill_items,
    .count = KQ_COUNT(bill_items),
    .struct_bytes = sizeof(struct bill),
};

struct answer {
    struct kq_voucher_shown shown; /* first: its fields are the base */
    struct kq_slice user_id;
    struct kq_list bill_details;
};

static const struct kq_field answer_items[] = {
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct answer, user_id),
        .example = "2088302001456115",
        .text = "who has it",
        .text_zh = "券所属的用户ID",
    },
    {
        .name = "bill_details",
        .type = KQ_FIELD_OBJECT_LIST,
        .required = true,
        .offset = offsetof(struct answer, bill_details),
        .members = &bill_fields,
        .text = "what happened to it, in that order, the newest 1,000 events; possibly nothing",
        .text_zh = "券的使用明细，按发生时间排列，最多为最近1000笔，可以为空",
    },
};

static const struct kq_fields answer_fields = {
    .base = &kq_voucher_shown_fields,
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {
    KQ_E_VOUCHER_NOT_EXIST,
    KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    (void)caller;
    (void)error;
    const struct request *request = typed_request;
    operation->kind = KQ_OP_VOUCHER_GET;
    operation->voucher_get =
        (struct kq_op_voucher_get){.voucher_id = request->voucher_id, .with_details = true};
    return KQ_OK;
}

static struct bill bill_of(const struct kq_voucher_bill *bill)
{
    const struct kq_voucher_event *event = &bill->event;
    bool refunded = event->kind == KQ_CHANGE_USE && event->refund_number != KQ_EVENT_NONE;
    return (struct bill){
        .trade_no = event->out_biz_no,
        .biz_type = kq_slice_of(kq_voucher_change_name(event->kind)),
        .amount = {.present = true, .amount_fen = event->amount_fen},
        .status = kq_slice_of(bill_statuses[refunded ? 1 : 0]),
        .partner_id = event->pid,
        .partner_name = bill->merchant_name,
        .gmt_create = {.present = true, .time_s = event->made_s},
    };
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    const struct kq_op_voucher_get *get = &operation->voucher_get;
    struct answer *answer = typed_answer;
    KQ_TRY(kq_voucher_decide_show(get->found ? &get->template : NULL, caller->pid, error));
    KQ_TRY(kq_voucher_show(&get->voucher, &get->template, caller->now_s, operation->arena, &answer->shown,
                           error));
    struct bill *bills = kq_arena_allocate_array(operation->arena, get->bill_count, sizeof(*bills));
    KQ_ENSURE_MEMORY(bills != NULL, error);
    for (size_t i = 0; i < get->bill_count; i++) {
        bills[i] = bill_of(&get->bills[i]);
    }
    answer->user_id = get->voucher.user_id;
    answer->bill_details = (struct kq_list){.present = true, .items = bills, .count = get->bill_count};
    return KQ_OK;
}

const struct kq_method kq_method_marketing_voucher_query = {
    .name = "alipay.marketing.voucher.query",
    .text = "show a voucher and what happened to it",
    .text_zh = "券查询",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .is_query = true,
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
