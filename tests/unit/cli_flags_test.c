/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"

#include <stdlib.h>

#include "cli/settings.h"
#include "wire_support.h"

/* A command with a flag of each kind, and another one: the only two that this program knows. */

static const struct kq_flag flags[] = {
    {.name = "data", .kind = KQ_FLAG_TEXT, .required = true, .value = "DIR", .text = "a directory"},
    {.name = "login-id", .kind = KQ_FLAG_LIST, .value = "LOGIN", .text = "a login"},
    {.name = "quantity",
     .kind = KQ_FLAG_NUMBER,
     .value = "N",
     .text = "how many",
     .fallback = "7",
     .minimum = -5,
     .maximum = 100},
    {.name = "amount", .kind = KQ_FLAG_MONEY, .value = "YUAN", .text = "how much"},
    {.name = "start", .kind = KQ_FLAG_TIME, .value = "TIME", .text = "when"},
    {.name = "from", .kind = KQ_FLAG_DAY, .value = "DAY", .text = "which day"},
    {.name = "memo", .kind = KQ_FLAG_TEXT, .value = "TEXT", .text = "a remark", .max_chars = 3},
    {.name = "draft", .kind = KQ_FLAG_SWITCH, .text = "not yet"},
};

static const struct kq_flag other_flags[] = {
    {.name = "listen", .kind = KQ_FLAG_TEXT, .value = "ADDRESS", .text = "where"},
};

static const struct kq_command command = {
    .group = "thing",
    .name = "make",
    .operand = "METHOD",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
};

static const struct kq_command other_command = {
    .name = "serve",
    .flags = other_flags,
    .flag_count = KQ_COUNT(other_flags),
};

const struct kq_command *const kq_commands[] = {&command, &other_command};
const size_t kq_command_count = KQ_COUNT(kq_commands);

#define INVOCATION KQ_CLEANUP(kq_invocation_free) struct kq_invocation

/* The words up to a NULL. */
static struct kq_result parse(struct kq_invocation *invocation, const struct kq_command *of,
                              struct kq_error *error, char *const *words)
{
    int count = 0;
    while (words[count] != NULL) {
        count++;
    }
    KQ_TRY(kq_invocation_init(invocation, of, error));
    return kq_flags_parse(invocation, count, words, error);
}

#define WORDS(...) ((char *[]){__VA_ARGS__, NULL})

static void assert_refused(char *const *words, const char *detail)
{
    INVOCATION invocation = {0};
    struct kq_error error = {0};
    struct kq_result result = parse(&invocation, &command, &error, words);
    if (result.ok) {
        result = kq_flags_check(&invocation, &error);
    }
    assert_failed(result, &error, KQ_E_USAGE);
    assert_detail_contains(&error, detail);
}

static void test_values_of_each_kind(void **state)
{
    (void)state;
    INVOCATION invocation = {0};
    struct kq_error error = {0};
    assert_ok(parse(&invocation, &command, &error,
                    WORDS("--data", "d", "--login-id", "a", "--quantity=-3", "--login-id=b=c", "--amount",
                          "9.9", "--start", "1970-01-01 08:00:01", "--from", "1970-01-02", "--draft",
                          "--memo", "优酷x", "the.method")),
              &error);
    assert_ok(kq_flags_check(&invocation, &error), &error);
    size_t count = 0;
    const struct kq_slice *logins = kq_flag_list(&invocation, "login-id", &count);
    assert_int_equal(count, 2);
    assert_text(logins[0], "a");
    assert_text(logins[1], "b=c");
    assert_text(kq_flag_text(&invocation, "data"), "d");
    assert_int_equal(kq_flag_number(&invocation, "quantity"), -3);
    assert_int_equal(kq_flag_number(&invocation, "amount"), 990);
    assert_int_equal(kq_flag_number(&invocation, "start"), 1);
    assert_int_equal(kq_flag_number(&invocation, "from"), 86400 - 28800);
    assert_true(kq_flag_switch(&invocation, "draft"));
    assert_text(kq_flag_text(&invocation, "memo"), "优酷x");
    assert_text(invocation.operand, "the.method");
    assert_false(invocation.json);
    assert_false(invocation.help);
}

static void test_last_switch_counts(void **state)
{
    (void)state;
    INVOCATION invocation = {0};
    struct kq_error error = {0};
    assert_ok(parse(&invocation, &command, &error, WORDS("--draft", "--draft", "--draft=false")), &error);
    assert_false(kq_flag_switch(&invocation, "draft"));
}

