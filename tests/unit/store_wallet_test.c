/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include "base/macros.h"

/* Passes, and wallets (spec/vouchers.md, "Wallet"): what every store must do with them. */

#define NANJING "320100"
#define SHANGHAI "310100"

static struct kq_operation new_pass(struct scene *scene, const char *pass_id, enum kq_pass_group group)
{
    struct kq_operation create = new_operation(scene, KQ_OP_PASS_CREATE);
    create.pass_create.pass = (struct kq_pass){
        .pass_id = kq_slice_of(pass_id),
        .user_id = KQ_SLICE(USER),
        .pid = KQ_SLICE(PID),
        .group = group,
        .merchant_name = KQ_SLICE("商家名称"),
        .logo_text = KQ_SLICE("30份吮指鸡块"),
        .second_logo_text = KQ_SLICE("第二行"),
        .item_id = KQ_SLICE("20171115011040030100030000009952"),
        .start_s = NOW_S - 10,
        .end_s = NOW_S + 10,
        .created_s = KQ_TIME_UNSET,
        .data_info = KQ_SLICE("{\"logoText\":\"2元\"}"),
        .ext_info = KQ_SLICE("{\"btnDesc\":\"去买单\"}"),
    };
    return create;
}

static void add_pass(struct scene *scene, const char *pass_id, enum kq_pass_group group)
{
    struct kq_operation create = new_pass(scene, pass_id, group);
    apply_ok(scene, &create);
    assert_true(create.pass_create.created);
}

static struct kq_op_wallet first_page(enum kq_pass_group group, bool current)
{
    return (struct kq_op_wallet){
        .user_id = KQ_SLICE(USER),
        .group = group,
        .current = current,
        .page_number = 1,
        .page_size = 100,
        .now_s = NOW_S,
    };
}

static struct kq_op_wallet open_wallet(struct scene *scene, struct kq_op_wallet wanted)
{
    struct kq_operation operation = new_operation(scene, KQ_OP_WALLET);
    operation.wallet = wanted;
    look_ok(scene, &operation);
    for (size_t i = 0; i < operation.wallet.count; i++) {
        assert_int_equal(kq_pass_is_current(&operation.wallet.items[i], wanted.now_s), wanted.current);
        assert_int_equal(operation.wallet.items[i].group, wanted.group);
    }
    return operation.wallet;
}

static void assert_pass_ids(const struct kq_op_wallet *wallet, const char *const *ids, size_t count)
{
    assert_int_equal(wallet->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_slice(wallet->items[i].pass_id, ids[i]);
    }
}

static void a_pass_is_kept_whole(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    add_pass(scene, "7000790003", KQ_PASS_TICKET);
    scene_reopen(scene);
    struct kq_op_wallet wallet = open_wallet(scene, first_page(KQ_PASS_TICKET, true));
    assert_int_equal(wallet.count, 1);
    const struct kq_pass *pass = &wallet.items[0];
    assert_slice(pass->pass_id, "7000790003");
    assert_slice(pass->user_id, USER);
    assert_slice(pass->pid, PID);
    assert_int_equal(pass->state, KQ_PASS_CAN_USE);
    assert_slice(pass->merchant_name, "商家名称");
    assert_slice(pass->logo_text, "30份吮指鸡块");
    assert_slice(pass->second_logo_text, "第二行");
    assert_slice(pass->item_id, "20171115011040030100030000009952");
    assert_int_equal(pass->start_s, NOW_S - 10);
    assert_int_equal(pass->end_s, NOW_S + 10);
    assert_int_equal(pass->created_s, NOW_S);
    assert_slice(pass->data_info, "{\"logoText\":\"2元\"}");
    assert_slice(pass->ext_info, "{\"btnDesc\":\"去买单\"}");
    assert_int_equal(pass->shop_id_count, 0);
}

