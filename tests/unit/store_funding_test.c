/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/macros.h"
#include "store_support.h"
#include "wire/signature.h"

/* Pages of funding orders: made with their templates, confirmed on, and how long they hold. */

#define DIGEST "0123456789abcdef0123456789abcdef"

static struct kq_operation new_create(struct scene *scene, const char *out_biz_no)
{
    struct kq_operation create = new_operation(scene, KQ_OP_TEMPLATE_CREATE);
    create.template_create.template = plain_template();
    create.template_create.template.kind = KQ_TEMPLATE_CASH_FIX;
    create.template_create.template.fund_account = KQ_SLICE("pay@example.com");
    create.template_create.out_biz_no = kq_slice_of(out_biz_no);
    create.template_create.request_digest = KQ_SLICE(DIGEST);
    create.template_create.with_page = true;
    return create;
}

static struct kq_slice digest_of(struct scene *scene, const char *token)
{
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    assert_true(kq_sha256(kq_slice_of(token), digest, NULL).ok);
    return kq_arena_copy(&scene->arena, (struct kq_slice){(const char *)digest, sizeof(digest)});
}

/* Its page's digest; the template's id where it is asked for. All in the scene's arena. */
static struct kq_slice ask(struct scene *scene, const char *out_biz_no, struct kq_slice *template_id)
{
    struct kq_operation create = new_create(scene, out_biz_no);
    apply_ok(scene, &create);
    assert_int_equal(strlen(create.template_create.page_token), KQ_CODE_CHARS);
    if (template_id != NULL) {
        *template_id = kq_arena_copy(&scene->arena, create.template_create.template.template_id);
    }
    return digest_of(scene, create.template_create.page_token);
}

static struct kq_op_funding_get get_page(struct scene *scene, struct kq_slice page_digest)
{
    struct kq_operation get = new_operation(scene, KQ_OP_FUNDING_GET);
    get.funding_get.page_digest = page_digest;
    get.funding_get.now_s = atomic_load(&scene->clock.now_ms) / 1000;
    look_ok(scene, &get);
    return get.funding_get;
}

static struct kq_operation new_confirmation(struct scene *scene, struct kq_slice page_digest)
{
    struct kq_operation confirm = new_operation(scene, KQ_OP_FUNDING_CONFIRM);
    confirm.funding_confirm.page_digest = page_digest;
    return confirm;
}

static enum kq_funding_state confirm(struct scene *scene, struct kq_slice page_digest)
{
    struct kq_operation confirm = new_confirmation(scene, page_digest);
    apply_ok(scene, &confirm);
    return confirm.funding_confirm.found;
}

static void move(struct scene *scene, struct kq_slice template_id, enum kq_template_state to)
{
    struct kq_operation move = new_operation(scene, KQ_OP_TEMPLATE_MOVE);
    move.template_move.template_id = template_id;
    move.template_move.to = to;
    apply_ok(scene, &move);
}

static void move_clock(struct scene *scene, int64_t seconds)
{
    atomic_fetch_add(&scene->clock.now_ms, seconds * 1000);
}

static void a_page_shows_the_order(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = KQ_SLICE_EMPTY;
    struct kq_operation name = new_operation(scene, KQ_OP_MERCHANT_CREATE);
    name.merchant_create.merchant = (struct kq_merchant){.pid = KQ_SLICE(PID), .name = KQ_SLICE("总店")};
    apply_ok(scene, &name);
    struct kq_slice page = ask(scene, "1", &template_id);
    scene_reopen(scene);
    struct kq_op_funding_get get = get_page(scene, page);
    assert_true(get.found);
    assert_true(kq_slice_equal(get.template.template_id, template_id));
    assert_slice(get.template.fund_account, "pay@example.com");
    assert_int_equal(get.template.fund_order_no.size, KQ_ID_SIZE);
    assert_slice(get.merchant_name, "总店");
    move_clock(scene, KQ_FUNDING_PAGE_LIFETIME_S - 1);
    assert_true(get_page(scene, page).found);
    move_clock(scene, 1);
    assert_false(get_page(scene, page).found);
    assert_false(get_page(scene, digest_of(scene, "none")).found);
}

