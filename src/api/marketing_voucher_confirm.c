/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"

/* alipay.marketing.voucher.confirm: asks for a user's consent to a voucher, whose code
 * alipay.marketing.voucher.auth.send then takes (spec/vouchers.md, "Neighbouring methods"). The answer's
 * redirect_uri is a page of this gateway (server/confirm_page.h), as a path: under which name users reach the
 * gateway, only its callers know. Neither a page's token nor a code is stored, so a repeated call gets
 * another one for the same business. */

struct request {
    struct kq_slice template_id;
    struct kq_slice user_id;
    struct kq_slice out_biz_no;
    struct kq_boolean need_redirect;
    struct kq_slice redirect_uri;
    struct kq_slice theme;
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
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct request, user_id),
        .example = "2088302001456115",
        .text = "who is asked, and will have the voucher",
        .text_zh = "确认领券的用户ID",
    },
    {
        .name = "out_biz_no",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 64,
        .offset = offsetof(struct request, out_biz_no),
        .example = "2016122814164328aadaee_1aee_4",
        .text = "the caller's own number of this confirmation: with the same template_id it is the same",
        .text_zh = "外部业务单号，用于幂等：template_id和out_biz_no都相同视为同一次确认",
    },
    {
        .name = "need_redirect",
        .type = KQ_FIELD_BOOLEAN,
        .max_chars = 10,
        .offset = offsetof(struct request, need_redirect),
        .example = "true",
        .text = "does the page lead to redirect_uri afterwards, rather than show the code?",
        .text_zh = "确认后是否跳转到redirect_uri；否则在页面上显示授权码",
    },
    {
        .name = "redirect_uri",
        .type = KQ_FIELD_STRING,
        .max_chars = KQ_REDIRECT_URI_MAX_CHARS,
        .offset = offsetof(struct request, redirect_uri),
        .example = "https://www.example.com/confirmed",
        .text = "where the user goes: send_code, template_id, user_id and out_biz_no are added to its query",
        .text_zh = "确认后跳转的地址，其查询串会加上send_code、template_id、user_id和out_biz_no",
    },
    {
        .name = "theme",
        .type = KQ_FIELD_STRING,
        .max_chars = 64,
        .offset = offsetof(struct request, theme),
        .example = "default",
        .text = "accepted, and without effect: the page has one look",
        .text_zh = "页面主题，目前只有一种，不影响结果",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

struct answer {
    struct kq_slice template_id;
    struct kq_slice user_id;
    struct kq_slice out_biz_no;
    struct kq_boolean need_redirect;
    struct kq_slice redirect_uri;
    struct kq_slice send_code;
};

static const struct kq_field answer_items[] = {
    {
        .name = "template_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 28,
        .offset = offsetof(struct answer, template_id),
        .example = "20140601000730010040000000EB",
        .text = "the template",
        .text_zh = "券模板ID",
    },
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct answer, user_id),
        .example = "2088302001456115",
        .text = "who is asked",
        .text_zh = "确认领券的用户ID",
    },
    {
        .name = "out_biz_no",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 64,
        .offset = offsetof(struct answer, out_biz_no),
        .example = "2016122814164328aadaee_1aee_4",
        .text = "the caller's number",
        .text_zh = "外部业务单号",
    },
    {
        .name = "need_redirect",
        .type = KQ_FIELD_BOOLEAN,
        .required = true,
        .max_chars = 10,
        .offset = offsetof(struct answer, need_redirect),
        .example = "true",
        .text = "does the page lead to the caller's redirect_uri?",
        .text_zh = "确认后是否跳转",
    },
    {
        .name = "redirect_uri",
        .type = KQ_FIELD_STRING,
        .max_chars = KQ_REDIRECT_URI_MAX_CHARS,
        .offset = offsetof(struct answer, redirect_uri),
        .example = "/confirm?token=1cc19911172e4f8aaa509c8fb5d12f56",
        .text = "the page where the user accepts, a path of this gateway; until he has",
        .text_zh = "用户确认页面在本网关上的路径；用户确认之前返回",
    },
    {
        .name = "send_code",
        .type = KQ_FIELD_STRING,
        .max_chars = 40,
        .offset = offsetof(struct answer, send_code),
        .example = "603d0219f1884fc4b66093900e6b8a89",
        .text = "the code for alipay.marketing.voucher.auth.send; once the user has accepted",
        .text_zh = "授权发券的授权码；用户确认之后返回",
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

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    if (request->redirect_uri.size > 0) {
        KQ_TRY(kq_redirect_uri_check(request->redirect_uri, error));
    }
    operation->kind = KQ_OP_CONFIRMATION_CREATE;
    operation->confirmation_create = (struct kq_op_confirmation_create){
        .pid = caller->pid,
        .wanted =
            {
                .template_id = request->template_id,
                .user_id = request->user_id,
                .out_biz_no = request->out_biz_no,
                .need_redirect = request->need_redirect.present && request->need_redirect.value,
                .redirect_uri = request->redirect_uri,
            },
    };
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    struct answer *answer = typed_answer;
    const struct kq_op_confirmation_create *create = &operation->confirmation_create;
    const struct kq_confirmation *wanted = &create->wanted;
    *answer = (struct answer){
        .template_id = wanted->template_id,
        .user_id = wanted->user_id,
        .out_biz_no = wanted->out_biz_no,
        .need_redirect = {.present = true, .value = wanted->need_redirect},
        .send_code = kq_slice_of(create->send_code),
    };
    if (create->page_token[0] != '\0') {
        answer->redirect_uri = kq_arena_print(operation->arena, "/confirm?token=%s", create->page_token);
        KQ_ENSURE_MEMORY(answer->redirect_uri.data != NULL, error);
    }
    return KQ_OK;
}

const struct kq_method kq_method_marketing_voucher_confirm = {
    .name = "alipay.marketing.voucher.confirm",
    .text = "ask for a user's consent to a voucher",
    .text_zh = "用户确认领券",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