static void a_pass_needs_little(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_operation create = new_operation(scene, KQ_OP_PASS_CREATE);
    create.pass_create.pass = (struct kq_pass){
        .pass_id = KQ_SLICE("1"),
        .user_id = KQ_SLICE(USER),
        .group = KQ_PASS_CERT,
        .start_s = KQ_TIME_UNSET,
        .end_s = KQ_TIME_UNSET,
        .created_s = NOW_S - 99,
    };
    apply_ok(scene, &create);
    struct kq_op_wallet wallet = open_wallet(scene, first_page(KQ_PASS_CERT, true));
    assert_int_equal(wallet.count, 1);
    assert_int_equal(wallet.items[0].pid.size, 0);
    assert_int_equal(wallet.items[0].start_s, KQ_TIME_UNSET);
    assert_int_equal(wallet.items[0].end_s, KQ_TIME_UNSET);
    assert_int_equal(wallet.items[0].created_s, NOW_S - 99);
    struct kq_operation merchants = new_operation(scene, KQ_OP_MERCHANT_LIST);
    look_ok(scene, &merchants);
    assert_int_equal(merchants.merchant_list.count, 0);
}

static void creating_a_pass_again_changes_nothing(void **state)
{
    struct scene *scene = *state;
    struct kq_slice shops[] = {KQ_SLICE("b"), KQ_SLICE("a")};
    struct kq_slice turned[] = {KQ_SLICE("a"), KQ_SLICE("b")};
    add_user(scene, USER);
    struct kq_operation create = new_pass(scene, "1", KQ_PASS_CARD);
    create.pass_create.pass.shop_ids = shops;
    create.pass_create.pass.shop_id_count = 2;
    apply_ok(scene, &create);
    assert_int_equal(create.pass_create.pass.created_s, NOW_S);
    struct kq_slice before = dump(scene);
    atomic_fetch_add(&scene->clock.now_ms, 5000);
    struct kq_operation again = new_pass(scene, "1", KQ_PASS_CARD);
    again.pass_create.pass.shop_ids = turned;
    again.pass_create.pass.shop_id_count = 2;
    apply_ok(scene, &again);
    assert_false(again.pass_create.created);
    assert_int_equal(again.pass_create.pass.created_s, NOW_S);
    assert_slice(dump(scene), before.data);
}

static void a_pass_is_refused(void **state)
{
    struct scene *scene = *state;
    struct kq_operation homeless = new_pass(scene, "1", KQ_PASS_CARD);
    assert_refused(scene, &homeless, KQ_E_NOT_FOUND);
    add_user(scene, USER);
    add_pass(scene, "1", KQ_PASS_CARD);
    struct kq_operation other = new_pass(scene, "1", KQ_PASS_TICKET);
    assert_refused(scene, &other, KQ_E_CONFLICT);
    struct kq_operation bad = new_pass(scene, "", KQ_PASS_CARD);
    assert_refused(scene, &bad, KQ_E_BAD_INPUT);
}

static void each_group_has_its_own(void **state)
{
    static const char *const ids[KQ_PASS_GROUP_COUNT] = {"card", "voucher", "ticket", "cert"};
    struct scene *scene = *state;
    add_user(scene, USER);
    for (int group = 0; group < KQ_PASS_GROUP_COUNT; group++) {
        add_pass(scene, ids[group], (enum kq_pass_group)group);
    }
    for (int group = 0; group < KQ_PASS_GROUP_COUNT; group++) {
        struct kq_op_wallet wallet = open_wallet(scene, first_page((enum kq_pass_group)group, true));
        assert_pass_ids(&wallet, &ids[group], 1);
    }
}

