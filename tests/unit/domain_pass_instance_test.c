/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "domain/pass_instance.h"

/* The decisions on pass templates and on the passes that are made from them. */

#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing */
#define PID "2088102146225135"
#define USER "2088302001456115"
#define APP "2014072300007148"
#define TPL_ID "2016090600073003000000000035"
#define CONTENT                                                                                              \
    "{\"content\":{\"evoucherInfo\":{\"type\":\"coupon\",\"title\":\"$title$\","                             \
    "\"endDate\":\"2016-09-07 12:00:00\"},\"platform\":{\"channelID\":\"teahouse\"},"                        \
    "\"fileInfo\":{\"serialNumber\":\"$serialNumber$\"}}}"
#define VALUES "{\"serialNumber\":\"1\",\"title\":\"茶\"}"

static void assert_slice(struct kq_slice actual, const char *expected)
{
    if (!kq_slice_equal(actual, kq_slice_of(expected))) {
        fail_msg("\"%.*s\" is not \"%s\"", KQ_SLICE_PRINT(actual), expected);
    }
}

static void assert_code(enum kq_error_code actual, enum kq_error_code expected)
{
    assert_string_equal(kq_error_name(actual), kq_error_name(expected));
}

/* All that a decision needs, in one arena. */
struct scene {
    struct kq_arena arena;
    struct kq_id_source ids;
    struct kq_pass_template template;
    struct kq_user user;
    struct kq_pass_instance instance;
    struct kq_pass_content content;
    bool changed;
};

static void open_scene(struct scene *scene)
{
    *scene = (struct scene){
        .template = {.tpl_id = KQ_SLICE(TPL_ID), .pid = KQ_SLICE(PID), .content = KQ_SLICE(CONTENT)},
        .user = {.user_id = KQ_SLICE(USER), .state = KQ_USER_ACTIVE},
    };
}

static struct kq_pass_values values_of(struct scene *scene, const char *json)
{
    struct kq_pass_values values;
    assert_true(kq_pass_values_read("tpl_params", kq_slice_of(json), &scene->arena, &values, NULL).ok);
    return values;
}

static struct kq_pass_add_request new_add(struct scene *scene, const char *values)
{
    return (struct kq_pass_add_request){
        .pid = KQ_SLICE(PID),
        .app_id = KQ_SLICE(APP),
        .tpl_id = KQ_SLICE(TPL_ID),
        .user_id = KQ_SLICE(USER),
        .values = values_of(scene, values),
    };
}

/* Both halves; the instance is the scene's. */
static enum kq_error_code add(struct scene *scene, const struct kq_pass_add_request *request,
                              const struct kq_pass_instance *earlier)
{
    struct kq_error error = {0};
    const struct kq_pass_add_facts facts = {.user = &scene->user, .earlier = earlier};
    if (kq_pass_instance_fill(request, &scene->template, &scene->arena, &scene->instance, &scene->content,
                              &error)
            .ok) {
        KQ_IGNORE(kq_pass_instance_decide_add(&scene->instance, request, &scene->content, &facts, &scene->ids,
                                              NOW_S * 1000, &scene->arena, &scene->changed, &error));
    }
    return error.code;
}

static void add_ok(struct scene *scene, const char *values)
{
    const struct kq_pass_add_request request = new_add(scene, values);
    assert_code(add(scene, &request, NULL), KQ_E_NONE);
    assert_true(scene->changed);
}

static void a_template_gets_an_id(void **state)
{
    (void)state;
    struct scene scene;
    struct kq_id_source before = {0};
    char id_text[KQ_ID_TEXT_SIZE];
    bool added = false;
    open_scene(&scene);
    struct kq_pass_template template = scene.template;
    assert_true(
        kq_pass_template_decide_add(&template, NULL, &scene.ids, NOW_S * 1000, id_text, &added, NULL).ok);
    assert_true(added);
    assert_int_equal(template.tpl_id.size, KQ_ID_SIZE);
    assert_memory_equal(template.tpl_id.data, "2016090600073003", 16);
    assert_memory_equal(template.tpl_id.data + 26, "35", 2);
    assert_int_equal(template.created_s, NOW_S);
    assert_true(kq_id_last_number(&scene.ids) > kq_id_last_number(&before));
}

