/* SPDX-License-Identifier: Apache-2.0 */
#include "server/confirm_text.h"

#include "base/macros.h"
#include "server/page_text.h"
#include "wire/envelope.h"

struct texts {
    const char *title;
    const char *sentences[KQ_CONFIRM_VIEW_COUNT];
    const char *voucher;
    const char *condition;
    const char *merchant;
    const char *user;
    const char *button;
};

static const struct texts all_texts[KQ_LANGUAGE_COUNT] = {
    [KQ_LANGUAGE_CHINESE] =
        {
            .title = "领券确认",
            .sentences =
                {
                    [KQ_CONFIRM_ASK] = "商户请您确认领取下面的券。确认后由商户发放。",
                    [KQ_CONFIRM_CODE] = "您已确认。请把下面的授权码交给商户：",
                    [KQ_CONFIRM_LEAVE] = "您已确认，正在返回商户页面。",
                    [KQ_CONFIRM_ISSUED] = "这张券已经发放，无需再次确认。",
                    [KQ_CONFIRM_GONE] = "页面不存在或已过期。请回到商户页面重新开始。",
                    [KQ_CONFIRM_FAILED] = "系统繁忙，请稍后再试。",
                },
            .voucher = "券",
            .condition = "使用条件",
            .merchant = "商户",
            .user = "用户",
            .button = "确认领取",
        },
    [KQ_LANGUAGE_ENGLISH] =
        {
            .title = "Confirm your voucher",
            .sentences =
                {
                    [KQ_CONFIRM_ASK] = "Do you want this voucher? Its merchant issues it once you confirm.",
                    [KQ_CONFIRM_CODE] = "You have confirmed. Give this code to the merchant:",
                    [KQ_CONFIRM_LEAVE] = "You have confirmed, and are taken back to the merchant.",
                    [KQ_CONFIRM_ISSUED] = "This voucher was issued already: there is nothing to confirm.",
                    [KQ_CONFIRM_GONE] = "This page is over. Go back to the merchant and begin again.",
                    [KQ_CONFIRM_FAILED] = "This does not work right now. Try again later.",
                },
            .voucher = "Voucher",
            .condition = "Condition",
            .merchant = "Merchant",
            .user = "User",
            .button = "Confirm",
        },
};

static void append_question(struct kq_buffer *html, const struct texts *texts,
                            const struct kq_confirm_shown *shown)
{
    const struct kq_page_row rows[] = {
        {texts->voucher, shown->voucher_name},
        {texts->condition, shown->condition},
        {texts->merchant, shown->merchant},
        {texts->user, shown->user},
    };
    const struct kq_page_form form = {.action = "confirm", .token = shown->token, .button = texts->button};
    kq_page_text_append_rows(html, rows, KQ_COUNT(rows));
    kq_page_text_append_form(html, &form);
}

static void append_code(struct kq_buffer *html, struct kq_slice send_code)
{
    kq_buffer_append(html, KQ_SLICE("<p><code>"));
    kq_html_escape_append(send_code, html);
    kq_buffer_append(html, KQ_SLICE("</code></p>\n"));
}

void kq_confirm_text_append(struct kq_buffer *html, enum kq_language language, enum kq_confirm_view view,
                            const struct kq_confirm_shown *shown)
{
    const struct texts *texts = &all_texts[language];
    kq_page_text_begin(html, language, texts->title, texts->sentences[view]);
    if (view == KQ_CONFIRM_ASK) {
        append_question(html, texts, shown);
    } else if (view == KQ_CONFIRM_CODE) {
        append_code(html, shown->send_code);
    }
    kq_page_text_end(html);
}
