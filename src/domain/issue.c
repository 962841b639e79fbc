/* SPDX-License-Identifier: Apache-2.0 */
#include "base/money.h"
#include "domain/voucher.h"

/* The decision to issue a voucher (spec/vouchers.md, alipay.marketing.voucher.send). The refusals stand in
 * the order in which a caller sees them. */

/* The page: 红包发放时填写,其它情形不能填. */
static struct kq_result check_amount(const struct kq_issue_request *request,
                                     const struct kq_template *template, struct kq_error *error)
{
    if (template->kind != KQ_TEMPLATE_CASHLESS_RANDOM) {
        KQ_ENSURE(!request->has_amount, error, KQ_E_INVALID_PARAMETER, "amount只能在发放红包时填写");
        return KQ_OK;
    }
    KQ_ENSURE(request->has_amount, error, KQ_E_INVALID_PARAMETER, "发放红包时amount不能为空");
    KQ_ENSURE(request->amount_fen > 0 && request->amount_fen <= KQ_MONEY_MAX_FEN, error,
              KQ_E_INVALID_PARAMETER, "amount格式不正确");
    return KQ_OK;
}

/* A deleted template issues nothing: like a draft it is not in S. A draft stays a draft after its window,
 * which never opened; so the state comes before the time. */
static struct kq_result check_template(const struct kq_template *template, int64_t now_s,
                                       struct kq_error *error)
{
    KQ_ENSURE(template->state == KQ_TEMPLATE_EFFECTIVE && now_s >= template->publish_start_s, error,
              KQ_E_TEMPLATE_STATUS_NOT_MATCH, "%s", "");
    KQ_ENSURE(now_s < template->publish_end_s, error, KQ_E_TEMPLATE_EXPIRED, "%s", "");
    return KQ_OK;
}

static struct kq_result check_user(const struct kq_user *user, struct kq_error *error)
{
    KQ_ENSURE(user != NULL, error, KQ_E_USER_NOT_EXIST, "%s", "");
    KQ_ENSURE(user->state == KQ_USER_ACTIVE, error, KQ_E_USER_STATUS_ERROR, "%s", "");
    return KQ_OK;
}

/* Written so that no sum is made before it is known to fit: counters are never negative. */
static bool has_stock(const struct kq_template *template, int64_t amount_fen)
{
    int64_t most = template->quantity == KQ_UNLIMITED ? INT64_MAX : template->quantity;
    int64_t most_fen = template->total_amount_fen == KQ_UNLIMITED ? INT64_MAX : template->total_amount_fen;
    return template->issued_count < most && amount_fen <= most_fen - template->issued_amount_fen;
}

static bool is_below(int64_t count, int64_t limit)
{
    return limit == KQ_UNLIMITED || count < limit;
}

static struct kq_result check_limits(const struct kq_issue_facts *facts, int64_t amount_fen,
                                     struct kq_error *error)
{
    const struct kq_template *template = facts->template;
    KQ_ENSURE(has_stock(template, amount_fen), error, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH, "%s", "");
    KQ_ENSURE(is_below(facts->issued_to_user, template->limit_per_user) &&
                  is_below(facts->issued_to_user_today, template->limit_per_user_day),
              error, KQ_E_USER_LIMIT_EXCEEDED, "%s", "");
    return KQ_OK;
}

static void make_voucher(const struct kq_issue_request *request, const struct kq_issue_facts *facts,
                         struct kq_id_source *ids, int64_t now_ms, int64_t amount_fen,
                         struct kq_issue_result *result)
{
    int64_t now_s = now_ms / 1000;
    kq_id_next(ids, now_ms, KQ_ID_PRODUCT_VOUCHER, facts->user->user_id, result->voucher_id_text);
    result->voucher = (struct kq_voucher){
        .voucher_id = {.data = result->voucher_id_text, .size = KQ_ID_SIZE},
        .template_id = facts->template->template_id,
        .user_id = facts->user->user_id,
        .out_biz_no = request->out_biz_no,
        .memo = request->memo,
        .amount_fen = amount_fen,
        .balance_fen = amount_fen,
        .issued_s = now_s,
        .state = KQ_VOUCHER_ENABLED,
    };
    kq_valid_period_apply(&facts->template->valid_period, now_s, &result->voucher.active_s,
                          &result->voucher.expires_s);
    result->replayed = false;
}

struct kq_result kq_issue_decide(const struct kq_issue_request *request, const struct kq_issue_facts *facts,
                                 struct kq_id_source *ids, int64_t now_ms, struct kq_issue_result *result,
                                 struct kq_error *error)
{
    struct kq_template *template = facts->template;
    KQ_ENSURE(template != NULL && kq_slice_equal(template->pid, request->pid), error, KQ_E_TEMPLATE_NOT_EXIST,
              "%s", "");
    if (facts->earlier != NULL) {
        result->voucher = *facts->earlier;
        result->voucher_id_text[0] = '\0';
        result->replayed = true;
        return KQ_OK;
    }
    if (request->send_code_digest.size > 0) {
        KQ_TRY(kq_send_code_check(facts->confirmation, request->template_id, request->recipient.value,
                                  now_ms / 1000, error));
    }
    KQ_TRY(check_amount(request, template, error));
    KQ_TRY(check_template(template, now_ms / 1000, error));
    KQ_TRY(check_user(facts->user, error));
    int64_t amount_fen = request->has_amount ? request->amount_fen : template->amount_fen;
    KQ_TRY(check_limits(facts, amount_fen, error));
    make_voucher(request, facts, ids, now_ms, amount_fen, result);
    template->issued_count++;
    template->issued_amount_fen += amount_fen;
    return KQ_OK;
}
