/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/pass_answer.h"
#include "wire/gateway_error.h"
#include "wire/json.h"

/* alipay.pass.instance.add: makes a pass from a template and puts it into a user's wallet (the reference page
 * of that name, and spec/vouchers.md, "Neighbouring methods"). */

struct request {
    struct kq_slice tpl_id;
    struct kq_slice tpl_params;
    struct kq_slice recognition_type;
    struct kq_slice recognition_info;
};

static const char *const recognition_types[] = {"2", NULL};

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
        .name = "tpl_params",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_PASS_CONTENT_MAX_CHARS,
        .offset = offsetof(struct request, tpl_params),
        .example = "{\"title\":\"券标题\",\"serialNumber\":\"209919213\"}",
        .text = "a value for each $name$ of the template, a JSON object as a string; others are ignored",
        .text_zh = "模版动态参数信息，JSON字符串：模板中每个$变量名$的值；多余的参数被忽略",
    },
    {
        .name = "recognition_type",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 999,
        .allowed = recognition_types,
        .offset = offsetof(struct request, recognition_type),
        .example = "2",
        .text = "how the recipient is named: 2, by the user; the platform's 1, by a trade, is not supported",
        .text_zh = "添加对象识别类型：2（用户信息）；暂不支持1（订单信息）",
    },
    {
        .name = "recognition_info",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 999,
        .offset = offsetof(struct request, recognition_info),
        .example = "{\"user_id\":\"2088302001456115\"}",
        .text = "the recipient's user id, in a JSON object as a string",
        .text_zh = "用户识别信息，JSON字符串，包括user_id",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

static const enum kq_error_code codes[] = {
    KQ_E_PASS_APP_NOT_SUPPORTED, KQ_E_PASS_TEMPLATE_NOT_EXIST, KQ_E_PASS_EXISTS,  KQ_E_USER_NOT_EXIST,
    KQ_E_USER_STATUS_ERROR,      KQ_E_PASS_PARAMETER,          KQ_E_SYSTEM_ERROR, KQ_E_NONE,
};

static struct kq_result read_user_id(struct kq_slice recognition_info, struct kq_arena *arena,
                                     struct kq_slice *user_id, struct kq_error *error)
{
    struct kq_pass_values info;
    KQ_TRY(kq_pass_values_read("recognition_info", recognition_info, arena, &info, error));
    const struct kq_slice *found = kq_pass_values_find(&info, KQ_SLICE("user_id"));
    KQ_ENSURE(found != NULL && found->size > 0, error, KQ_E_PASS_PARAMETER, "recognition_info缺少user_id");
    *user_id = *found;
    return kq_pass_text_check("recognition_info的user_id", *user_id, KQ_PARTY_ID_DIGITS, error);
}

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    operation->kind = KQ_OP_PASS_INSTANCE_ADD;
    operation->pass_instance_add = (struct kq_op_pass_instance_add){
        .request = {.pid = caller->pid, .app_id = caller->app_id, .tpl_id = request->tpl_id},
    };
    struct kq_pass_add_request *add = &operation->pass_instance_add.request;
    KQ_TRY(kq_pass_values_read("tpl_params", request->tpl_params, operation->arena, &add->values, error));
    return read_user_id(request->recognition_info, operation->arena, &add->user_id, error);
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    const struct kq_op_pass_instance_add *add = &operation->pass_instance_add;
    return kq_pass_answer_instance(add->pass_id, add->serial_number, "ADD", operation->arena, typed_answer,
                                   error);
}

/* The platform's result names the refusal. */
static struct kq_result refuse(const struct kq_error *refusal, struct kq_arena *arena, void *typed_answer,
                               struct kq_error *error)
{
    struct kq_pass_answer *answer = typed_answer;
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer json = {0};
    kq_buffer_append(&json, KQ_SLICE("{\"operate\":\"ADD\""));
    kq_json_append_name(&json, "message");
    kq_json_append_string(&json, kq_slice_of(kq_gateway_error_of(refusal->code)->sub_msg));
    kq_buffer_append_byte(&json, '}');
    KQ_ENSURE_MEMORY(!json.failed, error);
    answer->success = (struct kq_boolean){.present = true, .value = false};
    answer->result = kq_arena_copy(arena, kq_buffer_slice(&json));
    KQ_ENSURE_MEMORY(answer->result.data != NULL, error);
    return KQ_OK;
}

const struct kq_method kq_method_pass_instance_add = {
    .name = "alipay.pass.instance.add",
    .text = "make a pass and put it into a user's wallet",
    .text_zh = "卡券实例发放",
    .request = &request_fields,
    .answer = &kq_pass_answer_fields,
    .parameter_error = KQ_E_PASS_PARAMETER,
    .codes = codes,
    .allowed_by_default = false,
    .permission_error = KQ_E_PASS_APP_NOT_SUPPORTED,
    .prepare = prepare,
    .finish = finish,
    .refuse = refuse,
};
