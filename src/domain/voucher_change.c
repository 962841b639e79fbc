/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/voucher_change.h"

#include "base/time.h"
#include "domain/available_time.h"
#include "domain/redeem_rules.h"

/* One change on its way through its decision. */
struct change {
    const struct kq_voucher_change_request *request;
    const struct kq_voucher_change_facts *facts;
    struct kq_template *template;
    struct kq_voucher *voucher;
    enum kq_voucher_status status;
    int64_t now_s;
    struct kq_voucher_change_result *result;
};

const char *kq_voucher_change_name(enum kq_voucher_change_kind kind)
{
    static const char *const names[KQ_CHANGE_KIND_COUNT] = {
        [KQ_CHANGE_USE] = "USE",
        [KQ_CHANGE_REFUND] = "REFUND",
        [KQ_CHANGE_DELETE] = "DELETE",
        [KQ_CHANGE_DELAY] = "DELAY",
    };
    return names[kind];
}

static bool is_own(const struct kq_template *template, struct kq_slice pid)
{
    return kq_slice_equal(template->pid, pid);
}

static bool may_redeem(const struct kq_template *template, struct kq_slice pid)
{
    return is_own(template, pid) || kq_rule_lists(template->rule_pids, pid);
}

/* The legal moves. Rows are what a voucher is, as the wire names it; columns what is to happen to it. A
 * refund looks at its use, not at the voucher; only a deleted one stays what it is. */
static bool is_legal(enum kq_voucher_status status, enum kq_voucher_change_kind kind)
{
    static const bool moves[KQ_STATUS_COUNT][KQ_CHANGE_KIND_COUNT] = {
        /*                       use    refund delete delay */
        [KQ_STATUS_UNACTIVE] = {false, true, true, true},   [KQ_STATUS_ENABLED] = {true, true, true, true},
        [KQ_STATUS_USING] = {true, true, true, true},       [KQ_STATUS_USED] = {false, true, false, false},
        [KQ_STATUS_EXPIRED] = {false, true, false, false},  [KQ_STATUS_DELETE] = {false, false, false, false},
        [KQ_STATUS_REFUNDED] = {false, true, false, false},
    };
    return moves[status][kind];
}

static bool is_by(const struct kq_voucher_event *event, struct kq_slice pid)
{
    return event != NULL && kq_slice_equal(event->pid, pid);
}

static struct kq_result check_caller(const struct change *change, struct kq_error *error)
{
    const struct kq_template *template = change->template;
    struct kq_slice pid = change->request->pid;
    bool allowed = is_own(template, pid);
    if (change->request->kind == KQ_CHANGE_USE) {
        allowed = may_redeem(template, pid);
    } else if (change->request->kind == KQ_CHANGE_REFUND) {
        allowed = allowed || is_by(change->facts->use, pid) || is_by(change->facts->earlier, pid);
    }
    KQ_ENSURE(allowed, error, KQ_E_VOUCHER_NOT_EXIST, "%s", "");
    return KQ_OK;
}

/* Two merchants may redeem one voucher, and number their businesses alike: what one has done is no answer to
 * the other. */
static struct kq_result check_key(const struct change *change, struct kq_error *error)
{
    KQ_ENSURE(is_by(change->facts->earlier, change->request->pid), error, KQ_E_INVALID_PARAMETER,
              "out_biz_no已被其他商户用于该券");
    return KQ_OK;
}

static struct kq_result check_status(const struct change *change, struct kq_error *error)
{
    if (is_legal(change->status, change->request->kind)) {
        return KQ_OK;
    }
    if (change->status == KQ_STATUS_EXPIRED) {
        return kq_fail(error, KQ_E_VOUCHER_EXPIRED, "%s", "");
    }
    if (change->status == KQ_STATUS_UNACTIVE) {
        return kq_fail(error, KQ_E_VOUCHER_NOT_ACTIVE, "%s", "");
    }
    return kq_fail(error, KQ_E_VOUCHER_STATUS_NOT_MATCH, "券状态为%s",
                   kq_voucher_status_name(change->status));
}

