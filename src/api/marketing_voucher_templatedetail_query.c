/* SPDX-License-Identifier: Apache-2.0 */
#include "api/template_fields.h"

/* alipay.marketing.voucher.templatedetail.query: a template of the caller's own, with what has become of its
 * vouchers until this second (spec/vouchers.md, "Neighbouring methods"). recycle_amount is what came back
 * unused: of deleted and refunded vouchers, and of those that have expired. recycle_count is our own: an
 * exchange voucher has no amount that could be told. */

struct request {
    struct kq_slice template_id;
};

static const struct kq_field request_items[] = {KQ_ROW_TEMPLATE_ID(struct request)};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

struct answer {
    struct kq_slice template_id;
    struct kq_slice voucher_name;
    struct kq_slice voucher_type;
    struct kq_slice status;
    struct kq_price amount;
    struct kq_price floor_amount;
    struct kq_price total_amount;
    struct kq_number voucher_quantity;
    struct kq_number publish_count;
    struct kq_price publish_amount;
    struct kq_number used_count;
    struct kq_price used_amount;
    struct kq_number recycle_count;
    struct kq_price recycle_amount;
    struct kq_date publish_start_time;
    struct kq_date publish_end_time;
    struct kq_slice voucher_valid_period;
    struct kq_slice voucher_description;
};

#define PRICE_ROW(member, price, in_english, in_chinese)                                                     \
    {                                                                                                        \
        .name = #member, .type = KQ_FIELD_PRICE, .offset = offsetof(struct answer, member),                  \
        .example = (price), .text = (in_english), .text_zh = (in_chinese)                                    \
    }

#define NUMBER_ROW(member, number, in_english, in_chinese)                                                   \
    {                                                                                                        \
        .name = #member, .type = KQ_FIELD_NUMBER, .offset = offsetof(struct answer, member),                 \
        .example = (number), .text = (in_english), .text_zh = (in_chinese)                                   \
    }

