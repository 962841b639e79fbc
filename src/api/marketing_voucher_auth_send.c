/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/voucher_fields.h"
#include "wire/signature.h"

/* alipay.marketing.voucher.auth.send: issues the voucher that its user has confirmed (spec/vouchers.md,
 * "Neighbouring methods"). As alipay.marketing.voucher.send, with which it shares its out_biz_no, but that a
 * code must allow it, which is used up by a success only. */

struct request {
    struct kq_slice template_id;
    struct kq_slice user_id;
    struct kq_slice send_code;
    struct kq_slice out_biz_no;
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
        .text = "the user who has accepted",
        .text_zh = "已确认领券的用户ID",
    },
    {
        .name = "send_code",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 40,
        .offset = offsetof(struct request, send_code),
        .example = "603d0219f1884fc4b66093900e6b8a89",
        .text = "the code that came of it",
        .text_zh = "用户确认后得到的授权码",
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
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

static const enum kq_error_code codes[] = {
    KQ_E_TEMPLATE_NOT_EXIST,  KQ_E_SEND_CODE_INVALID, KQ_E_SEND_CODE_EXPIRED, KQ_E_TEMPLATE_STATUS_NOT_MATCH,
    KQ_E_TEMPLATE_EXPIRED,    KQ_E_USER_NOT_EXIST,    KQ_E_USER_STATUS_ERROR, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH,
    KQ_E_USER_LIMIT_EXCEEDED, KQ_E_INVALID_PARAMETER, KQ_E_SYSTEM_ERROR,      KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    unsigned char *digest = kq_arena_allocate(operation->arena, KQ_TOKEN_DIGEST_BYTES);
    KQ_ENSURE_MEMORY(digest != NULL, error);
    KQ_TRY(kq_sha256(request->send_code, digest, error));
    operation->kind = KQ_OP_ISSUE;
    operation->issue.request = (struct kq_issue_request){
        .pid = caller->pid,
        .template_id = request->template_id,
        .out_biz_no = request->out_biz_no,
        .recipient = {.kind = KQ_RECIPIENT_USER_ID, .value = request->user_id},
        .send_code_digest = {.data = (const char *)digest, .size = KQ_TOKEN_DIGEST_BYTES},
    };
    return KQ_OK;
}

const struct kq_method kq_method_marketing_voucher_auth_send = {
    .name = "alipay.marketing.voucher.auth.send",
    .text = "issue a voucher that its user has confirmed",
    .text_zh = "授权发券",
    .request = &request_fields,
    .answer = &kq_issue_answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .repeat_key = "out_biz_no",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = kq_issue_finish,
};
