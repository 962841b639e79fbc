/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"

/* alipay.user.pass.grouplist.query: one page of a user's wallet (the reference page of that name, and
 * spec/vouchers.md, "Wallet"). mechant_name is the page's own spelling. */

#define PAGE_SIZE_MAX 100
/* (page_num - 1) * page_size stays within an int64_t. Ten characters cannot say as much. */
#define PAGE_NUMBER_MAX (INT64_MAX / PAGE_SIZE_MAX)

struct request {
    struct kq_slice user_id;
    struct kq_slice partner_id;
    struct kq_slice group_type;
    struct kq_slice time_status;
    struct kq_slice city_code;
    struct kq_boolean need_shopinfo;
    struct kq_number page_size;
    struct kq_number page_num;
};

static const char *const groups[] = {"card", "voucher", "ticket", "cert", NULL};
static const char *const time_statuses[] = {"CURRENT", "PAST", NULL};
static const char *const statuses[] = {"can_use", "used", "expired", "closed", NULL};

static const struct kq_field request_items[] = {
    {
        .name = "user_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 16,
        .offset = offsetof(struct request, user_id),
        .example = "2088888888888888",
        .text = "whose wallet",
        .text_zh = "用户ID",
    },
    {
        .name = "partner_id",
        .type = KQ_FIELD_STRING,
        .max_chars = 16,
        .offset = offsetof(struct request, partner_id),
        .example = "2088888888888888",
        .text = "only this merchant's",
        .text_zh = "商户ID，只查询该商户的卡券",
    },
    {
        .name = "group_type",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 10,
        .allowed = groups,
        .offset = offsetof(struct request, group_type),
        .example = "voucher",
        .text = "which group: card, voucher, ticket or cert",
        .text_zh = "卡券分组：card（卡）、voucher（券）、ticket（票）、cert（证件）",
    },
    {
        .name = "time_status",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 10,
        .allowed = time_statuses,
        .offset = offsetof(struct request, time_status),
        .example = "CURRENT",
        .text = "CURRENT: can be used and is not over; PAST: all others",
        .text_zh = "有效状态：CURRENT（当前的）、PAST（失效的）",
    },
    {
        .name = "city_code",
        .type = KQ_FIELD_STRING,
        .max_chars = 10,
        .offset = offsetof(struct request, city_code),
        .example = "320100",
        .text = "GB/T 2260 code of the city whose shops are shown; required where need_shopinfo is true",
        .text_zh = "城市国标码，need_shopinfo为true时必填",
    },
    {
        .name = "need_shopinfo",
        .type = KQ_FIELD_BOOLEAN,
        .max_chars = 10,
        .offset = offsetof(struct request, need_shopinfo),
        .example = "false",
        .text = "true: show the shops where each can be used",
        .text_zh = "是否需要店铺信息，false或空表示不需要",
    },
    {
        .name = "page_size",
        .type = KQ_FIELD_NUMBER,
        .required = true,
        .max_chars = 10,
        .minimum = 1,
        .maximum = PAGE_SIZE_MAX,
        .offset = offsetof(struct request, page_size),
        .example = "100",
        .text = "how many on a page, 1 to 100",
        .text_zh = "页大小，1到100",
    },
    {
        .name = "page_num",
        .type = KQ_FIELD_NUMBER,
        .required = true,
        .max_chars = 10,
        .minimum = 1,
        .maximum = PAGE_NUMBER_MAX,
        .offset = offsetof(struct request, page_num),
        .example = "1",
        .text = "which page, from 1",
        .text_zh = "页码，从1开始",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

static const struct kq_rule rules[] = {
    {.kind = KQ_RULE_REQUIRED_IF, .names = {"need_shopinfo", "city_code"}},
};

/* The page's PassInfoOpenApiModel. */
struct pass_item {
    struct kq_slice pass_id;
    struct kq_slice mechant_name;
    struct kq_slice logo_text;
    struct kq_slice second_logo_text;
    struct kq_slice item_id;
    struct kq_date start_date;
    struct kq_date end_date;
    struct kq_date gmt_create;
    struct kq_list shop_id_list;
    struct kq_slice data_info;
    struct kq_slice status;
    struct kq_slice ext_info;
};

static const char info_example[] =
    "{\"logoText\":\"2元\",\"brandName\":\"fengyunN\",\"secondLogoText\":\"秦月单品满减优惠满5减2\","
    "\"itemDesc\":\"1212淘鲜达口碑核销券单品满减优惠券\",\"btnDesc\":\"去买单\"}";

static const struct kq_field pass_items[] = {
    {
        .name = "pass_id",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 100,
        .offset = offsetof(struct pass_item, pass_id),
        .example = "7000790003",
        .text = "the pass; of a voucher, the voucher's id",
        .text_zh = "卡券ID，券为券ID",
    },
    {
        .name = "mechant_name",
        .type = KQ_FIELD_STRING,
        .max_chars = 100,
        .offset = offsetof(struct pass_item, mechant_name),
        .example = "商家名称",
        .text = "the brand's or the merchant's name",
        .text_zh = "商家名称",
    },
    {
        .name = "logo_text",
        .type = KQ_FIELD_STRING,
        .max_chars = 100,
        .offset = offsetof(struct pass_item, logo_text),
        .example = "30份吮指鸡块",
        .text = "its first line of text",
        .text_zh = "卡券第一行文字",
    },
    {
        .name = "second_logo_text",
        .type = KQ_FIELD_STRING,
        .max_chars = 100,
        .offset = offsetof(struct pass_item, second_logo_text),
        .example = "30份吮指鸡块",
        .text = "its second line of text",
        .text_zh = "卡券第二行文字",
    },
    {
        .name = "item_id",
        .type = KQ_FIELD_STRING,
        .max_chars = 100,
        .offset = offsetof(struct pass_item, item_id),
        .example = "20171115011040030100030000009952",
        .text = "the goods that it is for",
        .text_zh = "商品ID",
    },
    {
        .name = "start_date",
        .type = KQ_FIELD_DATE,
        .max_chars = 50,
        .offset = offsetof(struct pass_item, start_date),
        .example = "2017-11-15 10:41:43",
        .text = "from when it can be used",
        .text_zh = "有效期开始时间",
    },
    {
        .name = "end_date",
        .type = KQ_FIELD_DATE,
        .max_chars = 50,
        .offset = offsetof(struct pass_item, end_date),
        .example = "2017-11-15 10:41:43",
        .text = "until when",
        .text_zh = "有效期结束时间",
    },
    {
        .name = "gmt_create",
        .type = KQ_FIELD_DATE,
        .max_chars = 20,
        .offset = offsetof(struct pass_item, gmt_create),
        .example = "2017-11-20 10:41:23",
        .text = "when it was made",
        .text_zh = "创建时间",
    },
    {
        .name = "shop_id_list",
        .type = KQ_FIELD_STRING_LIST,
        .max_chars = 100,
        .offset = offsetof(struct pass_item, shop_id_list),
        .example = "2015092700077000000004491925",
        .text = "the city's shops where it can be used; only where need_shopinfo is true",
        .text_zh = "该城市的可用门店，仅在need_shopinfo为true时返回",
    },
    {
        .name = "data_info",
        .type = KQ_FIELD_STRING,
        .max_chars = 10000,
        .offset = offsetof(struct pass_item, data_info),
        .example = info_example,
        .text = "what a screen shows of it, a JSON object as a string",
        .text_zh = "凭证信息，JSON字符串",
    },
    {
        .name = "status",
        .type = KQ_FIELD_STRING,
        .max_chars = 10,
        .allowed = statuses,
        .offset = offsetof(struct pass_item, status),
        .example = "can_use",
        .text = "can_use, used, expired or closed",
        .text_zh = "状态：can_use（可使用）、used（已使用）、expired（已过期）、closed（已失效）",
    },
    {
        .name = "ext_info",
        .type = KQ_FIELD_STRING,
        .max_chars = 10000,
        .offset = offsetof(struct pass_item, ext_info),
        .example = info_example,
        .text = "more of the merchant's own, a JSON object as a string",
        .text_zh = "扩展信息，JSON字符串",
    },
};

static const struct kq_fields pass_fields = {
    .items = pass_items,
    .count = KQ_COUNT(pass_items),
    .struct_bytes = sizeof(struct pass_item),
};

struct answer {
    struct kq_list pass_info_list;
};

static const struct kq_field answer_items[] = {
    {
        .name = "pass_info_list",
        .type = KQ_FIELD_OBJECT_LIST,
        .required = true,
        .offset = offsetof(struct answer, pass_info_list),
        .members = &pass_fields,
        .text = "one page of them, newest first; always there, possibly empty",
        .text_zh = "卡券列表，按创建时间从晚到早；一定存在，可以为空",
    },
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {
    KQ_E_PASS_PARAMETER,
    KQ_E_BIZ_ERROR,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    enum kq_pass_group group = KQ_PASS_CARD;
    /* The table lets only known groups through: this would be an error in it. */
    KQ_ENSURE(kq_pass_group_parse(request->group_type, &group), error, KQ_E_PASS_PARAMETER,
              "group_type格式不正确");
    operation->kind = KQ_OP_WALLET;
    operation->wallet = (struct kq_op_wallet){
        .user_id = request->user_id,
        .partner_id = request->partner_id,
        .group = group,
        .current = kq_slice_equal(request->time_status, KQ_SLICE("CURRENT")),
        .with_shops = request->need_shopinfo.present && request->need_shopinfo.value,
        .city_code = request->city_code,
        .page_number = request->page_num.value,
        .page_size = request->page_size.value,
        .now_s = caller->now_s,
    };
    return KQ_OK;
}

static struct kq_date date_of(int64_t time_s)
{
    return (struct kq_date){.present = time_s != KQ_TIME_UNSET, .time_s = time_s};
}

/* The list of shops is shown, though empty, where it was asked for. */
static struct kq_list shops_of(const struct kq_pass *pass, bool with_shops)
{
    if (!with_shops) {
        return (struct kq_list){.present = false};
    }
    return (struct kq_list){.present = true, .items = pass->shop_ids, .count = pass->shop_id_count};
}

static struct pass_item item_of(const struct kq_pass *pass, const struct kq_op_wallet *wallet)
{
    return (struct pass_item){
        .pass_id = pass->pass_id,
        .mechant_name = pass->merchant_name,
        .logo_text = pass->logo_text,
        .second_logo_text = pass->second_logo_text,
        .item_id = pass->item_id,
        .start_date = date_of(pass->start_s),
        .end_date = date_of(pass->end_s),
        .gmt_create = date_of(pass->created_s),
        .shop_id_list = shops_of(pass, wallet->with_shops),
        .data_info = pass->data_info,
        .status = kq_slice_of(kq_pass_status(pass, wallet->now_s)),
        .ext_info = pass->ext_info,
    };
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    (void)caller;
    const struct kq_op_wallet *wallet = &operation->wallet;
    struct pass_item *items = kq_arena_allocate_array(operation->arena, wallet->count, sizeof(*items));
    KQ_ENSURE_MEMORY(items != NULL, error);
    for (size_t i = 0; i < wallet->count; i++) {
        items[i] = item_of(&wallet->items[i], wallet);
    }
    struct answer *answer = typed_answer;
    answer->pass_info_list = (struct kq_list){.present = true, .items = items, .count = wallet->count};
    return KQ_OK;
}

const struct kq_method kq_method_user_pass_grouplist_query = {
    .name = "alipay.user.pass.grouplist.query",
    .text = "list a user's cards, vouchers, tickets or certificates, page by page",
    .text_zh = "查询卡包列表",
    .request = &request_fields,
    .rules = rules,
    .rule_count = KQ_COUNT(rules),
    .answer = &answer_fields,
    .parameter_error = KQ_E_PASS_PARAMETER,
    .is_query = true,
    .codes = codes,
    .allowed_by_default = false,
    .prepare = prepare,
    .finish = finish,
};
