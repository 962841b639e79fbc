/* SPDX-License-Identifier: Apache-2.0 */
#include "api/template_fields.h"

#include "domain/text.h"
#include "wire/json.h"
#include "wire/signature.h"

static const struct kq_field answer_items[] = {KQ_ROW_TEMPLATE_ID(struct kq_template_answer)};

const struct kq_fields kq_template_answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct kq_template_answer),
};

struct kq_slice kq_template_status_text(const struct kq_template *template, int64_t now_s)
{
    static const char letters[] = "ISED";
    char status = kq_template_status(template, now_s);
    size_t place = kq_slice_find(KQ_SLICE(letters), status);
    return (struct kq_slice){.data = letters + place, .size = 1};
}

/* Whether a rule of domain/ holds of a field: where not, the field is named, in Chinese. */
static struct kq_result hold(const char *field, struct kq_result checked, const struct kq_error *reason,
                             struct kq_error *error)
{
    KQ_ENSURE(checked.ok || reason->code == KQ_E_BAD_INPUT, error, reason->code, "%s", reason->detail);
    KQ_ENSURE(checked.ok, error, KQ_E_INVALID_PARAMETER, "%s格式不正确", field);
    return KQ_OK;
}

static struct kq_result read_period(struct kq_slice json, struct kq_valid_period *period,
                                    struct kq_error *error)
{
    struct kq_error reason = {0};
    return hold("voucher_valid_period", kq_valid_period_parse(json, period, &reason), &reason, error);
}

static struct kq_result read_rules(struct kq_slice json, struct kq_arena *arena,
                                   struct kq_redeem_rules *rules, struct kq_error *error)
{
    struct kq_error reason = {0};
    return hold("rule_conf", kq_rule_conf_parse(json, arena, rules, &reason), &reason, error);
}

static struct kq_result check_texts(const struct kq_template_request *request, struct kq_error *error)
{
    const struct {
        const char *name;
        struct kq_slice text;
    } rows[] = {
        {"brand_name", request->brand_name},
        {"voucher_name", request->voucher_name},
        {"fund_account", request->fund_account},
        {"voucher_use_scene", request->voucher_use_scene},
        {"slogan", request->slogan},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_error reason = {0};
        KQ_TRY(hold(rows[i].name, kq_text_check(rows[i].name, rows[i].text, 0, SIZE_MAX, &reason), &reason,
                    error));
    }
    return KQ_OK;
}

static struct kq_result check_uris(const struct kq_template_request *request, struct kq_error *error)
{
    struct kq_error reason = {0};
    KQ_TRY(hold("notify_uri", kq_uri_check("notify uri", request->notify_uri, &reason), &reason, error));
    return hold("redirect_uri", kq_uri_check("redirect uri", request->redirect_uri, &reason), &reason, error);
}

