/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_FUNDING_PAGE_H
#define KQ_SERVER_FUNDING_PAGE_H

#include "server/call.h"
#include "server/gateway.h"
#include "server/token_page.h"

/* The page that alipay.marketing.cashvoucher.template.create's confirm_uri leads to: `GET
 * /confirm/funding?token=…` shows the funding order; its button makes `POST /confirm/funding`, which confirms
 * it, so that the template becomes effective. */

#define KQ_FUNDING_PATH "/confirm/funding"

/* As kq_confirm_page_start and kq_confirm_page_finish. */
enum kq_call_progress kq_funding_page_start(const struct kq_token_page *page, struct kq_call *call);
void kq_funding_page_finish(struct kq_call *call);

#endif
