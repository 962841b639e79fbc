/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"

const struct kq_method *const kq_catalogue[] = {
    &kq_method_marketing_cashlessvoucher_template_create,
    &kq_method_marketing_cashlessvoucher_template_modify,
    &kq_method_marketing_cashvoucher_template_create,
    &kq_method_marketing_cashvoucher_template_modify,
    &kq_method_marketing_exchangevoucher_template_create,
    &kq_method_marketing_exchangevoucher_use,
    &kq_method_marketing_voucher_auth_send,
    &kq_method_marketing_voucher_batchsend,
    &kq_method_marketing_voucher_confirm,
    &kq_method_marketing_voucher_delay,
    &kq_method_marketing_voucher_delete,
    &kq_method_marketing_voucher_exchangevoucher_refund,
    &kq_method_marketing_voucher_list_query,
    &kq_method_marketing_voucher_query,
    &kq_method_marketing_voucher_send,
    &kq_method_marketing_voucher_template_delete,
    &kq_method_marketing_voucher_templatedetail_query,
    &kq_method_marketing_voucher_templatelist_query,
    &kq_method_open_app_alipaycert_download,
    &kq_method_open_auth_token_app,
    &kq_method_pass_instance_add,
    &kq_method_pass_instance_update,
    &kq_method_pass_template_add,
    &kq_method_pass_template_update,
    &kq_method_user_pass_grouplist_query,
};
const size_t kq_catalogue_count = KQ_COUNT(kq_catalogue);

const struct kq_method *kq_method_find(struct kq_slice name)
{
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        if (kq_slice_equal(name, kq_slice_of(kq_catalogue[i]->name))) {
            return kq_catalogue[i];
        }
    }
    return NULL;
}
