/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/catalogue.h"

static void methods_are_found_by_their_exact_names(void **state)
{
    (void)state;
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.marketing.voucher.send")),
                     &kq_method_marketing_voucher_send);
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.marketing.voucher.batchsend")),
                     &kq_method_marketing_voucher_batchsend);
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.marketing.voucher.list.query")),
                     &kq_method_marketing_voucher_list_query);
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.marketing.voucher.confirm")),
                     &kq_method_marketing_voucher_confirm);
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.marketing.voucher.auth.send")),
                     &kq_method_marketing_voucher_auth_send);
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.open.auth.token.app")), &kq_method_open_auth_token_app);
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.pass.template.add")), &kq_method_pass_template_add);
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.pass.template.update")),
                     &kq_method_pass_template_update);
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.pass.instance.add")), &kq_method_pass_instance_add);
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.pass.instance.update")),
                     &kq_method_pass_instance_update);
    assert_ptr_equal(kq_method_find(KQ_SLICE("alipay.user.pass.grouplist.query")),
                     &kq_method_user_pass_grouplist_query);
    assert_null(kq_method_find(KQ_SLICE_EMPTY));
    assert_null(kq_method_find(KQ_SLICE("alipay.marketing.voucher")));
    assert_null(kq_method_find(KQ_SLICE("alipay.marketing.voucher.send ")));
    assert_null(kq_method_find(KQ_SLICE("Alipay.marketing.voucher.send")));
}

static void the_catalogue_is_in_the_order_of_names(void **state)
{
    (void)state;
    assert_int_equal(kq_catalogue_count, 25);
    for (size_t i = 1; i < kq_catalogue_count; i++) {
        assert_true(strcmp(kq_catalogue[i - 1]->name, kq_catalogue[i]->name) < 0);
    }
}

/* An offset that is not its own, or past the struct's end, would let one field write into another. */
static void assert_layout(const struct kq_fields *fields)
{
    if (fields->base != NULL) {
        assert_layout(fields->base);
    }
    static const size_t sizes[KQ_FIELD_TYPE_COUNT] = {
        [KQ_FIELD_STRING] = sizeof(struct kq_slice),     [KQ_FIELD_PRICE] = sizeof(struct kq_price),
        [KQ_FIELD_NUMBER] = sizeof(struct kq_number),    [KQ_FIELD_BOOLEAN] = sizeof(struct kq_boolean),
        [KQ_FIELD_DATE] = sizeof(struct kq_date),        [KQ_FIELD_STRING_LIST] = sizeof(struct kq_list),
        [KQ_FIELD_OBJECT_LIST] = sizeof(struct kq_list), [KQ_FIELD_OBJECT] = sizeof(struct kq_object),
    };
    size_t end = fields->base == NULL ? 0 : fields->base->struct_bytes;
    for (size_t i = 0; i < fields->count; i++) {
        assert_true(fields->items[i].offset >= end);
        end = fields->items[i].offset + sizes[fields->items[i].type];
    }
    assert_true(end <= fields->struct_bytes);
}

static void assert_documented(const struct kq_fields *fields)
{
    if (fields->base != NULL) {
        assert_documented(fields->base);
    }
    for (size_t i = 0; i < fields->count; i++) {
        const struct kq_field *field = &fields->items[i];
        assert_true(strlen(field->name) > 0);
        assert_true(strlen(field->text) > 0);
        assert_true(strlen(field->text_zh) > 0);
        bool has_members = field->type == KQ_FIELD_OBJECT_LIST || field->type == KQ_FIELD_OBJECT;
        assert_int_equal(field->members != NULL, has_members);
        assert_int_equal(field->example == NULL, has_members);
        if (field->members != NULL) {
            assert_layout(field->members);
            assert_documented(field->members);
        }
    }
}

static void every_field_is_documented_and_has_its_own_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        const struct kq_method *method = kq_catalogue[i];
        assert_true(strlen(method->text) > 0);
        assert_true(strlen(method->text_zh) > 0);
        assert_layout(method->request);
        assert_layout(method->answer);
        assert_documented(method->request);
        assert_documented(method->answer);
    }
}