static void a_template_is_added_once(void **state)
{
    (void)state;
    struct scene scene;
    struct kq_error error = {0};
    char id_text[KQ_ID_TEXT_SIZE];
    bool added = true;
    open_scene(&scene);
    scene.template.created_s = 7;
    struct kq_pass_template again = {.pid = KQ_SLICE(PID), .content = KQ_SLICE(CONTENT)};
    assert_true(kq_pass_template_decide_add(&again, &scene.template, &scene.ids, NOW_S * 1000, id_text,
                                            &added, &error)
                    .ok);
    assert_false(added);
    assert_slice(again.tpl_id, TPL_ID);
    assert_int_equal(again.created_s, 7);
    again.content = KQ_SLICE("{}");
    assert_false(kq_pass_template_decide_add(&again, &scene.template, &scene.ids, NOW_S * 1000, id_text,
                                             &added, &error)
                     .ok);
    assert_code(error.code, KQ_E_PASS_PARAMETER);
    assert_string_equal(error.detail, "unique_id已被使用，且tpl_content不同");
}

static void another_merchants_template_is_none(void **state)
{
    (void)state;
    struct scene scene;
    struct kq_error error = {0};
    open_scene(&scene);
    assert_true(kq_pass_template_check_owner(&scene.template, KQ_SLICE(PID), &error).ok);
    assert_false(kq_pass_template_check_owner(&scene.template, KQ_SLICE("2088102146225136"), &error).ok);
    assert_code(error.code, KQ_E_PASS_TEMPLATE_NOT_EXIST);
    error = (struct kq_error){0};
    assert_false(kq_pass_template_check_owner(NULL, KQ_SLICE(PID), &error).ok);
    assert_code(error.code, KQ_E_PASS_TEMPLATE_NOT_EXIST);
}

static void a_pass_is_made(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_ok(&scene, VALUES);
    const struct kq_pass_instance *instance = &scene.instance;
    assert_slice(instance->serial_number, "1");
    assert_slice(instance->channel_id, "teahouse");
    assert_slice(instance->app_id, APP);
    assert_slice(instance->tpl_id, TPL_ID);
    assert_slice(instance->content, CONTENT);
    assert_int_equal(instance->values.count, 2);
    const struct kq_pass *pass = &instance->pass;
    assert_int_equal(pass->pass_id.size, KQ_ID_SIZE);
    assert_memory_equal(pass->pass_id.data, "2016090600073004", 16);
    assert_memory_equal(pass->pass_id.data + 26, "15", 2);
    assert_slice(pass->user_id, USER);
    assert_slice(pass->pid, PID);
    assert_int_equal(pass->group, KQ_PASS_VOUCHER);
    assert_int_equal(pass->state, KQ_PASS_CAN_USE);
    assert_slice(pass->logo_text, "茶");
    assert_int_equal(pass->end_s, NOW_S + 86400);
    assert_int_equal(pass->created_s, NOW_S);
    assert_slice(pass->data_info, "{\"logoText\":\"茶\",\"brandName\":\"\",\"secondLogoText\":\"\","
                                  "\"itemDesc\":\"茶\",\"btnDesc\":\"去使用\"}");
    assert_slice(pass->ext_info, "{\"serialNumber\":\"1\",\"channelID\":\"teahouse\",\"type\":\"coupon\"}");
    kq_arena_free(&scene.arena);
}

static void a_serial_number_comes_from_content_value_or_id(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    scene.template.content = KQ_SLICE("{\"content\":{\"evoucherInfo\":{\"type\":\"card\"}}}");
    add_ok(&scene, "{\"serialNumber\":\"beside\"}");
    assert_slice(scene.instance.serial_number, "beside");
    add_ok(&scene, "{}");
    assert_true(kq_slice_equal(scene.instance.serial_number, scene.instance.pass.pass_id));
    scene.template.content = KQ_SLICE(CONTENT);
    add_ok(&scene, "{\"serialNumber\":\"\",\"title\":\"\"}");
    assert_true(kq_slice_equal(scene.instance.serial_number, scene.instance.pass.pass_id));
    kq_arena_free(&scene.arena);
}

