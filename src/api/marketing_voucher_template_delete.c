/* SPDX-License-Identifier: Apache-2.0 */
#include "api/template_fields.h"

/* alipay.marketing.voucher.template.delete: a draft or an effective template issues nothing any more; its
 * vouchers stay valid (spec/vouchers.md, "Neighbouring methods"). Deleting it again succeeds. */

struct request {
    struct kq_slice template_id;
};

static const struct kq_field request_items[] = {KQ_ROW_TEMPLATE_ID(struct request)};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

/* It has nothing to say but that it is done. */
static const struct kq_fields answer_fields = {0};

static const enum kq_error_code codes[] = {
    KQ_E_TEMPLATE_NOT_EXIST,
    KQ_E_TEMPLATE_NOT_CHANGEABLE,
    KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    (void)error;
    const struct request *request = typed_request;
    operation->kind = KQ_OP_TEMPLATE_MOVE;
    operation->template_move = (struct kq_op_template_move){
        .template_id = request->template_id,
        .pid = caller->pid,
        .to = KQ_TEMPLATE_DELETED,
    };
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *answer, struct kq_error *error)
{
    (void)caller;
    (void)operation;
    (void)answer;
    (void)error;
    return KQ_OK;
}

const struct kq_method kq_method_marketing_voucher_template_delete = {
    .name = "alipay.marketing.voucher.template.delete",
    .text = "delete a template",
    .text_zh = "删除券模板",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
