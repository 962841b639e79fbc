/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/voucher.h"

#include <assert.h>
#include <stdio.h>

#include "base/money.h"

/* A character of UTF-8 has four bytes at most; so no name is ever cut. */
static_assert(KQ_VOUCHER_NAME_MAX_CHARS * 4 < KQ_VOUCHER_NAME_TEXT_SIZE, "a template's name must fit");

enum kq_voucher_status kq_voucher_status_at(const struct kq_voucher *voucher, int64_t now_s)
{
    switch (voucher->state) {
    case KQ_VOUCHER_USED:
        return KQ_STATUS_USED;
    case KQ_VOUCHER_DELETED:
        return KQ_STATUS_DELETE;
    case KQ_VOUCHER_REFUNDED:
        return KQ_STATUS_REFUNDED;
    case KQ_VOUCHER_ENABLED:
    case KQ_VOUCHER_STATE_COUNT:
        break;
    }
    if (now_s >= voucher->expires_s) {
        return KQ_STATUS_EXPIRED;
    }
    if (now_s < voucher->active_s) {
        return KQ_STATUS_UNACTIVE;
    }
    bool partly_used = voucher->balance_fen > 0 && voucher->balance_fen < voucher->amount_fen;
    return partly_used ? KQ_STATUS_USING : KQ_STATUS_ENABLED;
}

const char *kq_voucher_status_name(enum kq_voucher_status status)
{
    static const char *const names[KQ_STATUS_COUNT] = {
        [KQ_STATUS_UNACTIVE] = "UNACTIVE", [KQ_STATUS_ENABLED] = "ENABLED", [KQ_STATUS_USING] = "USING",
        [KQ_STATUS_USED] = "USED",         [KQ_STATUS_EXPIRED] = "EXPIRED", [KQ_STATUS_DELETE] = "DELETE",
        [KQ_STATUS_REFUNDED] = "REFUNDED",
    };
    return names[status];
}

bool kq_voucher_is_usable(const struct kq_voucher *voucher, int64_t now_s)
{
    enum kq_voucher_status status = kq_voucher_status_at(voucher, now_s);
    return status == KQ_STATUS_ENABLED || status == KQ_STATUS_USING;
}

void kq_voucher_name(const struct kq_template *template, int64_t amount_fen,
                     char text[KQ_VOUCHER_NAME_TEXT_SIZE])
{
    if (template->name.size > 0) {
        snprintf(text, KQ_VOUCHER_NAME_TEXT_SIZE, "%.*s", KQ_SLICE_PRINT(template->name));
        return;
    }
    if (template->kind == KQ_TEMPLATE_EXCHANGE) {
        snprintf(text, KQ_VOUCHER_NAME_TEXT_SIZE, "兑换券");
        return;
    }
    char amount[KQ_MONEY_TEXT_SIZE];
    kq_money_format_short(amount_fen, amount);
    const char *noun = template->kind == KQ_TEMPLATE_CASHLESS_RANDOM ? "红包" : "代金券";
    snprintf(text, KQ_VOUCHER_NAME_TEXT_SIZE, "%.*s%s元%s", KQ_SLICE_PRINT(template->slogan), amount, noun);
}

void kq_template_name(const struct kq_template *template, char text[KQ_VOUCHER_NAME_TEXT_SIZE])
{
    if (template->kind == KQ_TEMPLATE_CASHLESS_RANDOM && template->name.size == 0) {
        snprintf(text, KQ_VOUCHER_NAME_TEXT_SIZE, "%.*s红包", KQ_SLICE_PRINT(template->slogan));
        return;
    }
    kq_voucher_name(template, template->amount_fen, text);
}

void kq_voucher_condition(const struct kq_template *template, char text[KQ_VOUCHER_NAME_TEXT_SIZE])
{
    if (template->floor_amount_fen == 0) {
        snprintf(text, KQ_VOUCHER_NAME_TEXT_SIZE, "无门槛");
        return;
    }
    char amount[KQ_MONEY_TEXT_SIZE];
    kq_money_format_short(template->floor_amount_fen, amount);
    snprintf(text, KQ_VOUCHER_NAME_TEXT_SIZE, "满%s元可用", amount);
}