static void test_optional_operand(void **state)
{
    (void)state;
    struct kq_command optional = other_command;
    optional.operand = "FILE";
    optional.operand_optional = true;
    INVOCATION without = {0};
    INVOCATION with = {0};
    struct kq_error error = {0};
    assert_ok(parse(&without, &optional, &error, (char *[]){NULL}), &error);
    assert_ok(kq_flags_check(&without, &error), &error);
    assert_text(without.operand, "");
    assert_ok(parse(&with, &optional, &error, WORDS("-")), &error);
    assert_ok(kq_flags_check(&with, &error), &error);
    assert_text(with.operand, "-");
}

static void test_nothing_given(void **state)
{
    (void)state;
    INVOCATION invocation = {0};
    struct kq_error error = {0};
    size_t count = 1;
    assert_ok(parse(&invocation, &command, &error, (char *[]){NULL}), &error);
    assert_false(kq_flag_is_given(&invocation, "data"));
    assert_text(kq_flag_text(&invocation, "data"), "");
    kq_flag_list(&invocation, "login-id", &count);
    assert_int_equal(count, 0);
}

static void test_common_flags(void **state)
{
    (void)state;
    INVOCATION invocation = {0};
    INVOCATION short_help = {0};
    struct kq_error error = {0};
    assert_ok(parse(&invocation, &other_command, &error, WORDS("--json", "--help")), &error);
    assert_true(invocation.json);
    assert_true(invocation.help);
    assert_ok(parse(&short_help, &other_command, &error, WORDS("-h")), &error);
    assert_true(short_help.help);
}

static void test_operand_behind_two_dashes(void **state)
{
    (void)state;
    INVOCATION invocation = {0};
    struct kq_error error = {0};
    assert_ok(parse(&invocation, &command, &error, WORDS("--data", "-", "--", "--draft")), &error);
    assert_text(invocation.operand, "--draft");
    assert_text(kq_flag_text(&invocation, "data"), "-");
    assert_false(kq_flag_switch(&invocation, "draft"));
}

static void test_refusals(void **state)
{
    (void)state;
    assert_refused(WORDS("--dta", "d"), "there is no flag --dta; did you mean --data?");
    assert_refused(WORDS("--something-else"),
                   "there is no flag --something-else: `kaquan thing make --help`");
    assert_refused(WORDS("-data"), "flags begin with two dashes: --data");
    assert_refused(WORDS("--data"), "--data needs a value: --data DIR");
    assert_refused(WORDS("--data", "--draft"), "--data needs a value");
    assert_refused(WORDS("m"), "--data DIR is missing: a directory");
    assert_refused(WORDS("m", "--data", ""), "--data DIR is missing");
    assert_refused(WORDS("--data", "d"), "needs a METHOD");
    assert_refused(WORDS("--data", "d", "m", "n"), "n is one too many");
    assert_refused(WORDS("--data", "d", "--data=d"), "--data is given twice, and takes one value");
    assert_refused(WORDS("--quantity", "1", "--quantity", "2"), "--quantity is given twice");
    assert_refused(WORDS("--amount=1", "--amount=1"), "--amount is given twice");
    assert_refused(WORDS("--start", "1970-01-01 08:00:01", "--start", "1970-01-01 08:00:02"),
                   "--start is given twice");
    assert_refused(WORDS("--quantity", "101"), "--quantity takes a whole number from -5 to 100, not 101");
    assert_refused(WORDS("--quantity", "-6"), "not -6");
    assert_refused(WORDS("--quantity", "1x"), "not 1x");
    assert_refused(WORDS("--quantity", " 1"), "not  1");
    assert_refused(WORDS("--quantity", "99999999999999999999"), "not 99999999999999999999");
    assert_refused(WORDS("--amount", "9.999"), "--amount takes yuan");
    assert_refused(WORDS("--start", "2026-02-30 00:00:00"), "--start takes a Beijing time");
    assert_refused(WORDS("--from", "2026-02-30"), "--from takes a Beijing day like 2026-01-31");
    assert_refused(WORDS("--memo", "优酷xx"), "--memo takes at most 3 characters");
    assert_refused(WORDS("--memo", "\xFF"), "--memo is not UTF-8 text");
    assert_refused(WORDS("--draft=maybe"), "--draft is true or false, not maybe");
}

static void test_no_operand_wanted(void **state)
{
    (void)state;
    INVOCATION invocation = {0};
    struct kq_error error = {0};
    assert_failed(parse(&invocation, &other_command, &error, WORDS("word")), &error, KQ_E_USAGE);
    assert_detail_contains(&error, "`kaquan serve` takes only flags, not word");
}

/* Settings */

