/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"

/* alipay.marketing.voucher.list.query: the vouchers of one template that one user has (the reference page of
 * that name, and spec/vouchers.md, "The three methods of the reference pages"). */

struct request {
    struct kq_slice template_id;
    struct kq_slice user_id;
};

static const struct kq_field request_items[] = {
    {
        .name = "template_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 32,
        .offset = offsetof(struct request, template_id),
        .example = "20140601000730010040000000EB",
        .text = "a template of the caller's own",
        .text_zh = "券模板ID，只能是自己创建的",
    },
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 20,
        .offset = offsetof(struct request, user_id),
        .example = "2088512417841101",
        .text = "whose vouchers",
        .text_zh = "用户ID",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

/* The page's VoucherLiteInfo. */
struct voucher_item {
    struct kq_slice template_id;
    struct kq_slice voucher_id;
    struct kq_slice status;
    struct kq_date send_time;
};

static const char *const statuses[] = {"ENABLED", "DISABLED", NULL};

static const struct kq_field voucher_items[] = {
    {
        .name = "template_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 32,
        .offset = offsetof(struct voucher_item, template_id),
        .example = "20140601000730010040000000EB",
        .text = "the template",
        .text_zh = "券模板ID",
    },
    {
        .name = "voucher_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 32,
        .offset = offsetof(struct voucher_item, voucher_id),
        .example = "20160906000730020020002U8CBS",
        .text = "the voucher",
        .text_zh = "券ID",
    },
    {
        .name = "status",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .allowed = statuses,
        .offset = offsetof(struct voucher_item, status),
        .example = "ENABLED",
        .text = "ENABLED where it can be used now, else DISABLED",
        .text_zh = "券状态：现在可用为ENABLED，否则为DISABLED",
    },
    {
        .name = "send_time",
        .type = KQ_FIELD_DATE,
        .required = true,
        .max_chars = 19,
        .offset = offsetof(struct voucher_item, send_time),
        .example = "2017-01-01 00:00:01",
        .text = "when it was issued",
        .text_zh = "发券时间",
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
        .text = "all of them, oldest first; always there, possibly empty",
        .text_zh = "券列表，按发券时间从早到晚；一定存在，可以为空",
    },
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {
    KQ_E_TEMPLATE_STATUS_NOT_MATCH,
    KQ_E_PERMISSION_DENIED,
    KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    (void)caller;
    (void)error;
    const struct request *request = typed_request;
    operation->kind = KQ_OP_VOUCHER_LIST;
    operation->voucher_list = (struct kq_op_voucher_list){
        .template_id = request->template_id,
        .user_id = request->user_id,
        .with_template = true,
    };
    return KQ_OK;
}

static struct voucher_item item_of(const struct kq_voucher *voucher, int64_t now_s)
{
    bool usable = kq_voucher_is_usable(voucher, now_s);
    return (struct voucher_item){
        .template_id = voucher->template_id,
        .voucher_id = voucher->voucher_id,
        .status = kq_slice_of(statuses[usable ? 0 : 1]),
        .send_time = {.present = true, .time_s = voucher->issued_s},
    };
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    const struct kq_op_voucher_list *list = &operation->voucher_list;
    const struct kq_template *template = list->template_found ? &list->template : NULL;
    KQ_TRY(kq_template_decide_list(template, caller->pid, error));
    struct voucher_item *items = kq_arena_allocate_array(operation->arena, list->count, sizeof(*items));
    KQ_ENSURE_MEMORY(items != NULL, error);
    for (size_t i = 0; i < list->count; i++) {
        items[i] = item_of(&list->items[i], caller->now_s);
    }
    struct answer *answer = typed_answer;
    answer->vouchers = (struct kq_list){.present = true, .items = items, .count = list->count};
    return KQ_OK;
}

const struct kq_method kq_method_marketing_voucher_list_query = {
    .name = "alipay.marketing.voucher.list.query",
    .text = "list the vouchers of one template that a user has",
    .text_zh = "查询券列表",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .is_query = true,
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
