/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_PASS_CONTENT_H
#define KQ_DOMAIN_PASS_CONTENT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "domain/pass.h"
#include "domain/placeholder.h"

/* The content of a pass template, tpl_content of alipay.pass.template.add: one JSON object, of which the
 * wallet shows these members. All others are kept with the template and not looked at, but for the
 * placeholders in them.
 *
 *     content.evoucherInfo.type               group: coupon is a voucher; boardingPass and eventTicket are
 *                                             tickets (the platform's three types); card and cert are our own
 *     content.evoucherInfo.title              itemDesc of data_info
 *     content.evoucherInfo.goodsId            item_id
 *     content.evoucherInfo.product            product of ext_info
 *     content.evoucherInfo.startDate, endDate yyyy-MM-dd HH:mm:ss
 *     content.evoucherInfo.einfo.logoText     logo_text; where it is empty, the title
 *     content.evoucherInfo.einfo.secondLogoText  second_logo_text; where it is empty, as much as fits of the
 *                                             first value of einfo.primaryFields that is not empty
 *     content.merchant.mname                  merchant_name
 *     content.platform.channelID              who the merchant says has made it
 *     content.fileInfo.serialNumber           the pass's number among the merchant's own
 *
 * A member that is null or "" is not there; only the type must be. */

/* The reference page's lengths. */
#define KQ_PASS_CONTENT_MAX_CHARS 99999
#define KQ_PASS_SERIAL_NUMBER_MAX_CHARS 999
#define KQ_PASS_CHANNEL_ID_MAX_CHARS 999

/* Slices are borrowed from the content, the values and the arena. */
struct kq_pass_content {
    enum kq_pass_group group;
    struct kq_slice type;
    struct kq_slice title;
    struct kq_slice item_id;
    struct kq_slice product;
    struct kq_slice logo_text;
    struct kq_slice second_logo_text;
    struct kq_slice merchant_name;
    struct kq_slice channel_id;
    struct kq_slice serial_number;
    int64_t start_s; /* KQ_TIME_UNSET: none */
    int64_t end_s;
};

/* May it be a template's content? Finds its placeholders. What stands in a member without any must be right
 * already. PASS_PARAMETER names the member; NO_MEMORY. */
KQ_MUST struct kq_result kq_pass_content_check(struct kq_slice json, struct kq_arena *arena,
                                               struct kq_placeholders *placeholders, struct kq_error *error);

/* A checked content, filled with `newer` values, else `older` ones: each string by itself, so that no value
 * can change what the content is made of. *used: one value for each placeholder. PASS_PARAMETER names the
 * placeholders that have none, or the member that a value has made wrong; NO_MEMORY. */
KQ_MUST struct kq_result kq_pass_content_fill(struct kq_slice json, const struct kq_pass_values *newer,
                                              const struct kq_pass_values *older, struct kq_arena *arena,
                                              struct kq_pass_values *used, struct kq_pass_content *content,
                                              struct kq_error *error);

/* No control characters, and not too long: what a pass shows. PASS_PARAMETER with a detail that begins with
 * `what`. */
KQ_MUST struct kq_result kq_pass_text_check(const char *what, struct kq_slice text, size_t max_chars,
                                            struct kq_error *error);

#endif
