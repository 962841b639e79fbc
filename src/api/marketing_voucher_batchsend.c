/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "wire/base64.h"
#include "wire/gateway_error.h"
#include "wire/signature.h"

/* alipay.marketing.voucher.batchsend: issues vouchers of one template to many users (spec/vouchers.md,
 * "Neighbouring methods").
 *
 * Names and shapes are those of the platform's own client libraries: a request with template_id, out_biz_no,
 * memo and `vouchers`, one object a recipient with its user_id; an answer with `vouchers`, one object a
 * voucher with voucher_id, total_amount, gmt_create, gmt_active and gmt_expired, all of them strings. What
 * else their request can say (async, biz_from, to_claim, open_id, extend_info) is ignored like any unknown
 * member. Their answer cannot say who got a voucher, nor who got none; so ours goes on in the style of
 * voucher.send: one object a recipient, in the request's order, with the user_id, and `code` and `sub_msg` in
 * the place of a voucher where that recipient was refused, the code and the text that voucher.send answers
 * with.
 *
 * One recipient's refusal is no other's. What is refused is not remembered: the same batch again tries only
 * those who have no voucher of it yet. A batch gives each user one voucher at most: who stands in it twice,
 * and who had one from an earlier call with this out_biz_no, whatever else it said, gets that one told again.
 * The call itself is refused where its form is bad, and where every recipient is refused for the template's
 * sake, as voucher.send would be. */

/* As many as one transaction should have, and an answer of some hundred kilobytes; the issue's own number. */
#define RECIPIENTS_MAX 1000

struct recipient {
    struct kq_slice user_id;
};

static const struct kq_field recipient_items[] = {
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct recipient, user_id),
        .example = "2088302001456115",
        .text = "the recipient",
        .text_zh = "收券人的用户ID",
    },
};

static const struct kq_fields recipient_fields = {
    .items = recipient_items,
    .count = KQ_COUNT(recipient_items),
    .struct_bytes = sizeof(struct recipient),
};

struct request {
    struct kq_slice template_id;
    struct kq_list vouchers;
    struct kq_slice out_biz_no;
    struct kq_slice memo;
};

