/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"
#include "base/macros.h"
#include "store/sqlite.h"
#include "store/sqlite/schema.h"

/* A file of version 1, with rows in every table, opened by today's program: nothing of it is lost, and every
 * id is the text that it was. */

#define NODE 77
#define THIRD_USER "2088999999999999"
#define TOKEN_DIGEST "0123456789abcdef0123456789abcdef"

/* What version 1 has made: the ids, as its source made them. */
struct old_ids {
    struct kq_id_source source;
    char template_ids[2][KQ_ID_TEXT_SIZE];
    char voucher_ids[3][KQ_ID_TEXT_SIZE];
    char wallet_ids[2][KQ_ID_TEXT_SIZE];
};

static void make_ids(struct old_ids *ids)
{
    static const char *const users[] = {USER, OTHER_USER, THIRD_USER};
    *ids = (struct old_ids){.source = {.node = NODE}};
    for (size_t i = 0; i < KQ_COUNT(ids->template_ids); i++) {
        kq_id_next(&ids->source, NOW_S * 1000 + 999, KQ_ID_PRODUCT_TEMPLATE, KQ_SLICE(PID),
                   ids->template_ids[i]);
    }
    for (size_t i = 0; i < KQ_COUNT(ids->voucher_ids); i++) {
        kq_id_next(&ids->source, NOW_S * 1000 + (int64_t)i * 1000, KQ_ID_PRODUCT_VOUCHER,
                   kq_slice_of(users[i]), ids->voucher_ids[i]);
    }
    for (size_t i = 0; i < KQ_COUNT(ids->wallet_ids); i++) {
        kq_id_next(&ids->source, NOW_S * 1000, KQ_ID_PRODUCT_VOUCHER, KQ_SLICE(USER), ids->wallet_ids[i]);
    }
}

static void run_on(sqlite3 *handle, const char *sql)
{
    if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(handle));
    }
}

static void print_on(sqlite3 *handle, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    assert_non_null(sql);
    run_on(handle, sql);
    sqlite3_free(sql);
}

static void fill_parties(sqlite3 *handle)
{
    run_on(handle, "INSERT INTO merchant VALUES ('" PID "', '一家店', 11), ('" OTHER_PID "', '', 12);"
                   "INSERT INTO application VALUES ('app', '" PID "', 'shop front', 1, 3, 13);"
                   "INSERT INTO application_key VALUES ('app', 0, 0, x'0102'), ('app', 0, 1, x'03'),"
                   " ('app', 1, 0, x'04');"
                   "INSERT INTO application_permission VALUES ('app', 'alipay.user.pass.grouplist.query');"
                   "INSERT INTO app_grant VALUES (CAST('" TOKEN_DIGEST "' AS BLOB), 'app', '" OTHER_PID
                   "', NULL, 14);"
                   "INSERT INTO app_grant_method VALUES (CAST('" TOKEN_DIGEST "' AS BLOB),"
                   " 'alipay.marketing.voucher.send');"
                   "INSERT INTO user VALUES ('" USER "', 'yue54333', 0, 15), ('" OTHER_USER "', NULL, 1, 16),"
                   " ('" THIRD_USER "', NULL, 0, 17);"
                   "INSERT INTO user_login VALUES ('13196215350', '" USER "'), ('a@b.cn', '" USER "');"
                   "INSERT INTO shop VALUES ('nanjing', '" PID "', '店', '320100', 18);");
}

static void fill_templates(sqlite3 *handle, const struct old_ids *ids)
{
    print_on(handle,
             "INSERT INTO template VALUES ('%q', '" PID "', 0, 1, '十元券', '一家店', 1000, 10000, 7, NULL,"
             " 21, 1999999999, 1, NULL, NULL, 3, 2, 5, 2, '不找零', 22, 23, 2, 2000, 1, 400)",
             ids->template_ids[0]);
    print_on(handle,
             "INSERT INTO template VALUES ('%q', '" PID "', 1, 2, '', 'brand', 0, 0, NULL, 12345,"
             " 24, 25, 0, 26, 27, NULL, NULL, NULL, NULL, '', 28, 29, 1, 9, 0, 0)",
             ids->template_ids[1]);
}

