/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_row.h"

#include "wire_support.h"
#include <stdio.h>

enum {
    COLUMN_USER,
    COLUMN_LOGIN,
    COLUMN_NICK,
    COLUMN_INFO,
    COLUMN_COUNT,
};

static const struct kq_import_column columns[COLUMN_COUNT] = {
    [COLUMN_USER] = {.name = "user_id", .required = true},
    [COLUMN_LOGIN] = {.name = "login_id", .is_list = true},
    [COLUMN_NICK] = {.name = "taobao_nick"},
    [COLUMN_INFO] = {.name = "info", .is_json = true},
};

static struct kq_result read_header(struct kq_slice text, struct kq_import_header *header,
                                    struct kq_error *error)
{
    ARENA arena = {0};
    struct kq_csv_record record;
    KQ_TRY(kq_csv_read(text, &arena, &record, error));
    return kq_import_header_read(&record, columns, COLUMN_COUNT, header, error);
}

static void test_header(void **state)
{
    (void)state;
    struct kq_import_header header;
    struct kq_error error = {0};
    assert_ok(read_header(KQ_SLICE("Login_ID, user_id ,\" LOGIN_ID\""), &header, &error), &error);
    assert_int_equal(header.count, 3);
    assert_int_equal(header.columns[0], COLUMN_LOGIN);
    assert_int_equal(header.columns[1], COLUMN_USER);
    assert_int_equal(header.columns[2], COLUMN_LOGIN);
}

static void test_bad_headers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *detail;
    } rows[] = {
        {"login_id", "names no column user_id"},
        {"user_id,user_id", "column user_id stands twice"},
        {"user_id,User_ID", "column user_id stands twice"},
        {"user_id,taobao_nik", "there is no column taobao_nik; did you mean taobao_nick? "
                               "There are user_id, login_id, taobao_nick, info"},
        {"user_id,something_else",
         "there is no column something_else; there are user_id, login_id, taobao_nick, info"},
        {"user_id,", "no column ;"},
        {"2088302001456115,13196215350", "no column 2088302001456115"},
        {"user_id,\xFF", "no column of that name"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_import_header header;
        struct kq_error error = {0};
        assert_failed(read_header(kq_slice_of(rows[i].text), &header, &error), &error, KQ_E_BAD_INPUT);
        assert_detail_contains(&error, rows[i].detail);
    }
}

static struct kq_result read_csv(struct kq_slice text, struct kq_arena *arena,
                                 struct kq_import_values *values, struct kq_error *error)
{
    struct kq_import_header header;
    struct kq_csv_record record;
    KQ_TRY(read_header(KQ_SLICE("user_id,login_id,taobao_nick,login_id"), &header, error));
    KQ_TRY(kq_csv_read(text, arena, &record, error));
    return kq_import_row_from_csv(&record, &header, columns, COLUMN_COUNT, arena, values, error);
}

static void test_csv_row(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_import_values values[COLUMN_COUNT];
    struct kq_error error = {0};
    assert_ok(read_csv(KQ_SLICE("2088302001456115,13196215350,,a@b.cn"), &arena, values, &error), &error);
    assert_text(kq_import_value(&values[COLUMN_USER]), "2088302001456115");
    assert_int_equal(values[COLUMN_LOGIN].count, 2);
    assert_text(values[COLUMN_LOGIN].items[0], "13196215350");
    assert_text(values[COLUMN_LOGIN].items[1], "a@b.cn");
    assert_int_equal(values[COLUMN_NICK].count, 0);
    assert_text(kq_import_value(&values[COLUMN_NICK]), "");
}

static void test_bad_csv_rows(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *detail;
    } rows[] = {
        {"2088302001456115", "1 fields, and the header has 4"},
        {"2088302001456115,,,,", "5 fields, and the header has 4"},
        {",a,b,c", "user_id is missing"},
        {"2088302001456115,a,\xC5\xB7\xBF,c", "taobao_nick is not UTF-8"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        ARENA arena = {0};
        struct kq_import_values values[COLUMN_COUNT];
        struct kq_error error = {0};
        assert_failed(read_csv(kq_slice_of(rows[i].text), &arena, values, &error), &error, KQ_E_BAD_INPUT);
        assert_detail_contains(&error, rows[i].detail);
    }
}

static struct kq_result read_json(const char *text, struct kq_arena *arena, struct kq_import_values *values,
                                  struct kq_error *error)
{
    return kq_import_row_from_json(kq_slice_of(text), columns, COLUMN_COUNT, arena, values, error);
}

static void test_json_row(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_import_values values[COLUMN_COUNT];
    struct kq_error error = {0};
    assert_ok(read_json(" {\"login_id\":[\"a@b.cn\",null,\"\",13196215350],\"user_id\":2088302001456115,"
                        "\"taobao_nick\":null}",
                        &arena, values, &error),
              &error);
    assert_text(kq_import_value(&values[COLUMN_USER]), "2088302001456115");
    assert_int_equal(values[COLUMN_LOGIN].count, 2);
    assert_text(values[COLUMN_LOGIN].items[0], "a@b.cn");
    assert_text(values[COLUMN_LOGIN].items[1], "13196215350");
    assert_int_equal(values[COLUMN_NICK].count, 0);
}