static void a_voucher_is_in_the_wallet(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_slice id = issue(scene, template_id, USER, "1");
    struct kq_op_wallet wallet = open_wallet(scene, first_page(KQ_PASS_VOUCHER, true));
    assert_int_equal(wallet.count, 1);
    const struct kq_pass *pass = &wallet.items[0];
    assert_slice(pass->pass_id, id.data);
    assert_slice(pass->user_id, USER);
    assert_slice(pass->pid, PID);
    assert_slice(pass->merchant_name, "一家店");
    assert_slice(pass->logo_text, "10元代金券");
    assert_slice(pass->second_logo_text, "满100元可用");
    assert_int_equal(pass->start_s, NOW_S);
    assert_int_equal(pass->end_s, NOW_S + DAY_S);
    assert_int_equal(pass->created_s, NOW_S);
    assert_true(pass->data_info.size > 0);
    assert_int_equal(open_wallet(scene, first_page(KQ_PASS_CARD, true)).count, 0);
    assert_int_equal(open_wallet(scene, first_page(KQ_PASS_VOUCHER, false)).count, 0);
    struct kq_op_wallet others = first_page(KQ_PASS_VOUCHER, true);
    others.user_id = KQ_SLICE(OTHER_USER);
    assert_int_equal(open_wallet(scene, others).count, 0);
}

static void vouchers_expire_with_the_clock(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    issue(scene, template_id, USER, "1");
    struct kq_op_wallet current = first_page(KQ_PASS_VOUCHER, true);
    struct kq_op_wallet past = first_page(KQ_PASS_VOUCHER, false);
    current.now_s = past.now_s = NOW_S + DAY_S - 1;
    assert_int_equal(open_wallet(scene, current).count, 1);
    assert_int_equal(open_wallet(scene, past).count, 0);
    current.now_s = past.now_s = NOW_S + DAY_S;
    assert_int_equal(open_wallet(scene, current).count, 0);
    assert_int_equal(open_wallet(scene, past).count, 1);
}

static void passes_are_past_by_state_or_by_time(void **state)
{
    static const struct {
        const char *id;
        enum kq_pass_state state;
        int64_t end_s;
    } rows[] = {
        {"1", KQ_PASS_CAN_USE, NOW_S + 1},    {"2", KQ_PASS_CAN_USE, KQ_TIME_UNSET},
        {"3", KQ_PASS_CAN_USE, NOW_S},        {"4", KQ_PASS_USED, NOW_S + 1},
        {"5", KQ_PASS_CLOSED, KQ_TIME_UNSET}, {"6", KQ_PASS_EXPIRED, NOW_S + 1},
    };
    static const char *const current_ids[] = {"2", "1"};
    static const char *const past_ids[] = {"6", "5", "4", "3"};
    struct scene *scene = *state;
    add_user(scene, USER);
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_operation create = new_pass(scene, rows[i].id, KQ_PASS_VOUCHER);
        create.pass_create.pass.state = rows[i].state;
        create.pass_create.pass.end_s = rows[i].end_s;
        apply_ok(scene, &create);
    }
    struct kq_op_wallet current = open_wallet(scene, first_page(KQ_PASS_VOUCHER, true));
    struct kq_op_wallet past = open_wallet(scene, first_page(KQ_PASS_VOUCHER, false));
    assert_pass_ids(&current, current_ids, KQ_COUNT(current_ids));
    assert_pass_ids(&past, past_ids, KQ_COUNT(past_ids));
}

/* Vouchers and passes in turn, two of each at the same second, with pass ids that get smaller: the order is
 * that in which they were made. */
static size_t fill_wallet(struct scene *scene, const char **newest_first, size_t rounds)
{
    struct kq_slice template_id = add_template(scene, plain_template());
    size_t count = rounds * 2;
    for (size_t i = 0; i < rounds; i++) {
        struct kq_operation pass = new_pass(scene, numbered(scene, "7", rounds - i), KQ_PASS_VOUCHER);
        pass.pass_create.pass.created_s = NOW_S + (int64_t)(i / 2);
        apply_ok(scene, &pass);
        atomic_store(&scene->clock.now_ms, (NOW_S + (int64_t)(i / 2)) * 1000);
        struct kq_slice voucher_id = issue(scene, template_id, USER, numbered(scene, "order", i));
        newest_first[count - 1 - i * 2] = pass.pass_create.pass.pass_id.data;
        newest_first[count - 2 - i * 2] = voucher_id.data;
    }
    return count;
}

