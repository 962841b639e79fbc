/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/pass_answer.h"

/* alipay.pass.template.update: gives a template another content (the reference page of that name, and
 * spec/vouchers.md, "Neighbouring methods"). Passes keep what they were made with. */

struct request {
    struct kq_slice tpl_id;
    struct kq_slice tpl_content;
};

static const struct kq_field request_items[] = {
    {
        .name = "tpl_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 999,
        .offset = offsetof(struct request, tpl_id),
        .example = "2016090600073003002000000035",
        .text = "the template",
        .text_zh = "模版ID",
    },
    {
        .name = "tpl_content",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_PASS_CONTENT_MAX_CHARS,
        .offset = offsetof(struct request, tpl_content),
        .example = "{\"logo\":\"\",\"strip\":null,\"icon\":null,\"content\":{\"evoucherInfo\":{"
                   "\"type\":\"coupon\",\"title\":\"$title$\"}}}",
        .text = "the content of the passes that are made from now on; those made before keep theirs",
        .text_zh = "模板内容信息，JSON字符串；只影响此后新建的卡券，已发放的卡券不变",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

static const enum kq_error_code codes[] = {
    KQ_E_PASS_TEMPLATE_NOT_EXIST,
    KQ_E_PASS_PARAMETER,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    operation->kind = KQ_OP_PASS_TEMPLATE_UPDATE;
    operation->pass_template_update = (struct kq_op_pass_template_update){
        .pid = caller->pid,
        .tpl_id = request->tpl_id,
        .content = request->tpl_content,
    };
    return kq_pass_content_check(request->tpl_content, operation->arena,
                                 &operation->pass_template_update.placeholders, error);
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    const struct kq_op_pass_template_update *update = &operation->pass_template_update;
    return kq_pass_answer_template(update->tpl_id, &update->placeholders, operation->arena, typed_answer,
                                   error);
}

const struct kq_method kq_method_pass_template_update = {
    .name = "alipay.pass.template.update",
    .text = "give a template for passes another content",
    .text_zh = "卡券模板更新",
    .request = &request_fields,
    .answer = &kq_pass_answer_fields,
    .parameter_error = KQ_E_PASS_PARAMETER,
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
    .refuse = kq_pass_refuse_template,
};
