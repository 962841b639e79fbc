/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

/* Many at once, from threads and from processes (which a second store on the same directory stands for). */

#define CALLERS 64

struct caller {
    struct kq_arena arena; /* of its own: arenas are not shared */
    struct kq_operation operation;
    char out_biz_no[32];
};

struct race {
    struct kq_store *stores[2]; /* callers take turns with them */
    struct caller callers[CALLERS];
};

static void call(void *context, size_t number)
{
    struct race *race = context;
    KQ_IGNORE(kq_store_apply(race->stores[number % 2], &race->callers[number].operation, 1, NULL));
}

static struct race *new_race(struct scene *scene)
{
    struct race *race = calloc(1, sizeof(*race));
    race->stores[0] = scene->store;
    race->stores[1] = scene->store;
    return race;
}

/* Each caller asks for a voucher; with one key for all, or with one of its own. */
static void prepare_issues(struct scene *scene, struct race *race, struct kq_slice template_id, bool same_key)
{
    for (size_t i = 0; i < CALLERS; i++) {
        struct caller *caller = &race->callers[i];
        snprintf(caller->out_biz_no, sizeof(caller->out_biz_no), "order-%zu", same_key ? 0 : i);
        caller->operation = new_issue(scene, template_id, USER, caller->out_biz_no);
        caller->operation.arena = &caller->arena;
    }
}

static size_t count_outcomes(const struct race *race, enum kq_error_code code)
{
    size_t count = 0;
    for (size_t i = 0; i < CALLERS; i++) {
        count += race->callers[i].operation.error.code == code ? 1 : 0;
    }
    return count;
}

static void free_race(struct race *race)
{
    for (size_t i = 0; i < CALLERS; i++) {
        kq_arena_free(&race->callers[i].arena);
    }
    free(race);
}

static void one_key_gives_one_voucher(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct race *race = new_race(scene);
    prepare_issues(scene, race, template_id, true);
    run_threads(CALLERS, call, race);
    assert_int_equal(count_outcomes(race, KQ_E_NONE), CALLERS);
    struct kq_op_voucher_list list = list_vouchers(scene, template_id, USER);
    assert_int_equal(list.count, 1);
    size_t first_ones = 0;
    for (size_t i = 0; i < CALLERS; i++) {
        const struct kq_issue_result *result = &race->callers[i].operation.issue.result;
        first_ones += result->replayed ? 0 : 1;
        assert_true(kq_slice_equal(result->voucher.voucher_id, list.items[0].voucher_id));
    }
    assert_int_equal(first_ones, 1);
    assert_int_equal(get_template(scene, template_id).issued_count, 1);
    free_race(race);
}

static void the_last_voucher_is_issued_once(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template last = plain_template();
    last.quantity = 1;
    struct kq_slice template_id = add_template(scene, last);
    struct race *race = new_race(scene);
    prepare_issues(scene, race, template_id, false);
    run_threads(CALLERS, call, race);
    assert_int_equal(count_outcomes(race, KQ_E_NONE), 1);
    assert_int_equal(count_outcomes(race, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH), CALLERS - 1);
    assert_int_equal(list_vouchers(scene, template_id, "").count, 1);
    assert_int_equal(get_template(scene, template_id).issued_count, 1);
    free_race(race);
}

/* Sums up what really went out, from the vouchers and from the template's counters. */
static void assert_spent(struct scene *scene, struct kq_slice template_id, const struct race *race,
                         int64_t amount_fen, int64_t budget_fen)
{
    size_t issued = count_outcomes(race, KQ_E_NONE);
    assert_int_equal(issued, budget_fen / amount_fen);
    assert_int_equal(count_outcomes(race, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH), CALLERS - issued);
    struct kq_op_voucher_list list = list_vouchers(scene, template_id, "");
    int64_t sum_fen = 0;
    for (size_t i = 0; i < list.count; i++) {
        sum_fen += list.items[i].amount_fen;
    }
    assert_int_equal(sum_fen, (int64_t)issued * amount_fen);
    assert_int_equal(get_template(scene, template_id).issued_amount_fen, sum_fen);
    assert_int_equal(get_template(scene, template_id).issued_count, issued);
}

static void a_budget_is_never_overspent(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, red_packet(1000));
    struct race *race = new_race(scene);
    prepare_issues(scene, race, template_id, false);
    for (size_t i = 0; i < CALLERS; i++) {
        race->callers[i].operation.issue.request.has_amount = true;
        race->callers[i].operation.issue.request.amount_fen = 37;
    }
    run_threads(CALLERS, call, race);
    assert_spent(scene, template_id, race, 37, 1000);
    free_race(race);
}

