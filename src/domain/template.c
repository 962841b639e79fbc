/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/template.h"

#include "base/money.h"
#include "base/time.h"
#include "domain/available_time.h"
#include "domain/redeem_rules.h"
#include "domain/template_terms.h"
#include "domain/text.h"
#include "domain/user.h"

/* What tells the kinds apart. */
enum budget {
    BUDGET_NONE,
    BUDGET_OPTIONAL, /* total_amount beside, or instead of, a quantity */
    BUDGET_REQUIRED,
};

struct kind_row {
    const char *name;
    bool has_amount; /* each voucher's, set by the template */
    bool has_floor;
    bool has_rules; /* who may redeem, and where */
    enum budget budget;
    bool starts_as_draft;
};

static const struct kind_row kinds[KQ_TEMPLATE_KIND_COUNT] = {
    [KQ_TEMPLATE_CASHLESS_FIX] = {"CASHLESS_FIX_VOUCHER", true, true, true, BUDGET_OPTIONAL, false},
    [KQ_TEMPLATE_CASHLESS_RANDOM] = {"CASHLESS_RANDOM_VOUCHER", false, true, true, BUDGET_REQUIRED, false},
    [KQ_TEMPLATE_CASH_FIX] = {"FIX_VOUCHER", true, true, true, BUDGET_OPTIONAL, true},
    [KQ_TEMPLATE_EXCHANGE] = {"EXCHANGE_VOUCHER", false, false, false, BUDGET_NONE, false},
};

const char *kq_template_kind_name(enum kq_template_kind kind)
{
    return kinds[kind].name;
}

struct kq_result kq_template_kind_parse(struct kq_slice text, enum kq_template_kind *kind,
                                        struct kq_error *error)
{
    for (size_t i = 0; i < KQ_COUNT(kinds); i++) {
        if (kq_slice_equal(text, kq_slice_of(kinds[i].name))) {
            *kind = (enum kq_template_kind)i;
            return KQ_OK;
        }
    }
    return kq_fail(error, KQ_E_BAD_INPUT, "a template's kind is %s, %s, %s or %s",
                   kinds[KQ_TEMPLATE_CASHLESS_FIX].name, kinds[KQ_TEMPLATE_CASHLESS_RANDOM].name,
                   kinds[KQ_TEMPLATE_CASH_FIX].name, kinds[KQ_TEMPLATE_EXCHANGE].name);
}

char kq_template_status(const struct kq_template *template, int64_t now_s)
{
    static const char letters[KQ_TEMPLATE_STATE_COUNT] = {
        [KQ_TEMPLATE_DRAFT] = 'I',
        [KQ_TEMPLATE_EFFECTIVE] = 'S',
        [KQ_TEMPLATE_DELETED] = 'D',
    };
    bool expired = template->state == KQ_TEMPLATE_EFFECTIVE && now_s >= template->publish_end_s;
    return expired ? 'E' : letters[template->state];
}

/* Usage text is made of lines, as the platform's voucher_description is a list of texts. */
static struct kq_result check_description(struct kq_slice description, struct kq_error *error)
{
    size_t lines = 0;
    while (description.size > 0) {
        size_t end = kq_slice_find(description, '\n');
        struct kq_slice line = {.data = description.data, .size = end};
        KQ_TRY(kq_text_check("description line", line, 0, KQ_DESCRIPTION_ITEM_MAX_CHARS, error));
        lines++;
        KQ_ENSURE(lines <= KQ_DESCRIPTION_MAX_ITEMS, error, KQ_E_BAD_INPUT,
                  "description has more than %d lines", KQ_DESCRIPTION_MAX_ITEMS);
        size_t taken = end == description.size ? end : end + 1;
        description = (struct kq_slice){.data = description.data + taken, .size = description.size - taken};
    }
    return KQ_OK;
}

static struct kq_result check_texts(const struct kq_template *template, struct kq_error *error)
{
    KQ_TRY(kq_party_id_check("pid", template->pid, error));
    KQ_TRY(kq_text_check("brand name", template->brand_name, 1, KQ_BRAND_NAME_MAX_CHARS, error));
    KQ_TRY(kq_text_check("voucher name", template->name, 0, KQ_VOUCHER_NAME_MAX_CHARS, error));
    return check_description(template->description, error);
}

