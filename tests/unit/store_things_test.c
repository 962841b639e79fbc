/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include "base/macros.h"

/* Merchants, applications, grants, users and shops: what every store must do with them. */

#define APP "2014072300007148"
#define OTHER_APP "2014072300007149"
#define METHOD "alipay.user.pass.grouplist.query"
#define DIGEST "0123456789abcdef0123456789abcdef"

static struct kq_operation new_merchant(struct scene *scene, const char *pid, const char *name)
{
    struct kq_operation create = new_operation(scene, KQ_OP_MERCHANT_CREATE);
    create.merchant_create.merchant =
        (struct kq_merchant){.pid = kq_slice_of(pid), .name = kq_slice_of(name)};
    return create;
}

static struct kq_operation new_application(struct scene *scene, const char *app_id, const char *key)
{
    struct kq_operation create = new_operation(scene, KQ_OP_APPLICATION_CREATE);
    struct kq_application *application = &create.application_create.application;
    application->app_id = kq_slice_of(app_id);
    application->pid = KQ_SLICE(PID);
    application->name = KQ_SLICE("一个应用");
    application->keys[KQ_SIGN_RSA2].current = kq_slice_of(key);
    return create;
}

static void add_application(struct scene *scene)
{
    struct kq_operation create = new_application(scene, APP, "key");
    apply_ok(scene, &create);
}

static struct kq_application get_application(struct scene *scene, const char *app_id)
{
    struct kq_operation get = new_operation(scene, KQ_OP_APPLICATION_GET);
    get.application_get.app_id = kq_slice_of(app_id);
    look_ok(scene, &get);
    assert_true(get.application_get.found);
    return get.application_get.application;
}

static struct kq_user get_user(struct scene *scene, enum kq_recipient_kind kind, const char *value,
                               bool expected)
{
    struct kq_operation get = new_operation(scene, KQ_OP_USER_GET);
    get.user_get.recipient = (struct kq_recipient){.kind = kind, .value = kq_slice_of(value)};
    look_ok(scene, &get);
    assert_int_equal(get.user_get.found, expected);
    return get.user_get.user;
}

static void a_merchant_is_created_once(void **state)
{
    struct scene *scene = *state;
    struct kq_operation create = new_merchant(scene, PID, "一家店");
    apply_ok(scene, &create);
    assert_true(create.merchant_create.created);
    apply_ok(scene, &create);
    assert_false(create.merchant_create.created);
    add_template(scene, plain_template()); /* Mentions it. */
    struct kq_operation list = new_operation(scene, KQ_OP_MERCHANT_LIST);
    look_ok(scene, &list);
    assert_int_equal(list.merchant_list.count, 1);
    assert_slice(list.merchant_list.items[0].pid, PID);
    assert_slice(list.merchant_list.items[0].name, "一家店");
    assert_int_equal(list.merchant_list.items[0].created_s, NOW_S);
}

static void a_merchant_gets_its_name_later(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    struct kq_operation name = new_merchant(scene, PID, "一家店");
    atomic_fetch_add(&scene->clock.now_ms, 5000);
    apply_ok(scene, &name);
    assert_true(name.merchant_create.created);
    struct kq_operation rename = new_merchant(scene, PID, "另一家");
    assert_refused(scene, &rename, KQ_E_CONFLICT);
    struct kq_operation list = new_operation(scene, KQ_OP_MERCHANT_LIST);
    look_ok(scene, &list);
    assert_slice(list.merchant_list.items[0].name, "一家店");
    assert_int_equal(list.merchant_list.items[0].created_s, NOW_S);
}

static void a_merchant_with_a_bad_pid_is_refused(void **state)
{
    struct scene *scene = *state;
    struct kq_operation create = new_merchant(scene, "208", "一家店");
    assert_refused(scene, &create, KQ_E_BAD_INPUT);
}