static void assert_row(const struct kq_fields *fields, const char *name, bool required, size_t max_chars)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (strcmp(fields->items[i].name, name) == 0) {
            assert_int_equal(fields->items[i].required, required);
            assert_int_equal(fields->items[i].max_chars, max_chars);
            return;
        }
    }
    fail_msg("there is no field %s", name);
}

static void requests_have_the_pages_rows(void **state)
{
    (void)state;
    const struct kq_fields *send = kq_method_marketing_voucher_send.request;
    assert_int_equal(send->count, 7);
    assert_row(send, "template_id", true, 28);
    assert_row(send, "login_id", false, 128);
    assert_row(send, "taobao_nick", false, 128);
    assert_row(send, "user_id", false, 16);
    assert_row(send, "out_biz_no", true, 64);
    assert_row(send, "amount", false, 10);
    assert_row(send, "memo", false, 128);

    const struct kq_fields *batch = kq_method_marketing_voucher_batchsend.request;
    assert_int_equal(batch->count, 4);
    assert_row(batch, "template_id", true, 28);
    assert_row(batch, "vouchers", true, 0);
    assert_int_equal(batch->items[1].minimum, 1);
    assert_int_equal(batch->items[1].maximum, 1000);
    assert_int_equal(batch->items[1].members->count, 1);
    assert_row(batch->items[1].members, "user_id", true, 16);
    assert_row(batch, "out_biz_no", true, 64);
    assert_row(batch, "memo", false, 128);

    const struct kq_fields *list = kq_method_marketing_voucher_list_query.request;
    assert_int_equal(list->count, 2);
    assert_row(list, "template_id", true, 32);
    assert_row(list, "user_id", true, 20);

    const struct kq_fields *wallet = kq_method_user_pass_grouplist_query.request;
    assert_int_equal(wallet->count, 8);
    assert_row(wallet, "user_id", true, 16);
    assert_row(wallet, "partner_id", false, 16);
    assert_row(wallet, "group_type", true, 10);
    assert_row(wallet, "time_status", true, 10);
    assert_row(wallet, "city_code", false, 10);
    assert_row(wallet, "need_shopinfo", false, 10);
    assert_row(wallet, "page_size", true, 10);
    assert_row(wallet, "page_num", true, 10);
}

static void consents_and_grants_have_their_rows(void **state)
{
    (void)state;
    const struct kq_fields *confirm = kq_method_marketing_voucher_confirm.request;
    assert_int_equal(confirm->count, 6);
    assert_row(confirm, "template_id", true, 28);
    assert_row(confirm, "user_id", true, 16);
    assert_row(confirm, "out_biz_no", true, 64);
    assert_row(confirm, "need_redirect", false, 10);
    assert_row(confirm, "redirect_uri", false, 256);
    assert_row(confirm, "theme", false, 64);

    const struct kq_fields *auth_send = kq_method_marketing_voucher_auth_send.request;
    assert_int_equal(auth_send->count, 4);
    assert_row(auth_send, "template_id", true, 28);
    assert_row(auth_send, "user_id", true, 16);
    assert_row(auth_send, "send_code", true, 40);
    assert_row(auth_send, "out_biz_no", true, 64);

    const struct kq_fields *token = kq_method_open_auth_token_app.request;
    assert_int_equal(token->count, 3);
    assert_row(token, "grant_type", true, 20);
    assert_row(token, "code", false, 40);
    assert_row(token, "refresh_token", false, 40);
}

