/* SPDX-License-Identifier: Apache-2.0 */
#include "server/confirm_text.h"

#include "wire/envelope.h"

struct texts {
    const char *language; /* BCP 47 */
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
            .language = "zh-CN",
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
            .language = "en",
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

static void append(struct kq_buffer *html, const char *text)
{
    kq_buffer_append(html, kq_slice_of(text));
}

static void append_row(struct kq_buffer *html, const char *name, struct kq_slice value)
{
    append(html, "<dt>");
    append(html, name);
    append(html, "</dt><dd>");
    kq_html_escape_append(value, html);
    append(html, "</dd>\n");
}

static void append_form(struct kq_buffer *html, const struct texts *texts,
                        const struct kq_confirm_shown *shown)
{
    append(html, "<dl>\n");
    append_row(html, texts->voucher, shown->voucher_name);
    append_row(html, texts->condition, shown->condition);
    append_row(html, texts->merchant, shown->merchant);
    append_row(html, texts->user, shown->user);
    append(html, "</dl>\n<form method=\"post\" action=\"confirm\"><input type=\"hidden\" name=\"token\" "
                 "value=\"");
    kq_html_escape_append(shown->token, html);
    append(html, "\"><button>");
    append(html, texts->button);
    append(html, "</button></form>\n");
}

static void append_code(struct kq_buffer *html, struct kq_slice send_code)
{
    append(html, "<p><code>");
    kq_html_escape_append(send_code, html);
    append(html, "</code></p>\n");
}

void kq_confirm_text_append(struct kq_buffer *html, enum kq_language language, enum kq_confirm_view view,
                            const struct kq_confirm_shown *shown)
{
    const struct texts *texts = &all_texts[language];
    append(html, "<!DOCTYPE html>\n<html lang=\"");
    append(html, texts->language);
    append(html, "\">\n<head><meta charset=\"utf-8\">"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>");
    append(html, texts->title);
    append(html, "</title></head>\n<body>\n<h1>");
    append(html, texts->title);
    append(html, "</h1>\n<p>");
    append(html, texts->sentences[view]);
    append(html, "</p>\n");
    if (view == KQ_CONFIRM_ASK) {
        append_form(html, texts, shown);
    } else if (view == KQ_CONFIRM_CODE) {
        append_code(html, shown->send_code);
    }
    append(html, "</body>\n</html>\n");
}
