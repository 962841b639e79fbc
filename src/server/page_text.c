/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page_text.h"

#include "wire/envelope.h"

static void append(struct kq_buffer *html, const char *text)
{
    kq_buffer_append(html, kq_slice_of(text));
}

void kq_page_text_begin(struct kq_buffer *html, enum kq_language language, const char *title,
                        const char *sentence)
{
    static const char *const tags[KQ_LANGUAGE_COUNT] = {/* BCP 47 */
                                                        [KQ_LANGUAGE_CHINESE] = "zh-CN",
                                                        [KQ_LANGUAGE_ENGLISH] = "en"};
    append(html, "<!DOCTYPE html>\n<html lang=\"");
    append(html, tags[language]);
    append(html, "\">\n<head><meta charset=\"utf-8\">"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>");
    append(html, title);
    append(html, "</title></head>\n<body>\n<h1>");
    append(html, title);
    append(html, "</h1>\n<p>");
    append(html, sentence);
    append(html, "</p>\n");
}

void kq_page_text_append_rows(struct kq_buffer *html, const struct kq_page_row *rows, size_t count)
{
    append(html, "<dl>\n");
    for (size_t i = 0; i < count; i++) {
        append(html, "<dt>");
        append(html, rows[i].name);
        append(html, "</dt><dd>");
        kq_html_escape_append(rows[i].value, html);
        append(html, "</dd>\n");
    }
    append(html, "</dl>\n");
}

void kq_page_text_append_form(struct kq_buffer *html, const struct kq_page_form *form)
{
    append(html, "<form method=\"post\" action=\"");
    append(html, form->action);
    append(html, "\"><input type=\"hidden\" name=\"token\" value=\"");
    kq_html_escape_append(form->token, html);
    append(html, "\"><button>");
    append(html, form->button);
    append(html, "</button></form>\n");
}

void kq_page_text_end(struct kq_buffer *html)
{
    append(html, "</body>\n</html>\n");
}