static struct kq_result check_terms(const struct kq_template *template, struct kq_error *error)
{
    const struct kq_redeem_rules rules = {.pids = template->rule_pids, .shops = template->rule_shops};
    KQ_TRY(kq_available_time_check(template->available_time, error));
    KQ_TRY(kq_redeem_rules_check(&rules, error));
    bool has_rules = rules.pids.size > 0 || rules.shops.size > 0;
    KQ_ENSURE(kinds[template->kind].has_rules || !has_rules, error, KQ_E_BAD_INPUT, "rules: kind %s has none",
              kinds[template->kind].name);
    KQ_TRY(kq_uri_check("notify uri", template->notify_uri, error));
    KQ_TRY(kq_uri_check("redirect uri", template->redirect_uri, error));
    KQ_TRY(kq_text_check("fund account", template->fund_account, 0, KQ_LOGIN_ID_MAX_CHARS, error));
    return kq_text_check("slogan", template->slogan, 0, KQ_SLOGAN_MAX_CHARS, error);
}

static bool is_amount(int64_t amount_fen)
{
    return amount_fen > 0 && amount_fen <= KQ_MONEY_MAX_FEN;
}

static struct kq_result check_budget(const struct kq_template *template, const struct kind_row *kind,
                                     struct kq_error *error)
{
    if (template->total_amount_fen == KQ_UNLIMITED && kind->budget != BUDGET_REQUIRED) {
        return KQ_OK;
    }
    KQ_ENSURE(kind->budget != BUDGET_NONE, error, KQ_E_BAD_INPUT, "total amount: kind %s has none",
              kind->name);
    KQ_ENSURE(is_amount(template->total_amount_fen), error, KQ_E_BAD_INPUT,
              "total amount is missing or not above zero: kind %s needs one", kind->name);
    return KQ_OK;
}

static struct kq_result check_amounts(const struct kq_template *template, struct kq_error *error)
{
    const struct kind_row *kind = &kinds[template->kind];
    if (kind->has_amount) {
        KQ_ENSURE(is_amount(template->amount_fen), error, KQ_E_BAD_INPUT,
                  "amount is missing or not above zero: kind %s needs one", kind->name);
    } else {
        KQ_ENSURE(template->amount_fen == 0, error, KQ_E_BAD_INPUT, "amount: kind %s has none", kind->name);
    }
    KQ_TRY(check_budget(template, kind, error));
    if (!kind->has_floor) {
        KQ_ENSURE(template->floor_amount_fen == 0, error, KQ_E_BAD_INPUT, "floor amount: kind %s has none",
                  kind->name);
    }
    KQ_ENSURE(template->floor_amount_fen >= 0 && template->floor_amount_fen <= KQ_MONEY_MAX_FEN, error,
              KQ_E_BAD_INPUT, "floor amount is below zero or too large");
    return KQ_OK;
}

static struct kq_result check_count(const char *what, int64_t count, struct kq_error *error)
{
    KQ_ENSURE(count == KQ_UNLIMITED || count > 0, error, KQ_E_BAD_INPUT, "%s is not above zero", what);
    return KQ_OK;
}

static struct kq_result check_counts(const struct kq_template *template, struct kq_error *error)
{
    KQ_TRY(check_count("quantity", template->quantity, error));
    KQ_TRY(check_count("limit per user", template->limit_per_user, error));
    return check_count("limit per user and day", template->limit_per_user_day, error);
}

/* Times that are over already are allowed: a template that has expired and vouchers that have are what a
 * sandbox is for. */
static struct kq_result check_times(const struct kq_template *template, struct kq_error *error)
{
    KQ_ENSURE(template->publish_start_s >= KQ_TIME_MIN_S && template->publish_end_s <= KQ_TIME_MAX_S, error,
              KQ_E_BAD_INPUT, "a publish time is out of range");
    KQ_ENSURE(template->publish_end_s > template->publish_start_s, error, KQ_E_BAD_INPUT,
              "publish end is not after publish start");
    return kq_valid_period_check(&template->valid_period, error);
}

static void clear_counters(struct kq_template *template)
{
    template->issued_count = 0;
    template->issued_amount_fen = 0;
    template->used_count = 0;
    template->used_amount_fen = 0;
    template->recycled_count = 0;
    template->recycled_amount_fen = 0;
}

static void make_ids(struct kq_template *template, struct kq_id_source *ids, int64_t now_ms,
                     struct kq_template_ids *texts)
{
    kq_id_next(ids, now_ms, KQ_ID_PRODUCT_TEMPLATE, template->pid, texts->template_id);
    template->template_id = (struct kq_slice){.data = texts->template_id, .size = KQ_ID_SIZE};
    template->fund_order_no = KQ_SLICE_EMPTY;
    if (template->kind == KQ_TEMPLATE_CASH_FIX) {
        kq_id_next(ids, now_ms, KQ_ID_PRODUCT_FUND_ORDER, template->pid, texts->fund_order_no);
        template->fund_order_no = (struct kq_slice){.data = texts->fund_order_no, .size = KQ_ID_SIZE};
    }
}