static void fill_vouchers(sqlite3 *handle, const struct old_ids *ids)
{
    print_on(handle,
             "INSERT INTO voucher VALUES ('%q', '%q', '" USER
             "', 'order-1', '备注', 1000, 600, 31, 31, 32, 0)",
             ids->voucher_ids[0], ids->template_ids[0]);
    print_on(handle,
             "INSERT INTO voucher VALUES ('%q', '%q', '" OTHER_USER
             "', 'order-2', '', 1000, 1000, 33, 40, 50, 2)",
             ids->voucher_ids[1], ids->template_ids[0]);
    print_on(handle,
             "INSERT INTO voucher VALUES ('%q', '%q', '" THIRD_USER "', 'order-1', '', 9, 0, 34, 26, 27, 1)",
             ids->voucher_ids[2], ids->template_ids[1]);
}

static void fill_passes(sqlite3 *handle, const struct old_ids *ids)
{
    print_on(handle,
             "INSERT INTO pass VALUES ('later', '" USER "', '" PID "', 1, 0, 'm', 'logo', 'second', 'item',"
             " 41, 9999999999, 31, '%q', '{\"a\":1}', '{}')",
             ids->wallet_ids[1]);
    print_on(handle,
             "INSERT INTO pass VALUES ('earlier', '" USER
             "', NULL, 1, 0, '', '', '', '', NULL, NULL, 31, '%q',"
             " '', '')",
             ids->wallet_ids[0]);
    run_on(handle, "INSERT INTO pass_shop VALUES ('later', 'nanjing'), ('later', 'unknown')");
}

/* The scene's file becomes one of version 1; the store is closed. */
static sqlite3 *make_old_file(struct scene *scene, struct old_ids *ids)
{
    kq_reader_close(scene->reader);
    kq_store_close(scene->store);
    scene->reader = NULL;
    scene->store = NULL;
    unlink(store_path(scene, ""));
    make_ids(ids);
    sqlite3 *handle = open_file(scene);
    run_on(handle, "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON");
    run_on(handle, kq_schema_v1);
    print_on(handle, "INSERT INTO meta VALUES (1, %d, %lld, %d)", NODE, (long long)ids->source.last_ms,
             (int)ids->source.sequence);
    fill_parties(handle);
    fill_templates(handle, ids);
    fill_vouchers(handle, ids);
    fill_passes(handle, ids);
    print_on(handle, "PRAGMA application_id = %lld; PRAGMA user_version = 1",
             (long long)KQ_SQLITE_APPLICATION_ID);
    return handle;
}

static void open_scene_again(struct scene *scene)
{
    struct kq_error error = {0};
    open_store_under_test(scene->directory, &scene->clock.clock, 0, &scene->store);
    assert_true(kq_store_reader_open(scene->store, &scene->reader, &error).ok);
}

static struct old_ids migrate(struct scene *scene)
{
    struct old_ids ids;
    sqlite3_close(make_old_file(scene, &ids));
    open_scene_again(scene);
    return ids;
}

static void the_parties_stay(void **state)
{
    struct scene *scene = *state;
    migrate(scene);
    struct kq_operation application = new_operation(scene, KQ_OP_APPLICATION_GET);
    application.application_get.app_id = KQ_SLICE("app");
    look_ok(scene, &application);
    const struct kq_application *app = &application.application_get.application;
    assert_true(application.application_get.found);
    assert_slice(app->pid, PID);
    assert_slice(app->name, "shop front");
    assert_int_equal(app->state, KQ_APPLICATION_DISABLED);
    assert_int_equal(app->revision, 3);
    assert_int_equal(app->created_s, 13);
    assert_slice(app->keys[KQ_SIGN_RSA2].current, "\x01\x02");
    assert_slice(app->keys[KQ_SIGN_RSA2].next, "\x03");
    assert_slice(app->keys[KQ_SIGN_RSA].current, "\x04");
    assert_int_equal(app->permission_count, 1);
    struct kq_operation grant = new_operation(scene, KQ_OP_GRANT_GET);
    grant.grant_get.token_digest = KQ_SLICE(TOKEN_DIGEST);
    look_ok(scene, &grant);
    assert_true(grant.grant_get.found);
    assert_slice(grant.grant_get.grant.pid, OTHER_PID);
    assert_int_equal(grant.grant_get.grant.created_s, 14);
    assert_slice(grant.grant_get.grant.methods[0], "alipay.marketing.voucher.send");
    struct kq_operation merchants = new_operation(scene, KQ_OP_MERCHANT_LIST);
    look_ok(scene, &merchants);
    assert_int_equal(merchants.merchant_list.count, 2);
    assert_slice(merchants.merchant_list.items[0].name, "一家店");
    struct kq_operation shops = new_operation(scene, KQ_OP_SHOP_LIST);
    look_ok(scene, &shops);
    assert_int_equal(shops.shop_list.count, 1);
    assert_slice(shops.shop_list.items[0].shop_id, "nanjing");
}