static void pass_requests_have_their_rows(void **state)
{
    (void)state;
    const struct kq_fields *template_add = kq_method_pass_template_add.request;
    assert_int_equal(template_add->count, 2);
    assert_row(template_add, "unique_id", true, 999);
    assert_row(template_add, "tpl_content", true, 99999);

    const struct kq_fields *template_update = kq_method_pass_template_update.request;
    assert_int_equal(template_update->count, 2);
    assert_row(template_update, "tpl_id", true, 999);
    assert_row(template_update, "tpl_content", true, 99999);

    const struct kq_fields *pass_add = kq_method_pass_instance_add.request;
    assert_int_equal(pass_add->count, 4);
    assert_row(pass_add, "tpl_id", true, 999);
    assert_row(pass_add, "tpl_params", true, 99999);
    assert_row(pass_add, "recognition_type", true, 999);
    assert_row(pass_add, "recognition_info", true, 999);

    const struct kq_fields *pass_update = kq_method_pass_instance_update.request;
    assert_int_equal(pass_update->count, 7);
    assert_row(pass_update, "serial_number", true, 999);
    assert_row(pass_update, "channel_id", true, 999);
    assert_row(pass_update, "status", false, 99);
    assert_row(pass_update, "tpl_params", false, 99999);
    assert_row(pass_update, "user_id", false, 16);
    assert_row(pass_update, "verify_code", false, 999);
    assert_row(pass_update, "verify_type", false, 99999);
}

/* spec/vouchers.md, "Neighbouring methods"; what it gives no length has our own. */
static void template_requests_have_their_rows(void **state)
{
    (void)state;
    const struct kq_fields *creates[] = {
        kq_method_marketing_cashlessvoucher_template_create.request,
        kq_method_marketing_cashvoucher_template_create.request,
        kq_method_marketing_exchangevoucher_template_create.request,
    };
    static const size_t counts[] = {15, 19, 13};
    for (size_t i = 0; i < KQ_COUNT(creates); i++) {
        assert_int_equal(creates[i]->count, counts[i]);
        assert_row(creates[i], "voucher_type", true, 64);
        assert_row(creates[i], "brand_name", true, 12);
        assert_row(creates[i], "publish_start_time", true, 0);
        assert_row(creates[i], "publish_end_time", true, 0);
        assert_row(creates[i], "voucher_valid_period", true, 256);
        assert_row(creates[i], "voucher_available_time", false, 4096);
        assert_row(creates[i], "out_biz_no", true, 64);
        assert_row(creates[i], "voucher_description", true, 4096);
        assert_row(creates[i], "voucher_quantity", i > 0, 0);
        assert_row(creates[i], "notify_uri", false, 256);
        assert_row(creates[i], "extension_info", false, 2048);
    }
    assert_row(creates[0], "amount", false, 0);
    assert_row(creates[0], "total_amount", false, 0);
    assert_row(creates[0], "rule_conf", false, 65536);
    assert_row(creates[1], "amount", true, 0);
    assert_row(creates[1], "fund_account", true, 128);
    assert_row(creates[1], "redirect_uri", false, 256);
    assert_row(creates[1], "voucher_use_scene", false, 64);
    assert_row(creates[1], "slogan", false, 6);
    assert_row(creates[2], "voucher_name", true, 20);
    assert_row(creates[2], "use_type", false, 16);
}