static void a_wallet_is_newest_first(void **state)
{
    enum { ROUNDS = 6 };
    struct scene *scene = *state;
    const char *newest_first[ROUNDS * 2];
    add_user(scene, USER);
    size_t count = fill_wallet(scene, newest_first, ROUNDS);
    struct kq_op_wallet wallet = open_wallet(scene, first_page(KQ_PASS_VOUCHER, true));
    assert_pass_ids(&wallet, newest_first, count);
}

static void pages_join_without_a_seam(void **state)
{
    enum { ROUNDS = 6, SIZE = 5 };
    struct scene *scene = *state;
    const char *newest_first[ROUNDS * 2];
    add_user(scene, USER);
    size_t count = fill_wallet(scene, newest_first, ROUNDS);
    size_t seen = 0;
    for (int64_t number = 1; number <= 4; number++) {
        struct kq_op_wallet wanted = first_page(KQ_PASS_VOUCHER, true);
        wanted.page_number = number;
        wanted.page_size = SIZE;
        struct kq_op_wallet page = open_wallet(scene, wanted);
        assert_pass_ids(&page, newest_first + seen, count - seen < SIZE ? count - seen : SIZE);
        seen += page.count;
    }
    assert_int_equal(seen, count);
    struct kq_op_wallet far = first_page(KQ_PASS_VOUCHER, true);
    far.page_number = INT64_MAX;
    assert_int_equal(open_wallet(scene, far).count, 0);
}

static void a_partner_sees_its_own(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template others = plain_template();
    others.pid = KQ_SLICE(OTHER_PID);
    struct kq_slice own_voucher = issue(scene, add_template(scene, plain_template()), USER, "1");
    struct kq_operation foreign = new_issue(scene, add_template(scene, others), USER, "1");
    foreign.issue.request.pid = KQ_SLICE(OTHER_PID);
    apply_ok(scene, &foreign);
    add_pass(scene, "own", KQ_PASS_VOUCHER);
    struct kq_operation pass = new_pass(scene, "foreign", KQ_PASS_VOUCHER);
    pass.pass_create.pass.pid = KQ_SLICE(OTHER_PID);
    apply_ok(scene, &pass);
    struct kq_op_wallet wanted = first_page(KQ_PASS_VOUCHER, true);
    assert_int_equal(open_wallet(scene, wanted).count, 4);
    wanted.partner_id = KQ_SLICE(PID);
    struct kq_op_wallet own = open_wallet(scene, wanted);
    const char *const ids[] = {"own", own_voucher.data};
    assert_pass_ids(&own, ids, 2);
    wanted.partner_id = KQ_SLICE("2088000000000000");
    assert_int_equal(open_wallet(scene, wanted).count, 0);
}

static void add_shop(struct scene *scene, const char *shop_id, const char *pid, const char *city_code)
{
    struct kq_operation create = new_operation(scene, KQ_OP_SHOP_CREATE);
    create.shop_create.shop = (struct kq_shop){
        .shop_id = kq_slice_of(shop_id), .pid = kq_slice_of(pid), .city_code = kq_slice_of(city_code)};
    apply_ok(scene, &create);
}

static void assert_shops(const struct kq_pass *pass, const char *const *shop_ids, size_t count)
{
    assert_int_equal(pass->shop_id_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_slice(pass->shop_ids[i], shop_ids[i]);
    }
}

static void add_shops_of_two_cities(struct scene *scene)
{
    add_shop(scene, "nanjing-2", PID, NANJING);
    add_shop(scene, "nanjing-1", PID, NANJING);
    add_shop(scene, "shanghai", PID, SHANGHAI);
    add_shop(scene, "foreign", OTHER_PID, NANJING);
}

