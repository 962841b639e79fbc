/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/voucher_fields.h"
#include "base/money.h"

/* alipay.marketing.voucher.send: issues one voucher to one user (the reference page of that name, and
 * spec/vouchers.md, "The three methods of the reference pages"). */

struct request {
    struct kq_slice template_id;
    struct kq_slice login_id;
    struct kq_slice taobao_nick;
    struct kq_slice user_id;
    struct kq_slice out_biz_no;
    struct kq_price amount;
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
        .text = "the template to issue from",
        .text_zh = "券模板ID",
    },
    {
        .name = "login_id",
        .type = KQ_FIELD_STRING,
        .max_chars = 128,
        .offset = offsetof(struct request, login_id),
        .example = "13196215350",
        .text = "the recipient's login id, a phone number or an e-mail address; used where user_id is empty",
        .text_zh = "收券人的登录ID（手机或邮箱），user_id为空时使用",
    },
    {
        .name = "taobao_nick",
        .type = KQ_FIELD_STRING,
        .max_chars = 128,
        .offset = offsetof(struct request, taobao_nick),
        .example = "yue54333",
        .text = "the recipient's Taobao nick; used where user_id and login_id are empty",
        .text_zh = "收券人的淘宝昵称，user_id和login_id都为空时使用",
    },
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .max_chars = 16,
        .offset = offsetof(struct request, user_id),
        .example = "2088302001456115",
        .text = "the recipient's user id; of the three it goes first",
        .text_zh = "收券人的用户ID，三者中优先使用",
    },
    {
        .name = "out_biz_no",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 64,
        .offset = offsetof(struct request, out_biz_no),
        .example = "2016122814164328aadaee_1aee_4",
        .text = "the caller's own number of this business: with the same template_id it is the same business",
        .text_zh = "外部业务单号，用于幂等：template_id和out_biz_no都相同视为同一次业务",
    },
    {
        /* Above zero; the maximum is what ten characters can hold anyway. */
        .name = "amount",
        .type = KQ_FIELD_PRICE,
        .max_chars = 10,
        .minimum = 1,
        .maximum = KQ_MONEY_MAX_FEN,
        .offset = offsetof(struct request, amount),
        .example = "9.99",
        .text = "the voucher's amount in yuan: required for a red packet's template, refused for any other",
        .text_zh = "券金额，单位元：发放红包时必填，其它情形不能填",
    },
    {
        .name = "memo",
        .type = KQ_FIELD_STRING,
        .max_chars = 128,
        .offset = offsetof(struct request, memo),
        .example = "优酷3个月兑换券",
        .text = "a note kept with the voucher",
        .text_zh = "发券备注",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

static const struct kq_rule rules[] = {
    {.kind = KQ_RULE_ONE_OF, .names = {"user_id", "login_id", "taobao_nick"}},
};

static const enum kq_error_code codes[] = {
    KQ_E_TEMPLATE_NOT_EXIST,  KQ_E_TEMPLATE_STATUS_NOT_MATCH,
    KQ_E_TEMPLATE_EXPIRED,    KQ_E_USER_NOT_EXIST,
    KQ_E_USER_STATUS_ERROR,   KQ_E_TEMPLATE_STOCK_NOT_ENOUGH,
    KQ_E_USER_LIMIT_EXCEEDED, KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,        KQ_E_NONE,
};

/* The first that is not empty; the later ones are not looked at. That there is one is a rule of the table. */
static struct kq_recipient recipient_of(const struct request *request)
{
    if (request->user_id.size > 0) {
        return (struct kq_recipient){.kind = KQ_RECIPIENT_USER_ID, .value = request->user_id};
    }
    if (request->login_id.size > 0) {
        return (struct kq_recipient){.kind = KQ_RECIPIENT_LOGIN_ID, .value = request->login_id};
    }
    return (struct kq_recipient){.kind = KQ_RECIPIENT_TAOBAO_NICK, .value = request->taobao_nick};
}

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    (void)error;
    const struct request *request = typed_request;
    operation->kind = KQ_OP_ISSUE;
    operation->issue.request = (struct kq_issue_request){
        .pid = caller->pid,
        .template_id = request->template_id,
        .out_biz_no = request->out_biz_no,
        .recipient = recipient_of(request),
        .memo = request->memo,
        .has_amount = request->amount.present,
        .amount_fen = request->amount.amount_fen,
    };
    return KQ_OK;
}

const struct kq_method kq_method_marketing_voucher_send = {
    .name = "alipay.marketing.voucher.send",
    .text = "issue a voucher to a user",
    .text_zh = "发券",
    .request = &request_fields,
    .rules = rules,
    .rule_count = KQ_COUNT(rules),
    .answer = &kq_issue_answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = kq_issue_finish,
};
