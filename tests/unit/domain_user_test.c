/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/user.h"

static const struct kq_slice two_logins[] = {
    {.data = "13196215350", .size = 11},
    {.data = "yue@example.com", .size = 15},
};
static const struct kq_slice two_logins_reversed[] = {
    {.data = "yue@example.com", .size = 15},
    {.data = "13196215350", .size = 11},
};

static struct kq_user user_of_the_page(void)
{
    return (struct kq_user){
        .user_id = KQ_SLICE("2088302001456115"),
        .taobao_nick = KQ_SLICE("yue54333"),
        .login_ids = two_logins,
        .login_id_count = 2,
    };
}

static void assert_refused(const struct kq_user *user, const struct kq_user_facts *facts,
                           enum kq_error_code code, const char *detail)
{
    bool created = false;
    struct kq_error error = {0};
    assert_false(kq_user_decide_create(user, facts, &created, &error).ok);
    assert_int_equal(error.code, code);
    assert_string_equal(error.detail, detail);
}

static void states_have_names_both_ways(void **state)
{
    (void)state;
    enum kq_user_state parsed = KQ_USER_FROZEN;
    assert_true(kq_user_state_parse(KQ_SLICE("active"), &parsed, NULL).ok);
    assert_int_equal(parsed, KQ_USER_ACTIVE);
    assert_true(kq_user_state_parse(KQ_SLICE("frozen"), &parsed, NULL).ok);
    assert_int_equal(parsed, KQ_USER_FROZEN);
    assert_string_equal(kq_user_state_name(KQ_USER_ACTIVE), "active");
    assert_string_equal(kq_user_state_name(KQ_USER_FROZEN), "frozen");
}

static void an_unknown_state_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "Active", "deleted", "active "};
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        enum kq_user_state parsed = KQ_USER_ACTIVE;
        struct kq_error error = {0};
        assert_false(kq_user_state_parse(kq_slice_of(texts[i]), &parsed, &error).ok);
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
    }
}

static void a_party_id_is_sixteen_digits_from_2088(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "208830200145611",
        "20883020014561155",
        "2087302001456115",
        "2088302001456a15",
        " 208830200145611",
        "２０８８302001456",
        "-088302001456115",
        "2088302001456115 ",
    };
    assert_true(kq_party_id_check("pid", KQ_SLICE("2088302001456115"), NULL).ok);
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        struct kq_error error = {0};
        assert_false(kq_party_id_check("pid", kq_slice_of(bad[i]), &error).ok);
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
        assert_memory_equal(error.detail, "pid is ", 7);
    }
}

static void a_new_user_is_created(void **state)
{
    (void)state;
    struct kq_user user = user_of_the_page();
    struct kq_user_facts facts = {0};
    bool created = false;
    assert_true(kq_user_decide_create(&user, &facts, &created, NULL).ok);
    assert_true(created);
}

static void a_user_needs_only_an_id(void **state)
{
    (void)state;
    struct kq_user user = {.user_id = KQ_SLICE("2088302001456115")};
    struct kq_user_facts facts = {0};
    bool created = false;
    assert_true(kq_user_decide_create(&user, &facts, &created, NULL).ok);
    assert_true(created);
}

static void the_same_user_again_changes_nothing(void **state)
{
    (void)state;
    struct kq_user user = user_of_the_page();
    struct kq_user stored = user_of_the_page();
    stored.login_ids = two_logins_reversed;
    stored.created_s = 1500000000;
    struct kq_user_facts facts = {.same_id = &stored};
    bool created = true;
    assert_true(kq_user_decide_create(&user, &facts, &created, NULL).ok);
    assert_false(created);
}

static void a_known_id_with_other_data_is_a_conflict(void **state)
{
    (void)state;
    struct kq_user stored = user_of_the_page();
    struct kq_user_facts facts = {.same_id = &stored};

    struct kq_user user = user_of_the_page();
    user.taobao_nick = KQ_SLICE("yue54334");
    assert_refused(&user, &facts, KQ_E_CONFLICT, "the user exists with another taobao nick");

    user = user_of_the_page();
    user.login_id_count = 1;
    assert_refused(&user, &facts, KQ_E_CONFLICT, "the user exists with other login ids");

    static const struct kq_slice others[] = {{.data = "13196215350", .size = 11},
                                             {.data = "other", .size = 5}};
    user = user_of_the_page();
    user.login_ids = others;
    assert_refused(&user, &facts, KQ_E_CONFLICT, "the user exists with other login ids");

    user = user_of_the_page();
    user.state = KQ_USER_FROZEN;
    assert_refused(&user, &facts, KQ_E_CONFLICT, "the user exists and is active");
}

static void a_login_id_belongs_to_one_user(void **state)
{
    (void)state;
    struct kq_user user = user_of_the_page();
    struct kq_user_facts facts = {.login_owner = KQ_SLICE("2088000000000001")};
    assert_refused(&user, &facts, KQ_E_CONFLICT, "a login id belongs to user 2088000000000001");
}

static void a_taobao_nick_belongs_to_one_user(void **state)
{
    (void)state;
    struct kq_user user = user_of_the_page();
    struct kq_user_facts facts = {.taobao_nick_owner = KQ_SLICE("2088000000000001")};
    assert_refused(&user, &facts, KQ_E_CONFLICT, "the taobao nick belongs to user 2088000000000001");
}