static void an_application_is_kept_whole(void **state)
{
    struct scene *scene = *state;
    struct kq_slice permissions[] = {KQ_SLICE(METHOD), KQ_SLICE("alipay.b")};
    struct kq_operation create = new_application(scene, APP, "rsa2 key");
    create.application_create.application.keys[KQ_SIGN_RSA] =
        (struct kq_application_keys){.current = KQ_SLICE("rsa key"), .next = KQ_SLICE("next rsa key")};
    create.application_create.application.permissions = permissions;
    create.application_create.application.permission_count = KQ_COUNT(permissions);
    apply_ok(scene, &create);
    assert_true(create.application_create.created);
    assert_int_equal(create.application_create.application.revision, 1);
    scene_reopen(scene);
    struct kq_application application = get_application(scene, APP);
    assert_slice(application.pid, PID);
    assert_slice(application.name, "一个应用");
    assert_int_equal(application.state, KQ_APPLICATION_ACTIVE);
    assert_int_equal(application.revision, 1);
    assert_int_equal(application.created_s, NOW_S);
    assert_slice(application.keys[KQ_SIGN_RSA2].current, "rsa2 key");
    assert_int_equal(application.keys[KQ_SIGN_RSA2].next.size, 0);
    assert_slice(application.keys[KQ_SIGN_RSA].current, "rsa key");
    assert_slice(application.keys[KQ_SIGN_RSA].next, "next rsa key");
    assert_int_equal(application.permission_count, 2);
    assert_slice(application.permissions[0], "alipay.b");
    assert_slice(application.permissions[1], METHOD);
}

static void creating_an_application_again_changes_nothing(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    struct kq_slice before = dump(scene);
    atomic_fetch_add(&scene->clock.now_ms, 5000);
    struct kq_operation again = new_application(scene, APP, "key");
    apply_ok(scene, &again);
    assert_false(again.application_create.created);
    assert_int_equal(again.application_create.application.created_s, NOW_S);
    assert_slice(dump(scene), before.data);
    struct kq_operation other = new_application(scene, APP, "other key");
    assert_refused(scene, &other, KQ_E_CONFLICT);
    struct kq_operation bad = new_application(scene, "", "key");
    assert_refused(scene, &bad, KQ_E_BAD_INPUT);
}

static void an_unknown_application_is_not_found(void **state)
{
    struct scene *scene = *state;
    struct kq_operation get = new_operation(scene, KQ_OP_APPLICATION_GET);
    get.application_get.app_id = KQ_SLICE(APP);
    get.application_get.found = true;
    look_ok(scene, &get);
    assert_false(get.application_get.found);
    struct kq_operation rotate = new_operation(scene, KQ_OP_APPLICATION_ROTATE_KEY);
    rotate.application_rotate_key.app_id = KQ_SLICE(APP);
    rotate.application_rotate_key.public_key = KQ_SLICE("key");
    assert_refused(scene, &rotate, KQ_E_NOT_FOUND);
    struct kq_operation set = new_operation(scene, KQ_OP_APPLICATION_SET_STATE);
    set.application_set_state.app_id = KQ_SLICE(APP);
    assert_refused(scene, &set, KQ_E_NOT_FOUND);
    struct kq_operation permit = new_operation(scene, KQ_OP_APPLICATION_PERMIT);
    permit.application_permit.app_id = KQ_SLICE(APP);
    permit.application_permit.method = KQ_SLICE(METHOD);
    assert_refused(scene, &permit, KQ_E_NOT_FOUND);
    struct kq_operation limit = new_operation(scene, KQ_OP_APPLICATION_LIMIT);
    limit.application_limit.app_id = KQ_SLICE(APP);
    limit.application_limit.per_second = 1;
    assert_refused(scene, &limit, KQ_E_NOT_FOUND);
}

static void rotate(struct scene *scene, const char *key, bool keep_current, enum kq_error_code expected)
{
    struct kq_operation rotate = new_operation(scene, KQ_OP_APPLICATION_ROTATE_KEY);
    rotate.application_rotate_key.app_id = KQ_SLICE(APP);
    rotate.application_rotate_key.sign_type = KQ_SIGN_RSA2;
    rotate.application_rotate_key.public_key = kq_slice_of(key);
    rotate.application_rotate_key.keep_current = keep_current;
    if (expected == KQ_E_NONE) {
        apply_ok(scene, &rotate);
    } else {
        assert_refused(scene, &rotate, expected);
    }
}

static void assert_keys(struct scene *scene, const char *current, const char *next, int64_t revision)
{
    struct kq_application application = get_application(scene, APP);
    assert_slice(application.keys[KQ_SIGN_RSA2].current, current);
    assert_slice(application.keys[KQ_SIGN_RSA2].next, next);
    assert_int_equal(application.revision, revision);
}

