/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_API_TEMPLATE_FIELDS_H
#define KQ_API_TEMPLATE_FIELDS_H

#include "api/catalogue.h"
#include "domain/available_time.h"
#include "domain/redeem_rules.h"
#include "domain/template_terms.h"
#include "domain/voucher.h"

/* What the methods that make and change templates have in common: the three …template.create differ in which
 * fields they have, not in what a field means. Rows are macros, so that a method's table is a list of them;
 * names and shapes are those of the platform's client libraries. */

/* Longer than any of them has to be: JSON in a string, whose characters may all be escapes. */
#define KQ_VALID_PERIOD_MAX_CHARS 256
#define KQ_DESCRIPTION_MAX_CHARS 4096
#define KQ_EXTENSION_INFO_MAX_CHARS 2048
/* spec/vouchers.md, "Neighbouring methods" */
#define KQ_TOTAL_AMOUNT_MAX_FEN INT64_C(1000000000)
#define KQ_TOTAL_AMOUNT_MIN_FEN INT64_C(100)
/* More than there are people, and its sums stay within an int64_t of fen. */
#define KQ_VOUCHER_QUANTITY_MAX INT64_C(1000000000000)

/* In the order of the tables: of a create, all that any of the three can say. */
struct kq_template_request {
    struct kq_slice voucher_type;
    struct kq_slice voucher_name;
    struct kq_slice brand_name;
    struct kq_date publish_start_time;
    struct kq_date publish_end_time;
    struct kq_slice voucher_valid_period;
    struct kq_slice voucher_available_time;
    struct kq_slice out_biz_no;
    struct kq_slice voucher_description;
    struct kq_number voucher_quantity;
    struct kq_price amount;
    struct kq_price floor_amount;
    struct kq_price total_amount;
    struct kq_slice fund_account;
    struct kq_slice rule_conf;
    struct kq_slice notify_uri;
    struct kq_slice redirect_uri;
    struct kq_slice voucher_use_scene;
    struct kq_slice use_type;
    struct kq_slice slogan;
    struct kq_slice extension_info;
};

/* Of a modify, likewise. */
struct kq_template_change_request {
    struct kq_slice template_id;
    struct kq_slice out_biz_no;
    struct kq_date publish_start_time;
    struct kq_date publish_end_time;
    struct kq_slice voucher_valid_period;
    struct kq_slice slogan;
    struct kq_slice rule_conf;
};

#define KQ_ROW_VOUCHER_TYPE(allowed_types, example_type)                                                     \
    {                                                                                                        \
        .name = "voucher_type", .type = KQ_FIELD_STRING, .required = true, .max_chars = 64,                  \
        .allowed = (allowed_types), .offset = offsetof(struct kq_template_request, voucher_type),            \
        .example = (example_type), .text = "the kind of voucher", .text_zh = "券类型"                     \
    }

#define KQ_ROW_BRAND_NAME                                                                                    \
    {                                                                                                        \
        .name = "brand_name", .type = KQ_FIELD_STRING, .required = true,                                     \
        .max_chars = KQ_BRAND_NAME_MAX_CHARS, .offset = offsetof(struct kq_template_request, brand_name),    \
        .example = "优酷", .text = "whose vouchers people see", .text_zh = "品牌名，在卡包中展示"  \
    }

#define KQ_ROW_PUBLISH_START(request, is_required)                                                           \
    {                                                                                                        \
        .name = "publish_start_time", .type = KQ_FIELD_DATE, .required = (is_required),                      \
        .offset = offsetof(request, publish_start_time), .example = "2017-01-01 00:00:01",                   \
        .text = "vouchers are sent from then on", .text_zh = "发放开始时间"                            \
    }

#define KQ_ROW_PUBLISH_END(request, is_required)                                                             \
    {                                                                                                        \
        .name = "publish_end_time", .type = KQ_FIELD_DATE, .required = (is_required),                        \
        .offset = offsetof(request, publish_end_time), .example = "2017-02-01 00:00:01",                     \
        .text = "and until before then", .text_zh = "发放结束时间"                                     \
    }

