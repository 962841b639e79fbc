/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_PAGE_TEXT_H
#define KQ_SERVER_PAGE_TEXT_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/slice.h"
#include "server/language.h"

/* The look of the pages for people: HTML in UTF-8, without scripts, styles or anything from elsewhere. All
 * that is shown is escaped; titles, sentences and names are the program's own. */

struct kq_page_row {
    const char *name;
    struct kq_slice value;
};

struct kq_page_form {
    const char *action;
    struct kq_slice token;
    const char *button;
};

/* From the beginning to the sentence. */
void kq_page_text_begin(struct kq_buffer *html, enum kq_language language, const char *title,
                        const char *sentence);

void kq_page_text_append_rows(struct kq_buffer *html, const struct kq_page_row *rows, size_t count);
void kq_page_text_append_form(struct kq_buffer *html, const struct kq_page_form *form);
void kq_page_text_end(struct kq_buffer *html);

#endif
