/* SPDX-License-Identifier: Apache-2.0 */
#include "api/template_fields.h"

/* alipay.marketing.voucher.templatelist.query: the caller's templates that were created in a range of time, a
 * page of them (spec/vouchers.md, "Neighbouring methods"). Both ends are part of the range. The platform
 * names no order; here it is newest first, as in wallets. */

#define PAGE_SIZE_MAX 30
/* page_num * page_size stays within an int64_t. */
#define PAGE_NUMBER_MAX (INT64_MAX / PAGE_SIZE_MAX)

struct request {
    struct kq_date create_start_time;
    struct kq_date create_end_time;
    struct kq_number page_num;
    struct kq_number page_size;
};

static const struct kq_field request_items[] = {
    {
        .name = "create_start_time",
        .type = KQ_FIELD_DATE,
        .required = true,
        .offset = offsetof(struct request, create_start_time),
        .example = "2017-01-01 00:00:01",
        .text = "created from then on",
        .text_zh = "模板创建时间范围的开始",
    },
    {
        .name = "create_end_time",
        .type = KQ_FIELD_DATE,
        .required = true,
        .offset = offsetof(struct request, create_end_time),
        .example = "2017-02-01 00:00:01",
        .text = "until then",
        .text_zh = "模板创建时间范围的结束",
    },
    {
        .name = "page_num",
        .type = KQ_FIELD_NUMBER,
        .required = true,
        .minimum = 1,
        .maximum = PAGE_NUMBER_MAX,
        .offset = offsetof(struct request, page_num),
        .example = "1",
        .text = "which page, from 1",
        .text_zh = "页码，从1开始",
    },
    {
        .name = "page_size",
        .type = KQ_FIELD_NUMBER,
        .required = true,
        .minimum = 1,
        .maximum = PAGE_SIZE_MAX,
        .offset = offsetof(struct request, page_size),
        .example = "10",
        .text = "how many on a page, up to 30",
        .text_zh = "每页条数，最多30",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

/* The libraries' VoucherTemplateLiteInfo. */
struct template_item {
    struct kq_slice template_id;
    struct kq_slice voucher_name;
    struct kq_slice status;
    struct kq_date create_time;
    struct kq_date activate_time;
    struct kq_date publish_start_time;
    struct kq_date publish_end_time;
};

static const struct kq_field template_items[] = {
    KQ_ROW_TEMPLATE_ID(struct template_item),
    KQ_ROW_VOUCHER_NAME(struct template_item),
    KQ_ROW_TEMPLATE_STATUS(struct template_item),
    {
        .name = "create_time",
        .type = KQ_FIELD_DATE,
        .required = true,
        .max_chars = 19,
        .offset = offsetof(struct template_item, create_time),
        .example = "2017-01-01 00:00:01",
        .text = "when it was created",
        .text_zh = "创建时间",
    },
    {
        .name = "activate_time",
        .type = KQ_FIELD_DATE,
        .max_chars = 19,
        .offset = offsetof(struct template_item, activate_time),
        .example = "2017-01-01 00:00:01",
        .text = "when it became effective; where it has",
        .text_zh = "激活时间，激活后返回",
    },
    KQ_ROW_PUBLISH_START(struct template_item, true),
    KQ_ROW_PUBLISH_END(struct template_item, true),
};

static const struct kq_fields template_fields = {
    .items = template_items,
    .count = KQ_COUNT(template_items),
    .struct_bytes = sizeof(struct template_item),
};

struct answer {
    struct kq_number current_page;
    struct kq_number items_per_page;
    struct kq_number total_items;
    struct kq_number total_pages;
    struct kq_list voucher_templates;
};

static const struct kq_field answer_items[] = {
    {
        .name = "current_page",
        .type = KQ_FIELD_NUMBER,
        .required = true,
        .offset = offsetof(struct answer, current_page),
        .example = "1",
        .text = "which page this is",
        .text_zh = "当前页码",
    },
    {
        .name = "items_per_page",
        .type = KQ_FIELD_NUMBER,
        .required = true,
        .offset = offsetof(struct answer, items_per_page),
        .example = "10",
        .text = "how many a page has",
        .text_zh = "每页条数",
    },
    {
        .name = "total_items",
        .type = KQ_FIELD_NUMBER,
        .required = true,
        .offset = offsetof(struct answer, total_items),
        .example = "100",
        .text = "how many there are on all pages",
        .text_zh = "总条数",
    },
    {
        .name = "total_pages",
        .type = KQ_FIELD_NUMBER,
        .required = true,
        .offset = offsetof(struct answer, total_pages),
        .example = "10",
        .text = "how many pages",
        .text_zh = "总页数",
    },
    {
        .name = "voucher_templates",
        .type = KQ_FIELD_OBJECT_LIST,
        .required = true,
        .offset = offsetof(struct answer, voucher_templates),
        .members = &template_fields,
        .text = "the page's templates, newest first; always there, possibly empty",
        .text_zh = "券模板列表，按创建时间从晚到早；一定存在，可以为空",
    },
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {KQ_E_INVALID_PARAMETER, KQ_E_SYSTEM_ERROR, KQ_E_NONE};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    KQ_ENSURE(request->create_end_time.time_s >= request->create_start_time.time_s, error,
              KQ_E_INVALID_PARAMETER, "create_end_time不能早于create_start_time");
    operation->kind = KQ_OP_TEMPLATE_PAGE;
    operation->template_page = (struct kq_op_template_page){
        .pid = caller->pid,
        .created_from_s = request->create_start_time.time_s,
        .created_to_s = request->create_end_time.time_s,
        .page_number = request->page_num.value,
        .page_size = request->page_size.value,
    };
    return KQ_OK;
}

static struct kq_date date_of(int64_t time_s)
{
    return (struct kq_date){.present = true, .time_s = time_s};
}

static struct kq_number number_of(int64_t value)
{
    return (struct kq_number){.present = true, .value = value};
}

static struct kq_result fill_item(const struct kq_template *template, int64_t now_s, struct kq_arena *arena,
                                  struct template_item *item, struct kq_error *error)
{
    char name[KQ_VOUCHER_NAME_TEXT_SIZE];
    kq_template_name(template, name);
    *item = (struct template_item){
        .template_id = template->template_id,
        .voucher_name = kq_arena_copy(arena, kq_slice_of(name)),
        .status = kq_template_status_text(template, now_s),
        .create_time = date_of(template->created_s),
        .activate_time = {.present = template->activated_s != 0, .time_s = template->activated_s},
        .publish_start_time = date_of(template->publish_start_s),
        .publish_end_time = date_of(template->publish_end_s),
    };
    KQ_ENSURE_MEMORY(item->voucher_name.data != NULL, error);
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    const struct kq_op_template_page *page = &operation->template_page;
    struct template_item *items = kq_arena_allocate_array(operation->arena, page->count, sizeof(*items));
    KQ_ENSURE_MEMORY(items != NULL, error);
    for (size_t i = 0; i < page->count; i++) {
        KQ_TRY(fill_item(&page->items[i], caller->now_s, operation->arena, &items[i], error));
    }
    struct answer *answer = typed_answer;
    answer->current_page = number_of(page->page_number);
    answer->items_per_page = number_of(page->page_size);
    answer->total_items = number_of(page->total_count);
    answer->total_pages = number_of((page->total_count + page->page_size - 1) / page->page_size);
    answer->voucher_templates = (struct kq_list){.present = true, .items = items, .count = page->count};
    return KQ_OK;
}

const struct kq_method kq_method_marketing_voucher_templatelist_query = {
    .name = "alipay.marketing.voucher.templatelist.query",
    .text = "list one's templates",
    .text_zh = "查询券模板列表",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .is_query = true,
    .codes = codes,
    .allowed_by_default = true,
    .prepare = prepare,
    .finish = finish,
};
