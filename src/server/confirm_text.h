/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_CONFIRM_TEXT_H
#define KQ_SERVER_CONFIRM_TEXT_H

#include "base/buffer.h"
#include "base/slice.h"
#include "server/language.h"

/* What a person reads on the confirmation's page (page_text.h). */

enum kq_confirm_view {
    KQ_CONFIRM_ASK,    /* the voucher, and a button */
    KQ_CONFIRM_CODE,   /* accepted; the code */
    KQ_CONFIRM_LEAVE,  /* accepted; the browser goes on */
    KQ_CONFIRM_ISSUED, /* nothing is left to accept */
    KQ_CONFIRM_GONE,   /* no such page, or it is over */
    KQ_CONFIRM_FAILED, /* for now */
    KQ_CONFIRM_VIEW_COUNT
};

struct kq_confirm_shown {
    struct kq_slice voucher_name; /* ASK, and so are the next four */
    struct kq_slice condition;
    struct kq_slice merchant;
    struct kq_slice user; /* masked */
    struct kq_slice token;
    struct kq_slice send_code; /* CODE */
};

void kq_confirm_text_append(struct kq_buffer *html, enum kq_language language, enum kq_confirm_view view,
                            const struct kq_confirm_shown *shown);

#endif