static struct kq_result check_rules(const struct change *change, struct kq_error *error)
{
    const struct kq_voucher_change_request *request = change->request;
    const struct kq_template *template = change->template;
    if (!request->checks_rules && is_own(template, request->pid)) {
        return KQ_OK;
    }
    KQ_ENSURE(template->rule_shops.size == 0 || kq_rule_lists(template->rule_shops, request->shop_id), error,
              KQ_E_VOUCHER_RULE_NOT_MATCH, "不在可用门店内");
    bool is_open = false;
    KQ_TRY(kq_available_time_is_open(template->available_time, change->now_s, &is_open, error));
    KQ_ENSURE(is_open, error, KQ_E_VOUCHER_RULE_NOT_MATCH, "不在可用时段内");
    if (template->floor_amount_fen == 0) {
        return KQ_OK;
    }
    KQ_ENSURE(request->has_order_amount, error, KQ_E_VOUCHER_RULE_NOT_MATCH,
              "缺少order_amount，无法校验最低消费金额");
    KQ_ENSURE(request->order_amount_fen >= template->floor_amount_fen, error, KQ_E_VOUCHER_RULE_NOT_MATCH,
              "未达到最低消费金额");
    return KQ_OK;
}

/* Who may not receive vouchers may not use any either. */
static struct kq_result check_user(const struct kq_user *user, struct kq_error *error)
{
    KQ_ENSURE(user != NULL && user->state == KQ_USER_ACTIVE, error, KQ_E_USER_STATUS_ERROR, "%s", "");
    return KQ_OK;
}

static struct kq_result decide_use(const struct change *change, struct kq_error *error)
{
    const struct kq_voucher_change_request *request = change->request;
    struct kq_voucher *voucher = change->voucher;
    KQ_TRY(check_user(change->facts->user, error));
    KQ_TRY(check_rules(change, error));
    int64_t amount_fen = voucher->balance_fen;
    if (request->has_amount) {
        KQ_ENSURE(voucher->amount_fen > 0, error, KQ_E_INVALID_PARAMETER, "兑换券不能指定amount");
        KQ_ENSURE(request->amount_fen > 0, error, KQ_E_INVALID_PARAMETER, "amount必须大于0");
        KQ_ENSURE(request->amount_fen <= voucher->balance_fen, error, KQ_E_VOUCHER_BALANCE_NOT_ENOUGH, "%s",
                  "");
        amount_fen = request->amount_fen;
    }
    bool is_last = amount_fen == voucher->balance_fen;
    voucher->balance_fen -= amount_fen;
    change->template->used_amount_fen += amount_fen;
    if (is_last) {
        voucher->state = KQ_VOUCHER_USED;
        change->template->used_count++;
    }
    change->result->event.amount_fen = amount_fen;
    change->result->taken_count = is_last ? 1 : 0;
    change->result->taken_fen = amount_fen;
    return KQ_OK;
}

/* What comes back after the voucher's end can be used by nobody: the voucher is over, and what is on it is
 * recycled; what was on it already has expired until now. */
static void refund_late(const struct change *change, int64_t amount_fen)
{
    struct kq_voucher *voucher = change->voucher;
    struct kq_template *template = change->template;
    int64_t expired_fen = 0;
    if (voucher->state == KQ_VOUCHER_ENABLED) {
        expired_fen = voucher->balance_fen - amount_fen;
        change->result->taken_count = 1;
        change->result->taken_fen = expired_fen;
    }
    if (voucher->state != KQ_VOUCHER_REFUNDED) {
        template->recycled_count++;
    }
    template->recycled_amount_fen += amount_fen + expired_fen;
    voucher->state = KQ_VOUCHER_REFUNDED;
}

static void refund_in_time(const struct change *change, int64_t amount_fen)
{
    struct kq_voucher *voucher = change->voucher;
    change->result->put_count = voucher->state == KQ_VOUCHER_USED ? 1 : 0;
    change->result->put_fen = amount_fen;
    voucher->state = KQ_VOUCHER_ENABLED;
}

