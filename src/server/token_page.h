/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_TOKEN_PAGE_H
#define KQ_SERVER_TOKEN_PAGE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "server/call.h"
#include "store/store.h"

/* What the pages have in common that people open by a random token and nothing else: `GET` with the token in
 * the address shows what is asked and changes nothing, the page's button makes a `POST` with the token in a
 * form, which does it. So nobody agrees to anything by following a link. Whoever knows the token is who was
 * asked, and the page tells browsers to keep it to themselves. Nothing here is signed. Runs on a worker's
 * thread. */

struct kq_token_page {
    struct kq_store *store;   /* borrowed, both */
    struct kq_reader *reader; /* the thread's */
};

/* Nothing is loaded from anywhere, nothing may show the page in a frame, nobody learns its address (which has
 * the token), and it is stored nowhere. A form may only go where the page leads: browsers hold a redirect
 * after it to the same rule. */
#define KQ_TOKEN_PAGE_HEADERS(form_action)                                                                   \
    "Content-Security-Policy: default-src 'none'; form-action " form_action                                  \
    "; frame-ancestors 'none'; base-uri 'none'\r\n"                                                          \
    "X-Frame-Options: DENY\r\n"                                                                              \
    "X-Content-Type-Options: nosniff\r\n"                                                                    \
    "Referrer-Policy: no-referrer\r\n"                                                                       \
    "Cache-Control: no-store"

#define KQ_TOKEN_PAGE_PLAIN KQ_TOKEN_PAGE_HEADERS("'none'")                  /* without a form */
#define KQ_TOKEN_PAGE_FORM KQ_TOKEN_PAGE_HEADERS("'self'")                   /* stays here afterwards */
#define KQ_TOKEN_PAGE_FORM_AWAY KQ_TOKEN_PAGE_HEADERS("'self' http: https:") /* leads elsewhere */

/* The token, of a link for GET and of a form for POST: a link cannot do what a button does. Empty: there is
 * none. And its digest, in the arena. */
KQ_MUST struct kq_result kq_token_page_read(struct kq_call *call, struct kq_slice *token,
                                            struct kq_slice *digest, struct kq_error *error);

/* Gives call->operation, which is a button's, to the store. For pages that are there: so nobody who only
 * guesses comes as far as the writer. */
void kq_token_page_submit(const struct kq_token_page *page, struct kq_call *call);

/* The headers of a 302 to `location`, which is wiped and freed, in the arena. No memory: call->answer has
 * failed. */
const char *kq_token_page_location(struct kq_call *call, struct kq_buffer *location);

#endif