static void only_a_draft_that_is_asked_for_one_has_a_page(void **state)
{
    struct scene *scene = *state;
    struct kq_operation silent = new_create(scene, "1");
    silent.template_create.with_page = false;
    struct kq_operation cashless = new_create(scene, "2");
    cashless.template_create.template.kind = KQ_TEMPLATE_CASHLESS_FIX;
    struct kq_operation cashless_draft = new_create(scene, "3");
    cashless_draft.template_create.template.kind = KQ_TEMPLATE_CASHLESS_FIX;
    cashless_draft.template_create.as_draft = true;
    struct kq_operation *creates[] = {&silent, &cashless, &cashless_draft};
    for (size_t i = 0; i < KQ_COUNT(creates); i++) {
        apply_ok(scene, creates[i]);
        assert_string_equal(creates[i]->template_create.page_token, "");
    }
}

static void a_confirmation_lets_vouchers_be_issued(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = KQ_SLICE_EMPTY;
    add_user(scene, USER);
    struct kq_slice page = ask(scene, "1", &template_id);
    struct kq_operation early = new_issue(scene, template_id, USER, "1");
    assert_refused(scene, &early, KQ_E_TEMPLATE_STATUS_NOT_MATCH);
    struct kq_operation first = new_confirmation(scene, page);
    apply_ok(scene, &first);
    assert_int_equal(first.funding_confirm.found, KQ_FUNDING_OPEN);
    assert_int_equal(first.funding_confirm.template.state, KQ_TEMPLATE_EFFECTIVE);
    move_clock(scene, 1);
    scene_reopen(scene);
    assert_int_equal(confirm(scene, page), KQ_FUNDING_CONFIRMED);
    assert_int_equal(get_template(scene, template_id).activated_s, NOW_S);
    issue(scene, template_id, USER, "1");
}

static void what_is_not_awaited_is_not_confirmed(void **state)
{
    struct scene *scene = *state;
    struct kq_slice deleted = KQ_SLICE_EMPTY;
    struct kq_slice activated = KQ_SLICE_EMPTY;
    struct kq_slice pages[] = {ask(scene, "1", &deleted), ask(scene, "2", &activated)};
    move(scene, deleted, KQ_TEMPLATE_DELETED);
    move(scene, activated, KQ_TEMPLATE_EFFECTIVE);
    assert_int_equal(confirm(scene, pages[0]), KQ_FUNDING_DELETED);
    assert_int_equal(confirm(scene, pages[1]), KQ_FUNDING_CONFIRMED);
    assert_int_equal(get_template(scene, deleted).state, KQ_TEMPLATE_DELETED);
    struct kq_operation over = new_create(scene, "3");
    over.template_create.template.publish_end_s = NOW_S + 1;
    apply_ok(scene, &over);
    move_clock(scene, 1);
    struct kq_slice page = digest_of(scene, over.template_create.page_token);
    assert_int_equal(confirm(scene, page), KQ_FUNDING_OVER);
    assert_int_equal(get_template(scene, over.template_create.template.template_id).state, KQ_TEMPLATE_DRAFT);
}

static void a_page_that_is_over_is_none(void **state)
{
    struct scene *scene = *state;
    struct kq_operation unknown = new_confirmation(scene, digest_of(scene, "none"));
    assert_refused(scene, &unknown, KQ_E_NOT_FOUND);
    struct kq_operation late = new_confirmation(scene, ask(scene, "1", NULL));
    move_clock(scene, KQ_FUNDING_PAGE_LIFETIME_S);
    assert_refused(scene, &late, KQ_E_NOT_FOUND);
    move_clock(scene, -1);
    apply_ok(scene, &late);
}