static void the_users_stay(void **state)
{
    struct scene *scene = *state;
    migrate(scene);
    struct kq_operation list = new_operation(scene, KQ_OP_USER_LIST);
    look_ok(scene, &list);
    assert_int_equal(list.user_list.count, 3);
    const struct kq_user *users = list.user_list.items;
    assert_slice(users[0].user_id, USER);
    assert_slice(users[0].taobao_nick, "yue54333");
    assert_int_equal(users[0].created_s, 15);
    assert_int_equal(users[0].login_id_count, 2);
    assert_slice(users[0].login_ids[0], "13196215350");
    assert_slice(users[0].login_ids[1], "a@b.cn");
    assert_slice(users[1].user_id, OTHER_USER);
    assert_int_equal(users[1].state, KQ_USER_FROZEN);
    assert_slice(users[1].taobao_nick, "");
    assert_slice(users[2].user_id, THIRD_USER);
}

static void the_templates_stay(void **state)
{
    struct scene *scene = *state;
    struct old_ids ids = migrate(scene);
    struct kq_template first = get_template(scene, kq_slice_of(ids.template_ids[0]));
    assert_slice(first.template_id, ids.template_ids[0]);
    assert_slice(first.pid, PID);
    assert_slice(first.name, "十元券");
    assert_slice(first.brand_name, "一家店");
    assert_int_equal(first.amount_fen, 1000);
    assert_int_equal(first.floor_amount_fen, 10000);
    assert_int_equal(first.quantity, 7);
    assert_int_equal(first.total_amount_fen, KQ_UNLIMITED);
    assert_int_equal(first.publish_start_s, 21);
    assert_int_equal(first.publish_end_s, 1999999999);
    assert_int_equal(first.valid_period.type, KQ_PERIOD_RELATIVE);
    assert_int_equal(first.valid_period.duration, 3);
    assert_int_equal(first.valid_period.unit, KQ_UNIT_DAY);
    assert_int_equal(first.limit_per_user, 5);
    assert_int_equal(first.limit_per_user_day, 2);
    assert_slice(first.description, "不找零");
    assert_int_equal(first.created_s, 22);
    assert_int_equal(first.activated_s, 23);
    assert_int_equal(first.issued_count, 2);
    assert_int_equal(first.issued_amount_fen, 2000);
    assert_int_equal(first.used_count, 1);
    assert_int_equal(first.used_amount_fen, 400);
    struct kq_template second = get_template(scene, kq_slice_of(ids.template_ids[1]));
    assert_int_equal(second.state, KQ_TEMPLATE_DELETED);
    assert_int_equal(second.kind, KQ_TEMPLATE_CASHLESS_RANDOM);
    assert_int_equal(second.quantity, KQ_UNLIMITED);
    assert_int_equal(second.total_amount_fen, 12345);
    assert_int_equal(second.valid_period.type, KQ_PERIOD_ABSOLUTE);
    assert_int_equal(second.valid_period.start_s, 26);
    assert_int_equal(second.valid_period.end_s, 27);
}

