/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/user.h"

#include "domain/text.h"

static const char *const state_names[] = {
    [KQ_USER_ACTIVE] = "active",
    [KQ_USER_FROZEN] = "frozen",
};

const char *kq_user_state_name(enum kq_user_state state)
{
    return state_names[state];
}

struct kq_result kq_user_state_parse(struct kq_slice text, enum kq_user_state *state, struct kq_error *error)
{
    for (size_t i = 0; i < KQ_COUNT(state_names); i++) {
        if (kq_slice_equal(text, kq_slice_of(state_names[i]))) {
            *state = (enum kq_user_state)i;
            return KQ_OK;
        }
    }
    return kq_fail(error, KQ_E_BAD_INPUT, "a user's state is active or frozen");
}

struct kq_result kq_party_id_check(const char *what, struct kq_slice id, struct kq_error *error)
{
    KQ_ENSURE(id.size > 0, error, KQ_E_BAD_INPUT, "%s is missing", what);
    KQ_ENSURE(id.size == KQ_PARTY_ID_DIGITS && kq_slice_is_digits(id) &&
                  kq_slice_starts_with(id, KQ_SLICE("2088")),
              error, KQ_E_BAD_INPUT, "%s is not %d digits that begin with 2088", what, KQ_PARTY_ID_DIGITS);
    return KQ_OK;
}

/* A login id is a phone number or an e-mail address: no spaces, and ASCII alone. A nick is a name, of any
 * script. */
static struct kq_result check_fields(const struct kq_user *user, struct kq_error *error)
{
    KQ_TRY(kq_party_id_check("user id", user->user_id, error));
    KQ_TRY(kq_text_check_ids("login id", user->login_ids, user->login_id_count, KQ_USER_LOGINS_MAX,
                             KQ_LOGIN_ID_MAX_CHARS, error));
    return kq_text_check("taobao nick", user->taobao_nick, 0, KQ_TAOBAO_NICK_MAX_CHARS, error);
}

struct kq_result kq_user_decide_create(const struct kq_user *user, const struct kq_user_facts *facts,
                                       bool *created, struct kq_error *error)
{
    KQ_TRY(check_fields(user, error));
    KQ_ENSURE(facts->login_owner.size == 0, error, KQ_E_CONFLICT, "a login id belongs to user %.*s",
              KQ_SLICE_PRINT(facts->login_owner));
    KQ_ENSURE(facts->taobao_nick_owner.size == 0, error, KQ_E_CONFLICT,
              "the taobao nick belongs to user %.*s", KQ_SLICE_PRINT(facts->taobao_nick_owner));
    *created = facts->same_id == NULL;
    if (*created) {
        return KQ_OK;
    }
    const struct kq_user *same = facts->same_id;
    KQ_ENSURE(kq_slice_equal(user->taobao_nick, same->taobao_nick), error, KQ_E_CONFLICT,
              "the user exists with another taobao nick");
    KQ_ENSURE(kq_text_same_set(user->login_ids, user->login_id_count, same->login_ids, same->login_id_count),
              error, KQ_E_CONFLICT, "the user exists with other login ids");
    KQ_ENSURE(user->state == same->state, error, KQ_E_CONFLICT, "the user exists and is %s",
              kq_user_state_name(same->state));
    return KQ_OK;
}

struct kq_result kq_user_decide_set_state(const struct kq_user *user, struct kq_slice user_id,
                                          enum kq_user_state state, bool *changed, struct kq_error *error)
{
    KQ_ENSURE(user != NULL, error, KQ_E_NOT_FOUND, "there is no user %.*s", KQ_SLICE_PRINT(user_id));
    *changed = user->state != state;
    return KQ_OK;
}