static void the_same_pass_is_made_once(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_ok(&scene, VALUES);
    struct kq_pass_instance earlier = scene.instance;
    struct kq_pass_add_request request =
        new_add(&scene, "{\"title\":\"茶\",\"serialNumber\":\"1\",\"other\":\"\"}");
    scene.user.state = KQ_USER_FROZEN; /* which nobody asks about now */
    assert_code(add(&scene, &request, &earlier), KQ_E_NONE);
    assert_false(scene.changed);
    assert_true(kq_slice_equal(scene.instance.pass.pass_id, earlier.pass.pass_id));
    kq_arena_free(&scene.arena);
}

static void another_pass_of_the_number_is_refused(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_ok(&scene, VALUES);
    struct kq_pass_instance earlier = scene.instance;
    struct kq_pass_add_request request = new_add(&scene, "{\"title\":\"酒\",\"serialNumber\":\"1\"}");
    assert_code(add(&scene, &request, &earlier), KQ_E_PASS_EXISTS);
    request = new_add(&scene, VALUES);
    request.user_id = KQ_SLICE("2088302001456116");
    assert_code(add(&scene, &request, &earlier), KQ_E_PASS_EXISTS);
    request = new_add(&scene, VALUES);
    earlier.tpl_id = KQ_SLICE("another");
    assert_code(add(&scene, &request, &earlier), KQ_E_PASS_EXISTS);
    kq_arena_free(&scene.arena);
}

static void the_user_must_be_there_and_active(void **state)
{
    (void)state;
    struct scene scene;
    struct kq_error error = {0};
    open_scene(&scene);
    const struct kq_pass_add_request request = new_add(&scene, VALUES);
    const struct kq_pass_add_facts nobody = {0};
    assert_true(kq_pass_instance_fill(&request, &scene.template, &scene.arena, &scene.instance,
                                      &scene.content, &error)
                    .ok);
    assert_false(kq_pass_instance_decide_add(&scene.instance, &request, &scene.content, &nobody, &scene.ids,
                                             NOW_S * 1000, &scene.arena, &scene.changed, &error)
                     .ok);
    assert_code(error.code, KQ_E_USER_NOT_EXIST);
    scene.user.state = KQ_USER_FROZEN;
    assert_code(add(&scene, &request, NULL), KQ_E_USER_STATUS_ERROR);
    assert_int_equal(scene.ids.last_ms, 0);
    kq_arena_free(&scene.arena);
}

static void what_a_pass_is_made_from_must_be_right(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    struct kq_pass_add_request request = new_add(&scene, "{\"title\":\"\"}");
    assert_code(add(&scene, &request, NULL), KQ_E_PASS_PARAMETER);
    request = new_add(&scene, "{\"title\":\"\",\"serialNumber\":\"\\n\"}");
    assert_code(add(&scene, &request, NULL), KQ_E_PASS_PARAMETER);
    request = new_add(&scene, "{\"title\":\"\",\"serialNumber\":\"2016090600073004000000000015\"}");
    assert_code(add(&scene, &request, NULL), KQ_E_PASS_PARAMETER);
    request = new_add(&scene, "{\"title\":\"\",\"serialNumber\":\"2016090600073002000000000015\"}");
    assert_code(add(&scene, &request, NULL), KQ_E_NONE);
    request = new_add(&scene, VALUES);
    request.pid = KQ_SLICE("2088102146225136");
    assert_code(add(&scene, &request, NULL), KQ_E_PASS_TEMPLATE_NOT_EXIST);
    kq_arena_free(&scene.arena);
}

static struct kq_pass_update_request new_update(void)
{
    return (struct kq_pass_update_request){
        .pid = KQ_SLICE(PID), .serial_number = KQ_SLICE("1"), .channel_id = KQ_SLICE(PID)};
}

static struct kq_pass_update_request new_move(enum kq_pass_state to)
{
    struct kq_pass_update_request request = new_update();
    request.has_state = true;
    request.state = to;
    return request;
}

static enum kq_error_code update_at(struct scene *scene, const struct kq_pass_update_request *request,
                                    int64_t now_s)
{
    struct kq_error error = {0};
    KQ_IGNORE(kq_pass_instance_decide_update(request, &scene->instance, now_s, &scene->arena, &scene->changed,
                                             &error));
    return error.code;
}