static void repeating_gives_another_page_until_it_is_confirmed(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = KQ_SLICE_EMPTY;
    struct kq_slice again = KQ_SLICE_EMPTY;
    struct kq_slice first = ask(scene, "1", &template_id);
    struct kq_slice second = ask(scene, "1", &again);
    assert_true(kq_slice_equal(template_id, again));
    assert_false(kq_slice_equal(first, second));
    assert_int_equal(confirm(scene, first), KQ_FUNDING_OPEN);
    assert_int_equal(confirm(scene, second), KQ_FUNDING_CONFIRMED);
    struct kq_operation late = new_create(scene, "1");
    apply_ok(scene, &late);
    assert_true(late.template_create.replayed);
    assert_string_equal(late.template_create.page_token, "");
}

/* In one batch: what is decided is seen by what follows, written or not. */
static void repeating_sees_what_the_batch_has_confirmed(void **state)
{
    struct scene *scene = *state;
    struct kq_error error = {0};
    struct kq_slice page = ask(scene, "1", NULL);
    struct kq_operation operations[] = {new_confirmation(scene, page), new_create(scene, "1"),
                                        new_confirmation(scene, page)};
    assert_true(kq_store_apply(scene->store, operations, KQ_COUNT(operations), &error).ok);
    assert_int_equal(operations[0].funding_confirm.found, KQ_FUNDING_OPEN);
    assert_string_equal(operations[1].template_create.page_token, "");
    assert_int_equal(operations[2].funding_confirm.found, KQ_FUNDING_CONFIRMED);
}

static void only_the_newest_pages_hold(void **state)
{
    struct scene *scene = *state;
    struct kq_slice other = ask(scene, "other", NULL);
    struct kq_slice first = ask(scene, "1", NULL);
    struct kq_slice second = ask(scene, "1", NULL);
    for (int i = 0; i < KQ_FUNDING_PAGES_MAX - 1; i++) {
        ask(scene, "1", NULL);
    }
    assert_false(get_page(scene, first).found);
    assert_true(get_page(scene, second).found);
    assert_true(get_page(scene, other).found);
}

/* Seen by turning the clock back. */
static size_t count_pages(struct scene *scene, const struct kq_slice *pages, size_t count)
{
    size_t found = 0;
    int64_t now_ms = atomic_load(&scene->clock.now_ms);
    atomic_store(&scene->clock.now_ms, NOW_S * 1000);
    for (size_t i = 0; i < count; i++) {
        found += get_page(scene, pages[i]).found ? 1 : 0;
    }
    atomic_store(&scene->clock.now_ms, now_ms);
    return found;
}

static void dead_pages_go_some_at_a_time(void **state)
{
    struct scene *scene = *state;
    struct kq_slice pages[KQ_DEAD_ROWS_MAX + 1];
    for (size_t i = 0; i < KQ_COUNT(pages); i++) {
        pages[i] = ask(scene, numbered(scene, "order", i), NULL);
    }
    move_clock(scene, KQ_FUNDING_PAGE_LIFETIME_S);
    static const size_t expected[] = {KQ_DEAD_ROWS_MAX + 1, 1, 0};
    for (size_t round = 0; round < KQ_COUNT(expected); round++) {
        assert_int_equal(count_pages(scene, pages, KQ_COUNT(pages)), expected[round]);
        ask(scene, numbered(scene, "new", round), NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_page_shows_the_order),
        SCENE_TEST(only_a_draft_that_is_asked_for_one_has_a_page),
        SCENE_TEST(a_confirmation_lets_vouchers_be_issued),
        SCENE_TEST(what_is_not_awaited_is_not_confirmed),
        SCENE_TEST(a_page_that_is_over_is_none),
        SCENE_TEST(repeating_gives_another_page_until_it_is_confirmed),
        SCENE_TEST(repeating_sees_what_the_batch_has_confirmed),
        SCENE_TEST(only_the_newest_pages_hold),
        SCENE_TEST(dead_pages_go_some_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
