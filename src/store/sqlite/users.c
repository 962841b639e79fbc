/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/list.h"
#include "store/sqlite/numbers.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

#define USER_COLUMNS "user.user_id, user.taobao_nick, user.state, user.created_s"

static void take_user(struct kq_query *query, struct kq_arena *arena, struct kq_user *user)
{
    *user = (struct kq_user){.user_id = kq_query_take_user(query, arena)};
    user->taobao_nick = kq_query_take_text(query, arena);
    user->state = kq_query_take_choice(query, KQ_USER_FROZEN + 1);
    user->created_s = kq_query_take_integer(query);
}

struct kq_result kq_row_user(struct kq_connection *connection, const struct kq_recipient *recipient,
                             struct kq_arena *arena, struct kq_user *user, bool *found,
                             struct kq_error *error)
{
    static const char by_user_id[] = "SELECT " USER_COLUMNS " FROM user WHERE user_id = ?";
    static const char by_login_id[] =
        "SELECT " USER_COLUMNS " FROM user_login JOIN user USING (user_id) WHERE login_id = ?";
    static const char by_taobao_nick[] = "SELECT " USER_COLUMNS " FROM user WHERE taobao_nick = ?";
    static const char *const selects[] = {
        [KQ_RECIPIENT_USER_ID] = by_user_id,
        [KQ_RECIPIENT_LOGIN_ID] = by_login_id,
        [KQ_RECIPIENT_TAOBAO_NICK] = by_taobao_nick,
    };
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, selects[recipient->kind]);
    if (recipient->kind == KQ_RECIPIENT_USER_ID) {
        kq_query_put_user(&query, recipient->value);
    } else {
        kq_query_put_text(&query, recipient->value);
    }
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_user(&query, arena, user);
    }
    return kq_query_check(&query, error);
}

struct kq_result kq_row_logins(struct kq_connection *connection, struct kq_arena *arena, struct kq_user *user,
                               struct kq_error *error)
{
    static const char select_logins[] = "SELECT login_id FROM user_login WHERE user_id = ? ORDER BY login_id";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_logins);
    kq_query_put_user(&query, user->user_id);
    return kq_query_take_texts(&query, arena, &user->login_ids, &user->login_id_count, error);
}

struct kq_result kq_row_user_for_issue(struct kq_connection *connection, const struct kq_recipient *recipient,
                                       struct kq_arena *arena, struct kq_user *user, bool *found,
                                       struct kq_error *error)
{
    static const char select_state[] = "SELECT state FROM user WHERE user_id = ?";
    if (recipient->kind != KQ_RECIPIENT_USER_ID) {
        return kq_row_user(connection, recipient, arena, user, found, error);
    }
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_state);
    kq_query_put_user(&query, recipient->value);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        *user = (struct kq_user){.user_id = recipient->value,
                                 .state = kq_query_take_choice(&query, KQ_USER_FROZEN + 1)};
    }
    return kq_query_check(&query, error);
}

/* Whose is it, if it is not `user_id`'s? Empty: nobody's. */
static struct kq_result find_other_owner(struct kq_batch *batch, const struct kq_recipient *recipient,
                                         struct kq_slice user_id, struct kq_slice *owner,
                                         struct kq_error *error)
{
    struct kq_user other;
    bool found = false;
    KQ_TRY(kq_row_user(batch->connection, recipient, &batch->arena, &other, &found, error));
    if (found && !kq_slice_equal(other.user_id, user_id)) {
        *owner = other.user_id;
    }
    return KQ_OK;
}

static struct kq_result find_owners(struct kq_batch *batch, const struct kq_user *user,
                                    struct kq_user_facts *facts, struct kq_error *error)
{
    for (size_t i = 0; i < user->login_id_count && i < KQ_USER_LOGINS_MAX; i++) {
        struct kq_recipient login = {.kind = KQ_RECIPIENT_LOGIN_ID, .value = user->login_ids[i]};
        KQ_TRY(find_other_owner(batch, &login, user->user_id, &facts->login_owner, error));
    }
    if (user->taobao_nick.size == 0) {
        return KQ_OK;
    }
    struct kq_recipient nick = {.kind = KQ_RECIPIENT_TAOBAO_NICK, .value = user->taobao_nick};
    return find_other_owner(batch, &nick, user->user_id, &facts->taobao_nick_owner, error);
}