static enum kq_error_code update(struct scene *scene, const struct kq_pass_update_request *request)
{
    return update_at(scene, request, NOW_S);
}

/* Every state against every move; `end` tells a pass that is past its end from one that is not. */
static void legal_moves(void **state)
{
    (void)state;
    static const struct {
        enum kq_pass_state from;
        bool past_its_end;
        enum kq_pass_state to;
        enum kq_error_code code;
        bool changed;
    } rows[] = {
        {KQ_PASS_CAN_USE, false, KQ_PASS_USED, KQ_E_NONE, true},
        {KQ_PASS_CAN_USE, false, KQ_PASS_CLOSED, KQ_E_NONE, true},
        {KQ_PASS_CAN_USE, true, KQ_PASS_USED, KQ_E_PASS_STATUS_NOT_MATCH, false},
        {KQ_PASS_CAN_USE, true, KQ_PASS_CLOSED, KQ_E_NONE, true},
        {KQ_PASS_USED, false, KQ_PASS_USED, KQ_E_NONE, false},
        {KQ_PASS_USED, true, KQ_PASS_USED, KQ_E_NONE, false},
        {KQ_PASS_USED, false, KQ_PASS_CLOSED, KQ_E_PASS_STATUS_NOT_MATCH, false},
        {KQ_PASS_CLOSED, false, KQ_PASS_USED, KQ_E_PASS_STATUS_NOT_MATCH, false},
        {KQ_PASS_CLOSED, true, KQ_PASS_CLOSED, KQ_E_NONE, false},
        {KQ_PASS_EXPIRED, false, KQ_PASS_USED, KQ_E_PASS_STATUS_NOT_MATCH, false},
        {KQ_PASS_EXPIRED, false, KQ_PASS_CLOSED, KQ_E_PASS_STATUS_NOT_MATCH, false},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct scene scene;
        open_scene(&scene);
        add_ok(&scene, VALUES);
        scene.instance.pass.state = rows[i].from;
        int64_t end_s = scene.instance.pass.end_s;
        const struct kq_pass_update_request request = new_move(rows[i].to);
        assert_code(update_at(&scene, &request, rows[i].past_its_end ? end_s : end_s - 1), rows[i].code);
        if (rows[i].code == KQ_E_NONE) {
            assert_int_equal(scene.changed, rows[i].changed);
            assert_int_equal(scene.instance.pass.state, rows[i].to);
        }
        kq_arena_free(&scene.arena);
    }
}

static void new_values_refill_the_content(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_ok(&scene, VALUES);
    struct kq_pass_update_request request = new_update();
    request.values = values_of(&scene, "{\"title\":\"酒\",\"unknown\":\"\"}");
    assert_code(update(&scene, &request), KQ_E_NONE);
    assert_true(scene.changed);
    assert_slice(scene.instance.pass.logo_text, "酒");
    assert_slice(*kq_pass_values_find(&scene.instance.values, KQ_SLICE("serialNumber")), "1");
    assert_int_equal(scene.instance.values.count, 2);
    assert_int_equal(scene.instance.pass.state, KQ_PASS_CAN_USE);
    kq_arena_free(&scene.arena);
}

static void the_serial_number_stays(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_ok(&scene, VALUES);
    struct kq_pass_update_request request = new_update();
    request.values = values_of(&scene, "{\"serialNumber\":\"2\"}");
    assert_code(update(&scene, &request), KQ_E_NONE);
    assert_slice(scene.instance.serial_number, "1");
    assert_slice(scene.instance.pass.ext_info,
                 "{\"serialNumber\":\"1\",\"channelID\":\"teahouse\",\"type\":\"coupon\"}");
    kq_arena_free(&scene.arena);
}

