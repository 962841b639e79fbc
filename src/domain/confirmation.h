/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_CONFIRMATION_H
#define KQ_DOMAIN_CONFIRMATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* A user's consent to a voucher (spec/vouchers.md, alipay.marketing.voucher.confirm and .auth.send): a
 * merchant asks for it, the user accepts on a page, and a code then lets the merchant issue the voucher.
 *
 * The page's token and the code are random and stored as digests only, so neither can be told again: whoever
 * asks again gets another. All of a confirmation's codes are for the one voucher: the first that issues it
 * uses up all of them. */

/* The merchant sends the user there at once, and it is one button to press. */
#define KQ_CONFIRM_PAGE_LIFETIME_S INT64_C(900)

/* From the acceptance on: a merchant whose machines fail that evening can issue the next morning. */
#define KQ_SEND_CODE_LIFETIME_S INT64_C(86400)

/* How long a dead confirmation's row is kept, so that its code is "expired" rather than unknown. */
#define KQ_DEAD_CONFIRMATION_KEPT_S INT64_C(604800)

/* So many pages, and so many codes, of a confirmation hold at a time, the newest: repeating costs no more. */
#define KQ_CONFIRMATION_SECRETS_MAX 16

/* The longest that the method takes. */
#define KQ_REDIRECT_URI_MAX_CHARS 256

/* Slices are borrowed from the arena of whoever loaded the row, or from the request. */
struct kq_confirmation {
    struct kq_slice template_id;
    struct kq_slice user_id;
    struct kq_slice out_biz_no; /* with the template: which business it is */
    bool need_redirect;
    struct kq_slice redirect_uri; /* where the user goes afterwards, if need_redirect; may be empty */
    int64_t expires_s;            /* of its newest page; once it is accepted, of its codes */
    bool is_accepted;
    bool is_used; /* a voucher was issued with it */
};

/* INVALID_PARAMETER, with a Chinese detail, where it is not an http(s) URL with a host and without control
 * characters. */
KQ_MUST struct kq_result kq_redirect_uri_check(struct kq_slice uri, struct kq_error *error);

struct kq_template;

/* What becomes of merchant pid's call for `wanted`; `same_key` is what stands under the template (NULL: there
 * is none of that id) and out_biz_no, or NULL. *is_new: nothing alive did, and `result` is to be written;
 * else it is that, whose page may hold longer now. TEMPLATE_NOT_EXIST, also where it is another merchant's;
 * INVALID_PARAMETER where the key is another user's or leads elsewhere. */
KQ_MUST struct kq_result
kq_confirmation_decide_create(const struct kq_confirmation *wanted, const struct kq_template *template,
                              struct kq_slice pid, const struct kq_confirmation *same_key, int64_t now_s,
                              struct kq_confirmation *result, bool *is_new, struct kq_error *error);

/* The user accepts, on a page that holds until page_expires_s; again is no harm. `confirmation` NULL: no such
 * page. NOT_FOUND, also where the page is over; ILLEGAL_STATE where the voucher was issued already. */
KQ_MUST struct kq_result kq_confirmation_decide_accept(const struct kq_confirmation *confirmation,
                                                       int64_t page_expires_s, int64_t now_s,
                                                       struct kq_confirmation *result,
                                                       struct kq_error *error);

/* Does the code of this confirmation (NULL: it is nobody's) let a voucher of the template be issued to the
 * user now? SEND_CODE_INVALID, SEND_CODE_EXPIRED. */
KQ_MUST struct kq_result kq_send_code_check(const struct kq_confirmation *confirmation,
                                            struct kq_slice template_id, struct kq_slice user_id,
                                            int64_t now_s, struct kq_error *error);

/* Where the user goes after accepting: redirect_uri with send_code, template_id, user_id and out_biz_no
 * added to its query. What may not stand in a URL is percent-encoded. */
void kq_confirmation_append_redirect(const struct kq_confirmation *confirmation, struct kq_slice send_code,
                                     struct kq_buffer *buffer);

#endif