static void test_levels(void **state)
{
    (void)state;
    INVOCATION invocation = {0};
    struct kq_error error = {0};
    assert_ok(parse(&invocation, &command, &error, WORDS("--data", "line", "--login-id", "line")), &error);
    setenv("KAQUAN_DATA", "variable", 1);
    setenv("KAQUAN_LOGIN_ID", "variable", 1);
    setenv("KAQUAN_MEMO", "var", 1);
    setenv("KAQUAN_START", "", 1);
    assert_ok(kq_settings_apply(&invocation, &error), &error);
    assert_ok(kq_settings_read(&invocation, "f", KQ_SLICE("memo = fil\nlogin-id = file"), &error), &error);
    size_t count = 0;
    assert_text(kq_flag_list(&invocation, "login-id", &count)[0], "line");
    assert_int_equal(count, 1);
    assert_text(kq_flag_text(&invocation, "data"), "line");
    assert_text(kq_flag_text(&invocation, "memo"), "var");
    assert_int_equal(kq_flag_number(&invocation, "quantity"), 7);
    assert_false(kq_flag_is_given(&invocation, "quantity"));
}

static int forget_variables(void **state)
{
    (void)state;
    static const char *const names[] = {"KAQUAN_DATA", "KAQUAN_LOGIN_ID", "KAQUAN_MEMO", "KAQUAN_START",
                                        "KAQUAN_QUANTITY"};
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        unsetenv(names[i]);
    }
    return 0;
}

static void test_variable_out_of_form(void **state)
{
    (void)state;
    INVOCATION invocation = {0};
    struct kq_error error = {0};
    assert_ok(parse(&invocation, &command, &error, (char *[]){NULL}), &error);
    setenv("KAQUAN_QUANTITY", "many", 1);
    assert_failed(kq_settings_apply(&invocation, &error), &error, KQ_E_USAGE);
    assert_detail_contains(&error, "KAQUAN_QUANTITY takes a whole number");
}

static struct kq_result read_settings(struct kq_invocation *invocation, struct kq_slice text,
                                      struct kq_error *error)
{
    KQ_TRY(kq_invocation_init(invocation, &command, error));
    return kq_settings_read(invocation, "kaquan.conf", text, error);
}

static void test_file(void **state)
{
    (void)state;
    INVOCATION invocation = {0};
    struct kq_error error = {0};
    assert_ok(
        read_settings(&invocation,
                      KQ_SLICE("\xEF\xBB\xBF# a remark\r\n\r\n data =  a dir \r\nlisten=another command's\n"
                               "login-id=a\nlogin-id=b = c\n  # another\ndraft = true"),
                      &error),
        &error);
    size_t count = 0;
    const struct kq_slice *logins = kq_flag_list(&invocation, "login-id", &count);
    assert_text(kq_flag_text(&invocation, "data"), "a dir");
    assert_int_equal(count, 2);
    assert_text(logins[1], "b = c");
    assert_true(kq_flag_switch(&invocation, "draft"));
}

static void test_bad_files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *detail;
    } rows[] = {
        {"data", "kaquan.conf line 1: not of the form `name = value`"},
        {"\n\nlistn = x", "kaquan.conf line 3: there is no setting listn; did you mean listen?"},
        {"= x", "kaquan.conf line 1: there is no setting "},
        {"memo = a\nquantity = 1\nmemo = b", "kaquan.conf line 3: memo is given twice"},
        {"quantity = many", "kaquan.conf line 1: quantity takes a whole number"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        INVOCATION invocation = {0};
        struct kq_error error = {0};
        assert_failed(read_settings(&invocation, kq_slice_of(rows[i].text), &error), &error, KQ_E_USAGE);
        assert_detail_contains(&error, rows[i].detail);
    }
}

static struct kq_result parse_and_read(void *context, struct kq_error *error)
{
    (void)context;
    INVOCATION invocation = {0};
    KQ_TRY(parse(&invocation, &command, error, WORDS("--data", "d", "--login-id", "a", "m")));
    KQ_TRY(kq_settings_apply(&invocation, error));
    return kq_flags_check(&invocation, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(parse_and_read, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_each_kind),
        cmocka_unit_test(test_last_switch_counts),
        cmocka_unit_test(test_optional_operand),
        cmocka_unit_test(test_nothing_given),
        cmocka_unit_test(test_common_flags),
        cmocka_unit_test(test_operand_behind_two_dashes),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_no_operand_wanted),
        cmocka_unit_test_teardown(test_levels, forget_variables),
        cmocka_unit_test_teardown(test_variable_out_of_form, forget_variables),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_out_of_memory),
    };
    forget_variables(NULL);
    return cmocka_run_group_tests_name("cli_flags", tests, NULL, NULL);
}
