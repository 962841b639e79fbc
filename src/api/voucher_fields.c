/* SPDX-License-Identifier: Apache-2.0 */
#include "api/voucher_fields.h"

#include "base/money.h"
#include "domain/template_terms.h"

static const struct kq_field key_items[] = {
    KQ_ROW_VOUCHER_ID(struct kq_voucher_key),
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct kq_voucher_key, user_id),
        .example = "2088302001456115",
        .text = "the user who has it",
        .text_zh = "券所属的用户ID",
    },
    {
        .name = "out_biz_no",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_OUT_BIZ_NO_MAX_CHARS,
        .offset = offsetof(struct kq_voucher_key, out_biz_no),
        .example = "2016122814164328aadaee_1aee_4",
        .text = "the caller's own number of this business: again with the same voucher, it is the same",
        .text_zh = "外部业务单号，用于幂等：voucher_id和out_biz_no都相同视为同一次业务",
    },
};

const struct kq_fields kq_voucher_key_fields = {
    .items = key_items,
    .count = KQ_COUNT(key_items),
    .struct_bytes = sizeof(struct kq_voucher_key),
};

void kq_voucher_change_prepare(const struct kq_caller *caller, enum kq_voucher_change_kind kind,
                               const struct kq_voucher_key *key, struct kq_operation *operation)
{
    operation->kind = KQ_OP_VOUCHER_CHANGE;
    operation->voucher_change.request = (struct kq_voucher_change_request){
        .kind = kind,
        .pid = caller->pid,
        .voucher_id = key->voucher_id,
        .user_id = key->user_id,
        .out_biz_no = key->out_biz_no,
    };
}

static const struct kq_field context_items[] = {
    {
        .name = "amount",
        .type = KQ_FIELD_PRICE,
        .minimum = 1,
        .maximum = KQ_MONEY_MAX_FEN,
        .offset = offsetof(struct kq_biz_context, amount),
        .example = "3.50",
        .text = "how much of it is used, in yuan; else all that is left",
        .text_zh = "本次核销金额，单位元；不填则核销全部余额",
    },
    {
        .name = "order_amount",
        .type = KQ_FIELD_PRICE,
        .maximum = KQ_MONEY_MAX_FEN,
        .offset = offsetof(struct kq_biz_context, order_amount),
        .example = "100.00",
        .text = "the purchase's amount in yuan: needed where the template has a floor amount",
        .text_zh = "订单金额，单位元；模板有最低消费时必填",
    },
    {
        .name = "shop_id",
        .type = KQ_FIELD_STRING,
        .max_chars = 64,
        .offset = offsetof(struct kq_biz_context, shop_id),
        .example = "2015092700077000000004491925",
        .text = "where it is used: needed where the template names shops",
        .text_zh = "核销门店；模板限定门店时必填",
    },
    {
        .name = "use_out_biz_no",
        .type = KQ_FIELD_STRING,
        .max_chars = KQ_OUT_BIZ_NO_MAX_CHARS,
        .offset = offsetof(struct kq_biz_context, use_out_biz_no),
        .example = "2016122814164328aadaee_1aee_4",
        .text = "which use a refund takes back, by its out_biz_no; needed where there are several",
        .text_zh = "要冲正的核销的out_biz_no；有多笔核销时必填",
    },
};

static const struct kq_fields context_fields = {
    .items = context_items,
    .count = KQ_COUNT(context_items),
    .struct_bytes = sizeof(struct kq_biz_context),
};

struct kq_result kq_biz_context_read(struct kq_slice text, struct kq_arena *arena,
                                     struct kq_biz_context *context, struct kq_error *error)
{
    struct kq_error reading = {0};
    if (kq_fields_read(&context_fields, NULL, 0, text, KQ_E_INVALID_PARAMETER, arena, context, &reading).ok) {
        return KQ_OK;
    }
    if (reading.code == KQ_E_ILLEGAL_JSON) {
        return kq_fail(error, KQ_E_INVALID_PARAMETER, "biz_context不是合法的JSON对象");
    }
    *error = reading;
    return KQ_FAILED;
}

static const char *const statuses[] = {"UNACTIVE", "ENABLED", "USING",    "USED",
                                       "EXPIRED",  "DELETE",  "REFUNDED", NULL};