static void a_key_is_phased_in(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    rotate(scene, "", false, KQ_E_ILLEGAL_STATE);
    assert_keys(scene, "key", "", 1);
    rotate(scene, "second", true, KQ_E_NONE);
    assert_keys(scene, "key", "second", 2);
    rotate(scene, "third", true, KQ_E_NONE);
    assert_keys(scene, "key", "third", 3);
    rotate(scene, "", false, KQ_E_NONE);
    assert_keys(scene, "third", "", 4);
    rotate(scene, "fourth", true, KQ_E_NONE);
    rotate(scene, "fifth", false, KQ_E_NONE);
    assert_keys(scene, "fifth", "", 6);
    rotate(scene, "fifth", false, KQ_E_NONE);
    assert_keys(scene, "fifth", "", 6);
}

static const struct kq_application_certificate certificate = {
    .der = {.data = "certificate", .size = 11},
    .sn = {.data = "ca85b3d5c2ffb81f3a82bd22326a2cf8", .size = 32},
    .not_before_s = -1,
    .not_after_s = NOW_S,
};

static void assert_certificate(const struct kq_application_certificate *actual)
{
    assert_true(kq_slice_equal(actual->der, certificate.der));
    assert_true(kq_slice_equal(actual->sn, certificate.sn));
    assert_int_equal(actual->not_before_s, certificate.not_before_s);
    assert_int_equal(actual->not_after_s, certificate.not_after_s);
}

static void a_certificate_is_kept_with_its_key(void **state)
{
    struct scene *scene = *state;
    struct kq_operation create = new_application(scene, APP, "key");
    create.application_create.application.keys[KQ_SIGN_RSA].current = KQ_SLICE("other");
    create.application_create.application.keys[KQ_SIGN_RSA].current_certificate = certificate;
    apply_ok(scene, &create);
    scene_reopen(scene);
    struct kq_application application = get_application(scene, APP);
    assert_int_equal(application.keys[KQ_SIGN_RSA2].current_certificate.der.size, 0);
    assert_certificate(&application.keys[KQ_SIGN_RSA].current_certificate);
    assert_true(kq_application_is_in_certificate_mode(&application, certificate.sn));
    assert_false(kq_application_is_in_certificate_mode(&application, KQ_SLICE_EMPTY));
    struct kq_operation bare = new_application(scene, APP, "key");
    bare.application_create.application.keys[KQ_SIGN_RSA].current = KQ_SLICE("other");
    assert_refused(scene, &bare, KQ_E_CONFLICT);
}

/* The key stays what it is; that it has a certificate is what changes. */
static void a_key_gets_a_certificate_and_loses_it(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    struct kq_operation rotation = new_operation(scene, KQ_OP_APPLICATION_ROTATE_KEY);
    rotation.application_rotate_key.app_id = KQ_SLICE(APP);
    rotation.application_rotate_key.sign_type = KQ_SIGN_RSA2;
    rotation.application_rotate_key.public_key = KQ_SLICE("key");
    rotation.application_rotate_key.certificate = certificate;
    rotation.application_rotate_key.keep_current = true;
    apply_ok(scene, &rotation);
    assert_keys(scene, "key", "key", 2);
    struct kq_application application = get_application(scene, APP);
    assert_certificate(&application.keys[KQ_SIGN_RSA2].next_certificate);
    rotate(scene, "", false, KQ_E_NONE);
    application = get_application(scene, APP);
    assert_certificate(&application.keys[KQ_SIGN_RSA2].current_certificate);
    assert_true(kq_application_is_in_certificate_mode(&application, KQ_SLICE_EMPTY));
    rotate(scene, "key", false, KQ_E_NONE);
    assert_keys(scene, "key", "", 4);
    application = get_application(scene, APP);
    assert_int_equal(application.keys[KQ_SIGN_RSA2].current_certificate.der.size, 0);
    assert_false(kq_application_is_in_certificate_mode(&application, certificate.sn));
}

static void set_content_key(struct scene *scene, struct kq_slice key, bool changed)
{
    struct kq_operation set = new_operation(scene, KQ_OP_APPLICATION_SET_CONTENT_KEY);
    set.application_set_content_key.app_id = KQ_SLICE(APP);
    set.application_set_content_key.content_key = key;
    set.application_set_content_key.replace = true;
    apply_ok(scene, &set);
    assert_int_equal(set.application_set_content_key.changed, changed);
    assert_true(kq_slice_equal(get_application(scene, APP).content_key, key));
}

