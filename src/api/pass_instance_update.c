/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "api/pass_answer.h"

/* alipay.pass.instance.update: uses or closes a pass, or shows it with other values (the reference page of
 * that name, and spec/vouchers.md, "Neighbouring methods"). */

struct request {
    struct kq_slice serial_number;
    struct kq_slice channel_id;
    struct kq_slice status;
    struct kq_slice tpl_params;
    struct kq_slice user_id;
    struct kq_slice verify_code;
    struct kq_slice verify_type;
};

static const char *const statuses[] = {"USED", "CLOSED", NULL};
static const char *const verify_types[] = {"wave", "qrcode", "barcode", "input", NULL};

static const struct kq_field request_items[] = {
    {
        .name = "serial_number",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_PASS_SERIAL_NUMBER_MAX_CHARS,
        .offset = offsetof(struct request, serial_number),
        .example = "209919213",
        .text = "the merchant's own number of the pass, fileInfo.serialNumber of its content",
        .text_zh = "商户指定卡券唯一值，卡券内容中fileInfo.serialNumber的值",
    },
    {
        .name = "channel_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = KQ_PASS_CHANNEL_ID_MAX_CHARS,
        .offset = offsetof(struct request, channel_id),
        .example = "2088102015433735",
        .text =
            "who has made the pass: the merchant's pid, the app_id that has made it, or the channelID of its "
            "content",
        .text_zh = "发放渠道：商户的PID、发放卡券的appId，或卡券内容中platform.channelID的值",
    },
    {
        .name = "status",
        .type = KQ_FIELD_STRING,
        .max_chars = 99,
        .allowed = statuses,
        .offset = offsetof(struct request, status),
        .example = "USED",
        .text = "what becomes of the pass: USED or CLOSED",
        .text_zh = "券状态，支持更新为USED、CLOSED",
    },
    {
        .name = "tpl_params",
        .type = KQ_FIELD_STRING,
        .max_chars = KQ_PASS_CONTENT_MAX_CHARS,
        .offset = offsetof(struct request, tpl_params),
        .example = "{\"title\":\"券标题\"}",
        .text = "new values, a JSON object as a string; those that are not named stay",
        .text_zh = "模版动态参数信息，JSON字符串；未给出的参数保持不变",
    },
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .max_chars = 16,
        .offset = offsetof(struct request, user_id),
        .example = "2088302001456115",
        .text = "who has the pass: where it is given, it must be so",
        .text_zh = "持有卡券的用户ID，传入时必须一致",
    },
    {
        .name = "verify_code",
        .type = KQ_FIELD_STRING,
        .max_chars = KQ_VERIFY_CODE_MAX_CHARS,
        .offset = offsetof(struct request, verify_code),
        .example = "8612231273",
        .text = "the code that it was used with",
        .text_zh = "核销码串值，状态变更为USED时建议传入",
    },
    {
        .name = "verify_type",
        .type = KQ_FIELD_STRING,
        .max_chars = 99999,
        .allowed = verify_types,
        .offset = offsetof(struct request, verify_type),
        .example = "wave",
        .text = "how that code was read",
        .text_zh = "核销方式：wave（声波）、qrcode（二维码）、barcode（条码）、input（文本）",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

static const struct kq_rule rules[] = {
    {.kind = KQ_RULE_ONE_OF, .names = {"status", "tpl_params"}},
};

static const enum kq_error_code codes[] = {
    KQ_E_PASS_NOT_EXIST, KQ_E_PASS_STATUS_NOT_MATCH, KQ_E_PASS_PARAMETER, KQ_E_SYSTEM_ERROR, KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    bool is_used = kq_slice_equal(request->status, KQ_SLICE("USED"));
    operation->kind = KQ_OP_PASS_INSTANCE_UPDATE;
    operation->pass_instance_update = (struct kq_op_pass_instance_update){
        .request =
            {
                .pid = caller->pid,
                .serial_number = request->serial_number,
                .channel_id = request->channel_id,
                .user_id = request->user_id,
                .has_state = request->status.size > 0,
                .state = is_used ? KQ_PASS_USED : KQ_PASS_CLOSED,
                .verify_code = request->verify_code,
                .verify_type = request->verify_type,
            },
    };
    if (request->tpl_params.size == 0) {
        return KQ_OK;
    }
    return kq_pass_values_read("tpl_params", request->tpl_params, operation->arena,
                               &operation->pass_instance_update.request.values, error);
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    const struct kq_op_pass_instance_update *update = &operation->pass_instance_update;
    return kq_pass_answer_instance(update->pass_id, update->request.serial_number, "UPDATE", operation->arena,
                                   typed_answer, error);
}

static struct kq_result refuse(const struct kq_error *refusal, struct kq_arena *arena, void *typed_answer,
                               struct kq_error *error)
{
    (void)refusal;
    (void)arena;
    (void)error;
    struct kq_pass_answer *answer = typed_answer;
    answer->success = (struct kq_boolean){.present = true, .value = false};
    answer->result = KQ_SLICE("{\"operate\":\"UPDATE\"}");
    return KQ_OK;
}

const struct kq_method kq_method_pass_instance_update = {
    .name = "alipay.pass.instance.update",
    .text = "use or close a pass, or show it with other values",
    .text_zh = "卡券实例更新",
    .request = &request_fields,
    .rules = rules,
    .rule_count = KQ_COUNT(rules),
    .answer = &kq_pass_answer_fields,
    .parameter_error = KQ_E_PASS_PARAMETER,
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
    .refuse = refuse,
};
