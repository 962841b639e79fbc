/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/params.h"

#include <stdio.h>

#include "wire_support.h"

static void assert_param(const struct kq_params *params, size_t index, struct kq_slice name,
                         struct kq_slice value)
{
    assert_true(index < params->count);
    assert_slice(params->items[index].name, name);
    assert_slice(params->items[index].value, value);
}

static void add(struct kq_params *params, const char *name, const char *value)
{
    struct kq_error error = {0};
    assert_ok(kq_params_add(params, kq_slice_of(name), kq_slice_of(value), &error), &error);
}

static void test_find_gives_the_first(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_params params;
    kq_params_init(&params, &arena);
    add(&params, "a", "1");
    add(&params, "b", "");
    add(&params, "a", "2");
    assert_text(kq_params_find(&params, KQ_SLICE("a")), "1");
    assert_text(kq_params_find(&params, KQ_SLICE("b")), "");
    assert_text(kq_params_find(&params, KQ_SLICE("A")), "");
    assert_text(kq_params_find(&params, KQ_SLICE("")), "");
}

static void test_most_and_one_more(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_params params;
    kq_params_init(&params, &arena);
    for (int i = 0; i < KQ_PARAMS_MAX; i++) {
        struct kq_slice name = kq_arena_print(&arena, "name%d", i);
        assert_ok(kq_params_add(&params, name, KQ_SLICE("x"), &error), &error);
    }
    assert_int_equal(params.count, KQ_PARAMS_MAX);
    assert_text(kq_params_find(&params, KQ_SLICE("name0")), "x");
    assert_text(kq_params_find(&params, KQ_SLICE("name255")), "x");
    assert_ok(kq_params_check_duplicates(&params, &error), &error);
    assert_failed(kq_params_add(&params, KQ_SLICE("a"), KQ_SLICE("b"), &error), &error,
                  KQ_E_INVALID_PARAMETER_GATEWAY);
    assert_detail_contains(&error, "256");
}

static void test_same_name_with_the_same_value_is_fine(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_params params;
    kq_params_init(&params, &arena);
    add(&params, "charset", "utf-8");
    add(&params, "method", "m");
    add(&params, "charset", "utf-8");
    assert_ok(kq_params_check_duplicates(&params, &error), &error);
}

static void test_same_name_with_another_value_is_named(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_params params;
    kq_params_init(&params, &arena);
    add(&params, "charset", "utf-8");
    add(&params, "method", "m");
    add(&params, "charset", "gbk");
    assert_failed(kq_params_check_duplicates(&params, &error), &error, KQ_E_INVALID_PARAMETER_GATEWAY);
    assert_detail_contains(&error, "charset");
}

static void test_an_empty_value_is_another_value(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_params params;
    kq_params_init(&params, &arena);
    add(&params, "sign", "");
    add(&params, "sign", "abc");
    assert_failed(kq_params_check_duplicates(&params, &error), &error, KQ_E_INVALID_PARAMETER_GATEWAY);
}

/* A name in an unknown charset, or one that breaks a log line, is not repeated. */
static void test_an_odd_name_is_not_repeated(void **state)
{
    (void)state;
    static const char *const names[] = {"\xC5\xA3", "a\nb", "a b", ""};
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        ARENA arena = {0};
        struct kq_error error = {0};
        struct kq_params params;
        kq_params_init(&params, &arena);
        add(&params, names[i], "1");
        add(&params, names[i], "2");
        assert_failed(kq_params_check_duplicates(&params, &error), &error, KQ_E_INVALID_PARAMETER_GATEWAY);
        assert_string_equal(error.detail, "参数重复且取值不同");
    }
}

static const char *const names[] = {"app_auth_token", "format", "version", NULL};

