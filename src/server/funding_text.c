/* SPDX-License-Identifier: Apache-2.0 */
#include "server/funding_text.h"

#include "server/page_text.h"

#define ROWS_MAX 8 /* two of them are not on every page */

struct texts {
    const char *title;
    const char *sentences[KQ_FUNDING_VIEW_COUNT];
    const char *merchant;
    const char *brand;
    const char *voucher;
    const char *amount;
    const char *quantity;
    const char *budget;
    const char *fund_account;
    const char *fund_order_no;
    const char *button;
};

static const struct texts all_texts[KQ_LANGUAGE_COUNT] = {
    [KQ_LANGUAGE_CHINESE] =
        {
            .title = "资金确认",
            .sentences =
                {
                    [KQ_FUNDING_VIEW_ASK] = "请确认下面的资金订单。确认后券模板生效，商户可以发券。",
                    [KQ_FUNDING_VIEW_DONE] = "您已确认，券模板已生效。",
                    [KQ_FUNDING_VIEW_LEAVE] = "您已确认，正在返回商户页面。",
                    [KQ_FUNDING_VIEW_CONFIRMED] = "这笔资金订单已经确认，无需再次确认。",
                    [KQ_FUNDING_VIEW_OVER] = "券的发放时间已经结束，不能再确认。",
                    [KQ_FUNDING_VIEW_DELETED] = "券模板已被删除，不能再确认。",
                    [KQ_FUNDING_VIEW_GONE] = "页面不存在或已过期。请回到商户页面重新开始。",
                    [KQ_FUNDING_VIEW_FAILED] = "系统繁忙，请稍后再试。",
                },
            .merchant = "商户",
            .brand = "品牌",
            .voucher = "券",
            .amount = "面额（元）",
            .quantity = "发放数量（张）",
            .budget = "总预算（元）",
            .fund_account = "出资账号",
            .fund_order_no = "资金订单号",
            .button = "确认出资",
        },
    [KQ_LANGUAGE_ENGLISH] =
        {
            .title = "Confirm the funding",
            .sentences =
                {
                    [KQ_FUNDING_VIEW_ASK] = "Do you fund these vouchers? Their merchant waits for it.",
                    [KQ_FUNDING_VIEW_DONE] = "You have confirmed: the vouchers can be issued.",
                    [KQ_FUNDING_VIEW_LEAVE] = "You have confirmed, and are taken back to the merchant.",
                    [KQ_FUNDING_VIEW_CONFIRMED] =
                        "This funding was confirmed already: nothing is left to do.",
                    [KQ_FUNDING_VIEW_OVER] =
                        "The time to issue these vouchers is over: it cannot be confirmed.",
                    [KQ_FUNDING_VIEW_DELETED] = "These vouchers were deleted: it cannot be confirmed.",
                    [KQ_FUNDING_VIEW_GONE] = "This page is over. Go back to the merchant and begin again.",
                    [KQ_FUNDING_VIEW_FAILED] = "This does not work right now. Try again later.",
                },
            .merchant = "Merchant",
            .brand = "Brand",
            .voucher = "Voucher",
            .amount = "Amount of each (yuan)",
            .quantity = "Quantity",
            .budget = "Budget (yuan)",
            .fund_account = "Funding account",
            .fund_order_no = "Funding order",
            .button = "Confirm",
        },
};

static void append_question(struct kq_buffer *html, const struct texts *texts,
                            const struct kq_funding_shown *shown)
{
    struct kq_page_row rows[ROWS_MAX] = {
        {texts->merchant, shown->merchant},         {texts->brand, shown->brand},
        {texts->voucher, shown->voucher_name},      {texts->amount, shown->amount},
        {texts->fund_account, shown->fund_account}, {texts->fund_order_no, shown->fund_order_no},
    };
    size_t count = ROWS_MAX - 2;
    if (shown->quantity.size > 0) {
        rows[count++] = (struct kq_page_row){texts->quantity, shown->quantity};
    }
    if (shown->budget.size > 0) {
        rows[count++] = (struct kq_page_row){texts->budget, shown->budget};
    }
    const struct kq_page_form form = {.action = "funding", .token = shown->token, .button = texts->button};
    kq_page_text_append_rows(html, rows, count);
    kq_page_text_append_form(html, &form);
}

void kq_funding_text_append(struct kq_buffer *html, enum kq_language language, enum kq_funding_view view,
                            const struct kq_funding_shown *shown)
{
    const struct texts *texts = &all_texts[language];
    kq_page_text_begin(html, language, texts->title, texts->sentences[view]);
    if (view == KQ_FUNDING_VIEW_ASK) {
        append_question(html, texts, shown);
    }
    kq_page_text_end(html);
}
