/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include "base/macros.h"

/* Pass templates and the passes that are made from them: what every store must do with them. */

#define APP "2014072300007148"
#define CONTENT_OF(title)                                                                                    \
    "{\"content\":{\"evoucherInfo\":{\"type\":\"card\",\"title\":\"" title "$title$\"},"                     \
    "\"fileInfo\":{\"serialNumber\":\"$serialNumber$\"}}}"
#define CONTENT CONTENT_OF("")
#define VALUES_OF(number, title) "{\"serialNumber\":\"" number "\",\"title\":\"" title "\"}"
#define VALUES VALUES_OF("1", "茶")

static struct kq_operation new_template(struct scene *scene, const char *unique_id, const char *content)
{
    struct kq_operation add = new_operation(scene, KQ_OP_PASS_TEMPLATE_ADD);
    add.pass_template_add.template = (struct kq_pass_template){
        .pid = KQ_SLICE(PID), .unique_id = kq_slice_of(unique_id), .content = kq_slice_of(content)};
    return add;
}

/* The id, in the scene's arena. */
static struct kq_slice add_pass_template(struct scene *scene, const char *unique_id, const char *content)
{
    struct kq_operation add = new_template(scene, unique_id, content);
    apply_ok(scene, &add);
    return kq_arena_copy(&scene->arena, add.pass_template_add.template.tpl_id);
}

static struct kq_operation new_template_update(struct scene *scene, struct kq_slice tpl_id,
                                               const char *content)
{
    struct kq_operation update = new_operation(scene, KQ_OP_PASS_TEMPLATE_UPDATE);
    update.pass_template_update = (struct kq_op_pass_template_update){
        .pid = KQ_SLICE(PID), .tpl_id = tpl_id, .content = kq_slice_of(content)};
    return update;
}

static struct kq_pass_values values_of(struct scene *scene, const char *json)
{
    struct kq_pass_values values;
    assert_true(kq_pass_values_read("tpl_params", kq_slice_of(json), &scene->arena, &values, NULL).ok);
    return values;
}

static struct kq_operation new_pass(struct scene *scene, struct kq_slice tpl_id, const char *values)
{
    struct kq_operation add = new_operation(scene, KQ_OP_PASS_INSTANCE_ADD);
    add.pass_instance_add.request = (struct kq_pass_add_request){
        .pid = KQ_SLICE(PID),
        .app_id = KQ_SLICE(APP),
        .tpl_id = tpl_id,
        .user_id = KQ_SLICE(USER),
        .values = values_of(scene, values),
    };
    return add;
}

static struct kq_operation new_update(struct scene *scene, const char *serial_number, const char *values)
{
    struct kq_operation update = new_operation(scene, KQ_OP_PASS_INSTANCE_UPDATE);
    update.pass_instance_update.request = (struct kq_pass_update_request){
        .pid = KQ_SLICE(PID),
        .serial_number = kq_slice_of(serial_number),
        .channel_id = KQ_SLICE(APP),
        .values = values_of(scene, values),
    };
    return update;
}

static struct kq_op_wallet open_cards(struct scene *scene, bool current)
{
    struct kq_operation page = new_operation(scene, KQ_OP_WALLET);
    page.wallet = (struct kq_op_wallet){
        .user_id = KQ_SLICE(USER),
        .group = KQ_PASS_CARD,
        .current = current,
        .page_number = 1,
        .page_size = 100,
        .now_s = NOW_S,
    };
    look_ok(scene, &page);
    return page.wallet;
}

static void a_template_is_kept(void **state)
{
    struct scene *scene = *state;
    struct kq_operation add = new_template(scene, "1", CONTENT);
    apply_ok(scene, &add);
    assert_true(add.pass_template_add.added);
    assert_int_equal(add.pass_template_add.template.tpl_id.size, KQ_ID_SIZE);
    scene_reopen(scene);
    struct kq_operation again = new_template(scene, "1", CONTENT);
    apply_ok(scene, &again);
    assert_false(again.pass_template_add.added);
    assert_true(
        kq_slice_equal(again.pass_template_add.template.tpl_id, add.pass_template_add.template.tpl_id));
}

