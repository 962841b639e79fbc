/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_CONFIRM_PAGE_H
#define KQ_SERVER_CONFIRM_PAGE_H

#include "server/call.h"
#include "server/gateway.h"
#include "store/store.h"

/* The page that alipay.marketing.voucher.confirm sends a user to. `GET /confirm?token=…` shows what is asked
 * and changes nothing; its button makes `POST /confirm`, with the token in a form, which accepts: so nobody
 * accepts by following a link. Whoever knows the token is the user; it is random, and the page tells browsers
 * to keep it to themselves. Nothing here is signed. Runs on a worker's thread. */

#define KQ_CONFIRM_PATH "/confirm"

struct kq_confirm_page {
    struct kq_store *store;   /* borrowed, both */
    struct kq_reader *reader; /* the thread's */
};

/* Takes the request, whose call has is_post, query, content_type, body, page_language and wake set, as far as
 * it goes: ANSWERED (call->answer is HTML in UTF-8, page_status and page_header go before it; failed where
 * there was no memory) or WAITING. */
enum kq_call_progress kq_confirm_page_start(const struct kq_confirm_page *page, struct kq_call *call);

/* After `wake`: it is answered. */
void kq_confirm_page_finish(struct kq_call *call);

#endif