static struct kq_result insert_user(struct kq_batch *batch, const struct kq_user *user,
                                    struct kq_error *error)
{
    static const char insert_user[] =
        "INSERT INTO user (user_id, taobao_nick, state, created_s) VALUES (?, ?, ?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_user);
    kq_query_put_user(&query, user->user_id);
    kq_query_put_text_or_null(&query, user->taobao_nick);
    kq_query_put_integer(&query, user->state);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    return kq_query_run(&query, error);
}

static struct kq_result insert_login(struct kq_batch *batch, struct kq_slice user_id,
                                     struct kq_slice login_id, struct kq_error *error)
{
    static const char insert_login[] = "INSERT INTO user_login (login_id, user_id) VALUES (?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_login);
    kq_query_put_text(&query, login_id);
    kq_query_put_user(&query, user_id);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_user_create(struct kq_batch *batch, struct kq_operation *operation,
                                      struct kq_error *error)
{
    struct kq_op_user_create *create = &operation->user_create;
    struct kq_user *user = &create->user;
    struct kq_recipient id = {.kind = KQ_RECIPIENT_USER_ID, .value = user->user_id};
    struct kq_user same;
    bool exists = false;
    KQ_TRY(kq_row_user(batch->connection, &id, &batch->arena, &same, &exists, error));
    if (exists) {
        KQ_TRY(kq_row_logins(batch->connection, &batch->arena, &same, error));
    }
    struct kq_user_facts facts = {.same_id = exists ? &same : NULL};
    KQ_TRY(find_owners(batch, user, &facts, error));
    KQ_TRY(kq_user_decide_create(user, &facts, &create->created, error));
    if (create->created) {
        KQ_TRY(insert_user(batch, user, error));
        for (size_t i = 0; i < user->login_id_count; i++) {
            KQ_TRY(insert_login(batch, user->user_id, user->login_ids[i], error));
        }
    }
    user->created_s = exists ? same.created_s : batch->now_ms / 1000;
    return KQ_OK;
}

struct kq_result kq_write_user_set_state(struct kq_batch *batch, struct kq_operation *operation,
                                         struct kq_error *error)
{
    static const char update_state[] = "UPDATE user SET state = ? WHERE user_id = ?";
    struct kq_op_user_set_state *set = &operation->user_set_state;
    struct kq_recipient id = {.kind = KQ_RECIPIENT_USER_ID, .value = set->user_id};
    struct kq_user user;
    bool exists = false;
    KQ_TRY(kq_row_user(batch->connection, &id, &batch->arena, &user, &exists, error));
    KQ_TRY(kq_user_decide_set_state(exists ? &user : NULL, set->user_id, set->state, &set->changed, error));
    if (!set->changed) {
        return KQ_OK;
    }
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_state);
    kq_query_put_integer(&query, set->state);
    kq_query_put_user(&query, set->user_id);
    return kq_query_run(&query, error);
}

struct kq_result kq_read_user_get(struct kq_connection *connection, struct kq_operation *operation,
                                  struct kq_error *error)
{
    struct kq_op_user_get *get = &operation->user_get;
    KQ_TRY(kq_row_user(connection, &get->recipient, operation->arena, &get->user, &get->found, error));
    return get->found ? kq_row_logins(connection, operation->arena, &get->user, error) : KQ_OK;
}

struct kq_result kq_read_user_list(struct kq_connection *connection, struct kq_operation *operation,
                                   struct kq_error *error)
{
    static const char select_users[] =
        "SELECT " USER_COLUMNS " FROM user WHERE user_id > ? ORDER BY user_id LIMIT ?";
    struct kq_op_user_list *list = &operation->user_list;
    KQ_ENSURE(list->page.after.size == 0 || kq_user_number(list->page.after) != KQ_NUMBER_NONE, error,
              KQ_E_USAGE, "a page of users begins behind a user's id");
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_users);
    kq_query_put_user(&query, list->page.after);
    kq_query_put_integer(&query, kq_page_limit(&list->page));
    list->items = NULL;
    list->count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        list->items = kq_list_room(operation->arena, list->items, list->count, sizeof(*list->items));
        KQ_ENSURE_MEMORY(list->items != NULL, error);
        struct kq_user *user = &list->items[list->count++];
        take_user(&query, operation->arena, user);
        KQ_TRY(kq_query_check(&query, error));
        KQ_TRY(kq_row_logins(connection, operation->arena, user, error));
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}