static void a_content_key_is_set_and_taken_away(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    set_content_key(scene, KQ_SLICE_EMPTY, false);
    set_content_key(scene, KQ_SLICE("0123456789abcdef"), true);
    set_content_key(scene, KQ_SLICE("0123456789abcdef"), false);
    assert_int_equal(get_application(scene, APP).revision, 2);
    scene_reopen(scene);
    set_content_key(scene, KQ_SLICE("0123456789abcdef0123456789abcdef"), true);
    set_content_key(scene, KQ_SLICE_EMPTY, true);
    assert_int_equal(get_application(scene, APP).revision, 4);
}

static void a_bad_content_key_is_refused(void **state)
{
    struct scene *scene = *state;
    struct kq_operation set = new_operation(scene, KQ_OP_APPLICATION_SET_CONTENT_KEY);
    set.application_set_content_key.app_id = KQ_SLICE(APP);
    set.application_set_content_key.content_key = KQ_SLICE("0123456789abcdef");
    assert_refused(scene, &set, KQ_E_NOT_FOUND);
    add_application(scene);
    set.application_set_content_key.content_key = KQ_SLICE("0123456789abcde");
    assert_refused(scene, &set, KQ_E_BAD_INPUT);
    set_content_key(scene, KQ_SLICE("0123456789abcdef"), true);
    set.application_set_content_key.content_key = KQ_SLICE("another key, too");
    assert_refused(scene, &set, KQ_E_CONFLICT);
    assert_true(kq_slice_equal(get_application(scene, APP).content_key, KQ_SLICE("0123456789abcdef")));
}

static void a_first_key_becomes_current(void **state)
{
    struct scene *scene = *state;
    struct kq_operation create = new_application(scene, APP, "");
    apply_ok(scene, &create);
    rotate(scene, "first", true, KQ_E_NONE);
    assert_keys(scene, "first", "", 2);
}

static bool permit(struct scene *scene, const char *method, bool revoke)
{
    struct kq_operation permit = new_operation(scene, KQ_OP_APPLICATION_PERMIT);
    permit.application_permit.app_id = KQ_SLICE(APP);
    permit.application_permit.method = kq_slice_of(method);
    permit.application_permit.revoke = revoke;
    apply_ok(scene, &permit);
    return permit.application_permit.changed;
}

static void permissions_come_and_go(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    assert_true(permit(scene, METHOD, false));
    assert_false(permit(scene, METHOD, false));
    struct kq_application application = get_application(scene, APP);
    assert_int_equal(application.permission_count, 1);
    assert_slice(application.permissions[0], METHOD);
    assert_int_equal(application.revision, 2);
    assert_true(permit(scene, METHOD, true));
    assert_false(permit(scene, METHOD, true));
    application = get_application(scene, APP);
    assert_int_equal(application.permission_count, 0);
    assert_int_equal(application.revision, 3);
}

static void an_application_has_so_many_permissions(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    for (size_t i = 0; i < KQ_PERMISSIONS_MAX; i++) {
        assert_true(permit(scene, numbered(scene, "method", i), false));
    }
    struct kq_operation one_more = new_operation(scene, KQ_OP_APPLICATION_PERMIT);
    one_more.application_permit.app_id = KQ_SLICE(APP);
    one_more.application_permit.method = KQ_SLICE(METHOD);
    assert_refused(scene, &one_more, KQ_E_BAD_INPUT);
}

static bool limit(struct scene *scene, const char *method, int64_t per_second)
{
    struct kq_operation limit = new_operation(scene, KQ_OP_APPLICATION_LIMIT);
    limit.application_limit.app_id = KQ_SLICE(APP);
    limit.application_limit.method = kq_slice_of(method);
    limit.application_limit.per_second = per_second;
    apply_ok(scene, &limit);
    return limit.application_limit.changed;
}

static void limits_come_change_and_go(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    assert_int_equal(get_application(scene, APP).limit_count, 0);
    assert_true(limit(scene, METHOD, 2));
    assert_true(limit(scene, "", 5));
    assert_false(limit(scene, "", 5));
    struct kq_application application = get_application(scene, APP);
    assert_int_equal(application.limit_count, 2);
    assert_slice(application.limits[0].method, "");
    assert_int_equal(application.limits[0].per_second, 5);
    assert_slice(application.limits[1].method, METHOD);
    assert_int_equal(application.limits[1].per_second, 2);
    assert_int_equal(application.revision, 3);
    assert_true(limit(scene, METHOD, KQ_CALLS_PER_SECOND_MAX));
    assert_true(limit(scene, "", 0));
    assert_false(limit(scene, "", 0));
    scene_reopen(scene);
    application = get_application(scene, APP);
    assert_int_equal(application.limit_count, 1);
    assert_slice(application.limits[0].method, METHOD);
    assert_int_equal(application.limits[0].per_second, KQ_CALLS_PER_SECOND_MAX);
    assert_int_equal(application.revision, 5);
}