#define KQ_ROW_VALID_PERIOD(request, is_required)                                                            \
    {                                                                                                        \
        .name = "voucher_valid_period", .type = KQ_FIELD_STRING, .required = (is_required),                  \
        .max_chars = KQ_VALID_PERIOD_MAX_CHARS, .offset = offsetof(request, voucher_valid_period),           \
        .example = "{\"type\":\"RELATIVE\",\"duration\":1,\"unit\":\"DAY\"}",                                \
        .text = "how long a voucher can be used, JSON", .text_zh = "券有效期，JSON字符串"            \
    }

#define KQ_ROW_AVAILABLE_TIME                                                                                \
    {                                                                                                        \
        .name = "voucher_available_time", .type = KQ_FIELD_STRING, .max_chars = KQ_AVAILABLE_TIME_MAX_BYTES, \
        .offset = offsetof(struct kq_template_request, voucher_available_time),                              \
        .example = "[{\"day_rule\":\"1,2,3,4,5\",\"time_begin\":\"09:00:00\",\"time_end\":\"22:00:00\"}]",   \
        .text = "when in the week it can be used, JSON; [] or none: always",                                 \
        .text_zh = "券可用时段，JSON数组字符串，空数组表示不限制"                        \
    }

#define KQ_ROW_OUT_BIZ_NO(request)                                                                           \
    {                                                                                                        \
        .name = "out_biz_no", .type = KQ_FIELD_STRING, .required = true,                                     \
        .max_chars = KQ_OUT_BIZ_NO_MAX_CHARS, .offset = offsetof(request, out_biz_no),                       \
        .example = "2016122814164328aadaee_1aee_4", .text = "the caller's own number of this business",      \
        .text_zh = "外部业务单号，用于幂等"                                                       \
    }

#define KQ_ROW_DESCRIPTION                                                                                   \
    {                                                                                                        \
        .name = "voucher_description", .type = KQ_FIELD_STRING, .required = true,                            \
        .max_chars = KQ_DESCRIPTION_MAX_CHARS,                                                               \
        .offset = offsetof(struct kq_template_request, voucher_description),                                 \
        .example = "[\"1、本券不可兑换现金\",\"2、每个订单可用一张\"]",                                      \
        .text = "usage text, a JSON array of up to 10 lines of up to 50 characters",                         \
        .text_zh = "券使用说明，JSON数组字符串，最多10条，每条最多50字"                 \
    }

#define KQ_ROW_QUANTITY(is_required)                                                                         \
    {                                                                                                        \
        .name = "voucher_quantity", .type = KQ_FIELD_NUMBER, .required = (is_required), .minimum = 1,        \
        .maximum = KQ_VOUCHER_QUANTITY_MAX,                                                                  \
        .offset = offsetof(struct kq_template_request, voucher_quantity), .example = "100",                  \
        .text = "vouchers at most", .text_zh = "拟发行券的数量，单位张"                           \
    }

#define KQ_ROW_AMOUNT(is_required, minimum_fen, maximum_fen)                                                 \
    {                                                                                                        \
        .name = "amount", .type = KQ_FIELD_PRICE, .required = (is_required), .minimum = (minimum_fen),       \
        .maximum = (maximum_fen), .offset = offsetof(struct kq_template_request, amount),                    \
        .example = "10.00", .text = "of each voucher, in yuan", .text_zh = "券面额，单位元"           \
    }

#define KQ_ROW_FLOOR_AMOUNT                                                                                  \
    {                                                                                                        \
        .name = "floor_amount", .type = KQ_FIELD_PRICE,                                                      \
        .offset = offsetof(struct kq_template_request, floor_amount), .example = "100.00",                   \
        .text = "a purchase must be at least this, in yuan",                                                 \
        .text_zh = "最低额度，订单金额不低于它时才能用券，单位元"                      \
    }

#define KQ_ROW_TOTAL_AMOUNT                                                                                  \
    {                                                                                                        \
        .name = "total_amount", .type = KQ_FIELD_PRICE, .minimum = KQ_TOTAL_AMOUNT_MIN_FEN,                  \
        .maximum = KQ_TOTAL_AMOUNT_MAX_FEN, .offset = offsetof(struct kq_template_request, total_amount),    \
        .example = "10000.00", .text = "all vouchers together at most, in yuan; red packets need it",        \
        .text_zh = "券总金额，单位元，红包必填"                                                 \
    }

