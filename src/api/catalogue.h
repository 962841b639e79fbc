/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_API_CATALOGUE_H
#define KQ_API_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/fields.h"
#include "base/arena.h"
#include "base/error.h"
#include "domain/operation.h"

/* The catalogue: the one source of truth about methods. Adding one is a file in this folder and a line in
 * catalogue.c. */

/* For whom a call is made. */
struct kq_caller {
    struct kq_slice app_id;
    struct kq_slice pid;                 /* the merchant it acts for: the application's own, or the grant's */
    int64_t now_s;                       /* business time */
    struct kq_slice gateway_cert_sn;     /* of the gateway's own certificate; empty: it has none */
    struct kq_slice gateway_certificate; /* the same and its roots, as PEM */
};

struct kq_method {
    const char *name; /* "alipay.marketing.voucher.send" */
    const char *text; /* what it does, one line */
    const char *text_zh;
    const struct kq_fields *request;
    const struct kq_rule *rules;
    size_t rule_count;
    const struct kq_fields *answer;
    bool is_query;          /* changes nothing: whoever got no answer may ask again */
    const char *repeat_key; /* a request field: with it, a repeat is the same business and gets the same
                             * answer, so whoever got no answer may repeat it. NULL: there is none */
    enum kq_error_code parameter_error; /* what a field that breaks its row raises */
    const enum kq_error_code *codes; /* the business codes it can raise, then KQ_E_NONE: for documentation */
    bool may_lack_version;           /* the common parameter: the official PHP library sends none with it */
    bool allowed_by_default;         /* to every application; else only with a permission of its own */
    enum kq_error_code permission_error; /* what one without it hears; KQ_E_NONE: APP_NOT_PERMITTED */

    /* Typed request → operation. `request` is the struct that `request` fields describe, in the operation's
     * arena. */
    struct kq_result (*prepare)(const struct kq_caller *caller, const void *request,
                                struct kq_operation *operation, struct kq_error *error);

    /* Done operation (its error is KQ_E_NONE) → typed answer, a zeroed struct of answer->struct_bytes; may
     * still refuse. */
    struct kq_result (*finish)(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *answer, struct kq_error *error);

    /* Refusal (a BUSINESS code) → what the answer shows beside the codes, in a typed answer like finish's,
     * made in the arena. NULL: nothing. NO_MEMORY. */
    struct kq_result (*refuse)(const struct kq_error *refusal, struct kq_arena *arena, void *answer,
                               struct kq_error *error);
};

/* All methods, in the order of their names. */
extern const struct kq_method *const kq_catalogue[];
extern const size_t kq_catalogue_count;

/* NULL: not in the catalogue. */
const struct kq_method *kq_method_find(struct kq_slice name);

/* One a method, each in its file. */
extern const struct kq_method kq_method_marketing_cashlessvoucher_template_create;
extern const struct kq_method kq_method_marketing_cashlessvoucher_template_modify;
extern const struct kq_method kq_method_marketing_cashvoucher_template_create;
extern const struct kq_method kq_method_marketing_cashvoucher_template_modify;
extern const struct kq_method kq_method_marketing_exchangevoucher_template_create;
extern const struct kq_method kq_method_marketing_exchangevoucher_use;
extern const struct kq_method kq_method_marketing_voucher_auth_send;
extern const struct kq_method kq_method_marketing_voucher_batchsend;
extern const struct kq_method kq_method_marketing_voucher_confirm;
extern const struct kq_method kq_method_marketing_voucher_delay;
extern const struct kq_method kq_method_marketing_voucher_delete;
extern const struct kq_method kq_method_marketing_voucher_exchangevoucher_refund;
extern const struct kq_method kq_method_marketing_voucher_list_query;
extern const struct kq_method kq_method_marketing_voucher_query;
extern const struct kq_method kq_method_marketing_voucher_send;
extern const struct kq_method kq_method_marketing_voucher_template_delete;
extern const struct kq_method kq_method_marketing_voucher_templatedetail_query;
extern const struct kq_method kq_method_marketing_voucher_templatelist_query;
extern const struct kq_method kq_method_open_app_alipaycert_download;
extern const struct kq_method kq_method_open_auth_token_app;
extern const struct kq_method kq_method_pass_instance_add;
extern const struct kq_method kq_method_pass_instance_update;
extern const struct kq_method kq_method_pass_template_add;
extern const struct kq_method kq_method_pass_template_update;
extern const struct kq_method kq_method_user_pass_grouplist_query;

#endif
