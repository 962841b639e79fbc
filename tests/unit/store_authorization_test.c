/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "store_support.h"
#include "wire/signature.h"

/* Codes, the grants that they are exchanged for, refresh tokens, and how all of them end. */

#define APP "2014072300007148"
#define OTHER_APP "2014072300007149"
#define MERCHANT_APP "2014072300007140"
#define SEND "alipay.marketing.voucher.send"
#define CODE "0123456789abcdef0123456789abcdef"
#define OTHER_CODE "1123456789abcdef0123456789abcdef"

static void add_application(struct scene *scene, const char *app_id, const char *pid)
{
    struct kq_operation create = new_operation(scene, KQ_OP_APPLICATION_CREATE);
    create.application_create.application.app_id = kq_slice_of(app_id);
    create.application_create.application.pid = kq_slice_of(pid);
    apply_ok(scene, &create);
}

static struct kq_operation new_code(struct scene *scene, const char *digest)
{
    static const struct kq_slice methods[] = {KQ_SLICE(SEND)};
    struct kq_operation create = new_operation(scene, KQ_OP_AUTH_CODE_CREATE);
    create.auth_code_create.auth_code = (struct kq_auth_code){
        .code_digest = kq_slice_of(digest),
        .app_id = KQ_SLICE(APP),
        .pid = KQ_SLICE(OTHER_PID),
        .methods = methods,
        .method_count = 1,
    };
    return create;
}

static void add_code(struct scene *scene, const char *digest)
{
    struct kq_operation create = new_code(scene, digest);
    apply_ok(scene, &create);
}

/* Two applications of PID, and a code for one of them. */
static void begin(struct scene *scene)
{
    add_application(scene, APP, PID);
    add_application(scene, OTHER_APP, PID);
    add_code(scene, CODE);
}

static struct kq_operation new_exchange(struct scene *scene, enum kq_exchange_kind kind,
                                        struct kq_slice digest)
{
    struct kq_operation exchange = new_operation(scene, KQ_OP_GRANT_EXCHANGE);
    exchange.grant_exchange =
        (struct kq_op_grant_exchange){.app_id = KQ_SLICE(APP), .kind = kind, .secret_digest = digest};
    return exchange;
}

static struct kq_op_grant_exchange exchange_code(struct scene *scene, const char *digest)
{
    struct kq_operation exchange = new_exchange(scene, KQ_EXCHANGE_AUTH_CODE, kq_slice_of(digest));
    apply_ok(scene, &exchange);
    return exchange.grant_exchange;
}

static struct kq_slice digest_of(struct scene *scene, const char *secret)
{
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    assert_true(kq_sha256(kq_slice_of(secret), digest, NULL).ok);
    return kq_arena_copy(&scene->arena, (struct kq_slice){(const char *)digest, sizeof(digest)});
}

static struct kq_operation new_refresh(struct scene *scene, const char *refresh_token)
{
    return new_exchange(scene, KQ_EXCHANGE_REFRESH_TOKEN, digest_of(scene, refresh_token));
}

static struct kq_op_grant_get get_grant(struct scene *scene, const char *token)
{
    struct kq_operation get = new_operation(scene, KQ_OP_GRANT_GET);
    get.grant_get.token_digest = digest_of(scene, token);
    look_ok(scene, &get);
    return get.grant_get;
}

static void move_clock(struct scene *scene, int64_t seconds)
{
    atomic_fetch_add(&scene->clock.now_ms, seconds * 1000);
}

