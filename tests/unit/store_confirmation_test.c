/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/macros.h"
#include "store_support.h"
#include "wire/signature.h"

/* Confirmations: asked for, accepted, used; what of them is kept, and for how long. */

static struct kq_operation new_confirmation(struct scene *scene, struct kq_slice template_id,
                                            const char *user_id, const char *out_biz_no)
{
    struct kq_operation create = new_operation(scene, KQ_OP_CONFIRMATION_CREATE);
    create.confirmation_create = (struct kq_op_confirmation_create){
        .pid = KQ_SLICE(PID),
        .wanted =
            {
                .template_id = template_id,
                .user_id = kq_slice_of(user_id),
                .out_biz_no = kq_slice_of(out_biz_no),
                .need_redirect = true,
                .redirect_uri = KQ_SLICE("https://shop.example/完成"),
            },
    };
    return create;
}

static struct kq_slice begin(struct scene *scene)
{
    add_user(scene, USER);
    add_user(scene, OTHER_USER);
    return add_template(scene, plain_template());
}

static struct kq_slice digest_of(struct scene *scene, const char *secret)
{
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    assert_true(kq_sha256(kq_slice_of(secret), digest, NULL).ok);
    return kq_arena_copy(&scene->arena, (struct kq_slice){(const char *)digest, sizeof(digest)});
}

/* A page's token, in the scene's arena. */
static const char *ask(struct scene *scene, struct kq_slice template_id, const char *out_biz_no)
{
    struct kq_operation create = new_confirmation(scene, template_id, USER, out_biz_no);
    apply_ok(scene, &create);
    assert_int_equal(strlen(create.confirmation_create.page_token), KQ_CODE_CHARS);
    assert_string_equal(create.confirmation_create.send_code, "");
    return kq_arena_copy(&scene->arena, kq_slice_of(create.confirmation_create.page_token)).data;
}

static struct kq_operation new_acceptance(struct scene *scene, const char *token)
{
    struct kq_operation accept = new_operation(scene, KQ_OP_CONFIRMATION_ACCEPT);
    accept.confirmation_accept.page_digest = digest_of(scene, token);
    return accept;
}

/* A code, in the scene's arena. */
static const char *accept(struct scene *scene, const char *token)
{
    struct kq_operation accept = new_acceptance(scene, token);
    apply_ok(scene, &accept);
    assert_int_equal(strlen(accept.confirmation_accept.send_code), KQ_CODE_CHARS);
    return kq_arena_copy(&scene->arena, kq_slice_of(accept.confirmation_accept.send_code)).data;
}

static struct kq_op_confirmation_get get_page(struct scene *scene, const char *token)
{
    struct kq_operation get = new_operation(scene, KQ_OP_CONFIRMATION_GET);
    get.confirmation_get.page_digest = digest_of(scene, token);
    get.confirmation_get.now_s = atomic_load(&scene->clock.now_ms) / 1000;
    look_ok(scene, &get);
    return get.confirmation_get;
}

static struct kq_operation new_send(struct scene *scene, struct kq_slice template_id, const char *user_id,
                                    const char *code, const char *out_biz_no)
{
    struct kq_operation send = new_issue(scene, template_id, user_id, out_biz_no);
    send.issue.request.send_code_digest = digest_of(scene, code);
    return send;
}

static void move_clock(struct scene *scene, int64_t seconds)
{
    atomic_fetch_add(&scene->clock.now_ms, seconds * 1000);
}

static void a_page_shows_what_is_asked(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = begin(scene);
    struct kq_operation name = new_operation(scene, KQ_OP_MERCHANT_CREATE);
    name.merchant_create.merchant = (struct kq_merchant){.pid = KQ_SLICE(PID), .name = KQ_SLICE("总店")};
    apply_ok(scene, &name);
    const char *token = ask(scene, template_id, "1");
    scene_reopen(scene);
    struct kq_op_confirmation_get get = get_page(scene, token);
    assert_true(get.found);
    assert_slice(get.confirmation.user_id, USER);
    assert_slice(get.confirmation.out_biz_no, "1");
    assert_slice(get.confirmation.redirect_uri, "https://shop.example/完成");
    assert_true(get.confirmation.need_redirect);
    assert_false(get.confirmation.is_accepted);
    assert_true(kq_slice_equal(get.confirmation.template_id, template_id));
    assert_slice(get.template.brand_name, "一家店");
    assert_slice(get.merchant_name, "总店");
    move_clock(scene, KQ_CONFIRM_PAGE_LIFETIME_S - 1);
    assert_true(get_page(scene, token).found);
    move_clock(scene, 1);
    assert_false(get_page(scene, token).found);
    assert_false(get_page(scene, "none").found);
}