static const struct kq_field request_items[] = {
    {
        .name = "template_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 28,
        .offset = offsetof(struct request, template_id),
        .example = "20140601000730010040000000EB",
        .text = "the template to issue from; a red packet's amounts cannot be told here",
        .text_zh = "券模板ID，不能是红包模板",
    },
    {
        .name = "vouchers",
        .type = KQ_FIELD_OBJECT_LIST,
        .required = true,
        .minimum = 1,
        .maximum = RECIPIENTS_MAX,
        .offset = offsetof(struct request, vouchers),
        .members = &recipient_fields,
        .text = "the recipients, each gets one voucher at most",
        .text_zh = "收券人列表，每个收券人最多发一张",
    },
    {
        .name = "out_biz_no",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_OUT_BIZ_NO_MAX_CHARS,
        .offset = offsetof(struct request, out_biz_no),
        .example = "2016122814164328aadaee_1aee_4",
        .text = "the batch's key: with the same one again, nobody gets a second voucher",
        .text_zh = "批次的外部业务号，幂等控制：相同业务号不会向同一收券人重复发券",
    },
    {
        .name = "memo",
        .type = KQ_FIELD_STRING,
        .max_chars = KQ_MEMO_MAX_CHARS,
        .offset = offsetof(struct request, memo),
        .example = "优酷3个月兑换券",
        .text = "a note kept with each voucher",
        .text_zh = "发券备注",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

/* What was so when it was issued; only its end moves, where the voucher was delayed since. */
struct voucher_item {
    struct kq_slice user_id;
    struct kq_slice voucher_id;
    struct kq_price total_amount;
    struct kq_date gmt_create;
    struct kq_date gmt_active;
    struct kq_date gmt_expired;
    struct kq_slice code;
    struct kq_slice sub_msg;
};

static const struct kq_field voucher_items[] = {
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct voucher_item, user_id),
        .example = "2088302001456115",
        .text = "the recipient",
        .text_zh = "收券人的用户ID",
    },
    {
        .name = "voucher_id",
        .type = KQ_FIELD_STRING,
        .max_chars = 28,
        .offset = offsetof(struct voucher_item, voucher_id),
        .example = "20160906000730020020002U8CBS",
        .text = "the recipient's voucher; where there is one",
        .text_zh = "券ID，发券成功时返回",
    },
    {
        .name = "total_amount",
        .type = KQ_FIELD_PRICE,
        .offset = offsetof(struct voucher_item, total_amount),
        .example = "10.00",
        .text = "its face amount in yuan",
        .text_zh = "券面额，单位元",
    },
    {
        .name = "gmt_create",
        .type = KQ_FIELD_DATE,
        .max_chars = 19,
        .offset = offsetof(struct voucher_item, gmt_create),
        .example = "2017-01-01 00:00:01",
        .text = "when it was issued",
        .text_zh = "发券时间",
    },
    {
        .name = "gmt_active",
        .type = KQ_FIELD_DATE,
        .max_chars = 19,
        .offset = offsetof(struct voucher_item, gmt_active),
        .example = "2017-01-01 00:00:01",
        .text = "from when on it can be used",
        .text_zh = "生效时间",
    },
    {
        .name = "gmt_expired",
        .type = KQ_FIELD_DATE,
        .max_chars = 19,
        .offset = offsetof(struct voucher_item, gmt_expired),
        .example = "2017-02-01 00:00:01",
        .text = "until before when",
        .text_zh = "过期时间",
    },
    {
        .name = "code",
        .type = KQ_FIELD_STRING,
        .max_chars = 64,
        .offset = offsetof(struct voucher_item, code),
        .example = "USER_NOT_EXIST",
        .text = "why there is no voucher: voucher.send's sub_code",
        .text_zh = "发券失败的原因，与单笔发券的sub_code相同",
    },
    {
        .name = "sub_msg",
        .type = KQ_FIELD_STRING,
        .max_chars = 64,
        .offset = offsetof(struct voucher_item, sub_msg),
        .example = "用户不存在",
        .text = "the same in words",
        .text_zh = "发券失败的原因描述",
    },
};

static const struct kq_fields voucher_fields = {
    .items = voucher_items,
    .count = KQ_COUNT(voucher_items),
    .struct_bytes = sizeof(struct voucher_item),
};

struct answer {
    struct kq_list vouchers;
};

static const struct kq_field answer_items[] = {
    {
        .name = "vouchers",
        .type = KQ_FIELD_OBJECT_LIST,
        .required = true,
        .offset = offsetof(struct answer, vouchers),
        .members = &voucher_fields,
        .text = "what became of each recipient, in the request's order",
        .text_zh = "每个收券人的发券结果，顺序与请求相同",
    },
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {
    KQ_E_TEMPLATE_NOT_EXIST,  KQ_E_TEMPLATE_STATUS_NOT_MATCH,
    KQ_E_TEMPLATE_EXPIRED,    KQ_E_USER_NOT_EXIST,
    KQ_E_USER_STATUS_ERROR,   KQ_E_TEMPLATE_STOCK_NOT_ENOUGH,
    KQ_E_USER_LIMIT_EXCEEDED, KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,        KQ_E_NONE,
};

/* A recipient's own key is `batch:`, 40 characters of the batch's digest, `:` and the user_id, 63 characters
 * at most. So it depends on the batch's number and the user alone, not on the list; two pairs never have the
 * same one; no caller comes upon it by chance with a number of its own; and a batch's keys lie side by side
 * in the index. */
#define DIGEST_BYTES ((size_t)30) /* of SHA-256's 32: a multiple of three needs no padding */
#define KEY_PREFIX "batch:"
#define KEY_MAX_CHARS (sizeof(KEY_PREFIX) - 1 + DIGEST_BYTES / 3 * 4 + 1 + 16)
_Static_assert(KEY_MAX_CHARS <= KQ_OUT_BIZ_NO_MAX_CHARS, "a key fits where an out_biz_no does");

static struct kq_result make_batch_key(struct kq_slice out_biz_no, struct kq_buffer *key,
                                       struct kq_error *error)
{
    unsigned char digest[32];
    KQ_TRY(kq_sha256(out_biz_no, digest, error));
    kq_buffer_append(key, KQ_SLICE(KEY_PREFIX));
    kq_base64_encode((struct kq_slice){.data = (const char *)digest, .size = DIGEST_BYTES}, key);
    kq_buffer_append_byte(key, ':');
    KQ_ENSURE_MEMORY(!key->failed, error);
    return KQ_OK;
}

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    const struct recipient *recipients = request->vouchers.items;
    struct kq_arena *arena = operation->arena;
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer batch_key = {0};
    KQ_TRY(make_batch_key(request->out_biz_no, &batch_key, error));
    size_t count = request->vouchers.count;
    struct kq_issue_item *items = kq_arena_allocate_array(arena, count, sizeof(*items));
    KQ_ENSURE_MEMORY(items != NULL, error);
    for (size_t i = 0; i < count; i++) {
        struct kq_slice user_id = recipients[i].user_id;
        struct kq_slice key = kq_arena_print(arena, "%.*s%.*s", KQ_SLICE_PRINT(kq_buffer_slice(&batch_key)),
                                             KQ_SLICE_PRINT(user_id));
        KQ_ENSURE_MEMORY(key.data != NULL, error);
        items[i].request = (struct kq_issue_request){
            .pid = caller->pid,
            .template_id = request->template_id,
            .out_biz_no = key,
            .recipient = {.kind = KQ_RECIPIENT_USER_ID, .value = user_id},
            .memo = request->memo,
        };
    }
    operation->kind = KQ_OP_ISSUE_MANY;
    operation->issue_many = (struct kq_op_issue_many){.items = items, .count = count};
    return KQ_OK;
}