#define KQ_ROW_RULE_CONF(request)                                                                            \
    {                                                                                                        \
        .name = "rule_conf", .type = KQ_FIELD_STRING, .max_chars = KQ_RULE_CONF_MAX_BYTES,                   \
        .offset = offsetof(request, rule_conf),                                                              \
        .example = "{\"PID\":\"2088512417841101,2088512417841102\",\"STORE\":\"123456,678901\"}",            \
        .text = "the merchants, and the shops, that may redeem, JSON; of a change, those that are added",    \
        .text_zh = "可核销的商户PID和门店，JSON字符串；修改时只能增加"                  \
    }

#define KQ_ROW_NOTIFY_URI                                                                                    \
    {                                                                                                        \
        .name = "notify_uri", .type = KQ_FIELD_STRING, .max_chars = KQ_URI_MAX_CHARS,                        \
        .offset = offsetof(struct kq_template_request, notify_uri), .example = "https://example.com/notify", \
        .text = "where changes of its vouchers are told", .text_zh = "券变动异步通知地址"           \
    }

#define KQ_ROW_SLOGAN(request)                                                                               \
    {                                                                                                        \
        .name = "slogan", .type = KQ_FIELD_STRING, .max_chars = KQ_SLOGAN_MAX_CHARS,                         \
        .offset = offsetof(request, slogan), .example = "开业大吉",                                          \
        .text = "stands before the amount in a voucher's name", .text_zh = "券标语"                       \
    }

#define KQ_ROW_EXTENSION_INFO                                                                                \
    {                                                                                                        \
        .name = "extension_info", .type = KQ_FIELD_STRING, .max_chars = KQ_EXTENSION_INFO_MAX_CHARS,         \
        .offset = offsetof(struct kq_template_request, extension_info), .example = "{\"useMode\":\"H5\"}",   \
        .text = "kept as it is given, JSON", .text_zh = "扩展字段，JSON字符串"                       \
    }

/* A row of a template's id, asked or answered. */
#define KQ_ROW_TEMPLATE_ID(struct_type)                                                                      \
    {                                                                                                        \
        .name = "template_id", .type = KQ_FIELD_STRING, .required = true, .max_chars = 28,                   \
        .offset = offsetof(struct_type, template_id), .example = "20140601000730010040000000EB",             \
        .text = "the template", .text_zh = "券模板ID"                                                     \
    }

#define KQ_ROW_VOUCHER_NAME(answer)                                                                          \
    {                                                                                                        \
        .name = "voucher_name", .type = KQ_FIELD_STRING, .required = true, .max_chars = 128,                 \
        .offset = offsetof(answer, voucher_name), .example = "10元代金券", .text = "its vouchers' name",     \
        .text_zh = "券名称"                                                                               \
    }

#define KQ_ROW_TEMPLATE_STATUS(answer)                                                                       \
    {                                                                                                        \
        .name = "status", .type = KQ_FIELD_STRING, .required = true, .max_chars = 1,                         \
        .offset = offsetof(answer, status), .example = "S",                                                  \
        .text = "I draft, S effective, E expired, D deleted",                                                \
        .text_zh = "模板状态：I（草稿）、S（生效）、E（过期）、D（删除）"            \
    }

/* Its letter at this time, for such a row. */
struct kq_slice kq_template_status_text(const struct kq_template *template, int64_t now_s);

/* An answer that is a template's id. */
struct kq_template_answer {
    struct kq_slice template_id;
};
extern const struct kq_fields kq_template_answer_fields;

/* A read create → KQ_OP_TEMPLATE_CREATE. `fields` and `method` are the method's own: what was asked is
 * remembered as the digest of both. INVALID_PARAMETER with a detail that names the field; NO_MEMORY, CRYPTO.
 */
KQ_MUST struct kq_result kq_template_prepare_create(const struct kq_caller *caller,
                                                    const struct kq_method *method,
                                                    const struct kq_template_request *request,
                                                    struct kq_operation *operation, struct kq_error *error);

/* A read modify → KQ_OP_TEMPLATE_CHANGE. */
KQ_MUST struct kq_result kq_template_prepare_change(const struct kq_caller *caller, bool of_cash_backed,
                                                    const struct kq_template_change_request *request,
                                                    struct kq_operation *operation, struct kq_error *error);

#endif