static struct kq_result decide_refund(const struct change *change, struct kq_error *error)
{
    const struct kq_voucher_event *use = change->facts->use;
    struct kq_voucher *voucher = change->voucher;
    KQ_ENSURE(!change->facts->has_several_uses, error, KQ_E_INVALID_PARAMETER,
              "该券有多笔核销，请指定use_out_biz_no");
    KQ_ENSURE(use != NULL, error, KQ_E_REDEMPTION_NOT_EXIST, "%s", "");
    KQ_ENSURE(use->refund_number == KQ_EVENT_NONE, error, KQ_E_REDEMPTION_REFUNDED, "%s", "");
    if (voucher->state == KQ_VOUCHER_USED) {
        change->template->used_count--;
    }
    change->template->used_amount_fen -= use->amount_fen;
    voucher->balance_fen += use->amount_fen;
    change->result->event.amount_fen = use->amount_fen;
    if (voucher->state == KQ_VOUCHER_REFUNDED || change->now_s >= voucher->expires_s) {
        refund_late(change, use->amount_fen);
    } else {
        refund_in_time(change, use->amount_fen);
    }
    return KQ_OK;
}

static struct kq_result decide_delete(const struct change *change, struct kq_error *error)
{
    (void)error;
    struct kq_voucher *voucher = change->voucher;
    voucher->state = KQ_VOUCHER_DELETED;
    change->template->recycled_count++;
    change->template->recycled_amount_fen += voucher->balance_fen;
    change->result->event.amount_fen = voucher->balance_fen;
    change->result->taken_count = 1;
    change->result->taken_fen = voucher->balance_fen;
    return KQ_OK;
}

static struct kq_result decide_delay(const struct change *change, struct kq_error *error)
{
    struct kq_voucher *voucher = change->voucher;
    int64_t expires_s = change->request->expires_s;
    KQ_ENSURE(expires_s > voucher->expires_s && expires_s <= KQ_TIME_MAX_S, error, KQ_E_INVALID_PARAMETER,
              "expired_time必须晚于当前过期时间");
    struct kq_voucher_change_result *result = change->result;
    result->taken_count = 1;
    result->taken_fen = voucher->balance_fen;
    result->put_count = 1;
    result->put_fen = voucher->balance_fen;
    result->event.expires_s = expires_s;
    voucher->expires_s = expires_s;
    return KQ_OK;
}

static struct kq_result decide_new(const struct change *change, struct kq_error *error)
{
    static struct kq_result (*const decisions[KQ_CHANGE_KIND_COUNT])(const struct change *,
                                                                     struct kq_error *) = {
        [KQ_CHANGE_USE] = decide_use,
        [KQ_CHANGE_REFUND] = decide_refund,
        [KQ_CHANGE_DELETE] = decide_delete,
        [KQ_CHANGE_DELAY] = decide_delay,
    };
    const struct kq_voucher_change_request *request = change->request;
    KQ_ENSURE(kq_slice_equal(request->user_id, change->voucher->user_id), error, KQ_E_VOUCHER_USER_NOT_MATCH,
              "%s", "");
    KQ_TRY(check_status(change, error));
    *change->result = (struct kq_voucher_change_result){
        .event =
            {
                .kind = request->kind,
                .out_biz_no = request->out_biz_no,
                .made_s = change->now_s,
                .pid = request->pid,
                .shop_id = request->shop_id,
                .refund_number = KQ_EVENT_NONE,
            },
        .from_expires_s = change->voucher->expires_s,
    };
    return decisions[request->kind](change, error);
}

struct kq_result kq_voucher_change_decide(const struct kq_voucher_change_request *request,
                                          const struct kq_voucher_change_facts *facts, int64_t now_s,
                                          struct kq_voucher_change_result *result, struct kq_error *error)
{
    KQ_ENSURE(facts->voucher != NULL && facts->template != NULL, error, KQ_E_VOUCHER_NOT_EXIST, "%s", "");
    const struct change change = {
        .request = request,
        .facts = facts,
        .template = facts->template,
        .voucher = facts->voucher,
        .status = kq_voucher_status_at(facts->voucher, now_s),
        .now_s = now_s,
        .result = result,
    };
    KQ_TRY(check_caller(&change, error));
    if (facts->earlier != NULL) {
        KQ_TRY(check_key(&change, error));
        *result = (struct kq_voucher_change_result){.event = *facts->earlier, .replayed = true};
        return KQ_OK;
    }
    return decide_new(&change, error);
}

struct kq_result kq_voucher_decide_show(const struct kq_template *template, struct kq_slice pid,
                                        struct kq_error *error)
{
    KQ_ENSURE(template != NULL && may_redeem(template, pid), error, KQ_E_VOUCHER_NOT_EXIST, "%s", "");
    return KQ_OK;
}
