/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_USER_H
#define KQ_DOMAIN_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

/* A user: who receives vouchers and has a wallet (spec/vouchers.md, "Things"). */

/* Lengths of the reference pages, in characters. */
#define KQ_PARTY_ID_DIGITS 16 /* a user_id or a pid: 16 digits that begin with 2088 */
#define KQ_LOGIN_ID_MAX_CHARS 128
#define KQ_TAOBAO_NICK_MAX_CHARS 64
/* A person has a phone number and a few addresses; more is a mistake in the data. */
#define KQ_USER_LOGINS_MAX 16

enum kq_user_state {
    KQ_USER_ACTIVE,
    KQ_USER_FROZEN,
};

/* Slices are borrowed from the arena of whoever loaded the row. */
struct kq_user {
    struct kq_slice user_id;
    struct kq_slice taobao_nick; /* empty: none */
    const struct kq_slice *login_ids;
    size_t login_id_count;
    enum kq_user_state state;
    int64_t created_s;
};

/* How a caller names a user: exactly one of the three of alipay.marketing.voucher.send. */
enum kq_recipient_kind {
    KQ_RECIPIENT_USER_ID,
    KQ_RECIPIENT_LOGIN_ID,
    KQ_RECIPIENT_TAOBAO_NICK,
};

struct kq_recipient {
    enum kq_recipient_kind kind;
    struct kq_slice value;
};

/* "active", "frozen". */
const char *kq_user_state_name(enum kq_user_state state);
KQ_MUST struct kq_result kq_user_state_parse(struct kq_slice text, enum kq_user_state *state,
                                             struct kq_error *error);

/* 16 digits that begin with 2088; `what` names the thing in the refusal ("user id", "pid"). BAD_INPUT. */
KQ_MUST struct kq_result kq_party_id_check(const char *what, struct kq_slice id, struct kq_error *error);

/* What stands in the store already where a user is to be created. */
struct kq_user_facts {
    const struct kq_user *same_id; /* NULL: none of this id */
    struct kq_slice login_owner; /* the user_id that has one of the login ids, if it is another; else empty */
    struct kq_slice taobao_nick_owner; /* likewise */
};

/* May `user` be created? *created false: the same user is there already (login ids in any order), nothing to
 * write. BAD_INPUT for fields out of form, CONFLICT for a known id with other data, or a login id or nick of
 * another user. */
KQ_MUST struct kq_result kq_user_decide_create(const struct kq_user *user, const struct kq_user_facts *facts,
                                               bool *created, struct kq_error *error);

/* May `user`, who is asked for by `user_id` (NULL: there is none of it), be frozen or thawed? *changed false:
 * it is so already. NOT_FOUND. */
KQ_MUST struct kq_result kq_user_decide_set_state(const struct kq_user *user, struct kq_slice user_id,
                                                  enum kq_user_state state, bool *changed,
                                                  struct kq_error *error);

#endif