/* The tables of the reference pages' answers, whose lengths nothing in the program enforces. */
static void answers_have_the_pages_rows(void **state)
{
    (void)state;
    const struct kq_fields *send = kq_method_marketing_voucher_send.answer;
    assert_int_equal(send->count, 2);
    assert_row(send, "voucher_id", true, 28);
    assert_row(send, "user_id", true, 16);

    const struct kq_fields *list = kq_method_marketing_voucher_list_query.answer;
    assert_int_equal(list->count, 1);
    assert_row(list, "vouchers", true, 0);
    assert_int_equal(list->items[0].members->count, 4);
    assert_row(list->items[0].members, "template_id", true, 32);
    assert_row(list->items[0].members, "voucher_id", true, 32);
    assert_row(list->items[0].members, "status", true, 16);
    assert_row(list->items[0].members, "send_time", true, 19);

    const struct kq_fields *token = kq_method_open_auth_token_app.answer;
    assert_int_equal(token->count, 1);
    assert_row(token, "tokens", true, 0);
    assert_ptr_equal(token->items[0].members, token->base);
    assert_int_equal(token->base->count, 6);
    assert_row(token->base, "app_auth_token", true, 40);
    assert_row(token->base, "app_refresh_token", true, 40);
    assert_row(token->base, "auth_app_id", true, 20);
    assert_row(token->base, "expires_in", true, 16);
    assert_row(token->base, "re_expires_in", true, 16);
    assert_row(token->base, "user_id", true, 16);

    const struct kq_fields *wallet = kq_method_user_pass_grouplist_query.answer;
    assert_int_equal(wallet->count, 1);
    assert_row(wallet, "pass_info_list", true, 0);
    const struct kq_fields *pass = wallet->items[0].members;
    assert_int_equal(pass->count, 12);
    assert_row(pass, "pass_id", true, 100);
    assert_row(pass, "mechant_name", false, 100);
    assert_row(pass, "logo_text", false, 100);
    assert_row(pass, "second_logo_text", false, 100);
    assert_row(pass, "item_id", false, 100);
    assert_row(pass, "start_date", false, 50);
    assert_row(pass, "end_date", false, 50);
    assert_row(pass, "gmt_create", false, 20);
    assert_row(pass, "shop_id_list", false, 100);
    assert_row(pass, "data_info", false, 10000);
    assert_row(pass, "status", false, 10);
    assert_row(pass, "ext_info", false, 10000);
}

static bool has_code(const struct kq_method *method, enum kq_error_code code)
{
    for (const enum kq_error_code *at = method->codes; *at != KQ_E_NONE; at++) {
        if (*at == code) {
            return true;
        }
    }
    return false;
}

static void every_method_names_its_business_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        const struct kq_method *method = kq_catalogue[i];
        assert_true(has_code(method, method->parameter_error));
        assert_true(has_code(method, KQ_E_SYSTEM_ERROR));
        for (const enum kq_error_code *code = method->codes; *code != KQ_E_NONE; code++) {
            assert_int_equal(kq_error_category(*code), KQ_CATEGORY_BUSINESS);
        }
    }
    static const enum kq_error_code of_send[] = {
        KQ_E_TEMPLATE_NOT_EXIST,  KQ_E_TEMPLATE_STATUS_NOT_MATCH, KQ_E_TEMPLATE_EXPIRED,
        KQ_E_USER_NOT_EXIST,      KQ_E_USER_STATUS_ERROR,         KQ_E_TEMPLATE_STOCK_NOT_ENOUGH,
        KQ_E_USER_LIMIT_EXCEEDED,
    };
    for (size_t i = 0; i < KQ_COUNT(of_send); i++) {
        assert_true(has_code(&kq_method_marketing_voucher_send, of_send[i]));
        assert_true(has_code(&kq_method_marketing_voucher_batchsend, of_send[i]));
    }
    assert_true(has_code(&kq_method_marketing_voucher_list_query, KQ_E_TEMPLATE_STATUS_NOT_MATCH));
    assert_true(has_code(&kq_method_marketing_voucher_list_query, KQ_E_PERMISSION_DENIED));
    assert_true(has_code(&kq_method_user_pass_grouplist_query, KQ_E_BIZ_ERROR));
    assert_true(has_code(&kq_method_pass_template_update, KQ_E_PASS_TEMPLATE_NOT_EXIST));
    static const enum kq_error_code of_pass_add[] = {
        KQ_E_PASS_APP_NOT_SUPPORTED, KQ_E_PASS_TEMPLATE_NOT_EXIST, KQ_E_PASS_EXISTS,
        KQ_E_USER_NOT_EXIST,         KQ_E_USER_STATUS_ERROR,
    };
    for (size_t i = 0; i < KQ_COUNT(of_pass_add); i++) {
        assert_true(has_code(&kq_method_pass_instance_add, of_pass_add[i]));
    }
    assert_true(has_code(&kq_method_pass_instance_update, KQ_E_PASS_NOT_EXIST));
    assert_true(has_code(&kq_method_pass_instance_update, KQ_E_PASS_STATUS_NOT_MATCH));
}

