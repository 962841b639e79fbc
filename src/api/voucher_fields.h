/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_API_VOUCHER_FIELDS_H
#define KQ_API_VOUCHER_FIELDS_H

#include "api/catalogue.h"
#include "api/fields.h"
#include "base/error.h"
#include "domain/operation.h"

/* What the methods about one voucher have in common: which voucher, whose, and the caller's key; the context
 * of a use or a refund; and a voucher as answers show it. And what those that issue one answer. */

/* A row of a voucher's id, asked or answered. */
#define KQ_ROW_VOUCHER_ID(struct_type)                                                                       \
    {                                                                                                        \
        .name = "voucher_id", .type = KQ_FIELD_STRING, .required = true, .max_chars = 28,                    \
        .offset = offsetof(struct_type, voucher_id), .example = "20160906000730020020002U8CBS",              \
        .text = "the voucher", .text_zh = "券ID"                                                            \
    }

/* Of a whole one, kq_voucher_change_show's. */
#define KQ_ROW_VOUCHER(answer)                                                                               \
    {                                                                                                        \
        .name = "voucher", .type = KQ_FIELD_OBJECT, .required = true, .offset = offsetof(answer, voucher),   \
        .members = &kq_voucher_shown_fields, .text = "the voucher, as it stands now",                        \
        .text_zh = "券的当前信息"                                                                      \
    }

/* The base of their requests. */
struct kq_voucher_key {
    struct kq_slice voucher_id;
    struct kq_slice user_id;
    struct kq_slice out_biz_no;
};

extern const struct kq_fields kq_voucher_key_fields;

/* The operation of a change: everything but what its kind alone has. */
void kq_voucher_change_prepare(const struct kq_caller *caller, enum kq_voucher_change_kind kind,
                               const struct kq_voucher_key *key, struct kq_operation *operation);

/* biz_context: a string that holds a JSON object. */
struct kq_biz_context {
    struct kq_price amount;
    struct kq_price order_amount;
    struct kq_slice shop_id;
    struct kq_slice use_out_biz_no;
};

/* Reads `text`, which may be empty. INVALID_PARAMETER with a Chinese detail, NO_MEMORY. */
KQ_MUST struct kq_result kq_biz_context_read(struct kq_slice text, struct kq_arena *arena,
                                             struct kq_biz_context *context, struct kq_error *error);

/* A voucher as the libraries' OpenVoucherDTO has it. */
struct kq_voucher_shown {
    struct kq_slice voucher_id;
    struct kq_slice template_id;
    struct kq_slice name;
    struct kq_slice status;
    struct kq_price total_amount;
    struct kq_price available_amount;
    struct kq_date gmt_create;
    struct kq_date gmt_active;
    struct kq_date gmt_expired;
    struct kq_slice voucher_description;
    struct kq_slice extend_info;
};

extern const struct kq_fields kq_voucher_shown_fields;

/* Texts are made in the arena. NO_MEMORY. */
KQ_MUST struct kq_result kq_voucher_show(const struct kq_voucher *voucher, const struct kq_template *template,
                                         int64_t now_s, struct kq_arena *arena,
                                         struct kq_voucher_shown *shown, struct kq_error *error);

/* The same of a done change's voucher, as an object of an answer. */
KQ_MUST struct kq_result kq_voucher_change_show(const struct kq_caller *caller,
                                                const struct kq_operation *operation,
                                                struct kq_object *object, struct kq_error *error);

/* The answer of a done KQ_OP_ISSUE: the voucher's id and who has it. A method's `answer` and `finish`. */
extern const struct kq_fields kq_issue_answer_fields;
KQ_MUST struct kq_result kq_issue_finish(const struct kq_caller *caller, const struct kq_operation *operation,
                                         void *typed_answer, struct kq_error *error);

#endif