static void a_unique_id_has_one_content(void **state)
{
    struct scene *scene = *state;
    struct kq_slice tpl_id = add_pass_template(scene, "1", CONTENT);
    struct kq_operation other = new_template(scene, "1", CONTENT_OF("x"));
    assert_refused(scene, &other, KQ_E_PASS_PARAMETER);
    struct kq_operation update = new_template_update(scene, tpl_id, CONTENT_OF("x"));
    apply_ok(scene, &update);
    assert_refused(scene, &other, KQ_E_PASS_PARAMETER);
    assert_true(kq_slice_equal(add_pass_template(scene, "1", CONTENT), tpl_id));
}

static void merchants_have_templates_of_their_own(void **state)
{
    struct scene *scene = *state;
    struct kq_slice tpl_id = add_pass_template(scene, "1", CONTENT);
    struct kq_operation other = new_template(scene, "1", CONTENT_OF("x"));
    other.pass_template_add.template.pid = KQ_SLICE(OTHER_PID);
    apply_ok(scene, &other);
    assert_false(kq_slice_equal(other.pass_template_add.template.tpl_id, tpl_id));
    struct kq_operation update = new_template_update(scene, tpl_id, CONTENT);
    update.pass_template_update.pid = KQ_SLICE(OTHER_PID);
    assert_refused(scene, &update, KQ_E_PASS_TEMPLATE_NOT_EXIST);
    struct kq_operation unknown = new_template_update(scene, KQ_SLICE("unknown"), CONTENT);
    assert_refused(scene, &unknown, KQ_E_PASS_TEMPLATE_NOT_EXIST);
}

static void a_pass_stands_in_the_wallet(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_operation add = new_pass(scene, add_pass_template(scene, "1", CONTENT), VALUES);
    apply_ok(scene, &add);
    assert_true(add.pass_instance_add.added);
    assert_slice(add.pass_instance_add.serial_number, "1");
    scene_reopen(scene);
    struct kq_op_wallet wallet = open_cards(scene, true);
    assert_int_equal(wallet.count, 1);
    const struct kq_pass *pass = &wallet.items[0];
    assert_true(kq_slice_equal(pass->pass_id, add.pass_instance_add.pass_id));
    assert_slice(pass->pid, PID);
    assert_slice(pass->logo_text, "茶");
    assert_int_equal(pass->created_s, NOW_S);
    assert_int_equal(pass->end_s, KQ_TIME_UNSET);
    assert_slice(pass->ext_info, "{\"serialNumber\":\"1\",\"type\":\"card\"}");
}

static void a_pass_is_made_once(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    add_user(scene, OTHER_USER);
    struct kq_slice tpl_id = add_pass_template(scene, "1", CONTENT);
    struct kq_operation first = new_pass(scene, tpl_id, VALUES);
    struct kq_operation again = new_pass(scene, tpl_id, VALUES);
    struct kq_operation operations[] = {first, again}; /* in one transaction */
    assert_true(kq_store_apply(scene->store, operations, KQ_COUNT(operations), NULL).ok);
    assert_true(operations[0].pass_instance_add.added);
    assert_false(operations[1].pass_instance_add.added);
    assert_true(
        kq_slice_equal(operations[0].pass_instance_add.pass_id, operations[1].pass_instance_add.pass_id));
    struct kq_operation other = new_pass(scene, tpl_id, VALUES_OF("1", "酒"));
    assert_refused(scene, &other, KQ_E_PASS_EXISTS);
    other = new_pass(scene, tpl_id, VALUES);
    other.pass_instance_add.request.user_id = KQ_SLICE(OTHER_USER);
    assert_refused(scene, &other, KQ_E_PASS_EXISTS);
    other = new_pass(scene, add_pass_template(scene, "2", CONTENT), VALUES);
    assert_refused(scene, &other, KQ_E_PASS_EXISTS);
    assert_int_equal(open_cards(scene, true).count, 1);
}