static void a_code_is_exchanged_once(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    struct kq_op_grant_exchange made = exchange_code(scene, CODE);
    assert_int_equal(strlen(made.app_auth_token), 40);
    assert_int_equal(strlen(made.refresh_token), 40);
    assert_string_not_equal(made.app_auth_token, made.refresh_token);
    assert_slice(made.grant.pid, OTHER_PID);
    assert_int_equal(made.grant.created_s, NOW_S);
    assert_int_equal(made.grant.expires_s, NOW_S + KQ_GRANT_LIFETIME_S);
    assert_int_equal(made.refresh_expires_s, NOW_S + KQ_REFRESH_TOKEN_LIFETIME_S);
    struct kq_operation again = new_exchange(scene, KQ_EXCHANGE_AUTH_CODE, KQ_SLICE(CODE));
    assert_refused(scene, &again, KQ_E_AUTH_CODE_INVALID);
    scene_reopen(scene);
    struct kq_op_grant_get get = get_grant(scene, made.app_auth_token);
    assert_true(get.found);
    assert_slice(get.grant.app_id, APP);
    assert_slice(get.grant.pid, OTHER_PID);
    assert_int_equal(get.grant.expires_s, NOW_S + KQ_GRANT_LIFETIME_S);
    assert_int_equal(get.grant.method_count, 1);
    assert_slice(get.grant.methods[0], SEND);
}

static void a_code_is_one_applications_and_expires(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    struct kq_operation exchange = new_exchange(scene, KQ_EXCHANGE_AUTH_CODE, KQ_SLICE(OTHER_CODE));
    assert_refused(scene, &exchange, KQ_E_AUTH_CODE_INVALID);
    exchange.grant_exchange.secret_digest = KQ_SLICE(CODE);
    exchange.grant_exchange.app_id = KQ_SLICE(OTHER_APP);
    assert_refused(scene, &exchange, KQ_E_AUTH_CODE_INVALID);
    exchange.grant_exchange.app_id = KQ_SLICE(APP);
    move_clock(scene, KQ_AUTH_CODE_LIFETIME_S);
    assert_refused(scene, &exchange, KQ_E_AUTH_CODE_INVALID);
    move_clock(scene, -1);
    apply_ok(scene, &exchange);
}

static void a_code_is_refused(void **state)
{
    struct scene *scene = *state;
    struct kq_operation create = new_code(scene, CODE);
    assert_refused(scene, &create, KQ_E_NOT_FOUND);
}

static void a_code_is_no_refresh_token(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    struct kq_operation refresh = new_exchange(scene, KQ_EXCHANGE_REFRESH_TOKEN, KQ_SLICE(CODE));
    assert_refused(scene, &refresh, KQ_E_REFRESH_TOKEN_INVALID);
    struct kq_op_grant_exchange made = exchange_code(scene, CODE);
    struct kq_operation code =
        new_exchange(scene, KQ_EXCHANGE_AUTH_CODE, digest_of(scene, made.refresh_token));
    assert_refused(scene, &code, KQ_E_AUTH_CODE_INVALID);
}

static void the_merchants_own_application_is_named(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    assert_slice(exchange_code(scene, CODE).auth_app_id, OTHER_PID);
    add_application(scene, MERCHANT_APP, OTHER_PID);
    add_application(scene, "2014072300007141", OTHER_PID);
    add_code(scene, CODE);
    assert_slice(exchange_code(scene, CODE).auth_app_id, MERCHANT_APP);
    struct kq_operation disable = new_operation(scene, KQ_OP_APPLICATION_SET_STATE);
    disable.application_set_state.app_id = KQ_SLICE(MERCHANT_APP);
    disable.application_set_state.state = KQ_APPLICATION_DISABLED;
    apply_ok(scene, &disable);
    add_code(scene, CODE);
    assert_slice(exchange_code(scene, CODE).auth_app_id, "2014072300007141");
}

static void a_refresh_replaces_both_tokens(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    struct kq_op_grant_exchange first = exchange_code(scene, CODE);
    move_clock(scene, 1000);
    struct kq_operation refresh = new_refresh(scene, first.refresh_token);
    apply_ok(scene, &refresh);
    const struct kq_op_grant_exchange *second = &refresh.grant_exchange;
    assert_string_not_equal(second->app_auth_token, first.app_auth_token);
    assert_string_not_equal(second->refresh_token, first.refresh_token);
    assert_slice(second->grant.pid, OTHER_PID);
    assert_slice(second->auth_app_id, OTHER_PID);
    assert_int_equal(get_grant(scene, first.app_auth_token).grant.expires_s,
                     NOW_S + 1000 + KQ_GRANT_OVERLAP_S);
    struct kq_op_grant_get get = get_grant(scene, second->app_auth_token);
    assert_int_equal(get.grant.expires_s, NOW_S + 1000 + KQ_GRANT_LIFETIME_S);
    assert_int_equal(get.grant.method_count, 1);
    assert_slice(get.grant.methods[0], SEND);
    struct kq_operation again = new_refresh(scene, first.refresh_token);
    assert_refused(scene, &again, KQ_E_REFRESH_TOKEN_INVALID);
    struct kq_operation next = new_refresh(scene, second->refresh_token);
    apply_ok(scene, &next);
}