static void an_acceptance_lets_one_voucher_be_issued(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = begin(scene);
    const char *code = accept(scene, ask(scene, template_id, "1"));
    struct kq_operation send = new_send(scene, template_id, USER, code, "send-1");
    apply_ok(scene, &send);
    assert_slice(send.issue.result.voucher.user_id, USER);
    struct kq_operation again = new_send(scene, template_id, OTHER_USER, "none", "send-1");
    apply_ok(scene, &again);
    assert_true(again.issue.result.replayed);
    struct kq_operation another = new_send(scene, template_id, USER, code, "send-2");
    assert_refused(scene, &another, KQ_E_SEND_CODE_INVALID);
    assert_int_equal(get_template(scene, template_id).issued_count, 1);
}

static void a_code_is_one_users_and_templates(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = begin(scene);
    struct kq_slice other_template_id = add_template(scene, plain_template());
    const char *token = ask(scene, template_id, "1");
    const char *code = accept(scene, token);
    struct kq_operation refused[] = {
        new_send(scene, template_id, OTHER_USER, code, "send"),
        new_send(scene, other_template_id, USER, code, "send"),
        new_send(scene, template_id, USER, "none", "send"),
        new_send(scene, template_id, USER, token, "send"),
    };
    for (size_t i = 0; i < KQ_COUNT(refused); i++) {
        assert_refused(scene, &refused[i], KQ_E_SEND_CODE_INVALID);
    }
    move_clock(scene, KQ_SEND_CODE_LIFETIME_S);
    struct kq_operation late = new_send(scene, template_id, USER, code, "send");
    assert_refused(scene, &late, KQ_E_SEND_CODE_EXPIRED);
    move_clock(scene, -1);
    apply_ok(scene, &late);
}

static void a_refused_issue_leaves_the_code(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    struct kq_template template = plain_template();
    template.limit_per_user_day = 1;
    struct kq_slice template_id = add_template(scene, template);
    const char *code = accept(scene, ask(scene, template_id, "1"));
    issue(scene, template_id, USER, "plain");
    struct kq_operation send = new_send(scene, template_id, USER, code, "send");
    assert_refused(scene, &send, KQ_E_USER_LIMIT_EXCEEDED);
    move_clock(scene, KQ_SEND_CODE_LIFETIME_S - 1); /* The next day. */
    apply_ok(scene, &send);
}

static void repeating_gives_another_page_and_then_another_code(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = begin(scene);
    const char *first = ask(scene, template_id, "1");
    const char *second = ask(scene, template_id, "1");
    assert_string_not_equal(first, second);
    accept(scene, first);
    assert_true(get_page(scene, second).confirmation.is_accepted);
    struct kq_operation again = new_confirmation(scene, template_id, USER, "1");
    apply_ok(scene, &again);
    assert_string_equal(again.confirmation_create.page_token, "");
    struct kq_operation send =
        new_send(scene, template_id, USER, again.confirmation_create.send_code, "send");
    apply_ok(scene, &send);
    apply_ok(scene, &again);
    assert_string_equal(again.confirmation_create.page_token, "");
    assert_string_equal(again.confirmation_create.send_code, "");
    struct kq_operation late = new_acceptance(scene, second);
    assert_refused(scene, &late, KQ_E_ILLEGAL_STATE);
}

static void only_the_newest_pages_and_codes_hold(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = begin(scene);
    const char *first = ask(scene, template_id, "1");
    const char *second = ask(scene, template_id, "1");
    for (int i = 0; i < KQ_CONFIRMATION_SECRETS_MAX - 1; i++) {
        ask(scene, template_id, "1");
    }
    assert_false(get_page(scene, first).found);
    assert_true(get_page(scene, second).found);
    const char *first_code = accept(scene, second);
    const char *second_code = accept(scene, second);
    for (int i = 0; i < KQ_CONFIRMATION_SECRETS_MAX - 1; i++) {
        accept(scene, second);
    }
    struct kq_operation old = new_send(scene, template_id, USER, first_code, "send");
    assert_refused(scene, &old, KQ_E_SEND_CODE_INVALID);
    struct kq_operation send = new_send(scene, template_id, USER, second_code, "send");
    apply_ok(scene, &send);
}