static void the_vouchers_stay(void **state)
{
    static const struct kq_voucher expected[] = {
        {.user_id = KQ_SLICE(USER),
         .out_biz_no = KQ_SLICE("order-1"),
         .memo = KQ_SLICE("备注"),
         .amount_fen = 1000,
         .balance_fen = 600,
         .issued_s = 31,
         .active_s = 31,
         .expires_s = 32,
         .state = KQ_VOUCHER_ENABLED},
        {.user_id = KQ_SLICE(OTHER_USER),
         .out_biz_no = KQ_SLICE("order-2"),
         .amount_fen = 1000,
         .balance_fen = 1000,
         .issued_s = 33,
         .active_s = 40,
         .expires_s = 50,
         .state = KQ_VOUCHER_DELETED},
        {.user_id = KQ_SLICE(THIRD_USER),
         .out_biz_no = KQ_SLICE("order-1"),
         .amount_fen = 9,
         .balance_fen = 0,
         .issued_s = 34,
         .active_s = 26,
         .expires_s = 27,
         .state = KQ_VOUCHER_USED},
    };
    struct scene *scene = *state;
    struct old_ids ids = migrate(scene);
    for (size_t i = 0; i < KQ_COUNT(expected); i++) {
        struct kq_operation get = new_operation(scene, KQ_OP_VOUCHER_GET);
        get.voucher_get.voucher_id = kq_slice_of(ids.voucher_ids[i]);
        look_ok(scene, &get);
        assert_true(get.voucher_get.found);
        const struct kq_voucher *voucher = &get.voucher_get.voucher;
        assert_slice(voucher->voucher_id, ids.voucher_ids[i]);
        assert_slice(voucher->template_id, ids.template_ids[i / 2]);
        assert_slice(voucher->user_id, expected[i].user_id.data);
        assert_slice(voucher->out_biz_no, expected[i].out_biz_no.data);
        assert_true(kq_slice_equal(voucher->memo, expected[i].memo));
        assert_int_equal(voucher->amount_fen, expected[i].amount_fen);
        assert_int_equal(voucher->balance_fen, expected[i].balance_fen);
        assert_int_equal(voucher->issued_s, expected[i].issued_s);
        assert_int_equal(voucher->active_s, expected[i].active_s);
        assert_int_equal(voucher->expires_s, expected[i].expires_s);
        assert_int_equal(voucher->state, expected[i].state);
    }
    assert_int_equal(list_vouchers(scene, KQ_SLICE_EMPTY, "").count, KQ_COUNT(expected));
}

/* Two passes of the second in which the first voucher was issued: in the order in which they were made. */
static void the_wallet_stays(void **state)
{
    struct scene *scene = *state;
    struct old_ids ids = migrate(scene);
    struct kq_operation page = new_operation(scene, KQ_OP_WALLET);
    page.wallet = (struct kq_op_wallet){.user_id = KQ_SLICE(USER),
                                        .group = KQ_PASS_VOUCHER,
                                        .current = true,
                                        .with_shops = true,
                                        .city_code = KQ_SLICE("320100"),
                                        .page_number = 1,
                                        .page_size = 100,
                                        .now_s = 31};
    look_ok(scene, &page);
    assert_int_equal(page.wallet.count, 3);
    const struct kq_pass *passes = page.wallet.items;
    assert_slice(passes[0].pass_id, "later");
    assert_slice(passes[1].pass_id, "earlier");
    assert_slice(passes[2].pass_id, ids.voucher_ids[0]);
    assert_slice(passes[0].user_id, USER);
    assert_slice(passes[0].pid, PID);
    assert_slice(passes[0].data_info, "{\"a\":1}");
    assert_int_equal(passes[0].start_s, 41);
    assert_int_equal(passes[0].shop_id_count, 1);
    assert_slice(passes[0].shop_ids[0], "nanjing");
}

static void what_was_issued_is_replayed_and_ids_go_on(void **state)
{
    struct scene *scene = *state;
    struct old_ids ids = migrate(scene);
    struct kq_slice template_id = kq_slice_of(ids.template_ids[0]);
    struct kq_operation again = new_issue(scene, template_id, THIRD_USER, "order-1");
    apply_ok(scene, &again);
    assert_true(again.issue.result.replayed);
    assert_slice(again.issue.result.voucher.voucher_id, ids.voucher_ids[0]);
    atomic_store(&scene->clock.now_ms, NOW_S * 1000 - 100 * DAY_S * 1000); /* Ids never go back. */
    struct kq_slice id = issue(scene, template_id, USER, "order-3");
    assert_true(kq_slice_compare(id, kq_slice_of(ids.wallet_ids[1])) > 0);
    assert_int_equal(get_template(scene, template_id).issued_count, 3);
    assert_int_equal(list_vouchers(scene, template_id, USER).count, 2);
}