/* Which of them can be read in another way. */
static void test_where_values_end(void **state)
{
    (void)state;
    static const struct {
        const char *params[4][2];
        const char *blamed; /* NULL: nothing */
    } rows[] = {
        {{{"a", "x&app_auth_token=T"}}, "参数a的值中含有&app_auth_token="},
        {{{"a", "&&x&app_auth_token="}, {"b", "1"}}, "app_auth_token"},
        {{{"app", "x&b=1&format=XML"}, {"z", "1"}}, "format"},
        {{{"a", "x&format=XML"}, {"sign", "s"}, {"version", "1"}}, "format"},
        /* Cut there, the rest would not be sorted, or would stand twice. */
        {{{"a", "x&app_auth_token=T"}, {"aa", "1"}}, NULL},
        {{{"b", "x&app_auth_token=T"}}, NULL},
        {{{"a", "x&format=XML"}, {"format", "JSON"}}, NULL},
        {{{"a", "x&app_auth_token"}, {"b", "x&format_=1"}, {"c", "format=1"}}, NULL},
        {{{"notify_url", "http://a/?b=1&format=json&return_url=1"}}, NULL},
        /* JSON cut in two is none. */
        {{{"biz_content", "{\"memo\":\"x&format=XML\"}"}}, NULL},
        {{{"", "x&format=XML"}}, NULL},
        {{{"a=b", "1"}}, "参数名称中不能有"},
        {{{"encrypt_type=AES&format", "JSON"}}, "参数名称中不能有"},
        {{{"a&b", "1"}}, "参数名称中不能有"},
        {{{"\xC3\xFB", "1"}}, NULL},
        {{{"a=b", ""}}, NULL},
        {{{"A-z_0.9", "1"}}, NULL},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        ARENA arena = {0};
        struct kq_error error = {0};
        struct kq_params params;
        kq_params_init(&params, &arena);
        for (size_t j = 0; j < 4 && rows[i].params[j][0] != NULL; j++) {
            add(&params, rows[i].params[j][0], rows[i].params[j][1]);
        }
        struct kq_result checked = kq_params_check_boundaries(&params, names, &error);
        if (rows[i].blamed == NULL) {
            assert_ok(checked, &error);
        } else {
            assert_failed(checked, &error, KQ_E_INVALID_PARAMETER_GATEWAY);
            assert_detail_contains(&error, rows[i].blamed);
        }
    }
}

static void decode(struct kq_params *params, struct kq_arena *arena, struct kq_slice form)
{
    struct kq_error error = {0};
    kq_params_init(params, arena);
    assert_ok(kq_form_decode(form, params, &error), &error);
}

static void test_form(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_params params;
    decode(&params, &arena, KQ_SLICE("a=1&b=x+y&%63=%e4%BC%98%00&d=e=f&g"));
    assert_int_equal(params.count, 5);
    assert_param(&params, 0, KQ_SLICE("a"), KQ_SLICE("1"));
    assert_param(&params, 1, KQ_SLICE("b"), KQ_SLICE("x y"));
    assert_param(&params, 2, KQ_SLICE("c"), KQ_SLICE("优\0"));
    assert_param(&params, 3, KQ_SLICE("d"), KQ_SLICE("e=f"));
    assert_param(&params, 4, KQ_SLICE("g"), KQ_SLICE(""));
}

/* Eight bytes are looked at together: a piece that does not stand for itself at every place of some of them,
 * and behind it what does. */
static void test_escapes_at_every_place(void **state)
{
    (void)state;
    static const struct {
        struct kq_slice encoded;
        char byte;
    } pieces[] = {
        {{.data = "+", .size = 1}, ' '},
        {{.data = "%25", .size = 3}, '%'},
        {{.data = "%2b", .size = 3}, '+'},
        {{.data = "%", .size = 1}, '%'},
    };
    for (size_t at = 0; at < 4 * 20 * 20; at++) {
        size_t before = at / 4 / 20;
        size_t behind = at / 4 % 20;
        ARENA arena = {0};
        BUFFER form = {0};
        BUFFER expected = {0};
        struct kq_params params;
        kq_buffer_print(&form, "n=%.*s", (int)before, "ghijklmnopqrstuvwxyz");
        kq_buffer_append(&form, pieces[at % 4].encoded);
        kq_buffer_print(&form, "%.*s", (int)behind, "GHIJKLMNOPQRSTUVWXYZ");
        kq_buffer_print(&expected, "%.*s%c%.*s", (int)before, "ghijklmnopqrstuvwxyz", pieces[at % 4].byte,
                        (int)behind, "GHIJKLMNOPQRSTUVWXYZ");
        decode(&params, &arena, kq_buffer_slice(&form));
        assert_int_equal(params.count, 1);
        assert_param(&params, 0, KQ_SLICE("n"), kq_buffer_slice(&expected));
    }
}