static const struct kq_field answer_items[] = {
    KQ_ROW_TEMPLATE_ID(struct answer),
    KQ_ROW_VOUCHER_NAME(struct answer),
    {
        .name = "voucher_type",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 64,
        .offset = offsetof(struct answer, voucher_type),
        .example = "CASHLESS_FIX_VOUCHER",
        .text = "the kind of voucher",
        .text_zh = "券类型",
    },
    KQ_ROW_TEMPLATE_STATUS(struct answer),
    PRICE_ROW(amount, "10.00", "of each voucher, in yuan; 0.00 for red packets and exchange vouchers",
              "面额，单位元；红包和兑换券为0.00"),
    PRICE_ROW(floor_amount, "100.00", "a purchase must be at least this, in yuan", "最低额度，单位元"),
    PRICE_ROW(total_amount, "10000.00",
              "all vouchers together at most, in yuan: the template's own, or its quantity times its amount; "
              "where it has any",
              "总金额，单位元：模板的总金额，或数量与面额之积"),
    NUMBER_ROW(voucher_quantity, "100", "vouchers at most; where there is a limit", "拟发行券的数量，单位张"),
    NUMBER_ROW(publish_count, "12", "how many were sent", "已发放张数"),
    PRICE_ROW(publish_amount, "120.00", "and for how much, in yuan", "已发放总金额，单位元"),
    NUMBER_ROW(used_count, "3", "how many were used up", "已使用张数"),
    PRICE_ROW(used_amount, "25.00", "how much was used, in yuan", "已使用总金额，单位元"),
    NUMBER_ROW(recycle_count, "1", "how many came back unused", "退回张数"),
    PRICE_ROW(recycle_amount, "10.00", "how much came back unused, in yuan", "退回金额，单位元"),
    KQ_ROW_PUBLISH_START(struct answer, true),
    KQ_ROW_PUBLISH_END(struct answer, true),
    KQ_ROW_VALID_PERIOD(struct answer, true),
    {
        .name = "voucher_description",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_DESCRIPTION_MAX_CHARS,
        .offset = offsetof(struct answer, voucher_description),
        .example = "[\"1、本券不可兑换现金\"]",
        .text = "usage text, a JSON array",
        .text_zh = "券使用说明，JSON数组字符串",
    },
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {
    KQ_E_TEMPLATE_NOT_EXIST,
    KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    (void)error;
    const struct request *request = typed_request;
    operation->kind = KQ_OP_TEMPLATE_GET;
    operation->template_get =
        (struct kq_op_template_get){.template_id = request->template_id, .now_s = caller->now_s};
    return KQ_OK;
}

static struct kq_price price_of(int64_t amount_fen)
{
    return (struct kq_price){.present = true, .amount_fen = amount_fen};
}

static struct kq_number number_of(int64_t value)
{
    return (struct kq_number){.present = true, .value = value};
}

/* An operator may have asked for more than can be said. */
static struct kq_price total_of(const struct kq_template *template)
{
    int64_t total_fen = template->total_amount_fen;
    if (total_fen != KQ_UNLIMITED) {
        return price_of(total_fen);
    }
    bool fits = template->quantity != KQ_UNLIMITED &&
                !__builtin_mul_overflow(template->quantity, template->amount_fen, &total_fen);
    return (struct kq_price){.present = fits && total_fen > 0, .amount_fen = total_fen};
}

static void fill_amounts(const struct kq_template *template, const struct kq_expired *expired,
                         struct answer *answer)
{
    answer->amount = price_of(template->amount_fen);
    answer->floor_amount = price_of(template->floor_amount_fen);
    answer->total_amount = total_of(template);
    if (template->quantity != KQ_UNLIMITED) {
        answer->voucher_quantity = number_of(template->quantity);
    }
    answer->publish_count = number_of(template->issued_count);
    answer->publish_amount = price_of(template->issued_amount_fen);
    answer->used_count = number_of(template->used_count);
    answer->used_amount = price_of(template->used_amount_fen);
    answer->recycle_count = number_of(template->recycled_count + expired->count);
    answer->recycle_amount = price_of(template->recycled_amount_fen + expired->amount_fen);
}

static struct kq_result fill_texts(const struct kq_template *template, struct kq_arena *arena,
                                   struct answer *answer, struct kq_error *error)
{
    char name[KQ_VOUCHER_NAME_TEXT_SIZE];
    char period[KQ_VALID_PERIOD_TEXT_SIZE];
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer description = {0};
    kq_template_name(template, name);
    kq_valid_period_format(&template->valid_period, period);
    kq_description_append(template->description, &description);
    KQ_ENSURE_MEMORY(!description.failed, error);
    answer->voucher_name = kq_arena_copy(arena, kq_slice_of(name));
    answer->voucher_valid_period = kq_arena_copy(arena, kq_slice_of(period));
    answer->voucher_description = kq_arena_copy(arena, kq_buffer_slice(&description));
    KQ_ENSURE_MEMORY(answer->voucher_name.data != NULL && answer->voucher_valid_period.data != NULL &&
                         answer->voucher_description.data != NULL,
                     error);
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    const struct kq_op_template_get *get = &operation->template_get;
    const struct kq_template *template = &get->template;
    KQ_TRY(kq_template_decide_show(get->found ? template : NULL, caller->pid, error));
    struct answer *answer = typed_answer;
    answer->template_id = template->template_id;
    answer->voucher_type = kq_slice_of(kq_template_kind_name(template->kind));
    answer->status = kq_template_status_text(template, caller->now_s);
    answer->publish_start_time = (struct kq_date){.present = true, .time_s = template->publish_start_s};
    answer->publish_end_time = (struct kq_date){.present = true, .time_s = template->publish_end_s};
    fill_amounts(template, &get->expired, answer);
    return fill_texts(template, operation->arena, answer, error);
}

const struct kq_method kq_method_marketing_voucher_templatedetail_query = {
    .name = "alipay.marketing.voucher.templatedetail.query",
    .text = "show a template and what became of its vouchers",
    .text_zh = "查询券模板详情",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .is_query = true,
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