static void the_schema_is_that_of_a_new_file(void **state)
{
    struct scene *scene = *state;
    migrate(scene);
    sqlite3 *handle = open_file(scene);
    char *attach = sqlite3_mprintf("ATTACH %Q AS new", store_path(scene, ".new"));
    struct kq_sqlite_options options = {
        .path = store_path(scene, ".new"), .create = true, .clock = &scene->clock.clock};
    struct kq_store *store = NULL;
    assert_true(kq_sqlite_open(&options, &store, NULL).ok);
    kq_store_close(store);
    run_on(handle, attach);
    sqlite3_free(attach);
    assert_int_equal(ask_sql(handle,
                             "SELECT count(*) FROM (SELECT type, name, tbl_name, sql FROM main.sqlite_schema"
                             " EXCEPT SELECT type, name, tbl_name, sql FROM new.sqlite_schema)"),
                     0);
    assert_int_equal(ask_sql(handle, "SELECT count(*) FROM main.sqlite_schema"),
                     ask_sql(handle, "SELECT count(*) FROM new.sqlite_schema"));
    assert_int_equal(ask_sql(handle, "PRAGMA main.user_version"), kq_schema_version());
    assert_int_equal(
        ask_sql(handle, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    assert_int_equal(ask_sql(handle, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    sqlite3_close(handle);
}

/* Rows that version 2 cannot say leave the file as it is, for the program that has written it. */
static void a_file_that_cannot_be_migrated_is_left_as_it_is(void **state)
{
    static const char *const strange[] = {
        "INSERT INTO user VALUES ('02088302001456115', NULL, 0, 1)",
        "UPDATE voucher SET voucher_id = '2016090600073002ZZZZZZZZZZ15' WHERE state = 0",
        "UPDATE voucher SET voucher_id = 'voucher' WHERE state = 0",
        "UPDATE meta SET node = node + 1",
        "UPDATE pass SET wallet_id = 'first' WHERE pass_id = 'earlier'",
    };
    struct scene *scene = *state;
    for (size_t i = 0; i < KQ_COUNT(strange); i++) {
        struct old_ids ids;
        struct kq_store *store = NULL;
        struct kq_error error = {0};
        sqlite3 *handle = make_old_file(scene, &ids);
        run_on(handle, strange[i]);
        struct kq_sqlite_options options = {.path = store_path(scene, ""), .clock = &scene->clock.clock};
        assert_false(kq_sqlite_open(&options, &store, &error).ok);
        assert_string_equal(kq_error_name(error.code), "STORE");
        assert_int_equal(ask_sql(handle, "PRAGMA user_version"), 1);
        assert_int_equal(ask_sql(handle, "SELECT count(*) FROM voucher WHERE voucher_id <> ''"), 3);
        assert_int_equal(ask_sql(handle, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%_v1'"), 0);
        sqlite3_close(handle);
    }
}

/* Version 6 by itself, on rows as they stood before it. */
static void vouchers_that_can_expire_are_awaited_from_version_6_on(void **state)
{
    struct scene *scene = *state;
    struct kq_template template = plain_template();
    add_user(scene, USER);
    issue(scene, add_template(scene, template), USER, "silent");
    template.notify_uri = KQ_SLICE("http://127.0.0.1:1/notify");
    struct kq_slice template_id = add_template(scene, template);
    issue(scene, template_id, USER, "live");
    issue(scene, template_id, USER, "used");
    assert_int_equal(run_sql(scene, "DROP TABLE notification; DROP TABLE expiry_due;"
                                    " UPDATE voucher SET state = 1 WHERE out_biz_no = 'used'"),
                     SQLITE_OK);
    assert_int_equal(run_sql(scene, kq_schema_v6), SQLITE_OK);
    sqlite3 *handle = open_file(scene);
    assert_int_equal(ask_sql(handle, "SELECT count(*) FROM expiry_due"), 1);
    assert_int_equal(ask_sql(handle,
                             "SELECT expires_s FROM expiry_due JOIN voucher USING (voucher_no, expires_s)"
                             " WHERE out_biz_no = 'live'"),
                     NOW_S + DAY_S);
    assert_int_equal(ask_sql(handle, "SELECT count(*) FROM notification"), 0);
    sqlite3_close(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_parties_stay),
        SCENE_TEST(the_users_stay),
        SCENE_TEST(the_templates_stay),
        SCENE_TEST(the_vouchers_stay),
        SCENE_TEST(the_wallet_stays),
        SCENE_TEST(what_was_issued_is_replayed_and_ids_go_on),
        SCENE_TEST(the_schema_is_that_of_a_new_file),
        SCENE_TEST(a_file_that_cannot_be_migrated_is_left_as_it_is),
        SCENE_TEST(vouchers_that_can_expire_are_awaited_from_version_6_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
