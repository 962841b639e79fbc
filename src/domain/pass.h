/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_PASS_H
#define KQ_DOMAIN_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "domain/template.h"
#include "domain/voucher.h"

/* Passes: what a user's wallet shows (spec/vouchers.md, "Wallet"; alipay.user.pass.grouplist.query). */

enum kq_pass_group { KQ_PASS_CARD, KQ_PASS_VOUCHER, KQ_PASS_TICKET, KQ_PASS_CERT, KQ_PASS_GROUP_COUNT };

/* As stored. That it is past its end is a matter of the clock: kq_pass_status. */
enum kq_pass_state { KQ_PASS_CAN_USE, KQ_PASS_USED, KQ_PASS_CLOSED, KQ_PASS_EXPIRED, KQ_PASS_STATE_COUNT };

/* The reference page's lengths, in characters. */
#define KQ_PASS_ID_MAX_CHARS 100
#define KQ_PASS_TEXT_MAX_CHARS 100
#define KQ_PASS_INFO_MAX_CHARS 10000
#define KQ_PASS_SHOPS_MAX 1000

/* Slices are borrowed from the arena of whoever loaded or made it. Empty texts are not shown. */
struct kq_pass {
    struct kq_slice pass_id;
    struct kq_slice user_id;
    struct kq_slice pid; /* the merchant's; may be empty in a pass of no merchant */
    enum kq_pass_group group;
    enum kq_pass_state state;
    struct kq_slice merchant_name; /* the page's mechant_name */
    struct kq_slice logo_text;
    struct kq_slice second_logo_text;
    struct kq_slice item_id;
    int64_t start_s; /* KQ_TIME_UNSET: none */
    int64_t end_s;   /* KQ_TIME_UNSET: never ends */
    int64_t created_s;
    struct kq_slice data_info;       /* a JSON text */
    struct kq_slice ext_info;        /* a JSON text */
    const struct kq_slice *shop_ids; /* where it can be used; filled only where asked for */
    size_t shop_id_count;
};

#define KQ_TIME_UNSET INT64_MIN

/* "card", …: the wire's names. */
const char *kq_pass_group_name(enum kq_pass_group group);
bool kq_pass_group_parse(struct kq_slice text, enum kq_pass_group *group);

/* "can_use", "used", "expired", "closed", at this time. */
const char *kq_pass_status(const struct kq_pass *pass, int64_t now_s);
bool kq_pass_state_parse(struct kq_slice text, enum kq_pass_state *state);

/* CURRENT (state can_use and not past its end) or else PAST. A pass ends after its last second: end_s itself
 * is past. */
bool kq_pass_is_current(const struct kq_pass *pass, int64_t now_s);

/* A voucher as its user's wallet shows it (spec/vouchers.md, "Wallet"): all texts made in `arena`; no
 * ext_info; shops are left out. The state is the stored one: expiry comes from kq_pass_status. NO_MEMORY. */
KQ_MUST struct kq_result kq_pass_of_voucher(const struct kq_voucher *voucher,
                                            const struct kq_template *template, struct kq_arena *arena,
                                            struct kq_pass *pass, struct kq_error *error);

/* What a wallet's screen shows of a pass, as in the page's example of data_info: from its texts, which it has
 * already, and a description (empty: the logo text). Made in the arena; without data where there is no
 * memory. */
struct kq_slice kq_pass_data_info(const struct kq_pass *pass, struct kq_slice description,
                                  struct kq_arena *arena);

/* May `pass` be created for a user that `user_exists`? *created false: the same is there already (shops in
 * any order; a created_s of KQ_TIME_UNSET is the same as any). BAD_INPUT, NOT_FOUND (user), CONFLICT,
 * NO_MEMORY; in this order. */
KQ_MUST struct kq_result kq_pass_decide_create(const struct kq_pass *pass, bool user_exists,
                                               const struct kq_pass *same_id, bool *created,
                                               struct kq_error *error);

#endif