static void passes_without_a_number_have_their_ids(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice tpl_id =
        add_pass_template(scene, "1", "{\"content\":{\"evoucherInfo\":{\"type\":\"card\"}}}");
    for (size_t i = 1; i <= 3; i++) {
        struct kq_operation add = new_pass(scene, tpl_id, "{}");
        apply_ok(scene, &add);
        assert_true(kq_slice_equal(add.pass_instance_add.serial_number, add.pass_instance_add.pass_id));
        assert_int_equal(open_cards(scene, true).count, i);
    }
}

static void refusals_of_adding_change_nothing(void **state)
{
    struct scene *scene = *state;
    struct kq_slice tpl_id = add_pass_template(scene, "1", CONTENT);
    struct kq_operation add = new_pass(scene, tpl_id, VALUES);
    assert_refused(scene, &add, KQ_E_USER_NOT_EXIST);
    add_user(scene, USER);
    add = new_pass(scene, KQ_SLICE("unknown"), VALUES);
    assert_refused(scene, &add, KQ_E_PASS_TEMPLATE_NOT_EXIST);
    add = new_pass(scene, tpl_id, VALUES);
    add.pass_instance_add.request.pid = KQ_SLICE(OTHER_PID);
    assert_refused(scene, &add, KQ_E_PASS_TEMPLATE_NOT_EXIST);
    add = new_pass(scene, tpl_id, "{\"title\":\"\"}");
    assert_refused(scene, &add, KQ_E_PASS_PARAMETER);
    struct kq_operation freeze = new_operation(scene, KQ_OP_USER_SET_STATE);
    freeze.user_set_state.user_id = KQ_SLICE(USER);
    freeze.user_set_state.state = KQ_USER_FROZEN;
    apply_ok(scene, &freeze);
    add = new_pass(scene, tpl_id, VALUES);
    assert_refused(scene, &add, KQ_E_USER_STATUS_ERROR);
}

static void a_pass_is_used_once(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_operation add = new_pass(scene, add_pass_template(scene, "1", CONTENT), VALUES);
    apply_ok(scene, &add);
    struct kq_operation use = new_update(scene, "1", "{\"title\":\"已使用\"}");
    use.pass_instance_update.request.has_state = true;
    use.pass_instance_update.request.state = KQ_PASS_USED;
    apply_ok(scene, &use);
    assert_true(use.pass_instance_update.changed);
    assert_true(kq_slice_equal(use.pass_instance_update.pass_id, add.pass_instance_add.pass_id));
    scene_reopen(scene);
    assert_int_equal(open_cards(scene, true).count, 0);
    struct kq_op_wallet past = open_cards(scene, false);
    assert_int_equal(past.count, 1);
    assert_int_equal(past.items[0].state, KQ_PASS_USED);
    assert_slice(past.items[0].logo_text, "已使用");
    apply_ok(scene, &use);
    assert_false(use.pass_instance_update.changed);
    struct kq_operation close = use;
    close.pass_instance_update.request.state = KQ_PASS_CLOSED;
    assert_refused(scene, &close, KQ_E_PASS_STATUS_NOT_MATCH);
}