static const struct kq_field shown_items[] = {
    KQ_ROW_VOUCHER_ID(struct kq_voucher_shown),
    {
        .name = "template_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 32,
        .offset = offsetof(struct kq_voucher_shown, template_id),
        .example = "20140601000730010040000000EB",
        .text = "the template that it was made from",
        .text_zh = "券模板ID",
    },
    {
        .name = "name",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 128,
        .offset = offsetof(struct kq_voucher_shown, name),
        .example = "10元代金券",
        .text = "its name, as its user sees it",
        .text_zh = "券名称",
    },
    {
        .name = "status",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 32,
        .allowed = statuses,
        .offset = offsetof(struct kq_voucher_shown, status),
        .example = "ENABLED",
        .text = "UNACTIVE, ENABLED, USING (partly used), USED, EXPIRED, DELETE or REFUNDED, now",
        .text_zh =
            "券状态：UNACTIVE未生效、ENABLED可用、USING部分使用、USED已用完、EXPIRED已过期、DELETE已删除、"
            "REFUNDED已退回",
    },
    {
        .name = "total_amount",
        .type = KQ_FIELD_PRICE,
        .required = true,
        .offset = offsetof(struct kq_voucher_shown, total_amount),
        .example = "10.00",
        .text = "its face amount in yuan",
        .text_zh = "券面额，单位元",
    },
    {
        .name = "available_amount",
        .type = KQ_FIELD_PRICE,
        .required = true,
        .offset = offsetof(struct kq_voucher_shown, available_amount),
        .example = "10.00",
        .text = "what is left of it",
        .text_zh = "券余额，单位元",
    },
    {
        .name = "gmt_create",
        .type = KQ_FIELD_DATE,
        .required = true,
        .offset = offsetof(struct kq_voucher_shown, gmt_create),
        .example = "2017-01-01 00:00:01",
        .text = "when it was issued",
        .text_zh = "发券时间",
    },
    {
        .name = "gmt_active",
        .type = KQ_FIELD_DATE,
        .required = true,
        .offset = offsetof(struct kq_voucher_shown, gmt_active),
        .example = "2017-01-01 00:00:01",
        .text = "from when on it can be used",
        .text_zh = "生效时间",
    },
    {
        .name = "gmt_expired",
        .type = KQ_FIELD_DATE,
        .required = true,
        .offset = offsetof(struct kq_voucher_shown, gmt_expired),
        .example = "2017-02-01 00:00:01",
        .text = "until before when",
        .text_zh = "过期时间",
    },
    {
        .name = "voucher_description",
        .type = KQ_FIELD_STRING,
        .offset = offsetof(struct kq_voucher_shown, voucher_description),
        .example = "[\"不找零\"]",
        .text = "its usage text, a JSON array of lines",
        .text_zh = "券使用说明，JSON数组",
    },
    {
        .name = "extend_info",
        .type = KQ_FIELD_STRING,
        .offset = offsetof(struct kq_voucher_shown, extend_info),
        .example = "{\"channel\":\"app\"}",
        .text = "the template's extension_info, as it was given",
        .text_zh = "模板的extension_info",
    },
};

const struct kq_fields kq_voucher_shown_fields = {
    .items = shown_items,
    .count = KQ_COUNT(shown_items),
    .struct_bytes = sizeof(struct kq_voucher_shown),
};

static struct kq_date date_of(int64_t time_s)
{
    return (struct kq_date){.present = true, .time_s = time_s};
}

static struct kq_result show_description(struct kq_slice lines, struct kq_arena *arena,
                                         struct kq_slice *shown, struct kq_error *error)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer json = {0};
    if (lines.size == 0) {
        return KQ_OK;
    }
    kq_description_append(lines, &json);
    KQ_ENSURE_MEMORY(!json.failed, error);
    *shown = kq_arena_copy(arena, kq_buffer_slice(&json));
    KQ_ENSURE_MEMORY(shown->data != NULL, error);
    return KQ_OK;
}

struct kq_result kq_voucher_show(const struct kq_voucher *voucher, const struct kq_template *template,
                                 int64_t now_s, struct kq_arena *arena, struct kq_voucher_shown *shown,
                                 struct kq_error *error)
{
    char name[KQ_VOUCHER_NAME_TEXT_SIZE];
    kq_voucher_name(template, voucher->amount_fen, name);
    *shown = (struct kq_voucher_shown){
        .voucher_id = voucher->voucher_id,
        .template_id = voucher->template_id,
        .name = kq_arena_copy(arena, kq_slice_of(name)),
        .status = kq_slice_of(kq_voucher_status_name(kq_voucher_status_at(voucher, now_s))),
        .total_amount = {.present = true, .amount_fen = voucher->amount_fen},
        .available_amount = {.present = true, .amount_fen = voucher->balance_fen},
        .gmt_create = date_of(voucher->issued_s),
        .gmt_active = date_of(voucher->active_s),
        .gmt_expired = date_of(voucher->expires_s),
        .extend_info = template->extension_info,
    };
    KQ_ENSURE_MEMORY(shown->name.data != NULL, error);
    return show_description(template->description, arena, &shown->voucher_description, error);
}

struct kq_result kq_voucher_change_show(const struct kq_caller *caller, const struct kq_operation *operation,
                                        struct kq_object *object, struct kq_error *error)
{
    const struct kq_op_voucher_change *change = &operation->voucher_change;
    struct kq_voucher_shown *shown = kq_arena_allocate(operation->arena, sizeof(*shown));
    KQ_ENSURE_MEMORY(shown != NULL, error);
    object->value = shown;
    return kq_voucher_show(&change->voucher, &change->template, caller->now_s, operation->arena, shown,
                           error);
}

/* An issue */

struct issue_answer {
    struct kq_slice voucher_id;
    struct kq_slice user_id;
};

static const struct kq_field issue_answer_items[] = {
    KQ_ROW_VOUCHER_ID(struct issue_answer),
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct issue_answer, user_id),
        .example = "2088302001456115",
        .text = "who has it",
        .text_zh = "收券人的用户ID",
    },
};

const struct kq_fields kq_issue_answer_fields = {
    .items = issue_answer_items,
    .count = KQ_COUNT(issue_answer_items),
    .struct_bytes = sizeof(struct issue_answer),
};

struct kq_result kq_issue_finish(const struct kq_caller *caller, const struct kq_operation *operation,
                                 void *typed_answer, struct kq_error *error)
{
    (void)caller;
    (void)error;
    struct issue_answer *answer = typed_answer;
    answer->voucher_id = operation->issue.result.voucher.voucher_id;
    answer->user_id = operation->issue.result.voucher.user_id;
    return KQ_OK;
}