struct kq_result kq_template_decide_create(struct kq_template *template, bool as_draft,
                                           struct kq_id_source *ids, int64_t now_ms,
                                           struct kq_template_ids *texts, struct kq_error *error)
{
    int64_t now_s = now_ms / 1000;
    KQ_TRY(check_texts(template, error));
    KQ_TRY(check_amounts(template, error));
    KQ_TRY(check_counts(template, error));
    KQ_TRY(check_times(template, error));
    KQ_TRY(check_terms(template, error));
    bool draft = as_draft || kinds[template->kind].starts_as_draft;
    make_ids(template, ids, now_ms, texts);
    template->state = draft ? KQ_TEMPLATE_DRAFT : KQ_TEMPLATE_EFFECTIVE;
    template->created_s = now_s;
    template->activated_s = draft ? 0 : now_s;
    clear_counters(template);
    return KQ_OK;
}

struct kq_result kq_template_decide_repeat(struct kq_slice first_digest, struct kq_slice digest,
                                           struct kq_error *error)
{
    KQ_ENSURE(kq_slice_equal(first_digest, digest), error, KQ_E_INVALID_PARAMETER,
              "out_biz_no已用于参数不同的请求");
    return KQ_OK;
}

/* The legal moves. Rows are what a template is, as the wire names it; columns what it is to be. `E` is the
 * end of the way: an expired template issues nothing already. */
static bool is_legal_move(char from, enum kq_template_state to)
{
    static const struct {
        char from;
        enum kq_template_state to;
    } moves[] = {
        {'I', KQ_TEMPLATE_EFFECTIVE},
        {'I', KQ_TEMPLATE_DELETED},
        {'S', KQ_TEMPLATE_DELETED},
    };
    for (size_t i = 0; i < KQ_COUNT(moves); i++) {
        if (moves[i].from == from && moves[i].to == to) {
            return true;
        }
    }
    return false;
}

struct kq_result kq_template_move(struct kq_template *template, enum kq_template_state to, int64_t now_s,
                                  bool *changed, struct kq_error *error)
{
    static const char *const verbs[KQ_TEMPLATE_STATE_COUNT] = {
        [KQ_TEMPLATE_DRAFT] = "made a draft again",
        [KQ_TEMPLATE_EFFECTIVE] = "activated",
        [KQ_TEMPLATE_DELETED] = "deleted",
    };
    *changed = template->state != to;
    if (!*changed) {
        return KQ_OK;
    }
    char from = kq_template_status(template, now_s);
    KQ_ENSURE(is_legal_move(from, to), error, KQ_E_ILLEGAL_STATE, "a template in state %c cannot be %s", from,
              verbs[to]);
    KQ_ENSURE(to != KQ_TEMPLATE_EFFECTIVE || now_s < template->publish_end_s, error, KQ_E_ILLEGAL_STATE,
              "the template cannot be activated: its publish window is over");
    template->state = to;
    if (to == KQ_TEMPLATE_EFFECTIVE) {
        template->activated_s = now_s;
    }
    return KQ_OK;
}

struct kq_result kq_template_decide_show(const struct kq_template *template, struct kq_slice pid,
                                         struct kq_error *error)
{
    KQ_ENSURE(template != NULL && kq_slice_equal(template->pid, pid), error, KQ_E_TEMPLATE_NOT_EXIST, "%s",
              "");
    return KQ_OK;
}

struct kq_result kq_template_decide_delete(struct kq_template *template, struct kq_slice pid, int64_t now_s,
                                           bool *changed, struct kq_error *error)
{
    KQ_TRY(kq_template_decide_show(template, pid, error));
    KQ_ENSURE(kq_template_move(template, KQ_TEMPLATE_DELETED, now_s, changed, NULL).ok, error,
              KQ_E_TEMPLATE_NOT_CHANGEABLE, "%s", "");
    return KQ_OK;
}

/* A deleted template's vouchers stay valid, so they are still listed; an effective one before its window has
 * none yet. */
struct kq_result kq_template_decide_list(const struct kq_template *template, struct kq_slice pid,
                                         struct kq_error *error)
{
    KQ_ENSURE(template != NULL && kq_slice_equal(template->pid, pid), error, KQ_E_PERMISSION_DENIED, "%s",
              "");
    KQ_ENSURE(template->state != KQ_TEMPLATE_DRAFT, error, KQ_E_TEMPLATE_STATUS_NOT_MATCH, "%s", "");
    return KQ_OK;
}