static void a_refresh_token_is_one_applications_and_expires(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    struct kq_op_grant_exchange made = exchange_code(scene, CODE);
    struct kq_operation refresh = new_refresh(scene, made.refresh_token);
    refresh.grant_exchange.app_id = KQ_SLICE(OTHER_APP);
    assert_refused(scene, &refresh, KQ_E_REFRESH_TOKEN_INVALID);
    refresh.grant_exchange.app_id = KQ_SLICE(APP);
    move_clock(scene, KQ_REFRESH_TOKEN_LIFETIME_S);
    assert_refused(scene, &refresh, KQ_E_REFRESH_TOKEN_EXPIRED);
    move_clock(scene, -1);
    apply_ok(scene, &refresh);
}

static struct kq_operation new_revocation(struct scene *scene, const char *app_id, const char *pid)
{
    struct kq_operation revoke = new_operation(scene, KQ_OP_GRANT_REVOKE);
    revoke.grant_revoke.app_id = kq_slice_of(app_id);
    revoke.grant_revoke.pid = kq_slice_of(pid);
    return revoke;
}

static void a_revoked_grant_is_gone_with_its_refresh_token(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    struct kq_op_grant_exchange made = exchange_code(scene, CODE);
    struct kq_operation revoke = new_operation(scene, KQ_OP_GRANT_REVOKE);
    revoke.grant_revoke.token_digest = digest_of(scene, made.app_auth_token);
    apply_ok(scene, &revoke);
    assert_int_equal(revoke.grant_revoke.count, 1);
    assert_false(get_grant(scene, made.app_auth_token).found);
    struct kq_operation refresh = new_refresh(scene, made.refresh_token);
    assert_refused(scene, &refresh, KQ_E_REFRESH_TOKEN_INVALID);
    assert_refused(scene, &revoke, KQ_E_NOT_FOUND);
}

static void all_of_a_merchants_grants_are_revoked(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    struct kq_op_grant_exchange first = exchange_code(scene, CODE);
    struct kq_operation refresh = new_refresh(scene, first.refresh_token);
    apply_ok(scene, &refresh);
    add_code(scene, CODE);
    struct kq_operation other = new_revocation(scene, OTHER_APP, OTHER_PID);
    apply_ok(scene, &other);
    assert_int_equal(other.grant_revoke.count, 0);
    struct kq_operation another = new_revocation(scene, APP, PID);
    apply_ok(scene, &another);
    assert_int_equal(another.grant_revoke.count, 0);
    struct kq_operation revoke = new_revocation(scene, APP, OTHER_PID);
    apply_ok(scene, &revoke);
    assert_int_equal(revoke.grant_revoke.count, 3);
    assert_false(get_grant(scene, first.app_auth_token).found);
    assert_false(get_grant(scene, refresh.grant_exchange.app_auth_token).found);
    struct kq_operation exchange = new_exchange(scene, KQ_EXCHANGE_AUTH_CODE, KQ_SLICE(CODE));
    assert_refused(scene, &exchange, KQ_E_AUTH_CODE_INVALID);
    apply_ok(scene, &revoke);
    assert_int_equal(revoke.grant_revoke.count, 0);
}

static void a_revocation_is_refused(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    struct kq_operation unknown = new_revocation(scene, "none", PID);
    assert_refused(scene, &unknown, KQ_E_NOT_FOUND);
    struct kq_operation bad = new_revocation(scene, APP, "1");
    assert_refused(scene, &bad, KQ_E_BAD_INPUT);
}

