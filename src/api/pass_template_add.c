/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/pass_answer.h"

/* alipay.pass.template.add: a template that passes can be made from (the reference page of that name, and
 * spec/vouchers.md, "Neighbouring methods"). */

struct request {
    struct kq_slice unique_id;
    struct kq_slice tpl_content;
};

static const struct kq_field request_items[] = {
    {
        .name = "unique_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_PASS_UNIQUE_ID_MAX_CHARS,
        .offset = offsetof(struct request, unique_id),
        .example = "20140709150010",
        .text =
            "the merchant's own number of this template: with the same tpl_content it is the same template",
        .text_zh = "商户用于控制模版的唯一性，相同unique_id和tpl_content视为同一模版",
    },
    {
        .name = "tpl_content",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_PASS_CONTENT_MAX_CHARS,
        .offset = offsetof(struct request, tpl_content),
        .example = "{\"logo\":\"\",\"strip\":null,\"icon\":null,\"content\":{\"evoucherInfo\":{"
                   "\"type\":\"coupon\",\"title\":\"$title$\"}}}",
        .text = "the content, a JSON object as a string; $name$ stands for what each pass gives",
        .text_zh = "模板内容信息，JSON字符串，其中$变量名$为动态参数",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

static const enum kq_error_code codes[] = {KQ_E_PASS_PARAMETER, KQ_E_SYSTEM_ERROR, KQ_E_NONE};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    operation->kind = KQ_OP_PASS_TEMPLATE_ADD;
    operation->pass_template_add = (struct kq_op_pass_template_add){
        .template = {.pid = caller->pid, .unique_id = request->unique_id, .content = request->tpl_content},
    };
    return kq_pass_content_check(request->tpl_content, operation->arena,
                                 &operation->pass_template_add.placeholders, error);
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    const struct kq_op_pass_template_add *add = &operation->pass_template_add;
    return kq_pass_answer_template(add->template.tpl_id, &add->placeholders, operation->arena, typed_answer,
                                   error);
}

const struct kq_method kq_method_pass_template_add = {
    .name = "alipay.pass.template.add",
    .text = "add a template for passes",
    .text_zh = "卡券模板创建",
    .request = &request_fields,
    .answer = &kq_pass_answer_fields,
    .parameter_error = KQ_E_PASS_PARAMETER,
    .repeat_key = "unique_id",
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
    .refuse = kq_pass_refuse_template,
};