static void fields_out_of_form_are_refused_by_name(void **state)
{
    (void)state;
    struct kq_user_facts facts = {0};
    char long_text[4 * KQ_LOGIN_ID_MAX_CHARS];
    memset(long_text, 'a', sizeof(long_text));

    struct kq_user user = user_of_the_page();
    user.user_id = KQ_SLICE("208830200145611");
    assert_refused(&user, &facts, KQ_E_BAD_INPUT, "user id is not 16 digits that begin with 2088");

    struct kq_slice login = {.data = long_text, .size = KQ_LOGIN_ID_MAX_CHARS + 1};
    user = user_of_the_page();
    user.login_ids = &login;
    user.login_id_count = 1;
    assert_refused(&user, &facts, KQ_E_BAD_INPUT, "login id has more than 128 characters");

    login = KQ_SLICE("two words");
    assert_refused(&user, &facts, KQ_E_BAD_INPUT,
                   "login id has a character other than printable ASCII without spaces");

    login = KQ_SLICE_EMPTY;
    assert_refused(&user, &facts, KQ_E_BAD_INPUT, "login id is missing");

    user = user_of_the_page();
    user.taobao_nick = (struct kq_slice){.data = long_text, .size = KQ_TAOBAO_NICK_MAX_CHARS + 1};
    assert_refused(&user, &facts, KQ_E_BAD_INPUT, "taobao nick has more than 64 characters");

    user.taobao_nick = KQ_SLICE("line\nbreak");
    assert_refused(&user, &facts, KQ_E_BAD_INPUT, "taobao nick has a control character");

    user.taobao_nick = KQ_SLICE("\xC8\xAF");
    user.taobao_nick.size = 1;
    assert_refused(&user, &facts, KQ_E_BAD_INPUT, "taobao nick is not valid UTF-8");
}

static void a_login_id_is_given_once_and_not_too_many_times(void **state)
{
    (void)state;
    struct kq_user_facts facts = {0};
    struct kq_slice logins[KQ_USER_LOGINS_MAX + 1];
    char texts[KQ_COUNT(logins)][2];
    for (size_t i = 0; i < KQ_COUNT(logins); i++) {
        texts[i][0] = (char)('a' + i);
        logins[i] = (struct kq_slice){.data = texts[i], .size = 1};
    }
    struct kq_user user = user_of_the_page();
    user.login_ids = logins;
    user.login_id_count = KQ_USER_LOGINS_MAX;
    bool created = false;
    assert_true(kq_user_decide_create(&user, &facts, &created, NULL).ok);

    user.login_id_count = KQ_USER_LOGINS_MAX + 1;
    assert_refused(&user, &facts, KQ_E_BAD_INPUT, "login id is given more than 16 times");

    logins[3] = logins[0];
    user.login_id_count = 4;
    assert_refused(&user, &facts, KQ_E_BAD_INPUT, "the same login id is given twice");
}

static void lengths_count_characters(void **state)
{
    (void)state;
    char nick[4 * KQ_TAOBAO_NICK_MAX_CHARS + 4];
    for (size_t i = 0; i < sizeof(nick); i += 4) {
        memcpy(nick + i, "\xF0\x9F\x8E\xAB", 4); /* U+1F3AB, four bytes */
    }
    struct kq_user user = user_of_the_page();
    struct kq_user_facts facts = {0};
    bool created = false;
    user.taobao_nick = (struct kq_slice){.data = nick, .size = 4 * KQ_TAOBAO_NICK_MAX_CHARS};
    assert_true(kq_user_decide_create(&user, &facts, &created, NULL).ok);
    user.taobao_nick.size += 4;
    assert_refused(&user, &facts, KQ_E_BAD_INPUT, "taobao nick has more than 64 characters");
}

static void a_user_is_frozen_and_thawed_once(void **state)
{
    (void)state;
    struct kq_user active = user_of_the_page();
    struct kq_user frozen = user_of_the_page();
    frozen.state = KQ_USER_FROZEN;
    bool changed = false;
    assert_true(kq_user_decide_set_state(&active, active.user_id, KQ_USER_FROZEN, &changed, NULL).ok);
    assert_true(changed);
    assert_true(kq_user_decide_set_state(&frozen, frozen.user_id, KQ_USER_FROZEN, &changed, NULL).ok);
    assert_false(changed);
    assert_true(kq_user_decide_set_state(&frozen, frozen.user_id, KQ_USER_ACTIVE, &changed, NULL).ok);
    assert_true(changed);
    assert_true(kq_user_decide_set_state(&active, active.user_id, KQ_USER_ACTIVE, &changed, NULL).ok);
    assert_false(changed);
}

static void no_user_cannot_be_frozen(void **state)
{
    (void)state;
    bool changed = false;
    struct kq_error error = {0};
    struct kq_slice user_id = KQ_SLICE("2088302001456115");
    assert_false(kq_user_decide_set_state(NULL, user_id, KQ_USER_FROZEN, &changed, &error).ok);
    assert_int_equal(error.code, KQ_E_NOT_FOUND);
    assert_string_equal(error.detail, "there is no user 2088302001456115");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_have_names_both_ways),
        cmocka_unit_test(an_unknown_state_is_refused),
        cmocka_unit_test(a_party_id_is_sixteen_digits_from_2088),
        cmocka_unit_test(a_new_user_is_created),
        cmocka_unit_test(a_user_needs_only_an_id),
        cmocka_unit_test(the_same_user_again_changes_nothing),
        cmocka_unit_test(a_known_id_with_other_data_is_a_conflict),
        cmocka_unit_test(a_login_id_belongs_to_one_user),
        cmocka_unit_test(a_taobao_nick_belongs_to_one_user),
        cmocka_unit_test(fields_out_of_form_are_refused_by_name),
        cmocka_unit_test(a_login_id_is_given_once_and_not_too_many_times),
        cmocka_unit_test(lengths_count_characters),
        cmocka_unit_test(a_user_is_frozen_and_thawed_once),
        cmocka_unit_test(no_user_cannot_be_frozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
