/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/template_change.h"

#include "base/time.h"

/* Of a draft anything that the method names; of an effective one the end, and a cashless one's rules, which
 * grow only. */
static struct kq_result check_state(const struct kq_template_change *change,
                                    const struct kq_template *template, int64_t now_s, struct kq_error *error)
{
    char status = kq_template_status(template, now_s);
    bool needs_draft = change->has_publish_start || change->has_valid_period || change->slogan.size > 0;
    KQ_ENSURE(status == 'I' || (status == 'S' && !needs_draft), error, KQ_E_TEMPLATE_NOT_CHANGEABLE, "%s",
              "");
    return KQ_OK;
}

static struct kq_result change_window(const struct kq_template_change *change, struct kq_template *template,
                                      struct kq_error *error)
{
    bool only_later = !change->of_cash_backed && change->has_publish_end;
    KQ_ENSURE(!only_later || change->publish_end_s >= template->publish_end_s, error, KQ_E_INVALID_PARAMETER,
              "publish_end_time只能延后");
    if (change->has_publish_start) {
        template->publish_start_s = change->publish_start_s;
    }
    if (change->has_publish_end) {
        template->publish_end_s = change->publish_end_s;
    }
    KQ_ENSURE(template->publish_end_s > template->publish_start_s, error, KQ_E_INVALID_PARAMETER,
              "publish_end_time必须晚于publish_start_time");
    return KQ_OK;
}

static struct kq_result change_period(const struct kq_template_change *change, struct kq_template *template,
                                      struct kq_error *error)
{
    if (!change->has_valid_period) {
        return KQ_OK;
    }
    KQ_ENSURE(kq_valid_period_check(&change->valid_period, NULL).ok, error, KQ_E_INVALID_PARAMETER,
              "voucher_valid_period格式不正确");
    template->valid_period = change->valid_period;
    return KQ_OK;
}

static struct kq_result change_rules(const struct kq_template_change *change, struct kq_template *template,
                                     struct kq_arena *arena, struct kq_error *error)
{
    const struct kq_redeem_rules rules = {.pids = template->rule_pids, .shops = template->rule_shops};
    struct kq_redeem_rules sum = rules;
    struct kq_error refusal = {0};
    if (change->added.pids.size == 0 && change->added.shops.size == 0) {
        return KQ_OK;
    }
    KQ_ENSURE(template->kind != KQ_TEMPLATE_EXCHANGE, error, KQ_E_INVALID_PARAMETER,
              "rule_conf不适用于兑换券");
    if (!kq_redeem_rules_add(&rules, &change->added, arena, &sum, &refusal).ok) {
        KQ_ENSURE(refusal.code != KQ_E_NO_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
        return kq_fail(error, KQ_E_INVALID_PARAMETER, "rule_conf只能增加核销范围，且数量不能超过%d",
                       KQ_RULE_IDS_MAX);
    }
    template->rule_pids = sum.pids;
    template->rule_shops = sum.shops;
    return KQ_OK;
}

struct kq_result kq_template_decide_change(const struct kq_template_change *change, bool is_known,
                                           struct kq_template *template, int64_t now_s,
                                           struct kq_arena *arena, struct kq_error *error)
{
    KQ_TRY(kq_template_decide_show(template, change->pid, error));
    bool is_cash_backed = template->kind == KQ_TEMPLATE_CASH_FIX;
    KQ_ENSURE(is_cash_backed == change->of_cash_backed, error, KQ_E_INVALID_PARAMETER,
              "template_id的券类型不适用于该接口");
    if (is_known) {
        return KQ_OK;
    }
    struct kq_template changed = *template;
    KQ_TRY(check_state(change, template, now_s, error));
    KQ_TRY(change_window(change, &changed, error));
    KQ_TRY(change_period(change, &changed, error));
    KQ_TRY(change_rules(change, &changed, arena, error));
    if (change->slogan.size > 0) {
        changed.slogan = change->slogan;
    }
    *template = changed;
    return KQ_OK;
}