static void limits_are_their_applications(void **state)
{
    struct scene *scene = *state;
    struct kq_operation create = new_application(scene, OTHER_APP, "");
    apply_ok(scene, &create);
    add_application(scene);
    assert_true(limit(scene, "", 5));
    assert_int_equal(get_application(scene, OTHER_APP).limit_count, 0);
    struct kq_operation list = new_operation(scene, KQ_OP_APPLICATION_LIST);
    look_ok(scene, &list);
    assert_int_equal(list.application_list.count, 2);
    for (size_t i = 0; i < list.application_list.count; i++) {
        const struct kq_application *item = &list.application_list.items[i];
        bool is_limited = kq_slice_equal(item->app_id, KQ_SLICE(APP));
        assert_int_equal(item->limit_count, is_limited ? 1 : 0);
        assert_int_equal(kq_application_limit(item, KQ_SLICE_EMPTY), is_limited ? 5 : 0);
    }
}

static void a_limit_out_of_form_is_refused(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    struct kq_operation limit = new_operation(scene, KQ_OP_APPLICATION_LIMIT);
    limit.application_limit.app_id = KQ_SLICE(APP);
    limit.application_limit.per_second = KQ_CALLS_PER_SECOND_MAX + 1;
    assert_refused(scene, &limit, KQ_E_BAD_INPUT);
}

static void an_application_is_disabled(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    struct kq_operation set = new_operation(scene, KQ_OP_APPLICATION_SET_STATE);
    set.application_set_state.app_id = KQ_SLICE(APP);
    set.application_set_state.state = KQ_APPLICATION_DISABLED;
    apply_ok(scene, &set);
    assert_true(set.application_set_state.changed);
    apply_ok(scene, &set);
    assert_false(set.application_set_state.changed);
    struct kq_application application = get_application(scene, APP);
    assert_int_equal(application.state, KQ_APPLICATION_DISABLED);
    assert_int_equal(application.revision, 2);
}

static void applications_are_listed_in_pages(void **state)
{
    struct scene *scene = *state;
    static const char *const ids[] = {"a", "b", "c", "d", "e"};
    for (size_t i = KQ_COUNT(ids); i > 0; i--) {
        struct kq_operation create = new_application(scene, ids[i - 1], "key");
        apply_ok(scene, &create);
    }
    struct kq_operation list = new_operation(scene, KQ_OP_APPLICATION_LIST);
    list.application_list.page = (struct kq_page){.after = KQ_SLICE("b"), .limit = 2};
    look_ok(scene, &list);
    assert_int_equal(list.application_list.count, 2);
    assert_slice(list.application_list.items[0].app_id, "c");
    assert_slice(list.application_list.items[1].app_id, "d");
    assert_slice(list.application_list.items[1].keys[KQ_SIGN_RSA2].current, "key");
    list.application_list.page = (struct kq_page){.after = KQ_SLICE("e")};
    look_ok(scene, &list);
    assert_int_equal(list.application_list.count, 0);
}

static struct kq_operation new_grant(struct scene *scene, const char *digest, const char *pid)
{
    struct kq_operation create = new_operation(scene, KQ_OP_GRANT_CREATE);
    create.grant_create.grant = (struct kq_grant){
        .token_digest = kq_slice_of(digest),
        .app_id = KQ_SLICE(APP),
        .pid = kq_slice_of(pid),
        .expires_s = NOW_S + 60,
    };
    return create;
}

static struct kq_op_grant_get get_grant(struct scene *scene, const char *digest)
{
    struct kq_operation get = new_operation(scene, KQ_OP_GRANT_GET);
    get.grant_get.token_digest = kq_slice_of(digest);
    look_ok(scene, &get);
    return get.grant_get;
}