static void a_users_limit_holds(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template limited = plain_template();
    limited.limit_per_user = 7;
    limited.limit_per_user_day = 5;
    struct kq_slice template_id = add_template(scene, limited);
    struct race *race = new_race(scene);
    prepare_issues(scene, race, template_id, false);
    run_threads(CALLERS, call, race);
    assert_int_equal(count_outcomes(race, KQ_E_NONE), 5);
    assert_int_equal(count_outcomes(race, KQ_E_USER_LIMIT_EXCEEDED), CALLERS - 5);
    assert_int_equal(list_vouchers(scene, template_id, USER).count, 5);
    free_race(race);
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, KQ_ID_SIZE);
}

/* Two processes that know nothing of each other's counters. */
static void two_stores_share_one_stock(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template limited = plain_template();
    limited.quantity = CALLERS - 10;
    struct kq_slice template_id = add_template(scene, limited);
    struct race *race = new_race(scene);
    open_store_under_test(scene->directory, &scene->clock.clock, 0, &race->stores[1]);
    prepare_issues(scene, race, template_id, false);
    run_threads(CALLERS, call, race);
    assert_int_equal(count_outcomes(race, KQ_E_NONE), CALLERS - 10);
    assert_int_equal(count_outcomes(race, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH), 10);
    assert_int_equal(get_template(scene, template_id).issued_count, CALLERS - 10);
    assert_int_equal(list_vouchers(scene, template_id, USER).count, CALLERS - 10);
    kq_store_close(race->stores[1]);
    free_race(race);
}

/* Each process has its own source of ids, and both start from what the other has left. */
static void two_stores_never_make_one_id_twice(void **state)
{
    enum { ROUNDS = 20 };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct race *race = new_race(scene);
    open_store_under_test(scene->directory, &scene->clock.clock, 0, &race->stores[1]);
    char(*ids)[KQ_ID_SIZE] = calloc((size_t)ROUNDS * CALLERS, KQ_ID_SIZE);
    for (size_t round = 0; round < ROUNDS; round++) {
        prepare_issues(scene, race, template_id, false);
        for (size_t i = 0; i < CALLERS; i++) {
            struct caller *caller = &race->callers[i];
            snprintf(caller->out_biz_no, sizeof(caller->out_biz_no), "order-%zu-%zu", round, i);
            caller->operation.issue.request.out_biz_no = kq_slice_of(caller->out_biz_no);
        }
        run_threads(CALLERS, call, race);
        assert_int_equal(count_outcomes(race, KQ_E_NONE), CALLERS);
        for (size_t i = 0; i < CALLERS; i++) {
            memcpy(ids[round * CALLERS + i], race->callers[i].operation.issue.result.voucher.voucher_id.data,
                   KQ_ID_SIZE);
        }
    }
    qsort(ids, (size_t)ROUNDS * CALLERS, KQ_ID_SIZE, compare_ids);
    for (size_t i = 1; i < (size_t)ROUNDS * CALLERS; i++) {
        assert_true(compare_ids(ids[i - 1], ids[i]) < 0);
    }
    assert_int_equal(list_vouchers(scene, template_id, USER).count, ROUNDS * CALLERS);
    free(ids);
    kq_store_close(race->stores[1]);
    free_race(race);
}

/* Both draw from the id source, in one store's batches and in the other's. */
static void create_templates(void *context, size_t number)
{
    struct race *race = context;
    struct caller *caller = &race->callers[number];
    caller->operation = (struct kq_operation){.kind = KQ_OP_TEMPLATE_CREATE, .arena = &caller->arena};
    caller->operation.template_create.template = plain_template();
    call(race, number);
}

static void templates_are_created_at_once(void **state)
{
    struct scene *scene = *state;
    struct race *race = new_race(scene);
    open_store_under_test(scene->directory, &scene->clock.clock, 0, &race->stores[1]);
    run_threads(CALLERS, create_templates, race);
    assert_int_equal(count_outcomes(race, KQ_E_NONE), CALLERS);
    struct kq_operation list = new_operation(scene, KQ_OP_TEMPLATE_LIST);
    look_ok(scene, &list);
    assert_int_equal(list.template_list.count, CALLERS);
    kq_store_close(race->stores[1]);
    free_race(race);
}

/* Some write while others look: none of these may see a half of what was written together. */
struct watch {
    struct scene *scene;
    struct kq_slice template_id;
    struct kq_slice voucher_id;
    bool (*is_whole)(const struct watch *watch, struct kq_reader *reader, struct kq_arena *arena);
    struct kq_operation (*new_write)(const struct watch *watch, const char *out_biz_no);
    _Atomic bool done;
    _Atomic size_t torn;
    _Atomic size_t looks;
};