static void test_json_list_of_one(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_import_values values[COLUMN_COUNT];
    struct kq_error error = {0};
    assert_ok(read_json("{\"user_id\":\"2088302001456115\",\"login_id\":\"优酷\"}", &arena, values, &error),
              &error);
    assert_int_equal(values[COLUMN_LOGIN].count, 1);
    assert_text(values[COLUMN_LOGIN].items[0], "优酷");
}

static void test_json_objects(void **state)
{
    (void)state;
    static const struct {
        const char *member;
        const char *text;
    } rows[] = {
        {"{}", "{}"},
        {"\"{ }\"", "{ }"},
        {"{ \"b\" : [ 1.10, -0 , 1E2,true,false,null,[],{ } ],\t\"a\":\"优酷\" }",
         "{\"b\":[1.10,-0,1E2,true,false,null,[],{}],\"a\":\"优酷\"}"},
        {"{\"\\u0001\\\"[\":\"\\u0001\\n\\/\"}", "{\"\\u0001\\\"[\":\"\\u0001\\n/\"}"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        ARENA arena = {0};
        BUFFER line = {0};
        struct kq_import_values values[COLUMN_COUNT];
        struct kq_error error = {0};
        kq_buffer_print(&line, "{\"user_id\":\"1\",\"info\":%s}", rows[i].member);
        assert_ok(read_json(line.data, &arena, values, &error), &error);
        assert_slice(kq_import_value(&values[COLUMN_INFO]), kq_slice_of(rows[i].text));
    }
}

static void test_long_json_list(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    ARENA arena = {0};
    BUFFER text = {0};
    struct kq_import_values values[COLUMN_COUNT];
    struct kq_error error = {0};
    kq_buffer_print(&text, "{\"user_id\":\"1\",\"login_id\":[0");
    for (int i = 1; i < COUNT; i++) {
        kq_buffer_print(&text, ",%d", i);
    }
    kq_buffer_print(&text, "]}");
    assert_ok(read_json(text.data, &arena, values, &error), &error);
    assert_int_equal(values[COLUMN_LOGIN].count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        char expected[16];
        snprintf(expected, sizeof(expected), "%d", i);
        assert_slice(values[COLUMN_LOGIN].items[i], kq_slice_of(expected));
    }
}

static void test_bad_json_rows(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *detail;
    } rows[] = {
        {"x", "not JSON"},
        {"{\"user_id\":\"1\"} {}", "not JSON"},
        {"[\"1\"]", "not a JSON object"},
        {"{}", "user_id is missing"},
        {"{\"user_id\":\"\"}", "user_id is missing"},
        {"{\"user_id\":[\"1\"]}", "user_id is not a string"},
        {"{\"user_id\":true}", "user_id is not a string"},
        {"{\"user_id\":{}}", "user_id is not a string"},
        {"{\"USER_ID\":\"1\"}", "no member USER_ID"},
        {"{\"user_id\":\"1\",\"info\":[]}", "info is not a string, or a JSON object"},
        {"{\"user_id\":\"1\",\"info\":true}", "info is not a string, or a JSON object"},
        {"{\"user_id\":\"1\",\"login_id\":[[\"a\"]]}", "login_id is not a string, or an array of strings"},
        {"{\"user_id\":\"1\",\"loginid\":\"a\"}", "no member loginid; did you mean login_id?"},
        {"{\"user_id\":\"\xFF\"}", "not UTF-8"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        ARENA arena = {0};
        struct kq_import_values values[COLUMN_COUNT];
        struct kq_error error = {0};
        assert_failed(read_json(rows[i].text, &arena, values, &error), &error, KQ_E_BAD_INPUT);
        assert_detail_contains(&error, rows[i].detail);
    }
}

static struct kq_result read_both(void *context, struct kq_error *error)
{
    (void)context;
    ARENA arena = {0};
    struct kq_import_values values[COLUMN_COUNT];
    KQ_TRY(read_csv(KQ_SLICE("1,a,b,c"), &arena, values, error));
    return read_json("{\"user_id\":\"1\",\"login_id\":[\"a\",\"b\"],\"info\":{\"a\":[1,{}]}}", &arena, values,
                     error);
}

/* The refusal of a header lists what is known, which takes memory. */
static struct kq_result read_unknown_column(void *context, struct kq_error *error)
{
    (void)context;
    struct kq_import_header header;
    struct kq_result result = read_header(KQ_SLICE("nick"), &header, error);
    return !result.ok && error->code == KQ_E_BAD_INPUT ? KQ_OK : result;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(read_both, NULL);
    fail_each_allocation(read_unknown_column, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),        cmocka_unit_test(test_bad_headers),
        cmocka_unit_test(test_csv_row),       cmocka_unit_test(test_bad_csv_rows),
        cmocka_unit_test(test_json_row),      cmocka_unit_test(test_json_list_of_one),
        cmocka_unit_test(test_json_objects),  cmocka_unit_test(test_long_json_list),
        cmocka_unit_test(test_bad_json_rows), cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("cli_import_row", tests, NULL, NULL);
}