static void a_grant_is_kept(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    struct kq_slice methods[] = {KQ_SLICE(METHOD), KQ_SLICE("alipay.b")};
    struct kq_operation create = new_grant(scene, DIGEST, OTHER_PID);
    create.grant_create.grant.methods = methods;
    create.grant_create.grant.method_count = KQ_COUNT(methods);
    apply_ok(scene, &create);
    apply_ok(scene, &create); /* The same again. */
    scene_reopen(scene);
    struct kq_op_grant_get get = get_grant(scene, DIGEST);
    assert_true(get.found);
    assert_slice(get.grant.token_digest, DIGEST);
    assert_slice(get.grant.app_id, APP);
    assert_slice(get.grant.pid, OTHER_PID);
    assert_int_equal(get.grant.expires_s, NOW_S + 60);
    assert_int_equal(get.grant.created_s, NOW_S);
    assert_int_equal(get.grant.method_count, 2);
    assert_slice(get.grant.methods[0], "alipay.b");
    assert_slice(get.grant.methods[1], METHOD);
}

static void a_grant_may_last_for_ever(void **state)
{
    struct scene *scene = *state;
    add_application(scene);
    struct kq_operation create = new_grant(scene, DIGEST, OTHER_PID);
    create.grant_create.grant.expires_s = INT64_MAX;
    apply_ok(scene, &create);
    struct kq_op_grant_get get = get_grant(scene, DIGEST);
    assert_int_equal(get.grant.expires_s, INT64_MAX);
    assert_int_equal(get.grant.method_count, 0);
}

static void a_grant_is_refused(void **state)
{
    struct scene *scene = *state;
    struct kq_operation homeless = new_grant(scene, DIGEST, OTHER_PID);
    assert_refused(scene, &homeless, KQ_E_NOT_FOUND);
    add_application(scene);
    struct kq_operation short_digest = new_grant(scene, "0123", OTHER_PID);
    assert_refused(scene, &short_digest, KQ_E_BAD_INPUT);
    struct kq_operation bad_pid = new_grant(scene, DIGEST, "1");
    assert_refused(scene, &bad_pid, KQ_E_BAD_INPUT);
    assert_false(get_grant(scene, DIGEST).found);
    struct kq_operation first = new_grant(scene, DIGEST, OTHER_PID);
    apply_ok(scene, &first);
    struct kq_operation other = new_grant(scene, DIGEST, PID);
    assert_refused(scene, &other, KQ_E_CONFLICT);
    assert_slice(get_grant(scene, DIGEST).grant.pid, OTHER_PID);
}

static struct kq_operation new_user(struct scene *scene, const char *user_id, const struct kq_slice *logins,
                                    size_t login_count, const char *nick)
{
    struct kq_operation create = new_operation(scene, KQ_OP_USER_CREATE);
    create.user_create.user = (struct kq_user){
        .user_id = kq_slice_of(user_id),
        .taobao_nick = kq_slice_of(nick),
        .login_ids = logins,
        .login_id_count = login_count,
    };
    return create;
}

static void a_user_is_found_by_each_name(void **state)
{
    struct scene *scene = *state;
    struct kq_slice logins[] = {KQ_SLICE("yue@example.com"), KQ_SLICE("13196215350")};
    struct kq_operation create = new_user(scene, USER, logins, KQ_COUNT(logins), "yue54333");
    apply_ok(scene, &create);
    assert_true(create.user_create.created);
    assert_int_equal(create.user_create.user.created_s, NOW_S);
    get_user(scene, KQ_RECIPIENT_USER_ID, USER, true);
    get_user(scene, KQ_RECIPIENT_LOGIN_ID, "yue@example.com", true);
    get_user(scene, KQ_RECIPIENT_TAOBAO_NICK, "yue54333", true);
    struct kq_user user = get_user(scene, KQ_RECIPIENT_LOGIN_ID, "13196215350", true);
    assert_slice(user.user_id, USER);
    assert_slice(user.taobao_nick, "yue54333");
    assert_int_equal(user.state, KQ_USER_ACTIVE);
    assert_int_equal(user.login_id_count, 2);
    assert_slice(user.login_ids[0], "13196215350");
    get_user(scene, KQ_RECIPIENT_USER_ID, OTHER_USER, false);
    get_user(scene, KQ_RECIPIENT_LOGIN_ID, "yue54333", false);
    get_user(scene, KQ_RECIPIENT_TAOBAO_NICK, "", false);
}