static void watch(struct watch *watch)
{
    struct kq_arena arena = {0};
    struct kq_reader *reader = NULL;
    struct kq_error error = {0};
    if (!kq_store_reader_open(watch->scene->store, &reader, &error).ok) {
        atomic_fetch_add(&watch->torn, 1);
        return;
    }
    bool last = false;
    while (!last) {
        last = atomic_load(&watch->done);
        atomic_fetch_add(&watch->torn, watch->is_whole(watch, reader, &arena) ? 0 : 1);
        atomic_fetch_add(&watch->looks, 1);
        kq_arena_reset(&arena);
    }
    kq_reader_close(reader);
    kq_arena_free(&arena);
}

static void write_or_watch(void *context, size_t number)
{
    struct watch *both = context;
    if (number > 0) {
        watch(both);
        return;
    }
    struct kq_arena arena = {0};
    for (int i = 0; i < 200; i++) {
        char out_biz_no[32];
        snprintf(out_biz_no, sizeof(out_biz_no), "order-%d", i);
        struct kq_operation write = both->new_write(both, out_biz_no);
        write.arena = &arena;
        KQ_IGNORE(kq_store_apply(both->scene->store, &write, 1, NULL));
        kq_arena_reset(&arena);
    }
    atomic_store(&both->done, true);
    kq_arena_free(&arena);
}

static void assert_none_torn(struct watch *watch)
{
    run_threads(4, write_or_watch, watch);
    assert_int_equal(atomic_load(&watch->torn), 0);
    assert_true(atomic_load(&watch->looks) >= 3);
}

/* As many vouchers as the template counts. */
static bool list_is_whole(const struct watch *watch, struct kq_reader *reader, struct kq_arena *arena)
{
    struct kq_operation list = {.kind = KQ_OP_VOUCHER_LIST, .arena = arena};
    list.voucher_list.template_id = watch->template_id;
    list.voucher_list.user_id = KQ_SLICE(USER);
    list.voucher_list.with_template = true;
    kq_reader_read(reader, &list);
    return list.error.code == KQ_E_NONE &&
           list.voucher_list.template.issued_count == (int64_t)list.voucher_list.count;
}

static struct kq_operation issue_to_user(const struct watch *watch, const char *out_biz_no)
{
    return new_issue(watch->scene, watch->template_id, USER, out_biz_no);
}

static void readers_see_whole_batches(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct watch watch = {.scene = scene, .is_whole = list_is_whole, .new_write = issue_to_user};
    watch.template_id = add_template(scene, plain_template());
    assert_none_torn(&watch);
    assert_int_equal(get_template(scene, watch.template_id).issued_count, 200);
}

/* What its bills say is what its balance says. */
static bool details_are_whole(const struct watch *watch, struct kq_reader *reader, struct kq_arena *arena)
{
    struct kq_operation get = {.kind = KQ_OP_VOUCHER_GET, .arena = arena};
    get.voucher_get.voucher_id = watch->voucher_id;
    get.voucher_get.with_details = true;
    kq_reader_read(reader, &get);
    int64_t used_fen = 0;
    for (size_t i = 0; i < get.voucher_get.bill_count; i++) {
        used_fen += get.voucher_get.bills[i].event.amount_fen;
    }
    const struct kq_voucher *voucher = &get.voucher_get.voucher;
    return get.error.code == KQ_E_NONE && voucher->amount_fen - voucher->balance_fen == used_fen;
}

static struct kq_operation use_a_part(const struct watch *watch, const char *out_biz_no)
{
    struct kq_operation use = {.kind = KQ_OP_VOUCHER_CHANGE};
    use.voucher_change.request = (struct kq_voucher_change_request){
        .kind = KQ_CHANGE_USE,
        .pid = KQ_SLICE(PID),
        .voucher_id = watch->voucher_id,
        .user_id = KQ_SLICE(USER),
        .out_biz_no = kq_slice_of(out_biz_no),
        .has_amount = true,
        .amount_fen = 1,
    };
    return use;
}

static void readers_see_a_voucher_with_its_bills(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct watch watch = {.scene = scene, .is_whole = details_are_whole, .new_write = use_a_part};
    watch.template_id = add_template(scene, plain_template());
    watch.voucher_id = issue(scene, watch.template_id, USER, "1");
    assert_none_torn(&watch);
    assert_int_equal(get_template(scene, watch.template_id).used_amount_fen, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(one_key_gives_one_voucher),
        SCENE_TEST(the_last_voucher_is_issued_once),
        SCENE_TEST(a_budget_is_never_overspent),
        SCENE_TEST(a_users_limit_holds),
        SCENE_TEST(two_stores_share_one_stock),
        SCENE_TEST(two_stores_never_make_one_id_twice),
        SCENE_TEST(templates_are_created_at_once),
        SCENE_TEST(readers_see_whole_batches),
        SCENE_TEST(readers_see_a_voucher_with_its_bills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