static struct kq_result check_extension_info(struct kq_slice text, struct kq_arena *arena,
                                             struct kq_error *error)
{
    const struct kq_json *value = NULL;
    struct kq_error reason = {0};
    if (text.size == 0 || (kq_json_read(text, arena, &value, &reason).ok && value->kind == KQ_JSON_OBJECT)) {
        return KQ_OK;
    }
    KQ_ENSURE(reason.code != KQ_E_NO_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
    return kq_fail(error, KQ_E_INVALID_PARAMETER, "extension_info格式不正确");
}

/* What is in JSON. */
static struct kq_result read_terms(const struct kq_template_request *request, struct kq_arena *arena,
                                   struct kq_template *template, struct kq_error *error)
{
    struct kq_error reason = {0};
    struct kq_redeem_rules rules = {0};
    KQ_TRY(read_period(request->voucher_valid_period, &template->valid_period, error));
    KQ_TRY(hold("voucher_available_time", kq_available_time_check(request->voucher_available_time, &reason),
                &reason, error));
    KQ_TRY(hold("voucher_description",
                kq_description_parse(request->voucher_description, arena, &template->description, &reason),
                &reason, error));
    KQ_TRY(read_rules(request->rule_conf, arena, &rules, error));
    template->available_time = request->voucher_available_time;
    template->rule_pids = rules.pids;
    template->rule_shops = rules.shops;
    return check_extension_info(request->extension_info, arena, error);
}

/* Of the kinds that a method makes, which fields each must have and must not. */
static struct kq_result check_kind(const struct kq_template_request *request, enum kq_template_kind kind,
                                   struct kq_error *error)
{
    bool is_red_packet = kind == KQ_TEMPLATE_CASHLESS_RANDOM;
    bool has_amount = kind != KQ_TEMPLATE_EXCHANGE && !is_red_packet;
    KQ_ENSURE(!has_amount || request->amount.present, error, KQ_E_INVALID_PARAMETER, "amount不能为空");
    KQ_ENSURE(has_amount || !request->amount.present, error, KQ_E_INVALID_PARAMETER,
              "voucher_type为%s时不能填写amount", kq_template_kind_name(kind));
    KQ_ENSURE(!is_red_packet || request->total_amount.present, error, KQ_E_INVALID_PARAMETER,
              "total_amount不能为空");
    KQ_ENSURE(request->voucher_quantity.present || request->total_amount.present, error,
              KQ_E_INVALID_PARAMETER, "voucher_quantity和total_amount不能同时为空");
    return KQ_OK;
}

static struct kq_result check_window(const struct kq_template_request *request, struct kq_error *error)
{
    KQ_ENSURE(request->publish_end_time.time_s > request->publish_start_time.time_s, error,
              KQ_E_INVALID_PARAMETER, "publish_end_time必须晚于publish_start_time");
    return KQ_OK;
}

static void take_values(const struct kq_caller *caller, const struct kq_template_request *request,
                        struct kq_template *template)
{
    template->pid = caller->pid;
    template->app_id = caller->app_id;
    template->name = request->voucher_name;
    template->brand_name = request->brand_name;
    template->amount_fen = request->amount.amount_fen;
    template->floor_amount_fen = request->floor_amount.amount_fen;
    template->quantity = request->voucher_quantity.present ? request->voucher_quantity.value : KQ_UNLIMITED;
    template->total_amount_fen =
        request->total_amount.present ? request->total_amount.amount_fen : KQ_UNLIMITED;
    template->publish_start_s = request->publish_start_time.time_s;
    template->publish_end_s = request->publish_end_time.time_s;
    template->limit_per_user = KQ_UNLIMITED;
    template->limit_per_user_day = KQ_UNLIMITED;
    template->notify_uri = request->notify_uri;
    template->extension_info = request->extension_info;
    template->fund_account = request->fund_account;
    template->redirect_uri = request->redirect_uri;
    template->use_scene = request->voucher_use_scene;
    template->use_type = request->use_type;
    template->slogan = request->slogan;
}

/* Of the method's name and the typed request, written as the answers are: names in the table's order, values
 * in one form each, so that only what means something else has another one. */
static struct kq_result digest_request(const struct kq_method *method,
                                       const struct kq_template_request *request, struct kq_arena *arena,
                                       struct kq_slice *digest, struct kq_error *error)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer text = {0};
    unsigned char bytes[32];
    kq_buffer_print(&text, "%s{", method->name);
    kq_fields_append(method->request, request, &text);
    kq_buffer_append_byte(&text, '}');
    KQ_ENSURE_MEMORY(!text.failed, error);
    KQ_TRY(kq_sha256(kq_buffer_slice(&text), bytes, error));
    *digest = kq_arena_copy(arena, (struct kq_slice){.data = (const char *)bytes, .size = sizeof(bytes)});
    KQ_ENSURE_MEMORY(digest->data != NULL, error);
    return KQ_OK;
}

struct kq_result kq_template_prepare_create(const struct kq_caller *caller, const struct kq_method *method,
                                            const struct kq_template_request *request,
                                            struct kq_operation *operation, struct kq_error *error)
{
    operation->kind = KQ_OP_TEMPLATE_CREATE;
    operation->template_create = (struct kq_op_template_create){.out_biz_no = request->out_biz_no};
    struct kq_op_template_create *create = &operation->template_create;
    KQ_TRY(kq_template_kind_parse(request->voucher_type, &create->template.kind, error));
    KQ_TRY(check_kind(request, create->template.kind, error));
    KQ_TRY(check_window(request, error));
    KQ_TRY(check_texts(request, error));
    KQ_TRY(check_uris(request, error));
    take_values(caller, request, &create->template);
    KQ_TRY(read_terms(request, operation->arena, &create->template, error));
    return digest_request(method, request, operation->arena, &create->request_digest, error);
}

struct kq_result kq_template_prepare_change(const struct kq_caller *caller, bool of_cash_backed,
                                            const struct kq_template_change_request *request,
                                            struct kq_operation *operation, struct kq_error *error)
{
    operation->kind = KQ_OP_TEMPLATE_CHANGE;
    operation->template_change = (struct kq_op_template_change){0};
    struct kq_template_change *change = &operation->template_change.change;
    *change = (struct kq_template_change){
        .pid = caller->pid,
        .template_id = request->template_id,
        .out_biz_no = request->out_biz_no,
        .of_cash_backed = of_cash_backed,
        .has_publish_start = request->publish_start_time.present,
        .publish_start_s = request->publish_start_time.time_s,
        .has_publish_end = request->publish_end_time.present,
        .publish_end_s = request->publish_end_time.time_s,
        .has_valid_period = request->voucher_valid_period.size > 0,
        .slogan = request->slogan,
    };
    struct kq_error reason = {0};
    KQ_TRY(hold("slogan", kq_text_check("slogan", request->slogan, 0, SIZE_MAX, &reason), &reason, error));
    if (change->has_valid_period) {
        KQ_TRY(read_period(request->voucher_valid_period, &change->valid_period, error));
    }
    return read_rules(request->rule_conf, operation->arena, &change->added, error);
}
