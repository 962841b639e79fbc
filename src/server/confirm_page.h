/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_CONFIRM_PAGE_H
#define KQ_SERVER_CONFIRM_PAGE_H

#include "server/call.h"
#include "server/gateway.h"
#include "server/token_page.h"

/* The page that alipay.marketing.voucher.confirm sends a user to: `GET /confirm?token=…` shows what is asked;
 * its button makes `POST /confirm`, which accepts. */

#define KQ_CONFIRM_PATH "/confirm"

/* Takes the request, whose call has is_post, query, content_type, body, page_language and wake set, as far as
 * it goes: ANSWERED (call->answer is HTML in UTF-8, page_status and page_header go before it; failed where
 * there was no memory) or WAITING. */
enum kq_call_progress kq_confirm_page_start(const struct kq_token_page *page, struct kq_call *call);

/* After `wake`: it is answered. */
void kq_confirm_page_finish(struct kq_call *call);

#endif