static void test_form_skips_empty_pieces(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_params params;
    decode(&params, &arena, KQ_SLICE("&&a=1&&b=2&"));
    assert_int_equal(params.count, 2);
    decode(&params, &arena, KQ_SLICE(""));
    assert_int_equal(params.count, 0);
    decode(&params, &arena, KQ_SLICE("="));
    assert_int_equal(params.count, 1);
    assert_param(&params, 0, KQ_SLICE(""), KQ_SLICE(""));
}

static void test_a_percent_sign_may_stand_for_itself(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_params params;
    decode(&params, &arena, KQ_SLICE("a=100%&b=%2&c=%zz&d=%%41&e=%4g&f=%"));
    assert_param(&params, 0, KQ_SLICE("a"), KQ_SLICE("100%"));
    assert_param(&params, 1, KQ_SLICE("b"), KQ_SLICE("%2"));
    assert_param(&params, 2, KQ_SLICE("c"), KQ_SLICE("%zz"));
    assert_param(&params, 3, KQ_SLICE("d"), KQ_SLICE("%A"));
    assert_param(&params, 4, KQ_SLICE("e"), KQ_SLICE("%4g"));
    assert_param(&params, 5, KQ_SLICE("f"), KQ_SLICE("%"));
}

static void test_form_with_too_many(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER form = {0};
    struct kq_error error = {0};
    struct kq_params params;
    kq_params_init(&params, &arena);
    for (int i = 0; i <= KQ_PARAMS_MAX; i++) {
        kq_buffer_print(&form, "p%d=1&", i);
    }
    assert_failed(kq_form_decode(kq_buffer_slice(&form), &params, &error), &error,
                  KQ_E_INVALID_PARAMETER_GATEWAY);
}

static void test_form_encode(void **state)
{
    (void)state;
    BUFFER form = {0};
    kq_form_encode(KQ_SLICE("az AZ09-_.*~&=+%/优\0"), &form);
    assert_text(kq_buffer_slice(&form), "az+AZ09-_.*%7E%26%3D%2B%25%2F%E4%BC%98%00");
}

/* All 256 bytes, there and back. */
static void test_form_goes_there_and_back(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER form = {0};
    char bytes[256];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)i;
    }
    struct kq_slice all = {.data = bytes, .size = sizeof(bytes)};
    kq_form_encode(all, &form);
    kq_buffer_append_byte(&form, '=');
    kq_form_encode(all, &form);
    struct kq_params params;
    decode(&params, &arena, kq_buffer_slice(&form));
    assert_int_equal(params.count, 1);
    assert_param(&params, 0, all, all);
}

static struct kq_result decode_form(void *context, struct kq_error *error)
{
    (void)context;
    ARENA arena = {0};
    BUFFER form = {0};
    struct kq_params params;
    kq_params_init(&params, &arena);
    for (int i = 0; i < 100; i++) {
        kq_buffer_print(&form, "%%41%d=%%42+%0200d&", i, i);
    }
    KQ_ENSURE_MEMORY(!form.failed, error);
    return kq_form_decode(kq_buffer_slice(&form), &params, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(decode_form, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_gives_the_first),
        cmocka_unit_test(test_most_and_one_more),
        cmocka_unit_test(test_same_name_with_the_same_value_is_fine),
        cmocka_unit_test(test_same_name_with_another_value_is_named),
        cmocka_unit_test(test_an_empty_value_is_another_value),
        cmocka_unit_test(test_an_odd_name_is_not_repeated),
        cmocka_unit_test(test_where_values_end),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_escapes_at_every_place),
        cmocka_unit_test(test_form_skips_empty_pieces),
        cmocka_unit_test(test_a_percent_sign_may_stand_for_itself),
        cmocka_unit_test(test_form_with_too_many),
        cmocka_unit_test(test_form_encode),
        cmocka_unit_test(test_form_goes_there_and_back),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