static void parameter_errors_are_the_methods_own(void **state)
{
    (void)state;
    assert_int_equal(kq_method_marketing_voucher_send.parameter_error, KQ_E_INVALID_PARAMETER);
    assert_int_equal(kq_method_marketing_voucher_list_query.parameter_error, KQ_E_INVALID_PARAMETER);
    assert_int_equal(kq_method_user_pass_grouplist_query.parameter_error, KQ_E_PASS_PARAMETER);
    assert_int_equal(kq_method_pass_template_add.parameter_error, KQ_E_PASS_PARAMETER);
    assert_int_equal(kq_method_pass_template_update.parameter_error, KQ_E_PASS_PARAMETER);
    assert_int_equal(kq_method_pass_instance_add.parameter_error, KQ_E_PASS_PARAMETER);
    assert_int_equal(kq_method_pass_instance_update.parameter_error, KQ_E_PASS_PARAMETER);
}

static void some_methods_need_a_permission_of_their_own(void **state)
{
    (void)state;
    assert_true(kq_method_pass_template_add.allowed_by_default);
    assert_true(kq_method_pass_template_update.allowed_by_default);
    assert_true(kq_method_pass_instance_update.allowed_by_default);
    assert_false(kq_method_pass_instance_add.allowed_by_default);
    assert_int_equal(kq_method_pass_instance_add.permission_error, KQ_E_PASS_APP_NOT_SUPPORTED);
    assert_int_equal(kq_method_user_pass_grouplist_query.permission_error, KQ_E_NONE);
    assert_true(kq_method_marketing_voucher_send.allowed_by_default);
    assert_true(kq_method_marketing_voucher_list_query.allowed_by_default);
    assert_false(kq_method_user_pass_grouplist_query.allowed_by_default);
}

static bool has_field(const struct kq_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (strcmp(fields->items[i].name, name) == 0) {
            return true;
        }
    }
    return fields->base != NULL && has_field(fields->base, name);
}

/* Of a method that is neither, a call that was not answered must not be repeated without a person's looking.
 */
static void what_can_be_repeated_is_known(void **state)
{
    (void)state;
    static const char *const neither[] = {
        "alipay.marketing.voucher.template.delete",
        "alipay.open.auth.token.app",
        "alipay.pass.instance.add", /* without a serial number among its values each is another pass */
        "alipay.pass.instance.update",
        "alipay.pass.template.update",
    };
    size_t found = 0;
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        const struct kq_method *method = kq_catalogue[i];
        bool is_named_query =
            strstr(method->name, ".query") != NULL || strstr(method->name, ".download") != NULL;
        assert_int_equal(method->is_query, is_named_query);
        assert_false(method->is_query && method->repeat_key != NULL);
        assert_true(method->repeat_key == NULL || has_field(method->request, method->repeat_key));
        if (!method->is_query && method->repeat_key == NULL) {
            assert_true(found < KQ_COUNT(neither));
            assert_string_equal(method->name, neither[found++]);
        }
    }
    assert_int_equal(found, KQ_COUNT(neither));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_are_found_by_their_exact_names),
        cmocka_unit_test(the_catalogue_is_in_the_order_of_names),
        cmocka_unit_test(every_field_is_documented_and_has_its_own_place),
        cmocka_unit_test(requests_have_the_pages_rows),
        cmocka_unit_test(consents_and_grants_have_their_rows),
        cmocka_unit_test(pass_requests_have_their_rows),
        cmocka_unit_test(template_requests_have_their_rows),
        cmocka_unit_test(answers_have_the_pages_rows),
        cmocka_unit_test(every_method_names_its_business_codes),
        cmocka_unit_test(parameter_errors_are_the_methods_own),
        cmocka_unit_test(some_methods_need_a_permission_of_their_own),
        cmocka_unit_test(what_can_be_repeated_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