static void grant_until(struct scene *scene, size_t number, int64_t expires_s)
{
    static const struct kq_slice methods[] = {KQ_SLICE(SEND)};
    struct kq_operation grant = new_operation(scene, KQ_OP_GRANT_CREATE);
    grant.grant_create.grant = (struct kq_grant){
        .token_digest = kq_arena_print(&scene->arena, "%032zu", number),
        .app_id = KQ_SLICE(APP),
        .pid = KQ_SLICE(PID),
        .expires_s = expires_s,
        .methods = methods,
        .method_count = 1,
    };
    apply_ok(scene, &grant);
}

static struct kq_op_grant_list list_grants(struct scene *scene, struct kq_slice after, size_t limit)
{
    struct kq_operation list = new_operation(scene, KQ_OP_GRANT_LIST);
    list.grant_list.page = (struct kq_page){.after = after, .limit = limit};
    look_ok(scene, &list);
    return list.grant_list;
}

static void grants_are_listed_by_their_digests(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    grant_until(scene, 2, INT64_MAX);
    grant_until(scene, 1, NOW_S + 5);
    grant_until(scene, 3, NOW_S);
    struct kq_op_grant_list list = list_grants(scene, KQ_SLICE_EMPTY, 2);
    assert_int_equal(list.count, 2);
    assert_slice(list.items[0].token_digest, "00000000000000000000000000000001");
    assert_slice(list.items[0].app_id, APP);
    assert_slice(list.items[0].pid, PID);
    assert_int_equal(list.items[0].expires_s, NOW_S + 5);
    assert_int_equal(list.items[0].created_s, NOW_S);
    assert_int_equal(list.items[0].method_count, 1);
    assert_int_equal(list.items[1].expires_s, INT64_MAX);
    list = list_grants(scene, list.items[1].token_digest, 2);
    assert_int_equal(list.count, 1);
    assert_slice(list.items[0].token_digest, "00000000000000000000000000000003");
}

static void dead_grants_go_some_at_a_time(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    for (size_t i = 0; i <= KQ_DEAD_ROWS_MAX; i++) {
        grant_until(scene, i, NOW_S);
    }
    move_clock(scene, KQ_DEAD_GRANT_KEPT_S - 1);
    grant_until(scene, 1000, INT64_MAX);
    assert_int_equal(list_grants(scene, KQ_SLICE_EMPTY, 0).count, KQ_DEAD_ROWS_MAX + 2);
    move_clock(scene, 1);
    grant_until(scene, 1001, INT64_MAX);
    assert_int_equal(list_grants(scene, KQ_SLICE_EMPTY, 0).count, 3);
    grant_until(scene, 1002, INT64_MAX);
    assert_int_equal(list_grants(scene, KQ_SLICE_EMPTY, 0).count, 3);
}

static void a_dead_code_goes_when_another_is_made(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    move_clock(scene, KQ_AUTH_CODE_LIFETIME_S);
    add_code(scene, OTHER_CODE);
    struct kq_operation revoke = new_revocation(scene, APP, OTHER_PID);
    apply_ok(scene, &revoke);
    assert_int_equal(revoke.grant_revoke.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_code_is_exchanged_once),
        SCENE_TEST(a_code_is_one_applications_and_expires),
        SCENE_TEST(a_code_is_refused),
        SCENE_TEST(a_code_is_no_refresh_token),
        SCENE_TEST(the_merchants_own_application_is_named),
        SCENE_TEST(a_refresh_replaces_both_tokens),
        SCENE_TEST(a_refresh_token_is_one_applications_and_expires),
        SCENE_TEST(a_revoked_grant_is_gone_with_its_refresh_token),
        SCENE_TEST(all_of_a_merchants_grants_are_revoked),
        SCENE_TEST(a_revocation_is_refused),
        SCENE_TEST(grants_are_listed_by_their_digests),
        SCENE_TEST(dead_grants_go_some_at_a_time),
        SCENE_TEST(a_dead_code_goes_when_another_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