static void a_used_pass_keeps_its_values(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_ok(&scene, VALUES);
    struct kq_pass_update_request request = new_move(KQ_PASS_USED);
    request.values = values_of(&scene, "{\"title\":\"已使用\"}");
    request.verify_code = KQ_SLICE("8612231273");
    request.verify_type = KQ_SLICE("wave");
    assert_code(update(&scene, &request), KQ_E_NONE);
    assert_slice(scene.instance.pass.logo_text, "已使用");
    assert_slice(scene.instance.pass.ext_info,
                 "{\"serialNumber\":\"1\",\"channelID\":\"teahouse\",\"type\":\"coupon\","
                 "\"verifyCode\":\"8612231273\",\"verifyType\":\"wave\"}");
    request.values = values_of(&scene, "{\"title\":\"别的\"}");
    assert_code(update(&scene, &request), KQ_E_NONE);
    assert_false(scene.changed);
    assert_slice(scene.instance.pass.logo_text, "已使用");
    request.has_state = false;
    assert_code(update(&scene, &request), KQ_E_PASS_STATUS_NOT_MATCH);
    kq_arena_free(&scene.arena);
}

static void bad_values_are_refused(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_ok(&scene, VALUES);
    struct kq_pass_update_request request = new_move(KQ_PASS_USED);
    request.verify_code = KQ_SLICE("\n");
    assert_code(update(&scene, &request), KQ_E_PASS_PARAMETER);
    request.verify_code = KQ_SLICE_EMPTY;
    request.values = values_of(&scene, "{\"title\":\"\\n\"}");
    assert_code(update(&scene, &request), KQ_E_PASS_PARAMETER);
    kq_arena_free(&scene.arena);
}

static void channels_and_users(void **state)
{
    (void)state;
    static const struct {
        const char *channel_id;
        const char *user_id;
        enum kq_error_code code;
    } rows[] = {
        {PID, "", KQ_E_NONE},
        {APP, "", KQ_E_NONE},
        {"teahouse", "", KQ_E_NONE},
        {PID, USER, KQ_E_NONE},
        {"2088102146225136", "", KQ_E_PASS_NOT_EXIST},
        {"", "", KQ_E_PASS_NOT_EXIST},
        {PID, "2088302001456116", KQ_E_PASS_NOT_EXIST},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct scene scene;
        open_scene(&scene);
        add_ok(&scene, VALUES);
        struct kq_pass_update_request request = new_move(KQ_PASS_USED);
        request.channel_id = kq_slice_of(rows[i].channel_id);
        request.user_id = kq_slice_of(rows[i].user_id);
        assert_code(update(&scene, &request), rows[i].code);
        kq_arena_free(&scene.arena);
    }
}

static void what_is_not_there_is_not_updated(void **state)
{
    (void)state;
    struct scene scene;
    struct kq_error error = {0};
    const struct kq_pass_update_request request = new_move(KQ_PASS_USED);
    open_scene(&scene);
    assert_false(
        kq_pass_instance_decide_update(&request, NULL, NOW_S, &scene.arena, &scene.changed, &error).ok);
    assert_code(error.code, KQ_E_PASS_NOT_EXIST);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    bool ok = false;
    for (unsigned long n = 1; !ok; n++) {
        struct scene scene;
        open_scene(&scene);
        const struct kq_pass_add_request request = new_add(&scene, VALUES);
        const struct kq_pass_update_request used = new_move(KQ_PASS_USED);
        kq_memory_fail_at(n);
        enum kq_error_code code = add(&scene, &request, NULL);
        if (code == KQ_E_NONE) {
            code = update(&scene, &used);
        }
        kq_memory_fail_at(0);
        ok = code == KQ_E_NONE;
        assert_code(code, ok ? KQ_E_NONE : KQ_E_NO_MEMORY);
        kq_arena_free(&scene.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_template_gets_an_id),
        cmocka_unit_test(a_template_is_added_once),
        cmocka_unit_test(another_merchants_template_is_none),
        cmocka_unit_test(a_pass_is_made),
        cmocka_unit_test(a_serial_number_comes_from_content_value_or_id),
        cmocka_unit_test(the_same_pass_is_made_once),
        cmocka_unit_test(another_pass_of_the_number_is_refused),
        cmocka_unit_test(the_user_must_be_there_and_active),
        cmocka_unit_test(what_a_pass_is_made_from_must_be_right),
        cmocka_unit_test(legal_moves),
        cmocka_unit_test(new_values_refill_the_content),
        cmocka_unit_test(the_serial_number_stays),
        cmocka_unit_test(a_used_pass_keeps_its_values),
        cmocka_unit_test(bad_values_are_refused),
        cmocka_unit_test(channels_and_users),
        cmocka_unit_test(what_is_not_there_is_not_updated),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