/* A refusal that any recipient of the template would get. INVALID_PARAMETER: the amount that a red packet
 * needs. */
static bool is_the_templates(enum kq_error_code code)
{
    return code == KQ_E_TEMPLATE_NOT_EXIST || code == KQ_E_TEMPLATE_STATUS_NOT_MATCH ||
           code == KQ_E_TEMPLATE_EXPIRED || code == KQ_E_INVALID_PARAMETER;
}

static struct kq_result check_template(const struct kq_op_issue_many *many, struct kq_error *error)
{
    for (size_t i = 0; i < many->count; i++) {
        if (many->items[i].refusal == NULL || !is_the_templates(many->items[i].refusal->code)) {
            return KQ_OK;
        }
    }
    const struct kq_error *refusal = many->items[0].refusal;
    return kq_fail(error, refusal->code, "%s", refusal->detail);
}

static struct voucher_item item_of(const struct kq_issue_item *item)
{
    if (item->refusal != NULL) {
        const struct kq_gateway_error *refusal = kq_gateway_error_of(item->refusal->code);
        return (struct voucher_item){
            .user_id = item->request.recipient.value,
            .code = kq_slice_of(refusal->sub_code),
            .sub_msg = kq_slice_of(refusal->sub_msg),
        };
    }
    const struct kq_voucher *voucher = &item->result.voucher;
    return (struct voucher_item){
        .user_id = voucher->user_id,
        .voucher_id = voucher->voucher_id,
        .total_amount = {.present = true, .amount_fen = voucher->amount_fen},
        .gmt_create = {.present = true, .time_s = voucher->issued_s},
        .gmt_active = {.present = true, .time_s = voucher->active_s},
        .gmt_expired = {.present = true, .time_s = voucher->expires_s},
    };
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    const struct kq_op_issue_many *many = &operation->issue_many;
    KQ_TRY(check_template(many, error));
    struct voucher_item *items = kq_arena_allocate_array(operation->arena, many->count, sizeof(*items));
    KQ_ENSURE_MEMORY(items != NULL, error);
    for (size_t i = 0; i < many->count; i++) {
        items[i] = item_of(&many->items[i]);
    }
    struct answer *answer = typed_answer;
    answer->vouchers = (struct kq_list){.present = true, .items = items, .count = many->count};
    return KQ_OK;
}

const struct kq_method kq_method_marketing_voucher_batchsend = {
    .name = "alipay.marketing.voucher.batchsend",
    .text = "issue vouchers to many users",
    .text_zh = "批量发券",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