static void an_update_fills_the_content_of_then(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice tpl_id = add_pass_template(scene, "1", CONTENT_OF("旧"));
    struct kq_operation add = new_pass(scene, tpl_id, VALUES);
    apply_ok(scene, &add);
    struct kq_operation change = new_template_update(scene, tpl_id, CONTENT_OF("新$more$"));
    apply_ok(scene, &change);
    assert_true(change.pass_template_update.changed);
    apply_ok(scene, &change);
    assert_false(change.pass_template_update.changed);
    struct kq_operation update = new_update(scene, "1", "{\"title\":\"酒\"}");
    apply_ok(scene, &update);
    assert_slice(open_cards(scene, true).items[0].logo_text, "旧酒");
    update = new_update(scene, "1", "{}");
    apply_ok(scene, &update);
    assert_slice(open_cards(scene, true).items[0].logo_text, "旧酒");
    struct kq_operation second =
        new_pass(scene, tpl_id, "{\"title\":\"茶\",\"serialNumber\":\"2\",\"more\":\"的\"}");
    apply_ok(scene, &second);
    assert_slice(open_cards(scene, true).items[0].logo_text, "新的茶");
}

/* A repeated add is compared with what was added, not with what has become of it. */
static void adding_again_after_an_update(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice tpl_id = add_pass_template(scene, "1", CONTENT);
    struct kq_operation add = new_pass(scene, tpl_id, VALUES);
    apply_ok(scene, &add);
    struct kq_operation update = new_update(scene, "1", "{\"title\":\"酒\"}");
    apply_ok(scene, &update);
    struct kq_operation again = new_pass(scene, tpl_id, VALUES);
    apply_ok(scene, &again);
    assert_false(again.pass_instance_add.added);
    struct kq_operation other = new_pass(scene, tpl_id, VALUES_OF("1", "酒"));
    assert_refused(scene, &other, KQ_E_PASS_EXISTS);
}

static void refusals_of_updating_change_nothing(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_operation add = new_pass(scene, add_pass_template(scene, "1", CONTENT), VALUES);
    apply_ok(scene, &add);
    struct kq_operation update = new_update(scene, "unknown", "{}");
    assert_refused(scene, &update, KQ_E_PASS_NOT_EXIST);
    update = new_update(scene, "1", "{}");
    update.pass_instance_update.request.pid = KQ_SLICE(OTHER_PID);
    assert_refused(scene, &update, KQ_E_PASS_NOT_EXIST);
    update = new_update(scene, "1", "{}");
    update.pass_instance_update.request.channel_id = KQ_SLICE("another");
    assert_refused(scene, &update, KQ_E_PASS_NOT_EXIST);
    update = new_update(scene, "1", "{\"title\":\"\\n\"}");
    assert_refused(scene, &update, KQ_E_PASS_PARAMETER);
}

/* Each sees what those before it did. */
static void all_of_it_in_one_transaction(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice tpl_id = add_pass_template(scene, "1", CONTENT);
    struct kq_operation operations[] = {
        new_template_update(scene, tpl_id, CONTENT_OF("新")),
        new_pass(scene, tpl_id, VALUES),
        new_update(scene, "1", "{\"title\":\"酒\"}"),
        new_update(scene, "2", "{}"),
        new_template(scene, "1", CONTENT),
    };
    struct kq_error error = {0};
    assert_false(kq_store_apply(scene->store, operations, KQ_COUNT(operations), &error).ok);
    assert_int_equal(error.code, KQ_E_PASS_NOT_EXIST);
    assert_int_equal(operations[2].error.code, KQ_E_NONE);
    assert_true(kq_slice_equal(operations[4].pass_template_add.template.tpl_id, tpl_id));
    assert_slice(open_cards(scene, true).items[0].logo_text, "新酒");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_template_is_kept),
        SCENE_TEST(a_unique_id_has_one_content),
        SCENE_TEST(merchants_have_templates_of_their_own),
        SCENE_TEST(a_pass_stands_in_the_wallet),
        SCENE_TEST(a_pass_is_made_once),
        SCENE_TEST(passes_without_a_number_have_their_ids),
        SCENE_TEST(refusals_of_adding_change_nothing),
        SCENE_TEST(a_pass_is_used_once),
        SCENE_TEST(an_update_fills_the_content_of_then),
        SCENE_TEST(adding_again_after_an_update),
        SCENE_TEST(refusals_of_updating_change_nothing),
        SCENE_TEST(all_of_it_in_one_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