static void a_confirmation_is_refused(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = begin(scene);
    ask(scene, template_id, "1");
    struct kq_operation other_user = new_confirmation(scene, template_id, OTHER_USER, "1");
    assert_refused(scene, &other_user, KQ_E_INVALID_PARAMETER);
    struct kq_operation other_merchant = new_confirmation(scene, template_id, USER, "1");
    other_merchant.confirmation_create.pid = KQ_SLICE(OTHER_PID);
    assert_refused(scene, &other_merchant, KQ_E_TEMPLATE_NOT_EXIST);
    struct kq_operation unknown = new_confirmation(scene, KQ_SLICE("none"), USER, "1");
    assert_refused(scene, &unknown, KQ_E_TEMPLATE_NOT_EXIST);
    struct kq_operation nobody = new_confirmation(scene, template_id, "2088999999999999", "2");
    assert_refused(scene, &nobody, KQ_E_USER_NOT_EXIST);
    struct kq_operation no_page = new_acceptance(scene, "none");
    assert_refused(scene, &no_page, KQ_E_NOT_FOUND);
}

/* What a send would be refused for, and without a trace: ids and counters are as before. */
static void what_could_not_be_issued_is_not_asked(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    struct kq_template template = plain_template();
    template.quantity = 1;
    struct kq_slice template_id = add_template(scene, template);
    ask(scene, template_id, "1");
    assert_int_equal(get_template(scene, template_id).issued_count, 0);
    issue(scene, template_id, USER, "plain");
    struct kq_operation late = new_confirmation(scene, template_id, USER, "2");
    assert_refused(scene, &late, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
    ask(scene, template_id, "1"); /* Is there already. */
}

static void a_dead_confirmations_key_is_free(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = begin(scene);
    const char *old = ask(scene, template_id, "1");
    move_clock(scene, KQ_CONFIRM_PAGE_LIFETIME_S);
    struct kq_operation other = new_confirmation(scene, template_id, OTHER_USER, "1");
    apply_ok(scene, &other);
    assert_slice(get_page(scene, other.confirmation_create.page_token).confirmation.user_id, OTHER_USER);
    move_clock(scene, -1);
    assert_false(get_page(scene, old).found);
}

/* Its code is expired as long as the row stands, then unknown. */
static void dead_confirmations_go_some_at_a_time(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = begin(scene);
    const char *codes[KQ_DEAD_ROWS_MAX + 1];
    for (size_t i = 0; i < KQ_COUNT(codes); i++) {
        codes[i] = accept(scene, ask(scene, template_id, numbered(scene, "order", i)));
    }
    move_clock(scene, KQ_SEND_CODE_LIFETIME_S + KQ_DEAD_CONFIRMATION_KEPT_S);
    size_t expired = 0;
    for (size_t round = 0; round < 3; round++) {
        static const size_t expected[] = {KQ_DEAD_ROWS_MAX + 1, 1, 0};
        expired = 0;
        for (size_t i = 0; i < KQ_COUNT(codes); i++) {
            struct kq_operation send = new_send(scene, template_id, USER, codes[i], "send");
            expired += apply(scene, &send) == KQ_E_SEND_CODE_EXPIRED ? 1 : 0;
        }
        assert_int_equal(expired, expected[round]);
        ask(scene, template_id, numbered(scene, "new", round));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_page_shows_what_is_asked),
        SCENE_TEST(an_acceptance_lets_one_voucher_be_issued),
        SCENE_TEST(a_code_is_one_users_and_templates),
        SCENE_TEST(a_refused_issue_leaves_the_code),
        SCENE_TEST(repeating_gives_another_page_and_then_another_code),
        SCENE_TEST(only_the_newest_pages_and_codes_hold),
        SCENE_TEST(a_confirmation_is_refused),
        SCENE_TEST(what_could_not_be_issued_is_not_asked),
        SCENE_TEST(a_dead_confirmations_key_is_free),
        SCENE_TEST(dead_confirmations_go_some_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