static void creating_a_user_again_changes_nothing(void **state)
{
    struct scene *scene = *state;
    struct kq_slice logins[] = {KQ_SLICE("a@example.com"), KQ_SLICE("13196215350")};
    struct kq_slice turned[] = {logins[1], logins[0]};
    struct kq_operation create = new_user(scene, USER, logins, 2, "yue54333");
    apply_ok(scene, &create);
    struct kq_slice before = dump(scene);
    atomic_fetch_add(&scene->clock.now_ms, 5000);
    struct kq_operation again = new_user(scene, USER, turned, 2, "yue54333");
    apply_ok(scene, &again);
    assert_false(again.user_create.created);
    assert_int_equal(again.user_create.user.created_s, NOW_S);
    assert_slice(dump(scene), before.data);
}

static void a_user_is_refused(void **state)
{
    struct scene *scene = *state;
    struct kq_slice login = KQ_SLICE("13196215350");
    struct kq_operation create = new_user(scene, USER, &login, 1, "yue54333");
    apply_ok(scene, &create);
    struct kq_operation same_login = new_user(scene, OTHER_USER, &login, 1, "");
    assert_refused(scene, &same_login, KQ_E_CONFLICT);
    struct kq_operation same_nick = new_user(scene, OTHER_USER, NULL, 0, "yue54333");
    assert_refused(scene, &same_nick, KQ_E_CONFLICT);
    struct kq_operation other_data = new_user(scene, USER, NULL, 0, "yue54333");
    assert_refused(scene, &other_data, KQ_E_CONFLICT);
    struct kq_operation bad_id = new_user(scene, "2088", NULL, 0, "");
    assert_refused(scene, &bad_id, KQ_E_BAD_INPUT);
}

static void users_without_a_nick_do_not_collide(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    add_user(scene, OTHER_USER);
    assert_int_equal(get_user(scene, KQ_RECIPIENT_USER_ID, OTHER_USER, true).taobao_nick.size, 0);
}

static void a_user_is_frozen_and_thawed(void **state)
{
    struct scene *scene = *state;
    struct kq_operation set = new_operation(scene, KQ_OP_USER_SET_STATE);
    set.user_set_state.user_id = KQ_SLICE(USER);
    set.user_set_state.state = KQ_USER_FROZEN;
    assert_refused(scene, &set, KQ_E_NOT_FOUND);
    add_user(scene, USER);
    apply_ok(scene, &set);
    assert_true(set.user_set_state.changed);
    apply_ok(scene, &set);
    assert_false(set.user_set_state.changed);
    assert_int_equal(get_user(scene, KQ_RECIPIENT_USER_ID, USER, true).state, KQ_USER_FROZEN);
    set.user_set_state.state = KQ_USER_ACTIVE;
    apply_ok(scene, &set);
    assert_int_equal(get_user(scene, KQ_RECIPIENT_USER_ID, USER, true).state, KQ_USER_ACTIVE);
}

static void users_are_listed_in_pages(void **state)
{
    struct scene *scene = *state;
    struct kq_slice login = KQ_SLICE("13196215350");
    struct kq_operation create = new_user(scene, OTHER_USER, &login, 1, "");
    apply_ok(scene, &create);
    add_user(scene, USER);
    struct kq_operation list = new_operation(scene, KQ_OP_USER_LIST);
    list.user_list.page.limit = 1;
    look_ok(scene, &list);
    assert_int_equal(list.user_list.count, 1);
    assert_slice(list.user_list.items[0].user_id, USER);
    assert_int_equal(list.user_list.items[0].login_id_count, 0);
    list.user_list.page.after = KQ_SLICE(USER);
    look_ok(scene, &list);
    assert_int_equal(list.user_list.count, 1);
    assert_slice(list.user_list.items[0].user_id, OTHER_USER);
    assert_slice(list.user_list.items[0].login_ids[0], "13196215350");
}

static struct kq_operation new_shop(struct scene *scene, const char *shop_id, const char *pid,
                                    const char *city_code)
{
    struct kq_operation create = new_operation(scene, KQ_OP_SHOP_CREATE);
    create.shop_create.shop = (struct kq_shop){
        .shop_id = kq_slice_of(shop_id),
        .pid = kq_slice_of(pid),
        .name = KQ_SLICE("南京店"),
        .city_code = kq_slice_of(city_code),
    };
    return create;
}