static void a_voucher_can_be_used_at_its_merchants_shops(void **state)
{
    static const char *const expected[] = {"nanjing-1", "nanjing-2"};
    static const char *const expected_of_other[] = {"foreign"};
    struct scene *scene = *state;
    add_user(scene, USER);
    add_shops_of_two_cities(scene);
    struct kq_slice template_id = add_template(scene, plain_template());
    issue(scene, template_id, USER, "1");
    issue(scene, template_id, USER, "2");
    struct kq_template others = plain_template();
    others.pid = KQ_SLICE(OTHER_PID);
    struct kq_operation foreign = new_issue(scene, add_template(scene, others), USER, "3");
    foreign.issue.request.pid = KQ_SLICE(OTHER_PID);
    apply_ok(scene, &foreign);
    struct kq_op_wallet wanted = first_page(KQ_PASS_VOUCHER, true);
    assert_int_equal(open_wallet(scene, wanted).items[0].shop_id_count, 0);
    wanted.with_shops = true;
    wanted.city_code = KQ_SLICE(NANJING);
    struct kq_op_wallet wallet = open_wallet(scene, wanted);
    assert_int_equal(wallet.count, 3);
    assert_shops(&wallet.items[0], expected_of_other, 1);
    assert_shops(&wallet.items[1], expected, 2);
    assert_shops(&wallet.items[2], expected, 2);
    wanted.city_code = KQ_SLICE("110100");
    wallet = open_wallet(scene, wanted);
    assert_shops(&wallet.items[0], NULL, 0);
}

static void a_pass_can_be_used_at_the_shops_it_names(void **state)
{
    static const struct kq_slice named[] = {KQ_SLICE("unknown"), KQ_SLICE("shanghai"), KQ_SLICE("nanjing-2")};
    static const char *const own_of_nanjing[] = {"nanjing-2"};
    static const char *const own_of_shanghai[] = {"shanghai"};
    static const char *const all_of_nanjing[] = {"nanjing-1", "nanjing-2"};
    struct scene *scene = *state;
    add_user(scene, USER);
    add_shops_of_two_cities(scene);
    add_pass(scene, "1", KQ_PASS_CARD);
    struct kq_operation choosy = new_pass(scene, "2", KQ_PASS_CARD);
    choosy.pass_create.pass.shop_ids = named;
    choosy.pass_create.pass.shop_id_count = KQ_COUNT(named);
    apply_ok(scene, &choosy);
    struct kq_op_wallet wanted = first_page(KQ_PASS_CARD, true);
    wanted.with_shops = true;
    wanted.city_code = KQ_SLICE(NANJING);
    struct kq_op_wallet wallet = open_wallet(scene, wanted);
    assert_shops(&wallet.items[0], own_of_nanjing, 1);
    assert_shops(&wallet.items[1], all_of_nanjing, 2);
    wanted.city_code = KQ_SLICE(SHANGHAI);
    wallet = open_wallet(scene, wanted);
    assert_shops(&wallet.items[0], own_of_shanghai, 1);
    assert_shops(&wallet.items[1], own_of_shanghai, 1);
}

static void a_page_that_cannot_be_is_refused(void **state)
{
    struct scene *scene = *state;
    struct kq_operation page = new_operation(scene, KQ_OP_WALLET);
    page.wallet = first_page(KQ_PASS_CARD, true);
    page.wallet.page_number = 0;
    assert_int_equal(look(scene, &page), KQ_E_USAGE);
    page.wallet.page_number = 1;
    page.wallet.page_size = 0;
    assert_int_equal(look(scene, &page), KQ_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_pass_is_kept_whole),
        SCENE_TEST(a_pass_needs_little),
        SCENE_TEST(creating_a_pass_again_changes_nothing),
        SCENE_TEST(a_pass_is_refused),
        SCENE_TEST(each_group_has_its_own),
        SCENE_TEST(a_voucher_is_in_the_wallet),
        SCENE_TEST(vouchers_expire_with_the_clock),
        SCENE_TEST(passes_are_past_by_state_or_by_time),
        SCENE_TEST(a_wallet_is_newest_first),
        SCENE_TEST(pages_join_without_a_seam),
        SCENE_TEST(a_partner_sees_its_own),
        SCENE_TEST(a_voucher_can_be_used_at_its_merchants_shops),
        SCENE_TEST(a_pass_can_be_used_at_the_shops_it_names),
        SCENE_TEST(a_page_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