static void a_shop_is_created_once(void **state)
{
    struct scene *scene = *state;
    struct kq_operation create = new_shop(scene, "2015092700077000000004491925", PID, "320100");
    apply_ok(scene, &create);
    assert_true(create.shop_create.created);
    apply_ok(scene, &create);
    assert_false(create.shop_create.created);
    struct kq_operation moved = new_shop(scene, "2015092700077000000004491925", PID, "310100");
    assert_refused(scene, &moved, KQ_E_CONFLICT);
    struct kq_operation nowhere = new_shop(scene, "1", PID, "3201");
    assert_refused(scene, &nowhere, KQ_E_BAD_INPUT);
    struct kq_operation merchants = new_operation(scene, KQ_OP_MERCHANT_LIST);
    look_ok(scene, &merchants);
    assert_int_equal(merchants.merchant_list.count, 1);
}

static void shops_are_listed_by_merchant(void **state)
{
    struct scene *scene = *state;
    struct kq_operation mine = new_shop(scene, "2", PID, "320100");
    struct kq_operation others = new_shop(scene, "1", OTHER_PID, "320100");
    apply_ok(scene, &mine);
    apply_ok(scene, &others);
    struct kq_operation list = new_operation(scene, KQ_OP_SHOP_LIST);
    look_ok(scene, &list);
    assert_int_equal(list.shop_list.count, 2);
    assert_slice(list.shop_list.items[0].shop_id, "1");
    list.shop_list.pid = KQ_SLICE(PID);
    look_ok(scene, &list);
    assert_int_equal(list.shop_list.count, 1);
    assert_slice(list.shop_list.items[0].shop_id, "2");
    assert_slice(list.shop_list.items[0].name, "南京店");
    assert_slice(list.shop_list.items[0].city_code, "320100");
    assert_int_equal(list.shop_list.items[0].created_s, NOW_S);
}

static void operations_go_where_they_belong(void **state)
{
    struct scene *scene = *state;
    for (int kind = 0; kind < KQ_OPERATION_KIND_COUNT; kind++) {
        struct kq_operation operation = new_operation(scene, (enum kq_operation_kind)kind);
        bool writes = kq_operation_writes(operation.kind);
        enum kq_error_code code = writes ? look(scene, &operation) : apply(scene, &operation);
        assert_int_equal(code, KQ_E_USAGE);
    }
}

static void a_store_is_healthy(void **state)
{
    struct scene *scene = *state;
    struct kq_operation health = new_operation(scene, KQ_OP_HEALTH);
    look_ok(scene, &health);
    assert_true(health.health.schema_version >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_merchant_is_created_once),
        SCENE_TEST(a_merchant_gets_its_name_later),
        SCENE_TEST(a_merchant_with_a_bad_pid_is_refused),
        SCENE_TEST(an_application_is_kept_whole),
        SCENE_TEST(creating_an_application_again_changes_nothing),
        SCENE_TEST(an_unknown_application_is_not_found),
        SCENE_TEST(a_key_is_phased_in),
        SCENE_TEST(a_first_key_becomes_current),
        SCENE_TEST(a_certificate_is_kept_with_its_key),
        SCENE_TEST(a_key_gets_a_certificate_and_loses_it),
        SCENE_TEST(a_content_key_is_set_and_taken_away),
        SCENE_TEST(a_bad_content_key_is_refused),
        SCENE_TEST(permissions_come_and_go),
        SCENE_TEST(an_application_has_so_many_permissions),
        SCENE_TEST(limits_come_change_and_go),
        SCENE_TEST(limits_are_their_applications),
        SCENE_TEST(a_limit_out_of_form_is_refused),
        SCENE_TEST(an_application_is_disabled),
        SCENE_TEST(applications_are_listed_in_pages),
        SCENE_TEST(a_grant_is_kept),
        SCENE_TEST(a_grant_may_last_for_ever),
        SCENE_TEST(a_grant_is_refused),
        SCENE_TEST(a_user_is_found_by_each_name),
        SCENE_TEST(creating_a_user_again_changes_nothing),
        SCENE_TEST(a_user_is_refused),
        SCENE_TEST(users_without_a_nick_do_not_collide),
        SCENE_TEST(a_user_is_frozen_and_thawed),
        SCENE_TEST(users_are_listed_in_pages),
        SCENE_TEST(a_shop_is_created_once),
        SCENE_TEST(shops_are_listed_by_merchant),
        SCENE_TEST(operations_go_where_they_belong),
        SCENE_TEST(a_store_is_healthy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
